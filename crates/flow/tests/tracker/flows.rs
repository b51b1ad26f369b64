use crate::build::{ends, icmp, tcp, udp};
use crate::watch::Watch;
use flow::{Load, Settings};
use wire::packet::tcp_flags::{ACK, FIN, PSH, RST, SYN};

/// A whole conversation over TCP.
fn talk(watch: &mut Watch, port: u16) {
    let to_server = ends(port, 9999);
    let to_client = to_server.back();
    for frame in [
        tcp(to_server, SYN, 100, 0, b""),
        tcp(to_client, SYN | ACK, 500, 101, b""),
        tcp(to_server, ACK, 101, 501, b""),
        tcp(to_server, PSH | ACK, 101, 501, b"\x00\x01question"),
        tcp(to_client, PSH | ACK, 501, 111, b"\x00\x02answer"),
        tcp(to_server, FIN | ACK, 111, 509, b""),
        tcp(to_client, FIN | ACK, 509, 112, b""),
        tcp(to_server, ACK, 112, 510, b""),
    ] {
        watch.see(&frame);
    }
}

#[test]
fn a_tcp_flow_is_told_from_beginning_to_end() {
    let mut watch = Watch::new(Settings::default());
    talk(&mut watch, 40000);
    watch.finish();
    assert_eq!(watch.notes.to_server, b"\x00\x01question");
    assert_eq!(watch.notes.to_client, b"\x00\x02answer");
    assert_eq!(watch.notes.calls.first().unwrap(), "begin");
    assert_eq!(watch.notes.calls.last().unwrap(), "end");
    let flow = watch.events("flow")[0];
    assert_eq!(flow["src_ip"], "10.0.0.1");
    assert_eq!(flow["src_port"], 40000);
    assert_eq!(flow["dest_port"], 9999);
    assert_eq!(flow["app_proto"], "failed");
    assert_eq!(flow["flow"]["pkts_toserver"], 5);
    assert_eq!(flow["flow"]["pkts_toclient"], 3);
    assert_eq!(flow["flow"]["bytes_toserver"], 5 * 54 + 10);
    assert_eq!(flow["flow"]["bytes_toclient"], 3 * 54 + 8);
    assert_eq!(flow["flow"]["state"], "closed");
    assert_eq!(flow["flow"]["reason"], "shutdown");
    assert_eq!(flow["tcp"]["tcp_flags"], "1b");
    assert_eq!(flow["tcp"]["tcp_flags_tc"], "1b");
    assert_eq!(flow["tcp"]["state"], "closed");
    assert_eq!(watch.tracker.statistics().flows_active, 0);
    assert_eq!(watch.tracker.statistics().memory_bytes, 0);
}

#[test]
fn the_same_frames_give_the_same_events_and_ids_that_json_keeps_exact() {
    let run = || {
        let mut watch = Watch::new(Settings::default());
        for port in 1..200 {
            talk(&mut watch, 40000 + port);
            watch.see(&udp(ends(port, 5000), b"\xff\xfe\x00"));
        }
        watch.wait(40);
        watch.finish();
        watch.notes.events
    };
    let events = run();
    assert_eq!(events, run());
    assert_eq!(events.len(), 199 * 2);
    for event in &events {
        assert!(event["flow_id"].as_u64().unwrap() < 1 << 53);
    }
}

#[test]
fn flows_time_out_by_their_state() {
    // (frames, seconds that it lives at least, seconds after which it is gone)
    let request = ends(1234, 7000);
    let ping = ends(0, 0);
    let syn = tcp(request, SYN, 1, 0, b"");
    let synack = tcp(request.back(), SYN | ACK, 9, 2, b"");
    let ack = tcp(request, ACK, 2, 10, b"");
    let rst = tcp(request, RST, 2, 10, b"");
    let question = udp(request, b"\x01\x02\x03");
    let answer = udp(request.back(), b"\x01\x02\x03");
    let cases: Vec<(Vec<Vec<u8>>, i64)> = vec![
        (vec![syn.clone()], 60),
        (vec![syn.clone(), synack.clone(), ack.clone()], 600),
        (vec![syn, synack, ack, rst], 60),
        (vec![question.clone()], 30),
        (vec![question, answer], 300),
        (vec![icmp(ping, 8, b"")], 30),
        (vec![icmp(ping, 8, b""), icmp(ping.back(), 0, b"")], 300),
    ];
    for (frames, seconds) in cases {
        let mut watch = Watch::new(Settings::default());
        for frame in &frames {
            watch.see(frame);
        }
        watch.wait(seconds);
        assert_eq!(watch.events("flow").len(), 0, "{seconds}");
        watch.wait(1);
        assert_eq!(watch.events("flow").len(), 1, "{seconds}");
        assert_eq!(watch.events("flow")[0]["flow"]["reason"], "timeout");
    }
}

