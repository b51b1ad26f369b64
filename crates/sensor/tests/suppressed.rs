//! The sensor as a service, over real TLS, with suppressions on its disk: what they cover arrives marked, all else as before.

use drill::{Attack, Disorder, Plan, write_pcap};
use event::{Incident, RuleName, Suppression, SuppressionScope, Timestamp};
use link::{
    Admitted, Authority, Delivery, Enrolment, EnrolmentCode, Heartbeat, HeartbeatReply, Identity,
    Inbox, Outcome, Receipt, Refusal, SensorRef, SuppressionSet, Suppressions,
};
use sensor::{Detectors, ServiceSettings, Settings, SourceSettings, Wishes};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A portal that keeps the latest of each incident.
struct Desk {
    authority: Authority,
    taken: Mutex<BTreeMap<String, Incident>>,
    versions: Mutex<Vec<Option<u64>>>,
}

impl Inbox for Desk {
    async fn enrol(&self, enrolment: Enrolment) -> Result<Admitted, Refusal> {
        let signed = self
            .authority
            .sign_sensor(&enrolment.csr_pem, "sensor-1", now());
        Ok(Admitted {
            sensor_id: "sensor-1".into(),
            name: "First".into(),
            certificate_pem: signed.map_err(|error| Refusal::Unavailable(error.to_string()))?,
            authority_pem: self.authority.certificate_pem().into(),
        })
    }

    async fn incident(&self, _: &SensorRef, delivery: Delivery) -> Result<Receipt, Refusal> {
        let incident = delivery.incident;
        let id = incident.incident_id.clone();
        self.taken.lock().unwrap().insert(id, incident);
        Ok(Receipt {
            message_id: delivery.message_id,
            outcome: Outcome::New,
        })
    }

    async fn heartbeat(
        &self,
        _: &SensorRef,
        heartbeat: Heartbeat,
    ) -> Result<HeartbeatReply, Refusal> {
        let mut versions = self.versions.lock().unwrap();
        versions.push(heartbeat.suppressions_version);
        Ok(HeartbeatReply::default())
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

/// What the portal got of a capture, watched by a sensor that goes by these suppressions.
fn told(capture: &Path, items: Vec<Suppression>) -> BTreeMap<String, Incident> {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let authority = Authority::open(&folder.path().join("portal"), now()).unwrap();
    let code = EnrolmentCode {
        secret: "open-sesame".into(),
        authority_sha256: authority.sha256(),
    };
    let desk = Arc::new(Desk {
        authority: Authority::open(&folder.path().join("portal"), now()).unwrap(),
        taken: Mutex::default(),
        versions: Mutex::default(),
    });
    let home = folder.path().join("sensor");
    let (inbox, enrolled_at) = (Arc::clone(&desk), home.clone());
    let identity = runtime.block_on(async move {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let never = std::future::pending();
            link::serve(listener, &authority, now(), inbox, never).await
        });
        Identity::enrol(&address, &code, "1", &enrolled_at)
            .await
            .unwrap()
    });
    let set = SuppressionSet { version: 7, items };
    Suppressions::load(&home).replace(set).unwrap();
    let settings = Settings::default();
    let detectors = Arc::new(Detectors::load(&settings).unwrap());
    let service = ServiceSettings {
        source: SourceSettings::Capture(capture.to_owned()),
        data_dir: home,
        version: "1",
    };
    let (stop, reload) = (AtomicBool::new(false), AtomicBool::new(false));
    let wishes = Wishes {
        stop: &stop,
        reload: &reload,
    };
    sensor::serve(
        &service,
        &settings,
        &detectors,
        &identity,
        now,
        wishes,
        || (),
    )
    .unwrap();
    let versions = desk.versions.lock().unwrap();
    assert!(versions.iter().all(|version| *version == Some(7)));
    assert!(!versions.is_empty(), "the sensor says by what it goes");
    desk.taken.lock().unwrap().clone()
}

/// A suppression that says what an incident says, with the other end named or not.
fn about(incident: &Incident, peer: Option<&str>, expires_at: Timestamp) -> Suppression {
    let rules = incident.detections.iter().map(|line| RuleName {
        detector: line.detector,
        id: line.id.clone(),
    });
    Suppression {
        id: "ours".into(),
        scope: SuppressionScope {
            host: None,
            rules: rules.collect(),
            peer: peer.map(str::to_owned),
        },
        expires_at,
    }
}

/// All but the marks.
fn unmarked(told: &BTreeMap<String, Incident>) -> BTreeMap<String, Incident> {
    let mut told = told.clone();
    for incident in told.values_mut() {
        incident.suppressed_by.clear();
    }
    told
}

fn marked(told: &BTreeMap<String, Incident>) -> Vec<&str> {
    let marked = told.values().filter(|one| !one.suppressed_by.is_empty());
    marked.map(|one| one.incident_id.as_str()).collect()
}

#[test]
fn what_is_covered_arrives_marked_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("drill.pcap");
    let plan = Plan {
        seed: 7,
        hosts: 4,
        duration: Duration::from_secs(120),
        disorder: Disorder::NONE,
        ..Plan::default()
    }
    .with_attacks([Attack::DriveBy, Attack::Tor]);
    let mut file = BufWriter::new(File::create(&capture).unwrap());
    write_pcap(&mut file, plan.packets()).unwrap();
    drop(file);

    let plain = told(&capture, Vec::new());
    assert!(plain.len() > 1, "one to be covered, one to be told");
    assert!(marked(&plain).is_empty());
    let fewest = |one: &&Incident| one.detections.len();
    let ours = plain.values().min_by_key(fewest).unwrap();
    let later = ours.last_seen.plus_nanos(1_000_000_000);

    let covered = told(&capture, vec![about(ours, None, later)]);
    assert_eq!(marked(&covered), [ours.incident_id.as_str()]);
    assert_eq!(covered[&ours.incident_id].suppressed_by, ["ours"]);
    assert_eq!(unmarked(&covered), plain, "nothing is lost or changed");

    let elsewhere = about(ours, Some("elsewhere.example"), later);
    let over = about(ours, None, ours.last_seen);
    let beside = told(&capture, vec![elsewhere, over]);
    assert_eq!(beside, plain, "another end, or past its end");
}
