//! Measuring tunnels inside DNS: what the well-known tools send, and what looks like it and is harmless.
//!
//! Forms after the tools' own descriptions: iodine (NULL and TXT, base 32 or 128, short pings while idle), dnscat2 (TXT,
//! CNAME and MX, hexadecimal), dns2tcp (TXT and KEY, base 64), and exfiltration in A questions.

use crate::random::Random;
use analyze::{Brain, Settings};
use event::{Endpoint, Event, FlowRef, Record, Severity, Timestamp, Value};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

const START_S: i64 = 1_790_553_600;
const BASE32: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
const BASE64: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
const HEX: &[u8] = b"0123456789abcdef";
const WORDS: [&str; 16] = [
    "static", "image", "edge", "cache", "video", "login", "shop", "media", "tokyo", "osaka",
    "north", "api", "assets", "beta", "live", "mail",
];

/// A question and its answer.
struct Look {
    name: String,
    kind: &'static str,
    /// None: no such name.
    answers: Option<Vec<String>>,
    ttl: u64,
}

/// What a run asks, by number of the question.
type Maker = fn(&mut Random, usize, &str) -> Look;

struct Case {
    name: &'static str,
    is_tunnel: bool,
    questions: usize,
    make: Maker,
}

fn look(name: String, kind: &'static str, answer: impl Into<Option<String>>, ttl: u64) -> Look {
    Look {
        name,
        kind,
        answers: answer.into().map(|answer| vec![answer]),
        ttl,
    }
}

/// Labels of at most so many characters.
fn labels(random: &mut Random, alphabet: &[u8], length: usize) -> String {
    let text = random.text(alphabet, length);
    let parts: Vec<&str> = text
        .as_bytes()
        .chunks(57)
        .filter_map(|part| std::str::from_utf8(part).ok())
        .collect();
    parts.join(".")
}

const fn tunnel(name: &'static str, questions: usize, make: Maker) -> Case {
    Case {
        name,
        is_tunnel: true,
        questions,
        make,
    }
}

const fn harmless(name: &'static str, questions: usize, make: Maker) -> Case {
    Case {
        name,
        is_tunnel: false,
        questions,
        make,
    }
}

