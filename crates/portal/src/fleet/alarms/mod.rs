//! What is wrong with sensors: found by what they told, opened, told to who looks after them, closed.

mod judge;
mod kind;
mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub mod service;

pub use kind::AlarmKind;
pub use model::{Alarm, AlarmId, AlarmList, AlarmQuery};

#[cfg(test)]
mod tests;
