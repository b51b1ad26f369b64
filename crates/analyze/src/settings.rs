//! What the operator can set.

use crate::{HomeNet, Known};
use event::Gateway;
use serde::{Deserialize, Serialize};

/// Settings of the brain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The customer's own addresses.
    pub home_net: HomeNet,
    /// The customer's name for the place that the sensor watches, as texts call it.
    pub site: Option<String>,
    /// What stands between the place and the internet; advice differs by it.
    pub gateway: Gateway,
    /// Machines that the customer has named, and what is normal for them.
    pub known: Known,
    /// An incident that did not grow for so long is closed; seconds.
    pub idle_close_s: u64,
    /// Evidence too weak for an incident loses half its weight in so long; seconds.
    pub weak_half_life_s: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            home_net: HomeNet::default(),
            site: None,
            gateway: Gateway::Unknown,
            known: Known::default(),
            idle_close_s: 6 * 3600,
            weak_half_life_s: 2 * 3600,
        }
    }
}
