use super::*;
use analyze::FlowMoment;
use event::{Endpoint, Transport};
use intelligence::Loader;

const LISTED: &str = "203.0.113.7";

fn lists() -> Indicators {
    Loader::default().read("masters", LISTED.as_bytes()).0
}

fn end(ip: &str, port: u16) -> Endpoint {
    Endpoint::new(ip.parse().unwrap(), port)
}

fn fact(flow: u64, second: i64, app_proto: Option<&'static str>) -> FlowFact {
    let time = Timestamp::new(1_700_000_000 + second, 0);
    FlowFact {
        time,
        flow,
        moment: FlowMoment::Answered,
        client: end("192.168.1.5", 50_000),
        server: end(LISTED, 443),
        transport: Transport::Tcp,
        start: time,
        last: time,
        packets_to_server: 2,
        packets_to_client: 2,
        bytes_to_server: 300,
        bytes_to_client: 1_000,
        flags_to_server: 0,
        flags_to_client: 0,
        icmp_type: None,
        echoes_foreign: 0,
        app_proto,
    }
}

fn event(kind: &'static str, flow: u64, fields: &[(&'static str, &str)]) -> Event {
    let mut event = Event::new(Timestamp::new(1_700_000_001, 0), kind);
    event.flow = Some(FlowRef { id: flow });
    event.source = Some(end("192.168.1.5", 50_000));
    event.dest = Some(end(LISTED, 443));
    let mut record = Record::new();
    for (name, text) in fields {
        record.push(*name, (*text).to_owned());
    }
    event.body.push(kind, record);
    event
}

fn looked_up(name: &str) -> Event {
    let mut event = event("dns", 99, &[]);
    event.dest = event.source;
    let record = |name: &'static str, text: &str| {
        let mut record = Record::new();
        record.push(name, text.to_owned());
        Value::from(vec![Value::from(record)])
    };
    let mut dns = Record::new();
    dns.push("queries", record("rrname", name));
    dns.push("answers", record("rdata", LISTED));
    event.body.set("dns", dns);
    event
}

/// What is told of a flow with these look-ups before and this name of its own, and whether it is braked.
fn told(looked_up_names: &[&str], own: Option<Event>) -> (Event, bool) {
    let lists = lists();
    let mut listed = Listed::default();
    for name in looked_up_names {
        let event = looked_up(name);
        let hits = lists.match_event(&event);
        assert!(listed.learn(&event, &hits).is_none());
    }
    let mut carriers: Vec<Event> = Vec::new();
    carriers.extend(listed.flow(fact(1, 0, Some("tls")), false, &lists));
    assert!(carriers.is_empty(), "nothing was sent yet");
    carriers.extend(listed.flow(fact(1, 0, Some("tls")), true, &lists));
    carriers.extend(own.and_then(|event| listed.learn(&event, &[])));
    carriers.extend(listed.due(Timestamp::new(1_700_000_100, 0)));
    assert_eq!(carriers.len(), 1, "each flow is told once");
    let hits = listed.hits(&carriers[0], &lists);
    assert_eq!(hits.len(), 1);
    let end = event("flow", 1, &[]);
    let mut at_end = lists.match_event(&end);
    assert_eq!(at_end.len(), 1);
    assert!(listed.flow_ends(&end, &mut at_end, &lists));
    assert!(at_end.is_empty(), "its end is not told again");
    let is_braked = hits[0].facts.brake.is_some();
    assert_eq!(is_braked, hits[0].harmless_name.is_some());
    (carriers.remove(0), is_braked)
}

#[test]
fn a_shared_address_is_judged_by_the_name_that_it_is_reached_for() {
    let tls = |name| Some(event("tls", 1, &[("sni", name)]));
    let signed = |issuer| {
        let fields = [
            ("sni", "www.google.com"),
            ("subject", "CN=www.google.com"),
            ("issuerdn", issuer),
        ];
        Some(event("tls", 1, &fields))
    };
    for (what, names, own, wanted) in [
        ("no name", &[][..], None, false),
        ("an unknown name", &[], tls("evil.example"), false),
        ("a popular one", &[], tls("www.google.com"), true),
        ("looked up so", &["www.google.com"], None, true),
        (
            "other names, too",
            &["www.google.com", "evil.example"],
            None,
            false,
        ),
        (
            "its own name counts",
            &["www.google.com"],
            tls("evil.example"),
            false,
        ),
        (
            "one of its names",
            &["evil.example", "google.com"],
            tls("google.com"),
            true,
        ),
        (
            "a false name",
            &["evil.example"],
            tls("www.google.com"),
            false,
        ),
        ("signed by itself", &[], signed("CN=www.google.com"), false),
        ("signed by another", &[], signed("CN=Some CA"), true),
    ] {
        assert_eq!(told(names, own).1, wanted, "{what}");
    }
}

#[test]
fn the_name_is_waited_for_only_where_it_may_change_something() {
    let lists = lists();
    let second = |flow: &Event| flow.time.seconds() - 1_700_000_000;
    let mut listed = Listed::default();
    let at_once = listed.flow(fact(1, 0, Some("ssh")), true, &lists).unwrap();
    assert_eq!(second(&at_once), 0, "there is no name in such a protocol");
    assert!(listed.flow(fact(2, 0, Some("tls")), true, &lists).is_none());
    assert!(listed.due(Timestamp::new(1_700_000_004, 0)).is_empty());
    let late = listed.due(Timestamp::new(1_700_000_060, 0));
    assert_eq!(late.iter().map(second).collect::<Vec<_>>(), [5]);

    let lookup = looked_up("evil.example");
    let hits = lists.match_event(&lookup);
    listed.learn(&lookup, &hits);
    let known = listed.flow(fact(3, 1, Some("tls")), true, &lists).unwrap();
    assert_eq!(
        second(&known),
        1,
        "the name that led there is no harmless one"
    );
    assert_eq!(known.text("dns.rrname"), Some("evil.example"));
}

#[test]
fn a_flow_without_content_is_told_when_it_ends() {
    let lists = lists();
    let mut listed = Listed::default();
    assert!(listed.flow(fact(1, 0, None), false, &lists).is_none());
    let end = event("flow", 1, &[]);
    let mut hits = lists.match_event(&end);
    assert!(!listed.flow_ends(&end, &mut hits, &lists));
    assert_eq!(hits.len(), 1);
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut names = Names::default();
    for number in 0..LISTED_NAMES_MAX as u32 + 10 {
        let address = IpAddr::from(std::net::Ipv4Addr::from_bits(number));
        for name in 0..NAMES_OF_ONE_MAX + 2 {
            names.note((address, address), &format!("{name}.example"));
        }
    }
    assert_eq!(names.of_pair.len(), LISTED_NAMES_MAX);
    assert_eq!(names.order.len(), LISTED_NAMES_MAX);
    assert!(
        names
            .of_pair
            .values()
            .all(|of| of.len() == NAMES_OF_ONE_MAX)
    );
}

#[test]
fn what_goes_beyond_the_limits_is_counted() {
    let (lists, mut listed) = (lists(), Listed::default());
    for flow in 0..LISTED_FLOWS_MAX as u64 + 3 {
        listed.flow(fact(flow, 0, None), false, &lists);
    }
    for number in 0..NAMES_OF_ONE_MAX + 2 {
        let asked = looked_up(&format!("site{number}.example"));
        listed.names.learn(&asked);
    }
    let counts = listed.counts();
    assert_eq!((counts.flows_unfollowed, counts.names_forgotten), (3, 2));
}
