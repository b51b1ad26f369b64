use super::fields::IKE;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{unhex, whole};
use proptest::prelude::*;

fn payload(next: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 4).unwrap().to_be_bytes();
    [&[next, 0], &length[..], content].concat()
}

fn message(version: u8, exchange: u8, first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = unhex("0102030405060708 0000000000000000");
    bytes.extend([
        first,
        version << 4,
        exchange,
        if version == 2 { 8 } else { 0 },
        0,
        0,
        0,
        0,
    ]);
    bytes.extend(u32::try_from(body.len() + 28).unwrap().to_be_bytes());
    bytes.extend(body);
    bytes
}

/// Nonce, key exchange, and an association with AES-CBC, HMAC-SHA2-256 and 1024 bits.
fn second() -> Vec<u8> {
    let transforms = [
        payload(3, &unhex("01 00 000c 800e0100")),
        payload(3, &unhex("02 00 0005")),
        payload(3, &unhex("03 00 000c")),
        payload(0, &unhex("04 00 0002")),
    ]
    .concat();
    let proposal = payload(0, &[&[1, 1, 0, 4], &transforms[..]].concat());
    let body = [
        payload(34, &[0xaa; 16]),
        payload(33, &[&[0, 2, 0, 0], &[0xbb; 128][..]].concat()),
        payload(0, &proposal),
    ]
    .concat();
    message(2, 34, 40, &body)
}

fn first() -> Vec<u8> {
    let transform = payload(
        0,
        &unhex("01 01 0000 80010007 80020004 80030001 8004000e 800b0001 000c000400000384"),
    );
    let proposal = payload(0, &[&[1, 1, 0, 1], &transform[..]].concat());
    let association = [&[0, 0, 0, 1, 0, 0, 0, 1], &proposal[..]].concat();
    let body = [payload(13, &association), payload(0, &[0xcc; 4])].concat();
    message(1, 2, 1, &body)
}

#[test]
fn an_exchange_of_version_2_is_told_with_its_weakness() {
    let found = whole(&IKE, &[(ToServer, &second())]);
    assert_eq!(
        found.events(),
        [
            "ike 0: version_major=2 version_minor=0 exchange_type=34 message_id=0 init_spi=0102030405060708 resp_spi=0000000000000000 payload=[ Nonce KeyExchange SecurityAssociation NoNextPayload ] role=initiator ikev2={ errors=0 ]"
        ]
    );
    assert_eq!(found.anomalies(), ["weak_crypto_dh"]);
    assert_eq!(found.buffer("ike.nonce_payload_length"), ["16"]);
    assert_eq!(found.buffer("ike.key_exchange_payload_length"), ["128"]);
    let answer = whole(&IKE, &[(ToClient, &second())]);
    assert_eq!(
        answer.buffer("ike.chosen_sa_attribute"),
        ["alg_enc=12", "alg_prf=5", "alg_auth=12", "alg_dh=2"]
    );
}

#[test]
fn an_exchange_of_version_1_is_told_with_what_was_said_before() {
    let marked = [&[0; 4], &first()[..]].concat();
    let found = whole(&IKE, &[(ToServer, &first()), (ToClient, &marked)]);
    let event = found.events()[1];
    for part in [
        "exchange_type_verbose=Identity Protection",
        "alg_enc=EncAesCbc alg_enc_raw=7 alg_hash=HashSha2_256",
        "sa_life_duration=Unknown sa_life_duration_raw=900",
        "payload=[ SecurityAssociation Proposal Transform VendorID ]",
        "ikev1={ doi=1 encrypted_payloads=false client={ proposals=[ {",
        "vendor_ids=[ cccccccc ]",
    ] {
        assert!(event.contains(part), "{part} in {event}");
    }
    assert_eq!(found.buffer("ike.vendor"), ["cccccccc", "cccccccc"]);
    assert!(found.anomalies().is_empty());
}

#[test]
fn beginnings_tell_the_protocol() {
    assert_eq!((IKE.probe)(ToServer, &second()), Probe::Yes);
    assert_eq!((IKE.probe)(ToServer, &first()), Probe::Yes);
    assert_eq!((IKE.probe)(ToServer, &second()[..40]), Probe::No);
    assert_eq!((IKE.probe)(ToServer, &[0; 60]), Probe::No);
    assert_eq!(
        whole(&IKE, &[(ToServer, b"x")]).anomalies(),
        ["malformed_data"]
    );
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..100), at in 0usize..300, value in any::<u8>()) {
        whole(&IKE, &[(ToServer, &bytes)]);
        for mut message in [first(), second()] {
            let place = at % message.len();
            message[place] = value;
            whole(&IKE, &[(ToServer, &message), (ToClient, &message)]);
        }
    }
}
