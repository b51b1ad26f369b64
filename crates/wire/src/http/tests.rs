use super::fields::HTTP;
use super::parser::request_line;
use crate::limits::{HTTP_BODY_INSPECTED_BYTES_MAX, HTTP_TRANSACTIONS_MAX};
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Feed, Recorder, check_pieces, finish, split, whole};
use proptest::prelude::*;
use std::io::Write;

const GET: &[u8] = b"GET /a%20b/x.php?q=%41 HTTP/1.1\r\nHost: WWW.Example.org:8080\r\n\
    User-Agent: test\r\nCookie: c=1\r\nAccept: a\r\nAccept: b\r\n\r\n";
const OK: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=x\r\nContent-Length: 5\r\n\r\nhello";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut coder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut coder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    brotli::CompressorWriter::new(&mut coded, 4096, 5, 20)
        .write_all(bytes)
        .unwrap();
    coded
}

fn answer(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[test]
fn a_request_and_its_answer() {
    let found = whole(&HTTP, &[(ToServer, GET), (ToClient, OK)]);
    assert_eq!(
        found.events(),
        [
            "http 0: hostname=www.example.org http_port=8080 url=/a%20b/x.php?q=%41 \
             http_user_agent=test http_content_type=text/plain http_method=GET \
             protocol=HTTP/1.1 status=200 length=5"
        ]
    );
    let cases = [
        ("http.uri", "/a b/x.php?q=A"),
        ("http.uri.raw", "/a%20b/x.php?q=%41"),
        ("http.method", "GET"),
        ("http.host", "www.example.org"),
        ("http.host.raw", "WWW.Example.org:8080"),
        ("http.user_agent", "test"),
        ("http.cookie", "c=1"),
        ("http.accept", "a, b"),
        ("http.stat_code", "200"),
        ("http.stat_msg", "OK"),
        ("http.response_body", "hello"),
        ("file.data", "hello"),
        ("file.name", "/a b/x.php"),
        ("http.request_line", "GET /a%20b/x.php?q=%41 HTTP/1.1"),
        ("http.response_line", "HTTP/1.1 200 OK"),
        ("urilen", "14"),
        ("urilen.raw", "18"),
    ];
    for (name, expected) in cases {
        assert_eq!(found.buffer(name)[0], expected, "{name}");
    }
    assert_eq!(
        found.buffer("http.header")[0],
        "Host: WWW.Example.org:8080\\r\\nUser-Agent: test\\r\\nAccept: a, b\\r\\n"
    );
    assert_eq!(
        found.buffer("http.header_names")[0],
        "\\r\\nHost\\r\\nUser-Agent\\r\\nCookie\\r\\nAccept\\r\\n\\r\\n"
    );
    assert_eq!(found.buffer("http.protocol"), ["HTTP/1.1", "HTTP/1.1"]);
    assert_eq!(
        found.with("file "),
        ["0< `/a b/x.php` 5 bytes complete: hello"]
    );
}

/// Streams, what of them is a file, and the statuses told.
#[test]
fn bodies_end_where_they_should() {
    let cases: &[(&str, &[Feed<'_>], &[&str], usize)] = &[
        (
            "pipelined",
            &[
                (ToServer, b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"),
                (ToClient, b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb"),
            ],
            &["0< `/1` 1 bytes complete: a", "1< `/2` 1 bytes complete: b"],
            2,
        ),
        (
            "chunked with extension and trailer",
            &[
                (ToServer, b"GET /c HTTP/1.1\r\nHost: h\r\n\r\n"),
                (ToClient, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nT: v\r\n\r\n"),
            ],
            &["0< `/c` 13 bytes complete: abc0123456789"],
            1,
        ),
        (
            "until the connection ends",
            &[
                (ToServer, b"GET /o HTTP/1.0\r\n\r\n"),
                (ToClient, b"HTTP/1.0 200 OK\r\n\r\nall of it"),
            ],
            &["0< `/o` 9 bytes complete: all of it"],
            1,
        ),
        (
            "cut short",
            &[
                (ToServer, b"GET /s HTTP/1.1\r\nHost: h\r\n\r\n"),
                (ToClient, b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
            ],
            &["0< `/s` 3 bytes cut: abc"],
            1,
        ),
        (
            "HEAD, 204 and 304 have none",
            &[
                (ToServer, b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
                (ToClient, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 No\r\n\r\nHTTP/1.1 304 Same\r\nContent-Length: 3\r\n\r\n"),
            ],
            &[],
            3,
        ),
        (
            "an interim answer is passed over",
            &[
                (ToServer, b"POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"),
                (ToClient, b"HTTP/1.1 100 Continue\r\n\r\n"),
                (ToServer, b"xy"),
                (ToClient, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            ],
            &["0> `/p` 2 bytes complete: xy"],
            1,
        ),
        (
            "bare line feeds and folded headers",
            &[
                (ToServer, b"GET /b HTTP/1.1\nHost: h\nX: a\n  b\n\n"),
                (ToClient, b"HTTP/1.1 200 OK\nContent-Disposition: attachment;\n filename=\"evil.exe\"\nContent-Length: 2\n\nMZ"),
            ],
            &["0< `evil.exe` 2 bytes complete: MZ"],
            1,
        ),
        (
            "HTTP/0.9",
            &[(ToServer, b"GET /old\r\n"), (ToClient, b"<html>old</html>")],
            &["0< `/old` 16 bytes complete: <html>old</html>"],
            1,
        ),
        (
            "a line of junk, bare CRs, NULs and a blank line end",
            &[
                (ToServer, b"GET /j HTTP/1.1\r\nHost: h\r\n\r\n"),
                (ToClient, b"junk\r\nHTTP/1.1 200 OK\rX: y\rTransfer\0-Encoding\x0b: chun\0ked\n\t\n0000000000000000000002x\r\nab\r\n0\r\n\r\n"),
            ],
            &["0< `/j` 2 bytes complete: ab"],
            1,
        ),
        (
            "a body that was not announced",
            &[
                (ToServer, b"POST /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\n\r\n"),
                (ToServer, b"login=a"),
                (ToClient, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                (ToServer, b"GET /3 HTTP/1.1\r\nHost: h\r\n\r\n"),
            ],
            &[],
            3,
        ),
        (
            "only answers seen",
            &[(ToClient, OK), (ToClient, OK)],
            &["0< `` 5 bytes complete: hello", "1< `` 5 bytes complete: hello"],
            2,
        ),
        (
            "only requests seen",
            &[(ToServer, GET), (ToServer, GET)],
            &[],
            2,
        ),
        (
            "a form with a file",
            &[
                (ToServer, b"POST /up HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 86\r\n\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"shell.php\"\r\n\r\n<?php\r\n--b--"),
                (ToClient, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            ],
            &["0> `shell.php` 5 bytes complete: <?php"],
            1,
        ),
        (
            "what is no chunk is shown as it is",
            &[
                (ToServer, b"GET /n HTTP/1.1\r\nHost: h\r\n\r\n"),
                (ToClient, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\nat all"),
            ],
            &["0< `/n` 16 bytes complete: no chunk\\r\\nat all"],
            1,
        ),
    ];
    for (name, feeds, files, events) in cases {
        let found = whole(&HTTP, feeds);
        assert_eq!(found.with("file "), *files, "{name}");
        assert_eq!(found.events().len(), *events, "{name}");
        check_pieces(&HTTP, feeds);
    }
}

#[test]
fn a_body_that_was_not_announced_is_seen_by_rules() {
    let feeds: &[Feed<'_>] = &[
        (ToServer, b"POST / HTTP/1.1\r\nHost: h\r\n\r\nlogin=a"),
        (ToClient, OK),
    ];
    let found = whole(&HTTP, feeds);
    assert_eq!(found.buffer("http.request_body"), ["login=a"]);
    assert_eq!(found.anomalies(), ["request_body_unexpected"]);
}

#[test]
fn codings_are_undone_in_layers() {
    let text = b"the quick brown fox ".repeat(20);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("gzip", gzip(&text)),
        ("x-gzip", gzip(&text)),
        ("deflate", zlib(&text)),
        ("deflate", deflate(&text)),
        ("deflate", gzip(&text)),
        ("br", brotli(&text)),
        ("gzip", text.clone()),
        ("identity", text.clone()),
        ("deflate, gzip", gzip(&zlib(&text))),
        ("gzip, br", brotli(&gzip(&text))),
    ];
    for (coding, body) in cases {
        let told = answer(&format!("Content-Encoding: {coding}\r\n"), &body);
        let feeds = [(ToServer, GET), (ToClient, told.as_slice())];
        let found = whole(&HTTP, &feeds);
        assert_eq!(found.files[&0], text, "{coding}");
        assert_eq!(found.anomalies(), ["request_header_repetition"], "{coding}");
        check_pieces(&HTTP, &feeds);
    }
}

#[test]
fn bombs_are_not_let_grow() {
    let bomb = gzip(&gzip(&vec![0; 20 << 20]));
    let told = answer("Content-Encoding: gzip, gzip\r\n", &bomb);
    let found = whole(&HTTP, &[(ToServer, GET), (ToClient, &told)]);
    assert!(found.anomalies().contains(&"compression_bomb"));
    assert!(found.files[&0].len() <= 8 << 20);
    assert!(found.with("file ")[0].contains("cut"));
}

#[test]
fn rules_see_a_long_body_to_the_limit_and_once() {
    let body = vec![b'x'; HTTP_BODY_INSPECTED_BYTES_MAX + 100];
    let told = answer("", &body);
    let found = whole(&HTTP, &[(ToServer, GET), (ToClient, &told)]);
    assert_eq!(found.with("side "), ["0>", "0<"]);
    assert_eq!(
        found.buffer("http.response_body")[0].len(),
        HTTP_BODY_INSPECTED_BYTES_MAX
    );
    assert_eq!(found.files[&0], body);
}

#[test]
fn a_gap_in_a_body_is_skipped_and_the_stream_goes_on() {
    let mut found = Recorder::default();
    let mut parser = (HTTP.parser)();
    parser.feed(ToServer, GET, &mut found);
    parser.feed(
        ToClient,
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab",
        &mut found,
    );
    parser.gap(ToClient, 6, &mut found);
    parser.feed(ToClient, b"yz", &mut found);
    parser.feed(ToServer, GET, &mut found);
    parser.feed(ToClient, OK, &mut found);
    finish(parser.as_mut(), &mut found);
    assert_eq!(
        found.with("file "),
        [
            "gap 0: 6",
            "0< `/a b/x.php` 4 bytes cut: abyz",
            "1< `/a b/x.php` 5 bytes complete: hello"
        ]
    );
}

#[test]
fn a_gap_elsewhere_is_overcome_at_the_next_message() {
    let mut found = Recorder::default();
    let mut parser = (HTTP.parser)();
    parser.feed(ToServer, &GET[..40], &mut found);
    parser.gap(ToServer, 1000, &mut found);
    parser.feed(ToServer, b"garbage in the middle\r\n", &mut found);
    parser.feed(ToServer, GET, &mut found);
    parser.gap(ToClient, 1000, &mut found);
    parser.feed(ToClient, b"garbage\n", &mut found);
    parser.feed(ToClient, OK, &mut found);
    finish(parser.as_mut(), &mut found);
    assert_eq!(found.events().len(), 2);
    assert_eq!(found.buffer("http.response_body"), ["hello"]);
}

#[test]
fn tunnels_and_upgrades_change_the_protocol() {
    let agreed = whole(
        &HTTP,
        &[
            (ToServer, b"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"),
            (ToClient, b"HTTP/1.1 200 Connection established\r\n\r\nrest"),
        ],
    );
    assert_eq!(agreed.with("change "), ["?< rest"]);
    assert_eq!(agreed.buffer("http.host"), ["h"]);
    let refused = whole(
        &HTTP,
        &[
            (
                ToServer,
                b"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n",
            ),
            (ToClient, b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"),
        ],
    );
    assert_eq!(refused.with("change "), [""; 0]);
    assert_eq!(refused.events().len(), 2);
    let upgraded = whole(
        &HTTP,
        &[
            (
                ToServer,
                b"GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n",
            ),
            (
                ToClient,
                b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\x81\x01a",
            ),
        ],
    );
    assert_eq!(upgraded.with("change "), ["websocket< \\x81\\x01a"]);
    let upgraded = whole(
        &HTTP,
        &[
            (
                ToServer,
                b"GET /x HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
            ),
            (
                ToClient,
                b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\nrest",
            ),
        ],
    );
    let changes = upgraded.with("change ");
    assert!(changes[0].starts_with("http2> PRI * HTTP/2.0"));
    assert!(changes[0].contains("\\n:authority\\x01h"));
    assert_eq!(changes[1], "http2< rest");
}

#[test]
fn odd_heads_are_told() {
    let cases: &[(&[u8], &[&str])] = &[
        (b"GET / HTTP/1.1\r\n\r\n", &["missing_host_header"]),
        (
            b"GET / HTTP/1.1\r\nHost: h\r\nno colon\r\nbad name: x\r\n\r\n",
            &["request_field_missing_colon", "request_header_invalid"],
        ),
        (
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
            &["invalid_content_length_field_in_request"],
        ),
        (
            b"GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n",
            &["host_header_ambiguous"],
        ),
        (
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            &[
                "request_header_repetition",
                "duplicate_content_length_field_in_request",
            ],
        ),
        (
            b"GET / HTTP/1.1\r\nHost: h\r\nAuthorization: strange\r\n\r\n",
            &["request_auth_unrecognized"],
        ),
        (
            b" GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n",
            &[
                "request_line_leading_whitespace",
                "method_delim_non_compliant",
                "uri_delim_non_compliant",
            ],
        ),
        (
            b"GET /a%252fb HTTP/1.1\r\nHost: h:99999\r\n\r\n",
            &["double_encoded_uri", "invalid_server_port_in_request"],
        ),
        (
            b"GET http://a\\b:x/ HTTP/1.1\r\nHost: a\\b\r\n\r\n",
            &[
                "uri_host_invalid",
                "invalid_authority_port",
                "header_host_invalid",
            ],
        ),
        (b"GET /old\r\n", &["request_line_missing_protocol"]),
    ];
    for (bytes, expected) in cases {
        assert_eq!(whole(&HTTP, &[(ToServer, bytes)]).anomalies(), *expected);
    }
    let chunked = b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let odd = b"HTTP/1.x 200 OK\r\nContent-Length: 0\r\n\r\n";
    for (answer, expected) in [
        (&chunked[..], "response_chunked_old_proto"),
        (odd, "response_invalid_protocol"),
    ] {
        let feeds: [Feed<'_>; 2] = [
            (ToServer, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
            (ToClient, answer),
        ];
        assert_eq!(whole(&HTTP, &feeds).anomalies(), [expected]);
    }
}

#[test]
fn requests_without_answers_are_given_up_in_order() {
    let many = GET.repeat(HTTP_TRANSACTIONS_MAX * 3);
    let mut found = Recorder::default();
    let mut parser = (HTTP.parser)();
    parser.feed(ToServer, &many, &mut found);
    assert_eq!(found.events().len(), HTTP_TRANSACTIONS_MAX * 2);
    finish(parser.as_mut(), &mut found);
    assert_eq!(found.events().len(), HTTP_TRANSACTIONS_MAX * 3);
}

#[test]
fn beginnings_tell_the_protocol() {
    let cases: &[(&[u8], Probe)] = &[
        (b"GE", Probe::Unsure),
        (b"GET /", Probe::Yes),
        (b"\r\nGET / HTTP/1.1\r\n", Probe::Yes),
        (b"PROPFIND /x HTTP/1.1\r\n", Probe::Yes),
        (b"FOOBAR x HTTP/1.0\r\n", Probe::Yes),
        (b"OPTIONS sip:a@b SIP/2.0\r\n", Probe::No),
        (b"EHLO mail.example.org\r\n", Probe::No),
        (b"USER anonymous\r\n", Probe::No),
        (b"\x16\x03\x01\x00\x10", Probe::No),
        (b"SSH-2.0-x\r\n", Probe::No),
    ];
    for (bytes, expected) in cases {
        assert_eq!((HTTP.probe)(ToServer, bytes), *expected, "{bytes:?}");
    }
    assert_eq!((HTTP.probe)(ToClient, b"HTTP/1.1 200 OK"), Probe::Yes);
    assert_eq!((HTTP.probe)(ToClient, b"HT"), Probe::Unsure);
    assert_eq!((HTTP.probe)(ToClient, b"220 ready"), Probe::No);
}

/// Words from which nearly-HTTP is made.
const WORDS: &[&[u8]] = &[
    b"GET / HTTP/1.1\r\n",
    b"POST /x HTTP/1.1\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 100 C\r\n",
    b"CONNECT a:1 HTTP/1.1\r\n",
    b"HEAD / HTTP/1.0\r\n",
    b"GET /old\r\n",
    b"\r\n",
    b"\n",
    b"Host: h\r\n",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Content-Encoding: deflate\r\n",
    b"Content-Encoding: br\r\n",
    b"5\r\nhello\r\n",
    b"0\r\n\r\n",
    b"hello",
    b" folded\r\n",
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00",
    b"x: y\r\n",
    b"Content-Type: multipart/form-data; boundary=b\r\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"Content-Disposition: form-data; filename=f\r\n",
    b"\xff\x00\xfe",
    b"zz\r\n",
];

fn soup() -> impl Strategy<Value = Vec<(bool, Vec<u8>)>> {
    let word = proptest::sample::select(WORDS);
    let stretch = proptest::collection::vec(word, 1..12).prop_map(|words| words.concat());
    proptest::collection::vec((any::<bool>(), stretch), 1..8)
}

proptest! {
    #[test]
    fn cutting_does_not_matter(soup in soup()) {
        let feeds: Vec<Feed<'_>> = soup
            .iter()
            .map(|(up, bytes)| (if *up { ToServer } else { ToClient }, bytes.as_slice()))
            .collect();
        // What follows a change of protocol is another parser's.
        let told = |mut found: Recorder| {
            found.lines.retain(|line| !line.starts_with("change "));
            found.lines
        };
        let expected = told(whole(&HTTP, &feeds));
        for piece in [1, 3] {
            prop_assert_eq!(&told(split(&HTTP, &feeds, piece)), &expected);
        }
    }

    #[test]
    fn any_bytes_are_survived(up in proptest::collection::vec(any::<u8>(), 0..400), down in proptest::collection::vec(any::<u8>(), 0..400), gap: u64) {
        let mut found = Recorder::default();
        let mut parser = (HTTP.parser)();
        parser.feed(ToServer, GET, &mut found);
        parser.feed(ToClient, &down, &mut found);
        parser.gap(ToClient, gap, &mut found);
        parser.feed(ToServer, &up, &mut found);
        parser.gap(ToServer, gap, &mut found);
        parser.feed(ToClient, OK, &mut found);
        finish(parser.as_mut(), &mut found);
    }
}

/// A request line with its method, its URI and its protocol.
type RequestLine<'a> = (&'a [u8], &'a [u8], &'a [u8], Option<&'a [u8]>);

#[test]
fn the_uri_of_a_request_line_ends_at_the_first_blank() {
    let cases: [RequestLine<'_>; 9] = [
        (b"GET /a HTTP/1.1\r\n", b"GET", b"/a", Some(b"HTTP/1.1")),
        (b"GET /a b HTTP/1.1\r\n", b"GET", b"/a", Some(b"b HTTP/1.1")),
        (b"GET /a HttP\n", b"GET", b"/a", Some(b"HttP")),
        (b"GET  /a  HTTP/1.1 ", b"GET", b"/a", Some(b"HTTP/1.1 ")),
        (b" GET\t/a\tHTTP/1.1", b"GET", b"/a", Some(b"HTTP/1.1")),
        (b"GET /a\tb HTTP/1.1", b"GET", b"/a\tb", Some(b"HTTP/1.1")),
        (b"GET /a  ", b"GET", b"/a", None),
        (b"GET", b"GET", b"", None),
        (b"", b"", b"", None),
    ];
    for (line, method, uri, protocol) in cases {
        let read = request_line(line);
        assert_eq!(
            (read.method, read.uri, read.protocol),
            (method, uri, protocol)
        );
    }
}
