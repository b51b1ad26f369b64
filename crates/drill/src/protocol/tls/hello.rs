//! The greetings of clients and servers. What a client offers tells which program it is.

use super::handshake;
use crate::protocol::browser::Browser;
use crate::random::Random;

/// Who greets whom.
#[derive(Clone, Debug)]
pub(crate) struct Greeting<'a> {
    pub(crate) program: Program,
    /// Server name; none where the client only knows an address.
    pub(crate) name: Option<&'a str>,
}

/// Families of greetings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// A browser.
    Browser(Browser),
    /// A program with its own small TLS stack, offering little and old things.
    Implant,
    /// A Tor client: the cipher list of a browser of long ago, no application protocol.
    Onion,
}

impl Greeting<'_> {
    /// Version in the outer record of the greeting.
    pub(super) fn record_version(&self) -> u16 {
        0x0301
    }
}

const CHROME: [u16; 15] = [
    0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c,
    0x009d, 0x002f, 0x0035,
];
const FIREFOX: [u16; 17] = [
    0x1301, 0x1303, 0x1302, 0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc02c, 0xc030, 0xc00a, 0xc009, 0xc013,
    0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
];
const SAFARI: [u16; 20] = [
    0x1301, 0x1302, 0x1303, 0xc02c, 0xc02b, 0xcca9, 0xc030, 0xc02f, 0xcca8, 0xc00a, 0xc009, 0xc014,
    0xc013, 0x009d, 0x009c, 0x0035, 0x002f, 0xc008, 0xc012, 0x000a,
];
const AGENT: [u16; 12] = [
    0xc02c, 0xc02b, 0xc030, 0xc02f, 0xc024, 0xc023, 0xc028, 0xc027, 0x009d, 0x009c, 0x003d, 0x003c,
];
const IMPLANT: [u16; 7] = [0xc014, 0xc013, 0x0035, 0x002f, 0x000a, 0x0005, 0x0004];
const ONION: [u16; 15] = [
    0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc02c, 0xc030, 0xc00a, 0xc009, 0xc013, 0xc014, 0x0033, 0x0039,
    0x002f, 0x0035, 0x00ff,
];

const SIGNATURES: [u16; 8] = [
    0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601,
];

/// The ClientHello message.
pub(crate) fn client_hello(
    greeting: &Greeting<'_>,
    session: &[u8; 32],
    random: &mut Random,
) -> Vec<u8> {
    let grease = Grease::new(random);
    let (ciphers, extensions, has_session): (&[u16], _, _) = match greeting.program {
        Program::Browser(Browser::Chrome | Browser::Edge) => {
            (&CHROME, chrome(greeting.name, &grease, random), true)
        }
        Program::Browser(Browser::Firefox) => (&FIREFOX, firefox(greeting.name, random), true),
        Program::Browser(Browser::Safari) => {
            (&SAFARI, safari(greeting.name, &grease, random), true)
        }
        Program::Browser(_) => (&AGENT, agent(greeting.name), false),
        Program::Implant => (&IMPLANT, implant(), false),
        Program::Onion => (&ONION, onion(greeting.name), false),
    };
    let greases = matches!(
        greeting.program,
        Program::Browser(Browser::Chrome | Browser::Edge | Browser::Safari)
    );
    let mut body = vec![3, 3];
    body.extend(random.bytes(32));
    if has_session {
        body.push(32);
        body.extend_from_slice(session);
    } else {
        body.push(0);
    }
    let mut list = if greases {
        grease.value(0).to_vec()
    } else {
        Vec::new()
    };
    list.extend(words(ciphers));
    body.extend(prefixed(&list));
    body.extend([1, 0]);
    body.extend(prefixed(&extensions));
    handshake(1, &body)
}

/// The ServerHello of TLS 1.3.
pub(super) fn server_hello_13(session: &[u8; 32], random: &mut Random) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend(random.bytes(32));
    body.push(32);
    body.extend_from_slice(session);
    body.extend([0x13, 0x01, 0]);
    let share = [&[0, 29, 0, 32][..], &random.bytes(32)].concat();
    let extensions = [extension(51, &share), extension(43, &[3, 4])].concat();
    body.extend(prefixed(&extensions));
    handshake(2, &body)
}

/// The ServerHello of TLS 1.2.
pub(super) fn server_hello_12(
    greeting: &Greeting<'_>,
    protocol: Option<&str>,
    random: &mut Random,
) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend(random.bytes(32));
    body.push(32);
    body.extend(random.bytes(32));
    let cipher: u16 = if greeting.program == Program::Implant {
        0xc014
    } else {
        0xc02f
    };
    body.extend(cipher.to_be_bytes());
    body.push(0);
    let mut extensions = extension(0xff01, &[0]);
    if greeting.program != Program::Implant {
        extensions.extend(extension(23, &[]));
    }
    extensions.extend(extension(11, &[1, 0]));
    if let Some(protocol) = protocol {
        extensions.extend(protocols(&[protocol]));
    }
    body.extend(prefixed(&extensions));
    handshake(2, &body)
}

/// Values that browsers sprinkle in so that servers stay tolerant (RFC 8701).
struct Grease([u8; 4]);

impl Grease {
    fn new(random: &mut Random) -> Self {
        let first = random.below(16) as u8;
        let others = [5, 9, 14].map(|step| (first + step) % 16);
        Self([first, others[0], others[1], others[2]])
    }

    fn value(&self, number: usize) -> [u8; 2] {
        [self.0[number % 4] << 4 | 0x0a; 2]
    }

