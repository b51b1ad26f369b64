//! What a person reads on the terminal.

use event::{Incident, Language, Severity, When};
use intelligence::Reason;
use sensor::{FileResult, LoadReport, Summary};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

/// Alerts listed for each capture, by number; the rest is counted.
const ALERTS_SHOWN: usize = 10;
/// Problems of rules shown; the rest is counted.
const PROBLEMS_SHOWN: usize = 10;

/// What was loaded, on standard error.
pub fn loaded(report: &LoadReport) {
    let mut text = format!("rules: {} loaded ({} our own)", report.loaded, report.own);
    if report.refused() > 0 {
        let _ = write!(text, ", {} not", report.refused());
    }
    eprintln!("{text}");
    for (missing, sids) in &report.missing {
        eprintln!(
            "  cannot run yet: {} for want of {missing}",
            count(sids.len(), "rule")
        );
    }
    for problem in report.problems.iter().take(PROBLEMS_SHOWN) {
        eprintln!("{problem}");
    }
    if report.problems.len() > PROBLEMS_SHOWN {
        eprintln!(
            "  ... and {} more",
            count(report.problems.len() - PROBLEMS_SHOWN, "problem")
        );
    }
    if let Some(problem) = &report.cache_problem {
        eprintln!("hinomi: compiled rules are not kept: {problem}");
    }
    indicators(report);
    yara(report);
    sigma(report);
}

/// What became of the Sigma rules.
fn sigma(report: &LoadReport) {
    let Some(sigma) = &report.sigma else { return };
    let bad = sigma.problems().len() + sigma.omitted();
    eprintln!(
        "Sigma rules: {} loaded from {}, {} look at what a sensor sees, {bad} not loaded",
        sigma.len(),
        count(sigma.files(), "file"),
        sigma.running(),
    );
    for problem in sigma.problems().iter().take(PROBLEMS_SHOWN) {
        eprintln!("{}", problem.in_language(Language::En));
    }
    if bad > PROBLEMS_SHOWN {
        eprintln!("  ... and {} more", count(bad - PROBLEMS_SHOWN, "problem"));
    }
}

/// What became of the YARA rules.
fn yara(report: &LoadReport) {
    let yara = &report.yara;
    if yara.files == 0 && yara.problems.is_empty() {
        return;
    }
    let bad = yara.problems.len() + yara.omitted;
    eprintln!(
        "YARA rules: {} loaded from {}, {bad} not",
        yara.loaded,
        count(yara.files, "file")
    );
    for problem in yara.problems.iter().take(PROBLEMS_SHOWN) {
        eprintln!("{problem}");
    }
    if bad > PROBLEMS_SHOWN {
        eprintln!("  ... and {} more", count(bad - PROBLEMS_SHOWN, "problem"));
    }
}

/// What became of the indicator lists.
fn indicators(report: &LoadReport) {
    let lists = &report.indicators;
    if lists.lists == 0 && lists.unreadable.is_empty() {
        return;
    }
    eprintln!(
        "indicators: {} from {}; left out: {} not understood, {} reserved addresses, {} too broad, {} for other reasons",
        lists.entries,
        count(lists.lists, "list"),
        lists.skipped_for(Reason::NotUnderstood),
        lists.skipped_for(Reason::Reserved),
        lists.skipped_for(Reason::TooBroad),
        lists
            .skipped
            .iter()
            .filter(|(reason, _)| {
                !matches!(
                    reason,
                    Reason::NotUnderstood | Reason::Reserved | Reason::TooBroad
                )
            })
            .map(|(_, count)| count)
            .sum::<usize>()
    );
    for held in &lists.held {
        eprintln!("hinomi: {}", held.text().in_language(Language::En));
    }
    for (path, reason) in &lists.unreadable {
        eprintln!("hinomi: cannot read {path}: {reason}");
    }
}

