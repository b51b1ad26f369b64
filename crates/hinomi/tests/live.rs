//! Two sensors in network namespaces of this test's own making: what they see live on a virtual
//! cable, one of them with VLAN tags, gives the same alerts as the replay of the same capture.

mod common;

use common::{hinomi, lines, replay, run};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const DRILL: [&str; 10] = [
    "--seed",
    "11",
    "--hosts",
    "3",
    "--duration",
    "60",
    "--start",
    "2026-04-01T00:00:00Z",
    "--attacks",
    "drive-by,tor,lateral-movement,inside-scan",
];

/// A cable between two namespaces, which are gone when the test ends.
struct Cable {
    sender: String,
    watcher: String,
}

impl Cable {
    /// None where this user may not make namespaces.
    fn lay(tag: &str) -> Option<Self> {
        let name = |end| format!("hinomi-{}-{tag}-{end}", std::process::id());
        let cable = Self {
            sender: name("s"),
            watcher: name("w"),
        };
        let made = ip(&["netns", "add", &cable.sender]) && ip(&["netns", "add", &cable.watcher]);
        let joined =
            made && ip(&[
                "link",
                "add",
                "out0",
                "netns",
                &cable.sender,
                "type",
                "veth",
                "peer",
                "name",
                "in0",
                "netns",
                &cable.watcher,
            ]) && ip(&["-n", &cable.sender, "link", "set", "out0", "up"])
                && ip(&["-n", &cable.watcher, "link", "set", "in0", "up"]);
        joined.then_some(cable)
    }

    fn inside(namespace: &str) -> Command {
        let program = hinomi();
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", namespace])
            .arg(program.get_program());
        command
    }

    fn watch(&self, out: &Path) -> Watcher {
        let mut child = Self::inside(&self.watcher)
            .args(["watch", "-i", "in0", "--out", out.to_str().unwrap()])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let ready = said.any(|line| line.is_ok_and(|line| line.starts_with("watching")));
        assert!(ready, "the watcher did not begin");
        // Read on, so that the watcher never waits for somebody to listen.
        let rest =
            std::thread::spawn(move || said.map_while(Result::ok).last().unwrap_or_default());
        Watcher { child, rest }
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        ip(&["netns", "del", &self.sender]);
        ip(&["netns", "del", &self.watcher]);
    }
}

struct Watcher {
    child: Child,
    rest: std::thread::JoinHandle<String>,
}

impl Watcher {
    /// Ends it and gives its last line, which has the counters.
    fn end(mut self) -> String {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert!(self.child.wait().unwrap().success());
        self.rest.join().unwrap()
    }
}

fn ip(arguments: &[&str]) -> bool {
    Command::new("ip")
        .args(arguments)
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Which rule, from whom to whom, and in which VLAN: times and counts depend on the playing.
fn alerts(events: &[serde_json::Value]) -> BTreeSet<String> {
    events
        .iter()
        .filter(|event| event["event_type"] == "alert")
        .map(|event| {
            format!(
                "{} {} {} {}",
                event["alert"]["signature_id"], event["src_ip"], event["dest_ip"], event["vlan"]
            )
        })
        .collect()
}

fn live_equals_replay(tag: &str, vlan: &[&str]) {
    let Some(cable) = Cable::lay(tag) else {
        println!("skipped: this user may not make network namespaces");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("drill.pcap");
    let mut arguments = vec!["drill", "--out", capture.to_str().unwrap()];
    arguments.extend(DRILL);
    arguments.extend(vlan);
    assert!(run(&arguments).status.success());
    let (replayed, _) = replay(folder.path(), &[], &[&capture]);

    let out = folder.path().join("live");
    let watcher = cable.watch(&out);
    let mut play = Cable::inside(&cable.sender);
    play.args(["drill", "--interface", "out0", "--speed", "20"])
        .args(DRILL)
        .args(vlan);
    assert!(play.stderr(Stdio::null()).status().unwrap().success());
    let counters = watcher.end();
    assert!(counters.contains(" 0 dropped by the kernel"), "{counters}");

    let expected = alerts(&replayed);
    assert!(!expected.is_empty());
    assert_eq!(alerts(&lines(&out.join("events.jsonl"))), expected);
}

#[test]
fn a_plain_cable() {
    live_equals_replay("plain", &[]);
}

#[test]
fn a_cable_with_vlan_tags() {
    live_equals_replay("vlan", &["--vlan", "42"]);
}
