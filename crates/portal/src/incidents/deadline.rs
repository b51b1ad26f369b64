//! The moment by which somebody has to take an incident up.

use event::Deadline;

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

/// When what is told at a time is due. Business days are Mondays to Fridays in Japan; public holidays are not known
/// here, so on the day after one it may seem overdue.
pub fn moment(deadline: Deadline, told_at: i64) -> Option<i64> {
    let local = told_at.saturating_add(JAPAN_AHEAD);
    let day = local.div_euclid(MICROS_PER_DAY);
    let due = match deadline {
        Deadline::Now => return Some(told_at.saturating_add(AT_ONCE)),
        Deadline::Today => day
            .saturating_add(1)
            .saturating_mul(MICROS_PER_DAY)
            .max(local.saturating_add(TODAY_AT_LEAST)),
        Deadline::NextBusinessDay => business_day_after(day)
            .saturating_mul(MICROS_PER_DAY)
            .saturating_add(OFFICE_CLOSES),
        Deadline::ReportOnly => return None,
    };
    Some(due.saturating_sub(JAPAN_AHEAD))
}

/// The first Monday to Friday after a day, both counted since 1970, whose first day was a Thursday.
fn business_day_after(day: i64) -> i64 {
    let ahead = match day.saturating_add(3).rem_euclid(7) {
        4 => 3,
        5 => 2,
        _ => 1,
    };
    day.saturating_add(ahead)
}

#[cfg(test)]
mod tests {
    use super::moment;
    use event::{Deadline, Timestamp};

    #[test]
    fn deadlines_are_moments_in_japan() {
        for (deadline, told, due) in [
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
            (
                Deadline::NextBusinessDay,
                "2026-11-22T03:00:00Z",
                "2026-11-23T09:00:00",
            ),
            // A Friday, a Saturday, a Monday just after midnight.
            (
                Deadline::NextBusinessDay,
                "2026-11-20T03:00:00Z",
                "2026-11-23T09:00:00",
            ),
            (
                Deadline::NextBusinessDay,
                "2026-11-21T03:00:00Z",
                "2026-11-23T09:00:00",
            ),
            (
                Deadline::NextBusinessDay,
                "2026-11-22T15:01:00Z",
                "2026-11-24T09:00:00",
            ),
        ] {
            let told = Timestamp::parse(told).unwrap().micros();
            let found = Timestamp::from_micros(moment(deadline, told).unwrap()).rfc3339();
            assert!(found.starts_with(due), "{deadline:?} {found} {due}");
        }
        assert_eq!(moment(Deadline::ReportOnly, 0), None);
    }
}
