//! Sensor and portal over real TLS on loopback: enrolment, delivery, refusal, restart.

use event::{
    Communication, Detector, EvidenceLine, Host, Incident, Record, RuleName, Severity, Stage,
    Status, Suppression, SuppressionScope, Text, ThreatClass, Timestamp,
};
use link::{
    Admitted, Authority, Delivery, Enrolment, EnrolmentCode, Heartbeat, HeartbeatReply, Identity,
    Inbox, LinkError, Outbox, Outcome, Receipt, Refusal, SensorRef, SuppressionSet, Suppressions,
    Uplink, serve,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

const NOW: Timestamp = Timestamp::new(1_790_000_000, 0);

/// A portal that keeps what it takes in memory and lets one secret in, once.
struct Desk {
    authority: Authority,
    secret: Mutex<Option<&'static str>>,
    barred: Mutex<bool>,
    taken: Mutex<BTreeMap<(String, u64), Incident>>,
    beats: Mutex<u32>,
    suppressions: Mutex<Option<SuppressionSet>>,
    key: Mutex<Option<String>>,
}

impl Inbox for Desk {
    async fn enrol(&self, enrolment: Enrolment) -> Result<Admitted, Refusal> {
        let mut secret = self.secret.lock().unwrap();
        if *secret != Some(enrolment.secret.as_str()) {
            return Err(Refusal::BadSecret);
        }
        let certificate_pem = self
            .authority
            .sign_sensor(&enrolment.csr_pem, "sensor-1", now())
            .map_err(|error| Refusal::Unavailable(error.to_string()))?;
        *secret = None;
        *self.key.lock().unwrap() = Authority::requested_key_sha256(&enrolment.csr_pem).ok();
        Ok(Admitted {
            sensor_id: "sensor-1".into(),
            name: "First".into(),
            certificate_pem,
            authority_pem: self.authority.certificate_pem().into(),
        })
    }

    async fn incident(&self, sensor: &SensorRef, delivery: Delivery) -> Result<Receipt, Refusal> {
        assert_eq!(sensor.sensor_id, "sensor-1");
        assert_eq!(Some(&sensor.key_sha256), self.key.lock().unwrap().as_ref());
        if *self.barred.lock().unwrap() {
            return Err(Refusal::Barred);
        }
        let key = (
            delivery.incident.incident_id.clone(),
            delivery.incident.revision,
        );
        let known = self
            .taken
            .lock()
            .unwrap()
            .insert(key, delivery.incident)
            .is_some();
        let outcome = if known {
            Outcome::Duplicate
        } else {
            Outcome::New
        };
        Ok(Receipt {
            message_id: delivery.message_id,
            outcome,
        })
    }

    async fn heartbeat(
        &self,
        _: &SensorRef,
        heartbeat: Heartbeat,
    ) -> Result<HeartbeatReply, Refusal> {
        *self.beats.lock().unwrap() += 1;
        let current = self.suppressions.lock().unwrap().clone();
        let has = heartbeat.suppressions_version;
        Ok(HeartbeatReply {
            suppressions: current.filter(|set| has != Some(set.version)),
        })
    }
}

/// Certificates are checked against the real clock.
#[expect(
    clippy::disallowed_methods,
    reason = "a real connection needs real time"
)]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    Timestamp::new(since.as_secs() as i64, 0)
}

fn incident(id: &str, revision: u64) -> Incident {
    Incident {
        incident_id: id.into(),
        revision,
        status: Status::Open,
        class: ThreatClass::Suspicious,
        communications: vec![Communication::Tor],
        stages: vec![Stage::CommandAndControl],
        severity: Severity::Medium,
        confidence: 0.7,
        host: Host {
            ip: "192.0.2.1".parse().unwrap(),
            mac: None,
            name: None,
        },
        others: vec![],
        peers: vec![],
        first_seen: NOW,
        last_seen: NOW,
        detections: vec![],
        title: Text::new("題", "title"),
        summary: Text::default(),
        actions: vec![],
        advice: None,
        suppressed_by: vec![],
    }
}

struct Running {
    desk: Arc<Desk>,
    address: String,
    code: EnrolmentCode,
    _stop: oneshot::Sender<()>,
}

