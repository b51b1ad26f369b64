//! Sensors as the portal knows them.

use super::alarms::Alarm;
use crate::limits;
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

/// What a sensor says of itself every few seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// How machine, mirror port and content are.
    #[serde(default)]
    pub health: Health,
}

/// How a sensor's machine, mirror port and content are. What it does not say, as earlier versions do not, is null. Counts are since
/// it started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Health {
    /// How far its clock is ahead of the portal's, in milliseconds, the way of the message included.
    pub clock_offset_ms: Option<i64>,
    /// Processor time that it takes, in thousandths of all processors.
    pub cpu_process_permille: Option<u64>,
    /// Processor time that all on its machine takes, likewise.
    pub cpu_machine_permille: Option<u64>,
    /// Memory that it holds.
    pub memory_bytes: Option<u64>,
    /// Memory of its machine.
    pub memory_machine_bytes: Option<u64>,
    /// What of it is available.
    pub memory_available_bytes: Option<u64>,
    /// Size of the disk with its data.
    pub disk_bytes: Option<u64>,
    /// What of it is free.
    pub disk_free_bytes: Option<u64>,
    /// Packets left out because too much came.
    pub packets_shed: Option<u64>,
    /// Events.
    pub events: Option<u64>,
    /// Detections of all detectors.
    pub detections: Option<u64>,
    /// Incidents given up because its disk was full.
    pub incidents_lost: Option<u64>,
    /// Endpoints seen in the home network.
    pub endpoints: Option<u64>,
    /// TCP connections that ended, both sides of which were seen.
    pub tcp_both_sides: Option<u64>,
    /// Those of which only one side was seen, though the other one spoke.
    pub tcp_one_side: Option<u64>,
    /// VLANs seen, by their outermost tag, the lowest 64.
    pub vlans: Option<Vec<u16>>,
    /// Indicators looked for.
    pub indicators: Option<u64>,
    /// The latest change of its rule files.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub rules_at: Option<Timestamp>,
    /// The latest change of its lists of indicators.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub intelligence_at: Option<Timestamp>,
}

impl Health {
    /// Caps every number, and the length of lists.
    pub(super) fn within_limits(&mut self, number_max: u64) {
        for count in [
            &mut self.cpu_process_permille,
            &mut self.cpu_machine_permille,
            &mut self.memory_bytes,
            &mut self.memory_machine_bytes,
            &mut self.memory_available_bytes,
            &mut self.disk_bytes,
            &mut self.disk_free_bytes,
            &mut self.packets_shed,
            &mut self.events,
            &mut self.detections,
            &mut self.incidents_lost,
            &mut self.endpoints,
            &mut self.tcp_both_sides,
            &mut self.tcp_one_side,
            &mut self.indicators,
        ] {
            *count = count.map(|count| count.min(number_max));
        }
        let offset_max = number_max.cast_signed();
        self.clock_offset_ms = self
            .clock_offset_ms
            .map(|offset| offset.clamp(-offset_max, offset_max));
        if let Some(vlans) = &mut self.vlans {
            vlans.truncate(limits::HEARTBEAT_VLANS_MAX);
        }
    }
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
    /// What is wrong with it, worst first.
    pub alarms: Vec<Alarm>,
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
