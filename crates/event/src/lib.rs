//! The words of the system: [`Event`] (a fact), [`Detection`] (one detector's claim about
//! facts) and [`Incident`] (what the customer reads), with the taxonomy they are told in.
//!
//! No I/O, no threads, no clock: time is a value that callers pass in.

mod address;
mod advice;
mod base64;
mod detection;
mod eve;
mod incident;
mod json;
mod purpose;
mod record;
mod suppression;
#[cfg(test)]
mod suppression_laws;
mod taxonomy;
mod text;
mod time;

pub use address::{Endpoint, Transport, address_text};
pub use advice::{Advice, Deadline, Explained, Gateway, Subject, When};
pub use base64::base64;
pub use detection::{Detection, Detector, Side};
pub use eve::{Event, FlowRef};
pub use incident::{Action, EvidenceLine, Host, Incident, Status};
pub use purpose::Purpose;
pub use record::{Record, Value};
pub use suppression::{Cover, RuleName, Suppression, SuppressionScope, covers, suppressed_by};
pub use taxonomy::{Communication, Severity, Stage, ThreatClass};
pub use text::{Language, Text};
pub use time::Timestamp;
