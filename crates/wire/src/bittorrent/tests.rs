use super::fields::DHT;
use super::peers::PEERS;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, whole};
use proptest::prelude::*;

const ASK: &[u8] =
    b"d1:ad2:id20:aaaaaaaaaaaaaaaaaaaa6:target20:bbbbbbbbbbbbbbbbbbbbe1:q9:find_node1:t2:xy1:v4:LT011:y1:qe";
const ANSWER: &[u8] =
    b"d1:rd2:id20:bbbbbbbbbbbbbbbbbbbb5:nodes26:cccccccccccccccccccc\xc0\x00\x02\x01\x1a\xe15:token1:z6:valuesl6:\xc0\x00\x02\x02\x00\x50ee1:t2:xy1:y1:re";
const REFUSAL: &[u8] = b"d1:eli201e5:sorrye1:t2:xy1:y1:ee";

#[test]
fn questions_answers_and_refusals_are_told() {
    let feeds = [(ToServer, ASK), (ToClient, ANSWER), (ToClient, REFUSAL)];
    let found = whole(&DHT, &feeds);
    let (a, b, c) = ("61".repeat(20), "62".repeat(20), "63".repeat(20));
    assert_eq!(
        found.events(),
        [
            format!(
                "bittorrent_dht 0: transaction_id=7879 client_version=4c543031 request_type=find_node request={{ id={a} target={b} ]"
            ),
            format!(
                "bittorrent_dht 1: transaction_id=7879 response={{ id={b} nodes=[ {{ id={c} ip=192.0.2.1 port=6881 ] ] values=[ {{ ip=192.0.2.2 port=80 ] ] token=7a ]"
            ),
            "bittorrent_dht 2: transaction_id=7879 error={ num=201 msg=sorry ]".to_owned(),
        ]
    );
    for (_, bytes) in feeds {
        assert_eq!((DHT.probe)(ToServer, bytes), Probe::Yes);
        assert_eq!((DHT.probe)(ToServer, &bytes[..bytes.len() - 1]), Probe::No);
    }
    assert_eq!(
        whole(&DHT, &[(ToServer, b"d1:x")]).anomalies(),
        ["malformed_packet"]
    );
}

#[test]
fn greetings_of_peers_are_told() {
    let hello = |peer: &[u8; 20]| {
        [
            &b"\x13BitTorrent protocol\0\0\0\0\0\x10\0\x05"[..],
            &[0xab; 20],
            peer,
        ]
        .concat()
    };
    let asks = hello(b"-qB4500-abcdefghijkl");
    let answers = [hello(&[7; 20]), b"\0\0\0\x01\x02".to_vec()].concat();
    let feeds = [(ToServer, &asks[..]), (ToClient, &answers[..])];
    let found = whole(&PEERS, &feeds);
    assert_eq!(found.lines[..2], ["side 0>", "side 0<"]);
    let event = found.events()[0];
    assert!(event.starts_with(&format!(
        "bittorrent 0: info_hash={} client={{",
        "ab".repeat(20)
    )));
    assert!(event.contains("program=-qB4500- reserved=0000000000100005"));
    assert_eq!(found.events().len(), 1);
    check_pieces(&PEERS, &feeds);
    assert_eq!(whole(&PEERS, &feeds[..1]).events().len(), 1);
    assert_eq!((PEERS.probe)(ToClient, &answers), Probe::Yes);
    assert_eq!((PEERS.probe)(ToServer, b"\x13Bit"), Probe::Unsure);
    assert_eq!(
        (PEERS.probe)(ToServer, b"\x13BitTorrent Protocol"),
        Probe::No
    );
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in "[dlie0-9:a]{0,60}", at in 0usize..90, value in any::<u8>()) {
        whole(&DHT, &[(ToServer, bytes.as_bytes())]);
        let mut message = ANSWER.to_vec();
        message[at] = value;
        whole(&DHT, &[(ToServer, &message)]);
    }
}
