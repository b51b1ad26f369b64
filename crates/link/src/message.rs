//! What sensor and portal say to each other, as JSON over HTTP/1.1 in TLS.

use event::{Incident, Suppression, Timestamp};
use serde::{Deserialize, Serialize};

/// `POST /link/v1/enrol`: a new sensor asks to be let in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrolment {
    /// The one-time secret.
    pub secret: String,
    /// PKCS #10 request for the sensor's own key, PEM.
    pub csr_pem: String,
    /// Software version.
    pub version: String,
}

/// Who the new sensor is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Admitted {
    /// Id that the portal knows the sensor by.
    pub sensor_id: String,
    /// Name that people know it by.
    pub name: String,
    /// The sensor's certificate chain, PEM.
    pub certificate_pem: String,
    /// The authority's certificate, PEM.
    pub authority_pem: String,
}

/// A sensor that has shown its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SensorRef {
    /// Id in the certificate.
    pub sensor_id: String,
    /// SHA-256 of its public key (the SubjectPublicKeyInfo of RFC 5280), lower-case hexadecimal.
    pub key_sha256: String,
}

/// One incident on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    /// The sensor's number for it, counting up.
    pub message_id: u64,
    /// The incident as it stands at this revision.
    pub incident: Incident,
}

/// What became of a delivery. In every case it need not be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An incident not known before.
    New,
    /// A known incident has grown.
    Updated,
    /// Already known in this or a later revision.
    Duplicate,
    /// Not acceptable, whatever is tried; kept in the portal's log.
    Rejected,
}

/// The portal's word that a delivery is on its disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which delivery.
    pub message_id: u64,
    /// What became of it.
    pub outcome: Outcome,
}

/// `POST /link/v1/incidents`: the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// One for each delivery, in order.
    pub receipts: Vec<Receipt>,
}

/// Counters of one watched interface since the sensor started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceCounters {
    /// Name.
    pub name: String,
    /// Frames seen.
    pub packets: u64,
    /// Bytes seen.
    pub bytes: u64,
    /// Frames lost because the kernel's buffer was full.
    pub drops: u64,
}

/// `POST /link/v1/heartbeat`: the sensor is alive, and how it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The sensor's clock.
    pub time: Timestamp,
    /// Software version.
    pub version: String,
    /// Seconds since the sensor started.
    pub uptime_s: u64,
    /// What is watched.
    pub interfaces: Vec<InterfaceCounters>,
    /// Flows being followed now.
    pub flows: u64,
    /// Events written since the start.
    pub events: u64,
    /// Rules that run.
    pub rules_loaded: u64,
    /// Rules that could not be run.
    pub rules_refused: u64,
    /// Incidents that wait on the sensor's disk.
    pub queued: u64,
    /// Incidents given up because the disk was full.
    pub lost: u64,
    /// Endpoints seen in the home network.
    pub endpoints: u64,
    /// Resident memory.
    pub memory_bytes: u64,
    /// How often an incident was told as suppressed since the start.
    #[serde(default)]
    pub suppressed: u64,
    /// The version of the suppressions that the sensor goes by, 0 before it has got any; none by sensors that know of none.
    #[serde(default)]
    pub suppressions_version: Option<u64>,
    /// How the machine, the mirror port and the content are; sensors of earlier versions do not say.
    #[serde(default)]
    pub health: Option<Health>,
}

/// How the machine, the mirror port and the content are. What the system does not say is unknown. Counts are since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// Processor time of the sensor since the last heartbeat, in thousandths of all processors.
    pub cpu_process_permille: Option<u64>,
    /// Processor time of everything on the machine, likewise.
    pub cpu_machine_permille: Option<u64>,
    /// Memory of the machine.
    pub memory_machine_bytes: Option<u64>,
    /// What of it is available to programs.
    pub memory_available_bytes: Option<u64>,
    /// Size of the disk that the sensor's folder is on.
    pub disk_bytes: Option<u64>,
    /// What of it the sensor may still use.
    pub disk_free_bytes: Option<u64>,
    /// Packets left out because too much came.
    pub packets_shed: Option<u64>,
    /// Detections of all detectors.
    pub detections: Option<u64>,
    /// TCP connections that ended, both sides of which were seen.
    pub tcp_both_sides: Option<u64>,
    /// Those of which only one side was seen, though the other one spoke.
    pub tcp_one_side: Option<u64>,
    /// VLANs seen, by their outermost tag: the lowest ones, up to the limit.
    pub vlans: Option<Vec<u16>>,
    /// Indicators looked for.
    pub indicators: Option<u64>,
    /// The latest change of rule files beside our own rules, which are of the software's version; none where there are none.
    pub rules_at: Option<Timestamp>,
    /// The latest change of files with indicators; none where there are none.
    pub intelligence_at: Option<Timestamp>,
}

/// What the portal has for a sensor that is alive. Older sensors do not look at it, older portals say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeartbeatReply {
    /// The tenant's suppressions, when the sensor goes by others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressions: Option<SuppressionSet>,
}

/// All suppressions of a tenant that hold; takes the place of those that the sensor had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionSet {
    /// Another one after each change; 0 where there never was a suppression.
    pub version: u64,
    /// At most [`SUPPRESSIONS_MAX`](crate::limits::SUPPRESSIONS_MAX).
    pub items: Vec<Suppression>,
}

/// Why the portal refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The secret is unknown, used or expired.
    #[error(
        "the enrolment code is not valid: it was mistyped, used before, or has expired; ask for a new one in the portal"
    )]
    BadSecret,
    /// The sensor has been barred, or its certificate replaced.
    #[error("this sensor has been barred in the portal")]
    Barred,
    /// The portal cannot at the moment; try again later.
    #[error("the portal cannot take it at the moment: {0}")]
    Unavailable(String),
}

#[cfg(test)]
mod tests {
    use super::{Health, Heartbeat};

    #[test]
    fn heartbeats_of_other_versions_are_understood() {
        let early = r#"{"time": "2026-11-22T03:00:00Z", "version": "0.1.0", "uptime_s": 5, "interfaces": [], "flows": 1, "events": 2,
            "rules_loaded": 3, "rules_refused": 0, "queued": 0, "lost": 0, "endpoints": 4, "memory_bytes": 5"#;
        let read = |rest: &str| serde_json::from_str::<Heartbeat>(&format!("{early}{rest}"));
        assert_eq!(read("}").unwrap().health, None);
        let known = Health {
            disk_bytes: Some(7),
            ..Health::default()
        };
        let later = r#", "health": {"disk_bytes": 7, "moods": 1}, "weather": "fine"}"#;
        assert_eq!(read(later).unwrap().health, Some(known));
    }
}
