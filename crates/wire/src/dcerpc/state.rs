//! Streams and datagrams to calls.

use super::association::{Association, Told};
use super::call::{Bound, Call};
use super::fields::{CallTransaction, TCP, UDP};
use super::parser::{self, Datagram, Interface, kind};
use crate::limits::{DCERPC_CALLS_MAX, DCERPC_HELD_BYTES_MAX};
use crate::protocol::{Direction, Parser, ProtocolSpec, Visitor};

/// Tells of a call; calls are moved into their transaction and back.
fn tell(
    call: &mut Call,
    told: Told,
    spec: &'static ProtocolSpec,
    next: &mut u64,
    visitor: &mut dyn Visitor,
) {
    if told == Told::Begun {
        call.id = *next;
        *next = next.saturating_add(1);
        return;
    }
    let transaction = CallTransaction {
        call: std::mem::take(call),
        spec,
    };
    match told {
        Told::Begun => {}
        Told::Side(direction) => visitor.side_complete(&transaction, direction),
        Told::Complete => visitor.transaction_complete(&transaction),
    }
    *call = transaction.call;
}

/// Over TCP.
#[derive(Default)]
pub(super) struct Stream {
    association: Association<()>,
    next: u64,
    ended: [bool; 2],
    lost: [bool; 2],
}

const fn slot(flags: &mut [bool; 2], direction: Direction) -> &mut bool {
    let [to_server, to_client] = flags;
    match direction {
        Direction::ToServer => to_server,
        Direction::ToClient => to_client,
    }
}

impl Parser for Stream {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let lost = slot(&mut self.lost, direction);
        if *lost {
            // After a gap only a message's beginning is believed.
            if !super::probe::begins(direction, bytes) {
                return;
            }
            *lost = false;
            self.association.restart(direction);
        }
        let next = &mut self.next;
        let outcome = self
            .association
            .feed(direction, bytes, &(), &mut |call, (), told| {
                tell(call, told, &TCP, next, visitor);
            });
        if outcome.is_err() {
            visitor.anomaly("malformed_data", direction, None);
        }
    }

    fn gap(&mut self, direction: Direction, _: u64, _: &mut dyn Visitor) {
        self.association.gap(direction);
        *slot(&mut self.lost, direction) = true;
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        *slot(&mut self.ended, direction) = true;
        if self.ended == [true; 2] {
            let next = &mut self.next;
            self.association.finish(&mut |call, (), told| {
                tell(call, told, &TCP, next, visitor);
            });
        }
    }
}

/// Over UDP.
#[derive(Default)]
pub(super) struct Datagrams {
    open: Vec<Call>,
    held: usize,
    next: u64,
    ended: [bool; 2],
}

impl Parser for Datagrams {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let Some(message) = parser::datagram(bytes) else {
            visitor.anomaly("malformed_data", direction, None);
            return;
        };
        match (direction, message.kind) {
            (Direction::ToServer, kind::REQUEST) => self.request(&message, visitor),
            (Direction::ToClient, kind::RESPONSE | kind::FAULT | 6) => {
                self.response(&message, visitor);
            }
            _ => {}
        }
    }

    fn gap(&mut self, _: Direction, _: u64, _: &mut dyn Visitor) {}

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        *slot(&mut self.ended, direction) = true;
        if self.ended == [true; 2] {
            while !self.open.is_empty() {
                self.end(0, visitor);
            }
        }
    }
}

impl Datagrams {
    fn place(&self, message: &Datagram<'_>) -> Option<usize> {
        self.open.iter().position(|call| {
            call.activity == Some(message.activity) && call.call_id == message.sequence
        })
    }

    fn begin(
        &mut self,
        message: &Datagram<'_>,
        request: Option<u8>,
        visitor: &mut dyn Visitor,
    ) -> usize {
        if self.open.len() >= DCERPC_CALLS_MAX {
            self.end(0, visitor);
        }
        // The version is 16 bits of major and 16 bits of minor.
        let [high, low, major_high, major_low] = message.version.to_be_bytes();
        let interface = Interface {
            context: 0,
            uuid: message.interface,
            major: u16::from_be_bytes([major_high, major_low]),
            minor: u16::from_be_bytes([high, low]),
        };
        self.open.push(Call {
            id: self.next,
            call_id: message.sequence,
            order: message.order,
            request,
            operation: Some(message.operation),
            interfaces: vec![Bound {
                interface,
                is_whole: true,
                answer: None,
            }],
            activity: Some(message.activity),
            ..Call::default()
        });
        self.next = self.next.saturating_add(1);
        self.open.len().saturating_sub(1)
    }

    fn request(&mut self, message: &Datagram<'_>, visitor: &mut dyn Visitor) {
        let place = match self.place(message) {
            // Said again because nobody answered.
            Some(place)
                if self
                    .open
                    .get(place)
                    .is_some_and(|call| call.sent.fragments > message.fragment.into()) =>
            {
                return;
            }
            Some(place) => place,
            None => self.begin(message, Some(kind::REQUEST), visitor),
        };
        let room = DCERPC_HELD_BYTES_MAX.saturating_sub(self.held);
        if let Some(call) = self.open.get_mut(place) {
            call.has_first |= message.fragment == 0;
            self.held = self.held.saturating_add(call.sent.push(message.stub, room));
            if (!message.is_fragment || message.is_last) && !call.request_done {
                call.request_done = true;
                tell(
                    call,
                    Told::Side(Direction::ToServer),
                    &UDP,
                    &mut self.next,
                    visitor,
                );
            }
        }
    }

    fn response(&mut self, message: &Datagram<'_>, visitor: &mut dyn Visitor) {
        let place = match self.place(message) {
            Some(place) => place,
            None => self.begin(message, None, visitor),
        };
        let room = DCERPC_HELD_BYTES_MAX.saturating_sub(self.held);
        if let Some(call) = self.open.get_mut(place) {
            call.response = Some(message.kind);
            self.held = self
                .held
                .saturating_add(call.received.push(message.stub, room));
        }
        if !message.is_fragment || message.is_last {
            self.end(place, visitor);
        }
    }

    fn end(&mut self, place: usize, visitor: &mut dyn Visitor) {
        if place >= self.open.len() {
            return;
        }
        let mut call = self.open.remove(place);
        self.held = self.held.saturating_sub(call.held());
        let mut sides = Vec::new();
        if call.request.is_some() && !call.request_done {
            call.request_done = true;
            sides.push(Told::Side(Direction::ToServer));
        }
        if call.response.is_some() {
            sides.push(Told::Side(Direction::ToClient));
        }
        sides.push(Told::Complete);
        for told in sides {
            tell(&mut call, told, &UDP, &mut self.next, visitor);
        }
    }
}
