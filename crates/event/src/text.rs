//! Text that a person reads, always in both languages of the product.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A language that the product speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

/// One text in Japanese and English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Text {
    /// Japanese, as a small company's one-person IT desk would say it.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub ja: Cow<'static, str>,
    /// English that a manager can act on.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub en: Cow<'static, str>,
}

impl Text {
    /// A text from its two forms, borrowed or owned.
    pub fn new(ja: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self {
            ja: ja.into(),
            en: en.into(),
        }
    }

    /// The form in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Ja => &self.ja,
            Language::En => &self.en,
        }
    }
}
