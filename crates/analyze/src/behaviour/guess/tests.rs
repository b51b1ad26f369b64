use super::Guesses;
use crate::HomeNet;
use crate::model::{Context, Model};
use event::{Detection, Endpoint, Event, FlowRef, Record, Timestamp, Transport, Value};

struct World {
    model: Guesses,
    home: HomeNet,
    found: Vec<Detection>,
}

impl World {
    fn new() -> Self {
        Self {
            model: Guesses::new(),
            home: HomeNet::default(),
            found: Vec::new(),
        }
    }

    fn event(&mut self, event: &Event) {
        let context = Context { home: &self.home };
        self.model.event(&context, event, &mut self.found);
    }

    fn belief(&self, id: &str) -> f32 {
        let of_id = self.found.iter().filter(|one| one.id == id);
        of_id.map(|one| one.confidence).fold(0.0, f32::max)
    }
}

/// An event with its values as JSON.
fn event(kind: &'static str, second: i64, flow: u64, port: u16, json: &str) -> Event {
    let mut event = Event::new(Timestamp::new(second, 0), kind);
    event.source = Some(Endpoint::new("192.168.1.5".parse().unwrap(), 50_000));
    event.dest = Some(Endpoint::new("192.168.1.9".parse().unwrap(), port));
    event.transport = Some(Transport::Tcp);
    event.flow = Some(FlowRef { id: flow });
    let body: Record = serde_json::from_str(json).unwrap();
    event.body.push(kind, Value::Record(body));
    event
}

fn ftp(world: &mut World, second: i64, user: &str, code: &str) {
    let flow = second as u64;
    let name = format!(r#"{{"command":"USER","command_data":"{user}"}}"#);
    world.event(&event("ftp", second, flow, 21, &name));
    let pass = format!(r#"{{"command":"PASS","completion_code":["{code}"]}}"#);
    world.event(&event("ftp", second, flow, 21, &pass));
}

#[test]
fn one_account_fails_again_and_again_and_then_gets_in() {
    let mut world = World::new();
    for at in 0..5 {
        ftp(&mut world, at, "bob", "530");
    }
    assert!(world.found.is_empty(), "{:?}", world.found);
    for at in 5..9 {
        ftp(&mut world, at, "bob", "530");
    }
    assert!(world.belief("password_guessing") >= 0.55);
    assert_eq!(world.belief("password_guessed"), 0.0);
    ftp(&mut world, 9, "bob", "230");
    assert!(world.belief("password_guessed") >= 0.7);
}

#[test]
fn an_old_password_in_a_program_is_no_guessing() {
    let mut world = World::new();
    for at in 0..200 {
        ftp(&mut world, at * 60, "backup", "530");
    }
    assert!(world.found.is_empty(), "{:?}", world.found);
}

#[test]
fn a_person_who_forgot_may_type_for_a_while() {
    let mut world = World::new();
    for at in 0..9 {
        ftp(&mut world, at * 8, "ann", "530");
    }
    ftp(&mut world, 80, "ann", "230");
    assert!(world.found.is_empty(), "{:?}", world.found);
    for at in 20..34 {
        ftp(&mut world, at * 8, "ann", "530");
    }
    assert!(world.belief("password_guessing") >= 0.55);
}

#[test]
fn many_accounts_with_few_failures_are_a_spray() {
    let mut world = World::new();
    for at in 0..7 {
        let json = format!(
            r#"{{"command":"SMB2_COMMAND_SESSION_SETUP","status_code":"0xc000006d","ntlmssp":{{"user":"user{at}"}}}}"#
        );
        world.event(&event("smb", at * 90, at as u64, 445, &json));
    }
    assert!(
        world.belief("password_spraying") >= 0.55,
        "{:?}",
        world.found
    );
}

#[test]
fn every_protocol_says_how_a_log_in_ended() {
    let cases = [
        (
            "pop3",
            110,
            r#"{"request":{"command":"APOP","args":["ann"]},"response":{"success":false}}"#,
        ),
        (
            "imap",
            143,
            r#"{"request":{"command":"LOGIN","args":"ann x"},"response":{"status":"NO"}}"#,
        ),
        (
            "ldap",
            389,
            r#"{"request":{"bind_request":{"name":"cn=ann"}},"responses":[{"bind_response":{"result_code":"invalid_credentials"}}]}"#,
        ),
        ("mysql", 3306, r#"{"user":"ann","error_code":1045}"#),
        ("pgsql", 5432, r#"{"response":{"code":"28P01"}}"#),
        (
            "rfb",
            5900,
            r#"{"authentication":{"security_result":"FAIL"}}"#,
        ),
        (
            "krb5",
            88,
            r#"{"msg_type":"KRB_ERROR","failed_request":"KRB_AS_REQ","error_code":"KDC_ERR_PREAUTH_FAILED"}"#,
        ),
        ("http", 80, r#"{"status":401}"#),
    ];
    for (kind, port, json) in cases {
        let mut world = World::new();
        for at in 0..30 {
            world.event(&event(kind, at, at as u64, port, json));
        }
        assert!(world.belief("password_guessing") >= 0.55, "{kind}");
    }
}

#[test]
fn a_form_sent_again_and_again_is_guessing_and_an_ordinary_visit_is_not() {
    let mut world = World::new();
    let wrong = r#"{"http_method":"POST","url":"/wp-login.php","hostname":"a.example","status":200,"length":4000}"#;
    let right = r#"{"http_method":"POST","url":"/wp-login.php","hostname":"a.example","status":302,"length":0}"#;
    for at in 0..4 {
        world.event(&event("http", at, 1, 80, wrong));
    }
    world.event(&event("http", 4, 1, 80, right));
    assert!(world.found.is_empty());
    for at in 10..30 {
        world.event(&event("http", at, 1, 80, wrong));
    }
    assert!(world.belief("password_guessing") >= 0.55);
    world.event(&event("http", 31, 1, 80, right));
    assert!(world.belief("password_guessed") >= 0.55);
}
