//! What one side of a connection sends.

use super::assembly::{Assembly, Fate};
use super::{Delivery, Segment};
use crate::limits::{
    GAP_PATIENCE_PACKETS, ONE_SIDED_WAIT_BYTES_MAX, OUT_OF_WINDOW_PATIENCE_SEGMENTS,
};

/// The window that every stack may be granted without scaling, and our leniency beyond any.
const WINDOW_UNSCALED_MAX: u32 = 65_535;
/// The largest shift (RFC 7323), believed of connections whose handshake was not seen.
const WINDOW_SHIFT_MAX: u8 = 14;

/// One side.
#[derive(Debug)]
pub(super) struct Side {
    /// None until a sequence number is known.
    assembly: Option<Assembly>,
    /// Highest sequence number after a byte that was sent.
    highest: u32,
    /// Highest acknowledgement that the other side sent for it.
    acknowledged: Option<u32>,
    /// The window that this side grants to the other, as in its last segment.
    pub window: u16,
    /// Shift of that window; None where the handshake was not seen.
    pub window_shift: Option<u8>,
    /// Whether any segment came from this side.
    pub seen: bool,
    /// Sequence number of its FIN.
    pub fin: Option<u32>,
    /// Where its last segment outside the window ended.
    far_sent: Option<u32>,
    /// The last acknowledgement of bytes that it cannot have sent yet.
    far_acknowledged: Option<u32>,
    gap_patience: u8,
    out_of_window: u8,
}

impl Side {
    pub const fn new() -> Self {
        Self {
            assembly: None,
            highest: 0,
            acknowledged: None,
            window: 0,
            window_shift: None,
            seen: false,
            fin: None,
            far_sent: None,
            far_acknowledged: None,
            gap_patience: 0,
            out_of_window: 0,
        }
    }

    /// The first byte will have this sequence number.
    pub fn begin(&mut self, first_sequence: u32) {
        self.assembly = Some(Assembly::new(first_sequence));
        self.highest = first_sequence;
        self.acknowledged = None;
    }

    /// The same, unless it has begun.
    pub fn begin_once(&mut self, first_sequence: u32) {
        if self.assembly.is_none() {
            self.begin(first_sequence);
        }
    }

    /// Sequence number of the next byte in order.
    pub fn next_sequence(&self) -> Option<u32> {
        self.assembly.as_ref().map(Assembly::next_sequence)
    }

    /// Bytes delivered or passed over.
    pub fn position(&self) -> u64 {
        self.assembly.as_ref().map_or(0, Assembly::position)
    }

    pub fn memory(&self) -> usize {
        self.assembly.as_ref().map_or(0, Assembly::memory)
    }

    pub fn drop_window(&mut self) {
        if let Some(assembly) = &mut self.assembly {
            assembly.drop_window();
        }
    }

    /// Everything was delivered and nothing more is taken: what was kept of it is let go.
    pub fn release(&mut self) {
        if let Some(assembly) = self.assembly.as_mut().filter(|it| it.has_ended()) {
            assembly.drop_window();
        }
    }

    pub fn abandon(&mut self) {
        if let Some(assembly) = &mut self.assembly {
            assembly.abandon();
        }
    }

    /// Bytes that this side lets the other have under way.
    pub fn granted(&self) -> u32 {
        let shift = self.window_shift.unwrap_or(WINDOW_SHIFT_MAX);
        let scaled = u32::from(self.window) << shift.min(WINDOW_SHIFT_MAX);
        scaled.max(WINDOW_UNSCALED_MAX)
    }

    /// Takes the other side's acknowledgement. False where it is of bytes that cannot have been
    /// sent yet. Where much was lost to the mirror, both sides are far ahead of what was seen:
    /// two witnesses are believed, one is not.
    pub fn acknowledge(&mut self, acknowledgement: u32, granted: u32) -> bool {
        if self.assembly.is_none() {
            self.begin(acknowledgement);
        }
        let reached = match self.acknowledged {
            Some(known) if (known.wrapping_sub(self.highest) as i32) > 0 => known,
            _ => self.highest,
        };
        let beyond = acknowledgement.wrapping_sub(reached) as i32;
        if beyond > 0 && beyond.unsigned_abs() > granted.saturating_add(WINDOW_UNSCALED_MAX) {
            if !is_near(self.far_sent, acknowledgement, granted) {
                self.far_acknowledged = Some(acknowledgement);
                return false;
            }
            self.highest = acknowledgement;
        }
        let newer = match self.acknowledged {
            Some(known) => (acknowledgement.wrapping_sub(known) as i32) > 0,
            None => true,
        };
        if newer {
            self.acknowledged = Some(acknowledgement);
        }
        true
    }

