//! In the log of a capture, what a stream showed stands under the packet with which Suricata tells it.

use crate::build::{lines_of, tcp};
use sensor::Settings;

const CLIENT: ([u8; 4], u16) = ([192, 168, 1, 10], 40_000);
const SERVER: ([u8; 4], u16) = ([192, 168, 1, 20], 80);
const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 0x10;
const REQUEST: &[u8] = b"GET /secret HTTP/1.1\r\nHost: a.example\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

const RULES: &str = r#"
alert http any any -> any any (http.uri; content:"/secret"; sid:1;)
alert tcp any any -> any any (flow:to_server; content:"GET /secret"; sid:2;)
alert tcp any any -> any any (dsize:>10; flow:to_server; sid:3;)
alert http any any -> any any (flow:to_client; http.stat_code; content:"200"; sid:4;)
"#;

/// What was told, as kind or sid, with the number of its packet and the packets of both sides that alerts count.
type Told = Vec<(String, Option<u64>, Option<(u64, u64)>)>;

fn told(frames: &[Vec<u8>], waits: bool) -> Told {
    let settings = Settings {
        own_rules: false,
        told_when_acknowledged: waits,
        ..Settings::default()
    };
    let lines = lines_of(RULES, settings, frames);
    let mut told: Told = lines
        .events
        .iter()
        .filter(|event| event["event_type"] == "alert" || event["event_type"] == "http")
        .map(|event| {
            let name = match event["alert"]["signature_id"].as_u64() {
                Some(sid) => sid.to_string(),
                None => "http".to_owned(),
            };
            let flow = &event["flow"];
            let counts = flow["pkts_toserver"]
                .as_u64()
                .zip(flow["pkts_toclient"].as_u64());
            (name, event["pcap_cnt"].as_u64(), counts)
        })
        .collect();
    told.sort();
    told
}

fn begin() -> Vec<Vec<u8>> {
    vec![
        tcp(CLIENT, SERVER, (100, 0), SYN, b""),
        tcp(SERVER, CLIENT, (500, 101), SYN | ACK, b""),
        tcp(CLIENT, SERVER, (101, 501), ACK, b""),
        tcp(CLIENT, SERVER, (101, 501), ACK, REQUEST),
    ]
}

fn row(
    name: &str,
    number: Option<u64>,
    counts: Option<(u64, u64)>,
) -> (String, Option<u64>, Option<(u64, u64)>) {
    (name.to_owned(), number, counts)
}

#[test]
fn lines_stand_under_the_packet_after_the_acknowledgement() {
    let asked = 101 + REQUEST.len() as u32;
    let answered = 501 + ANSWER.len() as u32;
    let mut frames = begin();
    frames.extend([
        tcp(SERVER, CLIENT, (501, asked), ACK, b""),
        tcp(SERVER, CLIENT, (501, asked), ACK, ANSWER),
        tcp(CLIENT, SERVER, (asked, answered), ACK, b""),
        tcp(SERVER, CLIENT, (answered, asked), ACK | FIN, b""),
    ]);
    assert_eq!(
        told(&frames, true),
        [
            // The request is acknowledged by packet 5; the client's next is 7.
            row("1", Some(7), Some((4, 3))),
            row("2", Some(7), Some((4, 3))),
            // What a packet shows by itself is told with it.
            row("3", Some(4), Some((3, 1))),
            // The answer is acknowledged by packet 7; the server's next is 8.
            row("4", Some(8), Some((4, 4))),
            row("http", Some(7), None),
        ]
    );
    assert_eq!(
        told(&frames, false)
            .iter()
            .map(|(_, number, _)| *number)
            .collect::<Vec<_>>(),
        [Some(4), Some(4), Some(4), Some(6), Some(6)]
    );
}

#[test]
fn what_nobody_acknowledges_is_told_when_the_flow_ends() {
    let mut frames = begin();
    frames.push(tcp(SERVER, CLIENT, (501, 101), ACK | RST, b""));
    assert_eq!(
        told(&frames, true),
        [
            row("1", None, Some((3, 2))),
            row("2", None, Some((3, 2))),
            row("3", Some(4), Some((3, 1))),
            // The reset ends the conversation, and so the transaction.
            row("http", Some(5), None),
        ]
    );
}

#[test]
fn what_the_end_of_a_side_completes_waits_for_its_acknowledgement() {
    // How long the answer is, its end alone says.
    let answer = b"HTTP/1.0 200 OK\r\n\r\nOK";
    let asked = 101 + REQUEST.len() as u32;
    let answered = 501 + answer.len() as u32;
    let mut frames = begin();
    frames.extend([
        tcp(SERVER, CLIENT, (501, asked), ACK, answer),
        tcp(CLIENT, SERVER, (asked, answered), ACK, b""),
        tcp(SERVER, CLIENT, (answered, asked), ACK | FIN, b""),
        tcp(CLIENT, SERVER, (asked, answered + 1), ACK, b""),
        tcp(CLIENT, SERVER, (asked, answered + 1), ACK | FIN, b""),
    ]);
    let http = told(&frames, true)
        .into_iter()
        .find(|(name, ..)| name == "http");
    assert_eq!(http, Some(row("http", Some(8), None)));
}
