//! DNS over HTTPS (RFC 8484): questions in a path or body, answers in a body.

use super::transaction::{Http2Transaction, Message};
use crate::dns;
use crate::limits::HTTP2_DNS_BYTES_MAX;
use crate::protocol::{Direction, Visitor};
use crate::text::{find, starts_with_ignoring_case};

/// Where a question stands.
pub enum Question {
    /// In the parameter `dns`, decoded.
    InPath(Vec<u8>),
    /// In the body that follows.
    InBody,
}

/// Whether a request asks a question of DNS.
pub fn question(transaction: &Http2Transaction) -> Option<Question> {
    let request = &transaction.request;
    match request.value(b":method")? {
        b"GET" => {
            let path = request.value(b":path")?;
            let query = path.get(path.iter().position(|byte| *byte == b'?')?..)?;
            let at = [&b"?dns="[..], b"&dns="]
                .iter()
                .find_map(|start| find(query, start))?;
            let text = query.get(at.saturating_add(5)..)?;
            let end = text.iter().position(|byte| *byte == b'&');
            let message = from_base64(text.get(..end.unwrap_or(text.len()))?)?;
            dns::parser::header(&message)
                .is_some_and(|header| header.counts.first() != Some(&0))
                .then_some(Question::InPath(message))
        }
        b"POST" if is_dns(request) => Some(Question::InBody),
        _ => None,
    }
}

/// Whether a side says that its body is DNS.
pub fn is_dns(message: &Message) -> bool {
    message
        .value(b"content-type")
        .is_some_and(|kind| starts_with_ignoring_case(kind, b"application/dns-message"))
}

/// Tells a message as DNS tells its own.
pub fn tell(id: u64, direction: Direction, message: &[u8], visitor: &mut dyn Visitor) {
    let most = usize::try_from(HTTP2_DNS_BYTES_MAX).unwrap_or(usize::MAX);
    dns::carried(
        id,
        direction,
        message.get(..most).unwrap_or(message),
        visitor,
    );
}

/// RFC 4648, 5, without padding.
pub fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0u32, 0u32);
    for letter in text.iter().filter(|letter| **letter != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter.wrapping_sub(b'A'),
            b'a'..=b'z' => letter.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => letter.wrapping_sub(b'0').wrapping_add(52),
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        count = count.saturating_add(6);
        if count >= 8 {
            count = count.saturating_sub(8);
            bytes.push((bits.checked_shr(count)? & 0xff) as u8);
        }
    }
    Some(bytes)
}
