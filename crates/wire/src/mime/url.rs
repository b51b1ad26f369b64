//! Addresses of web pages in a text.

use crate::text::find_ignoring_case;

/// Bytes of an address that are told.
const URL_BYTES_MAX: usize = 2048;

/// Calls `tell` with each address that begins with `http://` or `https://`, in the form in which
/// Suricata logs them: in lower case, without the scheme.
pub fn urls(text: &[u8], tell: &mut dyn FnMut(&[u8])) {
    let mut rest = text;
    while let Some(at) = find_ignoring_case(rest, b"http") {
        let after = rest.get(at.saturating_add(4)..).unwrap_or_default();
        rest = after;
        let after = match after.split_first() {
            Some((b's' | b'S', more)) => more,
            _ => after,
        };
        let Some(address) = after.strip_prefix(b"://") else {
            continue;
        };
        let end = address
            .iter()
            .take(URL_BYTES_MAX)
            .position(|byte| ends(*byte))
            .unwrap_or(address.len().min(URL_BYTES_MAX));
        let (address, more) = address.split_at_checked(end).unwrap_or((address, b""));
        rest = more;
        let address = without_punctuation(address);
        if !address.is_empty() {
            tell(&address.to_ascii_lowercase());
        }
    }
}

const fn ends(byte: u8) -> bool {
    matches!(
        byte,
        0..=b' ' | 0x7f.. | b'"' | b'\'' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
    )
}

/// What follows an address in a sentence is not part of it.
fn without_punctuation(mut address: &[u8]) -> &[u8] {
    while let Some((b'.' | b',' | b';' | b':' | b'!' | b')' | b']', before)) = address.split_last()
    {
        address = before;
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_text_and_html() {
        let text =
            b"see HTTP://Example.com/Path?q=1. or <a href=\"https://b.example/x;y\">http://</a> \
                     httphttp://c.example), http:/no https://d.example";
        let mut found = Vec::new();
        urls(text, &mut |url| {
            found.push(String::from_utf8(url.to_vec()).unwrap())
        });
        assert_eq!(
            found,
            [
                "example.com/path?q=1",
                "b.example/x;y",
                "c.example",
                "d.example"
            ]
        );
    }
}
