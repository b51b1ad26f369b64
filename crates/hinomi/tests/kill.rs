//! Portal and sensor are killed without warning, again and again: nothing is lost, nothing doubled.

mod common;

use common::{Browser, capture, hinomi, plan, replay};
use drill::Attack;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const EMAIL: &str = "kill@hinomi.example";
const PASSWORD: &str = "a long enough password";

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

struct Site {
    browsers: SocketAddr,
    sensors: SocketAddr,
    folder: std::path::PathBuf,
}

impl Site {
    fn portal(&self) -> Command {
        let mut command = hinomi();
        command
            .args([
                "portal",
                "--data",
                self.folder.join("portal").to_str().unwrap(),
            ])
            .args(["--listen", &self.browsers.to_string()])
            .args(["--link-listen", &self.sensors.to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Runs one of the portal's preparing commands and gives what it prints.
    fn prepare(&self, arguments: &[&str], input: &str) -> String {
        let mut child = self
            .portal()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success());
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    fn sensor(&self, code: &str, capture: &Path) -> Command {
        let mut command = hinomi();
        command
            .args(["sensor", "--capture", capture.to_str().unwrap()])
            .args(["--portal", &self.sensors.to_string()])
            .args(["--data", self.folder.join("sensor").to_str().unwrap()])
            .env("HINOMI_ENROLMENT_CODE", code)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

/// Ends the process when the test does, however.
struct Running(Child);

impl Running {
    fn start(mut command: Command) -> Self {
        Self(command.spawn().unwrap())
    }

    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

fn until<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "{what} did not come"
        );
        std::thread::yield_now();
    }
}

/// Which incidents the portal shows: address, title, number of the revision. (It gives them ids of
/// its own.)
fn shown(browser: &Browser) -> Option<Vec<String>> {
    let page = browser.json("/api/v1/incidents?per_page=100")?;
    let mut shown: Vec<String> = page["items"].as_array()?.iter().map(story).collect();
    shown.sort();
    Some(shown)
}

fn story(incident: &serde_json::Value) -> String {
    format!(
        "{} {} {}",
        incident["host"]["ip"], incident["title"]["en"], incident["revision"]
    )
}

#[test]
fn killing_at_any_moment_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drill.pcap");
    capture(
        &plan(&[
            Attack::DriveBy,
            Attack::InsideScan,
            Attack::Tor,
            Attack::Ransomware,
        ]),
        &path,
    );
    let (_, expected) = replay(folder.path(), &["--workers", "1"], &[&path]);
    let mut expected: Vec<String> = expected.iter().map(story).collect();
    expected.sort();
    assert!(!expected.is_empty());

    let site = Site {
        browsers: free_address(),
        sensors: free_address(),
        folder: folder.path().to_owned(),
    };
    let tenant = site.prepare(&["add-tenant", "Kill"], "");
    site.prepare(
        &[
            "add-user", "--tenant", &tenant, "--email", EMAIL, "--name", "K",
        ],
        PASSWORD,
    );
    let code = site.prepare(&["add-sensor", "--tenant", &tenant, "first"], "");

    let mut portal = Running::start(site.portal());
    // Killed at moments from its first breath to well into its work.
    for (round, after_ms) in [5_u64, 60, 150, 300, 500, 800, 1200]
        .into_iter()
        .enumerate()
    {
        let mut sensor = Running::start(site.sensor(&code, &path));
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(after_ms) {
            std::thread::yield_now();
        }
        if round % 2 == 0 {
            portal.kill();
            portal = Running::start(site.portal());
        }
        sensor.kill();
    }
    let mut sensor = Running::start(site.sensor(&code, &path));
    let status = until("the end of the sensor", || sensor.0.try_wait().unwrap());
    assert!(status.success(), "{status}");
    let browser = until("the portal", || {
        Browser::sign_in(site.browsers, EMAIL, PASSWORD)
    });
    let found = until("the list of incidents", || shown(&browser));
    assert_eq!(found, expected, "lost, doubled or out of date");
}
