use super::*;
use crate::limits::{OUT_OF_ORDER_BYTES_MAX, STREAM_WINDOW_BYTES_MAX};
use crate::settings::Settings;
use Direction::{ToClient, ToServer};
use proptest::prelude::*;
use wire::packet::tcp_flags::{ACK, FIN, RST, SYN};

/// What came out of a connection.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    to_server: Vec<u8>,
    to_client: Vec<u8>,
    ended: Vec<Direction>,
    gaps: Vec<(Direction, u64)>,
    anomalies: Vec<&'static str>,
    refused: usize,
    others: Vec<Vec<u8>>,
}

impl Heard {
    fn hear(&mut self, direction: Direction, delivery: Delivery<'_>) {
        let bytes = match direction {
            ToServer => &mut self.to_server,
            ToClient => &mut self.to_client,
        };
        match delivery {
            Delivery::Data(stretch) => {
                let kept = stretch.bytes.len() - stretch.fresh;
                assert!(kept <= STREAM_WINDOW_BYTES_MAX);
                bytes.extend_from_slice(stretch.fresh_bytes());
            }
            Delivery::Other(stretch) => self.others.push(stretch.bytes.to_vec()),
            Delivery::Gap(gap) => self.gaps.push((direction, gap.missing)),
            Delivery::End(_) => self.ended.push(direction),
            Delivery::Anomaly(name) => self.anomalies.push(name),
            Delivery::Refused => self.refused += 1,
        }
    }
}

/// A connection with somebody who listens.
struct Bench {
    connection: Option<Connection>,
    settings: Settings,
    heard: Heard,
}

impl Bench {
    fn new() -> Self {
        Self {
            connection: None,
            settings: Settings::default(),
            heard: Heard::default(),
        }
    }

    fn send(
        &mut self,
        direction: Direction,
        flags: u8,
        sequence: u32,
        ack: u32,
        payload: &[u8],
    ) -> bool {
        self.send_with(&[], direction, flags, sequence, ack, payload)
    }

    fn send_with(
        &mut self,
        options: &[u8],
        direction: Direction,
        flags: u8,
        sequence: u32,
        ack: u32,
        payload: &[u8],
    ) -> bool {
        let header = Tcp {
            source_port: 1,
            destination_port: 2,
            sequence,
            acknowledgement: ack,
            flags,
            window: 65_535,
            urgent: 0,
            options,
            mss: None,
            window_scale: (flags & SYN != 0).then_some(7),
            timestamp: None,
            sack_permitted: false,
        };
        let segment = Segment {
            direction,
            header: &header,
            payload,
        };
        if self.connection.is_none() {
            self.connection = Connection::open(&segment, &self.settings);
        }
        let heard = &mut self.heard;
        match &mut self.connection {
            Some(connection) => connection.segment(&segment, &mut |d, it| heard.hear(d, it)),
            None => false,
        }
    }

    /// The three steps; the first bytes have numbers `client + 1` and `server + 1`.
    fn handshake(client: u32, server: u32) -> Self {
        let mut bench = Self::new();
        let (c, s) = (client.wrapping_add(1), server.wrapping_add(1));
        bench.send(ToServer, SYN, client, 0, b"");
        bench.send(ToClient, SYN | ACK, server, c, b"");
        bench.send(ToServer, ACK, c, s, b"");
        assert_eq!(bench.state(), State::Established);
        bench
    }

    fn state(&self) -> State {
        self.connection.as_ref().unwrap().state()
    }

    fn finish(mut self) -> Heard {
        let heard = &mut self.heard;
        self.connection
            .as_mut()
            .unwrap()
            .finish(&mut |d, it| heard.hear(d, it));
        self.heard
    }
}

fn stream(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 31 % 251) as u8).collect()
}

