use super::fields::MQTT;
use crate::limits::MQTT_TRANSACTIONS_MAX;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{check_pieces, split, whole};
use proptest::prelude::*;

const CONNECT: &[u8] = b"\x10\x18\x00\x04MQTT\x04\xc2\x00\x3c\x00\x02id\x00\x03ann\x00\x03pwd";
const CONNACK: &[u8] = b"\x20\x02\x01\x00";
const PUBLISH: &[u8] = b"\x34\x09\x00\x03a/b\x00\x07hi";

#[test]
fn a_message_and_its_answers_are_one_event() {
    let feeds = [
        (ToServer, CONNECT),
        (ToClient, CONNACK),
        (ToServer, PUBLISH),
        (ToClient, b"\x50\x02\x00\x07"),
        (ToServer, b"\x62\x02\x00\x07"),
        (ToClient, b"\x70\x02\x00\x07"),
        (ToServer, b"\x82\x08\x00\x08\x00\x03c/#\x01"),
        (ToClient, b"\x90\x03\x00\x08\x01"),
        (ToServer, b"\xc0\x00"),
        (ToServer, b"\xe0\x00"),
    ];
    let found = whole(&MQTT, &feeds);
    assert_eq!(
        found.events(),
        [
            "mqtt 0: connect={ qos=0 retain=false dup=false protocol_string=MQTT protocol_version=4 flags={ username=true password=true will_retain=false will=false clean_session=true ] client_id=id username=ann ] connack={ qos=0 retain=false dup=false session_present=true return_code=0 ]",
            "mqtt 1: publish={ qos=2 retain=false dup=false topic=a/b message_id=7 message=hi ] pubrec={ qos=0 retain=false dup=false message_id=7 ] pubrel={ qos=1 retain=false dup=false message_id=7 ] pubcomp={ qos=0 retain=false dup=false message_id=7 ]",
            "mqtt 2: subscribe={ qos=1 retain=false dup=false message_id=8 topics=[ { topic=c/# qos=1 ] ] ] suback={ qos=0 retain=false dup=false message_id=8 qos_granted=[ 1 ] ]",
            "mqtt 3: pingreq={ qos=0 retain=false dup=false ]",
            "mqtt 4: disconnect={ qos=0 retain=false dup=false ]",
        ]
    );
    assert_eq!(found.buffer("mqtt.connect.password"), ["pwd"]);
    assert_eq!(found.buffer("mqtt.subscribe.topic"), ["c/#"]);
    assert_eq!(
        found.buffer("mqtt.type"),
        ["1", "2", "3", "5", "6", "7", "8", "9", "12", "14"]
    );
    assert!(found.anomalies().is_empty());
    check_pieces(&MQTT, &feeds);
}

#[test]
fn version_5_has_properties() {
    let connect = b"\x10\x1e\x00\x04MQTT\x05\x02\x00\x3c\x0e\x11\x00\x00\x00\x09\x26\x00\x01k\x00\x03val\x00\x00\x00\x00";
    let connect = &connect[..connect.len() - 1];
    let mut connect = connect.to_vec();
    connect[1] = u8::try_from(connect.len() - 2).unwrap();
    let feeds = [
        (ToServer, &*connect),
        (ToClient, b"\x20\x06\x00\x86\x03\x21\x00\x0a"),
    ];
    let found = whole(&MQTT, &feeds);
    let event = found.events()[0];
    assert!(
        event.contains("properties={ session_expiry_interval=9 k=val ]"),
        "{event}"
    );
    assert!(
        event.contains("return_code=134 properties={ receive_maximum=10 ]"),
        "{event}"
    );
    assert_eq!(found.buffer("mqtt.reason_code"), ["134"]);
    check_pieces(&MQTT, &feeds);
}

#[test]
fn what_is_odd_is_said() {
    let cases: &[(&[u8], &[&str])] = &[
        (CONNACK, &["missing_connect"]),
        (
            b"\x40\x02\x00\x01",
            &["unintroduced_message", "missing_publish"],
        ),
        (
            b"\x00\x00",
            &["unintroduced_message", "unassigned_msg_type"],
        ),
        (
            b"\x36\x05\x00\x01a\x00\x01",
            &["unintroduced_message", "invalid_qos_level"],
        ),
        (b"\x82\x01\x00", &["malformed_traffic"]),
        (b"\x30\xff\xff\xff\xff\x7f", &["malformed_traffic"]),
    ];
    for (bytes, anomalies) in cases {
        let found = whole(&MQTT, &[(ToClient, bytes)]);
        assert_eq!(found.anomalies(), *anomalies, "{bytes:?}");
    }
    let twice = whole(&MQTT, &[(ToServer, CONNECT), (ToServer, CONNECT)]);
    assert_eq!(twice.anomalies(), ["double_connect"]);
}

#[test]
fn what_never_is_answered_is_given_up() {
    let mut stream = CONNECT.to_vec();
    for _ in 0..MQTT_TRANSACTIONS_MAX * 2 {
        stream.extend(PUBLISH);
    }
    let found = whole(&MQTT, &[(ToServer, &stream)]);
    assert_eq!(found.events().len(), MQTT_TRANSACTIONS_MAX * 2 + 1);
    assert_eq!(found.anomalies().len(), MQTT_TRANSACTIONS_MAX + 1);
}

#[test]
fn a_long_message_is_passed_over() {
    let mut stream = [CONNECT, b"\x30\x80\x80\x40"].concat();
    stream.extend(vec![0; 1 << 20]);
    stream.extend(b"\xe0\x00");
    let found = whole(&MQTT, &[(ToServer, &stream)]);
    assert_eq!(
        found.events()[0],
        "mqtt 1: publish={ qos=0 retain=false dup=false truncated=true skipped_length=1048580 ]"
    );
    assert!(found.events()[1].contains("disconnect"));
}

#[test]
fn beginnings_tell_the_protocol() {
    assert_eq!((MQTT.probe)(ToServer, CONNECT), Probe::Yes);
    assert_eq!((MQTT.probe)(ToServer, &CONNECT[..5]), Probe::Unsure);
    assert_eq!((MQTT.probe)(ToClient, CONNACK), Probe::Unsure);
    assert_eq!((MQTT.probe)(ToServer, b"\x10\x0c\x00\x04HTTP"), Probe::No);
    assert_eq!((MQTT.probe)(ToServer, b"GET / HTTP/1.1\r\n"), Probe::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), piece in 1usize..20) {
        let feed = [CONNECT, &bytes].concat();
        split(&MQTT, &[(ToServer, &feed), (ToClient, &bytes)], piece);
    }
}
