//! Points in time, as captures count them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

/// Nanoseconds since 1970-01-01T00:00:00Z. Captures carry any 64-bit value an enemy likes, so
/// every operation saturates and every value can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

const NANOS_PER_SECOND: i64 = 1_000_000_000;

impl Timestamp {
    /// From nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros.saturating_mul(1000))
    }

    /// From seconds and nanoseconds since the epoch.
    pub const fn new(seconds: i64, nanos: u32) -> Self {
        Self(
            seconds
                .saturating_mul(NANOS_PER_SECOND)
                .saturating_add(nanos as i64),
        )
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Whole seconds since the epoch.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(NANOS_PER_SECOND)
    }

    /// Nanoseconds from `earlier` to here; 0 when `earlier` is later.
    pub const fn since(self, earlier: Self) -> u64 {
        let difference = self.0.saturating_sub(earlier.0);
        if difference < 0 { 0 } else { difference as u64 }
    }

    /// This point plus a number of nanoseconds.
    pub const fn plus_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// RFC 3339 in UTC with microseconds, as incidents carry it: `2026-11-22T19:44:45.123456Z`.
    pub fn rfc3339(self) -> String {
        format!("{self}")
    }

    /// The form of EVE JSON: `2026-11-22T19:44:45.123456+0000`.
    pub fn eve(self) -> String {
        String::from_utf8_lossy(&self.eve_bytes()).into_owned()
    }

    /// The same as bytes, all of which are ASCII.
    pub(crate) fn eve_bytes(self) -> [u8; 31] {
        let mut text = *b"0000-00-00T00:00:00.000000+0000";
        self.put(&mut text);
        text
    }

    /// The form that [`Timestamp::eve`] writes, and no other.
    fn parse_eve(text: &str) -> Option<Self> {
        let front: &[u8; 26] = text.strip_suffix("+0000")?.as_bytes().try_into().ok()?;
        let separators = [
            (4, b'-'),
            (7, b'-'),
            (10, b'T'),
            (13, b':'),
            (16, b':'),
            (19, b'.'),
        ];
        if separators
            .iter()
            .any(|(place, byte)| front[*place] != *byte)
        {
            return None;
        }
        let number = |range: std::ops::Range<usize>, most: i64| {
            let digits = &front[range];
            let all = digits.iter().all(u8::is_ascii_digit);
            let number = digits
                .iter()
                .fold(0_i64, |number, digit| number * 10 + i64::from(digit & 15));
            (all && number <= most).then_some(number)
        };
        let (year, month, day) = (number(0..4, 9999)?, number(5..7, 12)?, number(8..10, 31)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let longest = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if month == 0 || day == 0 || day > longest {
            return None;
        }
        let days = days_from_civil(year, month, day);
        let of_day = number(11..13, 23)? * 3600 + number(14..16, 59)? * 60 + number(17..19, 59)?;
        let micros = number(20..26, 999_999)?;
        let seconds = days * 86_400 + of_day;
        let nanos = seconds
            .checked_mul(NANOS_PER_SECOND)?
            .checked_add(micros * 1000)?;
        Some(Self(nanos))
    }

    /// Puts the digits of date and time in their places.
    fn put(self, text: &mut [u8; 31]) {
        let seconds = self.seconds();
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        let of_day = seconds.rem_euclid(86_400);
        let micros = self.0.rem_euclid(NANOS_PER_SECOND) / 1000;
        // Two a flow and one an event: digits are put down by hand, which takes a tenth of the time of formatting.
        let fields = [
            (0..4, year),
            (5..7, month),
            (8..10, day),
            (11..13, of_day / 3600),
            (14..16, of_day / 60 % 60),
            (17..19, of_day % 60),
            (20..26, micros),
        ];
        for (place, number) in fields {
            // None is below 0, nor larger than its places hold.
            put_digits(&mut text[place], number as u32);
        }
    }

    /// Reads either form.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(time) = Self::parse_eve(text) {
            return Some(time);
        }
        let normal = match text.strip_suffix("+0000") {
            Some(front) => format!("{front}Z"),
            None => text.to_owned(),
        };
        let parsed: jiff::Timestamp = normal.parse().ok()?;
        i64::try_from(parsed.as_nanosecond()).ok().map(Self)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.eve_bytes();
        let zone = text.len() - "+0000".len();
        f.write_str(std::str::from_utf8(&text[..zone]).map_err(|_| fmt::Error)?)?;
        f.write_str("Z")
    }
}

/// Decimal digits of a number that is not negative, as many as there are places.
fn put_digits(places: &mut [u8], mut number: u32) {
    for place in places.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// The other way round.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Days since 1970-01-01 to a date of the proleptic Gregorian calendar
/// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 {
        month_shifted + 3
    } else {
        month_shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 time"))
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_jiff(nanos: i64) {
            let ours = Timestamp::from_nanos(nanos / 1000 * 1000);
            let theirs = jiff::Timestamp::from_nanosecond(i128::from(ours.nanos())).unwrap();
            prop_assert_eq!(format!("{theirs:.6}"), ours.rfc3339());
            prop_assert_eq!(Timestamp::parse(&ours.rfc3339()), Some(ours));
            prop_assert_eq!(Timestamp::parse(&ours.eve()), Some(ours));
        }
    }
}
