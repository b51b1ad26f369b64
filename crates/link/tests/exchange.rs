//! Sensor and portal over real TLS on loopback: enrolment, delivery, refusal, restart.

use event::{Communication, Host, Incident, Severity, Stage, Status, Text, ThreatClass, Timestamp};
use link::{
    Admitted, Authority, CapturePiece, Delivery, Enrolment, EnrolmentCode, Heartbeat, Identity,
    Inbox, LinkError, Outbox, Outcome, PieceTaken, Receipt, Refusal, SensorRef, Uplink, serve,
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
    capture: Mutex<Vec<u8>>,
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

    async fn packets(&self, _: &SensorRef, piece: CapturePiece) -> Result<PieceTaken, Refusal> {
        let mut capture = self.capture.lock().unwrap();
        if piece.offset == capture.len() as u64 {
            capture.extend(piece.bytes);
        }
        Ok(PieceTaken::Have(capture.len() as u64))
    }

    async fn heartbeat(&self, _: &SensorRef, _: Heartbeat) -> Result<(), Refusal> {
        *self.beats.lock().unwrap() += 1;
        Ok(())
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
        capture: Mutex::default(),
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

    let piece = CapturePiece {
        capture: "flow".into(),
        incident_ids: vec!["a".into()],
        offset: 0,
        bytes: (0..=255)
            .cycle()
            .take(link::limits::PIECE_BYTES_MAX)
            .collect(),
    };
    for _ in 0..2 {
        let taken = uplink.packets(&piece).await.unwrap();
        assert_eq!(taken, PieceTaken::Have(piece.bytes.len() as u64));
    }
    assert_eq!(*portal.desk.capture.lock().unwrap(), piece.bytes);

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
