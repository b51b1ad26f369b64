//! How log-ins ended, as each protocol says it.

use super::super::ends::ends;
use crate::{limits, table::Table};
use event::{Endpoint, Event, Record, Value};
use serde::{Deserialize, Serialize};

/// The services whose answers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Service {
    Ftp,
    Pop3,
    Imap,
    Smb,
    Kerberos,
    Ldap,
    Mysql,
    Postgres,
    Vnc,
    Web,
}

/// One log-in and its end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LogIn {
    pub service: Service,
    pub client: Endpoint,
    pub server: Endpoint,
    /// Whom the client claims to be.
    pub user: Option<String>,
    pub succeeded: bool,
}

/// Who logs in where the name and the answer stand in different events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    users: Table<u64, String>,
}

impl Facts {
    pub fn new() -> Self {
        Self {
            users: Table::new(limits::PAIRS_MAX),
        }
    }

    /// The log-in that an event tells, if any.
    pub fn log_in(&mut self, event: &Event) -> Option<LogIn> {
        let body = event.body.member(event.kind.as_ref())?.as_record()?;
        let (service, user, succeeded) = match event.kind.as_ref() {
            "ftp" => self.ftp(event, body)?,
            "pop3" => self.pop3(event, body)?,
            "imap" => imap(body)?,
            "smb" => smb(body)?,
            "krb5" => self.kerberos(event, body)?,
            "ldap" => ldap(body)?,
            "mysql" => mysql(body)?,
            "pgsql" => self.postgres(event, body)?,
            "rfb" => vnc(body)?,
            "http" => web(body)?,
            _ => return None,
        };
        let (client, server) = ends(None, event)?;
        Some(LogIn {
            service,
            client,
            server,
            user: user.map(|name| crate::inventory::shortened(&name.to_lowercase())),
            succeeded,
        })
    }

    fn remember(&mut self, event: &Event, user: Option<&str>) {
        if let (Some(flow), Some(user)) = (event.flow, user) {
            self.users.take(&flow.id);
            let user = crate::inventory::shortened(user);
            self.users.touch(flow.id, event.time, || user);
        }
    }

    fn remembered(&self, event: &Event) -> Option<String> {
        self.users.at(&event.flow?.id).cloned()
    }

    fn ftp(&mut self, event: &Event, body: &Record) -> Option<Outcome> {
        match body.text("command")? {
            "USER" => {
                self.remember(event, body.text("command_data"));
                None
            }
            "PASS" => {
                let codes = body.member("completion_code")?.as_list();
                let succeeded = match codes.last()?.as_text()? {
                    "230" | "232" => true,
                    "430" | "530" | "421" => false,
                    _ => return None,
                };
                Some((Service::Ftp, self.remembered(event), succeeded))
            }
            _ => None,
        }
    }

    fn pop3(&mut self, event: &Event, body: &Record) -> Option<Outcome> {
        let request = body.member("request")?.as_record()?;
        let first = || request.member("args")?.as_list().first()?.as_text();
        let command = request.text("command")?.to_ascii_uppercase();
        if command == "USER" {
            self.remember(event, first());
            return None;
        }
        let succeeded = match body.at("response.success")? {
            Value::Bool(succeeded) => *succeeded,
            _ => return None,
        };
        match command.as_str() {
            "PASS" => Some((Service::Pop3, self.remembered(event), succeeded)),
            "APOP" => Some((Service::Pop3, first().map(str::to_owned), succeeded)),
            "AUTH" => Some((Service::Pop3, None, succeeded)),
            _ => None,
        }
    }

    fn kerberos(&mut self, event: &Event, body: &Record) -> Option<Outcome> {
        match body.text("msg_type")? {
            "KRB_AS_REQ" => {
                self.remember(event, body.text("cname"));
                None
            }
            "KRB_AS_REP" => {
                let user = body.text("cname").map(str::to_owned);
                Some((Service::Kerberos, user, true))
            }
            "KRB_ERROR" if body.text("failed_request") == Some("KRB_AS_REQ") => {
                let failed = matches!(
                    body.text("error_code"),
                    Some(
                        "KDC_ERR_PREAUTH_FAILED"
                            | "KDC_ERR_C_PRINCIPAL_UNKNOWN"
                            | "KDC_ERR_CLIENT_REVOKED"
                    )
                );
                failed.then(|| (Service::Kerberos, self.remembered(event), false))
            }
            _ => None,
        }
    }

