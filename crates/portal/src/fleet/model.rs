//! Sensors as the portal knows them.

use crate::sites::SiteName;
use crate::tenancy::SensorId;
use event::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a sensor is heard from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SensorState {
    /// It has never been heard from.
    Never,
    /// Heard from within the last 90 seconds.
    Online,
    /// Heard from within the last five minutes.
    Late,
    /// Not heard from for longer.
    Offline,
}

/// Heard from within this many seconds, a sensor is online.
pub const ONLINE_SECONDS_MAX: i64 = 90;
/// Heard from within this many seconds, a sensor is late; beyond, offline.
pub const LATE_SECONDS_MAX: i64 = 300;

impl SensorState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Never, Self::Online, Self::Late, Self::Offline];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Online => "online",
            Self::Late => "late",
            Self::Offline => "offline",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }

    /// By the time of the last heartbeat, both in microseconds.
    pub fn at(now: i64, last_heartbeat: Option<i64>) -> Self {
        let Some(last) = last_heartbeat else {
            return Self::Never;
        };
        match now.saturating_sub(last) / 1_000_000 {
            seconds if seconds <= ONLINE_SECONDS_MAX => Self::Online,
            seconds if seconds <= LATE_SECONDS_MAX => Self::Late,
            _ => Self::Offline,
        }
    }
}

/// Counters of one interface since the sensor started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InterfaceCounters {
    /// Name, e.g. `eth1`.
    pub name: String,
    /// Packets seen.
    pub packets: u64,
    /// Bytes seen.
    pub bytes: u64,
    /// Packets that came and could not be taken.
    pub drops: u64,
}

/// What a sensor says of itself every half minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Heartbeat {
    /// Version of the sensor.
    pub version: String,
    /// Seconds since the sensor started.
    pub uptime_seconds: u64,
    /// The interfaces it watches.
    pub interfaces: Vec<InterfaceCounters>,
    /// Rules at work.
    pub rules_loaded: u64,
    /// Rules that it cannot run.
    pub rules_refused: u64,
    /// Flows in its table.
    pub flows: u64,
    /// Incidents that wait on its disk for the portal.
    pub queue_length: u64,
}

/// A sensor.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Sensor {
    /// Identifier.
    pub id: SensorId,
    /// Name.
    pub name: String,
    /// Where it stands.
    pub location: String,
    /// The site where it stands.
    #[serde(default)]
    pub site: Option<SiteName>,
    /// Whether it is heard from.
    pub state: SensorState,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it proved its secret and gave its key.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub enrolled_at: Option<Timestamp>,
    /// Until when its enrolment secret is good; none when there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub secret_expires_at: Option<Timestamp>,
    /// When it was last heard from.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_heartbeat_at: Option<Timestamp>,
    /// What it then said.
    pub heartbeat: Option<Heartbeat>,
}

/// A sensor, and how it has been.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SensorDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub sensor: Sensor,
    /// The last 24 hours, oldest first, at most one sample in five minutes.
    pub history: Vec<Sample>,
}

/// A sensor's counters at one time. Packets, bytes and drops count from its start: they fall when it restarts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sample {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Packets seen on all interfaces.
    pub packets: u64,
    /// Bytes seen on all interfaces.
    pub bytes: u64,
    /// Packets lost on all interfaces.
    pub drops: u64,
    /// Flows in its table.
    pub flows: u64,
    /// Incidents that waited for the portal.
    pub queue_length: u64,
}

/// All sensors of a tenant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SensorList {
    /// By name.
    pub items: Vec<Sensor>,
}

/// A sensor to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSensor {
    /// Name: 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Where it stands.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub location: String,
}

/// A change of a sensor; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SensorChange {
    /// Name: 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// Where it stands.
    #[schema(max_length = 100)]
    pub location: Option<String>,
}

/// A sensor with the code by which it enrols: a secret and the fingerprint of this portal, so that the sensor trusts
/// no other. It is shown this once; the portal keeps only the secret's hash.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SensorWithSecret {
    /// The sensor.
    pub sensor: Sensor,
    /// Good for one enrolment until `expires_at`.
    pub enrolment_secret: String,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}
