//! What names look like: registered part, randomness, entropy.

use std::net::IpAddr;

/// Second-level labels under which a registry sells, as in `example.co.jp`.
const REGISTRY_LABELS: [&str; 14] = [
    "co", "ne", "or", "ac", "go", "com", "net", "org", "gov", "edu", "gr", "ed", "lg", "ad",
];

/// The most common pairs of letters in English words and romanised Japanese.
const COMMON_PAIRS: &str = "th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se le sa \
si ar ve ra ld ur ic me ne ri ro ll be om ma co ce ch ta io no us el la li di ai ho ho lo wa ut ly ec il pe ac so \
un oo po pl su ie tr ad sh em op ow am id ge ew wh ee ss tt wo ke ev gh im fo fr ag mo ni we ay na ac pr ca sp up \
ko ka ki ku go sa shi ts tu ya yu yo mi mu ha hi fu ji da do ga gi gu bi bo bu ba ap ab ob if ef ex ey ck cl cr \
ct do du eb ei ep es fe fi fl ft gl gr hu ia ib ig ir iv ks lt mp nc nk nn ns ny od oi ok ol os ot pa ph pi pp pt pu \
qu rc rd rg rk rl rm rn rs rt ru sc sk sl sm sn sw tw ty ub uc ud ue ui ul um va vi wi xp ys";

/// Of each letter, the letters that commonly follow it, as bits.
static COMMON: [u32; 26] = common(COMMON_PAIRS.as_bytes());

const fn common(words: &[u8]) -> [u32; 26] {
    let mut followers = [0; 26];
    let (mut start, mut at) = (0, 0);
    while at <= words.len() {
        if at == words.len() || words[at] == b' ' {
            if at - start == 2 {
                followers[(words[start] - b'a') as usize] |= 1 << (words[start + 1] - b'a');
            }
            start = at + 1;
        }
        at += 1;
    }
    followers
}

/// Whether a last label can be a top-level domain (RFC 1123, RFC 3696: letters, or A-label).
fn is_top_level(label: &str) -> bool {
    let letters = label.bytes().all(|byte| byte.is_ascii_alphabetic());
    (2..=18).contains(&label.len()) && letters || label.starts_with("xn--")
}

/// The part of a name that somebody registered, e.g. `example.co.jp` of `www.example.co.jp`; empty
/// where the name ends in no domain that can exist.
pub(crate) fn registered(name: &str) -> &str {
    let name = name.trim_end_matches('.');
    let mut dots = name.rmatch_indices('.').map(|(at, _)| at);
    let Some(last) = dots.next() else {
        return name;
    };
    if !is_top_level(&name[last + 1..]) {
        return "";
    }
    let Some(second) = dots.next() else {
        return name;
    };
    let middle = &name[second + 1..last];
    let country = name.len() - last == 3;
    let at = if country && REGISTRY_LABELS.contains(&middle) {
        dots.next()
    } else {
        Some(second)
    };
    at.map_or(name, |at| &name[at + 1..])
}

/// What stands for a site: the registered part, or the whole of a bare address or lone name.
pub(super) fn site(host: &str) -> &str {
    match registered(host) {
        "" => host,
        part => part,
    }
}

/// The first label of the registered part, e.g. `example` of `www.example.co.jp`.
pub(super) fn main_label(name: &str) -> &str {
    let part = registered(name);
    part.split('.').next().unwrap_or(part)
}

/// How much of a label is made of common pairs of letters: words about 0.8, random letters about 0.3.
pub(super) fn wordness(label: &str) -> f32 {
    // The place of a letter in the alphabet; 31 for what is none, which follows nothing.
    let place = |byte: u8| u32::from(byte.to_ascii_lowercase().wrapping_sub(b'a')).min(31);
    let mut pairs = 0u32;
    let mut common = 0u32;
    for pair in label.as_bytes().windows(2) {
        pairs += 1;
        let followers = COMMON.get(place(pair[0]) as usize).unwrap_or(&0);
        common += followers >> place(pair[1]) & 1;
    }
    if pairs == 0 {
        1.0
    } else {
        common as f32 / pairs as f32
    }
}

/// Whether a label looks drawn by lot rather than thought up.
pub(super) fn looks_random(label: &str) -> bool {
    let length = label.len();
    if length < 7 || label.starts_with("xn--") || label.contains('-') {
        return false;
    }
    let digits = label.bytes().filter(u8::is_ascii_digit).count();
    let limit = if length >= 12 { 0.52 } else { 0.42 };
    wordness(label) < limit && digits < length || digits * 3 >= length && digits + 3 < length
}

/// Shannon entropy of the bytes; bits per byte.
pub(crate) fn entropy(text: &str) -> f32 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let all = text.len().max(1) as f32;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = *count as f32 / all;
            -share * share.log2()
        })
        .sum()
}

/// Whether a host name (with or without port) is a bare address.
pub(super) fn is_address(host: &str) -> bool {
    let bare = match host.rsplit_once(':') {
        Some((front, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => front,
        _ => host,
    };
    bare.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// The host of a URL such as a referrer, in lower case; None when it has none.
pub(super) fn host_of_url(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((front, _)) if !front.is_empty() => front,
        _ => host,
    };
    (!host.is_empty()).then(|| crate::inventory::shortened(&host.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_apart() {
        assert_eq!(registered("www.example.co.jp"), "example.co.jp");
        assert_eq!(registered("a.b.example.com."), "example.com");
        assert_eq!(registered("example.com"), "example.com");
        assert_eq!(registered("localhost"), "localhost");
        assert_eq!(registered("t.5a03b5b1e1.19e4d098"), "");
        assert_eq!(site("192.0.2.1"), "192.0.2.1");
        assert_eq!(
            host_of_url("http://u@Site.Example:8080/x"),
            Some("site.example".into())
        );
        assert!(is_address("192.0.2.1:8080") && is_address("[2001:db8::1]") && !is_address("a.b"));
    }

    #[test]
    fn words_and_lots_differ() {
        for word in [
            "google",
            "windowsupdate",
            "yomiuri",
            "shinkansen",
            "facebook",
            "microsoft",
        ] {
            assert!(!looks_random(word), "{word} {}", wordness(word));
        }
        for lot in ["xjqzkwvbfgh", "d9prc2a6zcq4", "qkz7xv2m4k", "vhgqzxkdwpjb"] {
            assert!(looks_random(lot), "{lot} {}", wordness(lot));
        }
    }
}
