//! Sensors: entered, enrolled, heard from, barred.

mod door;
mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub mod service;

pub use door::Door;
pub use model::{
    Heartbeat, InterfaceCounters, NewSensor, Sample, Sensor, SensorChange, SensorDetail,
    SensorList, SensorState, SensorWithSecret,
};

#[cfg(test)]
mod tests;
