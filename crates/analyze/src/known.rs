//! What the customer has said about its machines, and what is normal for such.
//!
//! A vulnerability scanner scans; that is its work. Rules that lower a claim are a file that everybody can read
//! (`content/context.toml`), and each time one applies the evidence says so.

use crate::Prefix;
use event::{Communication, Detection, Detector, Severity, Stage, Text};
use serde::{Deserialize, Serialize};

/// What a machine is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks for weaknesses, on purpose.
    VulnerabilityScanner,
    /// Asks all machines whether they are well.
    Monitoring,
    /// Reads from all machines, in bulk.
    BackupServer,
    /// An administrator works on other machines from here.
    AdminWorkstation,
    /// Takes mail from the internet.
    MailServer,
    /// Serves pages to the internet.
    PublicServer,
}

/// A machine, or several, that the customer has named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Address or range.
    pub address: Prefix,
    /// What it is there for.
    pub role: Role,
}

/// What is normal for a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usual {
    /// The role.
    pub role: Role,
    /// Communications that are to be expected; with none named, what the threat table does not name.
    pub communications: Vec<Communication>,
    /// Stages of such claims.
    pub stages: Vec<Stage>,
    /// Ids of detectors, where only some are meant; empty for all.
    #[serde(default)]
    pub detectors: Vec<String>,
    /// The confidence is multiplied by this, from 0 to 1.
    pub factor: f32,
    /// The severity is at most this.
    pub severity_max: Severity,
    /// Why, for whoever reads the evidence.
    pub why: Text,
}

/// Machines that the customer has named, and what is normal for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The machines.
    #[serde(default)]
    pub machine: Vec<Machine>,
    /// What is normal; our own rules where none are given.
    #[serde(default = "own_rules")]
    pub usual: Vec<Usual>,
}

/// Why a file about known machines cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// It is not as it should be.
    #[error(
        "expected [[machine]] with address and role, and perhaps [[usual]]; see content/context.toml"
    )]
    Form(#[from] toml::de::Error),
    /// A factor that would raise or lose a claim.
    #[error("a factor is a number from 0 to 1, not {0}")]
    Factor(f32),
}

const OWN_RULES: &str = include_str!("../../../content/context.toml");

fn own_rules() -> Vec<Usual> {
    #[derive(Deserialize)]
    struct Rules {
        usual: Vec<Usual>,
    }
    toml::from_str::<Rules>(OWN_RULES).map_or_else(|_| Vec::new(), |rules| rules.usual)
}

impl Default for Known {
    fn default() -> Self {
        Self {
            machine: Vec::new(),
            usual: own_rules(),
        }
    }
}

impl Known {
    /// Reads a file about known machines.
    ///
    /// # Errors
    /// When it is no such file.
    pub fn parse(text: &str) -> Result<Self, KnownError> {
        let known: Self = toml::from_str(text)?;
        match known
            .usual
            .iter()
            .find(|usual| !(0.0..=1.0).contains(&usual.factor))
        {
            Some(usual) => Err(KnownError::Factor(usual.factor)),
            None => Ok(known),
        }
    }

    /// Lowers a claim about what a known machine does as a matter of course.
    pub(crate) fn weigh(&self, detection: &mut Detection) {
        // Of those that a scan has tried the claim names one, as an example: who is scanned excuses nobody who scans.
        let peer = detection
            .peer
            .filter(|_| detection.detector != Detector::Scan);
        let ends = [Some(detection.subject), peer];
        let usual = self
            .machine
            .iter()
            .filter(|machine| {
                let mut ends = ends.iter().flatten();
                ends.any(|end| machine.address.contains(end.ip))
            })
            .flat_map(|machine| self.usual.iter().filter(|usual| usual.role == machine.role))
            .find(|usual| usual.covers(detection));
        if let Some(usual) = usual {
            detection.confidence *= usual.factor;
            detection.severity = detection.severity.min(usual.severity_max);
            detection.reasons.push(usual.why.clone());
        }
    }
}

