use super::fields::TELNET;
use crate::protocol::Direction::ToClient;
use crate::protocol::Probe;

#[test]
fn negotiations_tell_the_protocol() {
    let cases: &[(&[u8], Probe)] = &[
        (b"\xff\xfd\x18\xff\xfd\x20", Probe::Yes),
        (b"\xff\xfb\x18\xff\xfa\x18\x01", Probe::Yes),
        (b"\xff\xfd\x18", Probe::Unsure),
        (b"\xff\xfd\x18login:", Probe::No),
        (b"\xff\xd8\xff\xe0", Probe::No),
        (b"login: ", Probe::No),
    ];
    for (bytes, expected) in cases {
        assert_eq!((TELNET.probe)(ToClient, bytes), *expected, "{bytes:?}");
    }
}
