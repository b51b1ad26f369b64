//! Words a person understands: title, summary and actions of an incident, from the knowledge base.

mod knowledge;

use crate::correlate::Assessment;
use event::{Action, Communication, EvidenceLine, Host, Severity, Stage, Text, Timestamp};
use knowledge::{OTHER, PHISHING, Page, SERVER_ATTACK, knowledge};

/// What an explanation is made from.
pub(crate) struct Facts<'a> {
    pub assessment: &'a Assessment,
    pub host: &'a Host,
    /// The most telling first.
    pub peers: &'a [String],
    pub first_seen: Timestamp,
    /// Signs in all.
    pub count: u64,
    /// In the order of time.
    pub evidence: &'a [EvidenceLine],
    pub utc_offset_minutes: i32,
}

/// The words of an incident.
pub(crate) struct Told {
    pub title: Text,
    pub summary: Text,
    pub actions: Vec<Action>,
}

/// Explains an incident.
pub(crate) fn explain(facts: &Facts<'_>) -> Told {
    let base = knowledge();
    let page = page(facts);
    let slots = Slots::new(facts);
    let mut parts = vec![slots.fill(&page.summary)];
    if facts.assessment.communications.len() > 1 {
        parts.push(fill(&base.chain, &[("chain", chain(facts))]));
    }
    parts.push(slots.fill(&page.meaning));
    // Tor by itself is no attack that succeeds or fails.
    let outcome = facts.assessment.infected || facts.assessment.main != Some(Communication::Tor);
    if facts.assessment.severity >= Severity::Medium && outcome {
        parts.push(if facts.assessment.infected {
            base.infected.clone()
        } else {
            base.attempt.clone()
        });
    }
    let ja: String = parts.iter().map(|part| part.ja.as_ref()).collect();
    let en: Vec<&str> = parts.iter().map(|part| part.en.as_ref()).collect();
    Told {
        title: slots.fill(&page.title),
        summary: Text::new(ja, en.join(" ")),
        actions: page
            .actions
            .iter()
            .map(|(key, _, text)| Action {
                key: key.clone(),
                text: slots.fill(text),
            })
            .collect(),
    }
}

/// The page for the main communication; for what the table does not name, by the stage.
fn page(facts: &Facts<'_>) -> &'static Page {
    let base = knowledge();
    match facts.assessment.main {
        Some(main) => base.of(main),
        None if facts.assessment.stages.contains(&Stage::Exploitation) => base.page(SERVER_ATTACK),
        None if facts.assessment.stages.contains(&Stage::Delivery) => base.page(PHISHING),
        None => base.page(OTHER),
    }
}

/// The communications in the order in which they were first seen, with the time of day.
fn chain(facts: &Facts<'_>) -> Text {
    let mut told: Vec<Communication> = Vec::new();
    let (mut ja, mut en) = (Vec::new(), Vec::new());
    for line in facts.evidence {
        let Some(communication) = line.communication else {
            continue;
        };
        if told.contains(&communication)
            || !facts.assessment.communications.contains(&communication)
        {
            continue;
        }
        told.push(communication);
        let clock = local(line.time, facts.utc_offset_minutes);
        let clock = clock.get(11..16).unwrap_or_default().to_owned();
        let name = communication.name();
        ja.push(format!("{clock} {}", name.ja));
        en.push(format!("{clock} {}", name.en));
    }
    Text::new(ja.join(" → "), en.join(", then "))
}

/// What stands in the slots of a text.
struct Slots {
    values: Vec<(&'static str, Text)>,
}

impl Slots {
    fn new(facts: &Facts<'_>) -> Self {
        let ip = facts.host.ip.to_string();
        let host = match &facts.host.name {
            Some(name) => Text::new(format!("{name} ({ip})"), format!("{name} ({ip})")),
            None => Text::new(ip.clone(), ip),
        };
        let peer = facts.peers.first().map_or_else(
            || knowledge().unknown_peer.clone(),
            |peer| Text::new(peer.clone(), peer.clone()),
        );
        let local = local(facts.first_seen, facts.utc_offset_minutes);
        let day_and_time = local.get(..16).unwrap_or_default().to_owned();
        Self {
            values: vec![
                ("host", host),
                ("peer", peer),
                ("time", time(&day_and_time, facts.utc_offset_minutes)),
                (
                    "count",
                    Text::new(facts.count.to_string(), facts.count.to_string()),
                ),
            ],
        }
    }

    fn fill(&self, text: &Text) -> Text {
        fill(text, &self.values)
    }
}

/// Puts values into slots. What is put in is not looked at again: names come from the network.
fn fill(text: &Text, values: &[(&'static str, Text)]) -> Text {
    let one = |template: &str, value_of: &dyn Fn(&Text) -> String| {
        let mut filled = String::with_capacity(template.len() * 2);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (slot, after) = after.split_once('}').unwrap_or((after, ""));
            match values.iter().find(|(name, _)| *name == slot) {
                Some((_, value)) => filled.push_str(&value_of(value)),
                None => {
                    filled.push('{');
                    filled.push_str(slot);
                    filled.push('}');
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    };
    Text::new(
        one(&text.ja, &|value| value.ja.to_string()),
        one(&text.en, &|value| value.en.to_string()),
    )
}

/// `2026-11-22T19:44:45.000000Z` shifted to local time.
fn local(time: Timestamp, utc_offset_minutes: i32) -> String {
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
    use super::{fill, time};
    use event::Text;

    #[test]
    fn slots_are_filled_once() {
        let text = Text::new("{host} と {peer}", "{host} and {peer} {other}");
        let values = [
            ("host", Text::new("{peer}", "{peer}")),
            ("peer", Text::new("x", "y")),
        ];
        let filled = fill(&text, &values);
        assert_eq!(filled.ja, "{peer} と x");
        assert_eq!(filled.en, "{peer} and y {other}");
    }

    #[test]
    fn times_read_well() {
        let text = time("2026-01-02T09:05", 540);
        assert_eq!(text.ja, "2026年1月2日 09:05");
        assert_eq!(text.en, "2026-01-02 09:05 (UTC+9)");
    }
}
