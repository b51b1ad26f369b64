//! Statements and their values, for whichever database there is.

use super::{Connection, Lent, Row};
use crate::Error;
use sqlx::{AssertSqlSafe, Decode, Postgres, Sqlite, Type};
use std::borrow::Cow;
use std::marker::PhantomData;

/// A value that a statement is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A `BIGINT`.
    Integer(Option<i64>),
    /// A `DOUBLE PRECISION`.
    Real(Option<f64>),
    /// A `TEXT`.
    Text(Option<String>),
}

/// A statement with the values of its parameters `$1`, `$2` and so on.
#[must_use = "a statement does nothing until it is run"]
pub struct Query {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// A statement whose answer is one column.
#[must_use = "a statement does nothing until it is run"]
pub struct Scalar<T> {
    query: Query,
    of: PhantomData<fn() -> T>,
}

/// A statement. Whoever makes its text at run time makes it of names and parameters only: every value that a caller gave
/// is bound.
pub fn query(text: impl Into<Cow<'static, str>>) -> Query {
    Query {
        text: text.into(),
        values: Vec::new(),
    }
}

/// A statement whose answer is one column.
pub fn scalar<T>(text: impl Into<Cow<'static, str>>) -> Scalar<T> {
    Scalar {
        query: query(text),
        of: PhantomData,
    }
}

/// A statement composed by sea-query.
pub fn composed(text: String, values: sea_query::Values) -> Query {
    values.into_iter().fold(query(text), |query, value| {
        query.bind(match value {
            sea_query::Value::BigInt(number) => Value::Integer(number),
            sea_query::Value::BigUnsigned(number) => {
                Value::Integer(number.map(|number| i64::try_from(number).unwrap_or(i64::MAX)))
            }
            sea_query::Value::Double(number) => Value::Real(number),
            sea_query::Value::String(text) => Value::Text(text),
            other => Value::Text(Some(format!("{other:?}"))),
        })
    })
}

/// The statement as sqlx runs it, its values bound. A macro, since the two kinds of it share no type.
macro_rules! bound {
    ($query:expr) => {{
        let mut bound = sqlx::query(AssertSqlSafe($query.text.into_owned()));
        for value in $query.values {
            bound = match value {
                Value::Integer(number) => bound.bind(number),
                Value::Real(number) => bound.bind(number),
                Value::Text(text) => bound.bind(text),
            };
        }
        bound
    }};
}

impl Query {
    /// Gives the next parameter its value.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it; how many rows it changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn execute(self, connection: &mut Connection) -> Result<u64, Error> {
        Ok(match connection.lend() {
            Lent::Sqlite(lent) => bound!(self).execute(lent).await?.rows_affected(),
            Lent::Postgres(lent) => bound!(self).execute(lent).await?.rows_affected(),
        })
    }

    /// Its first row, where there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn fetch_optional(self, connection: &mut Connection) -> Result<Option<Row>, Error> {
        Ok(match connection.lend() {
            Lent::Sqlite(lent) => bound!(self).fetch_optional(lent).await?.map(Row::Sqlite),
            Lent::Postgres(lent) => bound!(self).fetch_optional(lent).await?.map(Row::Postgres),
        })
    }

    /// Its first row.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn fetch_one(self, connection: &mut Connection) -> Result<Row, Error> {
        let row = self.fetch_optional(connection).await?;
        row.ok_or(Error::Database(sqlx::Error::RowNotFound))
    }

    /// All of its rows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn fetch_all(self, connection: &mut Connection) -> Result<Vec<Row>, Error> {
        Ok(match connection.lend() {
            Lent::Sqlite(lent) => {
                let rows = bound!(self).fetch_all(lent).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Lent::Postgres(lent) => {
                let rows = bound!(self).fetch_all(lent).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }
}

impl<T> Scalar<T>
where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
{
    /// Gives the next parameter its value.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.query = self.query.bind(value);
        self
    }

    /// The column of its first row.
    ///
    /// # Errors
    /// When there is no row, or the database fails.
    pub async fn fetch_one(self, connection: &mut Connection) -> Result<T, Error> {
        self.query.fetch_one(connection).await?.try_get(0)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(Some(number))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}
