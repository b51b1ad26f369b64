//! Chats: Slack (incoming webhooks), Microsoft Teams (workflows that take adaptive cards), LINE (Messaging API).

use super::{Outcome, Told};
use crate::Error;
use crate::context::Context;
use crate::fleet::Alarm;
use crate::locale::Localized as _;
use crate::notify::model::{Channel, Reason};
use crate::notify::queries::endpoints::Known;
use event::Language;
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// Where LINE takes messages.
pub const LINE_ADDRESS: &str = "https://api.line.me/v2/bot/message/push";

/// Sends a message.
///
/// # Errors
/// When it cannot be written.
pub async fn send(context: &Context, to: &Known, told: &Told<'_>) -> Result<Outcome, Error> {
    let said = Said::of(told, to.endpoint.language);
    let body = match to.endpoint.channel {
        Channel::Teams => said.for_teams(),
        Channel::Line => said.for_line(&to.endpoint.recipient),
        _ => said.for_slack(),
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if to.endpoint.channel == Channel::Line {
        let token = HeaderValue::from_str(&format!("Bearer {}", to.secret));
        let id = HeaderValue::from_str(&told.job.id.to_string());
        let (Ok(token), Ok(id)) = (token, id) else {
            return Ok(Outcome::GiveUp("the token cannot be used".to_owned()));
        };
        headers.insert(AUTHORIZATION, token);
        // LINE sends a message with the same key once.
        headers.insert(HeaderName::from_static("x-line-retry-key"), id);
    }
    let is_line = to.endpoint.channel == Channel::Line;
    let body = serde_json::to_vec(&body)?;
    Ok(
        match context.outbound.post(&to.address, headers, body).await {
            // It has this message already.
            Ok(answer) if is_line && answer.status == 409 => Outcome::Accepted,
            Ok(answer) => Outcome::of_answer(answer),
            Err(error) => Outcome::of_failure(&error),
        },
    )
}

/// A message in words.
struct Said {
    opening: String,
    title: String,
    facts: Vec<(String, String)>,
    open: String,
    link: String,
}

impl Said {
    fn of(told: &Told<'_>, language: Language) -> Self {
        let say = |key: &str| language.say(key);
        let opening = say(match told.job.reason {
            Reason::Grew => "portal.mail.grew",
            Reason::Escalated | Reason::EscalatedToPartner => "portal.mail.escalated",
            Reason::AlarmOpened => "portal.push.alarm_opened",
            Reason::AlarmClosed => "portal.push.alarm_closed",
            Reason::Test => "portal.mail.test",
            Reason::Raised | Reason::Digest => "portal.mail.raised",
        });
        if let Some(alarm) = &told.alarm {
            return Self::of_alarm(told, alarm, opening, language);
        }
        let Some(incident) = &told.incident else {
            return Self {
                opening,
                title: say("portal.mail.test_subject"),
                facts: Vec::new(),
                open: say("portal.mail.settings"),
                link: told.link(),
            };
        };
        let severity = say(&format!("portal.severity.{}", incident.severity.key()));
        Self {
            opening,
            title: incident.title.in_language(language).to_owned(),
            facts: vec![
                (say("portal.mail.severity"), severity),
                (
                    say("portal.mail.due"),
                    say(super::letter::due(incident.severity.deadline())),
                ),
                (
                    say("portal.mail.host"),
                    super::letter::host_name(&incident.host),
                ),
                (say("portal.mail.tenant"), told.tenant.clone()),
            ],
            open: say("portal.mail.open"),
            link: told.link(),
        }
    }

    fn of_alarm(told: &Told<'_>, alarm: &Alarm, opening: String, language: Language) -> Self {
        let say = |key: &str| language.say(key);
        let mut facts = vec![
            (say("portal.mail.sensor"), alarm.sensor_name.clone()),
            (say("portal.mail.tenant"), told.tenant.clone()),
        ];
        if told.job.reason == Reason::AlarmOpened {
            let advice = alarm.advice.in_language(language).to_owned();
            facts.push((say("portal.mail.to_do"), advice));
        }
        Self {
            opening,
            title: alarm.title.in_language(language).to_owned(),
            facts,
            open: say("portal.mail.alarm_open"),
            link: told.link(),
        }
    }

    fn lines(&self) -> String {
        let facts = self
            .facts
            .iter()
            .map(|(name, value)| format!("{name}: {value}"));
        facts.collect::<Vec<_>>().join("\n")
    }

    fn for_slack(&self) -> Value {
        // Else names could call people or hide where links lead.
        let plain = |text: &str| {
            text.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
        };
        let text = format!(
            "{}\n*{}*\n{}",
            plain(&self.opening),
            plain(&self.title),
            plain(&self.lines())
        );
        json!({
            "text": plain(&self.title),
            "blocks": [
                { "type": "section", "text": { "type": "mrkdwn", "text": text } },
                { "type": "section", "text": { "type": "mrkdwn", "text": format!("<{}|{}>", self.link, plain(&self.open)) } },
            ],
        })
    }

    fn for_teams(&self) -> Value {
        let facts: Vec<_> = self
            .facts
            .iter()
            .map(|(title, value)| json!({ "title": title, "value": value }))
            .collect();
        json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
                    "body": [
                        { "type": "TextBlock", "wrap": true, "text": self.opening },
                        { "type": "TextBlock", "wrap": true, "weight": "bolder", "size": "medium", "text": self.title },
                        { "type": "FactSet", "facts": facts },
                    ],
                    "actions": [{ "type": "Action.OpenUrl", "title": self.open, "url": self.link }],
                },
            }],
        })
    }

    fn for_line(&self, recipient: &str) -> Value {
        let text = format!(
            "{}\n\n{}\n{}\n\n{}\n{}",
            self.opening,
            self.title,
            self.lines(),
            self.open,
            self.link
        );
        json!({ "to": recipient, "messages": [{ "type": "text", "text": text }] })
    }
}
