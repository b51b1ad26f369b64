//! What a flow speaks: found out from its first bytes, then given to the parser.

mod detection;
mod listener;
mod otherwise;
mod record;

#[cfg(test)]
mod tests;

pub(crate) use listener::{Listener, PACKET_SOURCE, event_of};

use crate::anomaly::{APPLAYER, Anomaly};
use crate::limits::PROTOCOL_CHANGES_MAX;
use crate::observer::Observer;
use crate::statistics::{count, count_name};
use detection::{Detection, Verdict};
use wire::protocol::{Carrier, Direction, Parser, ProtocolSpec};

/// `app_proto` of a flow in which no protocol was recognised.
pub(crate) const FAILED: &str = "failed";

/// The protocol side of one flow.
pub(crate) struct Application {
    carrier: Carrier,
    stage: Stage,
    /// Protocols by direction where the two do not agree, for the flow event.
    pub disagreement: Option<(Direction, &'static str)>,
    /// The protocol before the last change.
    pub original: Option<&'static str>,
    changes: u8,
    /// The protocol that was agreed to follow.
    agreed: Option<&'static str>,
    finished: [bool; 2],
}

enum Stage {
    Detecting(Detection),
    Parsing {
        spec: &'static ProtocolSpec,
        parser: Box<dyn Parser>,
        /// Whether the direction that did not decide has been compared.
        compared: bool,
        decided_by: Direction,
    },
    /// The parser was done with the conversation, and is gone.
    Done,
    /// Nothing fits, or nothing is wanted any more.
    Over,
}

impl Application {
    /// Nothing is known yet.
    pub fn new(carrier: Carrier) -> Self {
        Self {
            carrier,
            stage: Stage::Detecting(Detection::default()),
            disagreement: None,
            original: None,
            changes: 0,
            agreed: None,
            finished: [false; 2],
        }
    }

    /// Whether bytes fed in future can make a difference.
    pub fn is_done(&self) -> bool {
        match &self.stage {
            Stage::Detecting(_) => false,
            Stage::Parsing { parser, .. } => parser.is_done(),
            Stage::Done | Stage::Over => true,
        }
    }

    /// Nothing is wanted any more.
    pub fn give_up(&mut self) {
        self.stage = Stage::Over;
    }

    /// Whether a parser is at work, or was until it was done.
    pub const fn is_parsing(&self) -> bool {
        matches!(self.stage, Stage::Parsing { .. } | Stage::Done)
    }

    /// Bytes held, as far as they are ours to count.
    pub fn memory(&self) -> usize {
        match &self.stage {
            Stage::Detecting(detection) => detection.memory(),
            // What parsers keep is bounded by their own limits; this is the usual amount.
            Stage::Parsing { .. } => 2048,
            Stage::Done | Stage::Over => 0,
        }
    }

    /// The next bytes of a direction: a stretch of a stream, or one datagram.
    pub fn feed<S, O: Observer<S> + ?Sized>(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        listener: &mut Listener<'_, S, O>,
    ) {
        if self.begin_expected(listener) {
            self.parse(direction, bytes, listener);
            return listener.settle_files();
        }
        match &mut self.stage {
            Stage::Done | Stage::Over => {}
            Stage::Detecting(detection) => {
                let port = listener.conversation.server.port;
                let verdict = match self.carrier {
                    Carrier::Stream => detection.stream(direction, bytes, port),
                    Carrier::Datagram => detection.datagram(direction, bytes, port),
                };
                self.decide(verdict, direction, bytes, listener);
            }
            Stage::Parsing { .. } => {
                self.compare(direction, bytes, listener);
                self.parse(direction, bytes, listener);
            }
        }
        listener.settle_files();
    }

    /// Bytes of a stream are missing.
    pub fn gap<S, O: Observer<S> + ?Sized>(
        &mut self,
        direction: Direction,
        missing: u64,
        listener: &mut Listener<'_, S, O>,
    ) {
        match &mut self.stage {
            Stage::Parsing { spec, parser, .. } => {
                if !parser.is_done() {
                    count(&mut listener.of_application(spec.name).gaps);
                    parser.gap(direction, missing, listener);
                    self.follow_change(listener);
                }
            }
            Stage::Detecting(detection) => {
                let verdict = detection.gap(direction, listener.conversation.server.port);
                self.decide(verdict, direction, &[], listener);
            }
            Stage::Done | Stage::Over => {}
        }
        listener.settle_files();
    }

