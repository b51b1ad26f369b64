//! TAXII 2.1 (OASIS): discovery, api roots, collections, objects page by page.
//!
//! A poll asks for what was added since the last one and brings it together with what is there: of each object the
//! latest version, without what was revoked or has long expired. So one file holds a feed, and relationships find
//! both their ends in it.

use crate::client::{Client, FetchError};
use crate::config::Feed;
use crate::fetch::Fetched;
use crate::limits;
use crate::list::header;
use crate::store::Store;
use event::Timestamp;
use hyper::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";

/// For each collection (its address) the time after which objects are new.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct State {
    collections: BTreeMap<String, String>,
}

/// Discovery (4.1), or an api root (4.2).
#[derive(Deserialize)]
struct Described {
    #[serde(default)]
    api_roots: Vec<String>,
    #[serde(default)]
    versions: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Collections {
    collections: Vec<Collection>,
}

#[derive(Deserialize)]
struct Collection {
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    alias: String,
    #[serde(default)]
    can_read: bool,
}

/// A page of objects (3.7).
#[derive(Deserialize, Default)]
#[serde(default)]
struct Envelope {
    more: bool,
    next: Option<String>,
    objects: Vec<Box<RawValue>>,
}

impl Envelope {
    /// An empty answer is an empty page.
    fn read(body: &[u8]) -> serde_json::Result<Self> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(body)
    }
}

/// As much of an object as decides whether it is kept.
#[derive(Deserialize)]
struct Kept {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    modified: String,
    #[serde(default)]
    revoked: bool,
    #[serde(default)]
    valid_until: Option<String>,
}

/// Types of objects that say something about indicators.
const TYPES: &[&str] = &[
    "indicator",
    "malware",
    "tool",
    "attack-pattern",
    "threat-actor",
    "intrusion-set",
    "campaign",
    "relationship",
    "sighting",
];

/// What has expired for so long is let go.
const EXPIRED_NS: u64 = 30 * 86_400 * 1_000_000_000;

/// What the server has, with what is there; None where nothing new came.
pub(crate) async fn fetch(
    feed: &Feed,
    client: &Client,
    store: &Store,
    now: Timestamp,
) -> Result<Option<Fetched<State>>, FetchError> {
    let mut known: State = store.state();
    let collections = collections(feed, client).await?;
    let addresses: BTreeSet<String> = collections.iter().map(ToString::to_string).collect();
    let is_gone = known
        .collections
        .keys()
        .any(|known| !addresses.contains(known));
    let mut gathered = Gathered::default();
    if is_gone || store.current().is_none() {
        // Whose objects are whose is not kept: what a collection left behind goes by reading the others anew.
        known = State::default();
    } else {
        gathered.before(&store.content()?, now);
    }
    let mut state = State::default();
    for collection in &collections {
        let address = collection.to_string();
        let after = known.collections.get(&address);
        let first = || {
            let days = i64::from(feed.first_days?);
            let start = now.plus_nanos(-days.saturating_mul(86_400_000_000_000));
            Some(start.rfc3339())
        };
        let poll = Poll {
            client,
            collection,
            now,
        };
        let added = match poll
            .pages(after.cloned().or_else(first), &mut gathered)
            .await
        {
            // The server forgot where the last poll ended.
            Err(FetchError::Status { status, .. })
                if after.is_some() && status == StatusCode::RANGE_NOT_SATISFIABLE =>
            {
                poll.pages(first(), &mut gathered).await?
            }
            other => other?,
        };
        let added = added.or_else(|| after.cloned());
        state
            .collections
            .insert(address, added.unwrap_or_else(|| now.rfc3339()));
    }
    if gathered.came == 0 && gathered.bad == 0 && store.current().is_some() && !is_gone {
        return Ok(None);
    }
    Ok(Some(Fetched {
        came: gathered.came,
        bad: gathered.bad,
        bytes: gathered.bundle()?,
        extension: "json",
        state,
    }))
}

/// Addresses of the collections that are to be read.
async fn collections(feed: &Feed, client: &Client) -> Result<Vec<Uri>, FetchError> {
    let origin = client.origin();
    let described: Described = ask(client, origin).await?;
    let mut roots: Vec<Uri> = Vec::new();
    if described.api_roots.is_empty() && !described.versions.is_empty() {
        roots.push(origin.clone());
    }
    for root in described.api_roots.iter().take(limits::API_ROOTS_MAX) {
        roots.push(client.resolve(origin, root)?);
    }
    let mut found = Vec::new();
    let mut names = Vec::new();
    for root in roots {
        let root = client.resolve(&root, &format!("{}/", root.path().trim_end_matches('/')))?;
        let address = client.resolve(&root, "collections/")?;
        let listed: Collections = ask(client, &address).await?;
        for collection in listed.collections.into_iter().take(limits::COLLECTIONS_MAX) {
            let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            let is_wanted = feed.collections.is_empty() && collection.can_read
                || feed.collections.iter().any(|wanted| {
                    [&collection.id, &collection.alias, &collection.title].contains(&wanted)
                });
            names.push(collection.title);
            if is_wanted && !collection.id.is_empty() && collection.id.bytes().all(is_id) {
                found.push(client.resolve(&address, &format!("{}/objects/", collection.id))?);
            }
        }
    }
    if found.is_empty() {
        names.truncate(20);
        return Err(FetchError::Answer {
            address: origin.to_string(),
            reason: format!(
                "none of its collections can be read or is wanted (it has: {})",
                names.join(", ")
            ),
        });
    }
    Ok(found)
}

