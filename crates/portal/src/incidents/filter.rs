//! Which incidents a list shows: read from the query string, turned into a statement.
//! The only place where SQL is composed (sea-query); values are always bound.

use super::cursor::Cursor;
use super::{Handling, Resolution};
use crate::database::StatementBuilder;
use crate::sites::SiteId;
use crate::tenancy::{Scope, SensorId, UserId};
use crate::{Error, limits, text};
use event::{Communication, Severity, Stage, ThreatClass, Timestamp};
use sea_query::{Alias, Cond, Expr, ExprTrait as _, LikeExpr, Query, Values};
use serde::Deserialize;
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Sort {
    #[default]
    LastSeen,
    FirstSeen,
    Severity,
    Confidence,
    Host,
}

/// Which end of a sorted list comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Order {
    Asc,
    #[default]
    Desc,
}

/// Whether a list has what suppressions hide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Suppressed {
    #[default]
    Without,
    With,
    Only,
}

/// Which incidents to list. Several values of one filter mean any of them; several filters mean all.
#[derive(Clone, Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct IncidentQuery {
    /// Words that must all be found in title (either language), host, peers, or detections; at most 200 characters.
    #[param(required = false, max_length = 200)]
    pub q: Option<String>,
    /// Severities.
    #[param(required = false)]
    pub severity: Vec<Severity>,
    /// Communications.
    #[param(required = false)]
    pub communication: Vec<Communication>,
    /// Stages reached.
    #[param(required = false)]
    pub stage: Vec<Stage>,
    /// States of handling.
    #[param(required = false)]
    pub handling: Vec<Handling>,
    /// How they ended.
    #[param(required = false)]
    pub resolution: Vec<Resolution>,
    /// Classes.
    #[param(required = false)]
    pub class: Vec<ThreatClass>,
    /// Who has them.
    #[param(required = false)]
    pub assignee: Vec<UserId>,
    /// With `true` only those that nobody has taken up in time.
    #[param(required = false)]
    pub overdue: bool,
    /// Whether those that suppressions hide are there, too; by default `without`.
    #[param(required = false, value_type = Option<Suppressed>)]
    pub suppressed: Suppressed,
    /// Sensors.
    #[param(required = false)]
    pub sensor: Vec<SensorId>,
    /// Sites where sensors stand.
    #[param(required = false)]
    pub site: Vec<SiteId>,
    /// Addresses or names of hosts, whole.
    #[param(required = false)]
    pub host: Vec<String>,
    /// Still seen at or after this time (RFC 3339).
    #[param(required = false, value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Already seen at or before this time (RFC 3339).
    #[param(required = false, value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// By default `last_seen`.
    #[param(required = false, value_type = Option<Sort>)]
    pub sort: Sort,
    /// By default `desc`.
    #[param(required = false, value_type = Option<Order>)]
    pub order: Order,
    /// From 1.
    #[param(required = false, value_type = Option<u64>, minimum = 1)]
    pub page: u64,
    /// 1 to 200, by default 25.
    #[param(required = false, value_type = Option<u64>, minimum = 1, maximum = 200)]
    pub per_page: u64,
    /// `next` of a page: the incidents after it, in place of `page`.
    #[param(required = false, value_type = Option<String>)]
    pub after: Option<Cursor>,
    /// The present, for what is overdue.
    #[param(ignore)]
    pub now: i64,
}

impl IncidentQuery {
    /// The same query, asked at a time.
    pub fn at(mut self, now: i64) -> Self {
        self.now = now;
        self
    }

