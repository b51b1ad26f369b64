//! The way to the mail server (SMTP).

use super::letter::Letter;
use crate::settings::{SmtpSettings, SmtpTls};
use crate::{Error, limits, secret};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::time::Duration;

const SMTP_TIMEOUT: Duration = Duration::from_secs(30);

/// Sends mails through one server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// An address or header cannot be one.
    #[error("mail cannot be written")]
    Message(#[from] lettre::error::Error),
    /// The recipient's address cannot be one.
    #[error("mail address cannot be one")]
    Address(#[from] lettre::address::AddressError),
    /// The server did not take it.
    #[error("mail server did not take it")]
    Smtp(#[from] lettre::transport::smtp::Error),
}

impl MailError {
    /// Whether no other try will end differently: the address is none, or the server says that there is no such mailbox.
    /// Whatever else a server refuses may be its set-up or ours, which somebody can mend.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Message(_) | Self::Address(_) => true,
            Self::Smtp(error) => {
                let status = error.status().map(|code| code.to_string());
                matches!(status.as_deref(), Some("550" | "551" | "553"))
            }
        }
    }
}

impl Mailer {
    /// Reads the settings; does not connect yet.
    ///
    /// # Errors
    /// When sender, server or password cannot be used.
    pub fn new(settings: &SmtpSettings) -> Result<Self, Error> {
        let wrong = |name: &'static str, reason: String| Error::Setting { name, reason };
        let from = settings
            .from
            .parse()
            .map_err(|error: lettre::address::AddressError| {
                wrong("smtp.from", error.to_string())
            })?;
        let builder = match settings.tls {
            SmtpTls::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(&settings.host),
            SmtpTls::Starttls => {
                AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&settings.host)
            }
            SmtpTls::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(
                &settings.host,
            )),
        };
        let mut builder = builder
            .map_err(|error| wrong("smtp.host", error.to_string()))?
            .timeout(Some(SMTP_TIMEOUT))
            .pool_config(PoolConfig::new().max_size(limits::MAIL_CONNECTIONS_MAX));
        if let Some(port) = settings.port {
            builder = builder.port(port);
        }
        if let Some(user) = &settings.user {
            let password = password(settings)?;
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Self {
            transport: builder.build(),
            from,
        })
    }

    /// Sends a letter. `id` names the mail: sent twice, because the answer to the first time was lost, it is
    /// known as the same one.
    ///
    /// # Errors
    /// When it cannot be written or the server does not take it.
    pub async fn send(&self, id: &str, letter: &Letter) -> Result<(), MailError> {
        let address = letter.to_address.parse()?;
        let domain = self.from.email.domain();
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(letter.to_name.clone()), address))
            .subject(letter.subject.clone())
            .message_id(Some(format!("<{id}@{domain}>")))
            // So that holiday notices do not answer (RFC 3834).
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(
                letter.plain.clone(),
                letter.html.clone(),
            ))?;
        self.transport.send(message).await?;
        Ok(())
    }
}

fn password(settings: &SmtpSettings) -> Result<String, Error> {
    let file = settings.password_file.as_deref();
    let password = secret::configured("smtp.password_env", file, settings.password_env.as_deref())?;
    password.ok_or_else(|| Error::Setting {
        name: "smtp.user",
        reason: "needs password_file or password_env".to_owned(),
    })
}
