//! Parts of times in values of events, for the modifiers `minute` to `year`; UTC.

use super::matcher::TimePart;
use event::Timestamp;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;

/// A part of the time that a text tells: RFC 3339, the form of EVE, or seconds since 1970.
pub(crate) fn part(text: &str, part: TimePart) -> Option<u32> {
    let seconds = match Timestamp::parse(text) {
        Some(time) => time.seconds(),
        None => {
            let seconds: f64 = text.trim().parse().ok()?;
            // Beyond the year 9999 it is no time.
            (0.0..253_402_300_800.0)
                .contains(&seconds)
                .then_some(seconds as i64)?
        }
    };
    let days = seconds.div_euclid(DAY_S);
    let of_day = seconds.rem_euclid(DAY_S);
    let (year, month, day) = civil(days);
    let number = match part {
        TimePart::Minute => of_day % HOUR_S / MINUTE_S,
        TimePart::Hour => of_day / HOUR_S,
        TimePart::Day => day,
        TimePart::Week => iso_week(days),
        TimePart::Month => month,
        TimePart::Year => year,
    };
    u32::try_from(number).ok()
}

/// Year, month and day of a number of days since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// Week of the year, ISO 8601: the first is the one with the year's first Thursday.
fn iso_week(days: i64) -> i64 {
    // 1970 began on a Thursday.
    let thursday = days - (days + 3).rem_euclid(7) + 3;
    let year = civil(thursday).0;
    let mut first = thursday;
    while civil(first - 7).0 == year {
        first -= 7;
    }
    (thursday - first) / 7 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_known_times() {
        let parts = |text| {
            [
                TimePart::Year,
                TimePart::Month,
                TimePart::Day,
                TimePart::Hour,
                TimePart::Minute,
                TimePart::Week,
            ]
            .map(|wanted| part(text, wanted))
        };
        let known = [2024, 12, 30, 23, 5, 1].map(Some);
        assert_eq!(parts("2024-12-30T23:05:09Z"), known);
        assert_eq!(parts("1735599909"), known);
        assert_eq!(parts("2021-01-03T00:00:00Z")[5], Some(53));
        assert_eq!(parts("2000-02-29T00:00:00Z")[..3], [2000, 2, 29].map(Some));
        assert_eq!(parts("soon"), [None; 6]);
    }
}
