//! Options on bytes, in words.

use crate::rule::ast::{
    AbsentMode, ByteTest, Comparison, Content, IsDataAt, Keyword, Pcre, TestOperator, Value,
};
use crate::rule::quoted_bytes;
use event::Text;

/// The option in words; None if it is none on bytes, or one that is shown as written.
pub(super) fn words(keyword: &Keyword, buffer: &dyn Fn() -> Text) -> Option<Text> {
    Some(match keyword {
        Keyword::Content(option) => content(option, &buffer()),
        Keyword::Pcre(option) => pcre(option, &buffer()),
        Keyword::IsDataAt(option) => is_data_at(option, &buffer()),
        Keyword::BufferSize(comparison) => {
            let (buffer, wanted) = (buffer(), number(comparison));
            Text::new(
                format!("{}の長さが{}", buffer.ja, wanted.ja),
                format!("the length of {} is {}", buffer.en, wanted.en),
            )
        }
        Keyword::ByteTest(option) => byte_test(option, &buffer()),
        Keyword::Absent(AbsentMode::Only) => {
            let buffer = buffer();
            Text::new(
                format!("{}がない", buffer.ja),
                format!("{} is not there", buffer.en),
            )
        }
        Keyword::Absent(AbsentMode::OrElse) => {
            let buffer = buffer();
            Text::new(
                format!("{}がない、またはほかの条件を満たす", buffer.ja),
                format!("{} is not there, or else satisfies the rest", buffer.en),
            )
        }
        _ => return None,
    })
}

fn content(content: &Content, buffer: &Text) -> Text {
    let bytes = quoted_bytes(&content.bytes);
    let (ja_place, en_place) = place(content);
    let (ja_case, en_case) = if content.nocase {
        ("(大文字小文字を問わない)", ", in any case")
    } else {
        ("", "")
    };
    if content.negated {
        Text::new(
            format!("{}の{ja_place}に{bytes}がない{ja_case}", buffer.ja),
            format!("{} does not contain {bytes}{en_case}{en_place}", buffer.en),
        )
    } else {
        Text::new(
            format!("{}の{ja_place}に{bytes}がある{ja_case}", buffer.ja),
            format!("{} contains {bytes}{en_case}{en_place}", buffer.en),
        )
    }
}

/// Where a content must stand.
fn place(content: &Content) -> (String, String) {
    let (mut ja, mut en) = (Vec::new(), Vec::new());
    if content.starts_with {
        ja.push("先頭".to_owned());
        en.push("at the very start".to_owned());
    }
    match (&content.offset, &content.depth) {
        (Some(offset), Some(depth)) => {
            ja.push(format!("{offset}バイト目からの{depth}バイトの中"));
            en.push(format!("within {depth} bytes from byte {offset}"));
        }
        (Some(offset), None) => {
            ja.push(format!("{offset}バイト目以降"));
            en.push(format!("at byte {offset} or later"));
        }
        (None, Some(depth)) => {
            ja.push(format!("最初の{depth}バイトの中"));
            en.push(format!("within the first {depth} bytes"));
        }
        (None, None) => {}
    }
    match (&content.distance, &content.within) {
        (Some(distance), Some(within)) => {
            ja.push(format!(
                "前の一致の{distance}バイト後からの{within}バイトの中"
            ));
            en.push(format!(
                "within {within} bytes, counted from {distance} bytes after the match before"
            ));
        }
        (Some(Value::Number(0)), None) => {
            ja.push("前の一致より後".to_owned());
            en.push("after the match before".to_owned());
        }
        (Some(distance), None) => {
            ja.push(format!("前の一致の{distance}バイト後以降"));
            en.push(format!("{distance} bytes or more after the match before"));
        }
        (None, Some(within)) => {
            ja.push(format!("前の一致に続く{within}バイトの中"));
            en.push(format!("within the {within} bytes after the match before"));
        }
        (None, None) => {}
    }
    if content.ends_with {
        ja.push("末尾".to_owned());
        en.push("at the very end".to_owned());
    }
    if ja.is_empty() {
        ja.push("どこか".to_owned());
    }
    let en = en
        .iter()
        .map(|place| format!(", {place}"))
        .collect::<String>();
    (ja.join("、"), en)
}