const CASES: &[Case] = &[
    tunnel("iodine, NULL, data", 200, |random, _, zone| {
        let length = random.count(80, 200);
        look(
            format!("0{}.{zone}", labels(random, BASE32, length)),
            "NULL",
            random.text(BASE64, 120),
            0,
        )
    }),
    tunnel("iodine, NULL, idle pings", 60, |random, _, zone| {
        look(
            format!("p{}.{zone}", random.text(BASE32, 6)),
            "NULL",
            random.text(BASE64, 4),
            0,
        )
    }),
    tunnel("iodine, CNAME, data", 120, |random, _, zone| {
        let length = random.count(60, 150);
        let back = labels(random, BASE32, 80);
        look(
            format!("0{}.{zone}", labels(random, BASE32, length)),
            "CNAME",
            format!("h{back}.{zone}"),
            0,
        )
    }),
    tunnel("iodine, MX, data", 120, |random, _, zone| {
        let length = random.count(60, 150);
        let back = labels(random, BASE32, 60);
        look(
            format!("0{}.{zone}", labels(random, BASE32, length)),
            "MX",
            format!("h{back}.{zone}"),
            0,
        )
    }),
    tunnel(
        "dnscat2, TXT, CNAME and MX, data",
        150,
        |random, _, zone| {
            let (length, back) = (random.count(80, 180), random.text(HEX, 60));
            let kind = *random.pick(&["TXT", "CNAME", "MX"]);
            look(
                format!("{}.{zone}", labels(random, HEX, length)),
                kind,
                back,
                60,
            )
        },
    ),
    tunnel("dnscat2, idle", 40, |random, _, zone| {
        let kind = *random.pick(&["TXT", "CNAME", "MX"]);
        look(
            format!("{}.{zone}", random.text(HEX, 34)),
            kind,
            random.text(HEX, 34),
            60,
        )
    }),
    tunnel("dnscat2, A only", 80, |random, _, zone| {
        let length = random.count(34, 60);
        let address = format!(
            "{}.{}.{}.{}",
            random.count(1, 220),
            random.count(0, 256),
            random.count(0, 256),
            random.count(0, 256)
        );
        look(
            format!("{}.{zone}", labels(random, HEX, length)),
            "A",
            address,
            60,
        )
    }),
    tunnel("dns2tcp, TXT, data", 120, |random, _, zone| {
        let length = random.count(40, 160);
        look(
            format!("{}.={zone}", labels(random, BASE64, length)),
            "TXT",
            random.text(BASE64, 180),
            3,
        )
    }),
    tunnel("dns2tcp, KEY, idle", 40, |random, _, zone| {
        look(
            format!("{}.={zone}", random.text(BASE64, 14)),
            "KEY",
            random.text(BASE64, 10),
            3,
        )
    }),
    tunnel(
        "exfiltration, A, base 32, answered",
        60,
        |random, _, zone| {
            let length = random.count(40, 110);
            look(
                format!("{}.{zone}", labels(random, BASE32, length)),
                "A",
                "203.0.113.9".to_owned(),
                60,
            )
        },
    ),
    tunnel(
        "exfiltration, A, hexadecimal, no such name",
        250,
        |random, _, zone| {
            let length = random.count(90, 150);
            look(
                format!("{}.{zone}", labels(random, HEX, length)),
                "A",
                None,
                0,
            )
        },
    ),
    tunnel("exfiltration, AAAA, base 64", 60, |random, _, zone| {
        let (length, back) = (random.count(30, 60), random.text(HEX, 4));
        look(
            format!("{}.{zone}", labels(random, BASE64, length)),
            "AAAA",
            format!("2001:db8::{back}"),
            5,
        )
    }),
    harmless("content delivery", 400, |random, number, zone| {
        let front = format!(
            "{}{}-{}",
            random.pick(&WORDS),
            number % 80,
            random.text(HEX, 4)
        );
        look(
            format!("{front}.{zone}"),
            "A",
            format!("203.0.113.{}", random.count(1, 9)),
            60,
        )
    }),
    harmless(
        "content delivery, hashed hosts",
        120,
        |random, number, zone| {
            let mut host = Random::new(number as u64 / 3, zone);
            look(
                format!("{}.{zone}", host.text(HEX, 32)),
                "A",
                format!("203.0.113.{}", random.count(1, 4)),
                300,
            )
        },
    ),
    harmless(
        "antivirus, hash of a file (A, 127/8)",
        300,
        |random, _, zone| {
            let length = *random.pick(&[32, 40]);
            look(
                format!("{}.avqs.{zone}", random.text(HEX, length)),
                "A",
                format!("127.0.0.{}", random.count(1, 5)),
                300,
            )
        },
    ),
    harmless("antivirus, no such name", 300, |random, _, zone| {
        look(format!("{}.u.{zone}", random.text(HEX, 32)), "A", None, 300)
    }),
    harmless("block lists (DNSBL)", 400, |random, _, zone| {
        let reversed = format!(
            "{}.{}.{}.{}",
            random.count(1, 250),
            random.count(0, 256),
            random.count(0, 256),
            random.count(1, 220)
        );
        look(
            format!("{reversed}.bl.{zone}"),
            "A",
            random.chance(0.3).then(|| "127.0.0.2".to_owned()),
            300,
        )
    }),
    harmless("block lists of domains", 300, |random, number, zone| {
        let name = format!(
            "{}{}{}",
            random.pick(&WORDS),
            random.pick(&WORDS),
            number % 90
        );
        look(format!("{name}.com.{zone}"), "A", None, 300)
    }),
    harmless("SPF with macros", 150, |random, _, zone| {
        let address = format!(
            "{}.{}.{}.{}",
            random.count(1, 250),
            random.count(0, 256),
            random.count(0, 256),
            random.count(1, 220)
        );
        look(
            format!("{address}.spf.{zone}"),
            "A",
            "127.0.0.2".to_owned(),
            300,
        )
    }),
    harmless(
        "SPF, DKIM, DMARC of many senders",
        300,
        |random, number, _| {
            let sender = format!(
                "{}{}{}.example",
                random.pick(&WORDS),
                random.pick(&WORDS),
                number % 70
            );
            let front = *random.pick(&[
                "",
                "_dmarc.",
                "selector1._domainkey.",
                "k2024._domainkey.",
                "mail.",
            ]);
            look(
                format!("{front}{sender}"),
                "TXT",
                format!("v=DKIM1; k=rsa; p={}", random.text(BASE64, 200)),
                3600,
            )
        },
    ),
    harmless(
        "DKIM selectors of one sender",
        60,
        |random, number, zone| {
            look(
                format!("{}{number}._domainkey.{zone}", random.text(HEX, 12)),
                "TXT",
                format!("v=DKIM1; p={}", random.text(BASE64, 200)),
                3600,
            )
        },
    ),
    harmless("directory services", 200, |random, _, zone| {
        let front = *random.pick(&[
            "_ldap._tcp.dc._msdcs",
            "_kerberos._tcp.head-office._sites",
            "_gc._tcp",
            "_ldap._tcp.head-office._sites.dc._msdcs",
        ]);
        look(format!("{front}.{zone}"), "SRV", format!("dc1.{zone}"), 600)
    }),
    harmless("hosts of a company", 300, |random, _, zone| {
        look(
            format!(
                "{}-{}-{:02}.{}.{zone}",
                random.pick(&["pc", "note", "print"]),
                random.pick(&WORDS),
                random.count(0, 60),
                random.pick(&WORDS)
            ),
            "A",
            format!("10.1.{}.{}", random.count(0, 9), random.count(1, 250)),
            1200,
        )
    }),
    harmless("telemetry with identifiers", 45, |random, number, zone| {
        let mut host = Random::new(number as u64 / 3, zone);
        look(
            format!(
                "{}-{}.telemetry.{zone}",
                host.text(HEX, 8),
                host.text(HEX, 12)
            ),
            "A",
            format!("203.0.113.{}", random.count(1, 4)),
            60,
        )
    }),
    harmless(
        "a site with a host for each customer",
        300,
        |random, number, zone| {
            let front = format!(
                "{}-{}{}",
                random.pick(&WORDS),
                random.pick(&WORDS),
                number % 120
            );
            look(
                format!("{front}.shops.{zone}"),
                "A",
                format!("203.0.{}.{}", random.count(0, 99), random.count(1, 250)),
                300,
            )
        },
    ),
    harmless(
        "servers of a cloud, an address each",
        100,
        |random, _, zone| {
            let (third, fourth) = (random.count(0, 256), random.count(1, 250));
            look(
                format!("ip-198-51-{third}-{fourth}.compute.{zone}"),
                "A",
                format!("198.51.{third}.{fourth}"),
                60,
            )
        },
    ),
    harmless(
        "texts that prove who owns a domain",
        90,
        |random, number, zone| {
            let front = format!("{}{}", random.pick(&WORDS), number % 8);
            look(
                format!("{front}.{zone}"),
                "TXT",
                format!("site-verification={}", random.text(BASE64, 43)),
                3600,
            )
        },
    ),
];

