//! A place in a sorted list, from which it goes on even while incidents come in.

use super::IncidentKey;
use super::filter::{Order, Sort, column};
use super::model::IncidentSummary;
use crate::Error;
use sea_query::{Cond, Expr, ExprTrait as _};
use std::fmt;
use std::str::FromStr;

/// The incident after which a list goes on: what the list is sorted by, when it was last seen, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    value: String,
    last_seen: i64,
    id: IncidentKey,
}

/// A cursor, read as a place in a list of one order.
pub(super) struct Place<'a> {
    pub value: PlaceValue<'a>,
    pub last_seen: i64,
    pub id: IncidentKey,
}

/// What the list is sorted by.
#[derive(Clone, Copy)]
pub(super) enum PlaceValue<'a> {
    Number(i64),
    Real(f64),
    Text(&'a str),
}

impl Cursor {
    /// After this incident of a list sorted so.
    pub fn after(sort: Sort, incident: &IncidentSummary) -> Self {
        let value = match sort {
            Sort::LastSeen => incident.last_seen.micros().to_string(),
            Sort::FirstSeen => incident.first_seen.micros().to_string(),
            Sort::Severity => (incident.severity as i64).to_string(),
            Sort::Confidence => f64::from(incident.confidence).to_string(),
            Sort::Host => incident.host.ip.to_string(),
        };
        Self {
            value,
            last_seen: incident.last_seen.micros(),
            id: incident.id,
        }
    }

    /// The place in a list sorted so.
    ///
    /// # Errors
    /// Invalid request when it is a place of another order.
    pub(super) fn place(&self, sort: Sort) -> Result<Place<'_>, Error> {
        let wrong = || Error::invalid("after is no place in a list of this order");
        let value = match sort {
            Sort::LastSeen | Sort::FirstSeen | Sort::Severity => {
                PlaceValue::Number(self.value.parse().map_err(|_| wrong())?)
            }
            Sort::Confidence => PlaceValue::Real(self.value.parse().map_err(|_| wrong())?),
            Sort::Host => PlaceValue::Text(&self.value),
        };
        Ok(Place {
            value,
            last_seen: self.last_seen,
            id: self.id,
        })
    }

    /// What is behind it in that order.
    ///
    /// # Errors
    /// Invalid request when it is a place of another order.
    pub(super) fn condition(&self, sort: Sort, order: Order) -> Result<Cond, Error> {
        let name = match sort {
            Sort::LastSeen => "last_seen",
            Sort::FirstSeen => "first_seen",
            Sort::Severity => "severity",
            Sort::Confidence => "confidence",
            Sort::Host => "host_ip",
        };
        let value = match self.place(sort)?.value {
            PlaceValue::Number(number) => Expr::val(number),
            PlaceValue::Real(number) => Expr::val(number),
            PlaceValue::Text(text) => Expr::val(text.to_owned()),
        };
        let falls = order == Order::Desc;
        let mut columns = vec![(name, value, falls)];
        if sort != Sort::LastSeen {
            columns.push(("last_seen", Expr::val(self.last_seen), true));
        }
        columns.push(("id", Expr::val(self.id.to_string()), falls));
        // Behind in the first column in which it differs.
        let mut any = Cond::any();
        for (place, (name, value, falls)) in columns.iter().enumerate() {
            let mut all = Cond::all();
            for (name, value, _) in columns.iter().take(place) {
                all = all.add(column(name).eq(value.clone()));
            }
            let own = column(name);
            all = all.add(if *falls {
                own.lt(value.clone())
            } else {
                own.gt(value.clone())
            });
            any = any.add(all);
        }
        Ok(any)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}~{}", self.value, self.last_seen, self.id)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::invalid("after is no cursor");
        let mut parts = text.split('~');
        let (Some(value), Some(last_seen), Some(id), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        if value.chars().count() > 64 || value.chars().any(char::is_control) {
            return Err(wrong());
        }
        Ok(Self {
            value: value.to_owned(),
            last_seen: last_seen.parse().map_err(|_| wrong())?,
            id: id.parse().map_err(|_| wrong())?,
        })
    }
}
