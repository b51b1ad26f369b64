//! Words a person understands: title, summary, actions and advice of an incident, from the knowledge base.

mod content;
mod family;
mod knowledge;
mod words;

use crate::correlate::{Assessment, Link};
use content::{OTHER, PHISHING, SERVER_ATTACK};
use event::{
    Action, Advice, Communication, Detector, EvidenceLine, Explained, Gateway, Host, Severity,
    Stage, Subject, Text, Timestamp,
};
use family::families_named;
use knowledge::{Family, Knowledge, Page, Question, knowledge};
use std::collections::BTreeSet;
use words::{Values, Writer, local, same_in_both};

/// Other machines that a summary names.
const OTHERS_SHOWN: usize = 5;
/// Repetition from here on is told.
const REPEATED_MIN: u64 = 5;

/// What an explanation is made from.
pub(crate) struct Facts<'a> {
    pub assessment: &'a Assessment,
    pub host: &'a Host,
    /// Other machines of the same story, and why the first of them belongs to it.
    pub others: &'a [Host],
    pub link: Option<Link>,
    /// The line on which the confidence rests most.
    pub strongest: Option<&'a EvidenceLine>,
    /// The most telling first.
    pub peers: &'a [String],
    pub first_seen: Timestamp,
    /// Signs in all.
    pub count: u64,
    /// In the order of time.
    pub evidence: &'a [EvidenceLine],
    /// The customer's name for the place that the sensor watches.
    pub site: Option<&'a str>,
    pub gateway: Gateway,
    pub utc_offset_minutes: i32,
}

/// The words of an incident.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub title: Text,
    pub summary: Text,
    pub actions: Vec<Action>,
    pub advice: Option<Advice>,
}

/// Explains an incident.
pub(crate) fn explain(facts: &Facts<'_>) -> Told {
    let Some(base) = knowledge() else {
        return Told::default();
    };
    let values = Values {
        host: facts.host,
        others: facts.others.len(),
        peer: facts.peers.first().map(String::as_str),
        site: facts.site,
        first_seen: facts.first_seen,
        count: facts.count,
        utc_offset_minutes: facts.utc_offset_minutes,
    };
    let telling = Telling {
        base,
        page: page(base, facts.assessment),
        families: families_named(base, facts.evidence),
        facts,
    };
    let mut writer = Writer::new(base, &values);
    let title = writer.write(&telling.page.title);
    let summary = telling.summary(&mut writer);
    // Once is enough: the address is hard to read over.
    writer.call_host(false);
    Told {
        title,
        summary,
        actions: telling.actions(&mut writer),
        advice: Some(telling.advice(&mut writer)),
    }
}

/// The page for the main communication; for what the table does not name, by the stage.
fn page(base: &'static Knowledge, assessment: &Assessment) -> &'static Page {
    match assessment.main {
        Some(main) => base.of(main),
        None if assessment.stages.contains(&Stage::Exploitation) => base.page(SERVER_ATTACK),
        None if assessment.stages.contains(&Stage::Delivery) => base.page(PHISHING),
        None => base.page(OTHER),
    }
}

/// The pages that speak for one incident.
struct Telling<'a> {
    base: &'static Knowledge,
    page: &'static Page,
    families: Vec<(&'static str, &'static Family)>,
    facts: &'a Facts<'a>,
}

