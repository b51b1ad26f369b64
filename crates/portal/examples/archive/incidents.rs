//! Incidents of three years for an archive, from their numbers: the same number gives the same incident. And what people
//! ask of such an archive.

use super::samples;
use event::{Host, Incident, Severity, Text, Timestamp};

const HOSTS: u64 = 3000;
const PEERS: u64 = 150_000;
const DAYS: u64 = 3 * 365;
const PLACES: [&str; 8] = [
    "本社",
    "大阪支店",
    "名古屋支店",
    "福岡営業所",
    "仙台営業所",
    "倉庫",
    "工場",
    "研究所",
];
const DEPARTMENTS: [&str; 6] = ["経理", "人事", "営業", "製造", "設計", "総務"];
const FAMILIES: [(&str, u64); 6] = [
    ("Emotet", 3),
    ("QakBot", 11),
    ("AsyncRAT", 47),
    ("LockBit", 211),
    ("PlugX", 1999),
    ("ShadowPad", 49_999),
];

/// The incident of a number, last seen in the three years before `now`; higher numbers are later, as they come in.
pub fn incident(number: u64, now: Timestamp) -> Incident {
    let random = scattered(number);
    let mut incident = samples::incident(random % 100_000, now);
    let host = host(random / 7 % HOSTS);
    let shown = incident
        .host
        .name
        .clone()
        .unwrap_or_else(|| incident.host.ip.to_string());
    let name = host.name.clone().unwrap_or_else(|| host.ip.to_string());
    let family = FAMILIES
        .iter()
        .find(|(_, every)| number % every == 1)
        .map_or("", |(family, _)| family);
    let place = PLACES[(random / 11 % 8) as usize];
    let department = DEPARTMENTS[(random / 13 % 6) as usize];
    incident.title = Text::new(
        format!(
            "{}（{place}・{department}部）{family}",
            incident.title.ja.replace(&shown, &name)
        ),
        format!("{} {family}", incident.title.en.replace(&shown, &name)),
    );
    incident.incident_id = format!("archive-{number:07}");
    incident.severity = severity(random);
    incident.confidence = 0.4 + (random / 17 % 60) as f32 / 100.0;
    incident.peers = (0..1 + random % 3)
        .map(|place| peer(scattered(random + place) % PEERS))
        .collect();
    incident.host = host;
    for line in &mut incident.detections {
        line.id = format!("{}-{}", line.id, random / 19 % 4000);
    }
    // Lists do not read it, and it is most of a body.
    incident.advice = None;
    let age_minutes = scattered(number ^ 0x5eed) % (DAYS * 24 * 60);
    incident.last_seen = now.plus_nanos(-(age_minutes as i64 + 1) * 60_000_000_000);
    incident.first_seen = incident
        .last_seen
        .plus_nanos(-((random % 5000) as i64) * 60_000_000_000);
    incident
}

fn host(number: u64) -> Host {
    let ip = format!(
        "10.{}.{}.{}",
        20 + number / 1000,
        number / 250 % 250,
        number % 250 + 1
    );
    Host {
        ip: ip.parse().expect("an address"),
        mac: Some(format!(
            "02:00:5e:{:02x}:{:02x}:{:02x}",
            number >> 16 & 255,
            number >> 8 & 255,
            number & 255
        )),
        name: (!number.is_multiple_of(10)).then(|| format!("PC-{number:04}")),
    }
}

fn peer(number: u64) -> String {
    match number % 3 {
        0 => format!("198.51.{}.{}", number / 250 % 250, number % 250),
        1 => format!("cdn{number}.example.net"),
        _ => format!(
            "{}{number}.example.com",
            ["login", "update", "mail", "shop"][(number / 3 % 4) as usize]
        ),
    }
}

const fn severity(random: u64) -> Severity {
    match random / 23 % 100 {
        0..=54 => Severity::Low,
        55..=89 => Severity::Medium,
        90..=97 => Severity::High,
        _ => Severity::Critical,
    }
}

/// SplitMix64: numbers in a row become numbers all over.
const fn scattered(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// What people ask of an archive: names for the table, and query strings.
pub fn filters(now: Timestamp) -> Vec<(&'static str, String)> {
    let before = |days: i64| now.plus_nanos(-days * 86_400_000_000_000).rfc3339();
    let host = host(17);
    let questions = [
        ("no filter", ""),
        ("time: a week", "from={7}"),
        ("time: a year, two years ago", "from={700}&to={350}"),
        ("class", "class=malware_communication"),
        ("communication", "communication=tor"),
        (
            "communications",
            "communication=tor&communication=ransomware&communication=recon_access",
        ),
        ("stage", "stage=impact"),
        ("severity", "severity=critical"),
        ("handling", "handling=resolved"),
        (
            "handling: open",
            "handling=new&handling=acknowledged&handling=in_progress&handling=awaiting_customer",
        ),
        ("resolution", "resolution=true_attack"),
        ("overdue", "overdue=true"),
        ("host by address", "host={address}"),
        ("host by name", "host={name}"),
        ("with suppressed", "suppressed=with"),
        (
            "severity and class",
            "severity=critical&class=malicious_site",
        ),
        ("severity and host", "severity=critical&host={name}"),
        (
            "communication and handling",
            "communication=tor&handling=acknowledged",
        ),
        ("class and time", "class=suspicious&from={30}"),
        (
            "three that exclude each other",
            "communication=tor&stage=impact&severity=low",
        ),
        ("word: common", "q=example"),
        ("word: rare", "q=ShadowPad"),
        ("word: part of an address", "q=51.10"),
        ("word: in no incident", "q=zzzyx"),
        ("word: one letter", "q=z"),
        ("word: two letters", "q=c2"),
        ("word: two kanji", "q=%E5%80%89%E5%BA%AB"),
        ("word: three kanji", "q=%E7%A0%94%E7%A9%B6%E6%89%80"),
        ("words: two common", "q=example%20infected"),
        ("words: eight", "q=a%20e%20i%20o%20pc%20example%20com%201"),
        (
            "words and filters",
            "q=%E7%B5%8C%E7%90%86%20tor&severity=high&from={365}",
        ),
        ("order: severity", "sort=severity"),
        ("order: host", "sort=host&order=asc"),
        ("order: confidence", "sort=confidence"),
        (
            "order: first seen, oldest first",
            "sort=first_seen&order=asc",
        ),
    ];
    let mut filters = Vec::with_capacity(questions.len());
    for (name, question) in questions {
        let mut question = question
            .replace("{address}", &host.ip.to_string())
            .replace("{name}", host.name.as_deref().unwrap_or_default());
        for days in [7, 30, 350, 365, 700] {
            question = question.replace(&format!("{{{days}}}"), &before(days));
        }
        filters.push((name, question));
    }
    filters
}
