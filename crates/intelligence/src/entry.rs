//! What one entry of a list is, by its form.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An entry in normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// IPv4 as IPv4-mapped IPv6; host bits cleared.
    Network { bits: u128, prefix: u8 },
    /// One address with one port.
    Socket { bits: u128, port: u16 },
    /// A domain name, in lower case.
    Domain(String),
    /// A URL without its scheme.
    Url(String),
    /// A digest or a JA3 fingerprint, in lower case.
    Hash(String),
    /// A JA4 fingerprint.
    Ja4(String),
    /// The MD5 of what is meant, as MISP feeds have it in `hashes.csv`.
    Hashed(String),
}

/// Why an entry is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refusal {
    /// Not the form of any indicator.
    Unknown,
    /// Private, loopback, multicast: it would match the customer's own machines.
    Reserved,
    /// So short that it would match half the world.
    TooBroad,
    /// The same of a network.
    TooWide,
}

/// Shortest prefixes taken.
const PREFIX_V4_MIN: u8 = 8;
const PREFIX_V6_MIN: u8 = 16;

/// An address as 128 bits.
pub(crate) fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The first bits of an address.
pub(crate) const fn masked(bits: u128, prefix: u8) -> u128 {
    let shift = 128_u32.saturating_sub(prefix as u32);
    match u128::MAX.checked_shl(shift) {
        Some(mask) => bits & mask,
        None => 0,
    }
}

/// Reads one entry.
pub(crate) fn parse(text: &str) -> Result<Parsed, Refusal> {
    let text = refanged(text.trim());
    let text = text.as_str();
    if let Some(network) = network(text) {
        return network;
    }
    if let Some(socket) = socket(text) {
        return socket;
    }
    if is_hash(text) {
        return Ok(Parsed::Hash(text.to_ascii_lowercase()));
    }
    if is_ja4(text) {
        return Ok(Parsed::Ja4(text.to_ascii_lowercase()));
    }
    if text.contains('/') {
        return url(text);
    }
    // A name with a port is bad on the others as well.
    let name = match text.split_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => name,
        _ => text,
    };
    domain(name).map(Parsed::Domain)
}

/// Undoes the usual ways of making an indicator harmless in text.
fn refanged(text: &str) -> String {
    let text = text
        .replace("[.]", ".")
        .replace("(.)", ".")
        .replace("[:]", ":");
    for (harmless, scheme) in [("hxxps://", "https://"), ("hxxp://", "http://")] {
        if let Some(start) = text.get(..harmless.len())
            && start.eq_ignore_ascii_case(harmless)
        {
            return format!("{scheme}{}", text.get(harmless.len()..).unwrap_or(""));
        }
    }
    text
}

fn network(text: &str) -> Option<Result<Parsed, Refusal>> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.trim_matches(['[', ']']).parse().ok()?;
    let (most, least, offset) = match address {
        IpAddr::V4(_) => (32, PREFIX_V4_MIN, 96),
        IpAddr::V6(_) => (128, PREFIX_V6_MIN, 0),
    };
    let prefix = prefix.unwrap_or(most);
    if prefix > most {
        return None;
    }
    if prefix < least {
        return Some(Err(Refusal::TooWide));
    }
    if is_reserved(address) {
        return Some(Err(Refusal::Reserved));
    }
    let prefix = prefix.saturating_add(offset);
    Some(Ok(Parsed::Network {
        bits: masked(bits_of(address), prefix),
        prefix,
    }))
}

fn socket(text: &str) -> Option<Result<Parsed, Refusal>> {
    let socket: std::net::SocketAddr = text.parse().ok()?;
    if is_reserved(socket.ip()) {
        return Some(Err(Refusal::Reserved));
    }
    Some(Ok(Parsed::Socket {
        bits: bits_of(socket.ip()),
        port: socket.port(),
    }))
}

/// Addresses that a list cannot mean: they are somebody's inside, or nobody's.
fn is_reserved(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_reserved_v4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_reserved_v4(v4),
            None => is_reserved_v6(v6),
        },
    }
}

/// IANA special-purpose addresses, less those for documentation, which harm nobody.
fn is_reserved_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || first == 0
        || first >= 240
        || first == 100 && (64..128).contains(&second)
}

fn is_reserved_v6(address: Ipv6Addr) -> bool {
    address.is_unspecified()
        || address.is_loopback()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
}

fn is_hash(text: &str) -> bool {
    matches!(text.len(), 32 | 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `t13d1516h2_8daaf6152771_b186095e22b6`
fn is_ja4(text: &str) -> bool {
    let mut parts = text.split('_');
    let (Some(first), Some(second), Some(third), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let hexadecimal =
        |part: &str| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    first.len() == 10
        && first.starts_with(['t', 'q', 'd'])
        && hexadecimal(second)
        && hexadecimal(third)
}

/// A URL without its scheme, host in lower case, without a usual port and fragment. One that names only a host
/// is that host.
fn url(text: &str) -> Result<Parsed, Refusal> {
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => rest,
        Some(_) => return Err(Refusal::Unknown),
        None => text,
    };
    let rest = rest.split('#').next().unwrap_or(rest);
    let (authority, path) = match rest.find(['/', '?']) {
        Some(place) => rest.split_at_checked(place).unwrap_or((rest, "")),
        None => (rest, ""),
    };
    let authority = authority.rsplit('@').next().unwrap_or(authority);
    if path.is_empty() || path == "/" {
        return parse_host(authority);
    }
    let host = authority
        .strip_suffix(":80")
        .or_else(|| authority.strip_suffix(":443"))
        .unwrap_or(authority);
    let name = host.split(':').next().unwrap_or(host);
    match name.parse::<IpAddr>() {
        Ok(address) if is_reserved(address) => return Err(Refusal::Reserved),
        Ok(_) => {}
        Err(_) => {
            domain(name)?;
        }
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok(Parsed::Url(format!(
        "{}{slash}{path}",
        host.to_ascii_lowercase()
    )))
}

fn parse_host(authority: &str) -> Result<Parsed, Refusal> {
    if let Some(network) = network(authority) {
        return network;
    }
    if let Some(socket) = socket(authority) {
        return socket;
    }
    let name = authority.split(':').next().unwrap_or(authority);
    domain(name).map(Parsed::Domain)
}

/// Second-level labels under which countries give out names: `co.jp` is nobody's domain.
const SHARED_LABELS: &[&str] = &[
    "ac", "co", "com", "edu", "gob", "gov", "go", "ne", "net", "or", "org",
];

/// A domain name in lower case.
fn domain(text: &str) -> Result<String, Refusal> {
    let name = text
        .strip_prefix("*.")
        .unwrap_or(text)
        .trim_matches('.')
        .to_ascii_lowercase();
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || !byte.is_ascii();
    let labels: Vec<&str> = name.split('.').collect();
    if name.len() > 253
        || labels
            .iter()
            .any(|label| label.is_empty() || label.len() > 63 || !label.bytes().all(plain))
    {
        return Err(Refusal::Unknown);
    }
    match labels.as_slice() {
        [] | [_] => Err(Refusal::TooBroad),
        [.., top] if top.bytes().all(|byte| byte.is_ascii_digit()) => Err(Refusal::Unknown),
        [shared, country] if country.len() == 2 && SHARED_LABELS.contains(shared) => {
            Err(Refusal::TooBroad)
        }
        _ if name.len() < 4 => Err(Refusal::TooBroad),
        _ => Ok(name),
    }
}
