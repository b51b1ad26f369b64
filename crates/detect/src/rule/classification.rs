//! Classes of rules (`classtype`) and systems of references, as every rule set assumes them; `classification.config`
//! and `reference.config` files add to or replace them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::argument::decode;
use super::ast::Meta;
use super::problem::{Problem, ProblemKind};

/// Priority of a rule without class and without `priority`.
pub const DEFAULT_PRIORITY: u8 = 3;

/// A class of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// What alerts show as category.
    pub description: String,
    /// 1 (worst) to 255.
    pub priority: u8,
}

/// Known classes and reference systems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification {
    classes: BTreeMap<String, Class>,
    references: BTreeMap<String, String>,
}

impl Default for Classification {
    fn default() -> Self {
        let class = |(name, priority, description): &(&str, u8, &str)| {
            (
                (*name).to_owned(),
                Class {
                    description: (*description).to_owned(),
                    priority: *priority,
                },
            )
        };
        let reference =
            |(system, prefix): &(&str, &str)| ((*system).to_owned(), (*prefix).to_owned());
        Self {
            classes: CLASSES.iter().map(class).collect(),
            references: REFERENCES.iter().map(reference).collect(),
        }
    }
}

impl Classification {
    /// The class of this name.
    pub fn class(&self, name: &str) -> Option<&Class> {
        self.classes.get(&name.to_ascii_lowercase())
    }

    /// Category text for alerts: description of the class, empty if there is none.
    pub fn category(&self, meta: &Meta) -> &str {
        meta.classtype
            .as_deref()
            .and_then(|name| self.class(name))
            .map_or("", |class| &class.description)
    }

    /// Priority of a rule: its own, else of its class, else [`DEFAULT_PRIORITY`].
    pub fn priority(&self, meta: &Meta) -> u8 {
        let of_class = || {
            meta.classtype
                .as_deref()
                .and_then(|name| self.class(name))
                .map(|class| class.priority)
        };
        meta.priority.or_else(of_class).unwrap_or(DEFAULT_PRIORITY)
    }

    /// Address of a reference, where its system has one.
    pub fn link(&self, system: &str, identifier: &str) -> Option<String> {
        let prefix = self.references.get(&system.to_ascii_lowercase())?;
        let whole = identifier.starts_with("http://") || identifier.starts_with("https://");
        Some(if whole {
            identifier.to_owned()
        } else {
            format!("{prefix}{identifier}")
        })
    }

    /// Takes the lines of a `classification.config` or `reference.config` (`config classification: name,text,priority`,
    /// `config reference: system prefix`). Returns what could not be read; good lines count all the same.
    pub fn read_config(&mut self, file: &str, bytes: &[u8]) -> Vec<Problem> {
        let file: Arc<str> = file.into();
        let mut problems = Vec::new();
        for (number, line) in (1_u32..).zip(bytes.split(|byte| *byte == b'\n')) {
            let text = decode(line);
            let trimmed = text.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            if let Err(message) = self.read_line(trimmed) {
                problems.push(Problem::at(
                    ProblemKind::Syntax,
                    &file,
                    number,
                    line.trim_ascii_end(),
                    0,
                    message,
                ));
            }
        }
        problems
    }

    fn read_line(&mut self, line: &str) -> Result<(), &'static str> {
        let expected = "expected `config classification: name,description,priority` or `config reference: system prefix`";
        let rest = line.strip_prefix("config").ok_or(expected)?.trim_start();
        let (kind, rest) = rest.split_once(':').ok_or(expected)?;
        match kind.trim() {
            "classification" => {
                let (name, rest) = rest
                    .split_once(',')
                    .ok_or("expected `name,description,priority`")?;
                let (description, priority) = rest
                    .rsplit_once(',')
                    .ok_or("expected `name,description,priority`")?;
                let priority = priority
                    .trim()
                    .parse()
                    .ok()
                    .filter(|priority| *priority > 0);
                let priority = priority.ok_or("the priority is a number from 1 to 255")?;
                let class = Class {
                    description: description.trim().to_owned(),
                    priority,
                };
                self.classes.insert(name.trim().to_ascii_lowercase(), class);
            }
            "reference" => {
                let (system, prefix) = rest
                    .trim()
                    .split_once(char::is_whitespace)
                    .ok_or("expected `system prefix`")?;
                self.references
                    .insert(system.to_ascii_lowercase(), prefix.trim().to_owned());
            }
            _ => return Err(expected),
        }
        Ok(())
    }
}

