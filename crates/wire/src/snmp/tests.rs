use super::fields::SNMP;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{unhex, whole};
use proptest::prelude::*;

/// get-request of 1.3.6.1.2.1.1.3.0 with community `public`, version 1.
const GET: &str =
    "302602010004067075626c6963 a01902010102010002010030 0e300c06082b060102010103000500";
/// Its answer in version 2c with an error.
const ANSWER: &str =
    "302602010104067075626c6963 a21902010102010202010030 0e300c06082b060102010103000500";
/// Trap of version 1 from 192.0.2.1.
const TRAP: &str =
    "302702010004067075626c6963a41906062b0601040163 4004c0000201 020103020100 430105 3000";
/// Version 3: user `ann`, encrypted.
const USER: &str = "303a020103 300d02010102020400 040107020103 0414 3012 0401 01 020101 020101 0403616e6e 0400 0400 040e 0000000000000000000000000000";

#[test]
fn messages_of_all_versions_are_told() {
    let cases: &[(&str, &str)] = &[
        (
            GET,
            "snmp 0: version=1 pdu_type=get_request vars=[ 1.3.6.1.2.1.1.3.0 ] community=public",
        ),
        (
            ANSWER,
            "snmp 0: version=2 pdu_type=response error=NoSuchName vars=[ 1.3.6.1.2.1.1.3.0 ] community=public",
        ),
        (
            TRAP,
            "snmp 0: version=1 pdu_type=trap_v1 trap_type=linkUp trap_oid=1.3.6.1.4.1.99 trap_address=192.0.2.1 community=public",
        ),
        (USER, "snmp 0: version=3 pdu_type=encrypted usm=ann"),
    ];
    for (hex, event) in cases {
        let bytes = sized(&unhex(hex));
        assert_eq!((SNMP.probe)(ToServer, &bytes), Probe::Yes, "{hex}");
        assert_eq!(whole(&SNMP, &[(ToServer, &bytes)]).events(), [*event]);
        assert_eq!((SNMP.probe)(ToServer, &bytes[..bytes.len() - 1]), Probe::No);
    }
}

/// Corrects the length of the outermost value, which is tedious by hand.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[1] = u8::try_from(bytes.len() - 2).unwrap();
    bytes
}

#[test]
fn fields_and_anomalies() {
    let feeds = [
        (ToServer, &*sized(&unhex(GET))),
        (ToClient, &*sized(&unhex(ANSWER))),
        (ToClient, b"x"),
    ];
    let found = whole(&SNMP, &feeds);
    assert_eq!(found.buffer("snmp.community"), ["public", "public"]);
    assert_eq!(found.buffer("snmp.version"), ["1", "2"]);
    assert_eq!(found.buffer("snmp.pdu_type"), ["0", "2"]);
    assert_eq!(found.anomalies(), ["version_mismatch", "malformed_data"]);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..100), at in 0usize..40, value in any::<u8>()) {
        whole(&SNMP, &[(ToServer, &bytes)]);
        for hex in [GET, TRAP, USER] {
            let mut message = sized(&unhex(hex));
            let place = at % message.len();
            message[place] = value;
            whole(&SNMP, &[(ToServer, &message)]);
        }
    }
}
