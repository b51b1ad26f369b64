//! From failed log-ins to a verdict: one account or many, one server or many, one guesser or many; and whether a
//! guess was right in the end.

use super::facts::{LogIn, Service};
use crate::model::{Context, Verdict};
use crate::{limits, table::Table};
use event::{Communication, Detection, Event, Severity, Stage, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

const SECOND_NS: u64 = 1_000_000_000;
/// Accounts with failures that make a spray: one password tried at many doors.
const ACCOUNTS_MIN: usize = 5;
const SPRAY_WINDOW_NS: u64 = 1_800 * SECOND_NS;
/// A program with an old password fails at its own pace, always with the same account.
const PACE_SLOW_NS: u64 = 20 * SECOND_NS;
const SLOW_FACTOR: usize = 4;
/// A person who tries what comes to mind types each time, for one account.
const PACE_TYPED_NS: u64 = 4 * SECOND_NS;
const TYPED_FACTOR: usize = 2;
/// Accounts of a client that are remembered as its own, and how long ago it must have logged on with one.
const OWN_MAX: usize = 4;
const OWN_NS: u64 = 3_600 * SECOND_NS;
/// Clients that fail at one server.
const GUESSERS_MIN: usize = 8;
const GUESSERS_WINDOW_NS: u64 = 600 * SECOND_NS;

/// What failing often means for a service.
struct Habit {
    name: &'static str,
    /// Failures within the window that nobody makes by mistake.
    failures_min: usize,
    window_ns: u64,
    technique: &'static [&'static str],
}

const fn habit(
    name: &'static str,
    failures_min: usize,
    window_s: u64,
    technique: &'static [&'static str],
) -> Habit {
    Habit {
        name,
        failures_min,
        window_ns: window_s * SECOND_NS,
        technique,
    }
}

