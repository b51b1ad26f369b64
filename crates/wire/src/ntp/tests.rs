use super::fields::NTP;
use crate::protocol::Direction::ToServer;
use crate::protocol::Probe;
use crate::testing::whole;
use proptest::prelude::*;

#[test]
fn rules_see_version_mode_and_clock() {
    let mut message = vec![0x23, 2, 6, 0xec, 0, 0, 0, 0, 0, 0, 0, 0];
    message.extend(b"RATE");
    message.resize(48, 0);
    let found = whole(&NTP, &[(ToServer, &message), (ToServer, &message[..20])]);
    assert_eq!(found.buffer("ntp.version"), ["4"]);
    assert_eq!(found.buffer("ntp.mode"), ["3"]);
    assert_eq!(found.buffer("ntp.stratum"), ["2"]);
    assert_eq!(found.buffer("ntp.reference_id"), ["RATE"]);
    assert_eq!(found.anomalies(), ["malformed_data"]);
    assert_eq!((NTP.probe)(ToServer, &message), Probe::Unsure);
    assert_eq!((NTP.probe)(ToServer, &message[..47]), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        whole(&NTP, &[(ToServer, &bytes)]);
    }
}
