//! From what a source has tried to a verdict.

use super::source::{Protocol, Source, Target, Tried};
use crate::HomeNet;
use event::{
    Communication, Detection, Detector, Endpoint, Record, Severity, Stage, Text, Timestamp, Value,
};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Attempts older than this no longer count; nanoseconds.
const WINDOW_NS: u64 = 6 * 3600 * 1_000_000_000;
/// Failing ports of one host that make a vertical scan.
const PORTS_MIN: u64 = 8;
/// The same where (nearly) nothing answers.
const PORTS_SURE_MIN: u64 = 7;
const UDP_PORTS_MIN: u64 = 20;
/// Failing hosts on one port that make a horizontal scan.
const HOSTS_MIN: u64 = 10;
/// The same where (nearly) nothing answers, on ports that attackers look for or from outside: the
/// sequential test of Jung et al. is sure after four to six such failures.
const HOSTS_SURE_MIN: u64 = 6;
/// On web ports hosts fail for harmless reasons (a broken IPv6 path, advertisers that are gone).
const WEB_HOSTS_MIN: u64 = 40;
/// Hosts asked by ICMP that make a sweep.
const ECHO_MIN: u64 = 8;
const ECHO_QUICK_MIN: u64 = 12;
const ECHO_QUICK_NS: u64 = 120_000_000_000;
const ECHO_ANSWERED_MIN: u64 = 24;
/// Failing pairs of host and port that make a scan all over; from outside, fewer do.
const PAIRS_MIN: u64 = 14;
const PAIRS_SURE_MIN: u64 = 7;
/// Ports that traceroute counts up (33434 and following) are no scan.
const TRACEROUTE: std::ops::Range<u16> = 33_434..33_600;
/// Ports of the tools that attackers look for.
const WANTED: [u16; 16] = [
    21, 22, 23, 135, 139, 445, 1433, 2323, 3306, 3389, 5432, 5900, 5985, 6379, 7547, 8291,
];
/// Neighbours that fail on a web port so shortly after each other are looked for; nothing harmless is so quick.
const NEIGHBOURS_MIN: u64 = 6;
const NEIGHBOURS_NS: u64 = 30_000_000_000;
const WEB: [u16; 4] = [80, 443, 8080, 8443];

#[derive(Default)]
struct Count {
    failed: u64,
    answered: u64,
    example: Option<Target>,
}

impl Count {
    fn add(&mut self, target: &Target, tried: &Tried) {
        if tried.outcome.failed() {
            self.failed += 1;
            self.example.get_or_insert(*target);
        } else {
            self.answered += 1;
        }
    }

    fn fails_mostly(&self, percent: u64) -> bool {
        self.failed * 100 >= (self.failed + self.answered) * percent
    }
}

struct Finding {
    id: &'static str,
    technique: &'static str,
    count: u64,
    answered: u64,
    example: Target,
    what: Text,
}

/// With fewer targets nothing is a scan.
const TARGETS_MIN: u64 = HOSTS_SURE_MIN;

/// Says what the source does, if anything.
pub(super) fn judge(home: &HomeNet, source: &mut Source, now: Timestamp, out: &mut Vec<Detection>) {
    if (source.targets.len() as u64) < TARGETS_MIN {
        return;
    }
    let mut recent: Vec<(Target, Tried)> = source
        .targets
        .iter()
        .filter(|(_, tried)| now.since(tried.time) <= WINDOW_NS)
        .map(|(target, tried)| (*target, *tried))
        .collect();
    recent.sort_by_key(|(target, tried)| (tried.time, *target));
    let since = recent.first().map_or(now, |(_, tried)| tried.time);
    // Nobody outside has business with many of our machines; our own browse the web.
    let inbound = !home.contains(source.address.ip)
        && recent
            .first()
            .is_some_and(|(target, _)| home.contains(target.ip));
    let findings = [
        vertical(&recent, Protocol::Tcp, PORTS_MIN),
        vertical(&recent, Protocol::Udp, UDP_PORTS_MIN),
        horizontal(&recent, inbound).or_else(|| neighbours(home, &recent)),
        all_over(&recent, inbound),
        echo(&recent),
    ];
    for finding in findings.into_iter().flatten() {
        if source.is_news(finding.id, finding.count) {
            out.push(detection(home, source, since, now, &finding));
        }
    }
}

