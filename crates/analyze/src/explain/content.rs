//! The files under `content/knowledge`: part of the program.

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../../../../content/knowledge/", $name, ".toml"))
    };
}

macro_rules! page {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!(
                "../../../../content/knowledge/communications/",
                $name,
                ".toml"
            )),
        )
    };
}

/// One page a communication, and three for what the threat table does not name.
pub(super) const PAGES: [(&str, &str); 15] = [
    page!("recon_access"),
    page!("redirector_site"),
    page!("compromised_site"),
    page!("malvertising_site"),
    page!("exploit_site"),
    page!("profiling_site"),
    page!("malware_download"),
    page!("exploit_kit_download"),
    page!("command_and_control"),
    page!("ransomware"),
    page!("lateral_movement"),
    page!("tor"),
    page!("server_attack"),
    page!("phishing"),
    page!("suspicious_other"),
];

/// Pages for what the threat table does not name.
pub(super) const SERVER_ATTACK: &str = "server_attack";
pub(super) const PHISHING: &str = "phishing";
pub(super) const OTHER: &str = "suspicious_other";

pub(super) const ACTIONS: &str = file!("actions");
pub(super) const FRAME: &str = file!("frame");
pub(super) const GLOSSARY: &str = file!("glossary");
pub(super) const DETECTORS: &str = file!("detectors");
pub(super) const KINDS: &str = file!("families/kinds");

/// Techniques by what the attacker is about.
pub(super) const TECHNIQUES: [&str; 3] = [
    file!("techniques/entry"),
    file!("techniques/inside"),
    file!("techniques/control"),
];

/// Families by what they are.
pub(super) const FAMILIES: [&str; 6] = [
    file!("families/loaders"),
    file!("families/stealers"),
    file!("families/remote_control"),
    file!("families/ransomware"),
    file!("families/tools"),
    file!("families/others"),
];
