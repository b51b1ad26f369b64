//! URIs: their parts, and the normal form that rules look at.

use super::parser::host_and_port;
use crate::text::{find, hex_digit, starts_with_ignoring_case};

/// Parts of a URI as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts<'a> {
    /// `www.example.org` of `http://user@www.example.org:8080/x`; None without an authority.
    pub host: Option<&'a [u8]>,
    /// `8080`.
    pub port: Option<&'a [u8]>,
    /// `/x`.
    pub path: &'a [u8],
    /// What follows the path, with `?` or `#`.
    pub rest: &'a [u8],
}

/// Splits a URI. `is_authority`: it is host and port alone, as with CONNECT.
pub fn parts(uri: &[u8], is_authority: bool) -> Parts<'_> {
    if is_authority {
        let (host, port) = host_and_port(uri);
        return Parts {
            host: Some(host),
            port,
            path: b"",
            rest: b"",
        };
    }
    let (authority, local) = authority(uri);
    let path_end = local
        .iter()
        .position(|byte| matches!(byte, b'?' | b'#'))
        .unwrap_or(local.len());
    let (path, rest) = local.split_at_checked(path_end).unwrap_or((local, b""));
    let (host, port) = match authority {
        Some(authority) => {
            let (host, port) = host_and_port(authority);
            (Some(host), port)
        }
        None => (None, None),
    };
    Parts {
        host,
        port,
        path,
        rest,
    }
}

/// Authority (without user), if there is one, and what follows it. A URI that does not begin with a slash has a scheme
/// before its first colon, whatever that is, as Suricata reads it.
fn authority(uri: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let colon = uri.iter().position(|byte| *byte == b':');
    let (Some(colon), false) = (colon, uri.first() == Some(&b'/')) else {
        return (None, uri);
    };
    let rest = uri.get(colon.saturating_add(1)..).unwrap_or_default();
    let Some(rest) = rest.strip_prefix(b"//") else {
        return (None, rest);
    };
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
        .unwrap_or(rest.len());
    let (authority, local) = rest.split_at_checked(end).unwrap_or((rest, b""));
    let user = authority.iter().rposition(|byte| *byte == b'@');
    let host = user.and_then(|at| authority.get(at.saturating_add(1)..));
    (Some(host.unwrap_or(authority)), local)
}

/// The normal form: path decoded once, backslashes and repeated slashes made one slash, `.` and
/// `..` resolved; query and fragment decoded once (a `+` stays). Scheme and authority are left out.
pub fn normalised(parts: &Parts<'_>, uri: &[u8], is_authority: bool) -> Vec<u8> {
    if is_authority {
        return uri.to_vec();
    }
    let mut normal = normal_path(parts.path);
    if normal.is_empty() && parts.host.is_some() {
        normal.push(b'/');
    }
    normal.extend(percent_decoded(parts.rest));
    normal
}

/// The path's normal form.
pub fn normal_path(path: &[u8]) -> Vec<u8> {
    remove_dots(&decoded(path))
}

/// `%XX` decoded once, everything else as written.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let escaped = match after.first_chunk::<2>() {
            Some([high, low]) if *first == b'%' => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                decoded.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    decoded
}

/// Percent-decoded once, with `\` as `/` and slashes made one.
fn decoded(path: &[u8]) -> Vec<u8> {
    let mut decoded: Vec<u8> = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((first, mut after)) = rest.split_first() {
        let mut byte = *first;
        if byte == b'%'
            && let Some((value, used)) = escape(after)
        {
            byte = value;
            after = after.get(used..).unwrap_or_default();
        }
        if byte == b'\\' {
            byte = b'/';
        }
        if byte != b'/' || decoded.last() != Some(&b'/') {
            decoded.push(byte);
        }
        rest = after;
    }
    decoded
}

