use super::fields::ECHO;
use crate::limits::TEMPLATE_LINE_BYTES_MAX;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, split, whole};
use proptest::prelude::*;

/// What is said, what comes back, and the events.
#[test]
fn lines_and_their_echoes_are_told() {
    let cases: &[(&[u8], &[u8], &[&str])] = &[
        (
            b"ECHO a\r\n",
            b"ECHO a\n",
            &["echo 0: said=ECHO a echoed=ECHO a"],
        ),
        (b"a\nb\n", b"", &["echo 0: said=a", "echo 1: said=b"]),
        (b"", b"a\n", &["echo 0: echoed=a"]),
        (b"not complete", b"", &[]),
    ];
    for (said, echoed, events) in cases {
        let feeds = [(ToServer, *said), (ToClient, *echoed)];
        assert_eq!(whole(&ECHO, &feeds).events(), *events);
        check_pieces(&ECHO, &feeds);
    }
}

#[test]
fn fields_have_their_values() {
    let found = whole(&ECHO, &[(ToServer, b"abc\n"), (ToClient, b"abd\n")]);
    assert_eq!(found.buffer("echo.said"), ["abc"]);
    assert_eq!(found.buffer("echo.echoed"), ["abd"]);
    assert_eq!(found.buffer("echo.length"), ["3"]);
}

#[test]
fn a_line_without_end_is_let_go() {
    let long = vec![b'x'; TEMPLATE_LINE_BYTES_MAX + 1];
    assert_eq!(
        whole(&ECHO, &[(ToServer, &long)]).anomalies(),
        ["line_too_long"]
    );
}

#[test]
fn beginnings_tell_the_protocol() {
    assert_eq!((ECHO.probe)(ToServer, b"ECHO x"), Probe::Yes);
    assert_eq!((ECHO.probe)(ToServer, b"EC"), Probe::Unsure);
    assert_eq!((ECHO.probe)(ToServer, b"GET / "), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), piece in 1usize..20) {
        split(&ECHO, &[(ToServer, &bytes), (ToClient, &bytes)], piece);
    }
}
