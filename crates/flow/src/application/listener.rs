//! Between a parser and the world: what it understands becomes events and calls of the observer.

use super::record;
use crate::anomaly::{self, Anomalies, Anomaly};
use crate::conversation::Conversation;
use crate::expected::Expectations;
use crate::files::{Files, Followed};
use crate::observer::{Moment, Observer};
use crate::statistics::{ApplicationCounts, Statistics, count, count_name};
use event::{Endpoint, Event, FlowRef, Record, Transport};
use wire::frame::Frame;
use wire::protocol::{Direction, Expected, FileStart, Transaction, Visitor};
use wire::registry::COMPOUNDS;

/// A wish of a parser.
#[derive(Debug)]
pub(crate) struct Change {
    /// The protocol wished for; None: find out.
    pub name: Option<&'static str>,
    /// Bytes that belong to the new protocol already, and which way they travel.
    pub rests: Vec<(Direction, Vec<u8>)>,
}

/// Everything that a flow's parser, streams and files tell to.
pub(crate) struct Listener<'a, S, O: ?Sized> {
    pub conversation: &'a mut Conversation<S>,
    pub files: &'a mut Files,
    pub anomalies: &'a mut Anomalies,
    pub expected: &'a mut Expectations,
    pub statistics: &'a mut Statistics,
    pub observer: &'a mut O,
    pub moment: Moment,
    /// Set by the parser during a call.
    pub change: Option<Change>,
}

impl<S, O: Observer<S> + ?Sized> Listener<'_, S, O> {
    /// Counters of an application protocol on this flow's carrier.
    pub fn of_application(&mut self, name: &'static str) -> &mut ApplicationCounts {
        let key = (name, self.conversation.transport);
        self.statistics.applications.entry(key).or_default()
    }

    /// An event of this flow; the sender of `direction` is its source.
    pub fn event(&self, kind: &'static str, direction: Direction) -> Event {
        event_of(self.conversation, kind, direction, self.moment)
    }

    /// Whose packet the event of a transaction stands under. Suricata writes most as the client's, some as the sender's
    /// of the packet that completed them.
    fn sender_of(&self, name: &'static str, transaction: &dyn Transaction) -> Direction {
        match (name, self.conversation.transport) {
            ("dnp3" | "ftp_data", _) => Direction::ToServer,
            ("nfs", Transport::Udp) => Direction::ToClient,
            _ => transaction.direction(),
        }
    }

    /// Something is wrong: told, and written unless that was done often enough.
    pub fn anomaly(&mut self, anomaly: &Anomaly, direction: Direction) {
        anomaly::tell(
            self.conversation,
            self.anomalies,
            self.statistics,
            self.observer,
            anomaly,
            direction,
            self.moment,
        );
    }

    /// After each call of the parser: what files have to tell that no transaction took along.
    pub fn settle_files(&mut self) {
        if self.files.is_empty() {
            return;
        }
        for followed in self.files.iter_mut() {
            if followed.is_closed() {
                tell_phases(
                    self.observer,
                    self.conversation,
                    followed,
                    None,
                    self.moment,
                );
            }
        }
        for followed in self.files.take_closed() {
            let direction = followed.file.direction;
            let mut event = event_of(self.conversation, "fileinfo", direction, self.moment);
            event.app_proto = Some(followed.file.app_proto);
            event.tx_id = Some(followed.file.transaction_id);
            event.body.push("pkt_src", PACKET_SOURCE);
            for (name, record) in &followed.carrier {
                event.body.push(*name, record.clone());
            }
            event.body.push("fileinfo", followed.record());
            if self.observer.adorn(self.conversation, &mut event) {
                self.observer.event(event);
            }
        }
    }

    fn files_of(&mut self, transaction: &dyn Transaction, direction: Option<Direction>) {
        if self.files.is_empty() {
            return;
        }
        let id = transaction.id();
        let mut carrier = Vec::new();
        for followed in self.files.of_transaction(id, direction) {
            if carrier.is_empty() {
                carrier = record::named(transaction);
            }
            if !carrier.is_empty() {
                followed.carrier.clone_from(&carrier);
            }
            tell_phases(
                self.observer,
                self.conversation,
                followed,
                Some(transaction),
                self.moment,
            );
        }
    }
}

/// What Suricata says of events that rest on packets rather than on time that passed.
pub(crate) const PACKET_SOURCE: &str = "wire/pcap";

