//! Rules and packets in, alerts out.

mod hooks;
mod occasions;
mod remembered;
mod talk;
mod windows;

use detect::rule::{Collection, Variables};
use detect::signature::{Ruleset, Settings};
use proptest::prelude::*;
use talk::Talk;

/// Rules whose sid says what must happen: 1 to 99 alert, 100 and above stay silent.
#[track_caller]
fn check(talk: &Talk, rules: &[&str]) {
    for (number, rule) in (1..).zip(rules) {
        let (rule, wanted) = match rule.strip_prefix("not ") {
            Some(rule) => (rule, vec![]),
            None => (*rule, vec![number]),
        };
        let rule = rule.replacen(";)", &format!("; sid:{number};)"), 1);
        assert_eq!(talk.sids(&rule), wanted, "{rule}");
    }
}

#[test]
fn headers_of_packets() {
    let mut talk = Talk::new(40_000, 7_777);
    talk.datagram(true, b"hello world");
    check(
        &talk,
        &[
            "alert udp any any -> any any (msg:\"x\";)",
            "alert ip any any -> any any (msg:\"x\";)",
            "not alert tcp any any -> any any (msg:\"x\";)",
            "alert udp $HOME_NET any -> $EXTERNAL_NET 7777 (msg:\"x\";)",
            "not alert udp $EXTERNAL_NET any -> $HOME_NET any (msg:\"x\";)",
            "alert udp $EXTERNAL_NET any <> $HOME_NET any (msg:\"x\";)",
            "not alert udp any any -> any !7777 (msg:\"x\";)",
            "alert udp any 1024: -> any [1:100,7000:8000,!7778] (msg:\"x\";)",
            "alert udp [10.0.0.0/8,!10.1.0.0/16] any -> any any (msg:\"x\";)",
            "alert udp any any -> any any (dsize:11;)",
            "not alert udp any any -> any any (dsize:>11;)",
            "alert udp any any -> any any (ttl:64;)",
            "not alert udp any any -> any any (ttl:<64;)",
            "alert ip any any -> any any (ip_proto:17;)",
            "not alert udp any any -> any any (sameip;)",
            "alert udp any any -> any any (id:4660;)",
            "alert udp any any -> any any (fragbits:D;)",
            "alert udp any any -> any any (content:\"world\"; offset:6; depth:5;)",
            "not alert udp any any -> any any (content:\"hello\"; offset:1;)",
            "not alert udp any any -> any any (flow:established; content:\"hello\";)",
            "alert udp any any -> any any (flow:to_server; content:\"hello\";)",
        ],
    );
}

#[test]
fn flags_and_icmp() {
    let mut talk = Talk::new(40_000, 80);
    talk.segment(true, 2, b"");
    check(
        &talk,
        &[
            "alert tcp any any -> any 80 (flags:S;)",
            "not alert tcp any any -> any 80 (flags:SA;)",
            "alert tcp any any -> any 80 (flags:S+;)",
            "not alert tcp any any -> any 80 (flags:A;)",
            "alert tcp any any -> any 80 (tcp.seq:1000;)",
            "alert tcp any any -> any 80 (tcp.window:8192;)",
            "alert tcp any any -> any 80 (flow:not_established; flags:S;)",
        ],
    );
    let mut talk = Talk::new(0, 0);
    talk.echo_request(b"abcdefgh");
    check(
        &talk,
        &[
            "alert icmp any any -> any any (itype:8; icode:0;)",
            "not alert icmp any any -> any any (itype:0;)",
            "alert icmp any any -> any any (icmp_id:7; icmp_seq:1;)",
            "alert icmp any any -> any any (content:\"abc\"; depth:3;)",
        ],
    );
}