async fn portal(folder: &Path) -> Running {
    let authority = Authority::open(folder, now()).unwrap();
    let code = EnrolmentCode {
        secret: "open-sesame".into(),
        authority_sha256: authority.sha256(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let desk = Arc::new(Desk {
        authority: Authority::open(folder, now()).unwrap(),
        secret: Mutex::new(Some("open-sesame")),
        barred: Mutex::new(false),
        taken: Mutex::default(),
        beats: Mutex::default(),
        suppressions: Mutex::default(),
        key: Mutex::default(),
    });
    let (stop, stopped) = oneshot::channel();
    let inbox = desk.clone();
    tokio::spawn(async move {
        let until = async {
            let _ = stopped.await;
        };
        serve(listener, &authority, now(), inbox, until)
            .await
            .unwrap();
    });
    Running {
        desk,
        address,
        code,
        _stop: stop,
    }
}

#[tokio::test]
async fn a_sensor_enrols_once_and_delivers() {
    let folder = tempfile::tempdir().unwrap();
    let portal = portal(&folder.path().join("portal")).await;
    let home = folder.path().join("sensor");
    let identity = Identity::enrol(&portal.address, &portal.code, "1", &home)
        .await
        .unwrap();
    assert_eq!(identity.name, "First");

    let second = Identity::enrol(&portal.address, &portal.code, "1", &home).await;
    assert!(
        matches!(second, Err(LinkError::Refused(_))),
        "a secret works once"
    );

    let kept = Identity::load(&home).unwrap().unwrap();
    let mut uplink = Uplink::new(&kept).unwrap();
    let (mut outbox, state) = Outbox::open(&home).unwrap();
    assert!(state.is_none());
    outbox
        .commit(&[incident("a", 1), incident("b", 1)], &"state")
        .unwrap();
    let waiting = outbox.waiting(10, 1 << 20).unwrap();
    let accepted = uplink.deliver(&waiting).await.unwrap();
    assert!(
        accepted
            .receipts
            .iter()
            .all(|receipt| receipt.outcome == Outcome::New)
    );
    let again = uplink.deliver(&waiting).await.unwrap();
    assert!(
        again
            .receipts
            .iter()
            .all(|receipt| receipt.outcome == Outcome::Duplicate)
    );
    outbox
        .acknowledge(waiting.last().unwrap().message_id)
        .unwrap();
    assert!(outbox.is_empty());
    assert_eq!(portal.desk.taken.lock().unwrap().len(), 2);

    *portal.desk.barred.lock().unwrap() = true;
    let refused = uplink.deliver(&waiting).await.unwrap_err();
    assert!(matches!(refused, LinkError::Refused(reason) if reason.contains("barred")));
}

#[tokio::test]
async fn nobody_else_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let portal_here = portal(&folder.path().join("portal")).await;
    let other = portal(&folder.path().join("other")).await;
    let home = folder.path().join("sensor");
    // The code of one portal does not open another.
    let wrong = Identity::enrol(&other.address, &portal_here.code, "1", &home).await;
    assert!(matches!(wrong, Err(LinkError::Unreachable { .. })));
    // A certificate of another authority is not let in.
    let mut stranger = Identity::enrol(&other.address, &other.code, "1", &home)
        .await
        .unwrap();
    stranger.portal.clone_from(&portal_here.address);
    let mut uplink = Uplink::new(&stranger).unwrap();
    assert!(matches!(
        uplink.deliver(&[]).await,
        Err(LinkError::Unreachable { .. })
    ));
}

#[test]
fn an_outbox_finishes_what_a_crash_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let (mut outbox, _) = Outbox::open(folder.path()).unwrap();
    outbox.commit(&[incident("a", 1)], &1).unwrap();
    let first = outbox.waiting(9, 9999).unwrap()[0].message_id;
    outbox.acknowledge(first).unwrap();
    // The process dies after the state was replaced and before the queue was written.
    let before: Vec<_> = std::fs::read_dir(folder.path().join("queue"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    let kept: Vec<_> = before
        .iter()
        .map(|path| (path, std::fs::read(path).unwrap()))
        .collect();
    let marker = std::fs::read(folder.path().join("queued")).unwrap();
    outbox.commit(&[incident("a", 2)], &2).unwrap();
    drop(outbox);
    for (path, content) in kept {
        std::fs::write(path, content).unwrap();
    }
    std::fs::write(folder.path().join("queued"), marker).unwrap();
    for _ in 0..2 {
        let (outbox, state) = Outbox::open(folder.path()).unwrap();
        assert_eq!(state, Some(2.into()));
        let waiting = outbox.waiting(9, 99999).unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0].incident.revision, 2);
    }
}

