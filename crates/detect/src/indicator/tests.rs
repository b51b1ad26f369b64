use super::{Hit, IndicatorKind, Indicators, LoadReport};
use event::{Endpoint, Event, Record, Timestamp};
use proptest::prelude::*;

fn read(text: &str) -> (Indicators, LoadReport) {
    let mut indicators = Indicators::default();
    let mut report = LoadReport::default();
    indicators
        .read("test", text.as_bytes(), &mut report)
        .unwrap();
    (indicators, report)
}

fn event(kind: &'static str, body: &str) -> Event {
    let mut event = Event::new(Timestamp::default(), kind);
    event.body = serde_json::from_str::<Record>(body).unwrap();
    event
}

fn found(hits: &[Hit]) -> Vec<(&'static str, &str, &'static str)> {
    hits.iter()
        .map(|hit| (hit.kind.name(), hit.value.as_str(), hit.place))
        .collect()
}

#[test]
fn reads_the_usual_lists() {
    let (indicators, report) = read(
        "# comment\n; another\n\n203.0.113.7\n198.51.100.0/24\t10\n192.0.2.1:8080 # note\nevil.example\n*.bad.test\n\
         hxxp://evil[.]example2.org/gate.php?x=1\nhttp://203.0.113.9\n900150983cd24fb0d6963f7d28e17f72,\"tool\"\n\
         t13d1516h2_8daaf6152771_b186095e22b6\nnot an indicator!\ncom\nco.jp\n10.0.0.1\n0.0.0.0/0\n/path/only\n",
    );
    assert_eq!(
        (report.entries, report.reserved, report.too_broad),
        (9, 1, 4),
        "{report:?}"
    );
    assert_eq!(report.bad, 1, "{report:?}");
    assert_eq!(indicators.len(), 9);
}

#[test]
fn a_header_names_the_column() {
    let (indicators, report) = read(
        "fingerprint, ipaddr, port\n0008D9640FE4947F73E355F67E20C2D290BBC72C, 203.0.113.5, 444\n",
    );
    assert_eq!(report.entries, 1);
    let end = Endpoint::new("203.0.113.5".parse().unwrap(), 9);
    let hit = indicators.match_endpoint(end, "dest_ip").unwrap();
    assert_eq!(
        hit.context.as_deref(),
        Some("0008D9640FE4947F73E355F67E20C2D290BBC72C, 444")
    );
}

#[test]
fn events_of_every_kind_hit() {
    let (indicators, _) = read(
        "203.0.113.0/24\n192.0.2.1:8080\nevil.example\nhttp://files.test/a/b.exe\n900150983cd24fb0d6963f7d28e17f72\n\
         t13d1516h2_8daaf6152771_b186095e22b6\na9993e364706816aba3e25717850c26c9cd0d89d\n",
    );
    let check = |kind, body: &str, wanted: &[(&str, &str, &str)]| {
        let hits = indicators.match_event(&event(kind, body));
        assert_eq!(found(&hits), wanted, "{body}");
    };
    let name = [("domain", "evil.example", "dns.queries.rrname")];
    check(
        "dns",
        r#"{"dns":{"queries":[{"rrname":"a.b.Evil.example"}]}}"#,
        &name,
    );
    check(
        "dns",
        r#"{"dns":{"queries":[{"rrname":"notevil.example"}]}}"#,
        &[],
    );
    let address = [("address", "203.0.113.0/24", "dns.answers.rdata")];
    check(
        "dns",
        r#"{"dns":{"answers":[{"rrname":"x.test","rdata":"203.0.113.9"}]}}"#,
        &address,
    );
    let url = [("url", "files.test/a/b.exe", "http.url")];
    check(
        "http",
        r#"{"http":{"hostname":"Files.test","url":"/a/b.exe?id=3"}}"#,
        &url,
    );
    check(
        "tls",
        r#"{"tls":{"sni":"evil.example"}}"#,
        &[("domain", "evil.example", "tls.sni")],
    );
    let ja3 = [("ja3", "900150983cd24fb0d6963f7d28e17f72", "tls.ja3.hash")];
    check(
        "tls",
        r#"{"tls":{"ja3":{"hash":"900150983cd24fb0d6963f7d28e17f72"}}}"#,
        &ja3,
    );
    let ja4 = [("ja4", "t13d1516h2_8daaf6152771_b186095e22b6", "tls.ja4")];
    check(
        "tls",
        r#"{"tls":{"ja4":"t13d1516h2_8daaf6152771_b186095e22b6"}}"#,
        &ja4,
    );
    let certificate = [(
        "certificate",
        "a9993e364706816aba3e25717850c26c9cd0d89d",
        "tls.fingerprint",
    )];
    check(
        "tls",
        r#"{"tls":{"fingerprint":"a9:99:3e:36:47:06:81:6a:ba:3e:25:71:78:50:c2:6c:9c:d0:d8:9d"}}"#,
        &certificate,
    );
    let file = [(
        "file_hash",
        "900150983cd24fb0d6963f7d28e17f72",
        "fileinfo.md5",
    )];
    check(
        "fileinfo",
        r#"{"fileinfo":{"md5":"900150983cd24fb0d6963f7d28e17f72"}}"#,
        &file,
    );
}

#[test]
fn flows_hit_by_address_and_port() {
    let (indicators, _) = read("192.0.2.1:8080\n203.0.113.0/24\n2001:db8::/32\n");
    let hit = |ip: &str, port| {
        let mut flow = Event::new(Timestamp::default(), "flow");
        flow.source = Some(Endpoint::new("10.0.0.1".parse().unwrap(), 50_000));
        flow.dest = Some(Endpoint::new(ip.parse().unwrap(), port));
        indicators
            .match_event(&flow)
            .into_iter()
            .map(|hit| (hit.kind, hit.value))
            .next()
    };
    assert_eq!(
        hit("192.0.2.1", 8080),
        Some((IndicatorKind::Address, "192.0.2.1:8080".to_owned()))
    );
    assert_eq!(hit("192.0.2.1", 80), None);
    assert_eq!(
        hit("203.0.113.200", 1),
        Some((IndicatorKind::Address, "203.0.113.0/24".to_owned()))
    );
    assert_eq!(
        hit("2001:db8::1", 1),
        Some((IndicatorKind::Address, "2001:db8::/32".to_owned()))
    );
}

#[test]
fn a_file_that_is_not_there_is_reported() {
    let (indicators, report) = Indicators::load(["/nonexistent/list.txt"]);
    assert!(indicators.is_empty());
    assert_eq!(report.unreadable.len(), 1);
}

proptest! {
    #[test]
    fn any_list_is_survived(text in "(?s).{0,300}") {
        let (indicators, _) = read(&text);
        let _ = indicators.match_event(&event("tls", r#"{"tls":{"sni":"evil.example"}}"#));
    }
}
