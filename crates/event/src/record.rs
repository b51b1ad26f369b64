//! Named values in order: the body of an event, ready to be written as JSON and asked by path.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Cow;
use std::fmt;

/// A value in a [`Record`].
#[derive(Clone, Debug)]
pub enum Value {
    /// JSON null.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number from 0.
    Unsigned(u64),
    /// A negative whole number.
    Signed(i64),
    /// Any other number.
    Float(f64),
    /// Text; bytes from the wire that are not UTF-8 have been escaped by [`Value::bytes`].
    Text(Cow<'static, str>),
    /// The same where it is short; [`Value::as_text`] gives both.
    Short(ShortText),
    /// Values in order.
    List(Vec<Value>),
    /// Named values.
    Record(Record),
}

/// Bytes of text that stand in the value itself: so many that a value is no larger for it.
const SHORT_TEXT_MAX: usize = 30;

/// Text of few bytes, which takes no memory beside its value, as most values of events are.
#[derive(Clone, Copy)]
pub struct ShortText {
    length: u8,
    bytes: [u8; SHORT_TEXT_MAX],
}

impl ShortText {
    fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; SHORT_TEXT_MAX];
        bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).ok()?;
        Some(Self { length, bytes })
    }

    /// The bytes of the text.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        let length = usize::from(self.length);
        self.bytes.get(..length).unwrap_or_default()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // It was text when it was taken.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl fmt::Debug for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Text is the same text wherever it stands.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::Unsigned(one), Self::Unsigned(two)) => one == two,
            (Self::Signed(one), Self::Signed(two)) => one == two,
            (Self::Float(one), Self::Float(two)) => one == two,
            (Self::List(one), Self::List(two)) => one == two,
            (Self::Record(one), Self::Record(two)) => one == two,
            _ => self.as_text().is_some() && self.as_text() == other.as_text(),
        }
    }
}

impl Value {
    /// Text from bytes of the wire. What is not UTF-8 is written byte by byte as `\xNN`.
    pub fn bytes(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::text(text),
            Err(_) => Self::Text(Cow::Owned(escape(bytes))),
        }
    }

    /// A copy of a text.
    pub fn text(text: &str) -> Self {
        match ShortText::new(text) {
            Some(short) => Self::Short(short),
            None => Self::Text(Cow::Owned(text.to_owned())),
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Short(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The number, if it is a whole one from 0.
    pub const fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(*number),
            _ => None,
        }
    }

    /// The record, if it is one.
    pub const fn as_record(&self) -> Option<&Record> {
        match self {
            Self::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The values of a list; a single value counts as a list of one, null as none.
    pub fn as_list(&self) -> &[Value] {
        match self {
            Self::List(values) => values,
            Self::Null => &[],
            one => std::slice::from_ref(one),
        }
    }
}

/// Writes bytes that are not UTF-8: valid stretches as they are, the others as `\xNN`.
fn escape(bytes: &[u8]) -> String {
    use fmt::Write as _;
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Unsigned(value)
    }
}
impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Unsigned(value.into())
    }
}
impl From<u16> for Value {
    fn from(value: u16) -> Self {
        Self::Unsigned(value.into())
    }
}
impl From<u8> for Value {
    fn from(value: u8) -> Self {
        Self::Unsigned(value.into())
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        match u64::try_from(value) {
            Ok(unsigned) => Self::Unsigned(unsigned),
            Err(_) => Self::Signed(value),
        }
    }
}
impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}
impl From<&'static str> for Value {
    fn from(value: &'static str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}
impl From<Record> for Value {
    fn from(value: Record) -> Self {
        Self::Record(value)
    }
}
impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::List(value)
    }
}

/// Named values, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record(Vec<(Cow<'static, str>, Value)>);

impl Record {
    /// An empty record.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// An empty record with room for so many values.
    pub fn with_capacity(values: usize) -> Self {
        Self(Vec::with_capacity(values))
    }

    /// Adds a value; the caller sees to it that the name is new.
    pub fn push(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        self.0.push((name.into(), value.into()));
    }

    /// Replaces the value of a name, or adds it.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        let name = name.into();
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// The value at a dotted path, e.g. `http.hostname`.
    pub fn at(&self, path: &str) -> Option<&Value> {
        let dot = path.bytes().position(|byte| byte == b'.');
        match dot.and_then(|dot| path.split_at_checked(dot)) {
            None => self.member(path),
            Some((first, rest)) => self.member(first)?.as_record()?.at(&rest[1..]),
        }
    }

    /// The value of a name, dots or not.
    pub fn member(&self, name: &str) -> Option<&Value> {
        let known = self.0.iter().find(|(known, _)| known == name)?;
        Some(&known.1)
    }

    /// The text at a dotted path.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_text()
    }

    /// The number at a dotted path.
    pub fn number(&self, path: &str) -> Option<u64> {
        self.at(path)?.as_u64()
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// The same, with names that tell whether they are ours or came from the wire.
    pub(crate) fn entries(&self) -> &[(Cow<'static, str>, Value)] {
        &self.0
    }

    /// Whether nothing has been added.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name.as_ref(), value)?;
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Short(value) => serializer.serialize_str(value.as_str()),
            Self::List(values) => values.serialize(serializer),
            Self::Record(record) => record.serialize(serializer),
        }
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Unsigned(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::text(value))
    }
    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut record = Record::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            record.push(name, value);
        }
        Ok(Value::Record(record))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_map(ValueVisitor)? {
            Value::Record(record) => Ok(record),
            _ => Err(serde::de::Error::custom("expected an object")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, Value};

    #[test]
    fn a_record_survives_json_and_is_asked_by_path() {
        let json = r#"{"a":{"b":[1,-2,2.5,null,true,"x"]},"c":"é"}"#;
        let record: Record = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), json);
        assert_eq!(record.at("a.b").unwrap().as_list().len(), 6);
        assert_eq!(record.text("c"), Some("é"));
        assert_eq!(record.at("a.b.c"), None);
    }

    #[test]
    fn short_text_and_long_are_both_text_in_values_of_one_size() {
        for length in [0, 1, 30, 31, 100] {
            let text = "x".repeat(length);
            let value = Value::bytes(text.as_bytes());
            assert_eq!(value.as_text(), Some(text.as_str()));
            assert_eq!(value, Value::from(text));
            assert_ne!(value, Value::Null);
        }
        assert_eq!(size_of::<Value>(), 32);
    }

    #[test]
    fn bytes_that_are_not_text_are_escaped() {
        assert_eq!(Value::bytes(b"a\xffb").as_text(), Some("a\\xffb"));
    }
}
