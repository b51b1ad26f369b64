//! `http2.settings:SETTINGS_ENABLE_PUSH=0`: a setting's name and what its value must be.

use super::Missing;
use crate::rule::ast::{Comparison, Named};
use crate::signature::program::NumberTest;

/// Names of RFC 9113, 6.5.2 and its registry, and the numbers that transactions give.
const SETTINGS: &[(&str, &str)] = &[
    ("HEADER_TABLE_SIZE", "http2.settings.header_table_size"),
    ("ENABLE_PUSH", "http2.settings.enable_push"),
    (
        "MAX_CONCURRENT_STREAMS",
        "http2.settings.max_concurrent_streams",
    ),
    ("INITIAL_WINDOW_SIZE", "http2.settings.initial_window_size"),
    ("MAX_FRAME_SIZE", "http2.settings.max_frame_size"),
    (
        "MAX_HEADER_LIST_SIZE",
        "http2.settings.max_header_list_size",
    ),
    (
        "ENABLE_CONNECT_PROTOCOL",
        "http2.settings.enable_connect_protocol",
    ),
    (
        "NO_RFC7540_PRIORITIES",
        "http2.settings.no_rfc7540_priorities",
    ),
];

/// The test that the argument asks for.
pub(super) fn test(named: &Named) -> Result<NumberTest, Missing> {
    let argument = named.words.first().map_or("", |(word, _)| word.as_str());
    let text: String = argument
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let bare = text
        .get(.."SETTINGS_".len())
        .filter(|start| start.eq_ignore_ascii_case("SETTINGS_"))
        .and_then(|start| text.get(start.len()..))
        .unwrap_or(&text);
    let end = bare
        .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .unwrap_or(bare.len());
    let (name, wish) = bare.split_at_checked(end).unwrap_or((bare, ""));
    let known = SETTINGS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    let comparison = comparison(wish);
    match (known, comparison) {
        (Some((_, number)), Some(comparison)) => Ok(NumberTest {
            name: number,
            comparison,
            index: None,
            direction: None,
            is_time: false,
        }),
        (None, _) => Err(Missing::because(
            named.keyword,
            format!("`{name}` is no setting of HTTP/2"),
        )),
        (_, None) => Err(Missing::because(
            named.keyword,
            format!("`{wish}` is no comparison with a number"),
        )),
    }
}

fn comparison(wish: &str) -> Option<Comparison<u64>> {
    let number = |text: &str| text.parse::<u64>().ok();
    if wish.is_empty() {
        return Some(Comparison::GreaterOrEqual(0));
    }
    for (sign, make) in [
        (
            ">=",
            Comparison::GreaterOrEqual as fn(u64) -> Comparison<u64>,
        ),
        ("<=", Comparison::LessOrEqual),
        ("!=", Comparison::NotEqual),
        (">", Comparison::Greater),
        ("<", Comparison::Less),
        ("=", Comparison::Equal),
    ] {
        if let Some(text) = wish.strip_prefix(sign) {
            return number(text).map(make);
        }
    }
    None
}
