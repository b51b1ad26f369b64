//! Keywords of the word table.

use crate::rule::argument::Argument;
use crate::rule::ast::Named;
use crate::rule::problem::Fault;
use crate::rule::tables::words::WordKeyword;

/// Reads the words of a keyword.
pub(super) fn parse(keyword: &'static WordKeyword, argument: Argument<'_>) -> Result<Named, Fault> {
    let argument = argument.unquoted().trim();
    let mut words = Vec::new();
    let parts: Vec<Argument<'_>> = if keyword.separator == 0 {
        vec![argument]
    } else {
        argument.split(keyword.separator).collect()
    };
    for part in parts {
        let (word, negated) = part.negation();
        let word = word.unquoted();
        if word.is_empty() {
            return Err(part.expected(&format!("a word for `{}`", keyword.name)));
        }
        let free = keyword.words.is_empty()
            || (keyword.name == "tls.version" && word.text.starts_with(b"0x"));
        let text = if free {
            word.string()
        } else {
            word.choice("a known word", keyword.words)?.to_owned()
        };
        words.push((text, negated));
    }
    Ok(Named {
        keyword: keyword.name,
        words,
    })
}
