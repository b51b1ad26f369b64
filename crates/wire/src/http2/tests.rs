use super::fields::HTTP2;
use super::parser::{MAGIC, flag, kind};
use crate::protocol::Direction::{self, ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Recorder, check_pieces, split, whole};
use proptest::prelude::*;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    [head, payload.to_vec()].concat()
}

/// Literal fields without a place in the table.
fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in fields {
        bytes.push(0);
        for text in [name, value] {
            let length = u8::try_from(text.len()).unwrap();
            assert!(length < 127);
            bytes.push(length);
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    bytes
}

fn headers(stream: u32, ends: bool, fields: &[(&str, &str)]) -> Vec<u8> {
    let end = if ends { flag::END_STREAM } else { 0 };
    frame(
        kind::HEADERS,
        flag::END_HEADERS | end,
        stream,
        &block(fields),
    )
}

fn data(stream: u32, ends: bool, bytes: &[u8]) -> Vec<u8> {
    frame(kind::DATA, u8::from(ends), stream, bytes)
}

const GET: &[(&str, &str)] = &[
    (":method", "GET"),
    (":path", "/a%20b/../c?d"),
    (":authority", "User@Example.ORG:8080"),
    ("user-agent", "test"),
    ("cookie", "a=1"),
    ("cookie", "b=2"),
];

fn to_server(frames: &[Vec<u8>]) -> Vec<u8> {
    [MAGIC.to_vec(), frames.concat()].concat()
}

fn tell(client: &[Vec<u8>], server: &[Vec<u8>]) -> Recorder {
    let (client, server) = (to_server(client), server.concat());
    let feeds: [(Direction, &[u8]); 2] = [(ToServer, &client), (ToClient, &server)];
    check_pieces(&HTTP2, &feeds);
    whole(&HTTP2, &feeds)
}

#[test]
fn a_request_and_its_answer_are_one_transaction() {
    let found = tell(
        &[
            frame(kind::SETTINGS, 0, 0, &[0, 2, 0, 0, 0, 0]),
            headers(1, true, GET),
            frame(kind::WINDOW_UPDATE, 0, 1, &[0, 0, 1, 0]),
        ],
        &[
            frame(kind::SETTINGS, flag::ACK, 0, &[]),
            headers(1, false, &[(":status", "100")]),
            headers(
                1,
                false,
                &[
                    (":status", "200"),
                    ("content-type", "text/html; x"),
                    ("server", "s"),
                ],
            ),
            frame(kind::DATA, flag::PADDED, 1, b"\x02hello\0\0"),
            headers(1, true, &[("x-trailer", "t")]),
        ],
    );
    for (name, expected) in [
        ("http.uri", &["/c?d"][..]),
        ("http.uri.raw", &["/a%20b/../c?d"]),
        ("http.host", &["example.org"]),
        ("http.host.raw", &["User@Example.ORG:8080"]),
        ("http.cookie", &["a=1; b=2"]),
        ("http.stat_code", &["200", "200"]),
        ("http.response_body", &["hello"]),
        ("file.data", &["hello"]),
        ("http2.settings.enable_push", &["0"]),
        ("http2.window", &["256"]),
    ] {
        assert_eq!(found.buffer(name), expected, "{name}");
    }
    assert_eq!(
        found.buffer("http.request_header")[0..2],
        [":method: GET", ":path: /a%20b/../c?d"]
    );
    assert_eq!(found.anomalies(), ["userinfo_in_uri"]);
    assert_eq!(found.with("file "), ["1< `/c?d` 5 bytes complete: hello"]);
    assert_eq!(
        found.events()[0],
        "http 0: version=2 request_headers=[ ] response_headers=[ ] http2={ stream_id=0 \
         request={ settings=[ { settings_id=SETTINGSENABLEPUSH settings_value=0 ] ] ] response={ ] ]"
    );
    let event = found.with("event http 1: ")[0];
    assert!(event.starts_with("version=2 request_headers=[ { name=:method value=GET ]"));
    assert!(event.ends_with(
        "hostname=example.org http_port=8080 http_method=GET url=/a%20b/../c?d http_user_agent=test \
         http_content_type=text/html status=200 http2={ stream_id=1 request={ ] response={ ] ]"
    ));
}

#[test]
fn forms_codings_and_pushed_answers_are_understood() {
    let gzip =
        crate::testing::unhex("1f8b0800000000000003cb48cdc9c95728cf2fca49010085114a0d0b000000");
    let mut promise = 2u32.to_be_bytes().to_vec();
    promise.extend(block(&[(":method", "GET"), (":path", "/pushed")]));
    let found = tell(
        &[
            headers(
                1,
                false,
                &[(":method", "POST"), (":path", "/up"), (":authority", "h")],
            ),
            data(1, false, b"some "),
            data(1, true, b"body"),
        ],
        &[
            frame(kind::PUSH_PROMISE, flag::END_HEADERS, 1, &promise),
            headers(
                1,
                false,
                &[(":status", "200"), ("content-encoding", "gzip")],
            ),
            headers(2, false, &[(":status", "200")]),
            data(2, true, b"pushed"),
            data(1, true, &gzip),
        ],
    );
    assert_eq!(found.buffer("http.request_body"), ["some body"]);
    assert_eq!(
        found.buffer("http.response_body"),
        ["pushed", "hello world"]
    );
    assert_eq!(found.buffer("http.uri"), ["/up", "/pushed"]);
    assert!(found.anomalies().is_empty(), "{:?}", found.anomalies());
}

#[test]
fn errors_that_come_late_are_told_by_themselves() {
    let found = tell(
        &[
            headers(1, true, GET),
            frame(kind::RST_STREAM, 0, 1, &[0, 0, 0, 8]),
            frame(kind::GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 2]),
        ],
        &[],
    );
    assert_eq!(found.buffer("http2.errorcode"), ["8", "2"]);
    assert_eq!(found.buffer("http.uri").len(), 1);
    assert!(found.with("event http 0: ")[0].contains("request={ error_code=CANCEL"));
    assert!(found.with("event http ")[1].contains("request={ error_code=INTERNALERROR"));
}