impl Telling<'_> {
    fn summary(&self, writer: &mut Writer<'_>) -> Text {
        let (frame, assessment) = (&self.base.frame, self.facts.assessment);
        let mut parts = vec![writer.write(&self.page.summary)];
        if let Some((_, family)) = self.families.first() {
            let name = [("family", same_in_both(&family.name))];
            parts.push(writer.write_with(&frame.family, &name));
        }
        if assessment.communications.len() > 1 {
            let chain = [("chain", chain(self.facts))];
            parts.push(writer.write_with(&frame.chain, &chain));
        }
        parts.extend(self.others(writer));
        parts.push(writer.write(&self.page.meaning));
        // Tor by itself is no attack that succeeds or fails.
        let outcome = assessment.infected || assessment.main != Some(Communication::Tor);
        if assessment.severity >= Severity::Medium && outcome {
            parts.push(writer.write(if assessment.infected {
                &frame.infected
            } else {
                &frame.attempt
            }));
        }
        joined(&parts)
    }

    /// The other machines of the story.
    fn others(&self, writer: &mut Writer<'_>) -> Option<Text> {
        let link = self.base.frame.link.get(&self.facts.link?)?;
        let names: Vec<String> = self
            .facts
            .others
            .iter()
            .take(OTHERS_SHOWN)
            .map(|host| host.name.clone().unwrap_or_else(|| host.ip.to_string()))
            .collect();
        let more = if self.facts.others.len() > OTHERS_SHOWN {
            " ..."
        } else {
            ""
        };
        let listed = |between: &str| names.join(between) + more;
        let slots = [
            ("others", Text::new(listed("、"), listed(", "))),
            ("link", link.clone()),
        ];
        Some(writer.write_with(&self.base.frame.others, &slots))
    }

    /// What the page names, then what the family's kind and the family add, by urgency.
    fn actions(&self, writer: &mut Writer<'_>) -> Vec<Action> {
        let mut keys: Vec<&String> = self.page.actions.iter().collect();
        // A family that was only looked for or that only knocked asks for nothing more than the page.
        if self.facts.assessment.infected {
            for (_, family) in &self.families {
                let kind = self.base.kinds.get(&family.kind);
                keys.extend(kind.iter().flat_map(|kind| &kind.actions));
                keys.extend(&family.actions);
            }
        }
        let mut told = BTreeSet::new();
        let mut actions: Vec<Action> = keys
            .into_iter()
            .filter(|key| told.insert(*key))
            .filter_map(|key| {
                let action = self.base.actions.get(key)?;
                Some(Action {
                    key: key.clone(),
                    when: action.when,
                    text: writer.write(&action.text(self.facts.gateway)),
                })
            })
            .collect();
        actions.sort_by_key(|action| action.when);
        actions
    }

    fn advice(&self, writer: &mut Writer<'_>) -> Advice {
        let frame = &self.base.frame;
        let from_frame = |writer: &mut Writer<'_>, text: Option<&Text>| {
            text.map(|text| writer.write(text)).unwrap_or_default()
        };
        let kind = self
            .families
            .first()
            .and_then(|(_, family)| self.base.kinds.get(&family.kind));
        let meaning = kind.map_or(&self.page.meaning, |kind| &kind.meaning);
        let course = match self.families.first() {
            Some((_, family)) if self.facts.assessment.infected => &family.course,
            _ => &self.page.course,
        };
        let mut advice = Advice {
            deadline: self.facts.assessment.severity.deadline(),
            meaning: writer.write(meaning),
            course: writer.write(course),
            checked: self.checked(writer),
            reasons: self.reasons(writer),
            tell: writer.write(&self.page.tell),
            preserve: from_frame(writer, frame.preserve.get(&self.page.preserve)),
            ask: Text::default(),
            explained: Vec::new(),
        };
        writer.call_host(true);
        advice.ask = from_frame(writer, frame.ask.get(&self.page.ask));
        writer.call_host(false);
        advice.explained = self.explained(writer);
        advice
    }

    /// Each question of the page with its answer, and what cannot be answered.
    fn checked(&self, writer: &mut Writer<'_>) -> Vec<Text> {
        let frame = &self.base.frame;
        let seen = |question: &Question| {
            question
                .answered_by()
                .iter()
                .any(|answer| self.facts.assessment.communications.contains(answer))
        };
        let mut checked: Vec<Text> = self
            .page
            .checked
            .iter()
            .filter_map(|question| {
                let answers = frame.checked.get(question)?;
                Some(writer.write(if seen(question) {
                    &answers.seen
                } else {
                    &answers.not_seen
                }))
            })
            .collect();
        checked.push(writer.write(&frame.checked_limits));
        checked
    }

    /// Why we are as sure as we are.
    fn reasons(&self, writer: &mut Writer<'_>) -> Vec<Text> {
        let (assessment, frame) = (self.facts.assessment, &self.base.frame);
        let sureness = &assessment.sureness;
        let mut reasons = Vec::new();
        let mut say = |key: &str, slots: &[(&'static str, Text)]| {
            if let Some(text) = frame.reasons.get(key) {
                reasons.push(writer.write_with(text, slots));
            }
        };
        let number = |number: u64| [("number", same_in_both(&number.to_string()))];
        if let Some(line) = self.facts.strongest {
            let entry = self.base.detectors.get(detector_key(line));
            let called = entry.map_or_else(|| same_in_both(&line.name), |entry| entry.name.clone());
            let percent = (line.confidence * 100.0).round().clamp(0.0, 99.0) as u64;
            let percent = same_in_both(&percent.to_string());
            say("strongest", &[("detector", called), ("percent", percent)]);
            if line.count >= REPEATED_MIN {
                say("repeated", &number(line.count));
            }
        }
        match sureness.sources {
            0 | 1 => say("single", &[]),
            sources => say("sources", &number(sources as u64)),
        }
        if sureness.whole {
            say("whole", &[]);
        }
        if sureness.weak > 0 {
            say("weak", &number(sureness.weak as u64));
        }
        if !assessment.infected && assessment.main != Some(Communication::Tor) {
            say("attempt", &[]);
        }
        reasons
    }

    /// Families, techniques and detectors of the evidence, then the words that the texts have used.
    fn explained(&self, writer: &mut Writer<'_>) -> Vec<Explained> {
        let mut explained = Vec::new();
        let mut push = |subject, key: &str, name: Text, text: Text| {
            explained.push(Explained {
                subject,
                key: key.to_owned(),
                name,
                text,
                forms: Vec::new(),
            });
        };
        for (key, family) in &self.families {
            let what = writer.write(&family.what);
            let care = writer.write(&family.care);
            push(
                Subject::Family,
                key,
                same_in_both(&family.name),
                joined(&[what, care]),
            );
        }
        let mut told = BTreeSet::new();
        let techniques = self.facts.evidence.iter().flat_map(|line| &line.technique);
        for (id, entry) in techniques.filter_map(|id| self.base.technique(id)) {
            if told.insert(id) {
                let text = writer.write(&entry.text);
                push(Subject::Technique, id, entry.name.clone(), text);
            }
        }
        let mut told = BTreeSet::new();
        for key in self.facts.evidence.iter().map(detector_key) {
            if let Some(entry) = self.base.detectors.get(key)
                && told.insert(key)
            {
                let text = writer.write(&entry.text);
                push(Subject::Detector, key, entry.name.clone(), text);
            }
        }
        for (key, forms) in writer.terms() {
            if let Some(entry) = self.base.glossary.get(key) {
                explained.push(Explained {
                    subject: Subject::Term,
                    key: key.clone(),
                    name: entry.name.clone(),
                    text: entry.text.clone(),
                    forms: forms.iter().cloned().collect(),
                });
            }
        }
        explained
    }
}

/// The page of the detector behind a line: rules and lists have one for all of them.
fn detector_key(line: &EvidenceLine) -> &str {
    match line.detector {
        Detector::Signature if line.id.starts_with("yara:") => "yara",
        Detector::Signature if line.id.starts_with("sigma:") => "sigma",
        Detector::Signature => "signature",
        Detector::Indicator => "indicator",
        Detector::Scan | Detector::Behaviour => &line.id,
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

/// Texts one after the other: Japanese without, English with a space between.
fn joined(parts: &[Text]) -> Text {
    let ja: String = parts.iter().map(|part| part.ja.as_ref()).collect();
    let en: Vec<&str> = parts.iter().map(|part| part.en.as_ref()).collect();
    Text::new(ja, en.join(" "))
}

#[cfg(test)]
mod tests;
