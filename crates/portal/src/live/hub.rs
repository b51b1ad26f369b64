//! Brings events from where they happen to the streams of their tenant, and to no other.

use super::LiveEvent;
use crate::tenancy::TenantId;
use crate::{Code, Error, limits};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{broadcast, watch};

/// An event and its number: microseconds since 1970 of the change.
#[derive(Clone, Debug)]
pub struct Numbered {
    pub number: i64,
    pub event: LiveEvent,
}

/// The streams of every tenant.
pub struct Hub {
    tenants: Mutex<HashMap<TenantId, broadcast::Sender<Numbered>>>,
    closed: watch::Sender<bool>,
}

/// One stream of a tenant.
pub struct Subscription {
    /// What happens from now on.
    pub events: broadcast::Receiver<Numbered>,
    /// Becomes true when the portal ends.
    pub closed: watch::Receiver<bool>,
}

impl Hub {
    /// Without streams.
    pub fn new() -> Self {
        Self {
            tenants: Mutex::new(HashMap::new()),
            closed: watch::Sender::new(false),
        }
    }

    /// A new stream of a tenant.
    ///
    /// # Errors
    /// Too many streams.
    pub fn subscribe(&self, tenant: TenantId) -> Result<Subscription, Error> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        // Tenants without streams are forgotten here, so that the map is as long as there are streams.
        tenants.retain(|_, sender| sender.receiver_count() > 0);
        let sender = tenants
            .entry(tenant)
            .or_insert_with(|| broadcast::Sender::new(limits::STREAM_BACKLOG_MAX));
        if sender.receiver_count() >= limits::STREAMS_PER_TENANT_MAX {
            return Err(Code::TooManyStreams.into());
        }
        Ok(Subscription {
            events: sender.subscribe(),
            closed: self.closed.subscribe(),
        })
    }

    /// Tells the streams of a tenant.
    pub fn publish(&self, tenant: TenantId, number: i64, event: LiveEvent) {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = tenants.get(&tenant) {
            // Without a listener there is nobody to tell.
            let _ = sender.send(Numbered { number, event });
        }
    }

    /// Ends all streams.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// How many streams there are.
    pub fn stream_count(&self) -> usize {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants
            .values()
            .map(broadcast::Sender::receiver_count)
            .sum()
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}