#[test]
fn streams_are_read_across_segments_and_alert_once() {
    let mut talk = Talk::tcp(40_000, 4_444);
    talk.ask(b"first ha")
        .ask(b"lf and seco")
        .ask(b"nd half")
        .answer(b"fine")
        .close();
    check(
        &talk,
        &[
            "alert tcp any any -> any any (content:\"first half\";)",
            "alert tcp any any -> any any (content:\"half\"; content:\"second\"; distance:0;)",
            "not alert tcp-pkt any any -> any any (content:\"first half\";)",
            "alert tcp-pkt any any -> any any (content:\"first ha\";)",
            "alert tcp any any -> any any (content:\"first\"; depth:5;)",
            "alert tcp any any -> any any (flow:established,to_client; content:\"fine\";)",
            "not alert tcp any any -> any any (flow:to_server; content:\"fine\";)",
            "not alert tcp any any -> any any (flow:only_stream,to_client; content:\"first\";)",
            "alert tcp any any -> any any (content:\"seco\"; dsize:11;)",
            "not alert tcp any any -> any any (content:\"second\"; dsize:11;)",
            "alert tcp-stream any any -> any any (content:\"second\";)",
        ],
    );
    // The same words again are another alert.
    let mut talk = Talk::tcp(40_000, 4_444);
    talk.ask(b"word ").ask(b"then word").close();
    assert_eq!(
        talk.sids("alert tcp any any -> any any (content:\"word\"; sid:1;)"),
        [1, 1]
    );
}

fn browse() -> Talk {
    let mut talk = Talk::tcp(40_000, 80);
    talk.ask(b"GET /index.php?id=7 HTTP/1.1\r\nHost: www.evil.example\r\nUser-Agent: Tester/1.0\r\nX-One: a\r\n\r\n");
    talk.answer(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\nhello <world>",
    );
    talk.close();
    talk
}

#[test]
fn transactions() {
    check(
        &browse(),
        &[
            "alert http any any -> any any (http.uri; content:\"/index.php\"; startswith; content:\"id=\"; distance:0;)",
            "not alert http any any -> any any (http.uri; content:\"evil\";)",
            "alert http any any -> any any (http.host; dotprefix; content:\".evil.example\"; endswith;)",
            "alert http any any -> any any (http.host; content:\"www.evil.example\"; bsize:16;)",
            "not alert http any any -> any any (http.host; content:\"www.evil.example\"; bsize:17;)",
            "alert http any any -> any any (http.method; content:\"GET\"; http.user_agent; content:\"Tester\";)",
            "alert http any any -> any any (flow:established,to_client; http.stat_code; content:\"200\";)",
            "not alert http any any -> any any (flow:established,to_server; file.data; content:\"world\";)",
            "alert http any any -> any any (flow:to_client; file.data; content:\"<world>\"; endswith;)",
            "alert http any any -> any any (urilen:15;)",
            "not alert http any any -> any any (urilen:>15;)",
            "alert tcp any any -> any 80 (http.uri; pcre:\"/id=[0-9]+$/\";)",
            "alert http any any -> any any (http.header_names; content:\"|0d 0a|X-One|0d 0a|\";)",
            "not alert http any any -> any any (http.referer; content:!\"x\";)",
            "alert http any any -> any any (http.referer; absent;)",
            "alert http any any -> any any (http.uri; to_md5; bsize:16;)",
            "alert http any any -> any any (http.method; content:\"GET\"; ttl:64;)",
            "not alert http any any -> any any (http.method; content:\"GET\"; ttl:63;)",
            "alert http any any -> any any (http.method; content:\"GET\"; pkt_data; content:\"X-One\";)",
            "alert http any any -> any any (content:\"X-One: a\";)",
            "not alert tls any any -> any any (content:\"X-One: a\";)",
            "alert tcp any any -> any any (flow:to_server; app-layer-protocol:http; content:\"X-One: a\";)",
        ],
    );
}