    /// Whether the other side acknowledged this side's FIN.
    pub fn is_fin_acknowledged(&self) -> bool {
        match (self.fin, self.acknowledged) {
            (Some(fin), Some(acknowledged)) => (acknowledged.wrapping_sub(fin) as i32) > 0,
            _ => false,
        }
    }

    /// Notes how far the side is by its own word; segments without payload count too.
    pub fn note_sequence(&mut self, sequence: u32, granted: u32) {
        let newer = (sequence.wrapping_sub(self.highest) as i32) > 0;
        if newer && self.assembly.is_some() && self.is_in_window(sequence, granted) {
            self.highest = sequence;
        }
    }

    /// Bytes from here on that the other side says it has got.
    fn acknowledged_ahead(&self) -> i64 {
        match (&self.assembly, self.acknowledged) {
            (Some(assembly), Some(acknowledged)) => assembly.distance(acknowledged),
            _ => 0,
        }
    }

    /// Bytes that were lost to us: the other side says that it has got them and this side that it
    /// has sent them. One word alone is not enough, or a client could make us pass over what its
    /// server is about to send by acknowledging it early.
    fn hole(&self) -> Option<u64> {
        let assembly = self.assembly.as_ref().filter(|_| self.seen)?;
        let sent = match self.fin {
            Some(fin) => fin,
            None => self.highest,
        };
        let ahead = assembly.distance(sent).min(self.acknowledged_ahead());
        u64::try_from(ahead).ok().filter(|ahead| *ahead > 0)
    }

    /// Whether bytes are missing that may never come.
    pub fn has_hole(&self, other_seen: bool) -> bool {
        let waiting = self.assembly.as_ref().is_some_and(Assembly::is_waiting);
        self.hole().is_some() || (waiting && !other_seen)
    }

    /// Whether a sequence number lies where this side may send now; `granted` is the other
    /// side's window.
    pub fn is_in_window(&self, sequence: u32, granted: u32) -> bool {
        let Some(assembly) = &self.assembly else {
            return true;
        };
        let hole = self.acknowledged_ahead().max(0);
        let edge = i64::from(granted)
            .saturating_add(i64::from(WINDOW_UNSCALED_MAX))
            .saturating_add(hole);
        let distance = assembly.distance(sequence);
        distance <= edge && distance >= edge.saturating_neg()
    }