#[test]
fn dns_in_http_is_told_as_both() {
    // A question for www.example.com.
    let question = "AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB";
    let bytes = super::carried::from_base64(question.as_bytes()).unwrap();
    let path = format!("/dns-query?dns={question}");
    let found = tell(
        &[
            headers(1, true, &[(":method", "GET"), (":path", &path)]),
            headers(
                3,
                false,
                &[
                    (":method", "POST"),
                    (":path", "/"),
                    ("content-type", "application/dns-message"),
                ],
            ),
            data(3, true, &bytes),
        ],
        &[],
    );
    assert_eq!(
        found.buffer("dns.query"),
        ["www.example.com", "www.example.com"]
    );
}

#[test]
fn what_is_odd_is_named() {
    let get = headers(1, true, GET);
    let endless = frame(kind::HEADERS, 0, 1, &block(GET));
    let flood: Vec<Vec<u8>> = std::iter::once(endless)
        .chain((0..70).map(|_| frame(kind::CONTINUATION, 0, 1, b"")))
        .collect();
    let reset: Vec<Vec<u8>> = (0..120u32)
        .flat_map(|number| {
            let stream = number * 2 + 1;
            [
                headers(stream, true, &[(":method", "GET")]),
                frame(kind::RST_STREAM, 0, stream, &[0, 0, 0, 8]),
            ]
        })
        .collect();
    let long = vec![0; 70_000];
    let cases: &[(Vec<Vec<u8>>, &[&str])] = &[
        (
            vec![frame(kind::PING, 0, 0, b"1234")],
            &["invalid_frame_length"],
        ),
        (vec![data(0, false, b"x")], &["data_stream_zero"]),
        (
            vec![frame(kind::DATA, flag::PADDED, 1, &[9, 1])],
            &["invalid_frame_data"],
        ),
        (
            vec![get.clone(), frame(kind::RST_STREAM, 0, 1, &[0; 4]), get],
            &["userinfo_in_uri", "stream_id_reuse", "userinfo_in_uri"],
        ),
        (
            vec![frame(kind::CONTINUATION, 0, 1, b"")],
            &["invalid_frame_data"],
        ),
        (vec![frame(kind::GOAWAY, 0, 0, &long)], &["long_frame_data"]),
        (vec![frame(0x77, 0, 0, &long)], &["invalid_frame_header"]),
        (flood, &["continuation_flood"]),
        (reset, &["rapid_reset"]),
        (
            vec![frame(kind::HEADERS, flag::END_HEADERS, 1, &[0x80])],
            &["invalid_header"],
        ),
        (
            vec![headers(1, true, &[(":authority", "a"), ("host", "b")])],
            &["authority_host_mismatch"],
        ),
        (
            vec![headers(1, true, &[("content-range", "bytes 9-1/2")])],
            &["invalid_range"],
        ),
    ];
    for (client, expected) in cases {
        assert_eq!(tell(client, &[]).anomalies(), *expected);
    }
    assert_eq!(
        whole(&HTTP2, &[(ToServer, b"PRI * HTTP/2.0\r\n\r\nSMELLS\r\n")]).anomalies(),
        ["invalid_client_magic"]
    );
}

#[test]
fn a_gap_in_a_body_does_not_lose_the_rest() {
    let mut recorder = Recorder::default();
    let mut parser = (HTTP2.parser)();
    parser.feed(
        ToServer,
        &to_server(&[headers(1, true, GET)]),
        &mut recorder,
    );
    let start = headers(1, false, &[(":status", "200")]);
    let body = data(1, true, b"0123456789");
    parser.feed(
        ToClient,
        &[start, body[..12].to_vec()].concat(),
        &mut recorder,
    );
    parser.gap(ToClient, 3, &mut recorder);
    parser.feed(ToClient, &body[15..], &mut recorder);
    crate::testing::finish(parser.as_mut(), &mut recorder);
    assert_eq!(recorder.with("file 0<"), [" `/c?d` 7 bytes cut: 0126789"]);
}

#[test]
fn beginnings_tell_the_protocol() {
    let cases: &[(Direction, &[u8], Probe)] = &[
        (ToServer, MAGIC, Probe::Yes),
        (ToServer, &MAGIC[..5], Probe::Unsure),
        (ToServer, b"GET / HTTP/1.1", Probe::No),
        (
            ToClient,
            &[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 9],
            Probe::Yes,
        ),
        (ToClient, &[0, 0, 0, 4, 0, 0, 0, 0, 0], Probe::Unsure),
        (
            ToClient,
            &[0, 0, 6, 4, 0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 9],
            Probe::No,
        ),
        (ToClient, b"HTTP/1.1 200", Probe::No),
    ];
    for (direction, bytes, expected) in cases {
        assert_eq!((HTTP2.probe)(*direction, bytes), *expected, "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1usize..40) {
        let begun = [MAGIC, &bytes].concat();
        split(&HTTP2, &[(ToServer, &begun), (ToClient, &bytes)], piece);
    }

    #[test]
    fn cutting_does_not_matter(at: prop::sample::Index, value: u8) {
        let mut client = to_server(&[headers(1, false, GET), data(1, true, b"body"), headers(3, true, GET)]);
        let at = at.index(client.len());
        client[at] = value;
        check_pieces(&HTTP2, &[(ToServer, &client)]);
    }
}
