//! A query, asked of a table.

use super::Found;
use super::table::{Row, Table};
use super::words::Chosen;
use crate::Error;
use crate::incidents::cursor::{Place, PlaceValue};
use crate::incidents::filter::{IncidentQuery, Order, Sort, Suppressed};
use crate::incidents::model::Handling;
use crate::text;
use event::{Communication, Stage};
use std::cmp::Ordering;

/// What a query wants, in the numbers of a table. Of a set without bits, or without names, everything is wanted.
struct Wanted {
    severities: u8,
    classes: u8,
    handlings: u8,
    resolutions: u8,
    stages: u8,
    communications: u16,
    sensors: Option<Vec<u32>>,
    /// Sensors of the sites that are asked for and seen.
    within: Option<Vec<u32>>,
    assignees: Option<Vec<u32>>,
    hosts: Option<Vec<u32>>,
    /// Suppressed or not, where that is asked.
    suppressed: Option<bool>,
    from: i64,
    to: i64,
    /// The present, where only what is overdue is wanted.
    overdue_at: Option<i64>,
    /// For each word of the search the texts that have it; the rarest first.
    words: Vec<Chosen>,
}

impl Table {
    /// What a query finds of what these sensors told, or any: so many of the list from a place on, and how many there are.
    ///
    /// # Errors
    /// Invalid request when the query goes on after what is no place in its order.
    pub fn find(
        &self,
        query: &IncidentQuery,
        within: Option<&[String]>,
        limit: u64,
        offset: u64,
    ) -> Result<Found, Error> {
        let after = query.after.as_ref().map(|after| after.place(query.sort));
        let after = after.transpose()?;
        let (sort, order) = (query.sort, query.order);
        let wanted = Wanted::of(query, within, self);
        let mut total = 0_u64;
        let mut found: Vec<&Row> = Vec::new();
        for row in self.rows.iter().filter(|row| wanted.has(row, self)) {
            total += 1;
            let is_behind = |place: &Place<'_>| self.against(row, place, sort, order).is_gt();
            if after.as_ref().is_none_or(is_behind) {
                found.push(row);
            }
        }
        let ids = self.stretch(found, limit, offset, sort, order);
        Ok(Found {
            ids: ids.iter().map(|row| row.id).collect(),
            total,
        })
    }

    /// A stretch of rows as if they were sorted: only the stretch is.
    fn stretch<'a>(
        &self,
        mut rows: Vec<&'a Row>,
        limit: u64,
        offset: u64,
        sort: Sort,
        order: Order,
    ) -> Vec<&'a Row> {
        let most = rows.len();
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(most);
        let length = usize::try_from(limit).unwrap_or(usize::MAX);
        let end = start.saturating_add(length).min(most);
        let compare = |a: &&Row, b: &&Row| self.compare(a, b, sort, order);
        if end < most {
            rows.select_nth_unstable_by(end, compare);
            rows.truncate(end);
        }
        if 0 < start && start < rows.len() {
            rows.select_nth_unstable_by(start, compare);
        }
        let mut stretch = rows.split_off(start);
        stretch.sort_unstable_by(compare);
        stretch
    }

    /// Which of two comes first: by what the list is sorted by, then the one seen last, then by name.
    fn compare(&self, a: &Row, b: &Row, sort: Sort, order: Order) -> Ordering {
        let by_value = match sort {
            Sort::LastSeen => a.last_seen.cmp(&b.last_seen),
            Sort::FirstSeen => a.first_seen.cmp(&b.first_seen),
            Sort::Severity => a.severity.cmp(&b.severity),
            Sort::Confidence => a.confidence.total_cmp(&b.confidence),
            Sort::Host if a.host_ip == b.host_ip => Ordering::Equal,
            Sort::Host => self.names.text(a.host_ip).cmp(self.names.text(b.host_ip)),
        };
        turned(by_value, order)
            .then_with(|| b.last_seen.cmp(&a.last_seen))
            .then_with(|| turned(a.id.cmp(&b.id), order))
    }

    /// On which side of a place a row is.
    fn against(&self, row: &Row, place: &Place<'_>, sort: Sort, order: Order) -> Ordering {
        let by_value = match (sort, place.value) {
            (Sort::FirstSeen, PlaceValue::Number(number)) => row.first_seen.cmp(&number),
            (Sort::Severity, PlaceValue::Number(number)) => i64::from(row.severity).cmp(&number),
            (_, PlaceValue::Number(number)) => row.last_seen.cmp(&number),
            (_, PlaceValue::Real(number)) => row.confidence.total_cmp(&number),
            (_, PlaceValue::Text(text)) => self.names.text(row.host_ip).cmp(text),
        };
        let by_value = turned(by_value, order);
        if sort == Sort::LastSeen {
            return by_value.then_with(|| turned(row.id.cmp(&place.id), order));
        }
        by_value
            .then_with(|| place.last_seen.cmp(&row.last_seen))
            .then_with(|| turned(row.id.cmp(&place.id), order))
    }
}

