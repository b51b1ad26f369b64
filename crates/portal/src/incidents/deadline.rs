//! The moment by which somebody has to take an incident up, and the days on which a company is at work.

use super::holidays;
use event::Deadline;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const MICROS_PER_MINUTE: i64 = 60_000_000;
const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;
const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;
/// Japan is nine hours ahead of UTC all year.
const JAPAN_AHEAD: i64 = 9 * MICROS_PER_HOUR;
/// "At once" as a moment.
const AT_ONCE: i64 = 30 * MICROS_PER_MINUTE;
/// When a day at the office is over, from midnight.
const OFFICE_CLOSES: i64 = 18 * MICROS_PER_HOUR;
/// Whoever is told in the evening has at least so long for what is due that day.
const TODAY_AT_LEAST: i64 = 4 * MICROS_PER_HOUR;
/// Whoever works one day a week has a business day within so many days, whatever holidays fall on it.
const BUSINESS_DAY_WITHIN: i64 = 60;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// Every day, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    const fn bit(self) -> i64 {
        1 << self as i64
    }
}

/// On which days a company is at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BusinessDays {
    /// Days of the week, at least one.
    #[schema(min_items = 1, max_items = 7)]
    pub weekdays: Vec<Weekday>,
    /// Whether public holidays of Japan are days off.
    pub rests_on_holidays: bool,
}

impl Default for BusinessDays {
    fn default() -> Self {
        Self::of_bits(0b001_1111, true)
    }
}

impl BusinessDays {
    /// From the form in the database.
    pub fn of_bits(bits: i64, rests_on_holidays: bool) -> Self {
        let weekdays = Weekday::ALL.into_iter();
        Self {
            weekdays: weekdays.filter(|day| bits & day.bit() != 0).collect(),
            rests_on_holidays,
        }
    }

    /// The form in the database: a bit for each day of the week, Monday the lowest.
    pub fn bits(&self) -> i64 {
        self.weekdays
            .iter()
            .fold(0, |bits, weekday| bits | weekday.bit())
    }

    fn contains(&self, day: Date) -> bool {
        let weekday = i64::from(day.weekday().to_monday_zero_offset());
        self.bits() & (1 << weekday) != 0 && !(self.rests_on_holidays && holidays::is_holiday(day))
    }

    /// The first business day after a day, both counted since 1970.
    fn after(&self, day: i64) -> i64 {
        let is_business_day = |ahead: &i64| {
            let later = date(1970, 1, 1).checked_add(day.saturating_add(*ahead).days());
            later.is_ok_and(|later| self.contains(later))
        };
        let ahead = (1..=BUSINESS_DAY_WITHIN).find(is_business_day);
        day.saturating_add(ahead.unwrap_or(1))
    }
}

/// When what is told at a time is due, in Japan's time.
pub fn moment(deadline: Deadline, told_at: i64, days: &BusinessDays) -> Option<i64> {
    let local = told_at.saturating_add(JAPAN_AHEAD);
    let day = local.div_euclid(MICROS_PER_DAY);
    let due = match deadline {
        Deadline::Now => return Some(told_at.saturating_add(AT_ONCE)),
        Deadline::Today => day
            .saturating_add(1)
            .saturating_mul(MICROS_PER_DAY)
            .max(local.saturating_add(TODAY_AT_LEAST)),
        Deadline::NextBusinessDay => days
            .after(day)
            .saturating_mul(MICROS_PER_DAY)
            .saturating_add(OFFICE_CLOSES),
        Deadline::ReportOnly => return None,
    };
    Some(due.saturating_sub(JAPAN_AHEAD))
}

#[cfg(test)]
mod tests {
    use super::{BusinessDays, Weekday, moment};
    use event::{Deadline, Timestamp};

    fn due(deadline: Deadline, told: &str, days: &BusinessDays) -> String {
        let told = Timestamp::parse(told).unwrap().micros();
        Timestamp::from_micros(moment(deadline, told, days).unwrap()).rfc3339()
    }

    #[test]
    fn deadlines_are_moments_in_japan() {
        let usual = BusinessDays::default();
        for (deadline, told, moment) in [
            // A Sunday, noon.
            (Deadline::Now, "2026-11-22T03:00:00Z", "2026-11-22T03:30:00"),
            (
                Deadline::Today,
                "2026-11-22T03:00:00Z",
                "2026-11-22T15:00:00",
            ),
            // 23:00, an hour before midnight.
            (
                Deadline::Today,
                "2026-11-22T14:00:00Z",
                "2026-11-22T18:00:00",
            ),
        ] {
            let found = due(deadline, told, &usual);
            assert!(found.starts_with(moment), "{deadline:?} {found} {moment}");
        }
        assert_eq!(super::moment(Deadline::ReportOnly, 0, &usual), None);
    }

    #[test]
    fn the_next_business_day_is_one_of_the_company() {
        let usual = BusinessDays::default();
        let open_on_holidays = BusinessDays {
            rests_on_holidays: false,
            ..BusinessDays::default()
        };
        let shop = BusinessDays {
            weekdays: vec![Weekday::Saturday, Weekday::Sunday, Weekday::Wednesday],
            rests_on_holidays: false,
        };
        let mondays = BusinessDays {
            weekdays: vec![Weekday::Monday],
            rests_on_holidays: true,
        };
        for (days, told, moment) in [
            // Noon of a Thursday, Friday and Saturday, and just after midnight of a Monday; that Monday is a holiday.
            (&usual, "2026-11-19T03:00:00Z", "2026-11-20"),
            (&usual, "2026-11-20T03:00:00Z", "2026-11-24"),
            (&usual, "2026-11-21T03:00:00Z", "2026-11-24"),
            (&usual, "2026-11-22T15:01:00Z", "2026-11-24"),
            (&open_on_holidays, "2026-11-20T03:00:00Z", "2026-11-23"),
            (&shop, "2026-11-20T03:00:00Z", "2026-11-21"),
            (&shop, "2026-11-22T03:00:00Z", "2026-11-25"),
            // Silver week of 2026: 21, 22 and 23 September are holidays.
            (&usual, "2026-09-18T03:00:00Z", "2026-09-24"),
            (&mondays, "2026-09-14T03:00:00Z", "2026-09-28"),
            // Golden week of 2026: 29 April, 3 to 6 May.
            (&usual, "2026-05-01T03:00:00Z", "2026-05-07"),
        ] {
            let found = due(Deadline::NextBusinessDay, told, days);
            assert_eq!(
                found,
                format!("{moment}T09:00:00.000000Z"),
                "{days:?} {told}"
            );
        }
    }
}
