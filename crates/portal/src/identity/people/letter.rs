//! Mails with a link that is for one person only.

use super::model::Invitation;
use crate::Error;
use crate::identity::User;
use crate::locale::Localized as _;
use crate::notify::Letter;
use askama::Template as _;
use event::Language;

#[derive(askama::Template)]
#[template(path = "link_mail.txt", escape = "none")]
struct Plain<'a> {
    content: &'a Content,
}

#[derive(askama::Template)]
#[template(path = "link_mail.html")]
struct Html<'a> {
    content: &'a Content,
}

struct Content {
    language: Language,
    title: String,
    text: String,
    button: String,
    link: String,
    why: String,
}

impl Content {
    fn say(&self, key: &str) -> String {
        self.language.say(key)
    }
}

/// The mail that invites.
pub fn invitation(invitation: &Invitation, tenant: &str, link: &str) -> Result<Letter, Error> {
    let language = invitation.language;
    let values = [("tenant", tenant)];
    let content = Content {
        language,
        title: language.say_with("portal.link.invitation_title", &values),
        text: language.say_with("portal.link.invitation_text", &values),
        button: language.say("portal.link.invitation_button"),
        link: link.to_owned(),
        why: language.say("portal.link.invitation_why"),
    };
    letter(&invitation.name, &invitation.email, &content)
}

/// The mail to whoever forgot his password.
pub fn new_password(user: &User, link: &str) -> Result<Letter, Error> {
    let language = user.mail_language;
    let content = Content {
        language,
        title: language.say("portal.link.password_title"),
        text: language.say("portal.link.password_text"),
        button: language.say("portal.link.password_button"),
        link: link.to_owned(),
        why: language.say("portal.link.password_why"),
    };
    letter(&user.name, &user.email, &content)
}

fn letter(name: &str, email: &str, content: &Content) -> Result<Letter, Error> {
    let failed = |_| Error::Stored {
        what: "mail template",
    };
    Ok(Letter {
        to_name: name.to_owned(),
        to_address: email.to_owned(),
        subject: format!("[Hinomi] {}", content.title),
        plain: Plain { content }.render().map_err(failed)?,
        html: Html { content }.render().map_err(failed)?,
    })
}
