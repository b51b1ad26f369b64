//! What the operator of a portal decides.

use crate::{Error, secret};
use serde::Deserialize;
use sqlx::postgres::PgConnectOptions;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The settings of a portal; what is left out has its default.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where browsers connect. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Where sensors connect. Default `127.0.0.1:8443`.
    pub link_listen: SocketAddr,
    /// Folder of the SQLite database and of the authority of sensors. Default `hinomi-portal`.
    pub data_dir: PathBuf,
    /// The PostgreSQL database to use in place of SQLite. Default: none.
    pub database: Option<DatabaseSettings>,
    /// How browsers reach the portal, for links in mails, e.g. `https://portal.example.jp`. Default: from `listen`.
    pub base_url: Option<String>,
    /// Certificate and key for browsers. Default: none, plain HTTP, for loopback or behind a proxy.
    pub tls: Option<TlsSettings>,
    /// Fetches that certificate and renews it. Default: no.
    pub acme: Option<AcmeSettings>,
    /// Mail. Default: none, no mail is sent.
    pub smtp: Option<SmtpSettings>,
    /// How the portal reaches systems that customers name. Default: on the public Internet only.
    pub outgoing: OutgoingSettings,
    /// File with the key that seals secrets in the database, 64 hexadecimal digits. Default: `secrets.key` in `data_dir`, made
    /// when first needed.
    pub secrets_key_file: Option<PathBuf>,
    /// Environment variable with that key, when there is no file.
    pub secrets_key_env: Option<String>,
    /// A session ends after this long without use, in minutes. Default 60.
    pub session_idle_minutes: u32,
    /// A session ends this long after signing in, in hours. Default 12.
    pub session_hours_max: u32,
    /// How long a sensor's enrolment secret is good for, in hours. Default 14 days.
    pub enrolment_secret_hours: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            link_listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            data_dir: PathBuf::from("hinomi-portal"),
            database: None,
            base_url: None,
            tls: None,
            acme: None,
            smtp: None,
            outgoing: OutgoingSettings::default(),
            secrets_key_file: None,
            secrets_key_env: None,
            session_idle_minutes: 60,
            session_hours_max: 12,
            enrolment_secret_hours: 14 * 24,
        }
    }
}

impl Settings {
    /// Whether browsers speak TLS to the portal, here or at a proxy in front of it.
    pub fn is_https(&self) -> bool {
        self.has_tls()
            || self
                .base_url
                .as_deref()
                .is_some_and(|url| url.starts_with("https://"))
    }

    /// Whether browsers speak TLS to this process itself.
    const fn has_tls(&self) -> bool {
        self.tls.is_some() || self.acme.is_some()
    }

    /// How browsers reach the portal, without a slash at the end.
    pub fn public_url(&self) -> String {
        match &self.base_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => self.listening_url(),
        }
    }

    fn listening_url(&self) -> String {
        match &self.acme {
            Some(AcmeSettings { names, .. }) if !names.is_empty() => match self.listen.port() {
                443 => format!("https://{}", names[0]),
                port => format!("https://{}:{port}", names[0]),
            },
            _ if self.has_tls() => format!("https://{}", self.listen),
            _ => format!("http://{}", self.listen),
        }
    }
}

impl Settings {
    /// Where the settings keep the key of the sealed secrets, where that is not the portal's folder.
    pub fn secrets_key_place(&self) -> Option<String> {
        match (&self.secrets_key_file, &self.secrets_key_env) {
            (Some(file), _) => Some(file.display().to_string()),
            (None, Some(variable)) => Some(format!("environment variable {variable}")),
            (None, None) => None,
        }
    }

    /// How the operators of push services reach ours (RFC 8292, section 2.1).
    pub fn contact(&self) -> String {
        let mailbox = self
            .smtp
            .as_ref()
            .and_then(|smtp| smtp.from.parse::<lettre::message::Mailbox>().ok());
        match mailbox {
            Some(mailbox) => format!("mailto:{}", mailbox.email),
            None => self.public_url(),
        }
    }
}

/// A database of PostgreSQL.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// Where it is, e.g. `postgresql://hinomi@db.example.jp/hinomi?sslmode=verify-full`.
    pub url: String,
    /// File with the account's password.
    pub password_file: Option<PathBuf>,
    /// Environment variable with the account's password, when there is no file.
    pub password_env: Option<String>,
}

impl DatabaseSettings {
    /// How to connect.
    ///
    /// # Errors
    /// When the address cannot be one, or the password cannot be read.
    pub fn options(&self) -> Result<PgConnectOptions, Error> {
        let options = self
            .url
            .parse::<PgConnectOptions>()
            .map_err(|error| Error::Setting {
                name: "database.url",
                reason: error.to_string(),
            })?;
        let (file, variable) = (self.password_file.as_deref(), self.password_env.as_deref());
        let password = secret::configured("database.password", file, variable)?;
        Ok(match password {
            Some(password) => options.password(&password),
            None => options,
        })
    }
}

/// Files of the certificate that browsers see.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// PEM file: the certificate and its chain.
    pub certificate: PathBuf,
    /// PEM file: the private key.
    pub key: PathBuf,
}

/// Where the certificate comes from (RFC 8555).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcmeSettings {
    /// Host names of the portal; the authority must reach each of them, at port 443, here.
    pub names: Vec<String>,
    /// Whether you agree to the authority's terms of service.
    #[serde(default)]
    pub terms_agreed: bool,
    /// Address for its mails, e.g. `it@example.jp`.
    pub contact: Option<String>,
    /// Its directory. Default: Let's Encrypt.
    #[serde(default = "lets_encrypt")]
    pub directory: String,
    /// PEM file with the authority of that directory's own certificate. Default: those of the system.
    pub authority_file: Option<PathBuf>,
}

fn lets_encrypt() -> String {
    instant_acme::LetsEncrypt::Production.url().to_owned()
}

/// The mail server that takes the portal's mails.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// Name or address.
    pub host: String,
    /// Port; by default 587 for STARTTLS, 465 for TLS, 25 for plain.
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub tls: SmtpTls,
    /// Account, where the server wants one.
    pub user: Option<String>,
    /// File with the account's password.
    pub password_file: Option<PathBuf>,
    /// Environment variable with the account's password, when there is no file.
    pub password_env: Option<String>,
    /// Sender, e.g. `Hinomi <hinomi@example.jp>`.
    pub from: String,
}

/// How the portal reaches systems that customers name: webhooks, chats, log servers, push services.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutgoingSettings {
    /// Networks besides the public Internet that may be reached, also without TLS, e.g. `192.168.10.0/24`. Default: none, so
    /// that no customer reaches into the network of the portal.
    pub networks: Vec<String>,
    /// PEM file with the authorities to trust. Default: those of the system.
    pub authority_file: Option<PathBuf>,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// STARTTLS, required (RFC 3207).
    #[default]
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// None: only for a server on the same machine.
    None,
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn unknown_settings_are_refused_and_the_rest_has_defaults() {
        let settings: Settings = serde_json::from_str(r#"{"listen":"[::1]:80"}"#).unwrap();
        assert_eq!(settings.public_url(), "http://[::1]:80");
        assert!(!settings.is_https());
        let error = serde_json::from_str::<Settings>(r#"{"lisen":"x"}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `lisen`"));
    }
}
