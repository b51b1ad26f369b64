use super::fields::DHCP;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{split, whole};
use proptest::prelude::*;

fn message(operation: u8, options: &[u8]) -> Vec<u8> {
    let mut bytes = vec![operation, 1, 6, 0, 0, 0, 0, 9, 0, 0, 0, 0];
    bytes.extend([0; 4]);
    bytes.extend([192, 0, 2, 7]);
    bytes.extend([0; 8]);
    bytes.extend([2, 0, 0, 0, 0, 5]);
    bytes.extend([0; 10 + 64 + 128]);
    bytes.extend([0x63, 0x82, 0x53, 0x63]);
    bytes.extend_from_slice(options);
    bytes
}

#[test]
fn requests_and_replies_are_told() {
    let request = message(
        1,
        &[
            53, 1, 3, 61, 7, 1, 2, 0, 0, 0, 0, 5, 12, 5, b'P', b'C', b'-', b'2', b'3', 50, 4, 192,
            0, 2, 7, 55, 3, 1, 3, 200, 255,
        ],
    );
    let reply = message(
        2,
        &[
            53, 1, 5, 51, 4, 0, 0, 14, 16, 1, 4, 255, 255, 255, 0, 3, 4, 192, 0, 2, 1, 6, 8, 1, 1,
            1, 1, 8, 8, 8, 8, 255,
        ],
    );
    let found = whole(&DHCP, &[(ToServer, &request), (ToClient, &reply)]);
    assert_eq!(
        found.events(),
        [
            "dhcp 0: type=request id=9 client_mac=02:00:00:00:00:05 assigned_ip=192.0.2.7 \
             client_ip=0.0.0.0 relay_ip=0.0.0.0 next_server_ip=0.0.0.0 dhcp_type=request \
             client_id=02:00:00:00:00:05 hostname=PC-23 requested_ip=192.0.2.7 \
             params=[ subnet_mask router ]",
            "dhcp 1: type=reply id=9 client_mac=02:00:00:00:00:05 assigned_ip=192.0.2.7 \
             client_ip=0.0.0.0 relay_ip=0.0.0.0 next_server_ip=0.0.0.0 dhcp_type=ack \
             lease_time=3600 subnet_mask=255.255.255.0 routers=[ 192.0.2.1 ] \
             dns_servers=[ 1.1.1.1 8.8.8.8 ]"
        ]
    );
    assert_eq!(found.buffer("dhcp.leasetime"), ["3600"]);
}

#[test]
fn what_is_cut_is_told_as_far_as_it_goes() {
    let found = whole(
        &DHCP,
        &[(ToServer, &message(1, &[53, 1, 1, 12, 200, b'x']))],
    );
    assert_eq!(found.anomalies(), ["truncated_options"]);
    assert!(found.events()[0].contains("dhcp_type=discover"));
    assert_eq!(
        whole(&DHCP, &[(ToServer, &[1; 30])]).anomalies(),
        ["malformed_message"]
    );
}

#[test]
fn an_option_of_the_wrong_length_is_said() {
    let odd = message(1, &[53, 2, 1, 1, 255]);
    assert_eq!(
        whole(&DHCP, &[(ToServer, &odd)]).anomalies(),
        ["malformed_options"]
    );
}

#[test]
fn content_tells_the_protocol() {
    assert_eq!((DHCP.probe)(ToServer, &message(1, &[255])), Probe::Yes);
    assert_eq!((DHCP.probe)(ToServer, &[1; 300]), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        split(&DHCP, &[(ToServer, &bytes), (ToServer, &message(1, &bytes))], usize::MAX);
    }
}
