//! The time, as a parameter.

use event::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Tells the time. Clones tell the same time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the portal looks at it"
    )]
    pub fn system() -> Self {
        Self(Arc::new(|| {
            Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
        }))
    }

    /// A clock that its owner sets, for tests.
    pub fn manual(start: Timestamp) -> (Self, ManualClock) {
        let hand = Arc::new(AtomicI64::new(start.nanos()));
        let reader = Arc::clone(&hand);
        let clock = Self(Arc::new(move || {
            Timestamp::from_nanos(reader.load(Ordering::SeqCst))
        }));
        (clock, ManualClock(hand))
    }

    /// The machine's clock, which its owner may put forward, to play what takes hours.
    pub fn movable() -> (Self, ManualClock) {
        let ahead = Arc::new(AtomicI64::new(0));
        let reader = Arc::clone(&ahead);
        let machine = Self::system();
        let clock = Self(Arc::new(move || {
            machine.now().plus_nanos(reader.load(Ordering::SeqCst))
        }));
        (clock, ManualClock(ahead))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// The time now in microseconds since 1970, as the database holds it.
    pub fn micros(&self) -> i64 {
        self.now().micros()
    }
}

/// Sets the time of a [`Clock::manual`] or [`Clock::movable`].
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// Lets time pass.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0
            .fetch_add(seconds.saturating_mul(1_000_000_000), Ordering::SeqCst);
    }
}
