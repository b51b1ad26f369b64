use super::fields::MODBUS;
use crate::limits::MODBUS_TRANSACTIONS_MAX;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, half_closed, split, whole};
use proptest::prelude::*;

const READ: &[u8] = b"\0\x01\0\0\0\x06\x11\x03\0\x6b\0\x03";
const ANSWER: &[u8] = b"\0\x01\0\0\0\x09\x11\x03\x06\x02\x2b\0\0\0\x64";
const WRITE: &[u8] = b"\0\x02\0\0\0\x06\x11\x05\0\xac\xff\0";
const REFUSED: &[u8] = b"\0\x02\0\0\0\x03\x11\x85\x02";

#[test]
fn requests_are_told_with_their_answers() {
    let feeds = [
        (ToServer, READ),
        (ToServer, WRITE),
        (ToClient, ANSWER),
        (ToClient, REFUSED),
    ];
    let found = whole(&MODBUS, &feeds);
    assert_eq!(
        found.events(),
        [
            "modbus 0: id=1 request={ transaction_id=1 protocol_id=0 unit_id=17 function_raw=3 function_code=RdHoldRegs access_type=READ | HOLDING category=PUBLIC_ASSIGNED error_flags=NONE read={ address=107 quantity=3 ] ] response={ transaction_id=1 protocol_id=0 unit_id=17 function_raw=3 function_code=RdHoldRegs access_type=READ | HOLDING category=PUBLIC_ASSIGNED error_flags=NONE read={ data=022b00000064 ] ]",
            "modbus 1: id=2 request={ transaction_id=2 protocol_id=0 unit_id=17 function_raw=5 function_code=WrSingleCoil access_type=WRITE | COILS | SINGLE | WRITE_SINGLE category=PUBLIC_ASSIGNED error_flags=NONE write={ address=172 data=65280 ] ] response={ transaction_id=2 protocol_id=0 unit_id=17 function_raw=133 function_code=WrSingleCoil access_type=WRITE | COILS | SINGLE | WRITE_SINGLE category=PUBLIC_ASSIGNED error_flags=NONE exception={ raw=2 code=IllegalDataAddr ] ]",
        ]
    );
    let words = found.buffer("modbus");
    for word in [
        "function 3",
        "function public",
        "function !user",
        "access read holding",
        "access write",
    ] {
        assert!(words.contains(&word), "{word}");
    }
    assert!(found.anomalies().is_empty());
    check_pieces(&MODBUS, &feeds);
}

#[test]
fn what_is_odd_is_said() {
    let cases: &[(&[u8], &[u8], &[&str])] = &[
        (b"", ANSWER, &["unsolicited_response"]),
        (
            b"\0\x01\0\0\0\x06\x11\x03\0\x6b\0\0",
            b"",
            &["invalid_value"],
        ),
        (
            b"\0\x01\0\x01\0\x06\x11\x03\0\x6b\0\x03",
            b"",
            &["invalid_protocol_id"],
        ),
        (b"\0\x01\0\0\0\x02\x11\0", b"", &["invalid_function_code"]),
        (b"\0\x01\0\0\0\x04\x11\x03\0\x6b", b"", &["invalid_length"]),
        (
            b"\0\x01\0\0\x01\x04\x11\x03\0\x6b",
            b"",
            &["invalid_length"],
        ),
        (
            READ,
            b"\0\x01\0\0\0\x05\x11\x03\x02\x02\x2b",
            &["value_mismatch"],
        ),
        (
            READ,
            b"\0\x01\0\0\0\x03\x11\x83\x20",
            &["invalid_exception_code"],
        ),
    ];
    for (asked, answered, anomalies) in cases {
        let found = whole(&MODBUS, &[(ToServer, asked), (ToClient, answered)]);
        assert_eq!(found.anomalies(), *anomalies, "{asked:?} {answered:?}");
    }
    let many = READ.repeat(MODBUS_TRANSACTIONS_MAX + 1);
    assert_eq!(
        whole(&MODBUS, &[(ToServer, &many)]).anomalies(),
        ["flooded"]
    );
}

#[test]
fn what_is_asked_after_the_servers_end_is_told() {
    let found = half_closed(&MODBUS, &[(ToServer, READ), (ToClient, ANSWER)], WRITE);
    assert_eq!(found.events().len(), 2);
    assert!(found.events()[1].contains("function_code=WrSingleCoil"));
}

#[test]
fn beginnings_do_not_tell_enough() {
    assert_eq!((MODBUS.probe)(ToServer, READ), Probe::Unsure);
    assert_eq!((MODBUS.probe)(ToServer, b"GET / HTTP/1.1"), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), piece in 1usize..20) {
        let feed = [READ, &bytes].concat();
        split(&MODBUS, &[(ToServer, &feed), (ToClient, &feed)], piece);
    }
}
