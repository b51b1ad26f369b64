//! What happens, told to browsers as it happens (Server-Sent Events).

mod hub;
mod model;
pub mod relay;
pub(crate) mod routes;

pub use hub::{Hub, Subscription};
pub use model::{IncidentEvent, LiveEvent, SensorEvent};

#[cfg(test)]
mod tests;
