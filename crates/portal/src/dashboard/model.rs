//! What a tenant sees at first sight.

use crate::fleet::{Alarm, SensorState};
use crate::incidents::IncidentSummary;
use event::{Communication, Severity, ThreatClass};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How many of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SeverityCounts {
    pub low: u64,
    pub medium: u64,
    pub high: u64,
    pub critical: u64,
}

impl SeverityCounts {
    /// Counts some more.
    pub fn add(&mut self, severity: Severity, count: u64) {
        let place = match severity {
            Severity::Low => &mut self.low,
            Severity::Medium => &mut self.medium,
            Severity::High => &mut self.high,
            Severity::Critical => &mut self.critical,
        };
        *place = place.saturating_add(count);
    }
}

/// Incidents first seen on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayCounts {
    /// The day in Japan, as `2026-11-22`.
    #[schema(format = Date)]
    pub day: String,
    /// How many.
    #[serde(flatten)]
    pub counts: SeverityCounts,
}

/// Incidents in which a communication was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommunicationCount {
    /// The communication.
    pub communication: Communication,
    /// How many incidents.
    pub count: u64,
}

/// Incidents about one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HostCount {
    /// Address.
    pub ip: String,
    /// Name, where known.
    pub name: Option<String>,
    /// How many incidents.
    pub count: u64,
    /// The worst of them.
    pub severity: Severity,
}

/// How many sensors are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SensorCounts {
    pub online: u64,
    pub late: u64,
    pub offline: u64,
    pub never: u64,
}

impl SensorCounts {
    /// Counts another sensor.
    pub fn add(&mut self, state: SensorState) {
        let place = match state {
            SensorState::Online => &mut self.online,
            SensorState::Late => &mut self.late,
            SensorState::Offline => &mut self.offline,
            SensorState::Never => &mut self.never,
        };
        *place = place.saturating_add(1);
    }
}

/// From what passed to what somebody had to read. All of it within the days, by when it was seen first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Funnel {
    /// Packets that sensors looked at.
    pub packets: u64,
    /// Events that they told: connections, names asked for, files, ...
    pub events: u64,
    /// Detections of all detectors.
    pub detections: u64,
    /// Incidents.
    pub incidents: u64,
    /// Incidents of which somebody was told.
    pub notified: u64,
}

/// Incidents of one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClassCount {
    /// The class.
    pub class: ThreatClass,
    /// How many incidents.
    pub count: u64,
}

/// How much of the customer's network is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Coverage {
    /// Endpoints that sensors see now; one that two sensors see counts twice. Null where no sensor says.
    pub endpoints_seen: Option<u64>,
    /// How many the contract covers.
    pub endpoints_licensed: Option<u64>,
}

/// What a tenant sees at first sight.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Dashboard {
    /// Over how many days, today included, the figures below count (all but `open`, `needs_action`, `coverage`, `sensors` and `alarms`).
    pub days: u32,
    /// Incidents whose handling is not done, at any time.
    pub open: SeverityCounts,
    /// Incidents of at least medium severity that nobody has taken up yet, at any time.
    pub needs_action: u64,
    /// One entry a day, oldest first, days without incidents included.
    pub per_day: Vec<DayCounts>,
    /// What was watched, and what came of it.
    pub funnel: Funnel,
    /// By class, most frequent first.
    pub classes: Vec<ClassCount>,
    /// How much is watched, now.
    pub coverage: Coverage,
    /// By communication, most frequent first.
    pub communications: Vec<CommunicationCount>,
    /// Hosts with most incidents first, at most ten.
    pub hosts: Vec<HostCount>,
    /// Sensors by state, now.
    pub sensors: SensorCounts,
    /// What is wrong with them, now, worst first.
    pub alarms: Vec<Alarm>,
    /// The incidents seen last, at most five.
    pub latest: Vec<IncidentSummary>,
}

/// What the dashboard counts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DashboardQuery {
    /// Over how many days, today included: 1 to 366, by default 30.
    #[param(minimum = 1, maximum = 366, default = 30)]
    pub days: Option<u32>,
}