    fn word(&self, number: usize) -> u16 {
        u16::from_be_bytes(self.value(number))
    }
}

fn chrome(name: Option<&str>, grease: &Grease, random: &mut Random) -> Vec<u8> {
    let mut shares = grease.value(1).to_vec();
    shares.extend([0, 1, 0]);
    shares.extend([0x11, 0xec]);
    shares.extend(prefixed(&random.bytes(1216)));
    shares.extend([0, 29]);
    shares.extend(prefixed(&random.bytes(32)));
    let mut middle = vec![
        server_name(name),
        extension(23, &[]),
        extension(0xff01, &[0]),
        groups(&[grease.word(1), 0x11ec, 29, 23, 24]),
        extension(11, &[1, 0]),
        extension(35, &[]),
        protocols(&["h2", "http/1.1"]),
        extension(5, &[1, 0, 0, 0, 0]),
        extension(13, &prefixed(&words(&SIGNATURES))),
        extension(18, &[]),
        extension(51, &prefixed(&shares)),
        extension(45, &[1, 1]),
        extension(43, &[&[6][..], &grease.value(2), &[3, 4, 3, 3]].concat()),
        extension(27, &[2, 0, 2]),
        extension(0x44cd, &prefixed(b"\x02h2")),
    ];
    // This browser shuffles its extensions at every greeting.
    for position in (1..middle.len()).rev() {
        middle.swap(position, random.count(0, position + 1));
    }
    let mut extensions = extension(grease.word(3), &[]);
    extensions.extend(middle.concat());
    extensions.extend(extension(grease.word(0), &[0]));
    extensions
}

fn firefox(name: Option<&str>, random: &mut Random) -> Vec<u8> {
    let mut shares = vec![0, 29];
    shares.extend(prefixed(&random.bytes(32)));
    shares.extend([0, 23]);
    let mut point = random.bytes(65);
    point[0] = 4;
    shares.extend(prefixed(&point));
    let signatures: [u16; 11] = [
        0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201,
    ];
    [
        server_name(name),
        extension(23, &[]),
        extension(0xff01, &[0]),
        groups(&[29, 23, 24, 25, 256, 257]),
        extension(11, &[1, 0]),
        extension(35, &[]),
        protocols(&["h2", "http/1.1"]),
        extension(5, &[1, 0, 0, 0, 0]),
        extension(34, &prefixed(&words(&[0x0403, 0x0503, 0x0603, 0x0203]))),
        extension(51, &prefixed(&shares)),
        extension(43, &[4, 3, 4, 3, 3]),
        extension(13, &prefixed(&words(&signatures))),
        extension(45, &[1, 1]),
        extension(28, &[0x40, 0x01]),
    ]
    .concat()
}

fn safari(name: Option<&str>, grease: &Grease, random: &mut Random) -> Vec<u8> {
    let mut shares = grease.value(1).to_vec();
    shares.extend([0, 1, 0, 0, 29]);
    shares.extend(prefixed(&random.bytes(32)));
    let signatures: [u16; 10] = [
        0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201,
    ];
    [
        extension(grease.word(3), &[]),
        server_name(name),
        extension(23, &[]),
        extension(0xff01, &[0]),
        groups(&[grease.word(1), 29, 23, 24, 25]),
        extension(11, &[1, 0]),
        protocols(&["h2", "http/1.1"]),
        extension(5, &[1, 0, 0, 0, 0]),
        extension(13, &prefixed(&words(&signatures))),
        extension(18, &[]),
        extension(51, &prefixed(&shares)),
        extension(45, &[1, 1]),
        extension(43, &[&[6][..], &grease.value(2), &[3, 4, 3, 3]].concat()),
        extension(27, &[2, 0, 1]),
        extension(grease.word(0), &[0]),
    ]
    .concat()
}

fn agent(name: Option<&str>) -> Vec<u8> {
    [
        server_name(name),
        extension(5, &[1, 0, 0, 0, 0]),
        groups(&[29, 23, 24]),
        extension(11, &[1, 0]),
        extension(13, &prefixed(&words(&SIGNATURES))),
        extension(35, &[]),
        extension(23, &[]),
        extension(0xff01, &[0]),
    ]
    .concat()
}

fn implant() -> Vec<u8> {
    [
        extension(0xff01, &[0]),
        groups(&[23, 24]),
        extension(11, &[1, 0]),
        extension(13, &prefixed(&words(&[0x0401, 0x0501, 0x0201, 0x0203]))),
    ]
    .concat()
}

fn onion(name: Option<&str>) -> Vec<u8> {
    [
        server_name(name),
        extension(11, &[3, 0, 1, 2]),
        groups(&[23, 29]),
        extension(35, &[]),
        extension(22, &[]),
        extension(23, &[]),
        extension(13, &prefixed(&words(&SIGNATURES))),
    ]
    .concat()
}

fn server_name(name: Option<&str>) -> Vec<u8> {
    let Some(name) = name else { return Vec::new() };
    let entry = [&[0][..], &prefixed(name.as_bytes())].concat();
    extension(0, &prefixed(&entry))
}

fn groups(groups: &[u16]) -> Vec<u8> {
    extension(10, &prefixed(&words(groups)))
}

fn protocols(names: &[&str]) -> Vec<u8> {
    let list: Vec<u8> = names
        .iter()
        .flat_map(|name| [&[name.len() as u8][..], name.as_bytes()].concat())
        .collect();
    extension(16, &prefixed(&list))
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &prefixed(content)].concat()
}

fn prefixed(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u16).to_be_bytes()[..], content].concat()
}

fn words(values: &[u16]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}
