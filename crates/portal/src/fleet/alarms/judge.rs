//! When an alarm opens and closes. Each opens at one limit and closes at a laxer one, over windows of minutes: what goes to and fro
//! about a limit stays as it is. What is not known changes nothing.

use super::kind::AlarmKind;
use crate::fleet::history::{HistoryPoint, Measured};
use crate::fleet::{Heartbeat, LATE_SECONDS_MAX};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// Minutes that are looked at.
pub const WINDOW_MINUTES: i64 = 60;

/// Heard for so many seconds of the last five minutes, a sensor is back.
const HEARD_SECONDS_MIN: u64 = 60;
/// Nothing has arrived for so many minutes, most of which the sensor told of.
const NO_TRAFFIC_MINUTES: i64 = 15;
/// Connections that say whether both sides arrive.
const SIDES_MIN: u64 = 50;
/// In thousandths of them.
const ONE_SIDE_OPENS: i64 = 500;
const ONE_SIDE_CLOSES: i64 = 200;
/// Of so many packets at least, in millionths.
const LOSS_PACKETS_MIN: u64 = 10_000;
const LOSS_OPENS: i64 = 1000;
const LOSS_CLOSES: i64 = 100;
/// In Mbit/s.
const RATE_OPENS: i64 = 1000;
const RATE_CLOSES: i64 = 900;
/// Free, in thousandths.
const DISK_OPENS: i64 = 100;
const DISK_CLOSES: i64 = 150;
/// In milliseconds.
const CLOCK_OPENS: i64 = 5000;
const CLOCK_CLOSES: i64 = 2000;
const CLOCK_MINUTES_MIN: usize = 3;
/// In days.
const CONTENT_OPENS: i64 = 14;
const CONTENT_CLOSES: i64 = 7;

/// What is known of a sensor.
pub struct Known<'a> {
    pub now: i64,
    pub last_heartbeat_at: Option<i64>,
    pub heartbeat: Option<&'a Heartbeat>,
    /// Its last hour, by minutes, oldest first.
    pub minutes: &'a [HistoryPoint],
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is wrong, by this value.
    Wrong(i64),
    Right,
    /// Nothing says anything.
    Unknown,
}

impl Verdict {
    fn of(value: Option<i64>, is_wrong: impl Fn(i64) -> bool) -> Self {
        match value {
            Some(value) if is_wrong(value) => Self::Wrong(value),
            Some(_) => Self::Right,
            None => Self::Unknown,
        }
    }
}