impl Usual {
    fn covers(&self, detection: &Detection) -> bool {
        let communication = match detection.communication {
            Some(communication) => self.communications.contains(&communication),
            None => true,
        };
        communication
            && self.stages.contains(&detection.stage)
            && (self.detectors.is_empty() || self.detectors.contains(&detection.id))
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, KnownError, Role, own_rules};
    use crate::correlate::testing::claim;
    use event::{Communication, Detector, Severity, Stage};

    #[test]
    fn our_own_rules_can_be_read_and_never_excuse_a_control_server() {
        let rules = own_rules();
        assert!(rules.len() >= 4);
        for rule in &rules {
            assert!((0.0..=1.0).contains(&rule.factor));
            for grave in [Communication::CommandAndControl, Communication::Ransomware] {
                assert!(!rule.communications.contains(&grave), "{:?}", rule.role);
            }
            assert!(!rule.why.ja.is_empty() && rule.why.en.is_ascii());
        }
    }

    #[test]
    fn a_scanner_may_scan_and_may_not_call_home() {
        let text = "[[machine]]\naddress = \"192.168.1.23\"\nrole = \"vulnerability_scanner\"\n";
        let known = Known::parse(text).unwrap();
        assert_eq!(known.machine[0].role, Role::VulnerabilityScanner);
        let judged = |communication, stage, subject: &str, peer: &str| {
            let mut claim = claim(0, "scan", subject, peer, communication, stage, 0.9);
            known.weigh(&mut claim);
            (claim.confidence < 0.4, claim.severity)
        };
        let recon = Some(Communication::ReconAccess);
        let (scanner, other) = ("192.168.1.23", "192.168.1.50");
        let low = (true, Severity::Low);
        let as_before = (false, Severity::High);
        assert_eq!(judged(recon, Stage::Reconnaissance, scanner, other), low);
        assert_eq!(judged(recon, Stage::Reconnaissance, other, scanner), low);
        assert_eq!(judged(None, Stage::Exploitation, scanner, other), low);
        let control = Some(Communication::CommandAndControl);
        let calls = judged(control, Stage::CommandAndControl, scanner, "203.0.113.9");
        assert_eq!(calls, as_before);
        let elsewhere = judged(recon, Stage::Reconnaissance, other, "192.168.1.51");
        assert_eq!(elsewhere, as_before);
    }

    #[test]
    fn whoever_scans_is_not_excused_by_whom_he_tried_first() {
        let text = "[[machine]]\naddress = \"192.168.1.23\"\nrole = \"admin_workstation\"\n";
        let known = Known::parse(text).unwrap();
        let judged = |subject: &str, peer: &str| {
            let recon = Some(Communication::ReconAccess);
            let stage = Stage::Reconnaissance;
            let mut claim = claim(0, "horizontal_scan", subject, peer, recon, stage, 0.9);
            claim.detector = Detector::Scan;
            known.weigh(&mut claim);
            claim.confidence
        };
        let (administrator, other) = ("192.168.1.23", "192.168.1.50");
        assert!(judged(other, administrator) >= 0.9);
        assert!(judged(administrator, other) < 0.4);
    }

    #[test]
    fn what_is_wrong_in_a_file_is_said() {
        for (text, wrong) in [
            (
                "[[machine]]\naddress = \"x\"\nrole = \"backup_server\"",
                "expected",
            ),
            (
                "[[machine]]\naddress = \"10.0.0.1\"\nrole = \"king\"",
                "expected",
            ),
        ] {
            let error = Known::parse(text).unwrap_err();
            assert!(error.to_string().contains(wrong), "{error}");
        }
        let text = "[[usual]]\nrole = \"monitoring\"\ncommunications = []\nstages = []\nfactor = 2.0\nseverity_max = \"low\"\nwhy = { ja = \"a\", en = \"a\" }";
        assert!(matches!(Known::parse(text), Err(KnownError::Factor(_))));
    }
}
