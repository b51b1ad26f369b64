//! Passwords that guessers try first.

use crate::limits;

/// Words that everybody would try on this portal.
const OUR_WORDS: [&str; 4] = ["hinomi", "火の見", "password", "パスワード"];
/// What must be left of a password when well-known words are taken out of it.
const CHARS_LEFT_MIN: usize = 8;
/// Digits and signs before and behind a leaked password that do not make it a good one.
const CHARS_ADDED_MAX: usize = 8;

/// Whether a password is made of few characters, of runs, or of the person's own words.
pub fn is_weak(password: &str, own_words: &[&str]) -> bool {
    let folded = crate::text::folded(password);
    has_few_characters(&folded)
        || is_run(&folded)
        || repeated(&folded).is_some_and(|part| part.chars().count() < limits::PASSWORD_CHARS_MIN)
        || is_made_of(&folded, own_words)
}

/// What lists of leaked passwords are asked for: the password; what it repeats; what it lengthens with a year, digits or
/// signs before or behind.
pub fn guesses(password: &str) -> impl Iterator<Item = String> {
    let folded = crate::text::folded(password);
    let part = repeated(&folded).map(str::to_owned);
    let core = folded.trim_matches(|one: char| !one.is_alphabetic());
    let added = folded.chars().count().saturating_sub(core.chars().count());
    let core = (1..=CHARS_ADDED_MAX)
        .contains(&added)
        .then(|| core.to_owned());
    [part, core, Some(folded)].into_iter().flatten()
}

/// The shortest part that the whole text repeats.
fn repeated(folded: &str) -> Option<&str> {
    (1..=folded.len() / 2)
        .filter(|length| folded.len().is_multiple_of(*length))
        .filter_map(|length| folded.get(..length))
        .find(|part| folded.split(part).all(str::is_empty))
}

/// `aaaaaaaaaaaaaaa`, `121212121212121`.
fn has_few_characters(folded: &str) -> bool {
    let mut different: Vec<char> = folded.chars().collect();
    different.sort_unstable();
    different.dedup();
    different.len() < 5
}

/// `abcdefghijklmno`, `123456789012345`: nearly every character is the neighbour of the one before.
fn is_run(folded: &str) -> bool {
    let characters: Vec<u32> = folded.chars().map(u32::from).collect();
    let steps = characters.windows(2).filter(|pair| match pair {
        [a, b] => a.abs_diff(*b) == 1 || (*a == u32::from('9') && *b == u32::from('0')),
        _ => false,
    });
    let steps = steps.count();
    steps.saturating_mul(10) >= characters.len().saturating_mul(7)
}

/// What is left without the person's name, address, company and our own words is too little.
fn is_made_of(folded: &str, own_words: &[&str]) -> bool {
    let mut left = folded.to_owned();
    let own = own_words.iter().flat_map(|text| {
        text.split(|letter: char| !letter.is_alphanumeric())
            .map(crate::text::folded)
            .collect::<Vec<_>>()
    });
    let ours = OUR_WORDS.iter().map(|word| (*word).to_owned());
    for word in own.chain(ours) {
        if word.chars().count() >= 3 || (!word.is_ascii() && word.chars().count() >= 2) {
            left = left.replace(&word, "");
        }
    }
    left != folded && left.chars().count() < CHARS_LEFT_MIN
}

#[cfg(test)]
mod tests {
    use super::{guesses, is_weak};

    #[test]
    fn what_guessers_try_first_is_weak() {
        let own = [
            "田中 花子",
            "hanako.tanaka@sample-shoji.example.jp",
            "株式会社サンプル商事",
        ];
        for weak in [
            "aaaaaaaaaaaaaaaa",
            "121212121212121212",
            "abcdefghijklmnop",
            "1234567890123456",
            "Hanako.Tanaka2026",
            "sample-shoji-hanako",
            "HinomiPassword2026",
            "ＰＡＳＳＷＯＲＤ１２３４５６７",
            "sunshinesunshine",
            "ひのみひのみひのみひのみひのみ",
        ] {
            assert!(is_weak(weak, &own), "{weak}");
        }
        for good in [
            "a long enough password",
            "correct horse battery",
            "tanaka likes green tea in winter",
            "吾輩は猫である名前はまだ無い。",
        ] {
            assert!(!is_weak(good, &own), "{good}");
        }
    }

    #[test]
    fn lists_are_asked_for_what_a_password_rests_on() {
        for (password, asked) in [
            ("A good one", vec!["a good one"]),
            ("2026Sunshine!!!", vec!["sunshine", "2026sunshine!!!"]),
            (
                "dragonfly7dragonfly7",
                vec!["dragonfly7", "dragonfly7dragonfly", "dragonfly7dragonfly7"],
            ),
            // What is added is a password by itself.
            ("love 82619 73625 14", vec!["love 82619 73625 14"]),
            ("", vec![""]),
        ] {
            assert_eq!(guesses(password).collect::<Vec<_>>(), asked, "{password}");
        }
    }
}
