//! Cards of those whom a customer calls.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who is behind a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// Who watches.
    Soc,
    /// Who looks after the customer's network.
    Partner,
    /// Who helps with the product.
    Support,
    /// Somebody in the company itself, or an authority.
    Other,
}

impl ContactKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Soc, Self::Partner, Self::Support, Self::Other];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Soc => "soc",
            Self::Partner => "partner",
            Self::Support => "support",
            Self::Other => "other",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }
}

/// Whom to call, and when they answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactCard {
    /// Who is behind it.
    pub kind: ContactKind,
    /// Name of the desk or the person.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Telephone number: digits, spaces and `+()-.#*`; may be empty.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub phone: String,
    /// Mail address; may be empty.
    #[serde(default)]
    #[schema(max_length = 254)]
    pub email: String,
    /// When they answer, in words; may be empty.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub hours: String,
}

/// All cards of a customer, in the order in which to call them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactCards {
    /// At most ten.
    #[schema(max_items = 10)]
    pub items: Vec<ContactCard>,
}