#[test]
fn a_new_connection_with_the_same_ends_is_a_new_flow() {
    let mut watch = Watch::new(Settings::default());
    talk(&mut watch, 40000);
    talk(&mut watch, 40000);
    watch.finish();
    let flows = watch.events("flow");
    assert_eq!(flows.len(), 2);
    assert_eq!(flows[0]["flow"]["reason"], "tcp_reuse");
    assert_ne!(flows[0]["flow_id"], flows[1]["flow_id"]);
}

#[test]
fn at_the_memory_limit_the_flows_idle_for_longest_end_and_it_is_said() {
    let mut watch = Watch::new(Settings {
        memory_bytes_max: 256 * 1024,
        ..Settings::default()
    });
    for port in 1..2000 {
        watch.see(&udp(ends(port, 5000), b"\xff\xfe\x00"));
    }
    let statistics = watch.tracker.statistics();
    assert!(statistics.memory_bytes <= 256 * 1024);
    assert!(statistics.flows_evicted > 0);
    watch.wait(1);
    let flows = watch.events("flow");
    assert_eq!(flows.len() as u64, statistics.flows_evicted);
    assert_eq!(flows[0]["flow"]["reason"], "forced");
    assert_eq!(flows[0]["src_port"], 1);
    let limit = watch.events("limit")[0];
    assert_eq!(limit["limit"]["name"], "flow_memory");
    assert_eq!(limit["limit"]["count"], statistics.flows_evicted);
}

#[test]
fn segments_with_wrong_checksums_are_counted_but_not_followed() {
    for ignore_checksums in [false, true] {
        let mut watch = Watch::new(Settings {
            ignore_checksums,
            ..Settings::default()
        });
        let to_server = ends(40000, 9999);
        let mut bad = tcp(to_server, PSH | ACK, 101, 501, b"evil");
        let last = bad.len() - 1;
        bad[last] ^= 0x55;
        for frame in [
            tcp(to_server, SYN, 100, 0, b""),
            tcp(to_server.back(), SYN | ACK, 500, 101, b""),
            tcp(to_server, ACK, 101, 501, b""),
            bad,
        ] {
            watch.see(&frame);
        }
        let counted = watch.tracker.statistics().checksum_errors;
        assert_eq!(counted, u64::from(!ignore_checksums));
        assert_eq!(
            watch.notes.to_server.len(),
            if ignore_checksums { 4 } else { 0 }
        );
    }
}

#[test]
fn packets_lost_to_the_mirror_are_told_as_a_gap_within_two_seconds() {
    let mut watch = Watch::new(Settings::default());
    let to_server = ends(40000, 9999);
    for frame in [
        tcp(to_server, SYN, 100, 0, b""),
        tcp(to_server.back(), SYN | ACK, 500, 101, b""),
        tcp(to_server, ACK, 101, 501, b""),
        tcp(to_server, ACK, 201, 501, b"rest"),
        tcp(to_server.back(), ACK, 501, 205, b""),
    ] {
        watch.see(&frame);
    }
    assert!(watch.notes.to_server.is_empty());
    watch.wait(2);
    assert_eq!(watch.notes.to_server, b"rest");
    let anomaly = watch.events("anomaly")[0];
    assert_eq!(anomaly["anomaly"]["type"], "stream");
    assert_eq!(anomaly["anomaly"]["event"], "stream.reassembly_seq_gap");
    let statistics = watch.tracker.statistics();
    assert_eq!(
        (statistics.stream_gaps, statistics.stream_gap_bytes),
        (1, 100)
    );
}

#[test]
fn icmp_errors_make_no_flow_and_pings_of_both_directions_make_one() {
    let mut watch = Watch::new(Settings::default());
    let ping = ends(0, 0);
    watch.see(&icmp(ping, 8, b"abc"));
    watch.see(&icmp(ping.back(), 0, b"abc"));
    watch.see(&icmp(ping.back(), 3, b"quoted"));
    watch.finish();
    let flows = watch.events("flow");
    assert_eq!(flows.len(), 1);
    assert_eq!(flows[0]["icmp_type"], 8);
    assert_eq!(flows[0]["response_icmp_type"], 0);
    assert_eq!(flows[0]["flow"]["state"], "established");
    assert!(flows[0].get("src_port").is_none());
}

