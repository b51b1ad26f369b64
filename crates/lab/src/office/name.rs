//! Names of sites as people and companies choose them: read aloud, put together, shortened, counted.

use crate::random::Random;

const SYLLABLES: [&str; 32] = [
    "ka", "mi", "to", "ra", "ne", "so", "shi", "ma", "ter", "lin", "ho", "san", "ya", "den", "co",
    "ri", "ku", "no", "ta", "mo", "be", "vel", "gen", "ki", "ro", "su", "da", "lo", "ven", "ha",
    "chi", "zen",
];
const WORDS: [&str; 96] = [
    "blue", "green", "office", "mail", "cloud", "tokyo", "osaka", "trade", "metal", "paper",
    "book", "travel", "hotel", "food", "lunch", "coffee", "garden", "house", "home", "car",
    "parts", "tools", "shop", "store", "market", "direct", "express", "news", "daily", "times",
    "weather", "sports", "soccer", "photo", "video", "music", "radio", "game", "play", "learn",
    "school", "tax", "law", "bank", "card", "pay", "money", "stock", "job", "work", "people",
    "team", "project", "task", "plan", "map", "train", "rail", "air", "sea", "port", "land",
    "city", "town", "clinic", "health", "care", "drug", "lab", "science", "data", "soft", "system",
    "net", "web", "design", "print", "color", "fashion", "shoe", "bag", "toy", "pet", "sun",
    "star", "moon", "river", "mountain", "forest", "stone", "gold", "silver", "iron", "first",
    "best", "smart",
];
const CONSONANTS: &[u8] = b"bcdfgklmnprstvxz";
const HEX: &[u8] = b"0123456789abcdef";
const BASE36: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// The registered name of a site.
pub fn domain(random: &mut Random) -> String {
    let syllables = |random: &mut Random, low, high| -> String {
        (0..random.count(low, high))
            .map(|_| *random.pick(&SYLLABLES))
            .collect()
    };
    match random.count(0, 100) {
        0..34 => {
            let ending = *random.pick(&["jp", "co.jp", "com", "co.jp", "or.jp", "ne.jp", "net"]);
            format!("{}.{ending}", syllables(random, 2, 5))
        }
        34..64 => {
            let between = if random.chance(0.3) { "-" } else { "" };
            let (one, two) = (random.pick(&WORDS), random.pick(&WORDS));
            let ending = *random.pick(&["com", "com", "net", "org", "info", "jp", "io"]);
            format!("{one}{between}{two}.{ending}")
        }
        64..80 => {
            let word = random.pick(&WORDS);
            let ending = *random.pick(&["com", "jp", "de", "fr", "io", "app", "co.uk"]);
            format!("{word}{}.{ending}", syllables(random, 1, 3))
        }
        80..92 => {
            let length = random.count(3, 6);
            let ending = *random.pick(&["com", "net", "io", "jp", "me", "cc"]);
            format!("{}.{ending}", random.text(CONSONANTS, length))
        }
        _ => {
            let (length, number) = (random.count(2, 4), random.count(1, 999));
            let ending = *random.pick(&["cn", "com", "tw", "kr", "net", "ru"]);
            format!("{}{number}.{ending}", random.text(CONSONANTS, length))
        }
    }
}

/// The host of a site that hardly anybody knows. The names above are few enough for two sites to get the same one.
pub fn unread(random: &mut Random) -> String {
    let front = *random.pick(&["www.", "", "app.", "portal."]);
    let middle: String = (0..random.count(2, 4))
        .map(|_| *random.pick(&SYLLABLES))
        .collect();
    let (one, two) = (random.pick(&WORDS), random.pick(&WORDS));
    let ending = *random.pick(&["com", "net", "org", "jp", "io", "co.jp", "info"]);
    format!("{front}{one}{middle}{two}.{ending}")
}

/// A site's host of everyday use.
pub fn host(random: &mut Random) -> String {
    let front = *random.pick(&[
        "www.", "www.", "www.", "", "m.", "shop.", "blog.", "app.", "portal.",
    ]);
    format!("{front}{}", domain(random))
}

/// A host that pages use beside their own: pictures, counting, advertising.
pub fn helper(random: &mut Random) -> String {
    let front = *random.pick(&[
        "cdn.", "static.", "img.", "px.", "tag.", "api.", "rtb.", "sync.", "fonts.", "js.",
        "stats.",
    ]);
    let middle = match random.count(0, 3) {
        0 => domain(random),
        1 => {
            let stem = random.text(CONSONANTS, 3);
            let word = random.pick(&[
                "ads", "track", "metric", "pixel", "tag", "bid", "serve", "cast",
            ]);
            format!("{stem}{word}.{}", random.pick(&["com", "net", "io"]))
        }
        _ => {
            let length = random.count(5, 9);
            format!(
                "{}.{}",
                random.text(CONSONANTS, length),
                random.pick(&["com", "net"])
            )
        }
    };
    format!("{front}{middle}")
}

/// A customer's host at a content delivery network or cloud, by lot as such are named.
pub fn delivered(random: &mut Random, network: &str) -> String {
    match random.count(0, 4) {
        0 => format!("d{}.{network}", random.text(BASE36, 13)),
        1 => format!("{}.{network}", random.text(HEX, 32)),
        2 => format!(
            "{}-{}.{network}",
            random.pick(&WORDS),
            random.text(BASE36, 6)
        ),
        _ => format!(
            "r{}---sn-{}.{network}",
            random.count(1, 9),
            random.text(BASE36, 8)
        ),
    }
}

/// An identifier such as programs carry in names.
pub fn identifier(random: &mut Random) -> String {
    match random.count(0, 3) {
        0 => random.text(HEX, 32),
        1 => format!(
            "{}-{}-{}",
            random.text(HEX, 8),
            random.text(HEX, 4),
            random.text(HEX, 12)
        ),
        _ => random.text(BASE36, 12),
    }
}

/// What a browser asks for to learn whether the network answers for everything.
pub fn probe(random: &mut Random) -> String {
    let length = random.count(7, 16);
    random.text(b"abcdefghijklmnopqrstuvwxyz", length)
}

/// A name as fingers write it that meant another.
pub fn mistyped(random: &mut Random, name: &str) -> String {
    let bare = name.trim_start_matches("www.");
    let at = random.count(1, bare.find('.').unwrap_or(2).max(2));
    let (front, back) = bare.split_at(at.min(bare.len()));
    match random.count(0, 3) {
        0 => format!("{front}{}{back}", random.text(b"aeiortsn", 1)),
        1 => format!("{front}{}", back.get(1..).unwrap_or_default()),
        _ => bare.replacen(".co", ".c", 1),
    }
}
