//! All feeds of a configuration, one after the other; one that fails does not stop the others.

use crate::client::{Client, FetchError};
use crate::config::{Config, Feed, FeedKind};
use crate::store::{Store, Verdict};
use crate::{limits, list, misp, taxii};
use event::{Text, Timestamp};
use std::path::Path;

/// What became of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing new.
    Unchanged,
    /// New content is in force.
    Taken {
        /// Objects or events that came.
        came: usize,
        /// Of these, such as could not be read.
        bad: usize,
        /// Indicators in force.
        entries: usize,
        /// Records of the file that are left out.
        left_out: usize,
    },
    /// New content is held back, and the old stays.
    Held(Text),
    /// The feed could not be fetched, and the old content stays.
    Failed(String),
}

/// By feed, in the order of the configuration.
pub type Outcomes = Vec<(String, Outcome)>;

/// New content of a feed, before it is judged.
pub(crate) struct Fetched<S> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) extension: &'static str,
    pub(crate) came: usize,
    pub(crate) bad: usize,
    pub(crate) state: S,
}

/// Fetches the feeds with these names, all where none is named. `now` is the time.
pub async fn fetch(config: &Config, names: &[String], now: Timestamp) -> Outcomes {
    let mut outcomes = Vec::new();
    for feed in &config.feeds {
        if !names.is_empty() && !names.contains(&feed.name) {
            continue;
        }
        let fetched = one(feed, &config.folder, now);
        let outcome = match tokio::time::timeout(limits::FEED_TIME_MAX, fetched).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => Outcome::Failed(error.to_string()),
            Err(_) => {
                let seconds = limits::FEED_TIME_MAX.as_secs();
                Outcome::Failed(format!("not done after {seconds} s"))
            }
        };
        outcomes.push((feed.name.clone(), outcome));
    }
    outcomes
}

async fn one(feed: &Feed, folder: &Path, now: Timestamp) -> Result<Outcome, FetchError> {
    let client = Client::new(feed)?;
    let store = Store::open(folder, &feed.name)?;
    match feed.kind {
        FeedKind::Taxii => {
            settle(
                feed,
                &store,
                taxii::fetch(feed, &client, &store, now).await?,
            )
            .await
        }
        FeedKind::Misp if feed.hashes_only => {
            settle(
                feed,
                &store,
                list::fetch(&client, &store, "hashes.csv").await?,
            )
            .await
        }
        FeedKind::Misp => settle(feed, &store, misp::fetch(&client, &store).await?).await,
        FeedKind::List => settle(feed, &store, list::fetch(&client, &store, "").await?).await,
    }
}

/// Judges new content, puts it in force, and then notes how far the feed was read.
async fn settle<S: serde::Serialize>(
    feed: &Feed,
    store: &Store,
    fetched: Option<Fetched<S>>,
) -> Result<Outcome, FetchError> {
    let Some(fetched) = fetched else {
        return Ok(Outcome::Unchanged);
    };
    let (judge, trusting) = (store.clone(), feed.trusting);
    let (bytes, extension) = (fetched.bytes, fetched.extension);
    let judged = tokio::task::spawn_blocking(move || judge.offer(&bytes, extension, trusting));
    let verdict = judged.await.map_err(std::io::Error::other)??;
    Ok(match verdict {
        Verdict::Held(reason) => Outcome::Held(reason),
        Verdict::Taken { entries, left_out } => {
            store.keep_state(&fetched.state)?;
            Outcome::Taken {
                came: fetched.came,
                bad: fetched.bad,
                entries,
                left_out,
            }
        }
    })
}