/// `refused-rules.tsv`: every rule that does not run, with its reason.
pub fn write_refused(folder: &Path, report: &LoadReport) -> io::Result<()> {
    let mut text = String::from("sid\tmissing\n");
    for (missing, sids) in &report.missing {
        for sid in sids {
            let _ = writeln!(text, "{sid}\t{missing}");
        }
    }
    for problem in report.problems.iter().chain(&report.yara.problems) {
        let sid = problem.sid.map_or_else(String::new, |sid| sid.to_string());
        let _ = writeln!(
            text,
            "{sid}\t{}:{}:{}: {}",
            problem.file, problem.line, problem.column, problem.message
        );
    }
    let sigma = report.sigma.iter().flat_map(|sigma| sigma.problems());
    for problem in sigma {
        let _ = writeln!(
            text,
            "{}\t{}",
            problem.rule,
            problem.in_language(Language::En)
        );
    }
    std::fs::write(folder.join("refused-rules.tsv"), text)
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Sums over captures.
#[derive(Default)]
pub struct Totals {
    captures: usize,
    packets: u64,
    bytes: u64,
    incidents: [usize; 4],
    /// Captures that could not be opened.
    pub unopened: usize,
    damaged: usize,
}

impl Totals {
    /// Reports on one capture. What cannot be written (a closed pipe) is not worth an error.
    pub fn add(&mut self, out: &mut impl Write, result: &FileResult, language: Language) {
        self.captures += 1;
        if let Some(error) = &result.refused {
            self.unopened += 1;
            eprintln!("hinomi: {error}");
            return;
        }
        if let Some(damage) = &result.damage {
            self.damaged += 1;
            eprintln!(
                "hinomi: {}: {damage}; what came before was analysed",
                result.path.display()
            );
        }
        let Some(summary) = &result.summary else {
            return;
        };
        self.packets += summary.flows.packets;
        self.bytes += summary.flows.bytes;
        for incident in &result.incidents {
            self.incidents[severity_index(incident.severity)] += 1;
        }
        let _ = writeln!(
            out,
            "{}",
            capture(&result.path, summary, &result.incidents, language)
        );
    }

    /// The last lines.
    pub fn finish(&self, out: &mut impl Write, folder: Option<&Path>) {
        let [low, medium, high, critical] = self.incidents;
        let _ = writeln!(
            out,
            "{}: {} packets, {} bytes; incidents: {critical} critical, {high} high, {medium} medium, {low} low",
            count(self.captures, "capture"),
            self.packets,
            self.bytes
        );
        if self.unopened + self.damaged > 0 {
            let _ = writeln!(
                out,
                "{} could not be opened, {} damaged",
                self.unopened, self.damaged
            );
        }
        if let Some(folder) = folder {
            let _ = writeln!(
                out,
                "written: {0}/events.jsonl, {0}/incidents.jsonl",
                folder.display()
            );
        }
    }
}

const fn severity_index(severity: Severity) -> usize {
    match severity {
        Severity::Low => 0,
        Severity::Medium => 1,
        Severity::High => 2,
        Severity::Critical => 3,
    }
}

/// One capture: numbers, alerts by rule, then the stories, gravest first.
fn capture(path: &Path, summary: &Summary, incidents: &[Incident], language: Language) -> String {
    let mut text = String::new();
    let flows = &summary.flows.flows;
    let events: u64 = summary.events.values().sum();
    let _ = writeln!(text, "{}", path.display());
    let _ = writeln!(
        text,
        "  {} packets, {} flows, {events} events, {} endpoints",
        summary.flows.packets,
        flows.tcp + flows.udp + flows.icmp + flows.other,
        summary.endpoints
    );
    let mut alerts: Vec<_> = summary.alerts.iter().collect();
    alerts.sort_by_key(|(id, (_, number))| (std::cmp::Reverse(*number), **id));
    for ((gid, sid), (message, number)) in alerts.iter().take(ALERTS_SHOWN) {
        let _ = writeln!(text, "  alert {number:>5} x [{gid}:{sid}] {message}");
    }
    if alerts.len() > ALERTS_SHOWN {
        let _ = writeln!(
            text,
            "  ... and alerts of {}",
            count(alerts.len() - ALERTS_SHOWN, "more rule")
        );
    }
    for (rule, number) in summary.yara.iter().take(ALERTS_SHOWN) {
        let _ = writeln!(text, "  YARA  {number:>5} x {rule}");
    }
    for (title, number) in summary.sigma.iter().take(ALERTS_SHOWN) {
        let _ = writeln!(text, "  Sigma {number:>5} x {title}");
    }
    let mut sorted: Vec<&Incident> = incidents.iter().collect();
    sorted.sort_by_key(|incident| {
        (
            incident.host.ip,
            std::cmp::Reverse(incident.severity),
            incident.first_seen,
        )
    });
    let mut host = None;
    for incident in sorted {
        if host != Some(incident.host.ip) {
            host = Some(incident.host.ip);
            let name = incident
                .host
                .name
                .as_deref()
                .map_or_else(String::new, |name| format!(" ({name})"));
            let _ = writeln!(text, "  host {}{name}", incident.host.ip);
        }
        text.push_str(&story(incident, language));
    }
    text
}

/// One incident in a few lines.
pub fn story(incident: &Incident, language: Language) -> String {
    let mut text = String::new();
    let communications: Vec<_> = incident
        .communications
        .iter()
        .map(|communication| communication.name().in_language(language).to_owned())
        .collect();
    let _ = writeln!(
        text,
        "    {} {:.0} %: {}",
        incident.severity.key().to_uppercase(),
        incident.confidence * 100.0,
        incident.title.in_language(language)
    );
    let _ = writeln!(text, "      {}", communications.join(", "));
    let _ = writeln!(
        text,
        "      {}",
        incident
            .summary
            .in_language(language)
            .replace('\n', "\n      ")
    );
    for action in &incident.actions {
        let when = say_when(action.when, language);
        let _ = writeln!(
            text,
            "      - {when}: {}",
            action.text.in_language(language)
        );
    }
    text
}

const fn say_when(when: When, language: Language) -> &'static str {
    match (when, language) {
        (When::Now, Language::Ja) => "今すぐ",
        (When::Today, Language::Ja) => "今日中",
        (When::Later, Language::Ja) => "後日",
        (When::Now, Language::En) => "now",
        (When::Today, Language::En) => "today",
        (When::Later, Language::En) => "later",
    }
}
