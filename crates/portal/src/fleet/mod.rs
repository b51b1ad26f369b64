//! Sensors: entered, enrolled, heard from, judged, barred.

pub mod alarms;
mod door;
pub mod history;
mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub mod service;

pub use alarms::{Alarm, AlarmId, AlarmKind};
pub use door::Door;
pub use history::{HistoryPoint, Measured};
pub use model::{
    Health, Heartbeat, InterfaceCounters, LATE_SECONDS_MAX, NewSensor, Sensor, SensorChange,
    SensorList, SensorState, SensorWithSecret,
};

#[cfg(test)]
mod tests;