    /// Takes the payload of a segment; whether any of it is new.
    pub fn take(
        &mut self,
        segment: &Segment<'_>,
        granted: u32,
        deliver: &mut dyn FnMut(Delivery<'_>),
    ) -> bool {
        let sequence = segment.header.sequence;
        let end = sequence.wrapping_add(segment.payload.len() as u32);
        if self.is_in_window(sequence, granted) {
            self.out_of_window = 0;
        } else if !self.is_believed(sequence, end, granted, deliver) {
            return false;
        }
        let Some(assembly) = &mut self.assembly else {
            return false;
        };
        if (end.wrapping_sub(self.highest) as i32) > 0 {
            self.highest = end;
        }
        let mut fate = assembly.insert(sequence, segment.payload, deliver);
        if fate == Fate::Refused {
            // What is missing is given up, so that what waits makes room.
            assembly.skip_gap(u64::MAX, false, deliver);
            fate = assembly.insert(sequence, segment.payload, deliver);
            if fate == Fate::Refused {
                deliver(Delivery::Refused);
            }
        }
        fate == Fate::Accepted
    }

    /// A segment outside the window: believed where the other side acknowledged bytes near it, or
    /// where the side goes on so for long. What lies before is given up then.
    fn is_believed(
        &mut self,
        sequence: u32,
        end: u32,
        granted: u32,
        deliver: &mut dyn FnMut(Delivery<'_>),
    ) -> bool {
        let Some(assembly) = &mut self.assembly else {
            return false;
        };
        let Ok(mut ahead) = u64::try_from(assembly.distance(sequence)) else {
            return false;
        };
        self.far_sent = Some(end);
        self.out_of_window = self.out_of_window.saturating_add(1);
        let witness = self
            .far_acknowledged
            .filter(|_| is_near(self.far_acknowledged, sequence, granted));
        match witness {
            Some(acknowledged) => {
                let confirmed = u64::try_from(assembly.distance(acknowledged)).unwrap_or(0);
                ahead = ahead.min(confirmed);
            }
            None if self.out_of_window >= OUT_OF_WINDOW_PATIENCE_SEGMENTS => {}
            None => {
                deliver(Delivery::Anomaly("est_packet_out_of_window"));
                return false;
            }
        }
        self.out_of_window = 0;
        self.far_acknowledged = None;
        let target = assembly.position().saturating_add(ahead);
        while assembly.position() < target && !assembly.has_ended() {
            assembly.skip_gap(target, true, deliver);
        }
        true
    }

    /// Takes bytes that certainly come next.
    pub fn take_bytes(
        &mut self,
        sequence: u32,
        bytes: &[u8],
        deliver: &mut dyn FnMut(Delivery<'_>),
    ) {
        self.highest = sequence.wrapping_add(bytes.len() as u32);
        if let Some(assembly) = &mut self.assembly {
            assembly.insert(sequence, bytes, deliver);
        }
    }

    /// The same for a side to which nobody listens.
    pub fn pass(&mut self, segment: &Segment<'_>) {
        let sequence = segment.header.sequence;
        let end = sequence.wrapping_add(segment.payload.len() as u32);
        if (end.wrapping_sub(self.highest) as i32) > 0 {
            self.highest = end;
        }
        if let Some(assembly) = &mut self.assembly {
            assembly.pass(sequence, segment.payload.len());
        }
    }

    /// The side says that nothing follows.
    pub fn end(&mut self, sequence: u32, deliver: &mut dyn FnMut(Delivery<'_>)) {
        self.fin = Some(sequence);
        if let Some(assembly) = &mut self.assembly {
            assembly.set_end(sequence, deliver);
        }
    }

    /// A packet of the connection passed: gives up what is missing once patience is over.
    pub fn lose_patience(&mut self, other_seen: bool, deliver: &mut dyn FnMut(Delivery<'_>)) {
        if self.hole().is_some() {
            self.gap_patience = self.gap_patience.saturating_add(1);
            if self.gap_patience > GAP_PATIENCE_PACKETS {
                self.give_up_hole(deliver);
            }
            return;
        }
        self.gap_patience = 0;
        if !other_seen
            && let Some(assembly) = &mut self.assembly
            && assembly.waiting_bytes() > ONE_SIDED_WAIT_BYTES_MAX
        {
            assembly.skip_gap(u64::MAX, false, deliver);
        }
    }

    /// Time passed: gives up what is missing.
    pub fn give_up(&mut self, other_seen: bool, deliver: &mut dyn FnMut(Delivery<'_>)) {
        if self.hole().is_some() {
            self.give_up_hole(deliver);
        } else if !other_seen
            && let Some(assembly) = &mut self.assembly
            && assembly.is_waiting()
        {
            assembly.skip_gap(u64::MAX, false, deliver);
        }
    }

    fn give_up_hole(&mut self, deliver: &mut dyn FnMut(Delivery<'_>)) {
        self.gap_patience = 0;
        while let Some(ahead) = self.hole() {
            let Some(assembly) = &mut self.assembly else {
                return;
            };
            let before = assembly.position();
            let limit = before.saturating_add(ahead);
            assembly.skip_gap(limit, true, deliver);
            if assembly.position() == before {
                return;
            }
        }
    }

    /// Nothing more comes from this side.
    pub fn finish(&mut self, deliver: &mut dyn FnMut(Delivery<'_>)) {
        self.give_up_hole(deliver);
        if let Some(assembly) = &mut self.assembly {
            assembly.finish(deliver);
        }
    }

    pub fn knows_end(&self) -> bool {
        self.assembly.as_ref().is_some_and(Assembly::knows_end)
    }
}

/// Whether a sequence number is within a window of another one.
fn is_near(known: Option<u32>, sequence: u32, granted: u32) -> bool {
    known.is_some_and(|known| {
        let distance = (sequence.wrapping_sub(known) as i32).unsigned_abs();
        distance <= granted.saturating_add(WINDOW_UNSCALED_MAX)
    })
}
