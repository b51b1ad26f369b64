use super::fields::RDP;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, split, whole};
use proptest::prelude::*;

const REQUEST: &[u8] = b"\x03\x00\x00\x2a\x25\xe0\x00\x00\x00\x00\x00Cookie: mstshash=ann\r\n\x01\x00\x08\x00\x03\x00\x00\x00";
const RESPONSE: &[u8] =
    b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x01\x08\x00\x02\x00\x00\x00";

fn request() -> Vec<u8> {
    let mut bytes = REQUEST.to_vec();
    let length = u8::try_from(bytes.len()).unwrap();
    bytes[3] = length;
    bytes[4] = length - 5;
    bytes
}

/// MCS connect initial with the client's core and network blocks.
fn connect() -> Vec<u8> {
    let mut core = Vec::new();
    core.extend(0x0008_0004_u32.to_le_bytes());
    core.extend([0x80, 0x04, 0x60, 0x03, 0x01, 0xca, 0x03, 0xaa]);
    core.extend(0x0409_u32.to_le_bytes());
    core.extend(2600_u32.to_le_bytes());
    let mut name = [0; 32];
    name[0] = b'P';
    name[2] = b'C';
    core.extend(name);
    core.extend([4, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0]);
    core.extend([0; 64]);
    core.extend([1, 0xca, 1, 0, 0, 0, 0, 0, 24, 0, 7, 0, 1, 0]);
    core.extend([0; 64]);
    let mut body = b"\x7f\x65\x82\x01\x00 and more \x00\x05Duca".to_vec();
    let mut blocks = vec![0x01, 0xc0];
    blocks.extend(u16::try_from(core.len() + 4).unwrap().to_le_bytes());
    blocks.extend(core);
    blocks.extend(b"\x03\xc0\x14\x00\x01\x00\x00\x00rdpdr\0\0\0\0\0\0\0");
    body.extend([0x81, 0x00]);
    body.extend(blocks);
    let mut packet = vec![3, 0];
    packet.extend(u16::try_from(body.len() + 7).unwrap().to_be_bytes());
    packet.extend([2, 0xf0, 0x80]);
    packet.extend(body);
    packet
}

#[test]
fn the_way_in_is_told_and_ends_in_tls() {
    let request = request();
    let feeds = [
        (ToServer, &*request),
        (ToClient, RESPONSE),
        (ToServer, b"\x16\x03\x01"),
    ];
    let found = whole(&RDP, &feeds);
    assert_eq!(
        found.events(),
        [
            "rdp 0: tx_id=1 event_type=initial_request cookie=ann",
            "rdp 1: tx_id=2 event_type=initial_response server_supports=[ extended_client_data ] protocol=hybrid",
        ]
    );
    assert_eq!(found.with("change "), ["tls> \\x16\\x03\\x01"]);
    check_pieces(&RDP, &feeds[..2]);
}

#[test]
fn a_client_without_tls_says_much_of_itself() {
    let (request, connect) = (request(), connect());
    let feeds = [(ToServer, &*request), (ToServer, &connect)];
    let found = whole(&RDP, &feeds);
    assert_eq!(
        found.events()[1],
        "rdp 1: tx_id=2 event_type=connect_request client={ version=v5 desktop_width=1152 desktop_height=864 color_depth=24 keyboard_layout=en-US build=Windows XP client_name=PC keyboard_type=enhanced function_keys=12 product_id=1 capabilities=[ support_errinfo_pdf ] ] channels=[ rdpdr ]"
    );
    check_pieces(&RDP, &feeds);
}

#[test]
fn beginnings_tell_the_protocol() {
    let plain = b"\x03\x00\x00\x0b\x06\xe0\x00\x00\x00\x00\x00";
    assert_eq!((RDP.probe)(ToServer, &request()), Probe::Yes);
    assert_eq!((RDP.probe)(ToClient, RESPONSE), Probe::Yes);
    assert_eq!((RDP.probe)(ToServer, plain), Probe::Unsure);
    assert_eq!((RDP.probe)(ToServer, b"\x03\x00"), Probe::Unsure);
    assert_eq!((RDP.probe)(ToServer, b"\x03\x01\x00\x0b"), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), piece in 1usize..20) {
        let feed = [&request()[..], b"\x03\x00\x00\x40\x02\xf0\x80\x7f\x65Duca", &bytes].concat();
        split(&RDP, &[(ToServer, &feed), (ToClient, &bytes)], piece);
    }
}
