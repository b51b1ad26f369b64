//! A MISP feed and plain files on loopback.

mod server;

use feeds::Outcome;
use server::{Answer, Server};

const ONE: &str = "57c4445b-c548-4654-af0b-4be3950d2101";
const TWO: &str = "57c4445b-c548-4654-af0b-4be3950d2102";

fn event(uuid: &str, domain: &str) -> Answer {
    Answer::json(&format!(
        "{{\"Event\":{{\"uuid\":\"{uuid}\",\"info\":\"Campaign\",\"Attribute\":[{{\"type\":\"domain\",\"category\":\"Network activity\",\"value\":\"{domain}\",\"to_ids\":true}}]}}}}"
    ))
}

fn manifest(events: &[(&str, u32)]) -> Answer {
    let listed: Vec<String> = events
        .iter()
        .map(|(uuid, time)| format!("\"{uuid}\":{{\"info\":\"x\",\"timestamp\":\"{time}\"}}"))
        .collect();
    Answer::json(&format!("{{{}}}", listed.join(",")))
}

fn taken(came: usize, bad: usize, entries: usize) -> Outcome {
    Outcome::Taken {
        came,
        bad,
        entries,
        left_out: 0,
    }
}

#[tokio::test]
async fn only_events_that_changed_are_fetched() {
    let server = Server::start().await;
    server.answers("/feed/manifest.json", manifest(&[(ONE, 1), (TWO, 1)]));
    server.answers(&format!("/feed/{ONE}.json"), event(ONE, "one.example"));
    server.answers(&format!("/feed/{TWO}.json"), event(TWO, "two.example"));
    let feed = server.feed("misp", "/feed/", "");
    assert_eq!(feed.fetch().await, taken(2, 0, 2));
    assert_eq!(feed.fetch().await, Outcome::Unchanged);
    server.answers("/feed/manifest.json", manifest(&[(ONE, 1), (TWO, 2)]));
    server.answers(&format!("/feed/{TWO}.json"), event(TWO, "newer.example"));
    assert_eq!(feed.fetch().await, taken(1, 0, 2));
    assert!(feed.hits("one.example") && feed.hits("newer.example") && !feed.hits("two.example"));
    assert_eq!(server.asked(&format!("/feed/{ONE}.json")), 1);
    // What is no longer named goes.
    server.answers("/feed/manifest.json", manifest(&[(TWO, 2)]));
    assert_eq!(feed.fetch().await, taken(0, 0, 1));
    assert!(!feed.hits("one.example"));
}

#[tokio::test]
async fn a_broken_event_costs_itself_only() {
    let server = Server::start().await;
    server.answers("/feed/manifest.json", manifest(&[(ONE, 1), (TWO, 1)]));
    server.answers(&format!("/feed/{ONE}.json"), Answer::json("{\"Event\": {"));
    server.answers(&format!("/feed/{TWO}.json"), event(TWO, "two.example"));
    let feed = server.feed("misp", "/feed/", "");
    assert_eq!(feed.fetch().await, taken(2, 1, 1));
    // It is asked for again.
    server.answers(&format!("/feed/{ONE}.json"), event(ONE, "one.example"));
    assert_eq!(feed.fetch().await, taken(1, 0, 2));
}

#[tokio::test]
async fn names_of_files_elsewhere_are_refused() {
    let server = Server::start().await;
    server.answers(
        "/feed/manifest.json",
        manifest(&[("../../../../../../../etc/passwd-12345678", 1)]),
    );
    let Outcome::Failed(reason) = server.feed("misp", "/feed/", "").fetch().await else {
        panic!("taken");
    };
    assert!(reason.contains("is no id of an event"), "{reason}");
}

#[tokio::test]
async fn digests_alone_are_enough() {
    let server = Server::start().await;
    // MD5 of "evil.example".
    let text = format!("{},{ONE}\n", "4d7c3b0cbbf1a8a1b4e2d0c5f6a79b81");
    server.answers("/feed/hashes.csv", Answer::text(&text));
    let feed = server.feed("misp", "/feed/", "hashes_only = true");
    assert_eq!(feed.fetch().await, taken(1, 0, 1));
}

#[tokio::test]
async fn files_are_fetched_when_they_changed() {
    let server = Server::start().await;
    server.answers(
        "/list.csv",
        Answer::text("domain,tags\nevil.example,c2\n").with("etag", "\"7\""),
    );
    let feed = server.feed("list", "/list.csv", "");
    assert_eq!(feed.fetch().await, taken(1, 0, 1));
    assert_eq!(feed.fetch().await, Outcome::Unchanged);
    assert_eq!(
        server.last("/list.csv", "if-none-match").as_deref(),
        Some("\"7\"")
    );
    // The form may change: still one file of the feed.
    server.answers("/list.csv", Answer::json("[\"other.example\"]"));
    assert_eq!(feed.fetch().await, taken(1, 0, 1));
    assert!(feed.hits("other.example") && !feed.hits("evil.example"));
}
