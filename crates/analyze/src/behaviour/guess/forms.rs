//! Log-in forms of web sites: the same form sent again and again, and answered the same way each time.

use crate::model::Verdict;
use crate::{limits, table::Table};
use event::{Communication, Detection, Event, Severity, Stage, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

const WINDOW_NS: u64 = 300_000_000_000;
/// So many of one form within the window.
const POSTS_MIN: usize = 12;
/// Words in addresses of forms that ask for a password.
const WORDS: [&str; 11] = [
    "login",
    "logon",
    "signin",
    "sign-in",
    "sign_in",
    "auth",
    "session",
    "passwd",
    "password",
    "xmlrpc.php",
    "account",
];

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Forms {
    forms: Table<(IpAddr, IpAddr, String), Form>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Form {
    posts: Vec<Post>,
    all: u64,
    told: u64,
    told_success: bool,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Post {
    time: Timestamp,
    status: u64,
    length: u64,
}

impl Forms {
    pub fn new() -> Self {
        Self {
            forms: Table::new(limits::HOSTS_MAX),
        }
    }

    /// Sees a web transaction.
    pub fn see(&mut self, event: &Event) -> Option<Detection> {
        let (client, server) = (event.source?, event.dest?);
        if event.text("http.http_method") != Some("POST") {
            return None;
        }
        let path = event.text("http.url")?.split('?').next()?;
        let lower = path.to_ascii_lowercase();
        if !WORDS.iter().any(|word| lower.contains(word)) {
            return None;
        }
        let post = Post {
            time: event.time,
            status: event.number("http.status")?,
            length: event.number("http.length").unwrap_or(0),
        };
        let key = (client.ip, server.ip, crate::inventory::shortened(path));
        let form = self.forms.touch(key, event.time, Form::default);
        let before = form.refusals(event.time);
        form.add(post);
        let host = event.text("http.hostname").map(crate::inventory::shortened);
        let verdict = form.judge(post, before)?;
        Some(verdict.about(event.time, client, Some(server), host, event.to_record()))
    }
}

impl Form {
    fn add(&mut self, post: Post) {
        self.all = self.all.saturating_add(1);
        self.posts
            .retain(|one| post.time.since(one.time) <= WINDOW_NS);
        if self.posts.len() >= limits::TIMES_MAX {
            self.posts.remove(0);
        }
        self.posts.push(post);
    }

    /// The answer that most posts get, and how many get it.
    fn refusals(&self, now: Timestamp) -> (Option<Post>, usize) {
        let recent = || {
            let posts = self.posts.iter();
            posts.filter(move |one| now.since(one.time) <= WINDOW_NS)
        };
        let alike = |one: &Post| recent().filter(|other| one.is_like(other)).count();
        let usual = recent().max_by_key(|one| (alike(one), one.time));
        (usual.copied(), usual.map_or(0, alike))
    }

    fn judge(&mut self, post: Post, before: (Option<Post>, usize)) -> Option<Verdict> {
        let (usual, count) = self.refusals(post.time);
        let odd_one = before.0.is_some_and(|usual| !usual.is_like(&post));
        if before.1 >= POSTS_MIN && odd_one && post.status < 400 && !self.told_success {
            self.told_success = true;
            let failures = before.1;
            return Some(verdict(
                "password_guessed",
                Severity::High,
                0.6,
                Text::new(
                    format!(
                        "同じログイン画面への送信 {failures} 回が同じ応答だった後、1回だけ異なる応答がありました（成功の可能性）"
                    ),
                    format!(
                        "after {failures} answers all alike the log-in form answered differently once, as it does when a guess is right"
                    ),
                ),
            ));
        }
        let mostly = count * 5 >= self.posts.len() * 4;
        if count < POSTS_MIN || !mostly || self.all < self.told.saturating_mul(2) {
            return None;
        }
        self.told = self.all;
        let (all, status) = (self.all, usual?.status);
        let belief = 0.56 + 0.08 * (all as f32 / POSTS_MIN as f32).log2();
        Some(verdict(
            "password_guessing",
            Severity::Medium,
            belief.clamp(0.5, 0.85),
            Text::new(
                format!(
                    "同じログイン画面へ {all} 回送信し、ほぼ毎回同じ応答（{status}）を受けています"
                ),
                format!(
                    "sent the same log-in form {all} times and got nearly the same answer ({status}) each time"
                ),
            ),
        ))
    }
}

impl Post {
    fn is_like(&self, other: &Self) -> bool {
        self.status == other.status
            && self.length.abs_diff(other.length) * 10 <= self.length.max(64)
    }
}

fn verdict(id: &'static str, severity: Severity, confidence: f32, reason: Text) -> Verdict {
    Verdict {
        id,
        name: "password guessing on a web form".to_owned(),
        communication: Some(Communication::LateralMovement),
        stage: Stage::LateralMovement,
        severity,
        confidence,
        technique: &["T1110.001"],
        reasons: vec![reason],
    }
}
