//! Two sensors in network namespaces of this test's own making: what they see live on a virtual
//! cable, one of them with VLAN tags, gives the same alerts as the replay of the same capture.

mod common;

use common::{hinomi, lines, replay, run};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

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

const OFFICE: [&str; 6] = ["--duration", "60", "--hosts", "3", "--attacks", "none"];

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

    /// A minute of three people's work, in a second.
    fn play_office(&self) {
        let mut play = Self::inside(&self.sender);
        play.args(["drill", "--interface", "out0", "--speed", "60"])
            .args(OFFICE);
        assert!(play.stderr(Stdio::null()).status().unwrap().success());
    }

    fn watch(&self, out: &Path, extra: &[&str]) -> Watcher {
        let mut child = Self::inside(&self.watcher)
            .args(["watch", "-i", "in0", "--out", out.to_str().unwrap()])
            .args(extra)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let ready = said.any(|line| line.is_ok_and(|line| line.starts_with("watching")));
        assert!(ready, "the watcher did not begin");
        // Read on, so that the watcher never waits for somebody to listen.
        let (tell, said_later) = channel();
        std::thread::spawn(move || {
            said.map_while(Result::ok)
                .for_each(|line| drop(tell.send(line)))
        });
        Watcher {
            child,
            said: said_later,
        }
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
    said: Receiver<String>,
}

impl Watcher {
    fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Has it read its rules again; what it says of that.
    fn reload(&self) -> String {
        self.signal(rustix::process::Signal::HUP);
        let mut said = self.said.iter();
        let line = said.find(|line| line.contains("loaded anew") || line.contains("refused"));
        line.expect("the watcher says what became of the rules")
    }

    /// Ends it and gives its last line, which has the counters.
    fn end(mut self) -> String {
        self.signal(rustix::process::Signal::TERM);
        assert!(self.child.wait().unwrap().success());
        self.said.iter().last().unwrap_or_default()
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
    let watcher = cable.watch(&out, &[]);
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

/// Sids of alerts so far, each once.
fn sids(out: &Path) -> BTreeSet<u64> {
    let events = lines(&out.join("events.jsonl"));
    let alerts = events.iter();
    alerts
        .filter_map(|event| event["alert"]["signature_id"].as_u64())
        .filter(|sid| *sid < 100)
        .collect()
}

#[test]
fn rules_are_exchanged_while_traffic_flows() {
    let Some(cable) = Cable::lay("reload") else {
        println!("skipped: this user may not make network namespaces");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("test.rules");
    let rule = |sid: u32| {
        format!(
            "alert dns any any -> any any (msg:\"a name\"; dns.query; content:\".\"; sid:{sid};)\n"
        )
    };
    std::fs::write(&rules, rule(1)).unwrap();
    let out = folder.path().join("live");
    let watcher = cable.watch(&out, &["--rules", rules.to_str().unwrap()]);
    let play = || cable.play_office();
    play();
    std::fs::write(&rules, rule(2)).unwrap();
    assert!(watcher.reload().contains("loaded anew"));
    play();
    std::fs::write(&rules, "alert dns any any -> any any (no rule at all\n").unwrap();
    assert!(watcher.reload().contains("the old ones go on: none of 1"));
    play();
    std::fs::remove_file(&rules).unwrap();
    assert!(watcher.reload().contains("cannot read"));
    let counters = watcher.end();
    assert!(counters.contains(" 0 dropped by the kernel"), "{counters}");
    assert_eq!(sids(&out), BTreeSet::from([1, 2]));
    let events = lines(&out.join("events.jsonl"));
    let said: Vec<_> = events
        .iter()
        .filter_map(|event| event["rules"]["action"].as_str())
        .collect();
    assert_eq!(said, ["reloaded", "kept", "kept"]);
}

/// Two names that the office opens.
fn two_names(folder: &Path) -> [String; 2] {
    let capture = folder.join("office.pcap");
    let out = ["drill", "--out", capture.to_str().unwrap()];
    assert!(run(&[&out[..], &OFFICE].concat()).status.success());
    let (events, _) = replay(folder, &[], &[&capture]);
    let names = events
        .iter()
        .filter_map(|event| event["tls"]["sni"].as_str());
    let names: BTreeSet<&str> = names.collect();
    let mut names = names.into_iter().map(str::to_owned);
    [names.next().unwrap(), names.next_back().unwrap()]
}

/// Indicators and titles of Sigma rules that were found between one reload and the next.
fn found_between_reloads(out: &Path) -> Vec<BTreeSet<String>> {
    let mut found = vec![BTreeSet::new()];
    for event in lines(&out.join("events.jsonl")) {
        if event["event_type"] == "rules" {
            found.push(BTreeSet::new());
        }
        let values = [&event["indicator"]["value"], &event["sigma"]["title"]];
        let values = values.into_iter().filter_map(|value| value.as_str());
        found.last_mut().unwrap().extend(values.map(str::to_owned));
    }
    found
}

#[test]
fn lists_and_sigma_rules_are_exchanged_while_traffic_flows() {
    let Some(cable) = Cable::lay("lists") else {
        println!("skipped: this user may not make network namespaces");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = two_names(folder.path());
    let list = folder.path().join("partner.txt");
    let sigma = folder.path().join("rule.yml");
    let rule = |title: &str| {
        format!(
            "title: {title}\nlogsource: {{category: dns}}\ndetection:\n  selection: {{query|contains: .}}\n  \
             condition: selection\nlevel: informational\n"
        )
    };
    std::fs::write(&list, &first).unwrap();
    std::fs::write(&sigma, rule("one")).unwrap();
    let out = folder.path().join("live");
    let files = [list.to_str().unwrap(), sigma.to_str().unwrap()];
    let watcher = cable.watch(&out, &["--indicators", files[0], "--sigma", files[1]]);
    cable.play_office();
    std::fs::write(&list, &second).unwrap();
    std::fs::write(&sigma, rule("two")).unwrap();
    assert!(watcher.reload().contains("loaded anew"));
    cable.play_office();
    // Neither means anything: those of before go on.
    std::fs::write(&list, "<html>502 Bad Gateway</html>\n").unwrap();
    std::fs::write(&sigma, "title: [\n").unwrap();
    let said = watcher.reload();
    assert!(
        said.contains("the old ones go on: none of 1 Sigma"),
        "{said}"
    );
    cable.play_office();
    // A good rule is taken while the list goes on as it was.
    std::fs::write(&sigma, rule("three")).unwrap();
    assert!(watcher.reload().contains("loaded anew"));
    cable.play_office();
    let counters = watcher.end();
    assert!(counters.contains(" 0 dropped by the kernel"), "{counters}");

    let found = found_between_reloads(&out);
    let has = |of: &BTreeSet<String>, wanted: [&str; 2]| wanted.iter().all(|it| of.contains(*it));
    assert_eq!(found.len(), 4);
    assert!(has(&found[0], [&first, "one"]), "{found:?}");
    assert!(has(&found[1], [&second, "two"]), "{found:?}");
    assert!(has(&found[2], [&second, "two"]), "{found:?}");
    assert!(has(&found[3], [&second, "three"]), "{found:?}");
    assert!(
        !found[3].contains(&first) && !found[3].contains("one"),
        "{found:?}"
    );
    let events = lines(&out.join("events.jsonl"));
    let held = events
        .iter()
        .find(|event| event["rules"]["lists_held"].is_array());
    let held = &held.expect("the list is held back")["rules"]["lists_held"][0];
    assert_eq!(held["list"], "partner");
    assert!(
        held["reason_en"]
            .as_str()
            .unwrap()
            .contains("1 entries of before stay")
    );
}