fn vertical(recent: &[(Target, Tried)], protocol: Protocol, least: u64) -> Option<Finding> {
    let mut by_host: BTreeMap<IpAddr, Count> = BTreeMap::new();
    for (target, tried) in recent {
        let tracing = protocol == Protocol::Udp && TRACEROUTE.contains(&target.port);
        if target.protocol == protocol && !tracing {
            by_host.entry(target.ip).or_default().add(target, tried);
        }
    }
    let (host, count) = by_host.into_iter().max_by_key(|(_, count)| count.failed)?;
    let sure =
        protocol == Protocol::Tcp && count.failed >= PORTS_SURE_MIN && count.fails_mostly(90);
    (sure || count.failed >= least && count.fails_mostly(60)).then_some(())?;
    let failed = count.failed;
    Some(Finding {
        id: if protocol == Protocol::Tcp {
            "vertical_scan"
        } else {
            "vertical_udp_scan"
        },
        technique: "T1046",
        count: failed,
        answered: count.answered,
        example: count.example?,
        what: Text::new(
            format!("1台の機器（{host}）の {failed} 個のポートへ次々に接続を試みました"),
            format!("tried {failed} ports of one machine ({host}) one after another"),
        ),
    })
}

fn horizontal(recent: &[(Target, Tried)], inbound: bool) -> Option<Finding> {
    let mut by_port: BTreeMap<u16, Count> = BTreeMap::new();
    for (target, tried) in recent {
        if target.protocol == Protocol::Tcp {
            by_port.entry(target.port).or_default().add(target, tried);
        }
    }
    let (port, count) = by_port
        .into_iter()
        .filter(|(port, count)| {
            let wanted = inbound || WANTED.contains(port);
            let sure = if inbound {
                HOSTS_SURE_MIN
            } else {
                HOSTS_SURE_MIN + 2
            };
            if wanted && count.failed >= sure && count.fails_mostly(90) {
                return true;
            }
            let (least, percent) = match port {
                _ if wanted => (HOSTS_MIN, 50),
                port if WEB.contains(port) => (WEB_HOSTS_MIN, 85),
                _ => (HOSTS_MIN * 2, 75),
            };
            count.failed >= least && count.fails_mostly(percent)
        })
        .max_by_key(|(_, count)| count.failed)?;
    let failed = count.failed;
    Some(Finding {
        id: "horizontal_scan",
        technique: "T1046",
        count: failed,
        answered: count.answered,
        example: count.example?,
        what: Text::new(
            format!("ポート {port} へ、{failed} 台の機器に対して次々に接続を試みました"),
            format!("tried port {port} on {failed} machines one after another"),
        ),
    })
}

/// Web servers looked for among one's own machines: a page that is gone takes one there, not six within seconds.
fn neighbours(home: &HomeNet, recent: &[(Target, Tried)]) -> Option<Finding> {
    let last = recent.last()?.1.time;
    let mut by_port: BTreeMap<u16, Count> = BTreeMap::new();
    for (target, tried) in recent {
        let near = home.contains(target.ip) && last.since(tried.time) <= NEIGHBOURS_NS;
        if near && target.protocol == Protocol::Tcp && WEB.contains(&target.port) {
            by_port.entry(target.port).or_default().add(target, tried);
        }
    }
    let (port, count) = by_port.into_iter().max_by_key(|(_, count)| count.failed)?;
    (count.failed >= NEIGHBOURS_MIN && count.fails_mostly(75)).then_some(())?;
    let failed = count.failed;
    Some(Finding {
        id: "horizontal_scan",
        technique: "T1046",
        count: failed,
        answered: count.answered,
        example: count.example?,
        what: Text::new(
            format!(
                "社内の {failed} 台の機器に対して、数秒のうちにポート {port} への接続を試みました"
            ),
            format!("tried port {port} on {failed} machines inside within seconds"),
        ),
    })
}

