//! From what TCP delivers to parser and observer.

use crate::anomaly::{Anomaly, STREAM};
use crate::application::{Application, Listener};
use crate::observer::{Observer, StreamWindow};
use crate::statistics::count;
use crate::tcp::{Delivery, Stretch};
use wire::protocol::Direction;

/// One flow while something is delivered.
pub(crate) struct Session<'a, 'b, S, O: ?Sized> {
    pub application: &'a mut Application,
    pub listener: Listener<'b, S, O>,
    /// Bytes of a direction that are shown.
    pub depth: u64,
}

impl<S, O: Observer<S> + ?Sized> Session<'_, '_, S, O> {
    /// Takes what a direction has to say. The parser comes first, so that whoever looks at the
    /// stream knows the protocol.
    pub fn deliver(&mut self, direction: Direction, delivery: Delivery<'_>) {
        match delivery {
            Delivery::Data(stretch) => {
                let bytes = stretch.fresh_bytes();
                self.note_sent(direction, &stretch);
                // The bytes in which the parser finds its end are shown, those after them are not.
                let encrypted = self.application.is_parsing() && self.application.is_done();
                self.application.feed(direction, bytes, &mut self.listener);
                if !encrypted {
                    self.show(direction, &stretch, false);
                }
            }
            Delivery::Gap(gap) => {
                let missing = gap.missing;
                let statistics = &mut *self.listener.statistics;
                statistics.stream_gap_bytes = statistics.stream_gap_bytes.saturating_add(missing);
                // What nobody acknowledged may never have been sent.
                if gap.acknowledged {
                    count(&mut statistics.stream_gaps);
                    self.anomaly("reassembly_seq_gap", direction);
                }
                self.application.gap(direction, missing, &mut self.listener);
            }
            Delivery::Other(stretch) => {
                count(&mut self.listener.statistics.other_readings);
                if stretch.offset == 0 {
                    self.application
                        .read_otherwise(direction, stretch.bytes, &mut self.listener);
                }
                self.show(direction, &stretch, false);
            }
            Delivery::End(stretch) => {
                self.application.finish(direction, &mut self.listener);
                self.show(direction, &stretch, true);
            }
            Delivery::Anomaly(name) => self.anomaly(name, direction),
            Delivery::Refused => count(&mut self.listener.statistics.stream_limit_drops),
        }
    }

    /// The flow is over: nothing more comes in either direction, files end as they are.
    pub fn finish(&mut self) {
        for direction in [Direction::ToServer, Direction::ToClient] {
            self.application.finish(direction, &mut self.listener);
        }
        self.listener.files.close_all();
        self.listener.settle_files();
    }

    fn anomaly(&mut self, name: &'static str, direction: Direction) {
        let anomaly = Anomaly {
            layer: STREAM,
            name,
            transaction_id: None,
        };
        self.listener.anomaly(&anomaly, direction);
    }

    /// Bytes travel: the handshake is complete.
    pub fn note_established(&mut self) {
        if let Some(tcp) = &mut self.listener.conversation.tcp {
            tcp.established = true;
        }
    }

    /// Listeners that hear of what the bytes complete know how many there are.
    fn note_sent(&mut self, direction: Direction, stretch: &Stretch<'_>) {
        let end = stretch.offset.saturating_add(stretch.bytes.len() as u64);
        self.note_position(direction, end);
    }

    /// The direction has come so far.
    pub fn note_position(&mut self, direction: Direction, end: u64) {
        if let Some(tcp) = &mut self.listener.conversation.tcp {
            match direction {
                Direction::ToServer => tcp.sent_to_server = tcp.sent_to_server.max(end),
                Direction::ToClient => tcp.sent_to_client = tcp.sent_to_client.max(end),
            }
        }
    }

    fn show(&mut self, direction: Direction, stretch: &Stretch<'_>, ends: bool) {
        let kept = stretch.bytes.len().saturating_sub(stretch.fresh) as u64;
        let position = stretch.offset.saturating_add(kept);
        let silent = ends && position == 0;
        if silent || (!ends && position >= self.depth) {
            return;
        }
        let window = StreamWindow {
            moment: self.listener.moment,
            direction,
            bytes: stretch.bytes,
            fresh: stretch.fresh,
            offset: stretch.offset,
            after_gap: stretch.after_gap,
            ends,
        };
        self.listener
            .observer
            .stream(self.listener.conversation, &window);
    }
}
