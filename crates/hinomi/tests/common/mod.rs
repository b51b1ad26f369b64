//! What the tests of the whole program share: a drill capture, the program itself, a browser's requests.
#![allow(dead_code, reason = "each test file uses a part")]

use drill::{Attack, Disorder, Plan, write_pcap};
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

/// The program under test.
pub fn hinomi() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hinomi"));
    command.env("HINOMI_LOG", "error");
    command
}

/// Runs it to its end.
pub fn run(arguments: &[&str]) -> Output {
    hinomi().args(arguments).output().expect("hinomi starts")
}

/// A plan of a small office and these attacks.
pub fn plan(attacks: &[Attack]) -> Plan {
    Plan {
        seed: 7,
        hosts: 4,
        duration: Duration::from_secs(120),
        disorder: Disorder::NONE,
        ..Plan::default()
    }
    .with_attacks(attacks.iter().copied())
}

/// Writes the plan's capture.
pub fn capture(plan: &Plan, path: &Path) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    write_pcap(&mut file, plan.packets()).unwrap();
    file.flush().unwrap();
}

/// Replays a capture; gives the folder's lines of events and incidents.
pub fn replay(
    folder: &Path,
    extra: &[&str],
    captures: &[&Path],
) -> (Vec<serde_json::Value>, Vec<serde_json::Value>) {
    let out: PathBuf = folder.join("out");
    let mut arguments = vec!["replay", "--out", out.to_str().unwrap()];
    arguments.extend(extra);
    arguments.extend(captures.iter().map(|path| path.to_str().unwrap()));
    let done = run(&arguments);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    (
        lines(&out.join("events.jsonl")),
        lines(&out.join("incidents.jsonl")),
    )
}

/// JSON lines of a file.
pub fn lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A browser that has signed in.
pub struct Browser {
    address: SocketAddr,
    cookie: String,
}

impl Browser {
    /// Signs in; None while the portal does not answer.
    pub fn sign_in(address: SocketAddr, email: &str, password: &str) -> Option<Self> {
        let body = serde_json::json!({"email": email, "password": password}).to_string();
        let (head, _) = request(address, "POST", "/api/v1/session", "", &body)?;
        let cookie = head
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "))?
            .split(';')
            .next()?
            .to_owned();
        Some(Self { address, cookie })
    }

    /// The JSON at a path; None while the portal does not answer.
    pub fn json(&self, path: &str) -> Option<serde_json::Value> {
        let (_, body) = request(self.address, "GET", path, &self.cookie, "")?;
        serde_json::from_str(&body).ok()
    }
}

/// One HTTP/1.0-like exchange: head in lower-case names as the server writes them, and body.
fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    cookie: &str,
    body: &str,
) -> Option<(String, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .ok()?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\naccept: application/json\r\ncookie: {cookie}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    if !head.starts_with("HTTP/1.1 2") {
        return None;
    }
    let body = if head.to_lowercase().contains("transfer-encoding: chunked") {
        dechunked(body)?
    } else {
        body.to_owned()
    };
    Some((head.to_owned(), body))
}

fn dechunked(mut body: &str) -> Option<String> {
    let mut whole = String::new();
    loop {
        let (size, rest) = body.split_once("\r\n")?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        whole.push_str(rest.get(..size)?);
        body = rest.get(size + 2..)?;
    }
}
