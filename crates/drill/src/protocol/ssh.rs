//! SSH (RFC 4253): banners, key exchange, then opaque packets.

use crate::engine::Outbox;
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::world::{Host, MILLISECOND, SECOND};

const KEY_EXCHANGE: &str = "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,\
    diffie-hellman-group14-sha256";
const HOST_KEYS: &str = "ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256";
const CIPHERS: &str =
    "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes256-gcm@openssh.com";
const CODES: &str = "umac-64-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-256,hmac-sha1";

/// Somebody works on a server for a while; returns when it is over.
pub(crate) fn session(
    out: &mut Outbox,
    random: &mut Random,
    client: &Host,
    server: &Host,
    now: i64,
) -> i64 {
    let mut tcp = Tcp::open(out, random, &client.station, (&server.station, 22), now);
    tcp.client(out, b"SSH-2.0-OpenSSH_for_Windows_9.5\r\n");
    tcp.server(out, b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u6\r\n");
    tcp.client(out, &offer(random));
    tcp.server(out, &offer(random));
    tcp.client(
        out,
        &packet(&[&[30, 0, 0, 0, 32][..], &random.bytes(32)].concat()),
    );
    tcp.pause(out, random.between(MILLISECOND, 4 * MILLISECOND));
    tcp.server(out, &[packet(&reply(random)), packet(&[21])].concat());
    tcp.pause(out, random.between(MILLISECOND, 9 * MILLISECOND));
    tcp.client(out, &packet(&[21]));
    for (asked, answered) in [(44, 44), (68, 52), (500, 28), (112, 500), (208, 652)] {
        tcp.client(out, &random.bytes(asked));
        tcp.pause(out, random.between(MILLISECOND, 20 * MILLISECOND));
        tcp.server(out, &random.bytes(answered));
    }
    for _ in 0..random.count(10, 60) {
        tcp.pause(out, random.between(60 * MILLISECOND, SECOND / 2));
        tcp.client(out, &random.bytes(36));
        let length = if random.chance(0.1) {
            random.count(100, 3_000)
        } else {
            36
        };
        tcp.server(out, &random.bytes(length));
    }
    tcp.close(out, Side::Client)
}

fn offer(random: &mut Random) -> Vec<u8> {
    let mut body = vec![20];
    body.extend(random.bytes(16));
    let lists = [
        KEY_EXCHANGE,
        HOST_KEYS,
        CIPHERS,
        CIPHERS,
        CODES,
        CODES,
        "none",
        "none",
        "",
        "",
    ];
    for list in lists {
        body.extend(text(list.as_bytes()));
    }
    body.extend([0; 5]);
    packet(&body)
}

fn reply(random: &mut Random) -> Vec<u8> {
    let key = [text(b"ssh-ed25519"), text(&random.bytes(32))].concat();
    let signature = [text(b"ssh-ed25519"), text(&random.bytes(64))].concat();
    [
        vec![31],
        text(&key),
        text(&random.bytes(32)),
        text(&signature),
    ]
    .concat()
}

fn text(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

/// A packet in the clear, padded to a multiple of eight.
fn packet(body: &[u8]) -> Vec<u8> {
    let padding = 4 + (8 - (5 + body.len() + 4) % 8) % 8;
    let length = (1 + body.len() + padding) as u32;
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.push(padding as u8);
    bytes.extend_from_slice(body);
    bytes.resize(bytes.len() + padding, 0);
    bytes
}