proptest! {
    /// Any cut, any order, any repetition, any place in the number space: the same bytes.
    #[test]
    fn the_order_of_segments_does_not_matter(
        isn: u32,
        pieces in prop::collection::vec((0usize..8000, 1usize..1500), 1..60),
        near_wrap: bool,
    ) {
        let isn = if near_wrap { u32::MAX - (isn % 8000) } else { isn };
        let bytes = stream(8000);
        let mut bench = Bench::handshake(isn, 77);
        let first = isn.wrapping_add(1);
        let mut covered = vec![false; bytes.len()];
        let send = |bench: &mut Bench, start: usize, end: usize| {
            let sequence = first.wrapping_add(start as u32);
            bench.send(ToServer, ACK, sequence, 78, &bytes[start..end]);
        };
        for (start, length) in pieces {
            let end = (start + length).min(bytes.len());
            send(&mut bench, start, end);
            covered[start..end].fill(true);
        }
        let mut end = bytes.len();
        while end > 0 {
            let start = (0..end).rev().take(700).take_while(|at| !covered[*at]).last();
            if let Some(start) = start {
                send(&mut bench, start, end);
            }
            end = start.unwrap_or(end - 1);
        }
        let heard = bench.finish();
        prop_assert!(heard.to_server == bytes);
        prop_assert!(heard.gaps.is_empty() && heard.anomalies.is_empty() && heard.refused == 0);
    }

    /// Whatever comes, nothing panics, memory stays bounded, and both directions end once.
    #[test]
    fn hostile_segments_stay_bounded(
        segments in prop::collection::vec(
            (any::<bool>(), any::<u8>(), -70_000i64..200_000, any::<u32>(), 0usize..3000), 1..300),
        midstream: bool,
        one_sided: bool,
    ) {
        let mut bench = Bench::new();
        bench.settings.midstream = midstream;
        bench.settings.one_sided = one_sided;
        let payload = stream(3000);
        bench.send(ToServer, SYN, 1000, 0, b"");
        for (to_server, flags, sequence, ack, length) in segments {
            let direction = if to_server { ToServer } else { ToClient };
            let sequence = 1000u32.wrapping_add(sequence as u32);
            let ack = if ack % 3 == 0 { ack } else { 1000 + ack % 100_000 };
            // Resets end it at once; keep them rare.
            let flags = if sequence.is_multiple_of(50) { flags } else { flags & !RST };
            bench.send(direction, flags, sequence, ack, &payload[..length]);
            let held = bench.connection.as_ref().unwrap().memory();
            prop_assert!(held < 2 * (OUT_OF_ORDER_BYTES_MAX + 2048 * 64 + 64 * 1024));
        }
        let heard = bench.finish();
        let count = |d| heard.ended.iter().filter(|e| **e == d).count();
        prop_assert!(count(ToServer) <= 1 && count(ToClient) <= 1);
    }
}

#[test]
fn bytes_that_came_first_count_and_differing_copies_are_told() {
    // (what waits or was delivered, what comes again, what results)
    let mut bench = Bench::handshake(0, 0);
    bench.send(ToServer, ACK, 1, 1, b"abcd");
    bench.send(ToServer, ACK, 3, 1, b"XXef");
    assert_eq!(bench.heard.to_server, b"abcdef");
    assert_eq!(bench.heard.anomalies, ["reassembly_overlap_different_data"]);

    let mut bench = Bench::handshake(0, 0);
    bench.send(ToServer, ACK, 3, 1, b"cd");
    bench.send(ToServer, ACK, 7, 1, b"gh");
    bench.send(ToServer, ACK, 1, 1, b"abXXefYYij");
    assert_eq!(bench.heard.to_server, b"abcdefghij");
    assert_eq!(bench.heard.anomalies, ["reassembly_overlap_different_data"]);

    // The same bytes again are a retransmission, no anomaly; nor is a keep-alive.
    let mut bench = Bench::handshake(0, 0);
    bench.send(ToServer, ACK, 1, 1, b"abcd");
    assert!(!bench.send(ToServer, ACK, 1, 1, b"abcd"));
    assert!(bench.send(ToServer, ACK, 3, 1, b"cdef"));
    assert!(!bench.send(ToServer, ACK, 6, 1, b"f"));
    assert_eq!(bench.heard.to_server, b"abcdef");
    assert!(bench.heard.anomalies.is_empty());
}

#[test]
fn where_copies_differ_the_last_ones_are_shown_as_well() {
    // Two copies after another, and a piece of what waits: one reading in which all of the last copies count.
    let mut bench = Bench::handshake(0, 0);
    bench.send(ToServer, ACK, 1, 1, b"good words");
    bench.send(ToServer, ACK, 1, 1, b"evil");
    bench.send(ToServer, ACK, 5, 1, b" deeds!");
    assert_eq!(bench.heard.to_server, b"good words!");
    assert_eq!(
        bench.heard.others,
        [&b"evil words"[..], &b"evil deeds!"[..]]
    );

    let mut bench = Bench::handshake(0, 0);
    bench.send(ToServer, ACK, 5, 1, b"good");
    bench.send(ToServer, ACK, 3, 1, b"--evil++");
    assert!(bench.heard.others.is_empty());
    bench.send(ToServer, ACK, 1, 1, b"..");
    assert_eq!(bench.heard.to_server, b"..--good++");
    assert_eq!(bench.heard.others, [b"..--evil++"]);

    // Somebody who sends differing copies for ever is not read for ever.
    let mut bench = Bench::handshake(0, 0);
    bench.send(ToServer, ACK, 1, 1, b"abcd");
    for byte in 0..200 {
        bench.send(ToServer, ACK, 1, 1, &[byte, byte, byte, byte]);
    }
    assert!(bench.heard.others.len() <= 64);
}

