//! When two machines' evidence is one story: what one did to the other, or what they have in common.

use crate::{HomeNet, limits};
use event::{Communication, Detection, Record, Stage};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Why a machine's story is part of another one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Link {
    /// The one attacked the other before.
    Spread,
    /// The same file reached both.
    File,
    /// Both talk to the same other end about the same.
    Peer,
    /// The same stranger tries both.
    Stranger,
    /// The same account is used from both.
    User,
}

/// What a line of evidence can be joined by; of each only so many.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Traces {
    /// Other ends that are the customer's machines.
    pub inside: BTreeSet<IpAddr>,
    /// Other ends that are not, by name, else by address.
    outside: BTreeSet<String>,
    /// Files that were seen, by their SHA-256.
    files: BTreeSet<String>,
    /// Accounts that were used.
    users: BTreeSet<String>,
}

/// Where events name the account behind a conversation.
const USER_PATHS: [&str; 5] = [
    "smb.ntlmssp.user",
    "ntlmssp.user",
    "krb5.cname",
    "kerberos.cname",
    "ldap.bind_request.name",
];
/// Accounts that everybody uses.
const NOBODY: [&str; 4] = ["", "anonymous", "guest", "-"];

impl Traces {
    /// Adds what a detection can be joined by, as seen from the host that it affects.
    pub fn add(&mut self, detection: &Detection, host: IpAddr, home: &HomeNet) {
        let other = if detection.subject.ip == host {
            detection.peer.map(|peer| peer.ip)
        } else {
            Some(detection.subject.ip)
        };
        match other {
            Some(other) if home.contains(other) => put(&mut self.inside, other),
            Some(other) => {
                let name = detection.peer_name.as_deref();
                let name = name.map_or_else(|| other.to_string(), crate::inventory::shortened);
                put(&mut self.outside, name.to_ascii_lowercase());
            }
            None => {}
        }
        if let Some(file) = text_at(&detection.event, &["fileinfo.sha256"]) {
            put(&mut self.files, file);
        }
        if let Some(user) = text_at(&detection.event, &USER_PATHS)
            && is_person(&user)
        {
            put(&mut self.users, user);
        }
    }

    /// Why evidence with other traces belongs to evidence with these; both speak for the same.
    pub fn shared_with(
        &self,
        other: &Self,
        communication: Option<Communication>,
        stage: Stage,
    ) -> Option<Link> {
        let is_stranger = matches!(communication, None | Some(Communication::ReconAccess))
            && matches!(stage, Stage::Reconnaissance | Stage::Exploitation);
        let spreads = communication == Some(Communication::LateralMovement);
        if !self.files.is_disjoint(&other.files) {
            Some(Link::File)
        } else if !self.outside.is_disjoint(&other.outside) {
            Some(if is_stranger {
                Link::Stranger
            } else {
                Link::Peer
            })
        } else if spreads && !self.users.is_disjoint(&other.users) {
            Some(Link::User)
        } else {
            None
        }
    }
}

fn put<T: Ord>(traces: &mut BTreeSet<T>, trace: T) {
    if traces.len() < limits::TRACES_MAX {
        traces.insert(trace);
    }
}

/// Whether a claim at this stage says that the other end was attacked from here.
pub(crate) fn attacks_others(stage: Stage, communication: Option<Communication>) -> bool {
    stage == Stage::LateralMovement || communication == Some(Communication::LateralMovement)
}

fn text_at(event: &Record, paths: &[&str]) -> Option<String> {
    paths
        .iter()
        .find_map(|path| event.text(path))
        .map(|text| crate::inventory::shortened(text).to_ascii_lowercase())
}

/// Machine accounts end in a dollar; they belong to no person.
fn is_person(user: &str) -> bool {
    !user.ends_with('$') && !NOBODY.contains(&user)
}