fn beat(version: u64) -> Heartbeat {
    let fields = serde_json::json!({
        "time": now(), "version": "1", "uptime_s": 1, "interfaces": [], "flows": 0, "events": 0, "rules_loaded": 0,
        "rules_refused": 0, "queued": 0, "lost": 0, "endpoints": 0, "memory_bytes": 0, "suppressions_version": version,
    });
    serde_json::from_value(fields).unwrap()
}

fn set(version: u64, peers: &[&str]) -> SuppressionSet {
    let rule = RuleName {
        detector: Detector::Behaviour,
        id: "beacon".into(),
    };
    let items = peers.iter().map(|peer| Suppression {
        id: format!("to {peer}"),
        scope: SuppressionScope {
            host: None,
            rules: vec![rule.clone()],
            peer: Some((*peer).into()),
        },
        expires_at: Timestamp::new(NOW.seconds() + 60, 0),
    });
    SuppressionSet {
        version,
        items: items.collect(),
    }
}

/// A beacon to one other end.
fn beacon(peer: &str, last_seen: Timestamp) -> Incident {
    let mut event = Record::new();
    event.push("src_ip", "192.0.2.1");
    event.push("dest_ip", peer.to_owned());
    let line = EvidenceLine {
        time: last_seen,
        detector: Detector::Behaviour,
        id: "beacon".into(),
        name: "beacon".into(),
        technique: vec![],
        reasons: vec![],
        communication: None,
        stage: Stage::CommandAndControl,
        confidence: 0.7,
        count: 9,
        host: None,
        event,
    };
    Incident {
        peers: vec![peer.into()],
        last_seen,
        detections: vec![line],
        ..incident(peer, 1)
    }
}

#[tokio::test]
async fn suppressions_reach_the_sensor_stay_there_and_are_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let portal = portal(&folder.path().join("portal")).await;
    let home = folder.path().join("sensor");
    let identity = Identity::enrol(&portal.address, &portal.code, "1", &home)
        .await
        .unwrap();
    let mut uplink = Uplink::new(&identity).unwrap();
    let mut kept = Suppressions::load(&home);
    let reply = uplink.beat(&beat(kept.version())).await.unwrap();
    assert_eq!(reply.suppressions, None, "an older portal says nothing");

    *portal.desk.suppressions.lock().unwrap() = Some(set(7, &["198.51.100.1"]));
    let reply = uplink.beat(&beat(kept.version())).await.unwrap();
    kept.replace(reply.suppressions.unwrap()).unwrap();
    let reply = uplink.beat(&beat(kept.version())).await.unwrap();
    assert_eq!(reply.suppressions, None, "what the sensor has is not sent");

    // A restart.
    let mut kept = Suppressions::load(&home);
    assert_eq!(kept.version(), 7);
    let end = Timestamp::new(NOW.seconds() + 60, 0);
    for (peer, time, is_marked) in [
        ("198.51.100.1", NOW, true),
        ("198.51.100.2", NOW, false),
        ("198.51.100.1", end, false),
    ] {
        let mut story = beacon(peer, time);
        assert_eq!(kept.mark(&mut story), is_marked, "{peer} {time}");
        assert_eq!(story.suppressed_by.len(), usize::from(is_marked));
    }

    *portal.desk.suppressions.lock().unwrap() = Some(set(8, &[]));
    let reply = uplink.beat(&beat(kept.version())).await.unwrap();
    kept.replace(reply.suppressions.unwrap()).unwrap();
    for kept in [&kept, &Suppressions::load(&home)] {
        let mut story = beacon("198.51.100.1", NOW);
        story.suppressed_by = vec!["what was taken back".into()];
        assert!(!kept.mark(&mut story));
        assert!(story.suppressed_by.is_empty());
    }
}

#[test]
fn of_too_many_suppressions_none_hides() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = Suppressions::load(folder.path());
    let many = vec!["198.51.100.1"; link::limits::SUPPRESSIONS_MAX + 1];
    kept.replace(set(1, &many)).unwrap();
    assert_eq!(kept.version(), 1);
    assert!(!kept.mark(&mut beacon("198.51.100.1", NOW)));
    std::fs::write(folder.path().join("suppressions.json"), "{").unwrap();
    assert_eq!(Suppressions::load(folder.path()).version(), 0);
}
