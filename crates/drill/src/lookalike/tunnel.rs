//! Tunnels inside DNS.

use super::message::{Look, kind, name, plain, strings};
use super::{Case, Form};
use crate::random::Random;

const BASE_32: &str = "abcdefghijklmnopqrstuvwxyz012345";
const BASE_36: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
const BASE_58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE_64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
const WORDS: [&str; 32] = [
    "apple", "river", "stone", "cloud", "paper", "green", "north", "table", "horse", "light",
    "bread", "music", "chair", "ocean", "tiger", "lemon", "glass", "sugar", "piano", "winter",
    "garden", "bottle", "silver", "monday", "basket", "window", "orange", "coffee", "mirror",
    "pencil", "forest", "island",
];

const fn case(
    name: &'static str,
    messages: usize,
    make: fn(&mut Random, usize, &str) -> Look,
) -> Case {
    Case {
        name,
        is_tunnel: true,
        messages,
        form: Form::Dns(make),
    }
}

/// A text of a length between two bounds.
fn text(random: &mut Random, alphabet: &str, low: usize, high: usize) -> String {
    let length = random.count(low, high);
    random.text(alphabet, length)
}

/// Eight bits less one in a byte, as iodine's base 128 has them.
fn base_128(random: &mut Random, length: usize) -> Vec<u8> {
    (0..length)
        .map(|_| match random.below(128) {
            low @ 0..62 => BASE_58.as_bytes()[(low as usize) % 58],
            high => 188 + (high - 62) as u8,
        })
        .collect()
}

fn mail_exchanger(target: &[u8]) -> Vec<u8> {
    [&[0, 10][..], target].concat()
}

pub(super) static CASES: &[Case] = &[
    case("iodine, NULL, base 128", 140, |random, number, zone| {
        let length = random.count(40, 160);
        let mut front = format!("{}{}", number % 10, random.text(BASE_32, 3)).into_bytes();
        front.extend(base_128(random, length));
        let back = random.count(20, 900);
        let data = random.bytes(back);
        Look::new(&front, zone, kind::NULL).with(kind::NULL, data, 0)
    }),
    case("iodine, TXT, base 64", 120, |random, _, zone| {
        let front = text(random, BASE_64, 60, 180);
        let data = text(random, BASE_64, 20, 240);
        Look::new(front.as_bytes(), zone, kind::TXT).with(kind::TXT, strings(data.as_bytes()), 0)
    }),
    case("iodine, its own type, base 32", 90, |random, _, zone| {
        let front = text(random, BASE_32, 30, 120);
        let data = random.bytes(300);
        Look::new(front.as_bytes(), zone, kind::PRIVATE).with(kind::PRIVATE, data, 0)
    }),
    case("iodine, A answered by aliases", 100, |random, _, zone| {
        let front = text(random, BASE_32, 50, 140);
        let back = plain(&format!("h{}.{zone}", text(random, BASE_32, 20, 56)));
        Look::new(front.as_bytes(), zone, kind::A).with(kind::CNAME, back, 0)
    }),
    case("iodine, SRV", 100, |random, _, zone| {
        let front = text(random, BASE_32, 50, 140);
        let back = plain(&format!("{}.{zone}", text(random, BASE_32, 20, 56)));
        let data = [&[0, 10, 0, 10, 20, 120][..], &back].concat();
        Look::new(front.as_bytes(), zone, kind::SRV).with(kind::SRV, data, 0)
    }),
    case("iodine, idle, NULL", 45, |random, _, zone| {
        let front = format!("p{}", random.text(BASE_32, 6));
        Look::new(front.as_bytes(), zone, kind::NULL).with(kind::NULL, random.bytes(2), 0)
    }),
    case("dnscat2, TXT, named", 100, |random, _, zone| {
        let front = format!(
            "dnscat.{}",
            random.hex(18 + 2 * random.clone().count(0, 60))
        );
        let data = random.hex(60);
        Look::new(front.as_bytes(), zone, kind::TXT).with(kind::TXT, strings(data.as_bytes()), 60)
    }),
    case("dnscat2, MX, waiting", 40, |random, _, zone| {
        let front = random.hex(18);
        let back = plain(&format!("{}.{zone}", random.hex(18)));
        Look::new(front.as_bytes(), zone, kind::MX).with(kind::MX, mail_exchanger(&back), 60)
    }),
    case("dnscat2, AAAA", 80, |random, _, zone| {
        let front = random.hex(18 + 2 * random.clone().count(0, 50));
        Look::new(front.as_bytes(), zone, kind::AAAA).with(kind::AAAA, random.bytes(16), 60)
    }),
    case("dns2tcp, TXT", 90, |random, _, zone| {
        let front = format!("{}.=connect", text(random, BASE_64, 20, 150));
        let data = text(random, BASE_64, 20, 250);
        Look::new(front.as_bytes(), zone, kind::TXT).with(kind::TXT, strings(data.as_bytes()), 3)
    }),
    case("dns2tcp, KEY, waiting", 35, |random, _, zone| {
        let front = text(random, BASE_64, 10, 16);
        let data = random.bytes(18);
        Look::new(front.as_bytes(), zone, kind::KEY).with(kind::KEY, data, 3)
    }),
    case("data out, A, base 58", 60, |random, number, zone| {
        let front = format!("{number}.{}", text(random, BASE_58, 24, 56));
        Look::new(front.as_bytes(), zone, kind::A).with(kind::A, vec![33, 1, 2, 3], 300)
    }),
    case(
        "data out, A, 14 characters a name",
        90,
        |random, _, zone| {
            let front = random.text(BASE_36, 14);
            Look::new(front.as_bytes(), zone, kind::A).with(kind::A, vec![33, 9, 9, 9], 1)
        },
    ),
    case(
        "data out, AAAA, groups of digits",
        60,
        |random, number, zone| {
            let groups: Vec<String> = (0..random.count(8, 16))
                .map(|_| random.count(100, 999).to_string())
                .collect();
            let front = format!("{}-{number}", groups.join("-"));
            Look::new(front.as_bytes(), zone, kind::AAAA).with(kind::AAAA, random.bytes(16), 30)
        },
    ),
    case("data out, A, spelled in words", 120, |random, _, zone| {
        let words: Vec<&str> = (0..random.count(5, 9))
            .map(|_| *random.pick(&WORDS))
            .collect();
        Look::new(words.join("-").as_bytes(), zone, kind::A).with(kind::A, vec![33, 8, 8, 8], 5)
    }),
    case(
        "data out, HTTPS, base 32, no such name",
        200,
        |random, _, zone| {
            let front = text(random, BASE_32, 60, 150);
            Look::new(front.as_bytes(), zone, kind::HTTPS)
        },
    ),
    case(
        "data back, CNAME of short names",
        60,
        |random, number, zone| {
            let front = format!("q{number:05x}");
            let labels = vec![
                text(random, BASE_32, 40, 57).into_bytes(),
                text(random, BASE_32, 40, 57).into_bytes(),
            ];
            let mut back = name(&labels);
            back.pop();
            back.extend(plain(zone));
            Look::new(front.as_bytes(), zone, kind::CNAME).with(kind::CNAME, back, 0)
        },
    ),
];
