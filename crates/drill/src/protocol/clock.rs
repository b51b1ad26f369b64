//! Points of time as protocols write them.

/// A point of time as a civil date of the Gregorian calendar, UTC.
struct Civil {
    year: i64,
    month: usize,
    day: i64,
    weekday: usize,
    hour: i64,
    minute: i64,
    second: i64,
}

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `Mon, 09 Jun 2025 00:00:00 GMT`, as HTTP has it (RFC 9110).
pub(crate) fn http_date(nanos: i64) -> String {
    let at = civil(nanos);
    let (day, month) = (DAYS[at.weekday], MONTHS[at.month - 1]);
    format!(
        "{day}, {:02} {month} {} {:02}:{:02}:{:02} GMT",
        at.day, at.year, at.hour, at.minute, at.second
    )
}

/// `Mon, 09 Jun 2025 09:00:00 +0900`, as mail has it (RFC 5322).
pub(crate) fn mail_date(nanos: i64) -> String {
    let text = http_date(nanos + 9 * 3_600_000_000_000);
    text.replace("GMT", "+0900")
}

/// `250609000000Z`, as certificates have it (ASN.1 UTCTime).
pub(crate) fn utc_time(nanos: i64) -> String {
    let at = civil(nanos);
    let year = at.year.rem_euclid(100);
    format!(
        "{year:02}{:02}{:02}{:02}{:02}{:02}Z",
        at.month, at.day, at.hour, at.minute, at.second
    )
}

/// Hundreds of nanoseconds since 1601, as Windows counts.
pub(crate) fn file_time(nanos: i64) -> u64 {
    (nanos.div_euclid(100) + 116_444_736_000_000_000) as u64
}

/// Seconds since 1900 and their fraction, as NTP counts (RFC 5905).
pub(crate) fn ntp_time(nanos: i64) -> u64 {
    let seconds = (nanos.div_euclid(1_000_000_000) + 2_208_988_800) as u64;
    let fraction = ((nanos.rem_euclid(1_000_000_000) as u64) << 32) / 1_000_000_000;
    seconds << 32 | fraction
}

fn civil(nanos: i64) -> Civil {
    let seconds = nanos.div_euclid(1_000_000_000);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days from a first of March, so that leap days come last (H. Hinnant, "chrono-compatible algorithms").
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * of_year + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month: month as usize,
        day: of_year - (153 * march + 2) / 5 + 1,
        weekday: days.rem_euclid(7) as usize,
        hour: rest / 3_600,
        minute: rest / 60 % 60,
        second: rest % 60,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let cases = [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_749_427_200, "Mon, 09 Jun 2025 00:00:00 GMT"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
        ];
        for (seconds, text) in cases {
            assert_eq!(http_date(seconds * 1_000_000_000), text);
        }
        assert_eq!(utc_time(1_749_427_200_000_000_000), "250609000000Z");
    }
}
