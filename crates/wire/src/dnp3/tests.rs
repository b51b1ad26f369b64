use super::fields::DNP3;
use super::link::sum;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, split, whole};
use proptest::prelude::*;

fn frame(control: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![
        0x05,
        0x64,
        u8::try_from(data.len() + 5).unwrap(),
        control,
        3,
        0,
        4,
        0,
    ];
    bytes.extend(sum(&bytes).to_le_bytes());
    for block in data.chunks(16) {
        bytes.extend(block);
        bytes.extend(sum(block).to_le_bytes());
    }
    bytes
}

#[test]
fn the_checksum_is_that_of_the_standard() {
    // A reset of the link, from a public example.
    assert_eq!(
        sum(&[0x05, 0x64, 0x05, 0xc0, 0x01, 0x00, 0x00, 0x04]),
        0x21e9
    );
}

#[test]
fn questions_and_answers_are_told() {
    let ask = frame(0xc4, b"\xc0\xc1\x01\x3c\x02\x06\x3c\x01\x06");
    // Ten values in two frames.
    let mut answer = b"\xe1\x81\x80\x02\x1e\x02\x00\x00\x03".to_vec();
    answer.extend([1; 12]);
    let first = frame(0x44, &[&[0x40], &answer[..9]].concat());
    let second = frame(0x44, &[&[0x81], &answer[9..]].concat());
    let feeds = [(ToServer, &*ask), (ToClient, &first), (ToClient, &second)];
    let found = whole(&DNP3, &feeds);
    assert_eq!(
        found.events(),
        [
            "dnp3 0: type=request control={ dir=true pri=true fcb=false fcv=false function_code=4 ] src=4 dst=3 application={ control={ fir=true fin=true con=false uns=false sequence=1 ] function_code=1 objects=[ { group=60 variation=2 qualifier=6 prefix_code=0 range_code=6 start=0 stop=0 count=0 ] { group=60 variation=1 qualifier=6 prefix_code=0 range_code=6 start=0 stop=0 count=0 ] ] complete=true ]",
            "dnp3 1: type=response control={ dir=false pri=true fcb=false fcv=false function_code=4 ] src=4 dst=3 application={ control={ fir=true fin=true con=true uns=false sequence=1 ] function_code=129 objects=[ { group=30 variation=2 qualifier=0 prefix_code=0 range_code=0 start=0 stop=3 count=4 ] ] complete=true ] iin={ indicators=[ device_restart object_unknown ] ]",
        ]
    );
    assert_eq!(found.buffer("dnp3_obj"), ["60,2", "60,1", "30,2"]);
    assert_eq!(found.buffer("dnp3_func"), ["1", "129"]);
    assert!(found.anomalies().is_empty());
    check_pieces(&DNP3, &feeds);
}

#[test]
fn what_is_odd_is_said() {
    let mut bad_link = frame(0xc4, b"\xc0\xc1\x01");
    bad_link[9] ^= 1;
    let mut bad_data = frame(0xc4, b"\xc0\xc1\x01");
    *bad_data.last_mut().unwrap() ^= 1;
    let cases: &[(Vec<u8>, &[&str])] = &[
        (bad_link, &["bad_link_crc"]),
        (bad_data, &["bad_transport_crc"]),
        (frame(0xc4, b"\xc0\xc1"), &["len_too_small"]),
        (
            frame(0xc4, b"\xc0\xc1\x02\x63\x01\x07\x01"),
            &["unknown_object"],
        ),
    ];
    for (bytes, anomalies) in cases {
        let feeds = [(ToServer, &**bytes)];
        assert_eq!(whole(&DNP3, &feeds).anomalies(), *anomalies);
        check_pieces(&DNP3, &feeds);
    }
}

#[test]
fn beginnings_tell_the_protocol() {
    let ask = frame(0xc4, b"\xc0\xc1\x01");
    assert_eq!((DNP3.probe)(ToServer, &ask), Probe::Yes);
    assert_eq!((DNP3.probe)(ToServer, &ask[..5]), Probe::Unsure);
    assert_eq!((DNP3.probe)(ToServer, b"\x05\x64aaaaaaaa"), Probe::No);
    assert_eq!((DNP3.probe)(ToServer, b"\x05\x01\x00"), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 1..200), piece in 1usize..20) {
        let feed = [&frame(0xc4, &bytes)[..], &bytes].concat();
        split(&DNP3, &[(ToServer, &feed), (ToClient, &bytes)], piece);
    }
}
