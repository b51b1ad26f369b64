use crate::{Brain, FlowFact, FlowMoment, HomeNet, Settings, SignatureAlert, tcp_flags::*};
use event::{
    Communication, Endpoint, Event, FlowRef, Incident, Record, Severity, Status, Timestamp,
    Transport,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const HOST: &str = "192.168.1.23";

fn endpoint(ip: &str, port: u16) -> Endpoint {
    Endpoint::new(ip.parse().unwrap(), port)
}

fn alert(second: i64, server: &str, msg: &str, classtype: &str) -> SignatureAlert {
    let (client, server) = (endpoint(HOST, 50_000), endpoint(server, 80));
    SignatureAlert {
        time: Timestamp::new(second, 0),
        gid: 1,
        sid: msg.len() as u32,
        rev: 1,
        msg: msg.to_owned(),
        classtype: classtype.to_owned(),
        priority: 1,
        metadata: vec![("signature_severity".to_owned(), "Major".to_owned())],
        references: Vec::new(),
        source: client,
        dest: server,
        client,
        server,
        peer_name: Some("evil.example".to_owned()),
        event: Record::new(),
    }
}

fn named(second: i64) -> Event {
    let mut event = Event::new(Timestamp::new(second, 0), "dhcp");
    let mut dhcp = Record::new();
    dhcp.push("assigned_ip", HOST);
    dhcp.push("hostname", "PC-23");
    event.body.push("dhcp", dhcp);
    event
}

fn probe(second: i64, number: u64) -> FlowFact {
    let time = Timestamp::new(second, 0);
    FlowFact {
        time,
        flow: number,
        moment: FlowMoment::Ended,
        client: endpoint(HOST, 40_000),
        server: endpoint(&format!("192.168.2.{}", number % 200 + 1), 445),
        transport: Transport::Tcp,
        start: time,
        last: time,
        packets_to_server: 1,
        packets_to_client: 1,
        bytes_to_server: 60,
        bytes_to_client: 60,
        flags_to_server: SYN,
        flags_to_client: RST | ACK,
        icmp_type: None,
        echoes_foreign: 0,
        app_proto: None,
    }
}

fn the_story(brain: &mut Brain) -> Vec<Incident> {
    brain.event(&named(1));
    brain.alert(&alert(
        10,
        "203.0.113.1",
        "ET EXPLOIT_KIT Evil Redirector Leading to EK",
        "exploit-kit",
    ));
    brain.alert(&alert(
        12,
        "203.0.113.2",
        "ET EXPLOIT_KIT RIG EK Landing",
        "exploit-kit",
    ));
    brain.alert(&alert(
        15,
        "203.0.113.2",
        "ET MALWARE Win32/X EXE Download",
        "trojan-activity",
    ));
    for beat in 0..10 {
        let second = 60 + beat * 60;
        brain.alert(&alert(
            second,
            "203.0.113.3",
            "ET MALWARE X CnC Checkin",
            "command-and-control",
        ));
    }
    for number in 0..20 {
        brain.flow(&probe(700 + number, number as u64));
    }
    brain.changed_incidents()
}

#[test]
fn an_attack_over_many_stages_is_one_incident_told_whole() {
    let mut brain = Brain::new(Settings::default());
    let incidents = the_story(&mut brain);
    assert_eq!(incidents.len(), 1, "{incidents:#?}");
    let incident = &incidents[0];
    assert_eq!(
        incident.communications,
        [
            Communication::ReconAccess,
            Communication::RedirectorSite,
            Communication::ExploitSite,
            Communication::MalwareDownload,
            Communication::CommandAndControl,
        ]
    );
    assert!(incident.severity >= Severity::High);
    assert_eq!(incident.status, Status::Open);
    assert_eq!(incident.host.name.as_deref(), Some("PC-23"));
    assert!(incident.title.ja.contains("PC-23") && incident.title.en.contains("PC-23"));
    assert!(
        incident.summary.en.contains("then"),
        "{}",
        incident.summary.en
    );
    assert!(incident.actions.len() >= 5);
    assert!(!incident.summary.ja.contains('{') && !incident.summary.en.contains('{'));
    let beats = incident
        .detections
        .iter()
        .find(|line| line.name.contains("Checkin"));
    assert_eq!(beats.unwrap().count, 10);
}

#[test]
fn an_incident_grows_by_revisions_and_closes_when_nothing_comes() {
    let mut brain = Brain::new(Settings::default());
    let first = the_story(&mut brain).remove(0);
    brain.alert(&alert(
        900,
        "203.0.113.3",
        "ET MALWARE Other Family CnC",
        "command-and-control",
    ));
    let second = brain.changed_incidents().remove(0);
    assert_eq!(second.incident_id, first.incident_id);
    assert!(second.revision > first.revision);
    assert!(brain.changed_incidents().is_empty());
    brain.advance(Timestamp::new(900 + 7 * 3600, 0));
    let closed = brain.changed_incidents().remove(0);
    assert_eq!(closed.status, Status::Closed);
    assert_eq!(closed.incident_id, first.incident_id);
    assert!(closed.revision > second.revision);
    brain.alert(&alert(
        40_000,
        "203.0.113.3",
        "ET MALWARE X CnC Checkin",
        "command-and-control",
    ));
    let resumed = brain.changed_incidents().remove(0);
    assert_eq!(resumed.incident_id, first.incident_id);
    assert_eq!(resumed.status, Status::Open);
    assert!(resumed.revision > closed.revision);
    brain.advance(Timestamp::new(80_000, 0));
    brain.changed_incidents();
    let other = "ET MALWARE Quite Another CnC Checkin";
    brain.alert(&alert(80_001, "203.0.113.3", other, "command-and-control"));
    assert_ne!(brain.changed_incidents()[0].incident_id, first.incident_id);
}

#[test]
fn chatter_makes_no_incident_that_disturbs() {
    let mut brain = Brain::new(Settings::default());
    for (at, (msg, classtype)) in [
        ("ET INFO Microsoft Connection Test", "misc-activity"),
        ("ET POLICY Dropbox Client Broadcasting", "policy-violation"),
        (
            "ET POLICY PE EXE or DLL Windows file download HTTP",
            "policy-violation",
        ),
        (
            "ET HUNTING SUSPICIOUS Dotted Quad Host MZ Response",
            "bad-unknown",
        ),
        (
            "ET USER_AGENTS Steam HTTP Client User-Agent",
            "policy-violation",
        ),
        (
            "SURICATA STREAM Packet with invalid ack",
            "protocol-command-decode",
        ),
    ]
    .iter()
    .cycle()
    .take(600)
    .enumerate()
    {
        brain.alert(&alert(at as i64, "203.0.113.1", msg, classtype));
    }
    brain.finish(Timestamp::new(600, 0));
    assert!(
        brain
            .changed_incidents()
            .iter()
            .all(|one| one.severity < Severity::Medium)
    );
}

#[test]
fn a_restart_goes_on_with_the_same_incident() {
    let mut whole = Brain::new(Settings::default());
    the_story(&mut whole);
    let later = alert(
        1000,
        "203.0.113.3",
        "ET MALWARE Other Family CnC",
        "command-and-control",
    );
    let state = whole.snapshot().unwrap();
    let mut again = Brain::restore(Settings::default(), &state).unwrap();
    assert_eq!(again.snapshot().unwrap(), state);
    whole.alert(&later);
    again.alert(&later);
    assert_eq!(whole.changed_incidents(), again.changed_incidents());
    assert!(Brain::restore(Settings::default(), b"{").is_err());
}

#[test]
fn an_attack_from_outside_is_told_of_the_host_inside() {
    let mut brain = Brain::new(Settings {
        home_net: HomeNet::parse("192.168.0.0/16").unwrap(),
        ..Settings::default()
    });
    for number in 0..9 {
        let mut fact = probe(number, number as u64);
        fact.client = endpoint("203.0.113.66", 40_000);
        brain.flow(&fact);
    }
    let incidents = brain.changed_incidents();
    assert_eq!(incidents.len(), 1);
    assert!(incidents[0].host.ip.to_string().starts_with("192.168.2."));
    assert_eq!(incidents[0].peers[0], "203.0.113.66");
    assert_eq!(incidents[0].severity, Severity::Medium);
}

fn http(second: i64, worker: u64, host: usize) -> Event {
    let mut event = Event::new(Timestamp::new(second, 0), "http");
    event.source = Some(endpoint(&format!("192.168.1.{}", host + 1), 50_000));
    event.dest = Some(endpoint("203.0.113.9", 8089));
    event.transport = Some(Transport::Tcp);
    event.flow = Some(FlowRef { id: worker });
    let mut body = Record::new();
    body.push("hostname", "203.0.113.9");
    body.push("http_method", "POST");
    event.body.push("http", body);
    event
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// However workers interleave, sorting by time and flow gives the same incidents; how often
    /// they are taken does not show either.
    #[test]
    fn the_same_events_give_the_same_incidents(order in proptest::collection::vec(any::<u32>(), 60), often in 1usize..9) {
        let mut events: Vec<(u32, Event)> = order
            .iter()
            .enumerate()
            .map(|(at, key)| (*key, http((at as i64 / 3) * 30, at as u64, at % 3)))
            .collect();
        let run = |events: &[(u32, Event)], often: usize| {
            let mut brain = Brain::new(Settings::default());
            let mut last = BTreeMap::new();
            for (at, (_, event)) in events.iter().enumerate() {
                brain.event(event);
                if at % often == 0 {
                    last.extend(brain.changed_incidents().into_iter().map(|one| (one.incident_id.clone(), one)));
                }
            }
            brain.finish(Timestamp::new(10_000, 0));
            last.extend(brain.changed_incidents().into_iter().map(|one| (one.incident_id.clone(), one)));
            last
        };
        let straight = run(&events, 1);
        // Three hosts that call the same place are one story.
        prop_assert_eq!(straight.len(), 1);
        prop_assert_eq!(straight.values().map(|one| one.others.len()).sum::<usize>(), 2);
        events.sort_by_key(|(key, _)| *key);
        events.sort_by_key(|(_, event)| (event.time, event.flow.map(|flow| flow.id)));
        prop_assert_eq!(run(&events, often), straight);
    }

    /// Any text in any field is taken without harm.
    #[test]
    fn hostile_values_do_no_harm(texts in proptest::collection::vec(".{0,40}", 8), seconds in any::<i32>(), port: u16) {
        let mut brain = Brain::new(Settings::default());
        for kind in ["http", "dns", "tls", "fileinfo", "dhcp", "mdns", "flow", "anomaly"] {
            let mut event = http(seconds.into(), 1, 1);
            event.kind = kind.into();
            event.dest = Some(endpoint("203.0.113.9", port));
            let mut body = Record::new();
            for (name, text) in ["hostname", "url", "sni", "subject", "rrname", "http_refer", "redirect", "start"].iter().zip(&texts) {
                body.push(*name, text.clone());
            }
            event.body.set(kind, body);
            brain.event(&event);
        }
        brain.finish(Timestamp::new(i64::MAX, 0));
        brain.changed_incidents();
    }
}