#[test]
fn acknowledged_bytes_that_were_not_seen_are_given_up_after_some_packets() {
    let mut bench = Bench::handshake(0, 0);
    bench.send(ToServer, ACK, 1, 1, b"abc");
    bench.send(ToServer, ACK, 7, 1, b"ghi");
    assert_eq!(bench.heard.to_server, b"abc");
    for _ in 0..20 {
        bench.send(ToClient, ACK, 1, 10, b"");
    }
    assert_eq!(bench.heard.to_server, b"abcghi");
    assert_eq!(bench.heard.gaps, [(ToServer, 3)]);
}

#[test]
fn data_that_comes_just_after_its_acknowledgement_is_not_lost() {
    let mut bench = Bench::handshake(0, 0);
    bench.send(ToClient, ACK, 1, 4, b"");
    bench.send(ToServer, ACK, 1, 1, b"abc");
    let heard = bench.finish();
    assert_eq!(heard.to_server, b"abc");
    assert!(heard.gaps.is_empty());
}

#[test]
fn what_waits_is_delivered_at_the_end() {
    let mut bench = Bench::handshake(0, 0);
    bench.send(ToServer, ACK, 101, 1, b"late");
    bench.send(ToServer, ACK | FIN, 105, 1, b"");
    let heard = bench.finish();
    assert_eq!(heard.to_server, b"late");
    assert_eq!(heard.gaps, [(ToServer, 100)]);
    assert_eq!(heard.ended, [ToServer, ToClient]);
}

