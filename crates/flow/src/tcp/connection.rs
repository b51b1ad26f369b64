//! One connection: segments in, streams and state out.

use super::side::Side;
use super::{Delivery, Segment, Sink, State};
use wire::packet::tcp_flags::{ACK, FIN, RST, SYN};
use wire::protocol::Direction;

/// One connection that is followed.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) state: State,
    pub(super) client: Side,
    pub(super) server: Side,
    /// Sequence number of a second, different SYN-ACK; the client's ACK says which one holds.
    pub(super) other_answer: Option<u32>,
    /// First sequence numbers of SYNs after the first, before any was answered.
    pub(super) other_syns: Vec<u32>,
    /// What a SYN carried (RFC 7413), until the server says how much of it counts.
    pub(super) syn_data: Vec<u8>,
    /// Whether the other direction may stay unseen for ever.
    pub(super) one_sided: bool,
    midstream: bool,
    /// The SYN was signed.
    pub(super) signed: bool,
    reset_by: Option<Direction>,
    abandoned: bool,
}

impl Connection {
    pub(super) const fn new(state: State, one_sided: bool, midstream: bool) -> Self {
        Self {
            state,
            client: Side::new(),
            server: Side::new(),
            other_answer: None,
            other_syns: Vec::new(),
            syn_data: Vec::new(),
            one_sided,
            midstream,
            signed: false,
            reset_by: None,
            abandoned: false,
        }
    }

    /// How far it is.
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether its start was not seen.
    pub const fn is_midstream(&self) -> bool {
        self.midstream
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.client
            .memory()
            .saturating_add(self.server.memory())
            .saturating_add(self.syn_data.capacity())
            .saturating_add(size_of::<Self>())
    }

    /// Bytes of a direction that were delivered or passed over.
    pub fn position(&self, direction: Direction) -> u64 {
        self.side(direction).position()
    }

    /// Whether the next byte in order has this sequence number.
    pub fn expects(&self, direction: Direction, sequence: u32) -> bool {
        self.side(direction).next_sequence() == Some(sequence)
    }

    /// Nobody wants to see bytes before the fresh ones any more.
    pub fn drop_window(&mut self, direction: Direction) {
        self.side_mut(direction).drop_window();
    }

    /// Nobody wants to see bytes at all any more; only the state is followed.
    pub fn abandon(&mut self) {
        self.abandoned = true;
        self.client.abandon();
        self.server.abandon();
    }

    /// Takes a segment. True where its payload, or some of it, became part of the stream.
    pub fn segment(&mut self, segment: &Segment<'_>, sink: Sink<'_>) -> bool {
        let header = segment.header;
        let direction = segment.direction;
        if !self.signed && !self.midstream && is_signed(header.options) {
            // A host without the key ignores such segments, and so must we (RFC 2385, RFC 5925).
            if header.has(RST) {
                sink(direction, Delivery::Anomaly("suspected_rst_inject"));
            }
            return false;
        }
        self.side_mut(direction).seen = true;
        if header.has(RST) {
            self.reset(segment, sink);
            return false;
        }
        if header.has(SYN) {
            return self.synchronize(segment, sink);
        }
        self.side_mut(direction).window = header.window;
        if self.state == State::Closed {
            if self.reset_by == Some(direction) && !segment.payload.is_empty() {
                self.reset_by = None;
                sink(direction, Delivery::Anomaly("suspected_rst_inject"));
            }
            return false;
        }
        if !self.state.is_established() && !self.complete_handshake(segment, sink) {
            return false;
        }
        self.established_segment(segment, sink)
    }

    /// What is missing has been waited for long enough.
    pub fn give_up_missing(&mut self, sink: Sink<'_>) {
        let (client_seen, server_seen) = (self.client.seen, self.server.seen);
        self.client
            .give_up(server_seen, &mut |it| sink(Direction::ToServer, it));
        self.server
            .give_up(client_seen, &mut |it| sink(Direction::ToClient, it));
    }

    /// Whether bytes are missing that may never come.
    pub fn has_hole(&self) -> bool {
        !self.abandoned
            && (self.client.has_hole(self.server.seen) || self.server.has_hole(self.client.seen))
    }

    /// The conversation is over, whatever state it is in.
    pub fn finish(&mut self, sink: Sink<'_>) {
        if self.one_sided || self.midstream {
            self.accept_syn_data(u32::MAX, sink);
        }
        self.client.finish(&mut |it| sink(Direction::ToServer, it));
        self.server.finish(&mut |it| sink(Direction::ToClient, it));
    }