    /// Nothing more comes in a direction.
    pub fn finish<S, O: Observer<S> + ?Sized>(
        &mut self,
        direction: Direction,
        listener: &mut Listener<'_, S, O>,
    ) {
        let finished = &mut self.finished;
        let slot = match direction {
            Direction::ToServer => finished.first_mut(),
            Direction::ToClient => finished.last_mut(),
        };
        if slot.is_none_or(|slot| std::mem::replace(slot, true)) {
            return;
        }
        if let Stage::Detecting(detection) = &mut self.stage
            && self.carrier == Carrier::Stream
        {
            let verdict = detection.end(direction, listener.conversation.server.port);
            self.decide(verdict, direction, &[], listener);
        }
        if let Stage::Parsing { parser, .. } = &mut self.stage {
            parser.finish(direction, listener);
            // Nothing is left for a new protocol to be found in.
            listener.change = None;
        }
        if self.finished == [true; 2] {
            // Flows stay in the table long after their last byte; what parsers hold need not.
            self.stage = match &self.stage {
                Stage::Parsing { parser, .. } if parser.is_done() => Stage::Done,
                _ => Stage::Over,
            };
        }
        listener.settle_files();
    }

    fn decide<S, O: Observer<S> + ?Sized>(
        &mut self,
        verdict: Verdict,
        direction: Direction,
        bytes: &[u8],
        listener: &mut Listener<'_, S, O>,
    ) {
        match verdict {
            Verdict::Wait => {}
            // Datagrams are looked at further, streams are not.
            Verdict::FailedSoFar => set_protocol(listener, FAILED),
            Verdict::Failed => {
                self.stage = Stage::Over;
                if self.agreed.take().is_some() {
                    // The flow goes on under the name that it had.
                    self.change_failed(direction, listener);
                } else {
                    set_protocol(listener, FAILED);
                }
            }
            Verdict::Found(spec) => {
                if self.agreed.take().is_some_and(|name| name != spec.name) {
                    self.change_failed(direction, listener);
                }
                self.begin(spec, direction, bytes, listener);
            }
        }
    }

    /// Something else follows than what was agreed.
    fn change_failed<S, O: Observer<S> + ?Sized>(
        &self,
        direction: Direction,
        listener: &mut Listener<'_, S, O>,
    ) {
        let anomaly = Anomaly {
            layer: self.original.unwrap_or(APPLAYER),
            name: "failed_protocol_change",
            transaction_id: None,
        };
        listener.anomaly(&anomaly, direction);
    }

    /// Before the first bytes: whether another conversation arranged this one.
    fn begin_expected<S, O: Observer<S> + ?Sized>(
        &mut self,
        listener: &mut Listener<'_, S, O>,
    ) -> bool {
        let is_new = match &self.stage {
            Stage::Detecting(detection) => detection.is_new() && self.original.is_none(),
            _ => false,
        };
        if !is_new {
            return false;
        }
        let (client, server) = (listener.conversation.client, listener.conversation.server);
        let Some(expectation) = listener.expected.take(client, server) else {
            return false;
        };
        let Some(spec) = detection::by_name(self.carrier, expectation.protocol) else {
            return false;
        };
        let mut parser = parser_of(spec, listener);
        parser.announced(&expectation.note);
        set_protocol(listener, spec.name);
        self.stage = Stage::Parsing {
            spec,
            parser,
            compared: true,
            decided_by: Direction::ToServer,
        };
        true
    }

    /// Gives a new parser everything seen so far.
    fn begin<S, O: Observer<S> + ?Sized>(
        &mut self,
        spec: &'static ProtocolSpec,
        direction: Direction,
        bytes: &[u8],
        listener: &mut Listener<'_, S, O>,
    ) {
        set_protocol(listener, spec.name);
        let next = Stage::Parsing {
            spec,
            parser: parser_of(spec, listener),
            compared: false,
            decided_by: direction,
        };
        let before = std::mem::replace(&mut self.stage, next);
        let Stage::Detecting(detection) = before else {
            return self.parse(direction, bytes, listener);
        };
        for (direction, kept) in detection.into_kept() {
            if !kept.is_empty() {
                self.compare(direction, &kept, listener);
                self.parse(direction, &kept, listener);
            }
        }
        if !bytes.is_empty() {
            self.parse(direction, bytes, listener);
        }
    }

