use super::fields::PGSQL;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, half_closed, split, whole};
use proptest::prelude::*;

const SSL: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x2f";
const START: &[u8] = b"\0\0\0\x26\0\x03\0\0user\0ann\0database\0shop\0opt\0x\0\0";

fn start() -> Vec<u8> {
    let mut bytes = START.to_vec();
    bytes[3] = u8::try_from(bytes.len()).unwrap();
    bytes
}

#[test]
fn log_in_and_queries_are_told() {
    let start = start();
    let feeds = [
        (ToServer, SSL),
        (ToClient, b"N"),
        (ToServer, &start),
        (ToClient, b"R\0\0\0\x08\0\0\0\x03"),
        (ToServer, b"p\0\0\0\x08pwd\0"),
        (ToClient, b"R\0\0\0\x08\0\0\0\0S\0\0\0\x12TimeZone\0Mars\0K\0\0\0\x0c\0\0\0\x07\0\0\0\x08Z\0\0\0\x05I"),
        (ToServer, b"Q\0\0\0\x0dselect 1\0"),
        (ToClient, b"T\0\0\0\x06\0\x01D\0\0\0\x0b\0\x01\0\0\0\x011C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I"),
        (ToServer, b"X\0\0\0\x04"),
    ];
    let found = whole(&PGSQL, &feeds);
    assert_eq!(
        found.events(),
        [
            "pgsql 0: tx_id=1 request={ message=SSL Request ] response={ ssl_accepted=false ]",
            "pgsql 1: tx_id=2 request={ protocol_version=3.0 startup_parameters={ user=ann optional_parameters=[ { database=shop ] { opt=x ] ] ] ] response={ message=authentication_cleartext_password ]",
            "pgsql 2: tx_id=3 request={ password_redacted=true ] response={ message=authentication_ok process_id=7 secret_key=8 parameter_status=[ { time_zone=Mars ] ] ]",
            "pgsql 3: tx_id=4 request={ simple_query=select 1 ] response={ field_count=1 command_completed=SELECT 1 data_rows=1 data_size=1 ]",
            "pgsql 4: tx_id=5 request={ message=termination_message ]",
        ]
    );
    assert_eq!(found.buffer("pgsql.query"), ["select 1"]);
    assert!(found.anomalies().is_empty());
    check_pieces(&PGSQL, &feeds);
}

#[test]
fn what_is_asked_after_the_servers_end_is_told() {
    let found = half_closed(&PGSQL, &[(ToServer, &start())], b"Q\0\0\0\x0dselect 1\0");
    assert_eq!(
        found.events().last(),
        Some(&"pgsql 1: tx_id=2 request={ simple_query=select 1 ]")
    );
}

#[test]
fn a_server_that_agrees_goes_on_with_tls() {
    let found = whole(&PGSQL, &[(ToServer, SSL), (ToClient, b"S\x16")]);
    assert_eq!(found.with("change "), ["tls< \\x16"]);
}

#[test]
fn refusals_and_nonsense_are_told() {
    let start = start();
    let refused = [
        (ToServer, &*start),
        (ToClient, b"E\0\0\0\x17SFATAL\0C28000\0Mno\0\0"),
    ];
    let found = whole(&PGSQL, &refused);
    assert!(
        found.events()[0]
            .ends_with("response={ severity_localizable=FATAL code=28000 message=no ]")
    );
    let cases: &[(&[u8], &[u8], &[&str])] = &[
        (b"\0\0\0\x08\0\x03\0\0", b"", &["malformed_request"]),
        (&start, b"R\0\0\0\x02", &["invalid_length"]),
        (&start, b"K\0\0\0\x05x", &["malformed_response"]),
    ];
    for (client, server, anomalies) in cases {
        let found = whole(&PGSQL, &[(ToServer, client), (ToClient, server)]);
        assert_eq!(found.anomalies(), *anomalies);
    }
}

#[test]
fn beginnings_tell_the_protocol() {
    let start = start();
    assert_eq!((PGSQL.probe)(ToServer, SSL), Probe::Yes);
    assert_eq!((PGSQL.probe)(ToServer, &start), Probe::Yes);
    assert_eq!((PGSQL.probe)(ToServer, &start[..12]), Probe::Unsure);
    assert_eq!((PGSQL.probe)(ToServer, b"\0\0\0\x55\xffSMB"), Probe::No);
    assert_eq!((PGSQL.probe)(ToClient, b"HTTP/1.1"), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), piece in 1usize..20) {
        let feed = [&start()[..], &bytes].concat();
        split(&PGSQL, &[(ToServer, &feed), (ToClient, &bytes)], piece);
    }
}