async fn ask<T: serde::de::DeserializeOwned>(client: &Client, uri: &Uri) -> Result<T, FetchError> {
    let answer = client
        .get(uri, MEDIA_TYPE, &[], limits::DESCRIPTION_BYTES_MAX)
        .await?;
    serde_json::from_slice(&answer.body).map_err(|error| {
        let kind = header(&answer.headers, "content-type").unwrap_or_default();
        FetchError::Answer {
            address: uri.to_string(),
            reason: format!("{error} (it is {kind:?}; is this a TAXII 2.1 server?)"),
        }
    })
}

/// One collection in one poll.
struct Poll<'a> {
    client: &'a Client,
    collection: &'a Uri,
    now: Timestamp,
}

impl Poll<'_> {
    /// Gathers all pages; the time after which objects are new from here on, where the server says it.
    async fn pages(
        &self,
        after: Option<String>,
        gathered: &mut Gathered,
    ) -> Result<Option<String>, FetchError> {
        let mut after = after;
        let mut next: Option<String> = None;
        let mut asked = BTreeSet::new();
        let mut last_added = None;
        let mut empty = 0;
        for _ in 0..limits::PAGES_MAX {
            let uri = self.page(after.as_deref(), next.as_deref())?;
            if !asked.insert(uri.to_string()) {
                return Err(self.endless("it names a page for the second time"));
            }
            let answer = self
                .client
                .get(&uri, MEDIA_TYPE, &[], limits::ANSWER_BYTES_MAX)
                .await?;
            let added = header(&answer.headers, "x-taxii-date-added-last");
            let envelope = Envelope::read(&answer.body).map_err(|error| FetchError::Answer {
                address: uri.to_string(),
                reason: error.to_string(),
            })?;
            empty = if envelope.objects.is_empty() {
                empty + 1
            } else {
                0
            };
            for object in envelope.objects {
                gathered.take(object, self.now)?;
            }
            last_added = added.or(last_added);
            if !envelope.more {
                return Ok(last_added);
            }
            if empty >= limits::EMPTY_PAGES_MAX {
                return Err(self.endless("it announces more and gives empty pages"));
            }
            next = envelope.next;
            if next.is_none() {
                // Servers without a name for the next page go on by time.
                after = last_added.clone();
            }
        }
        Err(self.endless(&format!("more than {} pages", limits::PAGES_MAX)))
    }

    fn endless(&self, reason: &str) -> FetchError {
        FetchError::Endless(format!("{} has no end: {reason}", self.collection))
    }

    fn page(&self, after: Option<&str>, next: Option<&str>) -> Result<Uri, FetchError> {
        let mut path = format!("{}?limit={}", self.collection.path(), limits::PAGE_OBJECTS);
        for (name, value) in [("added_after", after), ("next", next)] {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        self.client.resolve(self.collection, &path)
    }
}

/// For a query (RFC 3986, 2.1).
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Objects by id, each in its latest version.
#[derive(Default)]
struct Gathered {
    objects: BTreeMap<String, (String, Box<RawValue>)>,
    bytes: usize,
    came: usize,
    bad: usize,
}

#[derive(Deserialize, Serialize)]
struct Bundle {
    #[serde(rename = "type")]
    kind: String,
    objects: Vec<Box<RawValue>>,
}

impl Gathered {
    /// What is there.
    fn before(&mut self, content: &[u8], now: Timestamp) {
        let bundle: Option<Bundle> = serde_json::from_slice(content).ok();
        for object in bundle.map(|bundle| bundle.objects).unwrap_or_default() {
            // It was within the limits when it was written.
            let _ = self.take(object, now);
        }
        self.came = 0;
        self.bad = 0;
    }

    fn take(&mut self, object: Box<RawValue>, now: Timestamp) -> Result<(), FetchError> {
        self.came += 1;
        let Ok(kept) = serde_json::from_str::<Kept>(object.get()) else {
            self.bad += 1;
            return Ok(());
        };
        if !TYPES.contains(&kept.kind.as_str()) {
            return Ok(());
        }
        let is_older = |known: &(String, Box<RawValue>)| known.0 > kept.modified;
        if self.objects.get(&kept.id).is_some_and(is_older) {
            return Ok(());
        }
        if let Some((_, old)) = self.objects.remove(&kept.id) {
            self.bytes -= old.get().len();
        }
        let ended = kept.valid_until.as_deref().and_then(Timestamp::parse);
        if kept.revoked || ended.is_some_and(|ended| now.since(ended) > EXPIRED_NS) {
            return Ok(());
        }
        self.bytes += object.get().len();
        if self.bytes > limits::FEED_BYTES_MAX || self.objects.len() >= limits::OBJECTS_MAX {
            return Err(FetchError::Endless(format!(
                "more than {} objects or {} MiB in one feed",
                limits::OBJECTS_MAX,
                limits::FEED_BYTES_MAX >> 20
            )));
        }
        self.objects.insert(kept.id, (kept.modified, object));
        Ok(())
    }

    fn bundle(self) -> Result<Vec<u8>, FetchError> {
        let bundle = Bundle {
            kind: "bundle".to_owned(),
            objects: self
                .objects
                .into_values()
                .map(|(_, object)| object)
                .collect(),
        };
        Ok(serde_json::to_vec(&bundle).map_err(std::io::Error::other)?)
    }
}

#[cfg(test)]
#[path = "taxii_tests.rs"]
mod tests;
