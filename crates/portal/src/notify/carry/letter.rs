//! Mails, in the reader's language. About an incident: what happened, to which machine, how bad, by when to act, what to do now.
//! The summary of a while, and the mail that tries whether mails arrive.

use crate::Error;
use crate::fleet::Alarm;
use crate::identity::User;
use crate::incidents::{IncidentDetail, IncidentSummary};
use crate::limits;
use crate::locale::Localized as _;
use crate::notify::model::Reason;
use crate::notify::queries::deliveries::Job;
use askama::Template as _;
use event::{Deadline, Host, Language, Timestamp};

const ACTIONS_SHOWN: usize = 5;
/// Japan is nine hours ahead of UTC all year.
const JAPAN_AHEAD_NANOS: i64 = 9 * 3600 * 1_000_000_000;

/// A mail ready to be sent.
#[derive(Debug)]
pub struct Letter {
    /// Name of the reader.
    pub to_name: String,
    /// Address of the reader.
    pub to_address: String,
    /// Subject, one line.
    pub subject: String,
    /// Body for every mail program.
    pub plain: String,
    /// The same with a little shape.
    pub html: String,
}

#[derive(askama::Template)]
#[template(path = "mail.txt", escape = "none")]
struct Plain<'a> {
    content: &'a Content,
}

#[derive(askama::Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    content: &'a Content,
}

/// What both bodies say.
struct Content {
    language: Language,
    color: &'static str,
    opening: String,
    title: String,
    severity: String,
    due: String,
    host: String,
    seen: String,
    sensor: String,
    summary: String,
    actions: Vec<String>,
    link: String,
    settings_link: String,
}

impl Content {
    fn say(&self, key: &str) -> String {
        self.language.say(key)
    }
}

/// Why a mail is written, and what its subject may tell.
pub struct Occasion {
    /// What happened with the incident.
    pub reason: Reason,
    /// Whether the subject may name machines.
    pub names_host: bool,
    /// Whose incident it is.
    pub customer: String,
    /// Where it is read, from the root of the portal.
    pub link: String,
}

/// Writes the mail to a user about an incident.
///
/// # Errors
/// When a template fails.
pub fn about(
    incident: &IncidentDetail,
    user: &User,
    base_url: &str,
    occasion: &Occasion,
) -> Result<Letter, Error> {
    let language = user.mail_language;
    let line = &incident.summary_line;
    let opening = match occasion.reason {
        Reason::Grew => language.say("portal.mail.grew"),
        Reason::Escalated => language.say("portal.mail.escalated"),
        Reason::EscalatedToPartner => language.say_with(
            "portal.mail.escalated_to_partner",
            &[("customer", &one_line(&occasion.customer))],
        ),
        _ => language.say("portal.mail.raised"),
    };
    let severity = language.say(&format!("portal.severity.{}", line.severity.key()));
    let title = one_line(line.title.in_language(language));
    let host = host_name(&line.host);
    let told = if occasion.names_host {
        title.clone()
    } else {
        language.say(class(line.class))
    };
    let subject = language.say_with(
        "portal.mail.subject",
        &[("severity", &severity), ("title", &told)],
    );
    let actions = incident.actions.iter().filter(|action| !action.done);
    let content = Content {
        language,
        color: color(line.severity),
        opening,
        title,
        severity,
        due: language.say(due(line.severity.deadline())),
        host,
        seen: in_japan(line.last_seen),
        sensor: one_line(&line.sensor.name),
        summary: incident.summary.in_language(language).to_owned(),
        actions: actions
            .take(ACTIONS_SHOWN)
            .map(|action| match language {
                Language::Ja => action.ja.clone(),
                Language::En => action.en.clone(),
            })
            .collect(),
        link: format!("{base_url}{}", occasion.link),
        settings_link: format!("{base_url}/app/settings"),
    };
    let failed = |_| Error::Stored {
        what: "mail template",
    };
    Ok(Letter {
        to_name: one_line(&user.name),
        to_address: user.email.clone(),
        subject: one_line(&subject),
        plain: Plain { content: &content }.render().map_err(failed)?,
        html: Html { content: &content }.render().map_err(failed)?,
    })
}

/// The summary of incidents that were not told one by one, gravest first.
///
/// # Errors
/// When a template fails.
pub fn digest(incidents: &[IncidentSummary], user: &User, base_url: &str) -> Result<Letter, Error> {
    let language = user.mail_language;
    let count = incidents.len().to_string();
    let row = |incident: &IncidentSummary| Row {
        severity: language.say(&format!("portal.severity.{}", incident.severity.key())),
        color: color(incident.severity),
        title: one_line(incident.title.in_language(language)),
        seen: in_japan(incident.last_seen),
        link: format!("{base_url}/app/incidents/{}", incident.id),
    };
    let left_out = incidents.len().saturating_sub(limits::DIGEST_INCIDENTS_MAX);
    let note = Note {
        language,
        title: language.say_with("portal.mail.digest_subject", &[("count", &count)]),
        text: language.say("portal.mail.digest_text"),
        rows: incidents
            .iter()
            .take(limits::DIGEST_INCIDENTS_MAX)
            .map(row)
            .collect(),
        more: match left_out {
            0 => String::new(),
            left_out => language.say_with(
                "portal.mail.digest_more",
                &[("count", &left_out.to_string())],
            ),
        },
        open: language.say("portal.mail.digest_open"),
        link: format!("{base_url}/app/incidents"),
        settings_link: format!("{base_url}/app/settings"),
    };
    note.to(user)
}

