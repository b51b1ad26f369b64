//! Quiet hours and the times of summaries, in the time zone of a tenant.

use super::model::{Digest, QuietHours};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

const MINUTES_OF_DAY: u16 = 24 * 60;
/// Daily summaries are there when people come to work.
const DAILY_AT: TimeOfDay = TimeOfDay(8 * 60);

/// A minute of the day; `HH:MM` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// From minutes since midnight.
    pub fn from_minutes(minutes: i64) -> Option<Self> {
        let minutes = u16::try_from(minutes).ok()?;
        (minutes < MINUTES_OF_DAY).then_some(Self(minutes))
    }

    /// Minutes since midnight.
    pub const fn minutes(self) -> i64 {
        self.0 as i64
    }

    fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        let digits = |part: &str| {
            let whole = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            whole.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (hour, minute) = (digits(hour)?, digits(minute)?);
        (hour < 24 && minute < 60).then_some(Self(hour * 60 + minute))
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:02}:{:02}", self.0 / 60, self.0 % 60))
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not a time of day such as 22:00"))
    }
}

/// The time zone of a name; None where there is none of it.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// When quiet hours end, where it is in them now; microseconds since 1970.
pub fn quiet_until(zone: &TimeZone, quiet: QuietHours, now: i64) -> Option<i64> {
    let here = local(zone, now)?;
    let minute = minute_of_day(&here);
    let (from, until) = (quiet.from, quiet.until);
    let is_quiet = if from <= until {
        (from..until).contains(&minute)
    } else {
        minute >= from || minute < until
    };
    if is_quiet { next(&here, until) } else { None }
}

/// When the summary of now will be sent; None for no summary.
pub fn digest_at(zone: &TimeZone, digest: Digest, now: i64) -> Option<i64> {
    let here = local(zone, now)?;
    match digest {
        Digest::None => None,
        Digest::Hourly => {
            let hour = here.with().minute(0).second(0).subsec_nanosecond(0);
            let next = hour.build().ok()?.checked_add(1.hour()).ok()?;
            Some(next.timestamp().as_microsecond())
        }
        Digest::Daily => next(&here, DAILY_AT),
    }
}

fn local(zone: &TimeZone, now: i64) -> Option<Zoned> {
    Some(
        Timestamp::from_microsecond(now)
            .ok()?
            .to_zoned(zone.clone()),
    )
}

fn minute_of_day(time: &Zoned) -> TimeOfDay {
    let minutes = i64::from(time.hour()) * 60 + i64::from(time.minute());
    TimeOfDay(u16::try_from(minutes).unwrap_or(0))
}

/// The next time that it is this minute of the day, today or tomorrow. One that the clock jumps over is the next there is.
fn next(here: &Zoned, wanted: TimeOfDay) -> Option<i64> {
    let day = if minute_of_day(here) < wanted {
        here.date()
    } else {
        here.date().tomorrow().ok()?
    };
    let (hour, minute) = (i8::try_from(wanted.0 / 60), i8::try_from(wanted.0 % 60));
    let time = day.at(hour.ok()?, minute.ok()?, 0, 0);
    let zoned = time.to_zoned(here.time_zone().clone()).ok()?;
    Some(zoned.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::{Digest, QuietHours, TimeOfDay, digest_at, quiet_until, zone};

    fn micros(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_microsecond()
    }

    fn time(text: &str) -> TimeOfDay {
        serde_json::from_str(&format!("\"{text}\"")).unwrap()
    }

    #[test]
    fn quiet_hours_end_in_the_tenants_own_morning() {
        // zone, from, until, now, end
        let cases = [
            (
                "Asia/Tokyo",
                "22:00",
                "07:00",
                "2026-11-22T14:00:00Z",
                Some("2026-11-22T22:00:00Z"),
            ),
            (
                "Asia/Tokyo",
                "22:00",
                "07:00",
                "2026-11-22T21:59:59Z",
                Some("2026-11-22T22:00:00Z"),
            ),
            ("Asia/Tokyo", "22:00", "07:00", "2026-11-22T22:00:00Z", None),
            ("Asia/Tokyo", "22:00", "07:00", "2026-11-22T12:59:59Z", None),
            (
                "Asia/Tokyo",
                "12:00",
                "13:00",
                "2026-11-22T03:30:00Z",
                Some("2026-11-22T04:00:00Z"),
            ),
            ("Asia/Tokyo", "12:00", "12:00", "2026-11-22T03:00:00Z", None),
            // The clock jumps from two to three.
            (
                "Europe/Berlin",
                "22:00",
                "02:30",
                "2026-03-29T00:30:00Z",
                Some("2026-03-29T01:30:00Z"),
            ),
        ];
        for (name, from, until, now, end) in cases {
            let quiet = QuietHours {
                from: time(from),
                until: time(until),
            };
            let told = quiet_until(&zone(name).unwrap(), quiet, micros(now));
            assert_eq!(told, end.map(micros), "{name} {from} {until} {now}");
        }
    }

    #[test]
    fn summaries_come_at_full_hours_and_at_eight() {
        let tokyo = zone("Asia/Tokyo").unwrap();
        let cases = [
            (
                Digest::Hourly,
                "2026-11-22T03:00:00Z",
                Some("2026-11-22T04:00:00Z"),
            ),
            (
                Digest::Hourly,
                "2026-11-22T03:59:59Z",
                Some("2026-11-22T04:00:00Z"),
            ),
            (
                Digest::Daily,
                "2026-11-22T22:59:00Z",
                Some("2026-11-22T23:00:00Z"),
            ),
            (
                Digest::Daily,
                "2026-11-22T23:00:00Z",
                Some("2026-11-23T23:00:00Z"),
            ),
            (Digest::None, "2026-11-22T23:00:00Z", None),
        ];
        for (digest, now, at) in cases {
            assert_eq!(
                digest_at(&tokyo, digest, micros(now)),
                at.map(micros),
                "{digest:?} {now}"
            );
        }
    }

    #[test]
    fn only_times_of_day_are_times_of_day() {
        for wrong in ["24:00", "7:00", "07:60", "0700", "+7:00", "07:00:00", ""] {
            assert!(TimeOfDay::parse(wrong).is_none(), "{wrong}");
        }
        assert!(zone("Mars/Olympus").is_none());
    }
}