#[test]
fn an_icmp_error_counts_for_the_flow_that_it_quotes() {
    let mut watch = Watch::new(Settings::default());
    let asks = ends(40_000, 9_999);
    let datagram = udp(asks, b"anybody there?");
    watch.see(&datagram);
    // Header and eight bytes (RFC 792).
    let quote = &datagram[14..14 + 28];
    watch.see(&icmp(asks.back(), 3, quote));
    watch.finish();
    let flows = watch.events("flow");
    assert_eq!(flows.len(), 1);
    assert_eq!(flows[0]["flow"]["pkts_toserver"], 1);
    assert_eq!(flows[0]["flow"]["pkts_toclient"], 1);
    assert_eq!(flows[0]["flow"]["state"], "established");
}

#[test]
fn equal_anomalies_of_a_flow_are_counted_not_written_for_ever() {
    let mut watch = Watch::new(Settings::default());
    let to_server = ends(40000, 9999);
    watch.see(&tcp(to_server, SYN, 100, 0, b""));
    for _ in 0..1000 {
        watch.see(&tcp(to_server.back(), SYN | ACK, 500, 9_999, b""));
    }
    let anomalies = watch.events("anomaly");
    assert_eq!(
        anomalies.len() as u32,
        flow::limits::ANOMALY_EVENTS_PER_FLOW_MAX
    );
    assert_eq!(
        anomalies[0]["anomaly"]["event"],
        "stream.3whs_synack_with_wrong_ack"
    );
    assert!(watch.tracker.statistics().anomaly_events_suppressed > 900);
}

#[test]
fn flows_that_nobody_answers_give_way_before_those_in_progress() {
    let mut watch = Watch::new(Settings {
        memory_bytes_max: 256 * 1024,
        ..Settings::default()
    });
    let asked = ends(40_000, 9_999);
    watch.see(&udp(asked, b"\xff\xfe\x00"));
    watch.see(&udp(asked.back(), b"\xff\xfe\x00"));
    for port in 1..2000 {
        watch.see(&udp(ends(port, 5000), b"\xff\xfe\x00"));
    }
    let statistics = watch.tracker.statistics();
    assert!(statistics.flows_evicted > 0);
    assert_eq!(statistics.flows_evicted_in_progress, 0);
    watch.see(&udp(asked, b"\xff\xfe\x00"));
    watch.finish();
    let in_progress = watch.events("flow").into_iter();
    let mut in_progress = in_progress.filter(|event| event["dest_port"] == 9_999);
    assert_eq!(in_progress.next().unwrap()["flow"]["pkts_toserver"], 2);
}

#[test]
fn under_load_whole_flows_are_left_out_and_counted() {
    let mut watch = Watch::new(Settings::default());
    let (early, late, later) = (ends(1, 5000), ends(2, 5000), ends(3, 5000));
    watch.see(&udp(early, b"\xff\xfe\x00"));
    watch.tracker.set_load(Load::Overload);
    watch.see(&udp(early, b"\xff\xfe\x00"));
    watch.see(&udp(late, b"\xff\xfe\x00"));
    watch.see(&udp(late.back(), b"\xff\xfe\x00"));
    watch.tracker.set_load(Load::Ordinary);
    // What was left out at its beginning stays out.
    watch.see(&udp(late, b"\xff\xfe\x00"));
    watch.see(&udp(later, b"\xff\xfe\x00"));
    let statistics = watch.tracker.statistics();
    assert_eq!((statistics.flows_shed, statistics.packets_shed), (1, 3));
    watch.wait(1);
    let limits: Vec<_> = watch.events("limit").into_iter().cloned().collect();
    assert_eq!(limits[0]["limit"]["name"], "load_new_flows");
    assert_eq!(limits[1]["limit"]["name"], "load_packets");
    assert_eq!(limits[1]["limit"]["count"], 3);
    watch.finish();
    assert_eq!(watch.events("flow").len(), 2);
}

#[test]
fn after_load_a_connection_with_the_same_ends_is_followed() {
    let mut watch = Watch::new(Settings::default());
    watch.tracker.set_load(Load::Overload);
    talk(&mut watch, 40_000);
    watch.tracker.set_load(Load::Ordinary);
    watch.see(&tcp(ends(40_000, 9999), ACK, 112, 510, b""));
    assert_eq!(watch.tracker.statistics().flows_active, 0);
    talk(&mut watch, 40_000);
    let statistics = watch.tracker.statistics();
    assert_eq!((statistics.flows_shed, statistics.flows_active), (1, 1));
}