/// The mail about an alarm of a sensor: that it opened, or that it closed.
///
/// # Errors
/// When a template fails.
pub fn about_alarm(alarm: &Alarm, job: &Job, user: &User, base_url: &str) -> Result<Letter, Error> {
    let language = user.mail_language;
    let values = [
        ("sensor", one_line(&alarm.sensor_name)),
        ("title", alarm.title.in_language(language).to_owned()),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let is_over = job.reason == Reason::AlarmClosed;
    let (title, text) = if is_over {
        let text = language.say_with("portal.mail.alarm_closed_text", &values);
        ("portal.mail.alarm_closed", text)
    } else {
        let text = alarm.advice.in_language(language).to_owned();
        ("portal.mail.alarm_opened", text)
    };
    let note = Note {
        language,
        title: language.say_with(title, &values),
        text,
        rows: Vec::new(),
        more: String::new(),
        open: language.say("portal.mail.alarm_open"),
        link: format!("{base_url}{}", super::alarm_path(alarm, job)),
        settings_link: format!("{base_url}/app/settings"),
    };
    note.to(user)
}

/// The mail that tries whether mails arrive.
///
/// # Errors
/// When a template fails.
pub fn test(user: &User, base_url: &str) -> Result<Letter, Error> {
    let language = user.mail_language;
    let note = Note {
        language,
        title: language.say("portal.mail.test_subject"),
        text: language.say("portal.mail.test"),
        rows: Vec::new(),
        more: String::new(),
        open: language.say("portal.mail.settings"),
        link: format!("{base_url}/app/settings"),
        settings_link: format!("{base_url}/app/settings"),
    };
    note.to(user)
}

/// A mail that is not about one incident.
struct Note {
    language: Language,
    title: String,
    text: String,
    rows: Vec<Row>,
    more: String,
    open: String,
    link: String,
    settings_link: String,
}

/// An incident in a summary.
struct Row {
    severity: String,
    color: &'static str,
    title: String,
    seen: String,
    link: String,
}

#[derive(askama::Template)]
#[template(path = "note.txt", escape = "none")]
struct PlainNote<'a> {
    note: &'a Note,
}

#[derive(askama::Template)]
#[template(path = "note.html")]
struct HtmlNote<'a> {
    note: &'a Note,
}

impl Note {
    fn say(&self, key: &str) -> String {
        self.language.say(key)
    }

    fn to(&self, user: &User) -> Result<Letter, Error> {
        let failed = |_| Error::Stored {
            what: "mail template",
        };
        Ok(Letter {
            to_name: one_line(&user.name),
            to_address: user.email.clone(),
            subject: format!("[Hinomi] {}", one_line(&self.title)),
            plain: PlainNote { note: self }.render().map_err(failed)?,
            html: HtmlNote { note: self }.render().map_err(failed)?,
        })
    }
}

/// Name and address of a machine.
pub(super) fn host_name(host: &Host) -> String {
    match &host.name {
        Some(name) => one_line(&format!("{name} ({})", host.ip)),
        None => host.ip.to_string(),
    }
}

/// `2026-11-22 19:44`, Japan time.
fn in_japan(time: Timestamp) -> String {
    let text = time
        .plus_nanos(JAPAN_AHEAD_NANOS)
        .rfc3339()
        .replace('T', " ");
    crate::text::shortened(&text, 16).to_owned()
}

/// What goes into a header or a line of its own must not begin another.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}

const fn class(class: event::ThreatClass) -> &'static str {
    match class {
        event::ThreatClass::Reconnaissance => "portal.class.reconnaissance",
        event::ThreatClass::MaliciousSite => "portal.class.malicious_site",
        event::ThreatClass::MaliciousDownload => "portal.class.malicious_download",
        event::ThreatClass::MalwareCommunication => "portal.class.malware_communication",
        event::ThreatClass::Suspicious => "portal.class.suspicious",
    }
}

/// The words for a deadline.
pub(super) const fn due(deadline: Deadline) -> &'static str {
    match deadline {
        Deadline::Now => "portal.mail.due_now",
        Deadline::Today => "portal.mail.due_today",
        Deadline::NextBusinessDay => "portal.mail.due_next_business_day",
        Deadline::ReportOnly => "portal.mail.due_report_only",
    }
}

const fn color(severity: event::Severity) -> &'static str {
    match severity {
        event::Severity::Low => "#5c6670",
        event::Severity::Medium => "#8a5a00",
        event::Severity::High => "#b3400a",
        event::Severity::Critical => "#b3121d",
    }
}
