//! The threat table of the product (SPEC A): classes, communications, kill-chain stages, severities.

use crate::Text;
use serde::{Deserialize, Serialize};

/// The five classes of threat that the product reports, named so everywhere a person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ThreatClass {
    /// Somebody looks for hosts, services or weaknesses.
    Reconnaissance,
    /// A visit to a site that leads to, or is, an attack.
    MaliciousSite,
    /// Harmful code arrives as a file.
    MaliciousDownload,
    /// Malware talks: to its master, to the files it destroys, to its next victim.
    MalwareCommunication,
    /// Not proof of harm, yet out of place in a company.
    Suspicious,
}

impl ThreatClass {
    /// Every class, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::Reconnaissance,
        Self::MaliciousSite,
        Self::MaliciousDownload,
        Self::MalwareCommunication,
        Self::Suspicious,
    ];

    /// The name used in JSON, URLs and locale keys.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Reconnaissance => "reconnaissance",
            Self::MaliciousSite => "malicious_site",
            Self::MaliciousDownload => "malicious_download",
            Self::MalwareCommunication => "malware_communication",
            Self::Suspicious => "suspicious",
        }
    }
}

/// The communications of the threat table: what exactly was seen on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Communication {
    /// Scans, sweeps, probes.
    ReconAccess,
    /// A site that only sends the browser on to the next one.
    RedirectorSite,
    /// An ordinary site that somebody tampered with.
    CompromisedSite,
    /// An advertisement that leads to an attack.
    MalvertisingSite,
    /// A page that attacks the browser, or a service.
    ExploitSite,
    /// A page that finds out which attack would work.
    ProfilingSite,
    /// Malware arrives.
    MalwareDownload,
    /// The exploit code of a kit arrives.
    ExploitKitDownload,
    /// Malware talks to its master.
    CommandAndControl,
    /// Ransomware at work.
    Ransomware,
    /// Spread inside the network.
    LateralMovement,
    /// The Tor anonymity network.
    Tor,
}

impl Communication {
    /// Every communication, in the order of the table.
    pub const ALL: [Self; 12] = [
        Self::ReconAccess,
        Self::RedirectorSite,
        Self::CompromisedSite,
        Self::MalvertisingSite,
        Self::ExploitSite,
        Self::ProfilingSite,
        Self::MalwareDownload,
        Self::ExploitKitDownload,
        Self::CommandAndControl,
        Self::Ransomware,
        Self::LateralMovement,
        Self::Tor,
    ];

    /// The class of the table that the communication stands in.
    pub const fn class(self) -> ThreatClass {
        match self {
            Self::ReconAccess => ThreatClass::Reconnaissance,
            Self::RedirectorSite
            | Self::CompromisedSite
            | Self::MalvertisingSite
            | Self::ExploitSite
            | Self::ProfilingSite => ThreatClass::MaliciousSite,
            Self::MalwareDownload | Self::ExploitKitDownload => ThreatClass::MaliciousDownload,
            Self::CommandAndControl | Self::Ransomware | Self::LateralMovement => {
                ThreatClass::MalwareCommunication
            }
            Self::Tor => ThreatClass::Suspicious,
        }
    }

    /// The name used in JSON, URLs and locale keys.
    pub const fn key(self) -> &'static str {
        match self {
            Self::ReconAccess => "recon_access",
            Self::RedirectorSite => "redirector_site",
            Self::CompromisedSite => "compromised_site",
            Self::MalvertisingSite => "malvertising_site",
            Self::ExploitSite => "exploit_site",
            Self::ProfilingSite => "profiling_site",
            Self::MalwareDownload => "malware_download",
            Self::ExploitKitDownload => "exploit_kit_download",
            Self::CommandAndControl => "command_and_control",
            Self::Ransomware => "ransomware",
            Self::LateralMovement => "lateral_movement",
            Self::Tor => "tor",
        }
    }

    /// The name a person reads, as SPEC's table has it.
    pub fn name(self) -> Text {
        let (ja, en) = match self {
            Self::ReconAccess => ("偵察行為のアクセス", "Reconnaissance access"),
            Self::RedirectorSite => ("転送先サイトへのアクセス", "Redirector site access"),
            Self::CompromisedSite => ("改ざんされたサイトへのアクセス", "Compromised site access"),
            Self::MalvertisingSite => ("悪性広告サイトへのアクセス", "Malvertising site access"),
            Self::ExploitSite => (
                "ブラウザの脆弱性を狙う攻撃サイトへのアクセス",
                "Exploit site access",
            ),
            Self::ProfilingSite => (
                "ブラウザ情報調査サイトへのアクセス",
                "Browser-profiling site access",
            ),
            Self::MalwareDownload => ("マルウェアのダウンロード通信", "Malware download"),
            Self::ExploitKitDownload => (
                "Exploit kit 攻撃コードのダウンロード通信",
                "Exploit-kit code download",
            ),
            Self::CommandAndControl => ("C&C 通信", "Command and control"),
            Self::Ransomware => ("ランサムウェアの通信", "Ransomware communication"),
            Self::LateralMovement => (
                "感染拡大（横展開）の通信",
                "Spread inside the network (lateral movement)",
            ),
            Self::Tor => ("Tor 利用による通信", "Tor communication"),
        };
        Text::new(ja, en)
    }
}

/// How far along an attack is (after the Lockheed Martin kill chain, with lateral movement
/// and impact in place of "actions on objectives").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum Stage {
    Reconnaissance,
    Delivery,
    Exploitation,
    Installation,
    CommandAndControl,
    LateralMovement,
    Impact,
}

impl Stage {
    /// Every stage, from the first to the last.
    pub const ALL: [Self; 7] = [
        Self::Reconnaissance,
        Self::Delivery,
        Self::Exploitation,
        Self::Installation,
        Self::CommandAndControl,
        Self::LateralMovement,
        Self::Impact,
    ];

    /// The name used in JSON and locale keys.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Reconnaissance => "reconnaissance",
            Self::Delivery => "delivery",
            Self::Exploitation => "exploitation",
            Self::Installation => "installation",
            Self::CommandAndControl => "command_and_control",
            Self::LateralMovement => "lateral_movement",
            Self::Impact => "impact",
        }
    }
}

/// How bad it is for the customer. `Medium` and above disturb a person; `Low` is for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// Every severity, from the mildest.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name used in JSON and locale keys.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
