//! Identifiers that cannot be mistaken for one another.

use crate::{Code, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use uuid::Uuid;

/// A UUIDv7 of one kind of thing.
pub struct Id<Kind> {
    uuid: Uuid,
    kind: PhantomData<fn() -> Kind>,
}

/// Marks identifiers of tenants.
pub enum Tenant {}
/// Marks identifiers of users.
pub enum User {}
/// Marks identifiers of sensors.
pub enum Sensor {}

/// A customer.
pub type TenantId = Id<Tenant>;
/// A person who signs in.
pub type UserId = Id<User>;
/// A sensor.
pub type SensorId = Id<Sensor>;

impl<Kind> Id<Kind> {
    /// A new one; later ones sort after earlier ones.
    pub fn generate() -> Self {
        Self::from_uuid(Uuid::now_v7())
    }

    const fn from_uuid(uuid: Uuid) -> Self {
        Self {
            uuid,
            kind: PhantomData,
        }
    }

    /// From a column of the database.
    ///
    /// # Errors
    /// When the column holds something else.
    pub fn stored(text: &str) -> Result<Self, Error> {
        Uuid::parse_str(text)
            .map(Self::from_uuid)
            .map_err(|_| Error::Stored { what: "identifier" })
    }
}

impl<Kind> Clone for Id<Kind> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<Kind> Copy for Id<Kind> {}
impl<Kind> PartialEq for Id<Kind> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<Kind> Eq for Id<Kind> {}
impl<Kind> PartialOrd for Id<Kind> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
/// As their texts are sorted.
impl<Kind> Ord for Id<Kind> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<Kind> std::hash::Hash for Id<Kind> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<Kind> fmt::Display for Id<Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}
impl<Kind> fmt::Debug for Id<Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}
impl<Kind> FromStr for Id<Kind> {
    type Err = Error;

    /// What is not an identifier names nothing that exists.
    fn from_str(text: &str) -> Result<Self, Error> {
        Uuid::parse_str(text)
            .map(Self::from_uuid)
            .map_err(|_| Code::NotFound.into())
    }
}
impl<Kind> Serialize for Id<Kind> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.uuid)
    }
}
impl<'de, Kind> Deserialize<'de> for Id<Kind> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Uuid::parse_str(&text)
            .map(Self::from_uuid)
            .map_err(D::Error::custom)
    }
}

impl<Kind> utoipa::PartialSchema for Id<Kind> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .into()
    }
}
impl<Kind> utoipa::ToSchema for Id<Kind> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
}
