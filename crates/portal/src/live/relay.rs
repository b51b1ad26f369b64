//! Tells the browsers of one portal what happens at another, where several work on one PostgreSQL.

use super::LiveEvent;
use crate::Error;
use crate::context::Context;
use crate::database::Heard;
use crate::http::causes;
use crate::tenancy::TenantId;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// Events on their way to other portals; when there are more, these are told to read anew.
const WAITING_MAX: usize = 1024;

/// An event of a tenant on its way.
#[derive(Debug, Serialize, Deserialize)]
pub struct Told {
    /// Whose.
    pub tenant: TenantId,
    /// Its number, as streams have it.
    pub number: i64,
    /// What happened.
    pub event: LiveEvent,
}

/// What portals send one another.
#[derive(Debug, Serialize, Deserialize)]
struct Notice {
    /// The portal that sends it, which has told its own browsers already.
    from: Uuid,
    /// What happened; none when more happened than could be sent.
    told: Option<Told>,
}

/// Relays until `closed`. Returns at once where there can be no other portal.
pub async fn run(context: Context, mut closed: watch::Receiver<bool>) {
    let own = Uuid::now_v7();
    let (outgoing, mut waiting) = mpsc::channel(WAITING_MAX);
    let mut outgoing = Some(outgoing);
    loop {
        let relayed = tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return,
            relayed = relay(&context, own, &mut outgoing, &mut waiting) => relayed,
        };
        let Err(error) = relayed else { return };
        tracing::error!(error = causes(&error), "other portals cannot be heard");
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return,
            () = tokio::time::sleep(PAUSE_AFTER_FAILURE) => {}
        }
        context.hub.read_anew();
    }
}

/// Both ways, until the database fails.
async fn relay(
    context: &Context,
    own: Uuid,
    outgoing: &mut Option<mpsc::Sender<Told>>,
    waiting: &mut mpsc::Receiver<Told>,
) -> Result<(), Error> {
    let Some(mut notices) = context.database.notices().await? else {
        return Ok(());
    };
    // From here on the hub hands over what it tells.
    if let Some(outgoing) = outgoing.take() {
        context.hub.relay_by(outgoing);
    }
    loop {
        tokio::select! {
            heard = notices.next() => hear(context, own, heard?),
            Some(told) = waiting.recv() => {
                let told = (!context.hub.take_overflow()).then_some(told);
                let notice = serde_json::to_string(&Notice { from: own, told })?;
                context.database.notify(&notice).await?;
            }
        }
    }
}

fn hear(context: &Context, own: Uuid, heard: Heard) {
    let Heard::Notice(text) = heard else {
        return context.hub.read_anew();
    };
    // Portals of a later version may send what this one does not know.
    match serde_json::from_str(&text) {
        Ok(Notice { from, .. }) if from == own => {}
        Ok(Notice {
            told: Some(told), ..
        }) => context.hub.deliver(told.tenant, told.number, told.event),
        Ok(Notice { told: None, .. }) | Err(_) => context.hub.read_anew(),
    }
}
