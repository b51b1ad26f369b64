//! Incidents as a table for spreadsheets (RFC 4180), in the user's language.

use super::model::{IncidentKey, IncidentSummary};
use super::service;
use crate::Error;
use crate::context::Context;
use crate::locale::Localized as _;
use crate::tenancy::Scope;
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

/// With a byte order mark: without it Excel takes Japanese for something else.
fn header(language: Language) -> String {
    let cells: Vec<String> = COLUMNS.iter().map(|key| cell(&language.say(key))).collect();
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
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// Quoted; what a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection").
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        assert_eq!(cell("a\"b,c\n"), "\"a\"\"b,c\n\"");
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("192.0.2.1"), "\"192.0.2.1\"");
    }
}
