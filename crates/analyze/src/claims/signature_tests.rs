use super::from_alert;
use crate::{HomeNet, SignatureAlert};
use event::{Communication, Endpoint, Record, Severity, Stage, Timestamp};

const INSIDE: &str = "192.168.1.5";
const INSIDE_TOO: &str = "192.168.1.6";
const OUTSIDE: &str = "203.0.113.9";

fn alert(client: &str, server: &str, msg: &str, classtype: &str, metadata: &str) -> SignatureAlert {
    let client = Endpoint::new(client.parse().unwrap(), 50_000);
    let server = Endpoint::new(server.parse().unwrap(), 80);
    SignatureAlert {
        time: Timestamp::new(1, 0),
        gid: 1,
        sid: 1,
        rev: 1,
        msg: msg.to_owned(),
        classtype: classtype.to_owned(),
        priority: 1,
        metadata: metadata
            .split(',')
            .filter_map(|pair| pair.trim().split_once(' '))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        references: Vec::new(),
        source: client,
        dest: server,
        client,
        server,
        peer_name: None,
        event: Record::new(),
    }
}

#[test]
fn categories_words_and_metadata_name_the_communication() {
    use Communication as C;
    let home = HomeNet::default();
    for (msg, classtype, metadata, communication) in [
        (
            "ET MALWARE STRRAT CnC Checkin",
            "command-and-control",
            "",
            C::CommandAndControl,
        ),
        (
            "ET MALWARE CryptoWall Check-in",
            "trojan-activity",
            "",
            C::Ransomware,
        ),
        (
            "ET MALWARE Win32/X EXE Download",
            "trojan-activity",
            "",
            C::MalwareDownload,
        ),
        (
            "ET EXPLOIT_KIT Evil Redirector Leading to EK",
            "exploit-kit",
            "",
            C::RedirectorSite,
        ),
        (
            "ET EXPLOIT_KIT Possible Nuclear EK Payload",
            "exploit-kit",
            "",
            C::ExploitKitDownload,
        ),
        (
            "ET EXPLOIT_KIT RIG EK Landing",
            "exploit-kit",
            "",
            C::ExploitSite,
        ),
        (
            "ET EXPLOIT_KIT Injected Script on page",
            "exploit-kit",
            "",
            C::CompromisedSite,
        ),
        (
            "ET WEB_CLIENT Plugin-Detect library",
            "misc-activity",
            "",
            C::ProfilingSite,
        ),
        (
            "HINOMI something",
            "",
            "communication tor, stage delivery, severity low, confidence 0.6",
            C::Tor,
        ),
        (
            "A vendor's own words",
            "domain-c2",
            "",
            C::CommandAndControl,
        ),
    ] {
        let alert = alert(INSIDE, OUTSIDE, msg, classtype, metadata);
        let detection = from_alert(&alert, &home).unwrap();
        assert_eq!(detection.communication, Some(communication), "{msg}");
        assert_eq!(detection.subject.ip.to_string(), INSIDE);
    }
}

#[test]
fn chatter_stays_weak() {
    let home = HomeNet::default();
    for (msg, classtype, metadata) in [
        (
            "ET INFO Microsoft Connection Test",
            "misc-activity",
            "signature_severity Informational",
        ),
        (
            "ET POLICY Dropbox Client Broadcasting",
            "policy-violation",
            "confidence High",
        ),
        (
            "ET POLICY PE EXE or DLL Windows file download HTTP",
            "policy-violation",
            "confidence High",
        ),
        (
            "ET HUNTING Suspicious NULL DNS Request",
            "misc-activity",
            "signature_severity Informational",
        ),
        (
            "GPL NETBIOS SMB IPC$ share access",
            "protocol-command-decode",
            "signature_severity Informational",
        ),
    ] {
        let alert = alert(INSIDE, OUTSIDE, msg, classtype, metadata);
        let detection = from_alert(&alert, &home).unwrap();
        assert!(detection.confidence < 0.4, "{msg} {}", detection.confidence);
    }
    let engine = alert(
        INSIDE,
        OUTSIDE,
        "SURICATA STREAM excessive retransmissions",
        "",
        "",
    );
    assert_eq!(from_alert(&engine, &home), None);
}

#[test]
fn who_is_affected_depends_on_whose_machines_they_are() {
    let home = HomeNet::default();
    let msg = "ET EXPLOIT Apache log4j RCE Attempt (http ldap) (CVE-2021-44228)";
    let inbound = from_alert(&alert(OUTSIDE, INSIDE, msg, "attempted-admin", ""), &home).unwrap();
    assert_eq!(inbound.subject.ip.to_string(), INSIDE);
    assert_eq!(inbound.communication, None);
    assert_eq!(inbound.stage, Stage::Exploitation);
    let within = from_alert(
        &alert(INSIDE, INSIDE_TOO, msg, "attempted-admin", ""),
        &home,
    )
    .unwrap();
    assert_eq!(within.subject.ip.to_string(), INSIDE);
    assert_eq!(within.communication, Some(Communication::LateralMovement));
    let scan = "ET SCAN Potential SSH Scan";
    let knock = from_alert(&alert(OUTSIDE, INSIDE, scan, "attempted-recon", ""), &home).unwrap();
    assert_eq!(knock.severity, Severity::Low);
}