fn all_over(recent: &[(Target, Tried)], inbound: bool) -> Option<Finding> {
    let mut count = Count::default();
    let (mut hosts, mut ports) = (BTreeSet::new(), BTreeSet::new());
    for (target, tried) in recent {
        if target.protocol == Protocol::Tcp && (inbound || !WEB.contains(&target.port)) {
            count.add(target, tried);
            if tried.outcome.failed() {
                hosts.insert(target.ip);
                ports.insert(target.port);
            }
        }
    }
    let (least, percent, kinds) = if inbound {
        (PAIRS_SURE_MIN, 90, 2)
    } else {
        (PAIRS_MIN, 80, 4)
    };
    let spread = hosts.len() >= 3 && ports.len() >= kinds;
    (spread && count.failed >= least && count.fails_mostly(percent)).then_some(())?;
    let (failed, hosts, ports) = (count.failed, hosts.len(), ports.len());
    Some(Finding {
        id: "scan",
        technique: "T1046",
        count: failed,
        answered: count.answered,
        example: count.example?,
        what: Text::new(
            format!("{hosts} 台の機器の {ports} 種類のポートを、合計 {failed} 回探りました"),
            format!("probed {ports} different ports on {hosts} machines, {failed} in all"),
        ),
    })
}

fn echo(recent: &[(Target, Tried)]) -> Option<Finding> {
    let mut count = Count::default();
    let mut times = Vec::new();
    for (target, tried) in recent {
        if target.protocol == Protocol::Icmp {
            count.add(target, tried);
            times.push(tried.time);
        }
    }
    let all = count.failed + count.answered;
    let quick = match (times.first(), times.last()) {
        (Some(first), Some(last)) => last.since(*first) <= ECHO_QUICK_NS,
        _ => false,
    };
    // Monitoring pings many machines too, but ones that exist.
    let sweeps = count.failed >= ECHO_MIN && count.fails_mostly(50)
        || all >= ECHO_QUICK_MIN && quick && count.fails_mostly(25)
        || all >= ECHO_ANSWERED_MIN && count.fails_mostly(10);
    sweeps.then_some(())?;
    Some(Finding {
        id: "icmp_sweep",
        technique: "T1018",
        count: all,
        answered: count.answered,
        example: count.example?,
        what: Text::new(
            format!("ping で {all} 台分のアドレスを順に調べました"),
            format!("pinged {all} addresses one after another"),
        ),
    })
}

fn detection(
    home: &HomeNet,
    source: &Source,
    since: Timestamp,
    now: Timestamp,
    finding: &Finding,
) -> Detection {
    let least = match finding.id {
        "horizontal_scan" => HOSTS_SURE_MIN,
        "vertical_scan" | "icmp_sweep" => PORTS_MIN,
        _ => PAIRS_SURE_MIN,
    };
    let seconds = now.since(since) / 1_000_000_000;
    let (count, answered) = (finding.count, finding.answered);
    let mut event = Record::new();
    event.push("event_type", "scan");
    event.push("timestamp", now.eve());
    event.push("src_ip", source.address.ip.to_string());
    event.push("dest_ip", finding.example.ip.to_string());
    if finding.example.port != 0 {
        event.push("dest_port", finding.example.port);
    }
    let mut scan = Record::new();
    scan.push("kind", finding.id);
    scan.push("targets", count);
    scan.push("answered", answered);
    scan.push("seconds", seconds);
    event.push("scan", Value::Record(scan));
    Detection {
        time: now,
        detector: Detector::Scan,
        id: finding.id.to_owned(),
        name: finding.what.en.clone().into_owned(),
        communication: Some(Communication::ReconAccess),
        stage: Stage::Reconnaissance,
        severity: severity(home, source.address.ip, finding.example.ip),
        confidence: (0.6 + 0.1 * (count as f32 / least as f32).log2()).clamp(0.6, 0.95),
        technique: vec![finding.technique.to_owned()],
        reasons: vec![
            finding.what.clone(),
            Text::new(
                format!(
                    "{seconds} 秒間の試行のうち、正常に応答があったのは {answered} 件だけでした"
                ),
                format!("only {answered} of these answered as a service does, within {seconds} s"),
            ),
        ],
        subject: source.address,
        peer: Some(Endpoint::new(finding.example.ip, finding.example.port)),
        peer_name: None,
        event,
    }
}

/// The internet scans every public address all day; whoever reaches private addresses is inside.
fn severity(home: &HomeNet, source: IpAddr, target: IpAddr) -> Severity {
    let target_is_private = match target {
        IpAddr::V4(ip) => ip.is_private(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    };
    let knock = !home.contains(source) && home.contains(target) && !target_is_private;
    if knock {
        Severity::Low
    } else {
        Severity::Medium
    }
}