impl Service {
    const fn habit(self) -> Habit {
        match self {
            Self::Ftp => habit("FTP", 6, 600, &["T1110.001"]),
            // Programs for mail try several connections at once, and again.
            Self::Pop3 => habit("POP3", 10, 600, &["T1110.001"]),
            Self::Imap => habit("IMAP", 12, 600, &["T1110.001"]),
            Self::Smb => habit("SMB", 6, 600, &["T1110.001", "T1021.002"]),
            Self::Kerberos => habit("Kerberos", 8, 600, &["T1110.001"]),
            Self::Ldap => habit("LDAP", 8, 600, &["T1110.001"]),
            Self::Mysql => habit("MySQL", 6, 600, &["T1110.001"]),
            Self::Postgres => habit("PostgreSQL", 6, 600, &["T1110.001"]),
            Self::Vnc => habit("VNC", 4, 600, &["T1110.001", "T1021.005"]),
            // The first answer to each new visitor is a refusal.
            Self::Web => habit("HTTP", 20, 180, &["T1110.001"]),
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Answers {
    clients: Table<(IpAddr, Service), Series>,
    servers: Table<(IpAddr, Service), Guessers>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Series {
    /// Failures not long ago.
    failures: Vec<Failure>,
    /// Failures since the first.
    all: u64,
    successes: u64,
    told: u64,
    told_accounts: usize,
    told_success: bool,
    /// Accounts with which the client logged on, and when first: people forget and mistype their own passwords.
    own: Vec<(String, Timestamp)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Failure {
    time: Timestamp,
    server: IpAddr,
    user: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Guessers {
    failures: Vec<(Timestamp, IpAddr)>,
    told: usize,
}

impl Answers {
    pub fn new() -> Self {
        Self {
            clients: Table::new(limits::HOSTS_MAX),
            servers: Table::new(limits::HOSTS_MAX),
        }
    }

    /// Sees a log-in and its end.
    pub fn see(
        &mut self,
        context: &Context<'_>,
        event: &Event,
        log_in: &LogIn,
        out: &mut Vec<Detection>,
    ) {
        let now = event.time;
        let key = (log_in.client.ip, log_in.service);
        if log_in.succeeded {
            // Only who fails is watched; whoever logs on without a name cannot be known again.
            if log_in.user.is_none() && self.clients.at(&key).is_none() {
                return;
            }
            let series = self.clients.touch(key, now, Series::default);
            out.extend(series.success(event, log_in));
            series.owns(now, log_in);
            return;
        }
        let series = self.clients.touch(key, now, Series::default);
        series.add(now, log_in);
        out.extend(series.guessing(event, log_in));
        out.extend(series.spraying(event, log_in));
        let key = (log_in.server.ip, log_in.service);
        let guessers = self.servers.touch(key, now, Guessers::default);
        out.extend(guessers.failure(context, event, log_in));
    }
}

impl Series {
    fn add(&mut self, now: Timestamp, log_in: &LogIn) {
        self.all = self.all.saturating_add(1);
        self.failures
            .retain(|one| now.since(one.time) <= SPRAY_WINDOW_NS);
        if self.failures.len() >= limits::TIMES_MAX {
            self.failures.remove(0);
        }
        self.failures.push(Failure {
            time: now,
            server: log_in.server.ip,
            user: log_in.user.clone(),
        });
    }

    fn recent(&self, now: Timestamp, window_ns: u64) -> impl Iterator<Item = &Failure> {
        let fits = move |one: &&Failure| now.since(one.time) <= window_ns;
        self.failures.iter().filter(fits)
    }

    /// Remembers an account with which the client logged on.
    fn owns(&mut self, now: Timestamp, log_in: &LogIn) {
        let Some(user) = &log_in.user else {
            return;
        };
        if self.own.len() < OWN_MAX && self.own.iter().all(|(known, _)| known != user) {
            self.own.push((user.clone(), now));
        }
    }

    /// Whether all failures are of one account with which the client logged on some time ago.
    fn is_own(&self, now: Timestamp, failures: &[&Failure]) -> bool {
        let Some(first) = failures.first().and_then(|one| one.user.as_ref()) else {
            return false;
        };
        let known =
            |(user, since): &(String, Timestamp)| user == first && now.since(*since) >= OWN_NS;
        failures.iter().all(|one| one.user.as_ref() == Some(first)) && self.own.iter().any(known)
    }

    /// How many times as many failures it takes until they are no longer a person's, or a program's with an old password.
    fn patience(&self, now: Timestamp, failures: &[&Failure]) -> usize {
        let (count, accounts, servers) = outline(failures);
        let span_ns = failures.first().map_or(0, |one| now.since(one.time));
        let pace_ns = span_ns / (count as u64).max(1);
        let alone = accounts <= 1 && servers <= 1;
        if alone && pace_ns >= PACE_SLOW_NS || self.is_own(now, failures) {
            SLOW_FACTOR
        } else if alone && pace_ns >= PACE_TYPED_NS {
            TYPED_FACTOR
        } else {
            1
        }
    }

    fn guessing(&mut self, event: &Event, log_in: &LogIn) -> Option<Detection> {
        let habit = log_in.service.habit();
        let recent: Vec<&Failure> = self.recent(event.time, habit.window_ns).collect();
        let (count, accounts, servers) = outline(&recent);
        let first = recent.first()?.time;
        let span_ns = event.time.since(first);
        let least = habit.failures_min * self.patience(event.time, &recent);
        let works = self.successes * 4 > self.all;
        if count < least || works || self.all < self.told.saturating_mul(2) {
            return None;
        }
        self.told = self.all;
        let (name, all, seconds) = (habit.name, self.all, span_ns / SECOND_NS);
        let belief = 0.58 + 0.08 * (all as f32 / habit.failures_min as f32).log2();
        let verdict = Verdict {
            id: "password_guessing",
            name: format!("password guessing on {name}"),
            communication: Some(Communication::LateralMovement),
            stage: Stage::LateralMovement,
            severity: Severity::Medium,
            confidence: belief.clamp(0.5, 0.9),
            technique: habit.technique,
            reasons: vec![
                Text::new(
                    format!(
                        "{name} のログインに {seconds} 秒間で {count} 回失敗しました（通算 {all} 回）"
                    ),
                    format!("{count} log-ins by {name} failed within {seconds} s ({all} in all)"),
                ),
                Text::new(
                    format!("試されたアカウントは {accounts} 個、相手は {servers} 台です"),
                    format!("{accounts} account(s) were tried on {servers} machine(s)"),
                ),
            ],
        };
        Some(about(verdict, event, log_in))
    }

    fn spraying(&mut self, event: &Event, log_in: &LogIn) -> Option<Detection> {
        let recent: Vec<&Failure> = self.recent(event.time, SPRAY_WINDOW_NS).collect();
        let (count, accounts, servers) = outline(&recent);
        let news = accounts >= self.told_accounts.saturating_mul(2).max(ACCOUNTS_MIN);
        if !news || count > accounts * 3 || self.successes as usize > accounts {
            return None;
        }
        self.told_accounts = accounts;
        let name = log_in.service.habit().name;
        let verdict = Verdict {
            id: "password_spraying",
            name: format!("password spraying on {name}"),
            communication: Some(Communication::LateralMovement),
            stage: Stage::LateralMovement,
            severity: Severity::Medium,
            confidence: (0.6 + 0.08 * (accounts as f32 / ACCOUNTS_MIN as f32).log2()).min(0.88),
            technique: &["T1110.003"],
            reasons: vec![Text::new(
                format!(
                    "{name} で {accounts} 個のアカウントに、1個あたり数回以内のログイン失敗がありました（相手 {servers} 台）"
                ),
                format!(
                    "{accounts} accounts failed to log in by {name}, each a few times only ({servers} machine(s))"
                ),
            )],
        };
        Some(about(verdict, event, log_in))
    }

    fn success(&mut self, event: &Event, log_in: &LogIn) -> Option<Detection> {
        self.successes = self.successes.saturating_add(1);
        let habit = log_in.service.habit();
        let recent: Vec<&Failure> = self.recent(event.time, habit.window_ns).collect();
        let count = recent.len();
        // Visitors without a password of a web server succeed all the time.
        let fits = log_in.service != Service::Web
            && recent.iter().any(|one| {
                one.server == log_in.server.ip && (one.user == log_in.user || one.user.is_none())
            });
        let least = habit.failures_min * self.patience(event.time, &recent);
        if self.told_success || !fits || count < least {
            return None;
        }
        self.told_success = true;
        let name = habit.name;
        let user = log_in.user.clone().unwrap_or_default();
        let verdict = Verdict {
            id: "password_guessed",
            name: format!("a log-in on {name} succeeded after many failures"),
            communication: Some(Communication::LateralMovement),
            stage: Stage::LateralMovement,
            severity: Severity::High,
            confidence: 0.78,
            technique: &["T1110.001", "T1078"],
            reasons: vec![Text::new(
                format!(
                    "{name} のログインに {count} 回失敗した後、成功しました（アカウント：{user}）"
                ),
                format!("after {count} failures a log-in by {name} succeeded (account: {user})"),
            )],
        };
        Some(about(verdict, event, log_in))
    }
}

impl Guessers {
    /// Many that fail at one server, each perhaps once.
    fn failure(
        &mut self,
        context: &Context<'_>,
        event: &Event,
        log_in: &LogIn,
    ) -> Option<Detection> {
        self.failures
            .retain(|(at, _)| event.time.since(*at) <= GUESSERS_WINDOW_NS);
        // In the morning many of one's own mistype; at a web server strangers ask.
        let outside = !context.home.contains(log_in.client.ip) && log_in.service != Service::Web;
        if !outside {
            return None;
        }
        if self.failures.len() >= limits::TIMES_MAX {
            self.failures.remove(0);
        }
        self.failures.push((event.time, log_in.client.ip));
        let clients: BTreeSet<IpAddr> = self.failures.iter().map(|(_, ip)| *ip).collect();
        let count = clients.len();
        if count < self.told.saturating_mul(2).max(GUESSERS_MIN) {
            return None;
        }
        self.told = count;
        let name = log_in.service.habit().name;
        let verdict = Verdict {
            id: "password_guessing_distributed",
            name: format!("password guessing on {name} from many addresses"),
            communication: Some(Communication::LateralMovement),
            stage: Stage::LateralMovement,
            severity: Severity::Medium,
            confidence: 0.62,
            technique: &["T1110"],
            reasons: vec![Text::new(
                format!(
                    "10分以内に、社外の {count} か所から同じサーバーの {name} へのログインが失敗しました"
                ),
                format!(
                    "within ten minutes log-ins by {name} failed from {count} addresses outside"
                ),
            )],
        };
        Some(about(verdict, event, log_in))
    }
}

/// Failures, accounts, servers.
fn outline(failures: &[&Failure]) -> (usize, usize, usize) {
    let users: BTreeSet<&str> = failures
        .iter()
        .filter_map(|one| one.user.as_deref())
        .collect();
    let servers: BTreeSet<IpAddr> = failures.iter().map(|one| one.server).collect();
    (failures.len(), users.len(), servers.len())
}

fn about(verdict: Verdict, event: &Event, log_in: &LogIn) -> Detection {
    verdict.about(
        event.time,
        log_in.client,
        Some(log_in.server),
        None,
        event.to_record(),
    )
}
