use super::Tickets;
use crate::HomeNet;
use crate::model::{Context, Model};
use event::{Detection, Endpoint, Event, FlowRef, Record, Timestamp, Transport, Value};

#[derive(Default)]
struct World {
    model: Option<Tickets>,
    found: Vec<Detection>,
}

impl World {
    fn say(&mut self, second: i64, json: &str) {
        let mut event = Event::new(Timestamp::new(second, 0), "krb5");
        // As events have it: the source of the first message is the controller.
        event.source = Some(Endpoint::new("192.168.1.2".parse().unwrap(), 88));
        event.dest = Some(Endpoint::new("192.168.1.5".parse().unwrap(), 50_000));
        event.transport = Some(Transport::Tcp);
        event.flow = Some(FlowRef { id: second as u64 });
        let body: Record = serde_json::from_str(json).unwrap();
        event.body.push("krb5", Value::Record(body));
        let home = HomeNet::default();
        let context = Context { home: &home };
        let model = self.model.get_or_insert_with(Tickets::new);
        model.event(&context, &event, &mut self.found);
    }

    /// A request with its answer.
    fn exchange(&mut self, second: i64, request: &str, answer: &str) {
        self.say(second, request);
        self.say(second, answer);
    }

    fn log_on(&mut self, second: i64, user: &str) {
        self.exchange(
            second,
            &format!(r#"{{"msg_type":"KRB_AS_REQ","cname":"{user}","preauthenticated":true,"requested_encryptions":["aes256-cts-hmac-sha1-96","rc4-hmac"]}}"#),
            &format!(r#"{{"msg_type":"KRB_AS_REP","cname":"{user}","encryption":"aes256-cts-hmac-sha1-96"}}"#),
        );
    }

    fn belief(&self, id: &str) -> f32 {
        let of_id = self.found.iter().filter(|one| one.id == id);
        of_id.map(|one| one.confidence).fold(0.0, f32::max)
    }
}

#[test]
fn an_ordinary_morning_is_quiet() {
    let mut world = World::default();
    world.log_on(1, "ann");
    for (at, service) in ["cifs/files", "HTTP/intranet", "MSSQLSvc/db:1433"]
        .iter()
        .enumerate()
    {
        world.exchange(
            10 + at as i64,
            r#"{"msg_type":"KRB_TGS_REQ","preauthenticated":true,"requested_encryptions":["aes256-cts-hmac-sha1-96","rc4-hmac"]}"#,
            &format!(r#"{{"msg_type":"KRB_TGS_REP","cname":"ann","sname":"{service}","encryption":"aes256-cts-hmac-sha1-96","ticket_encryption":"rc4-hmac"}}"#),
        );
    }
    assert!(world.found.is_empty(), "{:?}", world.found);
}

#[test]
fn roasting_asks_for_what_breaks_fast() {
    let mut world = World::default();
    world.log_on(1, "ann");
    for at in 0..5 {
        world.exchange(
            10 + at,
            r#"{"msg_type":"KRB_TGS_REQ","preauthenticated":true,"requested_encryptions":["rc4-hmac"]}"#,
            &format!(r#"{{"msg_type":"KRB_TGS_REP","cname":"ann","sname":"HTTP/web{at}","encryption":"aes256-cts-hmac-sha1-96","ticket_encryption":"rc4-hmac"}}"#),
        );
    }
    assert!(world.belief("kerberoasting") >= 0.7, "{:?}", world.found);
    for at in 0..3 {
        world.exchange(
            30 + at,
            &format!(r#"{{"msg_type":"KRB_AS_REQ","cname":"user{at}","preauthenticated":false,"requested_encryptions":["rc4-hmac"]}}"#),
            &format!(r#"{{"msg_type":"KRB_AS_REP","cname":"user{at}","encryption":"rc4-hmac"}}"#),
        );
    }
    assert!(world.belief("asrep_roasting") >= 0.7);
}

#[test]
fn names_that_do_not_exist_are_counted() {
    let mut world = World::default();
    for at in 0..6 {
        world.exchange(
            at,
            &format!(r#"{{"msg_type":"KRB_AS_REQ","cname":"guess{at}","preauthenticated":false}}"#),
            r#"{"msg_type":"KRB_ERROR","failed_request":"KRB_AS_REQ","error_code":"KDC_ERR_C_PRINCIPAL_UNKNOWN"}"#,
        );
    }
    assert!(world.belief("kerberos_user_enumeration") >= 0.55);
}

#[test]
fn stolen_hashes_and_forged_tickets_show_in_their_ciphers() {
    let mut world = World::default();
    world.log_on(1, "ann");
    world.exchange(
        2,
        r#"{"msg_type":"KRB_AS_REQ","cname":"admin","preauthenticated":true,"requested_encryptions":["rc4-hmac"]}"#,
        r#"{"msg_type":"KRB_AS_REP","cname":"admin","encryption":"rc4-hmac"}"#,
    );
    assert!(world.belief("overpass_the_hash") >= 0.5);
    world.exchange(
        3,
        r#"{"msg_type":"KRB_TGS_REQ","preauthenticated":true}"#,
        r#"{"msg_type":"KRB_TGS_REP","cname":"boss","sname":"cifs/dc","encryption":"rc4-hmac","ticket_encryption":"aes256-cts-hmac-sha1-96"}"#,
    );
    assert!(world.belief("forged_ticket") >= 0.55);
}
