//! Times as lists write them.

use event::Timestamp;

/// RFC 3339, `2026-08-22 03:00:29`, `2026-08-22`, or seconds (or milliseconds) since 1970.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_end_matches(" UTC").trim();
    if text.len() < 8 || text.len() > 40 {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return match text.len() {
            9..=10 => Some(Timestamp::new(number, 0)),
            13 => Some(Timestamp::from_micros(number.checked_mul(1000)?)),
            _ => None,
        };
    }
    if text.len() == 10 {
        return Timestamp::parse(&format!("{text}T00:00:00Z"));
    }
    Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{}Z", text.replacen(' ', "T", 1))))
}

/// Days since 1970, for times that need be no more exact; 0 for none.
pub(crate) fn days(time: Option<Timestamp>) -> u16 {
    let days = time.map_or(0, |time| time.seconds().div_euclid(86_400));
    u16::try_from(days.clamp(0, i64::from(u16::MAX))).unwrap_or(0)
}

/// The other way round.
pub(crate) fn of_days(days: u16) -> Option<Timestamp> {
    (days > 0).then(|| Timestamp::new(i64::from(days).saturating_mul(86_400), 0))
}

/// Seconds since 1970; 0 for none. What ends before 1970 ended in its first second, what ends after 2106 never does.
pub(crate) fn seconds(time: Option<Timestamp>) -> u32 {
    time.map_or(0, |time| {
        u32::try_from(time.seconds().max(1)).unwrap_or_default()
    })
}

/// The other way round.
pub(crate) fn of_seconds(seconds: u32) -> Option<Timestamp> {
    (seconds > 0).then(|| Timestamp::new(i64::from(seconds), 0))
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_of_lists() {
        for text in [
            "2026-08-22T03:00:29Z",
            "2026-08-22 03:00:29",
            "2026-08-22 03:00:29 UTC",
            "1787367629",
            "1787367629000",
        ] {
            let time = super::parse(text).map(|time| time.seconds());
            assert_eq!(time, Some(1_787_367_629), "{text}");
        }
        assert_eq!(super::parse("2026-08-22").unwrap().seconds() % 86_400, 0);
        for text in ["", "yesterday", "12", "99999999999999999999"] {
            assert_eq!(super::parse(text), None, "{text}");
        }
    }
}
