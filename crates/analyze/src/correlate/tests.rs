use super::Correlator;
use super::testing::claim;
use crate::{Settings, limits};
use event::{Communication, Detection, Host, Incident, Record, Stage, Status, Timestamp};
use std::collections::BTreeMap;
use std::net::IpAddr;

const CONTROL: Option<Communication> = Some(Communication::CommandAndControl);
const LATERAL: Option<Communication> = Some(Communication::LateralMovement);
const DAY: i64 = 86_400;

fn describe(ip: IpAddr) -> Host {
    Host {
        ip,
        mac: None,
        name: None,
    }
}

/// The latest form of each incident, by first sight.
fn told(detections: &[Detection]) -> Vec<Incident> {
    let mut correlator = Correlator::new(Settings::default());
    let mut latest = BTreeMap::new();
    for detection in detections {
        correlator.advance(detection.time, &describe);
        correlator.detection(detection, &describe);
        for incident in correlator.take_incidents(&describe) {
            latest.insert(incident.incident_id.clone(), incident);
        }
    }
    let mut incidents: Vec<Incident> = latest.into_values().collect();
    incidents.sort_by_key(|incident| (incident.first_seen, incident.host.ip));
    incidents
}

fn hosts(incident: &Incident) -> Vec<String> {
    std::iter::once(&incident.host)
        .chain(&incident.others)
        .map(|host| host.ip.to_string())
        .collect()
}

fn spread(second: i64, from: &str, to: &str) -> Detection {
    claim(
        second,
        "remote_service",
        from,
        to,
        LATERAL,
        Stage::LateralMovement,
        0.7,
    )
}

fn call(second: i64, from: &str, to: &str) -> Detection {
    claim(
        second,
        "beacon",
        from,
        to,
        CONTROL,
        Stage::CommandAndControl,
        0.7,
    )
}

#[test]
fn machines_that_one_attack_goes_over_are_one_incident() {
    let incidents = told(&[
        spread(0, "192.168.1.1", "192.168.1.9"),
        spread(5, "192.168.1.1", "192.168.1.2"),
        call(10, "192.168.1.2", "203.0.113.9"),
        spread(20, "192.168.1.2", "192.168.1.3"),
        spread(30, "192.168.1.3", "192.168.1.4"),
        call(40, "192.168.1.77", "198.51.100.1"),
    ]);
    assert_eq!(incidents.len(), 2);
    let outbreak = ["192.168.1.1", "192.168.1.2", "192.168.1.3"];
    assert_eq!(hosts(&incidents[0]), outbreak);
    assert!(incidents[0].summary.ja.contains("192.168.1.3"));
    assert_eq!(hosts(&incidents[1]), ["192.168.1.77"]);
    let of: Vec<Option<IpAddr>> = incidents[0].detections.iter().map(|l| l.host).collect();
    assert_eq!(of[0], None);
    assert_eq!(of.last().unwrap().unwrap().to_string(), "192.168.1.3");
}

#[test]
fn a_stranger_who_tries_many_servers_is_one_incident() {
    let knock = |second, server: &str, stranger: &str| {
        claim(
            second,
            "1:1",
            server,
            stranger,
            None,
            Stage::Exploitation,
            0.6,
        )
    };
    let incidents = told(&[
        knock(0, "192.168.1.1", "203.0.113.9"),
        knock(1, "192.168.1.2", "203.0.113.9"),
        knock(2, "192.168.1.3", "203.0.113.9"),
        knock(3, "192.168.1.4", "198.51.100.1"),
    ]);
    let hosts: Vec<usize> = incidents.iter().map(|one| hosts(one).len()).collect();
    assert_eq!(hosts, [3, 1]);
}

#[test]
fn the_same_file_or_the_same_account_joins_too() {
    let with = |mut detection: Detection, path: &str, name: &'static str, value: &'static str| {
        let mut inner = Record::new();
        inner.push(name, value);
        detection.event.push(path.to_owned(), inner);
        detection
    };
    let download = |second, host: &str, from: &str| {
        claim(
            second,
            "yara:x",
            host,
            from,
            Some(Communication::MalwareDownload),
            Stage::Delivery,
            0.8,
        )
    };
    let file = |detection| with(detection, "fileinfo", "sha256", "ab12");
    let user = |detection| with(detection, "ntlmssp", "user", "Tanaka");
    let machine = |detection| with(detection, "ntlmssp", "user", "PC-23$");
    for (one, two, joined) in [
        (
            file(download(0, "192.168.1.1", "203.0.113.1")),
            file(download(1, "192.168.1.2", "203.0.113.2")),
            true,
        ),
        (
            user(spread(0, "192.168.1.1", "192.168.1.8")),
            user(spread(1, "192.168.1.2", "192.168.1.9")),
            true,
        ),
        (
            machine(spread(0, "192.168.1.1", "192.168.1.8")),
            machine(spread(1, "192.168.1.2", "192.168.1.9")),
            false,
        ),
    ] {
        let incidents = told(&[one, two]);
        assert_eq!(incidents.len(), if joined { 1 } else { 2 });
    }
}