#[test]
fn under_load_the_tails_of_elephants_are_left_out() {
    let mut watch = Watch::new(Settings::default());
    let to_server = ends(40_000, 9_999);
    for frame in [
        tcp(to_server, SYN, 100, 0, b""),
        tcp(to_server.back(), SYN | ACK, 500, 101, b""),
        tcp(to_server, ACK, 101, 501, b""),
    ] {
        watch.see(&frame);
    }
    watch.tracker.set_load(Load::Heavy);
    let payload = [7; 1400];
    let mut sequence = 101;
    for _ in 0..4000 {
        watch.see(&tcp(to_server, ACK, sequence, 501, &payload));
        sequence += 1400;
    }
    watch.see(&tcp(to_server, FIN | ACK, sequence, 501, b""));
    assert_eq!(watch.tracker.statistics().flows_cut, 1);
    watch.finish();
    let flow = watch.events("flow")[0];
    assert_eq!(flow["flow"]["tail_shed"], true);
    assert_eq!(flow["flow"]["pkts_toserver"], 4003);
    assert_eq!(flow["tcp"]["state"], "close_wait");
}

#[test]
fn flows_may_end_in_steps() {
    let mut watch = Watch::new(Settings::default());
    for port in 1..=50 {
        watch.see(&udp(ends(port, 5000), b"\xff\xfe\x00"));
    }
    let now = event::Timestamp::from_nanos(watch.now * 1_000_000);
    let mut counts = Vec::new();
    for bound in [1 << 51, 1 << 52, u64::MAX] {
        watch
            .tracker
            .finish_below(bound, now, watch.number, &mut watch.notes);
        let ids: Vec<u64> = watch
            .events("flow")
            .iter()
            .map(|event| event["flow_id"].as_u64().unwrap())
            .collect();
        assert!(ids.iter().all(|id| *id < bound) && ids.is_sorted());
        counts.push(ids.len());
    }
    assert!(0 < counts[0] && counts[0] < counts[1] && counts[2] == 50);
}

#[test]
fn a_request_in_two_readings_is_read_in_both() {
    let mut watch = Watch::new(Settings::default());
    let to_server = ends(40_000, 80);
    for frame in [
        tcp(to_server, SYN, 100, 0, b""),
        tcp(to_server.back(), SYN | ACK, 500, 101, b""),
        tcp(to_server, ACK, 101, 501, b""),
        tcp(
            to_server,
            PSH | ACK,
            111,
            501,
            b"d HTTP/1.1\r\nHost: a.example\r\n\r\n",
        ),
        tcp(to_server, PSH | ACK, 101, 501, b"GET /innoc"),
        tcp(to_server, PSH | ACK, 101, 501, b"GET /wicke"),
    ] {
        watch.see(&frame);
    }
    watch.finish();
    let sides = watch.notes.calls.iter().filter(|call| *call == "side");
    assert_eq!(sides.count(), 2);
    // The log has one request, and the anomaly.
    assert_eq!(watch.events("http").len(), 1);
    assert_eq!(
        watch.events("anomaly")[0]["anomaly"]["event"],
        "stream.reassembly_overlap_different_data"
    );
}

#[test]
fn connections_of_which_one_side_arrives_are_counted_apart() {
    let mut watch = Watch::new(Settings::default());
    talk(&mut watch, 40000);
    let asks = |watch: &mut Watch, port: u16, frames: &[(u8, u32)]| {
        for (flags, sequence) in frames {
            watch.see(&tcp(ends(port, 443), *flags, *sequence, 501, b""));
        }
    };
    // The client's side alone, the server's side alone, then who is not answered, and a late reset.
    asks(
        &mut watch,
        40001,
        &[(SYN, 100), (ACK, 101), (PSH | ACK, 101)],
    );
    for (flags, sequence) in [(SYN | ACK, 500), (ACK, 501), (PSH | ACK, 501)] {
        watch.see(&tcp(ends(40002, 443).back(), flags, sequence, 101, b""));
    }
    // The echo of a scan with a borrowed address.
    watch.see(&tcp(ends(40005, 443).back(), SYN | ACK, 500, 101, b""));
    asks(&mut watch, 40003, &[(SYN, 100), (SYN, 100)]);
    asks(&mut watch, 40004, &[(RST | ACK, 100)]);
    watch.finish();
    let sides = watch.tracker.statistics().sides;
    assert_eq!((sides.both, sides.one), (1, 2));
}
