//! Public holidays of Japan, by the law that has held since 2020 (Act on National Holidays, Act No. 178 of 1948): fixed days,
//! Mondays, equinoxes, the day after a Sunday, and a day between two holidays. Before 2020 and after 2099 none is known.

use jiff::civil::{Date, Weekday, date};

/// Whether a day is a public holiday.
pub fn is_holiday(day: Date) -> bool {
    is_national(day) || is_substitute(day) || is_between(day)
}

/// A day that the law names.
fn is_national(day: Date) -> bool {
    let year = day.year();
    if !(2020..=2099).contains(&year) {
        return false;
    }
    let monday =
        |nth: i8| day.weekday() == Weekday::Monday && (nth * 7 - 6..=nth * 7).contains(&day.day());
    match (day.month(), day.day()) {
        (1, 1) | (2, 11 | 23) | (4, 29) | (5, 3..=5) | (11, 3 | 23) => true,
        (1, _) => monday(2),
        (3, number) => number == equinox(20_843_100, year),
        (9, number) => number == equinox(23_248_800, year) || monday(3),
        // The Olympic Games of Tokyo, and their postponement.
        (7 | 8 | 10, _) if year <= 2021 => moved_for_games(day),
        (7, _) => monday(3),
        (8, 11) => true,
        (10, _) => monday(2),
        _ => false,
    }
}

/// Marine Day, Sports Day and Mountain Day of 2020 and 2021.
fn moved_for_games(day: Date) -> bool {
    [
        date(2020, 7, 23),
        date(2020, 7, 24),
        date(2020, 8, 10),
        date(2021, 7, 22),
        date(2021, 7, 23),
        date(2021, 8, 8),
    ]
    .contains(&day)
}

/// The day of an equinox in Japan. Good from 1980 to 2099; `in_1980` is the time of that year's, in millionths of a day.
fn equinox(in_1980: i32, year: i16) -> i8 {
    let years = i32::from(year) - 1980;
    let day = (in_1980 + 242_194 * years) / 1_000_000 - years / 4;
    i8::try_from(day).unwrap_or(0)
}

/// The first day that is none after a holiday on a Sunday (article 3, paragraph 2).
fn is_substitute(day: Date) -> bool {
    if is_national(day) {
        return false;
    }
    let mut before = day;
    while let Ok(yesterday) = before.yesterday() {
        if !is_national(yesterday) {
            return false;
        }
        if yesterday.weekday() == Weekday::Sunday {
            return true;
        }
        before = yesterday;
    }
    false
}

/// A day between two holidays (article 3, paragraph 3).
fn is_between(day: Date) -> bool {
    let neighbours = [day.yesterday(), day.tomorrow()];
    !is_national(day)
        && neighbours
            .iter()
            .all(|one| one.as_ref().is_ok_and(|one| is_national(*one)))
}

#[cfg(test)]
mod tests {
    use super::is_holiday;
    use jiff::ToSpan as _;
    use jiff::civil::date;

    /// As the Cabinet Office has published them; from 2028 on as the law and the almanac of the National Astronomical
    /// Observatory give them.
    const KNOWN: &[(i16, &str)] = &[
        (
            2020,
            "1-1 1-13 2-11 2-23 2-24 3-20 4-29 5-3 5-4 5-5 5-6 7-23 7-24 8-10 9-21 9-22 11-3 11-23",
        ),
        (
            2021,
            "1-1 1-11 2-11 2-23 3-20 4-29 5-3 5-4 5-5 7-22 7-23 8-8 8-9 9-20 9-23 11-3 11-23",
        ),
        (
            2022,
            "1-1 1-10 2-11 2-23 3-21 4-29 5-3 5-4 5-5 7-18 8-11 9-19 9-23 10-10 11-3 11-23",
        ),
        (
            2023,
            "1-1 1-2 1-9 2-11 2-23 3-21 4-29 5-3 5-4 5-5 7-17 8-11 9-18 9-23 10-9 11-3 11-23",
        ),
        (
            2024,
            "1-1 1-8 2-11 2-12 2-23 3-20 4-29 5-3 5-4 5-5 5-6 7-15 8-11 8-12 9-16 9-22 9-23 10-14 11-3 11-4 11-23",
        ),
        (
            2025,
            "1-1 1-13 2-11 2-23 2-24 3-20 4-29 5-3 5-4 5-5 5-6 7-21 8-11 9-15 9-23 10-13 11-3 11-23 11-24",
        ),
        (
            2026,
            "1-1 1-12 2-11 2-23 3-20 4-29 5-3 5-4 5-5 5-6 7-20 8-11 9-21 9-22 9-23 10-12 11-3 11-23",
        ),
        (
            2027,
            "1-1 1-11 2-11 2-23 3-21 3-22 4-29 5-3 5-4 5-5 7-19 8-11 9-20 9-23 10-11 11-3 11-23",
        ),
        (
            2028,
            "1-1 1-10 2-11 2-23 3-20 4-29 5-3 5-4 5-5 7-17 8-11 9-18 9-22 10-9 11-3 11-23",
        ),
        (
            2029,
            "1-1 1-8 2-11 2-12 2-23 3-20 4-29 4-30 5-3 5-4 5-5 7-16 8-11 9-17 9-23 9-24 10-8 11-3 11-23",
        ),
        (
            2030,
            "1-1 1-14 2-11 2-23 3-20 4-29 5-3 5-4 5-5 5-6 7-15 8-11 8-12 9-16 9-23 10-14 11-3 11-4 11-23",
        ),
    ];

    #[test]
    fn holidays_are_those_of_the_calendar() {
        for (year, known) in KNOWN {
            let mut day = date(*year, 1, 1);
            let mut found = vec![];
            while day.year() == *year {
                if is_holiday(day) {
                    found.push(format!("{}-{}", day.month(), day.day()));
                }
                day = day.checked_add(1.day()).unwrap();
            }
            assert_eq!(found.join(" "), *known, "{year}");
        }
    }

    #[test]
    fn a_day_between_two_holidays_is_one_in_later_years_too() {
        assert!(is_holiday(date(2032, 9, 21)));
        assert!(!is_holiday(date(2019, 1, 1)) && !is_holiday(date(2100, 1, 1)));
    }
}