/// Name, priority, description.
static CLASSES: &[(&str, u8, &str)] = &[
    (
        "attempted-admin",
        1,
        "Attempted Administrator Privilege Gain",
    ),
    ("attempted-dos", 2, "Attempted Denial of Service"),
    ("attempted-recon", 2, "Attempted Information Leak"),
    ("attempted-user", 1, "Attempted User Privilege Gain"),
    ("bad-unknown", 2, "Potentially Bad Traffic"),
    ("coin-mining", 2, "Crypto Currency Mining Activity Detected"),
    (
        "command-and-control",
        1,
        "Malware Command and Control Activity Detected",
    ),
    (
        "credential-theft",
        1,
        "Successful Credential Theft Detected",
    ),
    (
        "default-login-attempt",
        2,
        "Attempt to login by a default username and password",
    ),
    (
        "denial-of-service",
        2,
        "Detection of a Denial of Service Attack",
    ),
    ("domain-c2", 1, "Domain Observed Used for C2 Detected"),
    ("exploit-kit", 1, "Exploit Kit Activity Detected"),
    (
        "external-ip-check",
        2,
        "Device Retrieving External IP Address Detected",
    ),
    ("icmp-event", 3, "Generic ICMP event"),
    (
        "inappropriate-content",
        1,
        "Inappropriate Content was Detected",
    ),
    ("misc-activity", 3, "Misc activity"),
    ("misc-attack", 2, "Misc Attack"),
    ("network-scan", 3, "Detection of a Network Scan"),
    (
        "non-standard-protocol",
        2,
        "Detection of a non-standard protocol or event",
    ),
    ("not-suspicious", 3, "Not Suspicious Traffic"),
    (
        "policy-violation",
        1,
        "Potential Corporate Privacy Violation",
    ),
    (
        "protocol-command-decode",
        3,
        "Generic Protocol Command Decode",
    ),
    ("pup-activity", 2, "Possibly Unwanted Program Detected"),
    ("rpc-portmap-decode", 2, "Decode of an RPC Query"),
    ("shellcode-detect", 1, "Executable code was detected"),
    (
        "social-engineering",
        2,
        "Possible Social Engineering Attempted",
    ),
    ("string-detect", 3, "A suspicious string was detected"),
    (
        "successful-admin",
        1,
        "Successful Administrator Privilege Gain",
    ),
    ("successful-dos", 2, "Denial of Service"),
    (
        "successful-recon-largescale",
        2,
        "Large Scale Information Leak",
    ),
    ("successful-recon-limited", 2, "Information Leak"),
    ("successful-user", 1, "Successful User Privilege Gain"),
    (
        "suspicious-filename-detect",
        2,
        "A suspicious filename was detected",
    ),
    (
        "suspicious-login",
        2,
        "An attempted login using a suspicious username was detected",
    ),
    ("system-call-detect", 2, "A system call was detected"),
    (
        "targeted-activity",
        1,
        "Targeted Malicious Activity was Detected",
    ),
    ("tcp-connection", 4, "A TCP connection was detected"),
    ("trojan-activity", 1, "A Network Trojan was detected"),
    ("unknown", 3, "Unknown Traffic"),
    ("unsuccessful-user", 1, "Unsuccessful User Privilege Gain"),
    (
        "unusual-client-port-connection",
        2,
        "A client was using an unusual port",
    ),
    (
        "web-application-activity",
        2,
        "access to a potentially vulnerable web application",
    ),
    ("web-application-attack", 1, "Web Application Attack"),
];

/// System and what stands before the identifier.
static REFERENCES: &[(&str, &str)] = &[
    ("arachnids", "http://www.whitehats.com/info/IDS"),
    ("bid", "http://www.securityfocus.com/bid/"),
    ("bugtraq", "http://www.securityfocus.com/bid/"),
    ("cve", "https://cve.mitre.org/cgi-bin/cvename.cgi?name="),
    ("et", "http://doc.emergingthreats.net/"),
    ("etpro", "http://doc.emergingthreatspro.com/"),
    ("exploitdb", "https://www.exploit-db.com/exploits/"),
    ("mcafee", "http://vil.nai.com/vil/dispVirus.asp?virus_k="),
    ("md5", "https://www.virustotal.com/gui/search/"),
    ("nessus", "https://www.tenable.com/plugins/nessus/"),
    ("osvdb", "http://osvdb.org/show/osvdb/"),
    ("secunia", "http://www.secunia.com/advisories/"),
    ("securitytracker", "http://securitytracker.com/id?"),
    ("sha1", "https://www.virustotal.com/gui/search/"),
    ("sha256", "https://www.virustotal.com/gui/search/"),
    (
        "threatexpert",
        "http://www.threatexpert.com/report.aspx?md5=",
    ),
    ("url", "http://"),
    ("xforce", "http://xforce.iss.net/xforce/xfdb/"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::parse_rule;

    fn meta(options: &str) -> Meta {
        let text = format!("alert ip any any -> any any ({options} sid:1;)");
        parse_rule(text.as_bytes()).expect("a right rule").rule.meta
    }

    #[test]
    fn priority_is_of_the_rule_then_of_its_class() {
        let known = Classification::default();
        for (options, priority, category) in [
            (
                "classtype:trojan-activity;",
                1,
                "A Network Trojan was detected",
            ),
            (
                "classtype:Trojan-Activity; priority:4;",
                4,
                "A Network Trojan was detected",
            ),
            ("classtype:not-in-the-table;", DEFAULT_PRIORITY, ""),
            ("priority:2;", 2, ""),
        ] {
            let meta = meta(options);
            assert_eq!(
                (known.priority(&meta), known.category(&meta)),
                (priority, category),
                "{options}"
            );
        }
    }

    #[test]
    fn config_lines_add_and_replace_and_wrong_ones_are_told() {
        let mut known = Classification::default();
        let text = b"# note\n\nconfig classification: unknown,Unknown, indeed,2\nconfig reference: ours https://example.test/\n\
            config classification: bad,Bad,0\nconfig nothing: at all\nclassification: x,y,1\n";
        let problems: Vec<String> = known
            .read_config("c.config", text)
            .iter()
            .map(|problem| format!("{}: {}", problem.line, problem.message))
            .collect();
        assert_eq!(
            known.class("UNKNOWN"),
            Some(&Class {
                description: "Unknown, indeed".to_owned(),
                priority: 2
            })
        );
        assert_eq!(
            known.link("ours", "1").as_deref(),
            Some("https://example.test/1")
        );
        assert_eq!(
            known.link("url", "example.test/a").as_deref(),
            Some("http://example.test/a")
        );
        assert_eq!(
            known.link("url", "https://example.test/a").as_deref(),
            Some("https://example.test/a")
        );
        assert_eq!(known.link("nowhere", "1"), None);
        assert_eq!(
            problems,
            [
                "5: the priority is a number from 1 to 255",
                "6: expected `config classification: name,description,priority` or `config reference: system prefix`",
                "7: expected `config classification: name,description,priority` or `config reference: system prefix`",
            ]
        );
    }
}
