//! From a signature alert or an indicator hit to a detection.

mod indicator;
mod indicator_words;
mod signature;
mod vocabulary;
mod yara;

pub(crate) use indicator::from_indicator;
pub(crate) use signature::from_alert;
pub(crate) use yara::from_yara;

/// The value with a key, e.g. the communication `tor`.
fn by_key<T: Copy>(all: &[T], key_of: impl Fn(T) -> &'static str, key: &str) -> Option<T> {
    all.iter().copied().find(|value| key_of(*value) == key)
}
