//! Brings events from where they happen to the streams of their tenant, and to no other.

use super::LiveEvent;
use super::relay::Told;
use crate::tenancy::{TenantId, UserId};
use crate::{Code, Error, limits};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use tokio::sync::{broadcast, mpsc, watch};

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
    /// The way to other portals, where there is one.
    outgoing: OnceLock<mpsc::Sender<Told>>,
    /// Something could not be handed over to it.
    overflown: AtomicBool,
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
            outgoing: OnceLock::new(),
            overflown: AtomicBool::new(false),
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

    /// Tells the streams of a tenant, here and at other portals.
    pub fn publish(&self, tenant: TenantId, number: i64, event: LiveEvent) {
        if let Some(outgoing) = self.outgoing.get() {
            let told = Told {
                tenant,
                number,
                event: event.clone(),
            };
            if outgoing.try_send(told).is_err() {
                self.overflown.store(true, Ordering::Relaxed);
            }
        }
        self.deliver(tenant, number, event);
    }

    /// Lets the streams end that may not go on: a person's, or those of all who look into a tenant.
    pub fn rights_changed(&self, tenant: TenantId, user: Option<UserId>) {
        self.publish(tenant, 0, LiveEvent::RightsChanged(user));
    }

    /// From now on hands over what happens, for other portals.
    pub fn relay_by(&self, outgoing: mpsc::Sender<Told>) {
        let _ = self.outgoing.set(outgoing);
    }

    /// Whether other portals are told.
    #[cfg(test)]
    pub fn is_relayed(&self) -> bool {
        self.outgoing.get().is_some()
    }

    /// Whether something could not be handed over since the last time this was asked.
    pub fn take_overflow(&self) -> bool {
        self.overflown.swap(false, Ordering::Relaxed)
    }

    /// Tells all streams here to read anew.
    pub fn read_anew(&self) {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        for sender in tenants.values() {
            let event = LiveEvent::Missed;
            let _ = sender.send(Numbered { number: 0, event });
        }
    }

    /// Tells the streams of a tenant here; of a person's rights those of all tenants, since staff looks into many.
    pub fn deliver(&self, tenant: TenantId, number: i64, event: LiveEvent) {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(event, LiveEvent::RightsChanged(Some(_))) {
            for sender in tenants.values() {
                let event = event.clone();
                let _ = sender.send(Numbered { number, event });
            }
            return;
        }
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
