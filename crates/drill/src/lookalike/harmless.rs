//! Look-ups that resemble tunnels: content delivery, protection, checks of mail, certificates, clouds, laboratories.

use super::message::{Look, kind, plain, strings};
use super::{Case, Form};
use crate::random::Random;

const BASE_36: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
const BASE_32: &str = "abcdefghijklmnopqrstuvwxyz234567";
const KEY: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SITES: [&str; 12] = [
    "shop", "tokyo", "photo", "travel", "metal", "office", "green", "mail", "trade", "music",
    "sakura", "yamato",
];

const fn case(
    name: &'static str,
    messages: usize,
    make: fn(&mut Random, usize, &str) -> Look,
) -> Case {
    Case {
        name,
        is_tunnel: false,
        messages,
        form: Form::Dns(make),
    }
}

fn address(random: &mut Random) -> Vec<u8> {
    vec![33, random.below(4) as u8, 7, random.below(20) as u8 + 1]
}

fn somewhere(random: &mut Random) -> String {
    let (one, two) = (random.pick(&SITES), random.pick(&SITES));
    format!("{one}{two}{}.com", random.below(60))
}

pub(super) static CASES: &[Case] = &[
    case(
        "content delivery, a host for each customer",
        150,
        |random, number, zone| {
            let mut host = Random::new(number as u64 * 7 / 10);
            let front = format!("d{}", host.text(BASE_36, 13));
            Look::new(front.as_bytes(), zone, kind::A).with(kind::A, address(random), 60)
        },
    ),
    case("video delivery", 200, |random, number, zone| {
        let mut host = Random::new(number as u64 % 40);
        let front = format!("r{}---sn-{}", host.count(1, 9), host.text(BASE_36, 8));
        Look::new(front.as_bytes(), zone, kind::A).with(kind::A, address(random), 300)
    }),
    case(
        "protection, files, TXT with few answers",
        150,
        |random, _, zone| {
            let front = format!("{}.{}.f", random.text(BASE_32, 26), random.below(9));
            let verdict = *random.pick(&["w t=3600 s=a", "w t=600 s=u", "b t=3600 s=m"]);
            Look::new(front.as_bytes(), zone, kind::TXT).with(
                kind::TXT,
                strings(verdict.as_bytes()),
                3_600,
            )
        },
    ),
    case("protection, files, A in 127/8", 200, |random, _, zone| {
        let front = format!(
            "0.11-a{}.{}.{}.avqs",
            random.hex(7),
            random.hex(4),
            random.text(BASE_32, 26)
        );
        let verdict = vec![127, 0, random.below(2) as u8 * 128, random.below(9) as u8];
        Look::new(front.as_bytes(), zone, kind::A).with(kind::A, verdict, 300)
    }),
    case("block list, IPv6 senders", 200, |random, _, zone| {
        let nibbles: Vec<String> = (0..32).map(|_| random.hex(1)).collect();
        let look = Look::new(nibbles.join(".").as_bytes(), zone, kind::A);
        if random.chance(0.2) {
            look.with(kind::A, vec![127, 0, 0, 2], 300)
        } else {
            look
        }
    }),
    case(
        "block list, hashed addresses of mail",
        200,
        |random, _, zone| {
            let front = format!("{}.hash", random.hex(40));
            let look = Look::new(front.as_bytes(), zone, kind::A);
            if random.chance(0.05) {
                look.with(kind::A, vec![127, 0, 1, 2], 300)
            } else {
                look
            }
        },
    ),
    case("keys of senders at one mailer", 90, |random, _, zone| {
        let front = format!("{}.dkim", random.text(BASE_32, 32));
        let key = format!("p=MIGfMA0GCSqGSIb3DQEBAQUAA4GN{}", random.text(KEY, 180));
        Look::new(front.as_bytes(), zone, kind::TXT).with(kind::TXT, strings(key.as_bytes()), 1_800)
    }),
    case("keys of senders, by aliases", 120, |random, _, zone| {
        let token = random.text(BASE_32, 32);
        let sender = somewhere(random);
        let back = plain(&format!("{token}.dkim.{zone}"));
        let front = format!("{token}._domainkey");
        Look::new(front.as_bytes(), &sender, kind::TXT).with(kind::CNAME, back, 1_800)
    }),
    case("policies of many senders", 240, |random, _, _| {
        let sender = somewhere(random);
        let front = *random.pick(&["_dmarc", "default._domainkey", "mail", "_mta-sts"]);
        let text = format!("v=DMARC1; p=none; rua=mailto:{}@{sender}", random.hex(8));
        Look::new(front.as_bytes(), &sender, kind::TXT).with(
            kind::TXT,
            strings(text.as_bytes()),
            3_600,
        )
    }),
    case("senders allowed by address", 150, |random, _, zone| {
        let octets: Vec<String> = (0..4).map(|_| random.below(256).to_string()).collect();
        let front = format!("{}._i.{}._spf", octets.join("."), random.pick(&SITES));
        Look::new(front.as_bytes(), zone, kind::A).with(kind::A, vec![127, 0, 0, 2], 300)
    }),
    case("proofs for certificates", 60, |random, number, zone| {
        let front = format!("_acme-challenge.host{number}");
        let token = random.text(KEY, 43);
        Look::new(front.as_bytes(), zone, kind::TXT).with(kind::TXT, strings(token.as_bytes()), 60)
    }),
    case(
        "certificates of mail servers (TLSA)",
        80,
        |random, number, zone| {
            let front = format!("_25._tcp.mx{number}");
            let data = [&[3, 1, 1][..], &random.bytes(32)].concat();
            Look::new(front.as_bytes(), zone, kind::TLSA).with(kind::TLSA, data, 3_600)
        },
    ),
    case("machines of a cluster", 200, |random, _, _| {
        let front = format!(
            "10-42-{}-{}.default.pod",
            random.below(9),
            random.below(250)
        );
        let data = vec![10, 42, random.below(9) as u8, random.below(250) as u8];
        Look::new(front.as_bytes(), "cluster.local", kind::A).with(kind::A, data, 5)
    }),
    case(
        "services of a cloud, by identifiers",
        70,
        |random, number, zone| {
            let mut host = Random::new(number as u64 / 2);
            let front = format!("{}-{}.blob", host.hex(8), host.hex(4));
            let back = plain(&format!("blob.{}.store.{zone}", random.pick(&SITES)));
            Look::new(front.as_bytes(), zone, kind::A).with(kind::CNAME, back, 60)
        },
    ),
    case("devices of a maker", 60, |random, number, zone| {
        let mut device = Random::new(number as u64 % 20);
        let front = format!("{}.iot", device.text(BASE_36, 16));
        Look::new(front.as_bytes(), zone, kind::A).with(kind::A, address(random), 60)
    }),
    case("names of addresses", 200, |random, _, _| {
        let nibbles: Vec<String> = (0..32).map(|_| random.hex(1)).collect();
        let look = Look::new(nibbles.join(".").as_bytes(), "ip6.arpa", kind::PTR);
        if random.chance(0.4) {
            look.with(kind::PTR, plain(&somewhere(random)), 3_600)
        } else {
            look
        }
    }),
    case("measuring of resolvers by pages", 30, |random, _, zone| {
        let front = format!("{}.rum", random.hex(32));
        Look::new(front.as_bytes(), zone, kind::A).with(kind::A, address(random), 10)
    }),
];
