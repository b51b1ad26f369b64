//! Incidents as a table for spreadsheets (RFC 4180), in the user's language.

use super::model::{IncidentKey, IncidentSummary};
use super::service;
use crate::Error;
use crate::context::Context;
use crate::locale::Localized as _;
use crate::tenancy::Scope;
use crate::text::csv_cell;
use axum::body::Bytes;
use event::Language;
use futures_util::stream::{self, Stream};
use std::collections::VecDeque;

const ROWS_AT_ONCE: usize = 500;

/// Columns: each a key of `portal.export`.
const COLUMNS: [&str; 12] = [
    "portal.export.id",
    "portal.export.severity",
    "portal.export.title",
    "portal.export.communications",
    "portal.export.host_ip",
    "portal.export.host_name",
    "portal.export.first_seen",
    "portal.export.last_seen",
    "portal.export.confidence",
    "portal.export.handling",
    "portal.export.sensor",
    "portal.export.incident",
];

struct Rest {
    context: Context,
    scope: Scope,
    language: Language,
    ids: VecDeque<IncidentKey>,
    begun: bool,
}

/// The table, a few hundred rows at a time.
pub fn table(
    context: Context,
    scope: Scope,
    language: Language,
    ids: Vec<IncidentKey>,
) -> impl Stream<Item = Result<Bytes, Error>> {
    let rest = Rest {
        context,
        scope,
        language,
        ids: ids.into(),
        begun: false,
    };
    stream::try_unfold(rest, async |mut rest: Rest| {
        if !rest.begun {
            rest.begun = true;
            return Ok(Some((Bytes::from(header(rest.language)), rest)));
        }
        if rest.ids.is_empty() {
            return Ok(None);
        }
        let length = rest.ids.len().min(ROWS_AT_ONCE);
        let ids: Vec<IncidentKey> = rest.ids.drain(..length).collect();
        let lines = service::by_ids(&rest.context, &rest.scope, &ids).await?;
        let base = rest.context.settings.public_url();
        let rows: String = lines
            .iter()
            .map(|line| row(line, rest.language, &base))
            .collect();
        Ok(Some((Bytes::from(rows), rest)))
    })
}

/// The same as a JSON array of what the list shows.
pub fn array(
    context: Context,
    scope: Scope,
    ids: Vec<IncidentKey>,
) -> impl Stream<Item = Result<Bytes, Error>> {
    let rest = (context, scope, VecDeque::from(ids), Some("["));
    stream::try_unfold(rest, async |(context, scope, mut ids, mut before)| {
        if ids.is_empty() {
            let end = match before {
                Some("[") => "[]\n",
                Some(_) => "\n]\n",
                None => return Ok(None),
            };
            return Ok(Some((Bytes::from(end), (context, scope, ids, None))));
        }
        let some: Vec<IncidentKey> = ids.drain(..ids.len().min(ROWS_AT_ONCE)).collect();
        let mut text = String::new();
        for line in service::by_ids(&context, &scope, &some).await? {
            text.push_str(before.unwrap_or(","));
            text.push('\n');
            text.push_str(&serde_json::to_string(&line)?);
            before = Some(",");
        }
        Ok(Some((Bytes::from(text), (context, scope, ids, before))))
    })
}

/// With a byte order mark: without it Excel takes Japanese for something else.
fn header(language: Language) -> String {
    let cells: Vec<String> = COLUMNS
        .iter()
        .map(|key| csv_cell(&language.say(key)))
        .collect();
    format!("\u{feff}{}\r\n", cells.join(","))
}

fn row(line: &IncidentSummary, language: Language, base: &str) -> String {
    let severity = language.say(&format!("portal.severity.{}", line.severity.key()));
    let handling = language.say(&format!("portal.handling.{}", line.handling.key()));
    let communications: Vec<String> = line
        .communications
        .iter()
        .map(|one| one.name().in_language(language).to_owned())
        .collect();
    let cells = [
        line.id.to_string(),
        severity,
        line.title.in_language(language).to_owned(),
        communications.join(" / "),
        line.host.ip.to_string(),
        line.host.name.clone().unwrap_or_default(),
        line.first_seen.rfc3339(),
        line.last_seen.rfc3339(),
        format!("{:.2}", line.confidence),
        handling,
        line.sensor.name.clone(),
        format!("{base}/app/incidents/{}", line.id),
    ];
    let cells: Vec<String> = cells.iter().map(|text| csv_cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}