    fn postgres(&mut self, event: &Event, body: &Record) -> Option<Outcome> {
        self.remember(event, body.text("request.startup_parameters.user"));
        let user = || self.remembered(event);
        // SQLSTATE class 28: invalid authorization (PostgreSQL, appendix A).
        if body
            .text("response.code")
            .is_some_and(|code| code.starts_with("28"))
        {
            return Some((Service::Postgres, user(), false));
        }
        let said = body.text("response.message")?;
        (said == "authentication_ok").then(|| (Service::Postgres, user(), true))
    }
}

type Outcome = (Service, Option<String>, bool);

fn imap(body: &Record) -> Option<Outcome> {
    let request = body.member("request")?.as_record()?;
    let command = request.text("command")?.to_ascii_uppercase();
    if command != "LOGIN" && command != "AUTHENTICATE" {
        return None;
    }
    let succeeded = match body.text("response.status")? {
        "OK" => true,
        "NO" => false,
        _ => return None,
    };
    let user = (command == "LOGIN")
        .then(|| request.text("args")?.split_ascii_whitespace().next())
        .flatten()
        .map(|name| name.trim_matches('"').to_owned());
    Some((Service::Imap, user, succeeded))
}

/// Log-on failure, wrong password, unknown user, locked, disabled, restricted, expired (MS-ERREF 2.3).
const SMB_FAILURES: [&str; 7] = [
    "0xc000006d",
    "0xc000006a",
    "0xc0000064",
    "0xc0000234",
    "0xc0000072",
    "0xc000006e",
    "0xc0000071",
];

fn smb(body: &Record) -> Option<Outcome> {
    if !body.text("command")?.contains("SESSION_SETUP") {
        return None;
    }
    let user = body.text("ntlmssp.user").map(str::to_owned);
    match body.text("status_code")? {
        "0x0" => user.map(|user| (Service::Smb, Some(user), true)),
        code if SMB_FAILURES.contains(&code) => Some((Service::Smb, user, false)),
        _ => None,
    }
}

fn ldap(body: &Record) -> Option<Outcome> {
    let bind = body.at("request.bind_request")?.as_record()?;
    let user = bind
        .text("ntlmssp.user")
        .or_else(|| bind.text("name"))
        .filter(|name| !name.is_empty())
        .map(str::to_owned);
    let results = body.member("responses")?.as_list().iter();
    let result = results
        .filter_map(|one| one.as_record()?.text("bind_response.result_code"))
        .next_back()?;
    match result {
        "success" => Some((Service::Ldap, user, true)),
        "invalid_credentials" => Some((Service::Ldap, user, false)),
        _ => None,
    }
}

fn mysql(body: &Record) -> Option<Outcome> {
    let user = body.text("user").map(str::to_owned);
    // ER_ACCESS_DENIED_ERROR, and the same where no password is allowed.
    match body.number("error_code") {
        Some(1045 | 1698) => Some((Service::Mysql, user, false)),
        None if user.is_some() => Some((Service::Mysql, user, true)),
        _ => None,
    }
}

fn vnc(body: &Record) -> Option<Outcome> {
    match body.text("authentication.security_result")? {
        "OK" => Some((Service::Vnc, None, true)),
        _ => Some((Service::Vnc, None, false)),
    }
}

/// Log-ins of the protocol itself (RFC 9110, 11); forms are looked at elsewhere.
fn web(body: &Record) -> Option<Outcome> {
    match body.number("status")? {
        401 => Some((Service::Web, None, false)),
        200..=399 => Some((Service::Web, None, true)),
        _ => None,
    }
}
