//! What a chart is drawn from.

use event::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What a sensor counted within a time, and how it was. What it did not say is null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Measured {
    /// How long of the time the sensor told of.
    pub covered_seconds: u64,
    /// Packets that arrived, the lost ones not included.
    pub packets: u64,
    /// Bytes that arrived.
    pub bytes: u64,
    /// Packets that the kernel lost.
    pub drops: u64,
    /// Packets that the sensor left out because too much came.
    pub shed: u64,
    /// Events.
    pub events: u64,
    /// Detections.
    pub detections: u64,
    /// TCP connections that ended, both sides of which were seen.
    pub tcp_both_sides: u64,
    /// Those of which only one side was seen.
    pub tcp_one_side: u64,
    /// Most flows in its table.
    pub flows: u64,
    /// Most incidents that waited for the portal.
    pub queue_length: u64,
    /// Highest processor time of its machine, in thousandths.
    pub cpu_machine_permille: Option<u64>,
    /// Most memory that it held.
    pub memory_bytes: Option<u64>,
    /// Least memory available on its machine.
    pub memory_available_bytes: Option<u64>,
    /// Least free disk.
    pub disk_free_bytes: Option<u64>,
    /// How far its clock was ahead of the portal's, in milliseconds, at the end.
    pub clock_offset_ms: Option<i64>,
}

impl Measured {
    /// Adds what came right after.
    pub fn add(&mut self, later: &Self) {
        for (ours, theirs) in [
            (&mut self.covered_seconds, later.covered_seconds),
            (&mut self.packets, later.packets),
            (&mut self.bytes, later.bytes),
            (&mut self.drops, later.drops),
            (&mut self.shed, later.shed),
            (&mut self.events, later.events),
            (&mut self.detections, later.detections),
            (&mut self.tcp_both_sides, later.tcp_both_sides),
            (&mut self.tcp_one_side, later.tcp_one_side),
        ] {
            *ours = ours.saturating_add(theirs);
        }
        self.flows = self.flows.max(later.flows);
        self.queue_length = self.queue_length.max(later.queue_length);
        // Nothing is less than something.
        self.cpu_machine_permille = self.cpu_machine_permille.max(later.cpu_machine_permille);
        self.memory_bytes = self.memory_bytes.max(later.memory_bytes);
        let least = |one: Option<u64>, other: Option<u64>| one.into_iter().chain(other).min();
        self.memory_available_bytes =
            least(self.memory_available_bytes, later.memory_available_bytes);
        self.disk_free_bytes = least(self.disk_free_bytes, later.disk_free_bytes);
        self.clock_offset_ms = later.clock_offset_ms.or(self.clock_offset_ms);
    }

    /// Bits in a second, over what the sensor told of.
    pub const fn bits_per_second(&self) -> u64 {
        let bits = self.bytes.saturating_mul(8);
        match bits.checked_div(self.covered_seconds) {
            Some(rate) => rate,
            None => 0,
        }
    }
}

/// A point of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryPoint {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What was measured from then on, for one step.
    #[serde(flatten)]
    pub measured: Measured,
}

/// How a sensor has been.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// The beginning of the first step that is asked for.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// The time of the answer.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Length of a step.
    pub step_minutes: u32,
    /// Steps in which the sensor was heard, oldest first; others are left out.
    pub points: Vec<HistoryPoint>,
}

/// Which part of the history.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    /// So many hours back: 1 to 2160, by default 24.
    #[param(minimum = 1, maximum = 2160, default = 24)]
    pub hours: Option<u32>,
    /// Length of a step: 1, 5, 15, 60, 360 or 1440 minutes; below 60 for the last 48 hours only. By default what gives a chart of 100 to
    /// 400 points.
    pub step_minutes: Option<u32>,
}
