//! Every text that a person reads: keys of `locales/{ja,en}.json` (i18next format), namespace `portal`.

use axum::http::{HeaderMap, header};
use event::Language;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

const JAPANESE: &str = include_str!("../../../locales/ja.json");
const ENGLISH: &str = include_str!("../../../locales/en.json");

static TEXTS_JA: LazyLock<HashMap<String, String>> = LazyLock::new(|| texts(JAPANESE));
static TEXTS_EN: LazyLock<HashMap<String, String>> = LazyLock::new(|| texts(ENGLISH));

/// Name of the cookie that keeps the language chosen on a page.
pub const LANGUAGE_COOKIE: &str = "hinomi_language";

/// Texts by language.
pub trait Localized {
    /// The text of a key; the key itself where there is none, which a test forbids.
    fn say(self, key: &str) -> String;
    /// The text of a key with `{{name}}` replaced by values.
    fn say_with(self, key: &str, values: &[(&str, &str)]) -> String;
    /// The name in HTML and in the API: `ja` or `en`.
    fn key(self) -> &'static str;
}

impl Localized for Language {
    fn say(self, key: &str) -> String {
        let texts = match self {
            Self::Ja => &TEXTS_JA,
            Self::En => &TEXTS_EN,
        };
        texts.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    fn say_with(self, key: &str, values: &[(&str, &str)]) -> String {
        // One pass, so that a value that looks like a name in braces stays what it is.
        let pattern = self.say(key);
        let mut text = String::with_capacity(pattern.len());
        let mut rest = pattern.as_str();
        while let Some((before, after)) = rest.split_once("{{") {
            text.push_str(before);
            let Some((name, behind)) = after.split_once("}}") else {
                text.push_str("{{");
                rest = after;
                continue;
            };
            match values.iter().find(|(known, _)| *known == name.trim()) {
                Some((_, value)) => text.push_str(value),
                None => text.push_str(name),
            }
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    fn key(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

/// A language by its name.
pub fn language_from_key(key: &str) -> Option<Language> {
    match key {
        "ja" => Some(Language::Ja),
        "en" => Some(Language::En),
        _ => None,
    }
}

/// The language of a request: `?lang=`, else the cookie, else `Accept-Language`, else Japanese.
pub fn language_of(headers: &HeaderMap, query: Option<&str>) -> Language {
    let asked = query.and_then(|query| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix("lang="))
            .and_then(language_from_key)
    });
    asked
        .or_else(|| crate::http::cookie(headers, LANGUAGE_COOKIE).and_then(language_from_key))
        .or_else(|| preferred(headers))
        .unwrap_or_default()
}

/// The first of our languages in `Accept-Language` by quality (RFC 9110, section 12.5.4).
fn preferred(headers: &HeaderMap) -> Option<Language> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(Language, f32)> = None;
    for entry in accepted.split(',').take(20) {
        let (tag, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let primary = tag.trim().split('-').next().unwrap_or_default();
        let Some(language) = language_from_key(&primary.to_ascii_lowercase()) else {
            continue;
        };
        let quality = parameters
            .trim()
            .strip_prefix("q=")
            .map_or(1.0, |text| text.parse().unwrap_or(0.0));
        if quality > 0.0 && best.is_none_or(|(_, most)| quality > most) {
            best = Some((language, quality));
        }
    }
    best.map(|(language, _)| language)
}

fn texts(json: &str) -> HashMap<String, String> {
    let mut texts = HashMap::new();
    // The files are part of the program; a test reads both.
    if let Ok(Value::Object(mut top)) = serde_json::from_str(json) {
        // Acts of the audit log are named once, for the web app and for exports.
        for (section, path) in [("portal", "portal"), ("act", "portal.act")] {
            if let Some(tree) = top.remove(section) {
                flatten(path.to_owned(), tree, &mut texts);
            }
        }
    }
    texts
}

fn flatten(path: String, value: Value, texts: &mut HashMap<String, String>) {
    match value {
        Value::Object(entries) => {
            for (name, entry) in entries {
                flatten(format!("{path}.{name}"), entry, texts);
            }
        }
        Value::String(text) => {
            texts.insert(path, text);
        }
        _ => {}
    }
}

#[cfg(test)]
#[path = "locale_tests.rs"]
mod tests;