    fn parse<S, O: Observer<S> + ?Sized>(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        listener: &mut Listener<'_, S, O>,
    ) {
        if let Stage::Parsing { parser, .. } = &mut self.stage {
            if !parser.is_done() {
                parser.feed(direction, bytes, listener);
            }
            self.follow_change(listener);
        } else if let Stage::Detecting(_) = &self.stage {
            // A change of protocol in the middle of what was kept.
            self.feed(direction, bytes, listener);
        }
    }

    /// The first bytes of the direction that did not decide: do they speak the same?
    fn compare<S, O: Observer<S> + ?Sized>(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        listener: &mut Listener<'_, S, O>,
    ) {
        let Stage::Parsing {
            spec,
            compared,
            decided_by,
            ..
        } = &mut self.stage
        else {
            return;
        };
        if *compared || *decided_by == direction || self.carrier == Carrier::Datagram {
            return;
        }
        *compared = true;
        let name = match detection::other_protocol(spec, direction, bytes) {
            detection::Other::Same => return,
            detection::Other::Unknown => "applayer_detect_protocol_only_one_direction",
            detection::Other::Different(name) => {
                self.disagreement = Some((direction, name));
                listener.conversation.app_proto_disagreeing = self.disagreement;
                "applayer_mismatch_protocol_both_directions"
            }
        };
        let anomaly = Anomaly {
            layer: APPLAYER,
            name,
            transaction_id: None,
        };
        listener.anomaly(&anomaly, direction);
    }

    /// Does what the parser wished for, if it did.
    fn follow_change<S, O: Observer<S> + ?Sized>(&mut self, listener: &mut Listener<'_, S, O>) {
        let Some(change) = listener.change.take() else {
            return;
        };
        let Stage::Parsing { parser, .. } = &mut self.stage else {
            return;
        };
        for direction in [Direction::ToServer, Direction::ToClient] {
            parser.finish(direction, listener);
        }
        listener.change = None;
        self.original = listener.conversation.app_proto;
        listener.conversation.app_proto_original = self.original;
        self.changes = self.changes.saturating_add(1);
        if self.changes > PROTOCOL_CHANGES_MAX {
            self.stage = Stage::Over;
            return;
        }
        let mut rests = change.rests.into_iter();
        let known = change
            .name
            .and_then(|name| detection::by_name(self.carrier, name));
        self.agreed = known.map(|spec| spec.name);
        match known {
            // A protocol without a port of its own never stands alone, and is not recognised by
            // what it begins with.
            Some(spec) if spec.ports.is_empty() => {
                self.agreed = None;
                self.stage = Stage::Over;
                let (direction, rest) = rests.next().unwrap_or((Direction::ToServer, Vec::new()));
                self.begin(spec, direction, &rest, listener);
            }
            _ => self.stage = Stage::Detecting(Detection::default()),
        }
        for (direction, rest) in rests.filter(|(_, rest)| !rest.is_empty()) {
            self.feed(direction, &rest, listener);
        }
    }
}

/// A parser that knows who talks.
fn parser_of<S, O: Observer<S> + ?Sized>(
    spec: &ProtocolSpec,
    listener: &Listener<'_, S, O>,
) -> Box<dyn Parser> {
    let mut parser = (spec.parser)();
    let (client, server) = listener.conversation.ends(Direction::ToServer);
    parser.between(client.ip, server.ip);
    parser
}

fn set_protocol<S, O: Observer<S> + ?Sized>(listener: &mut Listener<'_, S, O>, name: &'static str) {
    if listener.conversation.app_proto != Some(name) {
        listener.conversation.app_proto = Some(name);
        count(&mut listener.of_application(name).flows);
        count_name(&mut listener.statistics.protocols, name);
    }
}
