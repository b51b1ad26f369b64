//! What makes a rule cost much.

use super::{Tell, contents};
use crate::rule::ast::{AddressExpression, Keyword, PortExpression, ProtocolKind, Rule, Span};

/// Shorter patterns occur everywhere, so they select hardly anything.
const SELECTING_BYTES_MIN: usize = 4;

pub(super) fn review(rule: &Rule, tell: &mut Tell<'_>) {
    expressions(rule, tell);
    selection(rule, tell);
}

/// Whether anything but a look at every packet or transaction selects the rule.
fn selection(rule: &Rule, tell: &mut Tell<'_>) {
    let positive = contents(rule).filter(|(content, _)| !content.negated);
    let longest = positive.max_by_key(|(content, _)| content.bytes.len());
    if longest.is_some_and(|(content, _)| content.bytes.len() >= SELECTING_BYTES_MIN) {
        return;
    }
    let on_payload = longest.is_none_or(|(_, item)| item.buffer == 0);
    match longest {
        Some((content, item)) if on_payload && is_broad(rule) => tell(
            item.span,
            format!(
                "the longest content has {} bytes and occurs nearly everywhere, and the header leaves all ports open: \
                 the rule is looked at in full for most packets",
                content.bytes.len()
            ),
        ),
        Some(_) => {}
        None => without_content(rule, tell),
    }
}

fn without_content(rule: &Rule, tell: &mut Tell<'_>) {
    let costly = rule.options.iter().find_map(|item| {
        let name = match &item.keyword {
            Keyword::Pcre(pcre) if !pcre.negated => "pcre",
            Keyword::Pcre(_) => "negated pcre",
            Keyword::ByteTest(_) => "byte_test",
            Keyword::ByteJump(_) => "byte_jump",
            Keyword::ByteMath(_) => "byte_math",
            Keyword::Base64Decode(_) => "base64_decode",
            Keyword::Entropy(_) => "entropy",
            _ => return None,
        };
        Some((name, item))
    });
    if let Some((name, item)) = costly {
        let occasion = if item.buffer == 0 {
            "packet"
        } else {
            "transaction"
        };
        tell(
            item.span,
            format!(
                "`{name}` without a content of {SELECTING_BYTES_MIN} bytes or more beside it runs for every {occasion} \
                 that the header lets through; a content that must be there would select the rule"
            ),
        );
        return;
    }
    let says_nothing = rule.options.iter().all(|item| {
        matches!(
            item.keyword,
            Keyword::Flow(_)
                | Keyword::Threshold(_)
                | Keyword::DetectionFilter(_)
                | Keyword::Flag(_)
                | Keyword::Tag(_)
        )
    });
    if says_nothing && is_broad(rule) && has_any_addresses(rule) && is_transport(rule) {
        tell(
            Span::default(),
            "the rule says nothing but its header, and that lets everything through: it matches nearly every packet"
                .to_owned(),
        );
    }
}

fn is_transport(rule: &Rule) -> bool {
    matches!(
        rule.protocol.kind,
        ProtocolKind::Any
            | ProtocolKind::PacketHeader
            | ProtocolKind::Ipv4
            | ProtocolKind::Ipv6
            | ProtocolKind::Tcp
            | ProtocolKind::TcpPacket
            | ProtocolKind::TcpStream
            | ProtocolKind::Udp
    )
}

/// Whether the header leaves all ports of a transport open.
fn is_broad(rule: &Rule) -> bool {
    rule.source.ports == PortExpression::Any
        && rule.destination.ports == PortExpression::Any
        && is_transport(rule)
}

fn has_any_addresses(rule: &Rule) -> bool {
    rule.source.addresses == AddressExpression::Any
        && rule.destination.addresses == AddressExpression::Any
}

/// Expressions that try many ways.
fn expressions(rule: &Rule, tell: &mut Tell<'_>) {
    for item in &rule.options {
        let Keyword::Pcre(pcre) = &item.keyword else {
            continue;
        };
        if repeats_repetition(&pcre.pattern) {
            tell(
                item.span,
                "a repeated group that ends in a repetition, such as (a+)+, tries very many ways before it fails"
                    .to_owned(),
            );
        }
        let start = pcre.pattern.strip_prefix(b"(?:").unwrap_or(&pcre.pattern);
        if [&b".*"[..], b".+"]
            .iter()
            .any(|prefix| start.starts_with(prefix))
            && !pcre.flags.relative
        {
            tell(
                item.span,
                "an expression that begins with `.*` or `.+` is tried from every byte on; leave it out, or begin with `^`"
                    .to_owned(),
            );
        }
    }
}

/// Whether a group that ends in `+` or `*` is itself repeated without limit.
fn repeats_repetition(pattern: &[u8]) -> bool {
    let mut escaped = false;
    let mut in_class = false;
    let mut before = [0_u8; 2];
    for byte in pattern {
        let plain = !escaped && !in_class;
        if plain && matches!(byte, b'+' | b'*') {
            let [inner, close] = before;
            if close == b')' && matches!(inner, b'+' | b'*') {
                return true;
            }
        }
        in_class = match byte {
            b'[' if plain => true,
            b']' if !escaped => false,
            _ => in_class,
        };
        // What is escaped or within brackets is no repetition and closes no group.
        let shown = if plain && *byte != b'\\' { *byte } else { b'x' };
        let [_, last] = before;
        before = [last, shown];
        escaped = *byte == b'\\' && !escaped;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::repeats_repetition;

    #[test]
    fn a_repetition_of_a_repetition_is_seen() {
        for slow in [&b"^(a+)+$"[..], b"(?:[a-z]*)*x", b"x(y|z+)*"] {
            assert!(repeats_repetition(slow), "{:?}", slow.escape_ascii());
        }
        for fine in [&b"(a+)b"[..], b"(a\\+)+", b"([+*])+", b"(ab)+", b"a+b+"] {
            assert!(!repeats_repetition(fine), "{:?}", fine.escape_ascii());
        }
    }
}