    pub(super) const fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::ToServer => &self.client,
            Direction::ToClient => &self.server,
        }
    }

    pub(super) const fn side_mut(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.client,
            Direction::ToClient => &mut self.server,
        }
    }

    /// A segment after the handshake.
    pub(super) fn established_segment(&mut self, segment: &Segment<'_>, sink: Sink<'_>) -> bool {
        let header = segment.header;
        let direction = segment.direction;
        let granted = self.side(direction.reverse()).granted();
        if header.has(ACK) {
            let own_window = self.side(direction).granted();
            let other = self.side_mut(direction.reverse());
            if !other.acknowledge(header.acknowledgement, own_window) {
                sink(direction, Delivery::Anomaly("pkt_invalid_ack"));
                return false;
            }
        }
        self.side_mut(direction).begin_once(header.sequence);
        self.side_mut(direction)
            .note_sequence(header.sequence, granted);
        let mut accepted = false;
        if self.abandoned {
            self.side_mut(direction).pass(segment);
        } else if !segment.payload.is_empty() {
            accepted = self
                .side_mut(direction)
                .take(segment, granted, &mut |it| sink(direction, it));
        }
        if header.has(FIN) {
            self.end(segment, granted, sink);
        }
        if header.has(ACK) && self.side(direction.reverse()).is_fin_acknowledged() {
            self.state = self.state.after_fin_acknowledged(direction);
            if self.state == State::Closed {
                self.client.release();
                self.server.release();
            }
        }
        if !self.abandoned {
            self.lose_patience(sink);
        }
        accepted
    }

    /// Missing bytes are waited for during a few packets only.
    fn lose_patience(&mut self, sink: Sink<'_>) {
        let (client_seen, server_seen) = (self.client.seen, self.server.seen);
        self.client
            .lose_patience(server_seen, &mut |it| sink(Direction::ToServer, it));
        self.server
            .lose_patience(client_seen, &mut |it| sink(Direction::ToClient, it));
    }

    fn end(&mut self, segment: &Segment<'_>, granted: u32, sink: Sink<'_>) {
        let direction = segment.direction;
        let sequence = segment
            .header
            .sequence
            .wrapping_add(segment.payload.len() as u32);
        let acknowledges = self.side(direction.reverse()).is_fin_acknowledged();
        let side = self.side_mut(direction);
        if side.knows_end() {
            return;
        }
        if !side.is_in_window(sequence, granted) {
            sink(direction, Delivery::Anomaly("fin_out_of_window"));
            return;
        }
        side.end(sequence, &mut |it| sink(direction, it));
        self.state = self.state.after_fin(direction, acknowledges);
    }

    /// A reset counts where the receiver would believe it (RFC 5961 is stricter than most hosts):
    /// its sequence number is in the window or, against a SYN, it acknowledges that SYN. What it
    /// carries is an explanation for people, not part of the stream.
    fn reset(&mut self, segment: &Segment<'_>, sink: Sink<'_>) {
        let header = segment.header;
        let direction = segment.direction;
        let granted = self.side(direction.reverse()).granted();
        let believed = match (self.state, direction) {
            (State::SynSent, Direction::ToClient) => {
                let asked = self.client.next_sequence().unwrap_or(0);
                let ahead = header.acknowledgement.wrapping_sub(asked);
                let right = header.has(ACK) && ahead as usize <= self.syn_data.len();
                if !right {
                    sink(direction, Delivery::Anomaly("rst_invalid_ack"));
                }
                right
            }
            _ => self.side(direction).is_in_window(header.sequence, granted),
        };
        if believed && self.state != State::Closed {
            self.state = State::Closed;
            self.reset_by = Some(direction);
            self.finish(sink);
        }
    }
}

/// Whether a header carries an MD5 signature (RFC 2385) or an authentication option (RFC 5925).
pub(super) fn is_signed(mut options: &[u8]) -> bool {
    while let Some((kind, rest)) = options.split_first() {
        match kind {
            0 => return false,
            1 => options = rest,
            19 | 29 => return true,
            _ => match rest.first() {
                Some(length) if *length >= 2 => {
                    options = options.get(usize::from(*length)..).unwrap_or(&[]);
                }
                _ => return false,
            },
        }
    }
    false
}