#[test]
fn alerts_say_what_eve_says() {
    let rule = "alert http $HOME_NET any -> any any (msg:\"M\"; flow:to_server; http.method; content:\"GET\"; \
                classtype:trojan-activity; reference:url,example.com; metadata:tag A, tag B, stage C; sid:7; rev:3;)";
    let talk = browse();
    let events = talk.events(rule);
    let event = &events[0];
    let text = |path: &str| event.text(path).unwrap_or_else(|| panic!("{path}"));
    assert_eq!(text("alert.signature"), "M");
    assert_eq!(text("alert.category"), "A Network Trojan was detected");
    assert_eq!(event.number("alert.severity"), Some(1));
    assert_eq!(event.number("alert.rev"), Some(3));
    assert_eq!(text("http.hostname"), "www.evil.example");
    assert_eq!(text("direction"), "to_server");
    assert_eq!(event.app_proto, Some("http"));
    assert_eq!(event.tx_id, Some(0));
    let json = serde_json::to_string(event).unwrap();
    assert!(
        json.contains(r#""metadata":{"tag":["A","B"],"stage":["C"]}"#),
        "{json}"
    );
}

#[test]
fn flow_bits_and_counters() {
    let set = "alert http any any -> any any (flow:to_server; http.method; content:\"GET\"; flowbits:set,got; \
               flowbits:noalert; sid:1;)\n";
    let ask = |options: &str| {
        browse().sids(&format!("{set}alert http any any -> any any (flow:to_client; http.stat_code; content:\"200\"; {options} sid:2;)"))
    };
    assert_eq!(ask("flowbits:isset,got;"), [2]);
    assert_eq!(ask("flowbits:isset,other;"), [] as [u32; 0]);
    assert_eq!(ask("flowbits:isset,other|got;"), [2]);
    assert_eq!(ask("flowbits:isnotset,got;"), [] as [u32; 0]);
    assert_eq!(ask("flowbits:isnotset,other;"), [2]);
    let mut talk = Talk::tcp(40_000, 4_444);
    talk.ask(b"hit ").ask(b"hit ").ask(b"hit ").close();
    let rules = "alert tcp any any -> any any (content:\"hit\"; flowint:n,+,1; noalert; sid:1;)\n\
                 alert tcp any any -> any any (content:\"hit\"; flowint:n,isset; flowint:n,==,2; sid:2;)";
    assert_eq!(talk.sids(rules), [2]);
}

#[test]
fn order_and_pass() {
    let mut talk = Talk::new(40_000, 7_777);
    talk.datagram(true, b"hello");
    let rules = "alert udp any any -> any any (content:\"hello\"; priority:3; sid:1;)\n\
                 alert udp any any -> any any (content:\"hello\"; priority:1; sid:2;)\n\
                 drop udp any any -> any any (content:\"hello\"; priority:9; sid:3;)";
    assert_eq!(talk.sids(rules), [3, 2, 1]);
    let pass = format!("{rules}\npass udp any any -> any 7777 (content:\"hello\"; sid:4;)");
    assert_eq!(talk.sids(&pass), [] as [u32; 0]);
    let other = format!("{rules}\npass udp any any -> any 7778 (content:\"hello\"; sid:4;)");
    assert_eq!(talk.sids(&other), [3, 2, 1]);
}

#[test]
fn thresholds_and_filters() {
    let mut talk = Talk::new(40_000, 7_777);
    for _ in 0..6 {
        talk.datagram(true, b"hello");
    }
    talk.wait_seconds(100).datagram(true, b"hello");
    let count = |options: &str| {
        talk.sids(&format!(
            "alert udp any any -> any any (content:\"hello\"; {options} sid:1;)"
        ))
        .len()
    };
    for (options, wanted) in [
        ("", 7),
        (
            "threshold:type limit, track by_src, count 2, seconds 60;",
            3,
        ),
        (
            "threshold:type threshold, track by_src, count 3, seconds 60;",
            2,
        ),
        ("threshold:type both, track by_dst, count 2, seconds 60;", 1),
        (
            "threshold:type both, track by_rule, count 1, seconds 60;",
            2,
        ),
        ("detection_filter:track by_src, count 4, seconds 60;", 2),
        (
            "threshold:type backoff, track by_flow, count 1, multiplier 2;",
            3,
        ),
        ("xbits:isset,seen,track ip_src;", 0),
        ("xbits:isnotset,seen,track ip_src;", 7),
        ("hostbits:isnotset,seen; hostbits:set,seen,src,50;", 2),
    ] {
        assert_eq!(count(options), wanted, "{options}");
    }
    let rules = "alert udp any any -> any any (content:\"hello\"; xbits:set,seen,track ip_pair,expire 10; noalert; sid:1;)\n\
                 alert udp any any -> any any (content:\"hello\"; xbits:isset,seen,track ip_pair; sid:2;)";
    assert_eq!(talk.sids(rules).len(), 7);
}

#[test]
fn an_alert_says_where_its_rule_found_something() {
    let mut talk = Talk::new(40_000, 4_444);
    let mut sent = vec![b'.'; 1_000];
    sent.extend(b"first then second");
    talk.datagram(true, &sent);
    let rules = "alert udp any any -> any any (content:\"first\"; content:\"second\"; distance:1; pcre:\"/th.n/\"; sid:1;)";
    let events = talk.events(rules);
    let json = serde_json::to_string(&events[0]).unwrap();
    // What is shown begins a little before the first place.
    let places = r#""payload_offset":936,"matched":[{"offset":1000,"length":5},{"offset":1011,"length":6},{"offset":1006,"length":4}]"#;
    assert!(json.contains(places), "{json}");
    assert!(json.contains(r#"first then second""#), "{json}");
}

#[test]
fn an_alert_says_where_its_rule_found_something_in_a_transaction() {
    let mut talk = Talk::tcp(40_000, 80);
    let path = format!("/{}/admin?id=1", "a".repeat(600));
    let request = format!("GET {path} HTTP/1.1\r\nHost: www.example\r\nUser-Agent: nosy\r\n\r\n");
    talk.ask(request.as_bytes());
    talk.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    talk.close();
    // A buffer in which something is asked for its length alone has no places; neither have silent rules any.
    let rules = "alert http any any -> any any (http.uri; content:\"/admin\"; content:\"id=\"; distance:1; \
                 http.host; content:\"www\"; startswith; http.user_agent; bsize:4; sid:1;)\n\
                 alert http any any -> any any (http.user_agent; to_uppercase; content:\"NOSY\"; sid:2;)";
    let events = talk.events(rules);
    let mut told: Vec<String> = events
        .iter()
        .map(|event| {
            let json = serde_json::to_value(event).unwrap();
            assert_eq!(json["matched"], serde_json::Value::Null);
            json["matched_buffers"].to_string()
        })
        .collect();
    told.sort();
    assert_eq!(told.len(), 2);
    let uri: serde_json::Value = serde_json::from_str(&told[0]).unwrap();
    assert_eq!(uri[0]["buffer"], "http.uri");
    assert_eq!(uri[0]["length"], 612);
    assert_eq!(uri[0]["excerpt_offset"], 537);
    assert_eq!(
        uri[0]["matched"].to_string(),
        r#"[{"length":6,"offset":601},{"length":3,"offset":608}]"#
    );
    let shown = uri[0]["excerpt_printable"].as_str().unwrap();
    assert!(shown.ends_with("aa/admin?id=1"), "{shown}");
    assert_eq!(uri[1]["buffer"], "http.host");
    assert_eq!(uri.as_array().unwrap().len(), 2);
    let agent = r#"[{"buffer":"http.user_agent","excerpt":"Tk9TWQ==","excerpt_offset":0,"excerpt_printable":"NOSY","length":4,"matched":[{"length":4,"offset":0}]}]"#;
    assert_eq!(told[1], agent);
}

#[test]
fn what_cannot_run_is_named() {
    let mut collection = Collection::default();
    collection.read(
        "test",
        b"alert msn any any -> any any (content:\"x\"; sid:1;)\n\
          alert tcp $NOBODY any -> any any (content:\"x\"; sid:2;)\n\
          alert tcp any any -> any any (content:\"x\"; geoip:any,JP; sid:3;)\n\
          alert tcp any any -> any any (content:\"x\"; sid:4;)\n",
    );
    let rules = collection.rules.iter().map(|placed| &placed.rule);
    let (ruleset, refused) = Ruleset::compile(rules, &Variables::default(), &Settings::default());
    let named: Vec<(u32, &str)> = refused
        .iter()
        .map(|rule| (rule.sid, rule.missing.as_str()))
        .collect();
    assert_eq!(named, [(1, "msn"), (2, "$NOBODY"), (3, "geoip")]);
    assert_eq!((ruleset.len(), ruleset.summary().refused), (1, 3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// However a text is cut into segments, a rule over the stream finds it, once.
    #[test]
    fn cuts_do_not_matter(cuts in proptest::collection::vec(0..60_usize, 0..8)) {
        let text = b"leading bytes, then the needle and the thread behind it ...";
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.sort_unstable();
        let mut talk = Talk::tcp(40_000, 4_444);
        let mut from = 0;
        for to in cuts.into_iter().chain([text.len()]) {
            if to > from {
                talk.ask(&text[from..to]);
            }
            from = to;
        }
        talk.close();
        let rule = "alert tcp any any -> any any (content:\"needle\"; content:\"thread\"; distance:1; within:20; sid:1;)";
        prop_assert_eq!(talk.sids(rule), [1]);
    }

    /// Rules of every kind survive any packet.
    #[test]
    fn any_payload_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), port in prop_oneof![Just(80_u16), Just(53), Just(443)]) {
        let rules = "alert ip any any -> any any (content:\"a\"; byte_jump:1,0,relative; content:\"b\"; distance:-9; sid:1;)\n\
                     alert http any any -> any any (http.uri; pcre:\"/(a|b)*c/\"; sid:2;)\n\
                     alert dns any any -> any any (dns.query; dotprefix; content:\".a\"; sid:3;)\n\
                     alert tls any any -> any any (tls.sni; content:\"a\"; sid:4;)";
        let mut talk = Talk::tcp(40_000, port);
        talk.ask(&bytes).answer(&bytes).close().datagram(true, &bytes).datagram(false, &bytes);
        let _ = talk.sids(rules);
    }
}

#[test]
fn mail_and_transfers() {
    let mut talk = Talk::tcp(40_000, 25);
    talk.answer(b"220 mail.example ESMTP\r\n")
        .ask(b"EHLO me\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n")
        .answer(b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n")
        .ask(
            b"Subject: hello\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n\
              http://a.example/b\r\n--x\r\nContent-Disposition: attachment; filename=\"a.exe\"\r\n\
              Content-Transfer-Encoding: base64\r\n\r\nTVogbm8h\r\n--x--\r\n.\r\n",
        )
        .answer(b"250 ok\r\n");
    check(
        &talk,
        &[
            "alert smtp any any -> any 25 (smtp.helo; content:\"me\"; bsize:2;)",
            "alert smtp any any -> any any (smtp.mail_from; content:\"<a@\"; startswith;)",
            "alert smtp any any -> any any (smtp.rcpt_to; content:\"b@example.com\";)",
            "alert smtp any any -> any any (email.subject; content:\"hello\"; bsize:5;)",
            "alert smtp any any -> any any (email.url; content:\"a.example/b\";)",
            "alert smtp any any -> any any (file.data; content:\"MZ no!\";)",
            "alert smtp any any -> any any (file.name; content:\"a.exe\";)",
            "alert smtp any any -> any any (fileext:\"exe\";)",
            "alert tcp any any -> any any (flow:to_server; file_data; content:\"MZ\"; startswith;)",
            "not alert smtp any any -> any any (file.data; content:\"a.example\";)",
            "not alert ftp any any -> any any (content:\"EHLO\";)",
        ],
    );
    let mut talk = Talk::tcp(40_000, 21);
    talk.answer(b"220 files\r\n")
        .ask(b"USER joe\r\n")
        .answer(b"230 in\r\n")
        .ask(b"PORT 10,9,9,9,19,136\r\n")
        .answer(b"200 ok\r\n");
    check(
        &talk,
        &[
            "alert ftp any any -> any any (ftp.command; content:\"USER\";)",
            "alert ftp any any -> any any (ftp.command; content:\"USER\"; ftp.command_data; content:\"joe\";)",
            "alert ftp any any -> any any (ftp.reply; content:\"in\"; bsize:2;)",
            "alert ftp any any -> any any (ftp.completion_code; content:\"200\";)",
            "alert ftp any any -> any any (flow:to_server; ftp.mode:active;)",
            "alert ftp any any -> any any (flow:to_client; ftp.dynamic_port:5000;)",
            "alert ftp any any -> any any (flow:to_client; ftp.reply_received:true; ftp.completion_code; content:\"230\";)",
            "alert tcp any any -> any 21 (ftpbounce;)",
            "not alert ftp any any -> any any (ftp.mode:passive;)",
        ],
    );
}
