//! Who asked: name servers and web proxies ask on behalf of others, and those others are the affected ones.
//!
//! Where the sensor sees both legs, a name that one of the customer's machines asks another one of them for is
//! remembered for a while. A claim about the second one that rests on the same name is then told of the first.

use crate::{HomeNet, limits, table::Table};
use event::{Detection, Endpoint, Event, Text, Timestamp, Value};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What was asked for so long ago is not what is answered now; nanoseconds. Models speak minutes after the first sign.
const WINDOW_NS: u64 = 600_000_000_000;
/// Names are also known by their last labels: a model of domains speaks of `example.org`.
const LABELS_SHORT: [usize; 2] = [2, 3];

/// Questions that the customer's machines put to each other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Relays {
    asked: Table<(IpAddr, String), Asked>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Asked {
    by: Endpoint,
    time: Timestamp,
}

impl Relays {
    pub fn new() -> Self {
        Self {
            asked: Table::new(limits::QUESTIONS_MAX),
        }
    }

    /// Takes from an event which name one machine asks another for.
    pub fn event(&mut self, home: &HomeNet, event: &Event) {
        let (Some(client), Some(server)) = (event.source, event.dest) else {
            return;
        };
        if !home.contains(client.ip) || !home.contains(server.ip) || client.ip == server.ip {
            return;
        }
        let Some(name) = name_asked(event) else {
            return;
        };
        let asked = Asked {
            by: client,
            time: event.time,
        };
        for name in forms(name) {
            *self.asked.touch((server.ip, name), event.time, || asked) = asked;
        }
    }

    /// Moves a claim from the machine that asked on behalf of another to that other one.
    pub fn attribute(&self, home: &HomeNet, detection: &mut Detection) {
        let relay = detection.subject.ip;
        let outward = detection.peer.is_none_or(|peer| !home.contains(peer.ip));
        let Some(name) = &detection.peer_name else {
            return;
        };
        if !home.contains(relay) || !outward {
            return;
        }
        let known = self.asked.at(&(relay, name.to_ascii_lowercase()));
        let Some(asked) = known.filter(|asked| detection.time.since(asked.time) <= WINDOW_NS)
        else {
            return;
        };
        detection.subject = asked.by;
        let (relay, client) = (relay.to_string(), asked.by.ip.to_string());
        detection.reasons.push(Text::new(
            format!("{relay} は {client} に頼まれて中継しただけとみられます"),
            format!("{relay} only passed it on for {client}"),
        ));
    }
}

/// The name in a question to a name server, or in a request to a proxy.
fn name_asked(event: &Event) -> Option<&str> {
    match event.kind.as_ref() {
        "dns" => {
            let is_question = matches!(event.text("dns.type"), Some("query" | "request"));
            let several = event.body.at("dns.queries").map_or(&[][..], Value::as_list);
            let first = several.first().and_then(Value::as_record);
            let name = event.text("dns.rrname").or_else(|| first?.text("rrname"));
            name.filter(|_| is_question)
        }
        "http" => event.text("http.hostname"),
        "tls" => event.text("tls.sni"),
        _ => None,
    }
    // A plain host name is a machine inside that speaks for itself.
    .filter(|name| name.contains('.') && name.parse::<IpAddr>().is_err())
}

/// The name and its last labels, in lower case, without port.
fn forms(name: &str) -> Vec<String> {
    let name = name.split(':').next().unwrap_or(name);
    let name = crate::inventory::shortened(name.trim_end_matches('.')).to_ascii_lowercase();
    let mut forms = Vec::with_capacity(3);
    for labels in LABELS_SHORT {
        let mut dots = name.rmatch_indices('.').map(|(at, _)| at);
        if let Some(at) = dots.nth(labels - 1) {
            forms.push(name[at + 1..].to_owned());
        }
    }
    forms.push(name);
    forms
}

#[cfg(test)]
mod tests {
    use super::{Relays, forms};
    use crate::HomeNet;
    use event::{
        Communication, Detection, Detector, Endpoint, Event, Record, Severity, Stage, Timestamp,
    };

    fn question(kind: &str, client: &str, server: &str, member: (&str, &str)) -> Event {
        let mut event = Event::new(Timestamp::new(100, 0), kind.to_owned());
        event.source = Some(Endpoint::new(client.parse().unwrap(), 5000));
        event.dest = Some(Endpoint::new(server.parse().unwrap(), 53));
        let mut body = Record::new();
        body.push("type", "query");
        body.push(member.0.to_owned(), member.1.to_owned());
        event.body.push(kind.to_owned(), body);
        event
    }

    fn claim(second: i64, subject: &str, peer: &str, name: &str) -> Detection {
        Detection {
            time: Timestamp::new(second, 0),
            detector: Detector::Behaviour,
            id: "dns_tunnel".to_owned(),
            name: String::new(),
            communication: Some(Communication::CommandAndControl),
            stage: Stage::CommandAndControl,
            severity: Severity::High,
            confidence: 0.7,
            technique: Vec::new(),
            reasons: Vec::new(),
            subject: Endpoint::new(subject.parse().unwrap(), 5353),
            peer: Some(Endpoint::new(peer.parse().unwrap(), 53)),
            peer_name: Some(name.to_owned()),
            event: Record::new(),
        }
    }

    /// Relay, peer, name and time of a claim, and whose it is.
    #[test]
    fn whoever_asked_is_the_affected_one() {
        let home = HomeNet::default();
        let mut relays = Relays::new();
        let (client, resolver, proxy) = ("192.168.1.23", "192.168.1.1", "192.168.1.2");
        let name = "deep.tunnel.example.org";
        relays.event(&home, &question("dns", client, resolver, ("rrname", name)));
        let host = ("hostname", "Evil.Example:8080");
        relays.event(&home, &question("http", client, proxy, host));
        let outside = "203.0.113.9";
        for (second, subject, peer, name, whose) in [
            (101, resolver, outside, name, client),
            (101, resolver, outside, "example.org", client),
            (101, resolver, outside, "other.org", resolver),
            (101, proxy, outside, "evil.example", client),
            (101, proxy, "192.168.1.9", "evil.example", proxy),
            (5000, resolver, outside, name, resolver),
            (101, client, outside, name, client),
        ] {
            let mut claim = claim(second, subject, peer, name);
            relays.attribute(&home, &mut claim);
            let told = claim.subject.ip.to_string();
            assert_eq!(told, whose, "{second} {subject} {name}");
            assert_eq!(claim.reasons.len(), usize::from(whose != subject));
        }
    }

    #[test]
    fn names_are_known_by_their_last_labels() {
        assert_eq!(forms("a.b.c.d."), ["c.d", "b.c.d", "a.b.c.d"]);
        assert_eq!(forms("c.d"), ["c.d"]);
    }
}
