//! MISP feeds: `manifest.json` names the events and when each was changed, `<uuid>.json` is an event.

use crate::client::{Client, FetchError};
use crate::fetch::Fetched;
use crate::limits;
use crate::store::Store;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, Value};
use std::collections::BTreeMap;

/// When each event that is in force was changed, as the manifest says it.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct State {
    events: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    timestamp: Value,
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(rename = "Event")]
    event: Named,
}

#[derive(Deserialize)]
struct Named {
    uuid: String,
}

/// Events that are new or have changed, with those that have not; None where there are none.
pub(crate) async fn fetch(
    client: &Client,
    store: &Store,
) -> Result<Option<Fetched<State>>, FetchError> {
    let manifest = manifest(client).await?;
    let known: State = store.state();
    let content = store.content()?;
    let mut before = events(&content);
    let is_same = |uuid: &str, changed: &String| known.events.get(uuid) == Some(changed);
    let nothing_new = manifest.len() == known.events.len()
        && manifest
            .iter()
            .all(|(uuid, changed)| is_same(uuid, changed) && before.contains_key(uuid));
    if nothing_new && store.current().is_some() {
        return Ok(None);
    }
    let mut state = State::default();
    let mut all: Vec<Box<RawValue>> = Vec::new();
    let (mut came, mut bad, mut bytes) = (0, 0, 0_usize);
    for (uuid, changed) in manifest {
        let old = before.remove(&uuid);
        let event = if let (Some(old), true) = (&old, is_same(&uuid, &changed)) {
            state.events.insert(uuid, changed);
            Some(old.clone())
        } else {
            came += 1;
            match event(client, &uuid).await {
                Ok(event) => {
                    state.events.insert(uuid, changed);
                    Some(event)
                }
                // One event that is not there or broken does not spoil the others; it is asked for again next time.
                Err(FetchError::Status { .. } | FetchError::Answer { .. }) => {
                    bad += 1;
                    old
                }
                Err(error) => return Err(error),
            }
        };
        bytes += event.as_ref().map_or(0, |event| event.get().len());
        if bytes > limits::FEED_BYTES_MAX {
            return Err(FetchError::TooLong {
                address: client.origin().to_string(),
                bytes_max: limits::FEED_BYTES_MAX,
            });
        }
        all.extend(event);
    }
    let bytes = serde_json::to_vec(&all).map_err(std::io::Error::other)?;
    Ok(Some(Fetched {
        bytes,
        extension: "json",
        came,
        bad,
        state,
    }))
}

/// Events and when they were changed.
async fn manifest(client: &Client) -> Result<BTreeMap<String, String>, FetchError> {
    let uri = client.resolve(client.origin(), "manifest.json")?;
    let answer = client
        .get(&uri, "application/json", &[], limits::ANSWER_BYTES_MAX)
        .await?;
    let wrong = |reason: String| FetchError::Answer {
        address: uri.to_string(),
        reason,
    };
    let listed: BTreeMap<String, Listed> =
        serde_json::from_slice(&answer.body).map_err(|error| wrong(error.to_string()))?;
    if listed.len() > limits::EVENTS_MAX {
        return Err(wrong(format!("more than {} events", limits::EVENTS_MAX)));
    }
    let mut events = BTreeMap::new();
    for (uuid, listed) in listed {
        // A name of a file on the server, and nothing else.
        if uuid.len() != 36
            || !uuid
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        {
            return Err(wrong(format!("{uuid:.60?} is no id of an event")));
        }
        events.insert(uuid, listed.timestamp.to_string());
    }
    Ok(events)
}

async fn event(client: &Client, uuid: &str) -> Result<Box<RawValue>, FetchError> {
    let uri = client.resolve(client.origin(), &format!("{uuid}.json"))?;
    let answer = client
        .get(&uri, "application/json", &[], limits::ANSWER_BYTES_MAX)
        .await?;
    let wrong = |error: serde_json::Error| FetchError::Answer {
        address: uri.to_string(),
        reason: error.to_string(),
    };
    let _: Wrapped = serde_json::from_slice(&answer.body).map_err(wrong)?;
    serde_json::from_slice(&answer.body).map_err(wrong)
}

/// The events of a file of before, by id.
fn events(content: &[u8]) -> BTreeMap<String, Box<RawValue>> {
    let all: Vec<Box<RawValue>> = serde_json::from_slice(content).unwrap_or_default();
    let named = all.into_iter().filter_map(|event| {
        let wrapped: Wrapped = serde_json::from_str(event.get()).ok()?;
        Some((wrapped.event.uuid, event))
    });
    named.collect()
}
