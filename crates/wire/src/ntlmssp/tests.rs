use super::parser::*;
use proptest::prelude::*;

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A message of type 3 with texts behind its header.
fn authenticate(domain: &[u8], user: &[u8], host: &[u8], flags: u32) -> Vec<u8> {
    let mut head = [SIGNATURE, &3u32.to_le_bytes()].concat();
    let mut body = Vec::new();
    for text in [&[][..], &[], domain, user, host, &[]] {
        let length = (text.len() as u16).to_le_bytes();
        head.extend(length);
        head.extend(length);
        head.extend((72 + body.len() as u32).to_le_bytes());
        body.extend_from_slice(text);
    }
    head.extend(flags.to_le_bytes());
    head.extend([6, 1, 0xb1, 0x1d, 0, 0, 0, 15]);
    [head, body].concat()
}

#[test]
fn who_logs_in_is_read() {
    let bytes = authenticate(&wide("CORP"), &wide("山田"), &wide("PC-23"), 0x0200_0001);
    let Some(Message::Authenticate(found)) = message(&bytes) else {
        panic!("not read");
    };
    assert_eq!(found.domain, b"CORP");
    assert_eq!(found.user, "山田".as_bytes());
    assert_eq!(found.host, b"PC-23");
    assert_eq!(found.version.as_deref(), Some("6.1 build 7601 rev 15"));
    let oem = authenticate(b"corp", b"ann", b"pc", 0);
    let Some(Message::Authenticate(found)) = message(&oem) else {
        panic!("not read");
    };
    assert_eq!((found.user.as_slice(), found.version), (&b"ann"[..], None));
}

#[test]
fn texts_that_lie_outside_are_refused() {
    let mut bytes = authenticate(&wide("CORP"), &wide("ann"), &wide("pc"), 1);
    bytes.truncate(80);
    assert_eq!(message(&bytes), None);
    assert_eq!(message(b"NTLMSSP\0"), None);
    assert_eq!(message(b"NTLMSSP\0\x09\0\0\0"), None);
}

#[test]
fn messages_are_found_inside_other_bytes() {
    let bytes = [b"\x60\x10".as_slice(), SIGNATURE, &[1, 0, 0, 0]].concat();
    assert_eq!(find(&bytes).and_then(message), Some(Message::Negotiate));
    assert_eq!(find(b"NTLMSS"), None);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(kind in 0u8..5, bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let _ = message(&[SIGNATURE, &[kind, 0, 0, 0], &bytes].concat());
    }
}
