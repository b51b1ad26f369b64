//! The budget of all flows together, held against what the process really takes.
//!
//! Flows are counted by what they hold, as far as that can be said cheaply; what allocators round up, and what parsers
//! keep in passing, is not in it. So the count is corrected by the resident memory, less what was there before the first
//! packet (rules): where that outgrows the budget, flows may hold less by their own count.

use std::num::NonZero;

/// Of the budget so much at least is left to flows, whatever else grows.
const FLOWS_SHARE_MIN: usize = 8;
/// From this part of the budget on it is foreseen where the growth will end.
const FORESEEN_FROM: usize = 2;
/// By this part at most it goes down, or up, from look to look.
const STEP: usize = 32;
/// This part of what is too much goes from look to look. What flows leave is seen only when the allocator gives it back,
/// seconds later: whoever takes all of it at once ends flows again and again for the same excess, by thousands.
const EXCESS_PART: usize = 8;

/// The budget, and what flows may hold of it by their own count.
pub(crate) struct Budget {
    bytes: usize,
    allowed: usize,
    resident_before: usize,
    /// While rules are loaded: how much the process had grown before, and what flows held then.
    suspended: Option<(usize, usize)>,
}

impl Budget {
    /// Nothing has been read yet.
    pub(crate) fn new(bytes: usize) -> Self {
        Self {
            bytes,
            allowed: bytes,
            resident_before: resident_bytes(),
            suspended: None,
        }
    }

    /// The budget itself.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Looks at the process, whose flows hold `held` by their own count; says what they may hold, where that changes.
    pub(crate) fn look(&mut self, held: usize) -> Option<usize> {
        if self.suspended.is_some() {
            return None;
        }
        self.judge(held, resident_bytes().saturating_sub(self.resident_before))
    }

    /// Rules are being loaded: what the process grows by now is not the flows'. Until it is settled what the new rules
    /// take and the old ones leave, the count of flows alone says what they hold.
    pub(crate) fn suspend(&mut self, held: usize) {
        let grown = resident_bytes().saturating_sub(self.resident_before);
        self.suspended.get_or_insert((grown, held));
    }

    /// It is settled.
    pub(crate) fn resume(&mut self, held: usize) {
        if let Some((grown, held_before)) = self.suspended.take() {
            let of_flows = (grown + held).saturating_sub(held_before);
            self.resident_before = resident_bytes().saturating_sub(of_flows);
        }
    }

    fn judge(&mut self, held: usize, grown: usize) -> Option<usize> {
        let before = self.allowed;
        let least = self.bytes / FLOWS_SHARE_MIN;
        // What the count does not see grows with what it sees: the limit is there before the budget is passed.
        let foreseen = if grown > self.bytes / FORESEEN_FROM {
            self.fitting(held, grown).clamp(least, self.bytes)
        } else {
            self.bytes
        };
        if grown > self.bytes {
            let held = held.min(self.allowed);
            let excess = (grown - self.bytes) / EXCESS_PART;
            self.allowed = (held - excess.min(held / STEP)).max(least);
        } else if foreseen < self.allowed {
            self.allowed = foreseen;
        } else if grown < self.bytes - self.bytes / STEP {
            self.allowed = (self.allowed + self.allowed / STEP).min(foreseen);
        }
        (self.allowed != before).then_some(self.allowed)
    }

    /// How much flows would hold by their own count when the process fills the budget, if all grows alike.
    fn fitting(&self, held: usize, grown: usize) -> usize {
        let share = held as u128 * self.bytes as u128 / grown.max(1) as u128;
        usize::try_from(share).unwrap_or(usize::MAX)
    }
}

/// What one of so many workers gets of a number of bytes.
pub(crate) fn share(bytes: usize, workers: usize) -> usize {
    bytes / NonZero::new(workers).unwrap_or(NonZero::<usize>::MIN)
}

/// Resident memory that is no file's, in bytes; 0 where the system does not say.
fn resident_bytes() -> usize {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return 0;
    };
    status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<usize>().ok())
        .map_or(0, |kibibytes| kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the time flows hold what they may by their own count, the process is about as large as it may be.
    #[test]
    fn growth_is_foreseen() {
        const MIB: usize = 1 << 20;
        let mut budget = Budget::new(64 * MIB);
        assert_eq!(budget.judge(20 * MIB, 30 * MIB), None);
        assert_eq!(budget.judge(24 * MIB, 36 * MIB), Some(64 * MIB * 24 / 36));
        // Half as much again as is counted, from then on: nothing changes any more.
        assert_eq!(budget.judge(40 * MIB, 60 * MIB), None);
        // Where the count sees everything, all of the budget is for flows again.
        for _ in 0..1000 {
            budget.judge(30 * MIB, 30 * MIB);
        }
        assert_eq!(budget.allowed, 64 * MIB);
    }

    #[test]
    fn flows_give_way_while_the_process_is_too_large_and_come_back() {
        const MIB: usize = 1 << 20;
        let mut budget = Budget::new(64 * MIB);
        assert_eq!(budget.judge(10 * MIB, 20 * MIB), None);
        let less = budget.judge(40 * MIB, 65 * MIB).unwrap();
        assert!(less < 40 * MIB);
        for _ in 0..1000 {
            budget.judge(less, 65 * MIB);
        }
        assert!(budget.allowed >= 8 * MIB);
        for _ in 0..1000 {
            budget.judge(8 * MIB, 20 * MIB);
        }
        assert_eq!(budget.allowed, 64 * MIB);
    }
}
