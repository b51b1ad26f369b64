use super::fields::{TCP, UDP};
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, half_closed, split, unhex, whole};
use proptest::prelude::*;

fn message(command: u16, content: &[u8]) -> Vec<u8> {
    let mut bytes = command.to_le_bytes().to_vec();
    bytes.extend(u16::try_from(content.len()).unwrap().to_le_bytes());
    bytes.extend([0; 20]);
    bytes.extend(content);
    bytes
}

fn data(cip: &[u8]) -> Vec<u8> {
    let mut content = vec![0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0xb2, 0];
    content.extend(u16::try_from(cip.len()).unwrap().to_le_bytes());
    content.extend(cip);
    message(0x6f, &content)
}

#[test]
fn requests_are_told_with_their_answers() {
    let ask = data(&unhex("0e 03 2001 2402 3007"));
    let answer = data(&unhex("8e 00 05 01 0100"));
    let feeds = [(ToServer, &*ask), (ToClient, &answer)];
    for spec in [&TCP, &UDP] {
        let found = whole(spec, &feeds);
        assert_eq!(
            found.events(),
            [
                "enip 0: request={ command=send_rr_data status=success cip={ service=get_attribute_single path=[ { segment_type=class value=1 ] { segment_type=instance value=2 ] { segment_type=attribute value=7 ] ] ] ] response={ command=send_rr_data status=success cip={ service=get_attribute_single status=5 ] ]"
            ]
        );
        assert_eq!(found.buffer("cip_service"), ["14", "14,1", "14,1,7", "14"]);
        assert_eq!(found.buffer("enip.cip_extendedstatus"), ["1"]);
        assert_eq!(found.buffer("enip_command"), ["111", "111"]);
    }
    check_pieces(&TCP, &feeds);
}

#[test]
fn what_is_asked_after_the_servers_end_is_told() {
    let ask = data(&unhex("0e 03 2001 2402 3007"));
    for spec in [&TCP, &UDP] {
        let found = half_closed(spec, &[], &ask);
        assert_eq!(found.events().len(), 1);
    }
}

#[test]
fn devices_say_what_they_are() {
    let mut item = vec![1, 0];
    item.extend([0; 16]);
    item.extend(unhex("0100 0e00 3600 1404 6000 12345678 04"));
    item.extend(b"1766\x03");
    let mut content = vec![1, 0, 0x0c, 0];
    content.extend(u16::try_from(item.len()).unwrap().to_le_bytes());
    content.extend(item);
    let answer = message(0x63, &content);
    let found = whole(
        &UDP,
        &[(ToServer, &message(0x63, b"")), (ToClient, &answer)],
    );
    assert_eq!(found.buffer("enip.product_name"), ["1766"]);
    assert_eq!(found.buffer("enip.device_type"), ["14"]);
    assert_eq!(found.buffer("enip.state"), ["3"]);
    assert!(found.events()[0].contains("revision=20.4"));
}

#[test]
fn several_messages_in_one_are_all_seen() {
    let ask = data(&unhex(
        "0a 02 2002 2401 0200 0600 0c00 0102 2001 2401 0102 206b 2401",
    ));
    let found = whole(&TCP, &[(ToServer, &ask)]);
    assert_eq!(found.buffer("enip.cip_class"), ["2", "1", "107"]);
    assert!(found.anomalies().is_empty());
    let odd = whole(&TCP, &[(ToServer, &message(0x99, b""))]);
    assert_eq!(odd.anomalies(), ["invalid_pdu"]);
    assert_eq!((TCP.probe)(ToServer, &ask), Probe::Unsure);
    assert_eq!(
        (TCP.probe)(ToServer, b"GET / HTTP/1.1\r\nHost: example\r\n"),
        Probe::No
    );
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..100), command in 0u16..0x74, piece in 1usize..20) {
        let feed = [message(command, &bytes), data(&bytes)].concat();
        split(&TCP, &[(ToServer, &feed), (ToClient, &feed)], piece);
        whole(&UDP, &[(ToServer, &bytes), (ToServer, &feed)]);
    }
}