#[test]
fn what_comes_back_after_days_is_the_same_incident() {
    let same = told(&[
        call(0, "192.168.1.1", "203.0.113.9"),
        call(DAY, "192.168.1.1", "203.0.113.9"),
        call(2 * DAY, "192.168.1.1", "203.0.113.9"),
    ]);
    assert_eq!(same.len(), 1);
    assert_eq!(same[0].status, Status::Open);
    assert_eq!(same[0].detections[0].count, 3);
    let other = told(&[
        call(0, "192.168.1.1", "203.0.113.9"),
        call(DAY, "192.168.1.1", "198.51.100.7"),
    ]);
    assert_eq!(other.len(), 2);
    assert_eq!(other[0].status, Status::Closed);
    let much_later = told(&[
        call(0, "192.168.1.1", "203.0.113.9"),
        call(30 * DAY, "192.168.1.1", "203.0.113.9"),
    ]);
    assert_eq!(much_later.len(), 2);
}

/// Of several sites called by a clock the surest gives the line its words, and each other one is named.
#[test]
fn each_other_end_of_a_behaviour_is_named_and_the_surest_tells() {
    let calls = |second, peer: &str, confidence| {
        let mut one = call(second, "192.168.1.1", peer);
        one.confidence = confidence;
        one.name = format!("calls {peer}");
        one
    };
    let incidents = told(&[
        calls(0, "203.0.113.1", 0.25),
        calls(9, "203.0.113.2", 0.62),
        calls(20, "203.0.113.3", 0.3),
    ]);
    let lines = &incidents[0].detections;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].name, "calls 203.0.113.2");
    let last = &lines[0].reasons.last().unwrap().en;
    assert!(last.contains("203.0.113.1, 203.0.113.3"), "{last}");
    assert_eq!(incidents[0].peers[0], "203.0.113.2");
}

/// What a model has counted already is not counted again; that several other ends show it is.
#[test]
fn repetition_raises_no_belief_of_a_behaviour_and_other_ends_do() {
    let weak = |second: i64, peer: &str| {
        let mut one = call(second, "192.168.1.1", peer);
        one.confidence = 0.44;
        one
    };
    let same: Vec<Detection> = (0..64).map(|at| weak(at, "203.0.113.1")).collect();
    assert!(told(&same).is_empty());
    let several: Vec<Detection> = (0..6)
        .map(|at| weak(at, &format!("203.0.113.{at}")))
        .collect();
    assert_eq!(told(&several).len(), 1);
}

/// Weak evidence waits, adds up only with something better, and is forgotten.
#[test]
fn weak_evidence_waits_and_decays() {
    let hint = |second, confidence| {
        claim(
            second,
            "hint",
            "192.168.1.1",
            "203.0.113.9",
            CONTROL,
            Stage::CommandAndControl,
            confidence,
        )
    };
    let better = |second| {
        claim(
            second,
            "better",
            "192.168.1.1",
            "198.51.100.3",
            CONTROL,
            Stage::CommandAndControl,
            0.46,
        )
    };
    let hints: Vec<Detection> = (0..50).map(|second| hint(second, 0.35)).collect();
    assert_eq!(told(&hints).len(), 0);
    assert_eq!(told(&[hint(0, 0.48), better(60)]).len(), 1);
    assert_eq!(told(&[hint(0, 0.48), better(5 * 3600)]).len(), 0);
}

/// However many machines are affected, the table stays bounded and each told incident is closed in the end.
#[test]
fn at_the_bound_told_stories_are_closed_and_not_lost() {
    let mut correlator = Correlator::new(Settings::default());
    let mut last = BTreeMap::new();
    let mut take = |correlator: &mut Correlator| {
        for incident in correlator.take_incidents(&describe) {
            last.insert(incident.incident_id.clone(), incident.status);
        }
    };
    let machines = limits::STORIES_MAX + 10;
    for number in 0..machines {
        let host = format!("10.{}.{}.1", number / 250, number % 250);
        let peer = format!("203.0.{}.{}", number / 250, number % 250);
        correlator.detection(&call(number as i64, &host, &peer), &describe);
        if number % 500 == 0 {
            take(&mut correlator);
        }
    }
    assert!(correlator.stories.len() <= limits::STORIES_MAX);
    correlator.finish(Timestamp::new(machines as i64, 0), &describe);
    take(&mut correlator);
    assert_eq!(last.len(), machines);
    assert!(last.values().all(|status| *status == Status::Closed));
}