fn turned(ordering: Ordering, order: Order) -> Ordering {
    match order {
        Order::Asc => ordering,
        Order::Desc => ordering.reverse(),
    }
}

impl Wanted {
    fn of(query: &IncidentQuery, within: Option<&[String]>, table: &Table) -> Self {
        let known = |name: String| table.names.known(&name);
        let hosts = query.host.iter().map(|host| text::folded(host));
        let words = query.words();
        let mut words: Vec<Chosen> = words
            .iter()
            .map(|one| table.words.containing(one))
            .collect();
        words.sort_by_key(Chosen::len);
        Self {
            severities: bits(query.severity.iter().map(|one| *one as u8)),
            classes: bits(query.class.iter().map(|one| *one as u8)),
            handlings: bits(query.handling.iter().map(|one| *one as u8)),
            resolutions: bits(query.resolution.iter().map(|one| *one as u8)),
            stages: query.stage.iter().fold(0, |all, wanted| {
                let place = Stage::ALL.iter().position(|one| one == wanted);
                all | place.map_or(0, |place| 1 << place)
            }),
            communications: query.communication.iter().fold(0, |all, wanted| {
                let place = Communication::ALL.iter().position(|one| one == wanted);
                all | place.map_or(0, |place| 1 << place)
            }),
            sensors: names(query.sensor.iter().map(ToString::to_string), known),
            within: within.map(|ids| ids.iter().filter_map(|id| table.names.known(id)).collect()),
            assignees: names(query.assignee.iter().map(ToString::to_string), known),
            hosts: names(hosts, known),
            suppressed: match query.suppressed {
                Suppressed::Without => Some(false),
                Suppressed::With => None,
                Suppressed::Only => Some(true),
            },
            from: query.from.map_or(i64::MIN, |from| from.micros()),
            to: query.to.map_or(i64::MAX, |to| to.micros()),
            overdue_at: query.overdue.then_some(query.now),
            words,
        }
    }

    fn has(&self, row: &Row, table: &Table) -> bool {
        let among = |names: &Option<Vec<u32>>, name: u32| {
            names.as_ref().is_none_or(|names| names.contains(&name))
        };
        self.suppressed
            .is_none_or(|asked| asked == row.is_suppressed)
            && self.from <= row.last_seen
            && row.first_seen <= self.to
            && (self.severities == 0 || self.severities & 1 << row.severity != 0)
            && (self.classes == 0 || self.classes & 1 << row.class != 0)
            && (self.handlings == 0 || self.handlings & 1 << row.handling != 0)
            && (self.resolutions == 0 || self.resolutions & row.resolution != 0)
            && (self.stages == 0 || self.stages & row.stages != 0)
            && (self.communications == 0 || self.communications & row.communications != 0)
            && self
                .overdue_at
                .is_none_or(|now| row.handling == Handling::New as u8 && row.due_at < now)
            && among(&self.sensors, row.sensor)
            && among(&self.within, row.sensor)
            && among(&self.assignees, row.assignee)
            && (among(&self.hosts, row.host_ip) || among(&self.hosts, row.host_name))
            && self
                .words
                .iter()
                .all(|chosen| table.words_of(row).iter().any(|word| chosen.has(*word)))
    }
}

fn bits(places: impl Iterator<Item = u8>) -> u8 {
    places.fold(0, |all, place| all | 1 << place)
}

/// The numbers of names; none where none is asked for. A name that the table has not is no incident's.
fn names(
    asked: impl ExactSizeIterator<Item = String>,
    known: impl Fn(String) -> Option<u32>,
) -> Option<Vec<u32>> {
    (asked.len() > 0).then(|| asked.filter_map(known).collect())
}
