//! What another program says about the streams.

use drill::{Attack, Disorder, Plan, write_pcap};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const CHECKS: [&str; 3] = [
    "tcp.check_checksum:TRUE",
    "ip.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
];

/// The program that is served as a picture is not one: what tshark says of that picture is right.
const FAULTS: &str = "(_ws.malformed && !(http.response_for.uri contains \"logo.png\")) || tcp.checksum.status == 0 || ip.checksum.status == 0 || \
    udp.checksum.status == 0 || icmp.checksum.status == 0 || icmpv6.checksum.status == 0 || \
    tcp.analysis.ack_lost_segment";

/// Lines that tshark prints for the packets that pass the filter; none where it is not installed.
fn dissect(path: &Path, filter: &str) -> Option<Vec<String>> {
    let mut command = Command::new("tshark");
    for check in CHECKS {
        command.args(["-o", check]);
    }
    let output = command
        .arg("-n")
        .arg("-r")
        .arg(path)
        .args(["-Y", filter])
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(str::to_owned)
            .collect(),
    )
}

fn check(plan: &Plan, filter: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drill.pcap");
    write_pcap(BufWriter::new(File::create(&path).unwrap()), plan.packets()).unwrap();
    match dissect(&path, filter) {
        Some(lines) => assert!(
            lines.is_empty(),
            "{} faults: {:#?}",
            lines.len(),
            &lines[..lines.len().min(20)]
        ),
        None => println!("skipped: tshark not installed"),
    }
}

#[test]
fn every_attack_on_a_perfect_network_is_whole() {
    let plan = Plan {
        seed: 11,
        hosts: 7,
        duration: Duration::from_secs(30),
        disorder: Disorder::NONE,
        ..Plan::default()
    };
    check(
        &plan.with_attacks(Attack::ALL),
        &format!("{FAULTS} || tcp.analysis.lost_segment"),
    );
}

#[test]
fn loss_and_reordering_hide_nothing() {
    let plan = Plan {
        seed: 12,
        hosts: 7,
        vlan: Some(42),
        duration: Duration::from_secs(20),
        disorder: Disorder {
            loss: 0.01,
            swap: 0.01,
        },
        ..Plan::default()
    };
    check(&plan.with_attacks(Attack::ALL), FAULTS);
}
