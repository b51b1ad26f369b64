//! The log for spreadsheets (RFC 4180) and for programs (JSON), a few hundred entries at a time.

use super::filter::AuditQuery;
use super::model::AuditEntry;
use super::service;
use crate::context::Context;
use crate::limits;
use crate::tenancy::Scope;
use crate::text::csv_cell;
use crate::{Error, locale::Localized as _};
use axum::body::Bytes;
use event::Language;
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Serialize};

const ROWS_AT_ONCE: i64 = 200;

/// How an export is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// With the names of acts in the reader's language.
    #[default]
    Csv,
    /// An array of entries as the API shows them, whose hashes can be worked out again.
    Json,
}

/// Columns: each a key of `portal.audit`.
const COLUMNS: [&str; 9] = [
    "portal.audit.sequence",
    "portal.audit.at",
    "portal.audit.actor_kind",
    "portal.audit.actor",
    "portal.audit.act",
    "portal.audit.target_kind",
    "portal.audit.target",
    "portal.audit.detail",
    "portal.audit.hash",
];

struct Rest {
    context: Context,
    scope: Scope,
    query: AuditQuery,
    format: Format,
    language: Language,
    step: Step,
    written: u64,
}

enum Step {
    Begin,
    Go,
    End,
}

/// The entries that a filter finds, the newest first.
pub fn entries(
    context: Context,
    scope: Scope,
    query: AuditQuery,
    format: Format,
    language: Language,
) -> impl Stream<Item = Result<Bytes, Error>> {
    let rest = Rest {
        context,
        scope,
        query: AuditQuery {
            limit: ROWS_AT_ONCE,
            ..query
        },
        format,
        language,
        step: Step::Begin,
        written: 0,
    };
    stream::try_unfold(rest, async |mut rest: Rest| {
        let text = match rest.step {
            Step::Begin => {
                rest.step = Step::Go;
                match rest.format {
                    Format::Csv => header(rest.language),
                    Format::Json => "[".to_owned(),
                }
            }
            Step::Go => rest.go().await?,
            Step::End => return Ok(None),
        };
        Ok(Some((Bytes::from(text), rest)))
    })
}

impl Rest {
    /// The next entries; at the end what closes the file.
    async fn go(&mut self) -> Result<String, Error> {
        let page = service::page(&self.context, &self.scope, &self.query).await?;
        let mut text = String::new();
        for entry in &page.items {
            match self.format {
                Format::Csv => text.push_str(&row(entry, self.language)),
                Format::Json => {
                    text.push_str(if self.written == 0 { "\n" } else { ",\n" });
                    text.push_str(&serde_json::to_string(entry)?);
                }
            }
            self.written += 1;
        }
        self.query.cursor = page.items.last().map(|entry| entry.sequence);
        if page.next.is_none() || self.written >= limits::EXPORT_ROWS_MAX {
            self.step = Step::End;
            if self.format == Format::Json {
                text.push_str("\n]\n");
            }
        }
        Ok(text)
    }
}

/// With a byte order mark: without it Excel takes Japanese for something else.
fn header(language: Language) -> String {
    let cells: Vec<String> = COLUMNS
        .iter()
        .map(|key| csv_cell(&language.say(key)))
        .collect();
    format!("\u{feff}{}\r\n", cells.join(","))
}

fn row(entry: &AuditEntry, language: Language) -> String {
    let actor = match entry.actor_name.as_str() {
        "" => entry.actor_id.clone(),
        name => name.to_owned(),
    };
    let target = match entry.target.name.as_str() {
        "" => entry.target.id.clone(),
        name => name.to_owned(),
    };
    let cells = [
        entry.sequence.to_string(),
        entry.at.rfc3339(),
        entry.actor_kind.key().to_owned(),
        actor,
        language.say(&format!("portal.act.{}", entry.act.key())),
        entry.target.kind.clone(),
        target,
        entry.detail.clone(),
        entry.hash.clone(),
    ];
    let cells: Vec<String> = cells.iter().map(|text| csv_cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}