fn pcre(pcre: &Pcre, buffer: &Text) -> Text {
    let pattern = String::from_utf8_lossy(&pcre.pattern);
    let (ja_place, en_place) = if pcre.flags.relative {
        ("(前の一致の後から)", ", from the match before on")
    } else {
        ("", "")
    };
    let (ja_case, en_case) = if pcre.flags.caseless {
        ("(大文字小文字を問わない)", ", in any case")
    } else {
        ("", "")
    };
    let (ja_verb, en_verb) = if pcre.negated {
        ("に一致しない", "does not match")
    } else {
        ("に一致する", "matches")
    };
    Text::new(
        format!(
            "{}が正規表現/{pattern}/{ja_verb}{ja_case}{ja_place}",
            buffer.ja
        ),
        format!(
            "{} {en_verb} the expression /{pattern}/{en_case}{en_place}",
            buffer.en
        ),
    )
}

fn is_data_at(option: &IsDataAt, buffer: &Text) -> Text {
    let position = &option.position;
    match (option.relative, option.negated) {
        (true, false) => Text::new(
            format!("{}で、前の一致の後に{position}バイト以上が続く", buffer.ja),
            format!(
                "in {}, at least {position} bytes follow the match before",
                buffer.en
            ),
        ),
        (true, true) => Text::new(
            format!(
                "{}で、前の一致の後に続くのは{position}バイト未満",
                buffer.ja
            ),
            format!(
                "in {}, fewer than {position} bytes follow the match before",
                buffer.en
            ),
        ),
        (false, false) => Text::new(
            format!("{}が{position}バイトより長い", buffer.ja),
            format!("{} is longer than {position} bytes", buffer.en),
        ),
        (false, true) => Text::new(
            format!("{}が{position}バイトより長くない", buffer.ja),
            format!("{} is not longer than {position} bytes", buffer.en),
        ),
    }
}

fn byte_test(test: &ByteTest, buffer: &Text) -> Text {
    let operator = match test.operator {
        TestOperator::Less => "<",
        TestOperator::Greater => ">",
        TestOperator::Equal => "=",
        TestOperator::LessOrEqual => "<=",
        TestOperator::GreaterOrEqual => ">=",
        TestOperator::And => "&",
        TestOperator::Xor => "^",
    };
    let not = if test.negated { "!" } else { "" };
    let (count, offset, value) = (&test.count, &test.offset, &test.value);
    let (ja_place, en_place) = if test.relative {
        (
            format!("前の一致の{offset}バイト後"),
            format!("{offset} bytes after the match before"),
        )
    } else {
        (format!("{offset}バイト目"), format!("byte {offset}"))
    };
    Text::new(
        format!(
            "{}の{ja_place}からの{count}バイトの数が {not}{operator} {value}",
            buffer.ja
        ),
        format!(
            "the number of {count} bytes at {en_place} of {} is {not}{operator} {value}",
            buffer.en
        ),
    )
}

/// A test of a number, as what follows "is".
pub(super) fn number(comparison: &Comparison<u64>) -> Text {
    match *comparison {
        Comparison::Equal(number) => Text::new(format!("{number}"), format!("{number}")),
        Comparison::NotEqual(number) => {
            Text::new(format!("{number}以外"), format!("anything but {number}"))
        }
        Comparison::Less(limit) => Text::new(format!("{limit}未満"), format!("less than {limit}")),
        Comparison::LessOrEqual(limit) => {
            Text::new(format!("{limit}以下"), format!("at most {limit}"))
        }
        Comparison::Greater(limit) => {
            Text::new(format!("{limit}より大きい"), format!("more than {limit}"))
        }
        Comparison::GreaterOrEqual(limit) => {
            Text::new(format!("{limit}以上"), format!("at least {limit}"))
        }
        Comparison::Between(low, high) => Text::new(
            format!("{low}より大きく{high}未満"),
            format!("more than {low} and less than {high}"),
        ),
        Comparison::NotBetween(low, high) => Text::new(
            format!("{low}以下または{high}以上"),
            format!("at most {low} or at least {high}"),
        ),
        Comparison::Bits {
            mask,
            value,
            negated,
        } => {
            let sign = if negated { "!=" } else { "=" };
            Text::new(
                format!("&{mask:#x} {sign} {value:#x}"),
                format!("&{mask:#x} {sign} {value:#x}"),
            )
        }
    }
}