#[test]
fn states_of_an_orderly_end() {
    let mut bench = Bench::handshake(10, 20);
    bench.send(ToServer, ACK, 11, 21, b"q");
    bench.send(ToClient, ACK, 21, 12, b"a");
    bench.send(ToServer, FIN | ACK, 12, 22, b"");
    assert_eq!(bench.state(), State::CloseWait);
    assert_eq!(bench.heard.ended, [ToServer]);
    bench.send(ToClient, FIN | ACK, 22, 13, b"");
    assert_eq!(bench.state(), State::LastAck);
    bench.send(ToServer, ACK, 13, 23, b"");
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(bench.heard.ended, [ToServer, ToClient]);

    let mut bench = Bench::handshake(10, 20);
    bench.send(ToClient, FIN | ACK, 21, 11, b"");
    assert_eq!(bench.state(), State::FinWait1);
    bench.send(ToServer, ACK, 11, 22, b"");
    assert_eq!(bench.state(), State::FinWait2);
    bench.send(ToServer, FIN | ACK, 11, 22, b"");
    assert_eq!(bench.state(), State::TimeWait);
    bench.send(ToClient, ACK, 22, 12, b"");
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn resets_count_only_where_the_receiver_would_believe_them() {
    let mut bench = Bench::handshake(10, 20);
    bench.send(ToServer, RST, 11 + 900_000_000, 0, b"");
    assert_eq!(bench.state(), State::Established);
    bench.send(ToServer, RST, 11, 0, b"not part of the stream");
    assert_eq!(bench.state(), State::Closed);
    assert!(bench.heard.to_server.is_empty());
    bench.send(ToServer, ACK, 11, 21, b"more after the reset");
    assert_eq!(bench.heard.anomalies, ["suspected_rst_inject"]);

    let mut bench = Bench::new();
    bench.send(ToServer, SYN, 10, 0, b"");
    bench.send(ToClient, RST | ACK, 0, 999, b"");
    assert_eq!(bench.state(), State::SynSent);
    bench.send(ToClient, RST | ACK, 0, 11, b"");
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(bench.heard.anomalies, ["rst_invalid_ack"]);
}

#[test]
fn fast_open_data_counts_as_far_as_the_server_takes_it() {
    let mut bench = Bench::new();
    bench.send(ToServer, SYN, 10, 0, b"GET /");
    assert!(bench.heard.to_server.is_empty());
    bench.send(ToClient, SYN | ACK, 20, 16, b"");
    bench.send(ToServer, ACK, 16, 21, b" HTTP/1.0");
    assert_eq!(bench.heard.to_server, b"GET / HTTP/1.0");

    let mut bench = Bench::new();
    bench.send(ToServer, SYN, 10, 0, b"evil!");
    bench.send(ToClient, SYN | ACK, 20, 11, b"");
    bench.send(ToServer, ACK, 11, 21, b"GET /");
    assert_eq!(bench.heard.to_server, b"GET /");
    assert!(bench.heard.anomalies.is_empty());
}

#[test]
fn connections_without_beginning_are_followed_only_on_request() {
    let mut bench = Bench::new();
    assert!(!bench.send(ToServer, ACK, 5, 9, b"data"));
    assert!(bench.connection.is_none());

    let mut bench = Bench::new();
    bench.settings.midstream = true;
    assert!(bench.send(ToServer, ACK, 5, 9, b"question"));
    assert!(bench.send(ToClient, ACK, 9, 13, b"answer"));
    assert_eq!(bench.heard.to_server, b"question");
    assert_eq!(bench.heard.to_client, b"answer");
    assert!(bench.connection.as_ref().unwrap().is_midstream());
}

#[test]
fn one_direction_alone_is_followed_on_request() {
    let mut bench = Bench::new();
    bench.settings.one_sided = true;
    bench.send(ToServer, SYN, 10, 0, b"");
    bench.send(ToServer, ACK, 11, 21, b"one ");
    bench.send(ToServer, ACK, 20, 21, b"three");
    bench.send(ToServer, ACK, 15, 30, b"two ");
    let heard = bench.finish();
    assert_eq!(
        heard.to_server,
        b"one two \0three"
            .as_slice()
            .iter()
            .copied()
            .filter(|b| *b != 0)
            .collect::<Vec<_>>()
    );
    assert_eq!(heard.gaps, [(ToServer, 1)]);
}

#[test]
fn data_far_outside_the_window_and_impossible_acknowledgements_are_refused() {
    let mut bench = Bench::handshake(10, 20);
    assert!(!bench.send(ToServer, ACK, 11 + 1_000_000_000, 21, b"far"));
    assert!(!bench.send(ToServer, ACK, 11, 21 + 1_000_000_000, b"bad"));
    assert!(bench.send(ToServer, ACK, 11, 21, b"good"));
    assert_eq!(bench.heard.to_server, b"good");
    assert_eq!(
        bench.heard.anomalies,
        ["est_packet_out_of_window", "pkt_invalid_ack"]
    );
}

#[test]
fn segments_signed_on_an_unsigned_connection_are_ignored_by_hosts_and_by_us() {
    const MD5: &[u8] = &[1, 1, 19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut bench = Bench::handshake(10, 20);
    bench.send_with(MD5, ToServer, RST | ACK, 11, 21, b"");
    assert_eq!(bench.state(), State::Established);
    assert_eq!(bench.heard.anomalies, ["suspected_rst_inject"]);
    assert!(!bench.send_with(MD5, ToServer, ACK, 11, 21, b"fake"));
    assert!(bench.send(ToServer, ACK, 11, 21, b"true"));
    assert_eq!(bench.heard.to_server, b"true");

    let mut bench = Bench::new();
    bench.send_with(MD5, ToServer, SYN, 10, 0, b"");
    bench.send_with(MD5, ToClient, SYN | ACK, 20, 11, b"");
    bench.send_with(MD5, ToServer, ACK, 11, 21, b"signed");
    assert_eq!(bench.heard.to_server, b"signed");
}

#[test]
fn an_early_acknowledgement_does_not_blind_us() {
    let mut bench = Bench::handshake(10, 20);
    for step in 0..50 {
        bench.send(ToServer, ACK, 11, 21 + step * 1000, b"");
    }
    bench.send(ToClient, ACK, 21, 11, b"the answer");
    assert_eq!(bench.heard.to_client, b"the answer");
    let heard = bench.finish();
    assert!(heard.gaps.is_empty());
}

#[test]
fn two_witnesses_of_lost_bytes_are_believed() {
    const FAR: u32 = 500_000_000;
    for data_first in [true, false] {
        let mut bench = Bench::handshake(10, 20);
        for step in [data_first, !data_first, data_first, !data_first] {
            if step {
                bench.send(ToServer, ACK, 11 + FAR, 21, b"much later");
            } else {
                bench.send(ToClient, ACK, 21, 21 + FAR, b"");
            }
        }
        let heard = bench.finish();
        assert_eq!(heard.to_server, b"much later", "data first: {data_first}");
        assert_eq!(heard.gaps, [(ToServer, u64::from(FAR))]);
    }
}

#[test]
fn a_keep_alive_with_a_byte_of_no_meaning_is_none() {
    let mut bench = Bench::handshake(0, 0);
    bench.send(ToServer, ACK, 1, 1, b"abcd");
    bench.send(ToServer, ACK, 4, 1, b"\0");
    assert_eq!(bench.heard.to_server, b"abcd");
    assert!(bench.heard.anomalies.is_empty());
}

#[test]
fn the_window_before_fresh_bytes_is_bounded_and_starts_anew_after_a_gap() {
    let mut bench = Bench::handshake(0, 0);
    let bytes = stream(100_000);
    for (index, piece) in bytes.chunks(1000).enumerate() {
        bench.send(ToServer, ACK, 1 + index as u32 * 1000, 1, piece);
    }
    assert_eq!(bench.heard.to_server, bytes);
    assert!(bench.connection.as_ref().unwrap().memory() < 64 * 1024);
}