/// An event of a flow; the sender of `direction` is its source.
pub(crate) fn event_of<S>(
    conversation: &Conversation<S>,
    kind: &'static str,
    direction: Direction,
    moment: Moment,
) -> Event {
    let (source, dest) = conversation.ends(direction);
    let mut event = Event::new(moment.time, kind);
    event.body = Record::with_capacity(4);
    event.flow = Some(FlowRef {
        id: conversation.id,
    });
    event.source = Some(source);
    event.dest = Some(dest);
    event.transport = Some(conversation.transport);
    event.vlan = conversation.vlan.ids().to_vec();
    event.packet_number = Some(moment.packet_number);
    event.app_proto = conversation.app_proto;
    event
}

fn tell_phases<S, O: Observer<S> + ?Sized>(
    observer: &mut O,
    conversation: &mut Conversation<S>,
    followed: &mut Followed,
    transaction: Option<&dyn Transaction>,
    moment: Moment,
) {
    while let Some(phase) = followed.due() {
        observer.file(conversation, &followed.file, phase, transaction, moment);
    }
}

impl<S, O: Observer<S> + ?Sized> Visitor for Listener<'_, S, O> {
    fn side_complete(&mut self, transaction: &dyn Transaction, direction: Direction) {
        self.observer
            .side_complete(self.conversation, transaction, direction, self.moment);
        self.files_of(transaction, Some(direction));
    }

    fn transaction_complete(&mut self, transaction: &dyn Transaction) {
        self.files_of(transaction, None);
        let Some(name) = transaction.event_name() else {
            return;
        };
        count_name(&mut self.statistics.transactions, name);
        count(
            &mut self
                .of_application(transaction.protocol().name)
                .transactions,
        );
        let mut event = self.event(name, self.sender_of(name, transaction));
        event.app_proto = Some(transaction.protocol().name);
        event.tx_id = Some(transaction.id());
        event.body.push("pkt_src", PACKET_SOURCE);
        for (name, mut record) in record::named(transaction) {
            if let ("tls", Some(original)) = (name, self.conversation.app_proto_original) {
                record.push("from_proto", original);
            }
            event.body.push(name, record);
        }
        if self.observer.adorn(self.conversation, &mut event) {
            self.observer.event(event);
        }
    }

    fn file_open(&mut self, start: &FileStart<'_>) {
        let carrier = start.transaction.map(record::named).unwrap_or_default();
        let digests = self.observer.digests();
        let app_proto = match start.transaction {
            Some(transaction) => transaction.protocol().name,
            None => self.conversation.app_proto.unwrap_or("failed"),
        };
        if self.files.open(start, app_proto, carrier, digests) {
            count(&mut self.statistics.files);
        } else {
            count(&mut self.statistics.file_limit_drops);
        }
    }

    fn file_data(&mut self, id: u64, bytes: &[u8]) {
        if let Some((file, rest)) = self.files.data(id, bytes) {
            self.observer.file_rest(self.conversation, file, rest);
        }
    }

    fn file_gap(&mut self, id: u64, missing: u64) {
        self.files.gap(id, missing);
    }

    fn file_close(&mut self, id: u64, complete: bool) {
        self.files.close(id, complete);
    }

    fn anomaly(&mut self, name: &'static str, direction: Direction, transaction_id: Option<u64>) {
        let Some(app_proto) = self.conversation.app_proto else {
            return;
        };
        // What is wrong is wrong with the protocol that carries the other.
        let app_proto = COMPOUNDS
            .iter()
            .find(|(name, _)| *name == app_proto)
            .and_then(|(_, parts)| parts.first().copied())
            .unwrap_or(app_proto);
        if name.starts_with("malformed") {
            count(&mut self.of_application(app_proto).parse_errors);
        }
        let anomaly = Anomaly {
            layer: app_proto,
            name,
            transaction_id,
        };
        Listener::anomaly(self, &anomaly, direction);
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        self.observer.frame(self.conversation, frame, self.moment);
    }

    fn expect(&mut self, expected: &Expected<'_>) {
        let (opener, listener) = self.conversation.ends(expected.opened);
        let listener = Endpoint::new(listener.ip, expected.port);
        let Expected { protocol, note, .. } = expected;
        let time = self.moment.time;
        if !self.expected.add(opener.ip, listener, protocol, note, time) {
            count(&mut self.statistics.expected_limit_drops);
        }
    }

    fn change_protocol(&mut self, name: Option<&'static str>, direction: Direction, rest: &[u8]) {
        let rest = (direction, rest.to_vec());
        match &mut self.change {
            Some(change) if change.name == name => change.rests.push(rest),
            _ => {
                self.change = Some(Change {
                    name,
                    rests: vec![rest],
                });
            }
        }
    }

    fn known_as(&mut self, name: &'static str) {
        self.conversation.app_proto = Some(name);
        count_name(&mut self.statistics.protocols, name);
    }
}
