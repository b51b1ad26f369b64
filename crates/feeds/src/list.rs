//! One file over HTTP, fetched when it has changed (RFC 9110, 13.1).

use crate::client::{Client, FetchError};
use crate::fetch::Fetched;
use crate::limits;
use crate::store::Store;
use hyper::HeaderMap;
use hyper::header::{ETAG, LAST_MODIFIED};
use serde::{Deserialize, Serialize};

/// What the server said of the file that is in force.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct State {
    #[serde(default)]
    etag: Option<String>,
    #[serde(default)]
    last_modified: Option<String>,
}

/// The file at the feed's address, or beside it; None where it has not changed.
pub(crate) async fn fetch(
    client: &Client,
    store: &Store,
    beside: &str,
) -> Result<Option<Fetched<State>>, FetchError> {
    let uri = if beside.is_empty() {
        client.origin().clone()
    } else {
        client.resolve(client.origin(), beside)?
    };
    let known: State = store.state();
    let mut conditions = Vec::new();
    if store.current().is_some() {
        conditions.extend(known.etag.map(|etag| ("if-none-match", etag)));
        conditions.extend(known.last_modified.map(|time| ("if-modified-since", time)));
    }
    let answer = client
        .get(&uri, "*/*", &conditions, limits::ANSWER_BYTES_MAX)
        .await?;
    let state = State {
        etag: header(&answer.headers, ETAG.as_str()),
        last_modified: header(&answer.headers, LAST_MODIFIED.as_str()),
    };
    let is_same = !conditions.is_empty() && answer.body.is_empty();
    if is_same || answer.body == store.content()?.as_slice() {
        return Ok(None);
    }
    let first = answer.body.iter().find(|byte| !byte.is_ascii_whitespace());
    let extension = match first {
        _ if answer.body.starts_with(&[0x1f, 0x8b]) => "gz",
        Some(b'{' | b'[') => "json",
        _ => "txt",
    };
    Ok(Some(Fetched {
        bytes: answer.body.to_vec(),
        extension,
        came: 1,
        bad: 0,
        state,
    }))
}

pub(crate) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}
