//! A TAXII 2.1 server on loopback, well-behaved and not.

mod server;

use feeds::Outcome;
use server::{Answer, Server, WAIT_FOR_EVER};

const COLLECTION: &str = "/taxii2/root/collections/c1/objects/";

fn indicator(number: usize, pattern: &str, more: &str) -> String {
    format!(
        "{{\"type\":\"indicator\",\"id\":\"indicator--{number}\",\"modified\":\"2026-01-01T00:00:00Z\",\"pattern\":\"[domain-name:value = '{pattern}']\"{more}}}"
    )
}

fn envelope(objects: &[String], more: &str) -> Answer {
    Answer::json(&format!("{{\"objects\":[{}]{more}}}", objects.join(",")))
        .with("x-taxii-date-added-last", "2026-02-02T00:00:00.000001Z")
}

/// Discovery, one api root, one collection that can be read and one that cannot.
async fn taxii() -> Server {
    let server = Server::start().await;
    server.answers(
        "/taxii2/",
        Answer::json("{\"title\":\"test\",\"api_roots\":[\"/taxii2/root/\"]}"),
    );
    server.answers(
        "/taxii2/root/collections/",
        Answer::json(
            "{\"collections\":[{\"id\":\"c1\",\"title\":\"One\",\"can_read\":true},{\"id\":\"c2\",\"title\":\"Two\",\"can_read\":false}]}",
        ),
    );
    server.wants_accept("application/taxii+json;version=2.1");
    server
}

fn taken(came: usize, entries: usize) -> Outcome {
    Outcome::Taken {
        came,
        bad: 0,
        entries,
        left_out: 0,
    }
}

#[tokio::test]
async fn polls_follow_pages_and_go_on_where_the_last_one_ended() {
    let server = taxii().await;
    server.answers(
        COLLECTION,
        envelope(
            &[
                indicator(1, "one.example", ""),
                indicator(2, "two.example", ""),
            ],
            ",\"more\":true,\"next\":\"a b&c\"",
        ),
    );
    server.answers(
        &format!("{COLLECTION}?next=a%20b%26c"),
        envelope(&[indicator(3, "three.example", "")], ""),
    );
    let feed = server.feed("taxii", "/taxii2/", "");
    assert_eq!(feed.fetch().await, taken(3, 3));
    assert!(feed.hits("one.example") && feed.hits("three.example"));
    assert_eq!(server.asked(&format!("{COLLECTION}?next=a%20b%26c")), 1);

    // The second poll asks for what is new; what was taken back goes, the rest stays.
    server.answers(
        &format!("{COLLECTION}?added_after=2026-02-02T00%3A00%3A00.000001Z"),
        envelope(
            &[
                indicator(2, "two.example", ",\"revoked\":true"),
                indicator(4, "four.example", ""),
            ],
            "",
        ),
    );
    assert_eq!(feed.fetch().await, taken(2, 3));
    assert!(feed.hits("one.example") && !feed.hits("two.example") && feed.hits("four.example"));

    server.answers(
        &format!("{COLLECTION}?added_after=2026-02-02T00%3A00%3A00.000001Z"),
        Answer::json("{}"),
    );
    assert_eq!(feed.fetch().await, Outcome::Unchanged);
}

#[tokio::test]
async fn a_server_that_forgot_is_read_anew() {
    let server = taxii().await;
    server.answers(COLLECTION, envelope(&[indicator(1, "one.example", "")], ""));
    let feed = server.feed("taxii", "/taxii2/", "");
    assert_eq!(feed.fetch().await, taken(1, 1));
    server.answers(
        &format!("{COLLECTION}?added_after=2026-02-02T00%3A00%3A00.000001Z"),
        Answer::status(416),
    );
    server.answers(
        COLLECTION,
        envelope(&[indicator(5, "five.example", "")], ""),
    );
    assert_eq!(feed.fetch().await, taken(1, 2));
}

#[tokio::test]
async fn who_asks_is_said_and_refusals_are_explained() {
    let server = taxii().await;
    server.answers(COLLECTION, envelope(&[indicator(1, "one.example", "")], ""));
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "open sesame\n").unwrap();
    let basic = format!(
        "user = \"me\"\npassword_file = {:?}",
        secret.display().to_string()
    );
    let bearer = format!("token_file = {:?}", secret.display().to_string());
    for (options, wanted) in [
        (basic.as_str(), "Basic bWU6b3BlbiBzZXNhbWU="),
        (bearer.as_str(), "Bearer open sesame"),
    ] {
        server.wants_authorization(wanted);
        assert_eq!(
            server.feed("taxii", "/taxii2/", options).fetch().await,
            taken(1, 1)
        );
        let Outcome::Failed(reason) = server.feed("taxii", "/taxii2/", "").fetch().await else {
            panic!("taken without authorization");
        };
        assert!(
            reason.contains("401") && reason.contains("not accepted"),
            "{reason}"
        );
    }
}