    /// From the names and values of a query string.
    ///
    /// # Errors
    /// Invalid request for an unknown name, an unknown value, or too many or too long ones.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, Error> {
        let mut query = Self {
            page: 1,
            per_page: limits::PAGE_LENGTH_DEFAULT,
            ..Self::default()
        };
        for (name, value) in pairs {
            query.take(&name, value)?;
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), Error> {
        match name {
            "q" => self.q = Some(checked_search(value)?),
            "severity" => push(&mut self.severity, name, named(name, value)?)?,
            "communication" => push(&mut self.communication, name, named(name, value)?)?,
            "stage" => push(&mut self.stage, name, named(name, value)?)?,
            "handling" => push(&mut self.handling, name, named(name, value)?)?,
            "site" => push(&mut self.site, name, parsed(name, &value)?)?,
            "sensor" => push(&mut self.sensor, name, parsed(name, &value)?)?,
            "host" => push(&mut self.host, name, checked_search(value)?)?,
            "from" => self.from = Some(time(name, &value)?),
            "to" => self.to = Some(time(name, &value)?),
            "sort" => self.sort = named(name, value)?,
            "order" => self.order = named(name, value)?,
            "page" => self.page = number(name, &value, limits::PAGE_MAX)?,
            "per_page" => self.per_page = number(name, &value, limits::PAGE_LENGTH_MAX)?,
            "resolution" => push(&mut self.resolution, name, named(name, value)?)?,
            "class" => push(&mut self.class, name, named(name, value)?)?,
            "assignee" => push(&mut self.assignee, name, parsed(name, &value)?)?,
            "overdue" => self.overdue = parsed(name, &value)?,
            "suppressed" => self.suppressed = named(name, value)?,
            "after" => self.after = Some(parsed(name, &value)?),
            "lang" => {}
            _ => return Err(Error::invalid(format!("unknown parameter {name:?}"))),
        }
        Ok(())
    }

    /// The condition on `incidents i` that this query and the scope set.
    fn condition(&self, scope: &Scope) -> Result<Cond, Error> {
        let tenant = scope.tenant()?.to_string();
        let mut all = Cond::all().add(column("tenant_id").eq(tenant));
        if let Some(person) = scope.limited_person() {
            let given = Query::select()
                .column(Alias::new("site_id"))
                .from(Alias::new("user_sites"))
                .and_where(Expr::col(Alias::new("user_id")).eq(person.to_string()))
                .take();
            all = all
                .add(column("sensor_id").in_subquery(standing_at(|site| site.in_subquery(given))));
        }
        if !self.site.is_empty() {
            let sites: Vec<String> = self.site.iter().map(ToString::to_string).collect();
            all = all.add(column("sensor_id").in_subquery(standing_at(|site| site.is_in(sites))));
        }
        for word in self.words() {
            all = all.add(column("search").like(LikeExpr::new(containing(&word)).escape(ESCAPE)));
        }
        if !self.severity.is_empty() {
            all = all.add(column("severity").is_in(self.severity.iter().map(|one| *one as i64)));
        }
        if !self.handling.is_empty() {
            all = all.add(column("handling").is_in(self.handling.iter().map(|one| one.key())));
        }
        if !self.resolution.is_empty() {
            all = all.add(column("resolution").is_in(self.resolution.iter().map(|one| one.key())));
        }
        if !self.class.is_empty() {
            all = all.add(column("class").is_in(self.class.iter().map(|one| one.key())));
        }
        if !self.assignee.is_empty() {
            let people = self.assignee.iter().map(ToString::to_string);
            all = all.add(column("assigned_to").is_in(people));
        }
        if self.overdue {
            all = all
                .add(column("handling").eq(Handling::New.key()))
                .add(column("due_at").lt(self.now));
        }
        all = match self.suppressed {
            Suppressed::Without => all.add(column("suppressed_at").is_null()),
            Suppressed::With => all,
            Suppressed::Only => all.add(column("suppressed_at").is_not_null()),
        };
        if !self.sensor.is_empty() {
            all = all.add(column("sensor_id").is_in(self.sensor.iter().map(ToString::to_string)));
        }
        if !self.host.is_empty() {
            let hosts: Vec<String> = self.host.iter().map(|host| text::folded(host)).collect();
            all = all.add(
                Cond::any()
                    .add(column("host_ip").is_in(hosts.clone()))
                    .add(column("host_name_folded").is_in(hosts)),
            );
        }
        let communications = self.communication.iter().map(|one| one.key());
        all = with_any(all, "communications", communications);
        all = with_any(all, "stages", self.stage.iter().map(|one| one.key()));
        if let Some(from) = self.from {
            all = all.add(column("last_seen").gte(from.micros()));
        }
        if let Some(to) = self.to {
            all = all.add(column("first_seen").lte(to.micros()));
        }
        Ok(all)
    }

    /// The words of the search, folded as the searched text is.
    pub(super) fn words(&self) -> Vec<String> {
        let folded = text::folded(self.q.as_deref().unwrap_or_default());
        folded
            .split_whitespace()
            .take(limits::QUERY_WORDS_MAX)
            .map(str::to_owned)
            .collect()
    }