/// How a sensor stands, where an alarm of the kind is open or not.
pub fn judge(kind: AlarmKind, known: &Known<'_>, is_open: bool) -> Verdict {
    // The limit that counts now.
    let limit = |opens: i64, closes: i64| if is_open { closes } else { opens };
    // What is new shows at once, what is over has to stay over for a while.
    let window = known.last(limit(5, 15));
    match kind {
        AlarmKind::Offline => known.offline(is_open),
        AlarmKind::NoTraffic => known.no_traffic(),
        AlarmKind::OneDirection => {
            let limit = limit(ONE_SIDE_OPENS, ONE_SIDE_CLOSES);
            Verdict::of(one_sided(&known.last(WINDOW_MINUTES)), |share| {
                share >= limit
            })
        }
        AlarmKind::PacketLoss => {
            let limit = limit(LOSS_OPENS, LOSS_CLOSES);
            Verdict::of(lost(&window), |share| share >= limit)
        }
        AlarmKind::OverRate => {
            let limit = limit(RATE_OPENS, RATE_CLOSES);
            let rate = (window.covered_seconds >= 60).then(|| window.bits_per_second() / 1_000_000);
            Verdict::of(rate.map(signed), |rate| rate > limit)
        }
        AlarmKind::DiskNearlyFull => {
            let limit = limit(DISK_OPENS, DISK_CLOSES);
            Verdict::of(known.disk_free(), |share| share < limit)
        }
        AlarmKind::ClockOff => {
            let limit = limit(CLOCK_OPENS, CLOCK_CLOSES);
            Verdict::of(known.clock_offset(is_open), |offset| offset > limit)
        }
        AlarmKind::ContentOld => {
            let limit = limit(CONTENT_OPENS, CONTENT_CLOSES);
            Verdict::of(known.content_days(), |days| days >= limit)
        }
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Connections of which one side arrives, in thousandths.
fn one_sided(window: &Measured) -> Option<i64> {
    let all = window.tcp_both_sides.saturating_add(window.tcp_one_side);
    let share = window.tcp_one_side.saturating_mul(1000).checked_div(all)?;
    (all >= SIDES_MIN).then_some(signed(share))
}

/// Packets that were not looked at, in millionths.
fn lost(window: &Measured) -> Option<i64> {
    let lost = window.drops.saturating_add(window.shed);
    let all = window.packets.saturating_add(window.drops);
    let share = lost.saturating_mul(1_000_000).checked_div(all)?;
    (all >= LOSS_PACKETS_MIN).then_some(signed(share))
}

impl Known<'_> {
    fn last(&self, minutes: i64) -> Measured {
        let from = self.now.saturating_sub(minutes * 60 * MICROS_PER_SECOND);
        let mut whole = Measured::default();
        for minute in self.minutes.iter().filter(|one| one.at.micros() >= from) {
            whole.add(&minute.measured);
        }
        whole
    }

    /// Offline after five minutes; back when it has been heard for a minute.
    fn offline(&self, is_open: bool) -> Verdict {
        let Some(last) = self.last_heartbeat_at else {
            return Verdict::Unknown;
        };
        let silent = self.now.saturating_sub(last) / MICROS_PER_SECOND;
        if silent > LATE_SECONDS_MAX {
            return Verdict::Wrong(silent);
        }
        // The gap itself is covered by the first heartbeat after it: what counts is how many minutes it was heard in.
        let from = self
            .now
            .saturating_sub(LATE_SECONDS_MAX * MICROS_PER_SECOND);
        let heard = self.minutes.iter().filter(|one| one.at.micros() >= from);
        let minutes = u64::try_from(heard.count()).unwrap_or(0);
        if is_open && minutes * 60 <= HEARD_SECONDS_MIN {
            return Verdict::Unknown;
        }
        Verdict::Right
    }

    fn no_traffic(&self) -> Verdict {
        let quiet = self.last(NO_TRAFFIC_MINUTES);
        let seconds = signed(quiet.covered_seconds);
        match quiet.packets {
            0 if seconds >= NO_TRAFFIC_MINUTES * 60 * 2 / 3 => Verdict::Wrong(seconds),
            0 => Verdict::Unknown,
            _ => Verdict::Right,
        }
    }

    fn disk_free(&self) -> Option<i64> {
        let health = &self.heartbeat?.health;
        let (free, size) = (health.disk_free_bytes?, health.disk_bytes?);
        free.saturating_mul(1000).checked_div(size).map(signed)
    }

    /// A late message makes a clock look slow: of the last minutes, the least offset counts where an alarm would open, the greatest
    /// where it would close.
    fn clock_offset(&self, is_open: bool) -> Option<i64> {
        let from = self.now.saturating_sub(5 * 60 * MICROS_PER_SECOND);
        let recent = self.minutes.iter().filter(|one| one.at.micros() >= from);
        let offsets: Vec<i64> = recent
            .filter_map(|one| Some(one.measured.clock_offset_ms?.saturating_abs()))
            .collect();
        if offsets.len() < CLOCK_MINUTES_MIN {
            return None;
        }
        let offsets = offsets.into_iter();
        if is_open {
            offsets.max()
        } else {
            offsets.min()
        }
    }

    /// Of rules and indicators, what changed last: whoever has none of either works with our own rules only.
    fn content_days(&self) -> Option<i64> {
        let health = &self.heartbeat?.health;
        let latest = health.rules_at.max(health.intelligence_at)?;
        Some(self.now.saturating_sub(latest.micros()) / MICROS_PER_DAY)
    }
}
