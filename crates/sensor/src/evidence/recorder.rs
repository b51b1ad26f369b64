//! The worker's side: the latest packets of each flow.

use super::HeldFrame;
use crate::limits::{
    EVIDENCE_AFTER_BYTES_MAX, EVIDENCE_BEFORE_BYTES_MAX, EVIDENCE_BEFORE_PACKETS_MAX,
    EVIDENCE_FIRST_BYTES_MAX, EVIDENCE_FLOWS_MAX, EVIDENCE_HELD_BYTES_MAX,
};
use std::collections::{HashMap, VecDeque};

/// What is held of one flow.
#[derive(Debug, Default)]
struct Held {
    /// Its first packets: they show who began it and what was asked for.
    first: Vec<HeldFrame>,
    first_is_full: bool,
    /// Its latest ones after those.
    frames: VecDeque<HeldFrame>,
    /// Bytes of both.
    bytes: usize,
    /// A rule matched: what is held stays, and what comes is added.
    noticed: bool,
    /// The sink wants them: bytes that may still be given.
    wanted: Option<usize>,
    ended: bool,
}

/// Packets of a worker's flows.
#[derive(Debug)]
pub(crate) struct Recorder {
    flows: HashMap<u64, Held>,
    /// Flows in the order in which they began, and those that ended in the order in which they did; some are gone.
    begun: VecDeque<u64>,
    ended: VecDeque<u64>,
    bytes: usize,
    bytes_max: usize,
}

impl Recorder {
    /// Holds nothing yet; so many workers share the memory.
    pub fn new(workers: usize) -> Self {
        Self {
            flows: HashMap::new(),
            begun: VecDeque::new(),
            ended: VecDeque::new(),
            bytes: 0,
            bytes_max: EVIDENCE_HELD_BYTES_MAX / workers.max(1),
        }
    }

    /// A frame of a flow; given back where the sink wants it.
    pub fn frame(&mut self, flow: u64, frame: &capture::Frame<'_>) -> Option<HeldFrame> {
        let begun = &mut self.begun;
        let held = self.flows.entry(flow).or_insert_with(|| {
            begun.push_back(flow);
            Held::default()
        });
        if let Some(room) = &mut held.wanted {
            *room = room.checked_sub(frame.bytes.len())?;
            return Some(HeldFrame::new(frame));
        }
        let room = if held.noticed {
            EVIDENCE_BEFORE_BYTES_MAX + EVIDENCE_AFTER_BYTES_MAX
        } else {
            EVIDENCE_BEFORE_BYTES_MAX
        };
        if held.noticed && held.bytes >= room {
            return None;
        }
        let frame = HeldFrame::new(frame);
        held.bytes += frame.size();
        self.bytes += frame.size();
        held.first_is_full |= held.bytes > EVIDENCE_FIRST_BYTES_MAX;
        if !held.first_is_full {
            held.first.push(frame);
            self.make_room();
            return None;
        }
        held.frames.push_back(frame);
        while !held.noticed
            && held.frames.len() > 1
            && (held.bytes > room || held.frames.len() > EVIDENCE_BEFORE_PACKETS_MAX)
        {
            if let Some(oldest) = held.frames.pop_front() {
                held.bytes -= oldest.size();
                self.bytes -= oldest.size();
            }
        }
        self.make_room();
        None
    }

    /// A rule matched in the flow; whether that is told is for the sink to say.
    pub fn notice(&mut self, flow: u64) {
        if let Some(held) = self.flows.get_mut(&flow) {
            held.noticed = true;
        }
    }

    /// The sink wants the flow's packets: those of before.
    pub fn want(&mut self, flow: u64) -> Vec<HeldFrame> {
        let Some(held) = self.flows.get_mut(&flow) else {
            return Vec::new();
        };
        held.wanted = Some(EVIDENCE_AFTER_BYTES_MAX);
        held.first_is_full = true;
        self.bytes -= std::mem::take(&mut held.bytes);
        let mut frames = std::mem::take(&mut held.first);
        frames.extend(std::mem::take(&mut held.frames));
        frames
    }

    /// The flow ended. What is held of it waits a while for somebody to want it.
    pub fn end(&mut self, flow: u64) {
        if let Some(held) = self.flows.get_mut(&flow)
            && !std::mem::replace(&mut held.ended, true)
        {
            self.ended.push_back(flow);
        }
    }

    fn make_room(&mut self) {
        while self.bytes > self.bytes_max || self.flows.len() > EVIDENCE_FLOWS_MAX {
            let Some(flow) = self.ended.pop_front().or_else(|| self.begun.pop_front()) else {
                return;
            };
            if let Some(held) = self.flows.remove(&flow) {
                self.bytes -= held.bytes;
            }
        }
        // Names of flows that are gone do not pile up.
        if self.begun.len() > 2 * self.flows.len() + 1024 {
            let flows = &self.flows;
            self.begun.retain(|flow| flows.contains_key(flow));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(number: u8, length: usize) -> (i64, Vec<u8>) {
        (i64::from(number), vec![number; length])
    }

    fn give(recorder: &mut Recorder, flow: u64, (time_nanos, bytes): (i64, Vec<u8>)) -> bool {
        let frame = capture::Frame {
            time_nanos,
            number: 0,
            link: 1,
            bytes: &bytes,
            original_len: bytes.len() as u32,
            checksums_ready: true,
        };
        recorder.frame(flow, &frame).is_some()
    }

    fn times(frames: &[HeldFrame]) -> Vec<i64> {
        frames.iter().map(|frame| frame.time_nanos).collect()
    }

    #[test]
    fn the_latest_packets_are_held_and_what_follows_is_given() {
        let mut recorder = Recorder::new(1);
        for number in 0..50 {
            assert!(!give(&mut recorder, 1, frame(number, 10_000)));
        }
        assert!(!give(&mut recorder, 2, frame(77, 100)));
        let wanted: Vec<i64> = [0].into_iter().chain(25..50).collect();
        assert_eq!(times(&recorder.want(1)), wanted);
        assert!(give(&mut recorder, 1, frame(10, 100)));
        let mut given = 0;
        while give(&mut recorder, 1, frame(11, 10_000)) {
            given += 1;
        }
        assert_eq!(given, (EVIDENCE_AFTER_BYTES_MAX - 100) / 10_000);
        assert!(times(&recorder.want(3)).is_empty());
    }

    #[test]
    fn what_was_noticed_is_not_pushed_out_by_what_follows() {
        let mut recorder = Recorder::new(1);
        give(&mut recorder, 1, frame(1, 100));
        recorder.notice(1);
        for number in 2..100 {
            give(&mut recorder, 1, frame(number, 1_000));
        }
        recorder.end(1);
        let frames = recorder.want(1);
        assert_eq!((frames.len(), frames[0].time_nanos), (99, 1));
    }

    #[test]
    fn memory_is_bounded_and_ended_flows_go_first() {
        let mut recorder = Recorder::new(1);
        recorder.bytes_max = 3_000;
        give(&mut recorder, 1, frame(1, 1_000));
        give(&mut recorder, 2, frame(2, 1_000));
        recorder.end(2);
        give(&mut recorder, 3, frame(3, 1_000));
        assert!(times(&recorder.want(2)).is_empty());
        assert_eq!(times(&recorder.want(1)), [1]);
        for flow in 10..5_000 {
            give(&mut recorder, flow, frame(4, 100));
        }
        assert!(recorder.bytes <= 3_000 && recorder.begun.len() < 3_000);
    }
}
