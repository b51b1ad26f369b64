//! Whether a suppression covers an incident. Never more than it says: whatever is not known for sure is not covered.

use super::model::SuppressionScope;
use event::{EvidenceLine, Incident};
use std::collections::HashSet;
use std::net::IpAddr;

/// An incident with so many lines may have had more, which the sensor left out.
const LINES_KNOWN_MAX: usize = 99;
/// An incident with so many other ends may have had more.
const PEERS_KNOWN_MAX: usize = 49;

/// How much of an incident some scopes cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// Places of the scopes that cover something.
    pub by: Vec<usize>,
    /// Lines that are covered.
    pub lines: usize,
    /// Whether every line is covered, and no line is missing.
    pub is_whole: bool,
}

/// What these scopes together cover of an incident: a line is covered when one of them has it all.
pub fn covers(scopes: &[&SuppressionScope], incident: &Incident) -> Cover {
    let mut by = Vec::new();
    let mut lines = 0_usize;
    for line in &incident.detections {
        let found = scopes
            .iter()
            .position(|scope| has_line(scope, incident, line));
        if let Some(place) = found {
            lines = lines.saturating_add(1);
            if !by.contains(&place) {
                by.push(place);
            }
        }
    }
    let all = incident.detections.len();
    Cover {
        by,
        lines,
        is_whole: lines == all && (1..=LINES_KNOWN_MAX).contains(&all),
    }
}

fn has_line(scope: &SuppressionScope, incident: &Incident, line: &EvidenceLine) -> bool {
    // A scope without bounds is refused when it is made; it must not hide everything if one came by another way.
    if scope.rules.is_empty() && scope.peer.is_none() {
        return false;
    }
    let host = line.host.unwrap_or(incident.host.ip);
    if scope.host.is_some_and(|wanted| wanted != host) {
        return false;
    }
    let has_rule = scope.rules.is_empty()
        || scope
            .rules
            .iter()
            .any(|rule| rule.detector == line.detector && rule.id == line.id);
    has_rule
        && scope
            .peer
            .as_deref()
            .is_none_or(|peer| is_about_peer(incident, line, host, peer))
}

/// Whether a line speaks of this other end and of no other. A line that was counted several times shows one event only;
/// then the incident must know no other end, and this one by the same name.
fn is_about_peer(incident: &Incident, line: &EvidenceLine, host: IpAddr, peer: &str) -> bool {
    let peer = comparable(peer);
    let is_only_one = || {
        (1..=PEERS_KNOWN_MAX).contains(&incident.peers.len())
            && incident.peers.iter().all(|known| comparable(known) == peer)
    };
    ends(line, host).contains(&peer) && (line.count <= 1 || is_only_one())
}

/// The other end of a line's event, by address and by the names under which it was asked for.
fn ends(line: &EvidenceLine, host: IpAddr) -> HashSet<String> {
    let event = &line.event;
    let mut ends = HashSet::new();
    let addresses: Vec<IpAddr> = ["src_ip", "dest_ip"]
        .iter()
        .filter_map(|name| event.text(name)?.parse().ok())
        .collect();
    // Of an event that is not about the host nobody knows which end is meant.
    if !addresses.contains(&host) {
        return ends;
    }
    ends.extend(
        addresses
            .iter()
            .filter(|address| **address != host)
            .map(ToString::to_string),
    );
    // Names are of the side that was called.
    if event.text("src_ip").and_then(|ip| ip.parse().ok()) == Some(host) {
        let names = ["http.hostname", "tls.sni", "quic.sni", "dns.rrname"];
        ends.extend(
            names
                .iter()
                .filter_map(|name| event.text(name))
                .map(comparable),
        );
    }
    ends
}

/// Names without case and without the dot of the root.
fn comparable(name: &str) -> String {
    name.trim().trim_end_matches('.').to_lowercase()
}
