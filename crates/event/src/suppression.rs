//! What a customer does not want to be told of any more ("this was us"), and whether it covers an incident. Never more
//! than it says: whatever is not known for sure is not covered. Sensor and portal judge by this one law.

use crate::{Detector, EvidenceLine, Incident, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::net::IpAddr;

/// A rule, indicator or model, as evidence lines name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleName {
    /// What kind of detector.
    pub detector: Detector,
    /// The rule, indicator or model.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 300))]
    pub id: String,
}

/// What is hidden: a detection that is about the host, by one of the rules, with the peer as other end. What is not
/// said does not narrow; rules or a peer must be said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SuppressionScope {
    /// Address of the machine.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub host: Option<IpAddr>,
    /// Any of these.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_items = 20))]
    pub rules: Vec<RuleName>,
    /// The other end, by name or address, whole.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 253))]
    pub peer: Option<String>,
}

/// A suppression as long as it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The portal's name for it.
    pub id: String,
    /// What it hides.
    pub scope: SuppressionScope,
    /// What happens from here on is told again.
    pub expires_at: Timestamp,
}

/// The suppressions that together cover all of an incident, by their places; none when something in it is covered by
/// none. The time is that of the packets: what goes on after the end of a suppression is not covered by it.
pub fn suppressed_by(suppressions: &[Suppression], incident: &Incident) -> Vec<usize> {
    let holds = |one: &&(usize, &Suppression)| incident.last_seen < one.1.expires_at;
    let numbered: Vec<(usize, &Suppression)> = suppressions.iter().enumerate().collect();
    let holding: Vec<&(usize, &Suppression)> = numbered.iter().filter(holds).collect();
    let scopes: Vec<&SuppressionScope> = holding.iter().map(|(_, one)| &one.scope).collect();
    let cover = covers(&scopes, incident);
    if !cover.is_whole {
        return Vec::new();
    }
    let by = cover.by.iter().filter_map(|place| holding.get(*place));
    by.map(|(place, _)| *place).collect()
}

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