#[tokio::test]
async fn what_goes_wrong_is_told_and_changes_nothing() {
    let elsewhere = "{\"api_roots\":[\"https://elsewhere.example/root/\"]}";
    let cases: [(&str, Answer, &str); 9] = [
        ("/taxii2/", Answer::status(406), "does not speak TAXII 2.1"),
        (
            "/taxii2/",
            Answer::status(302).with("location", "https://elsewhere.example/"),
            "it moved",
        ),
        (
            "/taxii2/",
            Answer::json("<html>"),
            "is this a TAXII 2.1 server?",
        ),
        (
            "/taxii2/",
            Answer::json(elsewhere),
            "names an address elsewhere",
        ),
        (
            "/taxii2/root/collections/",
            Answer::json("{}"),
            "none of its collections",
        ),
        (
            COLLECTION,
            Answer::json("{\"objects\":[{]}"),
            "cannot be read",
        ),
        (
            COLLECTION,
            Answer::json("{\"more\":true,\"objects\":[],\"next\":\"x\"}"),
            "has no end",
        ),
        (COLLECTION, Answer::status(403), "may not read"),
        (
            COLLECTION,
            Answer::json("{\"objects\":[]}").then(WAIT_FOR_EVER),
            "in time",
        ),
    ];
    for (path, answer, wanted) in cases {
        let server = taxii().await;
        server.answers(COLLECTION, envelope(&[indicator(1, "one.example", "")], ""));
        let feed = server.feed("taxii", "/taxii2/", "answer_time_s = 1");
        assert_eq!(feed.fetch().await, taken(1, 1));
        server.answers(path, answer);
        server.forget(&format!("{COLLECTION}?added_after"));
        let Outcome::Failed(reason) = feed.fetch().await else {
            panic!("{wanted}: taken");
        };
        assert!(reason.contains(wanted), "{reason}");
        assert!(feed.hits("one.example"), "{wanted}");
    }
}

#[tokio::test]
async fn pages_that_never_end_are_left() {
    let server = taxii().await;
    server.answers(
        COLLECTION,
        envelope(
            &[indicator(1, "one.example", "")],
            ",\"more\":true,\"next\":\"again\"",
        ),
    );
    let feed = server.feed("taxii", "/taxii2/", "");
    let Outcome::Failed(reason) = feed.fetch().await else {
        panic!("taken");
    };
    assert!(reason.contains("for the second time"), "{reason}");
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    let server = taxii().await;
    server.answers(COLLECTION, envelope(&[indicator(1, "one.example", "")], ""));
    server.answers_once(
        "/taxii2/root/collections/",
        Answer::status(503).with("retry-after", "0"),
    );
    assert_eq!(
        server.feed("taxii", "/taxii2/", "").fetch().await,
        taken(1, 1)
    );
}

#[tokio::test]
async fn content_that_cannot_be_right_is_held() {
    let server = taxii().await;
    server.answers(COLLECTION, envelope(&[indicator(1, "one.example", "")], ""));
    let feed = server.feed("taxii", "/taxii2/", "");
    assert_eq!(feed.fetch().await, taken(1, 1));
    let popular = ["google.com", "microsoft.com", "yahoo.co.jp"];
    let objects: Vec<String> = popular
        .iter()
        .enumerate()
        .map(|(number, name)| indicator(number + 10, name, ""))
        .collect();
    let after = format!("{COLLECTION}?added_after=2026-02-02T00%3A00%3A00.000001Z");
    server.answers(&after, envelope(&objects, ""));
    let Outcome::Held(text) = feed.fetch().await else {
        panic!("taken");
    };
    assert!(text.in_language(event::Language::En).contains("google.com"));
    assert!(feed.hits("one.example") && !feed.hits("google.com"));
    // It is asked for again, from where the last good poll ended.
    server.answers(&after, envelope(&[indicator(2, "two.example", "")], ""));
    assert_eq!(feed.fetch().await, taken(1, 2));
}

#[tokio::test]
async fn certificates_are_shown_and_asked_for() {
    let server = Server::start_secured().await;
    server.answers("/list.txt", Answer::text("evil.example\n"));
    let with = server.secured_feed("list", "/list.txt", true);
    assert_eq!(with.fetch().await, taken(1, 1));
    let without = server.secured_feed("list", "/list.txt", false);
    assert!(matches!(without.fetch().await, Outcome::Failed(_)));
}
