//! Taking names apart: the label that somebody chose, and the ending under which it was bought or lent.

use crate::behaviour::names::registered;

/// Domains under which anybody gets a name of their own: dynamic DNS and free pages. The label in front is the one
/// that was chosen.
const LENDERS: &[&str] = &[
    "ddns.net",
    "duckdns.org",
    "no-ip.org",
    "no-ip.biz",
    "no-ip.info",
    "noip.me",
    "hopto.org",
    "zapto.org",
    "sytes.net",
    "serveftp.com",
    "servehttp.com",
    "serveblog.net",
    "servegame.com",
    "myftp.org",
    "myftp.biz",
    "myvnc.com",
    "redirectme.net",
    "bounceme.net",
    "gotdns.ch",
    "ddnsking.com",
    "3utilities.com",
    "freedynamicdns.net",
    "freedynamicdns.org",
    "webhop.me",
    "dyndns.org",
    "dyndns.biz",
    "dyndns.info",
    "dnsalias.com",
    "homeip.net",
    "homeftp.net",
    "selfip.com",
    "dynu.net",
    "dynu.com",
    "freeddns.org",
    "mooo.com",
    "chickenkiller.com",
    "ignorelist.com",
    "strangled.net",
    "us.to",
    "twilightparadox.com",
    "crabdance.com",
    "jumpingcrab.com",
    "changeip.com",
    "dynserv.com",
    "dns04.com",
    "yi.org",
    "afraid.org",
    "github.io",
    "gitlab.io",
    "pages.dev",
    "workers.dev",
    "netlify.app",
    "vercel.app",
    "web.app",
    "firebaseapp.com",
    "herokuapp.com",
    "blogspot.com",
    "wordpress.com",
    "weebly.com",
    "000webhostapp.com",
    "ddo.jp",
    "mydns.jp",
    "ddns.me",
    "dnsdojo.com",
    "dynv6.net",
];

/// A name taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The label that somebody, or some program, chose.
    pub label: &'a str,
    /// What stands behind it, e.g. `co.jp`.
    pub ending: &'a str,
    /// The ending lends names to anybody.
    pub is_lent: bool,
}

/// Takes a name apart. None where no label was chosen: a lone label, a reverse look-up, names of the local network, an
/// internationalised name (its letters are not what was chosen).
pub fn parts(name: &str) -> Option<Parts<'_>> {
    let name = name.trim_end_matches('.');
    let domain = registered(name);
    let (label, ending) = domain.split_once('.')?;
    let local = matches!(
        ending.rsplit('.').next(),
        Some(
            "arpa"
                | "local"
                | "lan"
                | "home"
                | "corp"
                | "internal"
                | "localdomain"
                | "intranet"
                | "invalid"
                | "test"
        )
    );
    if local {
        return None;
    }
    let lender = LENDERS
        .iter()
        .find(|lender| domain.eq_ignore_ascii_case(lender));
    let (label, ending, is_lent) = match lender {
        Some(_) => {
            let front = name.get(..name.len() - domain.len())?.trim_end_matches('.');
            (front.rsplit('.').next()?, domain, true)
        }
        None => (label, ending, false),
    };
    let plain = label
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let usable = (2..=63).contains(&label.len())
        && plain
        && !label
            .get(..4)
            .is_some_and(|front| front.eq_ignore_ascii_case("xn--"));
    usable.then_some(Parts {
        label,
        ending,
        is_lent,
    })
}

/// The place of a character: letters 0-25, digits 26-35, hyphen 36, anything else (and the edge) 37.
pub fn place(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => usize::from(byte - b'a'),
        b'A'..=b'Z' => usize::from(byte - b'A'),
        b'0'..=b'9' => 26 + usize::from(byte - b'0'),
        b'-' => 36,
        _ => 37,
    }
}

/// The class of a place in fours: letters 0-25, any digit 26, the rest 27.
pub fn letter_class(place: usize) -> usize {
    match place {
        0..=25 => place,
        26..=35 => 26,
        _ => 27,
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn the_chosen_label_is_found() {
        for (name, expected) in [
            ("www.example.co.jp", Some(("example", "co.jp", false))),
            ("a.b.example.com.", Some(("example", "com", false))),
            ("k3x9.duckdns.org", Some(("k3x9", "duckdns.org", true))),
            ("www.k3x9.duckdns.org", Some(("k3x9", "duckdns.org", true))),
            ("duckdns.org", None),
            ("wpad", None),
            ("4.3.2.1.in-addr.arpa", None),
            ("printer.local", None),
            ("xn--eckwd4c7c.jp", None),
        ] {
            let found = parts(name).map(|parts| (parts.label, parts.ending, parts.is_lent));
            assert_eq!(found, expected, "{name}");
        }
    }
}
