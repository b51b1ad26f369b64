//! What an indicator is used for, in the words of whoever listed it.

use serde::{Deserialize, Serialize};

/// What those who put an indicator on a list say that it is used for. What a hit then claims is decided by the brain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Malware reports here.
    CommandAndControl,
    /// Malware, or a place that gives it out.
    Malware,
    /// Ransomware, or its master.
    Ransomware,
    /// Attacks browsers.
    ExploitSite,
    /// Sends browsers on to attacks.
    Redirector,
    /// Advertisements that lead to attacks.
    Malvertising,
    /// An ordinary site that was tampered with.
    CompromisedSite,
    /// Pretends to be somebody to get at passwords.
    Phishing,
    /// The Tor network and ways into it.
    Tor,
    /// Other services that hide who asks.
    AnonymousProxy,
    /// Pools and tools of mining.
    Mining,
    /// Scans, guesses passwords, attacks services from outside.
    Scanner,
    /// Taken over by researchers: whoever calls here is infected.
    Sinkhole,
    /// Worth a note, and no sign of an attack by itself.
    Suspicious,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 14] = [
        Self::CommandAndControl,
        Self::Malware,
        Self::Ransomware,
        Self::ExploitSite,
        Self::Redirector,
        Self::Malvertising,
        Self::CompromisedSite,
        Self::Phishing,
        Self::Tor,
        Self::AnonymousProxy,
        Self::Mining,
        Self::Scanner,
        Self::Sinkhole,
        Self::Suspicious,
    ];

    /// Its name in events, in snake case.
    pub const fn key(self) -> &'static str {
        match self {
            Self::CommandAndControl => "command_and_control",
            Self::Malware => "malware",
            Self::Ransomware => "ransomware",
            Self::ExploitSite => "exploit_site",
            Self::Redirector => "redirector",
            Self::Malvertising => "malvertising",
            Self::CompromisedSite => "compromised_site",
            Self::Phishing => "phishing",
            Self::Tor => "tor",
            Self::AnonymousProxy => "anonymous_proxy",
            Self::Mining => "mining",
            Self::Scanner => "scanner",
            Self::Sinkhole => "sinkhole",
            Self::Suspicious => "suspicious",
        }
    }
}