/// The byte that `%XX` or `%uXXXX` stands for, and how many bytes after `%` it takes. What is no
/// escape stays as written.
fn escape(after: &[u8]) -> Option<(u8, usize)> {
    if starts_with_ignoring_case(after, b"u") {
        let digits = after.get(1..5)?;
        let mut value = 0u32;
        for digit in digits {
            value = value << 4 | u32::from(hex_digit(*digit)?);
        }
        return Some((best_fit(value), 5));
    }
    let [high, low] = after.first_chunk::<2>()?;
    Some((hex_digit(*high)? << 4 | hex_digit(*low)?, 2))
}

/// The byte that servers take a wide character for: full-width forms are their plain ones.
fn best_fit(value: u32) -> u8 {
    match value {
        0..=0xff => value.to_le_bytes()[0],
        0xff01..=0xff5e => value.wrapping_sub(0xfee0).to_le_bytes()[0],
        0x2215 | 0x2044 => b'/',
        0x2216 => b'\\',
        _ => b'?',
    }
}

/// RFC 3986, 5.2.4.
fn remove_dots(path: &[u8]) -> Vec<u8> {
    if find(path, b"/.").is_none() && path.first() != Some(&b'.') {
        return path.to_vec();
    }
    let absolute = path.first() == Some(&b'/');
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut ends_in_slash = false;
    for segment in path.split(|byte| *byte == b'/') {
        ends_in_slash = false;
        match segment {
            b"" => ends_in_slash = true,
            b"." => ends_in_slash = true,
            b".." => {
                kept.pop();
                ends_in_slash = true;
            }
            _ => kept.push(segment),
        }
    }
    let mut result = Vec::with_capacity(path.len());
    for (index, segment) in kept.iter().enumerate() {
        if absolute || index > 0 {
            result.push(b'/');
        }
        result.extend_from_slice(segment);
    }
    if (ends_in_slash || result.is_empty()) && absolute {
        result.push(b'/');
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(uri: &str) -> String {
        let parts = parts(uri.as_bytes(), false);
        String::from_utf8_lossy(&normalised(&parts, uri.as_bytes(), false)).into_owned()
    }

    #[test]
    fn paths_are_normalised_and_queries_decoded() {
        let cases = [
            ("/a/b", "/a/b"),
            ("/a%20b", "/a b"),
            ("/a%2fb%2Fc", "/a/b/c"),
            ("/a%252fb", "/a%2fb"),
            ("/a//b///c", "/a/b/c"),
            ("/a\\b", "/a/b"),
            ("/a/../b", "/b"),
            ("/%2e%2e/images.gif", "/images.gif"),
            ("/a/./b/.", "/a/b/"),
            ("/a/b/..", "/a/"),
            ("/..", "/"),
            ("/a%zz%4", "/a%zz%4"),
            ("/%u0041%uff0f", "/A/"),
            ("/p?q=%2e%2e//..&x=%41#f", "/p?q=..//..&x=A#f"),
            ("http://h", "/"),
            ("http://u:p@Host:81/x?y", "/x?y"),
            ("http:///a", "/a"),
            ("ftp:/a", "/a"),
            ("javascript:x", "x"),
            ("/a:b", "/a:b"),
            ("a/b", "a/b"),
            (":@", "@"),
            ("*", "*"),
            ("", ""),
        ];
        for (uri, expected) in cases {
            assert_eq!(normal(uri), expected, "{uri}");
        }
    }

    #[test]
    fn authorities_are_found() {
        let whole = parts(b"http://u:p@Host:81/x", false);
        assert_eq!(
            (whole.host, whole.port),
            (Some(&b"Host"[..]), Some(&b"81"[..]))
        );
        let six = parts(b"http://[::1]:8080", false);
        assert_eq!(
            (six.host, six.port),
            (Some(&b"[::1]"[..]), Some(&b"8080"[..]))
        );
        let tunnel = parts(b"host:443", true);
        assert_eq!(
            (tunnel.host, tunnel.port),
            (Some(&b"host"[..]), Some(&b"443"[..]))
        );
    }
}