    /// How many incidents there are.
    pub(super) fn count_statement(&self, scope: &Scope) -> Result<(String, Values), Error> {
        let mut statement = Query::select();
        statement
            .expr(Expr::col((Alias::new("i"), Alias::new("id"))).count())
            .from_as(Alias::new("incidents"), Alias::new("i"))
            .cond_where(self.condition(scope)?);
        Ok(statement.build(StatementBuilder {}))
    }

    /// The identifiers, in order, of a stretch of the list.
    pub(super) fn ids_statement(
        &self,
        scope: &Scope,
        limit: u64,
        offset: u64,
    ) -> Result<(String, Values), Error> {
        let sort = match self.sort {
            Sort::LastSeen => "last_seen",
            Sort::FirstSeen => "first_seen",
            Sort::Severity => "severity",
            Sort::Confidence => "confidence",
            Sort::Host => "host_ip",
        };
        let order = match self.order {
            Order::Asc => sea_query::Order::Asc,
            Order::Desc => sea_query::Order::Desc,
        };
        let place = |name: &'static str| (Alias::new("i"), Alias::new(name));
        let mut condition = self.condition(scope)?;
        if let Some(after) = &self.after {
            condition = condition.add(after.condition(self.sort, self.order)?);
        }
        let mut statement = Query::select();
        statement
            .column(place("id"))
            .from_as(Alias::new("incidents"), Alias::new("i"))
            .cond_where(condition)
            .order_by(place(sort), order.clone());
        if !matches!(self.sort, Sort::LastSeen) {
            statement.order_by(place("last_seen"), sea_query::Order::Desc);
        }
        statement
            .order_by(place("id"), order)
            .limit(limit)
            .offset(offset);
        Ok(statement.build(StatementBuilder {}))
    }
}

/// Sensors by their site; of another tenant's no incident is found.
fn standing_at(condition: impl FnOnce(Expr) -> Expr) -> sea_query::SelectStatement {
    Query::select()
        .column(Alias::new("id"))
        .from(Alias::new("sensors"))
        .and_where(condition(Expr::col(Alias::new("site_id"))))
        .take()
}

pub(super) fn column(name: &'static str) -> Expr {
    Expr::col((Alias::new("i"), Alias::new(name)))
}

/// Incidents whose column of keys has one of these.
fn with_any<'a>(
    all: Cond,
    name: &'static str,
    keys: impl ExactSizeIterator<Item = &'a str>,
) -> Cond {
    if keys.len() == 0 {
        return all;
    }
    all.add(keys.fold(Cond::any(), |any, key| {
        let pattern = containing(&format!(",{key},"));
        any.add(column(name).like(LikeExpr::new(pattern).escape(ESCAPE)))
    }))
}

/// Takes the sign after it literally. No backslash, which the two databases write in different ways.
const ESCAPE: char = '!';

/// A pattern that finds a word anywhere, with the signs of patterns taken literally.
fn containing(word: &str) -> String {
    let mut pattern = String::with_capacity(word.len() + 2);
    pattern.push('%');
    for character in word.chars() {
        if matches!(character, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

fn checked_search(value: String) -> Result<String, Error> {
    if value.chars().count() > limits::QUERY_CHARS_MAX {
        let most = limits::QUERY_CHARS_MAX;
        return Err(Error::invalid(format!(
            "search of more than {most} characters"
        )));
    }
    Ok(value)
}

fn push<T>(values: &mut Vec<T>, name: &str, value: T) -> Result<(), Error> {
    if values.len() >= limits::FILTER_VALUES_MAX {
        return Err(Error::invalid(format!("too many values of {name}")));
    }
    values.push(value);
    Ok(())
}

fn named<T: for<'de> Deserialize<'de>>(name: &str, value: String) -> Result<T, Error> {
    serde_json::from_value(serde_json::Value::String(value))
        .map_err(|_| Error::invalid(format!("unknown value of {name}")))
}

fn parsed<T: FromStr>(name: &str, value: &str) -> Result<T, Error> {
    value
        .parse()
        .map_err(|_| Error::invalid(format!("unreadable value of {name}")))
}

fn time(name: &str, value: &str) -> Result<Timestamp, Error> {
    Timestamp::parse(value).ok_or_else(|| Error::invalid(format!("{name} is not an RFC 3339 time")))
}

fn number(name: &str, value: &str, most: u64) -> Result<u64, Error> {
    match value.parse() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ => Err(Error::invalid(format!(
            "{name} is not a number from 1 to {most}"
        ))),
    }
}