const RUNS: u64 = 50;
/// Seconds between questions: at once, and one in several minutes.
const RATES: [(&str, f64); 2] = [("high rate", 0.4), ("low rate", 240.0)];

/// Plays every case at every rate and prints the table.
pub fn measure() {
    println!(
        "| traffic | {} | {} |\n|---|---|---|",
        RATES[0].0, RATES[1].0
    );
    let mut sums: BTreeMap<bool, (u64, u64)> = BTreeMap::new();
    for case in CASES {
        let mut cells = Vec::new();
        for (_, seconds) in RATES {
            let hits = (0..RUNS).filter(|run| is_told(case, *run, seconds)).count() as u64;
            let sum = sums.entry(case.is_tunnel).or_default();
            *sum = (sum.0 + hits, sum.1 + RUNS);
            cells.push(format!("{hits} of {RUNS}"));
        }
        println!("| {} | {} |", case.name, cells.join(" | "));
    }
    for (is_tunnel, (hits, all)) in sums {
        let kind = if is_tunnel {
            "tunnels found"
        } else {
            "false alarms"
        };
        println!(
            "{kind}: {hits} of {all} ({:.1} %)",
            hits as f64 * 100.0 / all as f64
        );
    }
}

fn is_told(case: &Case, run: u64, seconds: f64) -> bool {
    let mut random = Random::new(run, case.name);
    let mut brain = Brain::new(Settings::default());
    let zone = format!(
        "{}{}.{}",
        random.pick(&WORDS),
        random.text(b"aeioukst", 3),
        random.pick(&["com", "net", "co.jp", "io"])
    );
    let mut now = 0.0;
    for number in 0..case.questions {
        now += seconds * (0.5 + random.unit());
        let look = (case.make)(&mut random, number, &zone);
        brain.event(&question(&look, now, number));
        brain.event(&answer(&look, now + 0.03, number));
    }
    brain.finish(Timestamp::new(START_S + now as i64 + 60, 0));
    brain
        .changed_incidents()
        .iter()
        .any(|incident| incident.severity >= Severity::Medium)
}

fn event(look: &Look, seconds: f64, number: usize, kind: &'static str) -> (Event, Record) {
    let mut event = Event::new(
        Timestamp::from_nanos(START_S * 1_000_000_000 + (seconds * 1e9) as i64),
        "dns",
    );
    event.source = Some(Endpoint::new(Ipv4Addr::new(10, 0, 0, 5).into(), 50_000));
    event.dest = Some(Endpoint::new(Ipv4Addr::new(10, 0, 0, 53).into(), 53));
    event.flow = Some(FlowRef {
        id: number as u64 + 1,
    });
    let mut query = Record::new();
    query.push("rrname", look.name.clone());
    query.push("rrtype", look.kind);
    let mut body = Record::new();
    body.push("type", kind);
    body.push("queries", Value::List(vec![Value::Record(query)]));
    (event, body)
}

fn question(look: &Look, seconds: f64, number: usize) -> Event {
    let (mut event, body) = event(look, seconds, number, "request");
    event.body.push("dns", body);
    event
}

fn answer(look: &Look, seconds: f64, number: usize) -> Event {
    let (mut event, mut body) = event(look, seconds, number, "response");
    body.push(
        "rcode",
        if look.answers.is_some() {
            "NOERROR"
        } else {
            "NXDOMAIN"
        },
    );
    let records = look.answers.iter().flatten().map(|data| {
        let mut record = Record::new();
        record.push("rrname", look.name.clone());
        record.push("rrtype", look.kind);
        record.push("ttl", look.ttl);
        record.push("rdata", data.clone());
        Value::Record(record)
    });
    let records: Vec<Value> = records.collect();
    if !records.is_empty() {
        body.push("answers", Value::List(records));
    }
    event.body.push("dns", body);
    event
}
