//! Which entries a list shows, read from the query string.

use super::Act;
use crate::tenancy::UserId;
use crate::{Error, limits};
use event::Timestamp;
use utoipa::IntoParams;

/// Which entries to list. Several acts mean any of them; several filters mean all.
#[derive(Clone, Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Acts.
    #[param(required = false)]
    pub act: Vec<Act>,
    /// What this person did.
    #[param(required = false)]
    pub actor: Option<UserId>,
    /// At or after this time (RFC 3339).
    #[param(required = false, value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// At or before this time (RFC 3339).
    #[param(required = false, value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// `next` of the page before.
    #[param(required = false, value_type = Option<String>, pattern = "^[0-9]{1,18}$")]
    pub cursor: Option<i64>,
    /// How many, 1 to 200; by default 50.
    #[param(required = false, minimum = 1, maximum = 200, value_type = Option<i64>)]
    pub limit: i64,
}

const LIMIT_DEFAULT: i64 = 50;
const LIMIT_MAX: i64 = 200;

impl AuditQuery {
    /// Reads the pairs of a query string.
    ///
    /// # Errors
    /// Invalid, when a name is unknown or a value cannot be one.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, Error> {
        let mut query = Self {
            limit: LIMIT_DEFAULT,
            ..Self::default()
        };
        for (name, value) in pairs {
            let wrong = || Error::invalid(format!("{name} cannot be read"));
            match name.as_str() {
                "act" => {
                    if query.act.len() >= limits::FILTER_VALUES_MAX {
                        return Err(Error::invalid("too many values of act"));
                    }
                    query.act.push(Act::from_key(&value).ok_or_else(wrong)?);
                }
                "actor" => query.actor = Some(value.parse().map_err(|_| wrong())?),
                "from" => query.from = Some(Timestamp::parse(&value).ok_or_else(wrong)?),
                "to" => query.to = Some(Timestamp::parse(&value).ok_or_else(wrong)?),
                "cursor" => query.cursor = Some(value.parse().map_err(|_| wrong())?),
                "limit" => {
                    let limit = value.parse().map_err(|_| wrong())?;
                    if !(1..=LIMIT_MAX).contains(&limit) {
                        return Err(Error::invalid("limit is not within 1 and 200"));
                    }
                    query.limit = limit;
                }
                // Of the whole API, read elsewhere.
                "lang" | "tenant" => {}
                _ => return Err(Error::invalid(format!("unknown filter {name}"))),
            }
        }
        Ok(query)
    }
}
