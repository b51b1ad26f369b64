//! TLS as malware speaks it: certificates signed by themselves, no server name, odd ports.
//!
//! Things of one purpose speak so to their makers, too, but since they were first seen: where enough hosts are watched to
//! know habits, that counts for less.

use crate::model::{Context, Model, Verdict};
use crate::{limits, table::Table};
use event::{Communication, Detection, Event, Severity, Stage, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

const USUAL_PORTS: [u16; 9] = [443, 465, 587, 636, 853, 993, 995, 8443, 5061];
/// Subjects that tools fill in when nobody says otherwise.
const DEFAULT_SUBJECTS: [&str; 9] = [
    "internet widgits",
    "default city",
    "default company",
    "some-state",
    "o=example",
    "cn=localhost",
    "cn=example.com",
    "o=acme",
    "major cobalt strike",
];

/// Hosts that speak TLS from which habits are known, and how long one must have been known before a place is new to it.
const POPULATION_MIN: usize = 20;
const KNOWN_NS: u64 = 24 * 3_600_000_000_000;
/// What a habit takes away: as much as no name and an unusual port add.
const HABIT: f32 = 0.26;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OddTls {
    pairs: Table<(IpAddr, IpAddr), Pair>,
    /// Since when hosts are known to speak TLS.
    hosts: Table<IpAddr, Timestamp>,
    /// Flows that began as remote desktops, whose machines sign for themselves.
    desktops: Table<u64, ()>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Pair {
    since: Timestamp,
    times: u64,
}

impl OddTls {
    pub fn new() -> Self {
        Self {
            pairs: Table::new(limits::PAIRS_MAX),
            hosts: Table::new(limits::HOSTS_MAX),
            desktops: Table::new(limits::PAIRS_MAX),
        }
    }
}

impl Model for OddTls {
    fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        if let ("rdp", Some(flow)) = (event.kind.as_ref(), event.flow) {
            self.desktops.touch(flow.id, event.time, || ());
        }
        let is_desktop = event
            .flow
            .is_some_and(|flow| self.desktops.at(&flow.id).is_some());
        if event.kind != "tls" || is_desktop {
            return;
        }
        let (Some(client), Some(server)) = (event.source, event.dest) else {
            return;
        };
        let now = event.time;
        let host_since = *self.hosts.touch(client.ip, now, || now);
        let (Some(subject), Some(issuer)) = (event.text("tls.subject"), event.text("tls.issuerdn"))
        else {
            return;
        };
        // Machines of one's own show certificates of their own.
        if context.home.contains(server.ip) || subject != issuer {
            return;
        }
        let pair = self.pairs.touch((client.ip, server.ip), now, || Pair {
            since: now,
            times: 0,
        });
        pair.times = pair.times.saturating_add(1);
        if !pair.times.is_power_of_two() {
            return;
        }
        let is_habit =
            self.hosts.len() >= POPULATION_MIN && pair.since.since(host_since) < KNOWN_NS;
        let lower = subject.to_ascii_lowercase();
        let mut confidence: f32 = 0.26;
        let mut reasons = vec![Text::new(
            format!("社外の相手が自己署名の証明書（{subject}）を示しました"),
            format!("a server outside shows a certificate signed by itself ({subject})"),
        )];
        let mut add = |yes: bool, weight: f32, ja: &'static str, en: &'static str| {
            if yes {
                confidence += weight;
                reasons.push(Text::new(ja, en));
            }
        };
        add(
            event.text("tls.sni").is_none(),
            0.12,
            "接続先のサイト名を指定していません",
            "the client names no site",
        );
        add(
            !USUAL_PORTS.contains(&server.port),
            0.14,
            "暗号化通信に一般的でないポートです",
            "the port is not one where TLS is usual",
        );
        add(
            DEFAULT_SUBJECTS.iter().any(|known| lower.contains(known)),
            0.12,
            "証明書の内容が作成ツールの初期値のままです",
            "the certificate has a tool's default values",
        );
        add(
            pair.times >= 4,
            0.06,
            "繰り返し接続しています",
            "it connects again and again",
        );
        add(
            is_habit,
            -HABIT,
            "この機器を見始めたころから続いているため、割り引きました",
            "it has done so since it was first seen; this counts for less",
        );
        let verdict = Verdict {
            id: "odd_tls",
            name: "TLS with a self-signed certificate outside".to_owned(),
            communication: Some(Communication::CommandAndControl),
            stage: Stage::CommandAndControl,
            severity: Severity::Medium,
            confidence: confidence.min(0.7),
            technique: &["T1573.002"],
            reasons,
        };
        let name = event.text("tls.sni").map(crate::inventory::shortened);
        out.extend(verdict.about_client(event, name));
    }
}
