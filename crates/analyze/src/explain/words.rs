//! Slots, marked words and times in texts of the knowledge base.

use super::knowledge::Knowledge;
use event::{Host, Language, Text, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Fills texts of one incident, and remembers which words of the glossary it has used.
pub(super) struct Writer<'a> {
    base: &'a Knowledge,
    values: Vec<(&'static str, Text)>,
    /// The machine by its name, if it has one, and by its address.
    host: (Option<String>, String),
    others: usize,
    /// By key, as they stand in the texts.
    terms: BTreeMap<String, BTreeSet<String>>,
}

/// What stands in the slots of a text.
pub(super) struct Values<'a> {
    pub host: &'a Host,
    /// Further machines of the same incident.
    pub others: usize,
    pub peer: Option<&'a str>,
    pub site: Option<&'a str>,
    pub first_seen: Timestamp,
    pub count: u64,
    pub utc_offset_minutes: i32,
}

impl<'a> Writer<'a> {
    pub fn new(base: &'a Knowledge, values: &Values<'_>) -> Self {
        let host = (values.host.name.clone(), values.host.ip.to_string());
        let others = values.others;
        let known = |value: Option<&str>, otherwise: &Text| {
            value.map_or_else(|| otherwise.clone(), same_in_both)
        };
        let local = local(values.first_seen, values.utc_offset_minutes);
        let day_and_time = local.get(..16).unwrap_or_default();
        let values = vec![
            ("peer", known(values.peer, &base.frame.unknown_peer)),
            ("site", known(values.site, &base.frame.unknown_site)),
            ("time", time(day_and_time, values.utc_offset_minutes)),
            ("count", same_in_both(&values.count.to_string())),
        ];
        let mut writer = Self {
            base,
            values,
            host,
            others,
            terms: BTreeMap::new(),
        };
        writer.call_host(true);
        writer
    }

    /// The text with its slots filled and its marks as plain words.
    pub fn write(&mut self, text: &Text) -> Text {
        self.write_with(text, &[])
    }

    /// The same with further slots.
    pub fn write_with(&mut self, text: &Text, more: &[(&'static str, Text)]) -> Text {
        Text::new(
            self.one(&text.ja, Language::Ja, more),
            self.one(&text.en, Language::En, more),
        )
    }

    /// From here on the machine is called by name and address, or by one of them; further ones are counted.
    pub fn call_host(&mut self, both: bool) {
        let called = match &self.host {
            (Some(name), ip) if both => format!("{name} ({ip})"),
            (Some(name), _) => name.clone(),
            (None, ip) => ip.clone(),
        };
        let called = match self.others {
            0 => same_in_both(&called),
            1 => Text::new(format!("{called} ほか1台"), format!("{called} and another")),
            more => Text::new(
                format!("{called} ほか{more}台"),
                format!("{called} and {more} others"),
            ),
        };
        self.values.retain(|(slot, _)| *slot != "host");
        self.values.push(("host", called));
    }

    /// The words used so far: their keys, and how they stand in the texts.
    pub fn terms(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.terms
    }

    /// What is put in is not looked at again: names come from the network.
    fn one(&mut self, template: &str, language: Language, more: &[(&'static str, Text)]) -> String {
        let mut written = String::with_capacity(template.len() * 2);
        let mut rest = template;
        while let Some(at) = rest.find(['{', '[']) {
            let (before, here) = rest.split_at(at);
            written.push_str(before);
            let slot = here.strip_prefix('{').and_then(|text| text.split_once('}'));
            let mark = here
                .strip_prefix("[[")
                .and_then(|text| text.split_once("]]"));
            rest = if let Some((slot, after)) = slot {
                match more
                    .iter()
                    .chain(&self.values)
                    .find(|(name, _)| *name == slot)
                {
                    Some((_, value)) => written.push_str(value.in_language(language)),
                    None => {
                        written.push('{');
                        written.push_str(slot);
                        written.push('}');
                    }
                }
                after
            } else if let Some((mark, after)) = mark {
                let (key, shown) = mark.split_once('|').unwrap_or((mark, ""));
                let shown = match self.base.glossary.get(key) {
                    Some(entry) if shown.is_empty() => entry.name.in_language(language),
                    _ => shown,
                };
                written.push_str(shown);
                let forms = self.terms.entry(key.to_owned()).or_default();
                forms.insert(shown.to_owned());
                after
            } else {
                let mut characters = here.chars();
                written.extend(characters.next());
                characters.as_str()
            };
        }
        written.push_str(rest);
        written
    }
}

pub(super) fn same_in_both(text: &str) -> Text {
    Text::new(text.to_owned(), text.to_owned())
}

/// `2026-11-22T19:44:45.000000Z` shifted to local time.
pub(super) fn local(time: Timestamp, utc_offset_minutes: i32) -> String {
    time.plus_nanos(i64::from(utc_offset_minutes).saturating_mul(60_000_000_000))
        .rfc3339()
}

/// Day and time as each language writes it, from `2026-11-22T19:44`.
fn time(day_and_time: &str, utc_offset_minutes: i32) -> Text {
    let (day, clock) = day_and_time.split_once('T').unwrap_or((day_and_time, ""));
    let mut parts = day.split('-').map(|part| part.trim_start_matches('0'));
    let (year, month, date) = (parts.next(), parts.next(), parts.next());
    let zone = if utc_offset_minutes % 60 == 0 {
        format!("UTC{:+}", utc_offset_minutes / 60)
    } else {
        format!(
            "UTC{:+}:{:02}",
            utc_offset_minutes / 60,
            utc_offset_minutes % 60
        )
    };
    Text::new(
        format!(
            "{}年{}月{}日 {clock}",
            year.unwrap_or_default(),
            month.unwrap_or_default(),
            date.unwrap_or_default()
        ),
        format!("{day} {clock} ({zone})"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::knowledge::knowledge;
    use super::{Values, Writer, time};
    use event::{Host, Text, Timestamp};

    #[test]
    fn slots_are_filled_once_and_marks_become_words() {
        let host = Host {
            ip: "192.0.2.7".parse().unwrap(),
            mac: None,
            name: Some("[[c2]]{peer}".to_owned()),
        };
        let values = Values {
            host: &host,
            others: 0,
            peer: None,
            site: Some("本社"),
            first_seen: Timestamp::new(0, 0),
            count: 3,
            utc_offset_minutes: 540,
        };
        let mut writer = Writer::new(knowledge().unwrap(), &values);
        let text = Text::new("{host} [[tor]] [x", "{other} [[tor|it]] {peer} {");
        let written = writer.write(&text);
        assert_eq!(written.ja, "[[c2]]{peer} (192.0.2.7) Tor [x");
        assert_eq!(written.en, "{other} it an unknown party {");
        assert_eq!(writer.terms().keys().collect::<Vec<_>>(), ["tor"]);
    }

    #[test]
    fn times_read_well() {
        let text = time("2026-01-02T09:05", 540);
        assert_eq!(text.ja, "2026年1月2日 09:05");
        assert_eq!(text.en, "2026-01-02 09:05 (UTC+9)");
    }
}
