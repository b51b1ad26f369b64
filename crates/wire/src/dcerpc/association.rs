//! One connection's, or pipe's, calls: joins fragments, requests and responses, and remembers
//! which interfaces were bound.

use super::call::{Bound, Call};
use super::parser::{self, FIRST, HEADER_BYTES, Header, LAST, kind};
use crate::limits::{DCERPC_CALLS_MAX, DCERPC_CONTEXTS_MAX, DCERPC_HELD_BYTES_MAX};
use crate::ntlmssp::{self, Authenticate, Message};
use crate::protocol::Direction;
use std::sync::Arc;

/// What there is to tell of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// A new call: it wants a number.
    Begun,
    /// One side is complete.
    Side(Direction),
    /// Nothing more comes.
    Complete,
}

/// Who is told: the call and what was kept beside it.
pub type Teller<'a, C> = &'a mut dyn FnMut(&mut Call, &mut C, Told);

/// Bytes fed that make no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Calls of one connection; with each a `C` of its carrier is kept.
#[derive(Debug)]
pub struct Association<C> {
    bound: Vec<Bound>,
    open: Vec<(Call, C)>,
    held: usize,
    to_server: Vec<u8>,
    to_client: Vec<u8>,
    user: Option<Arc<Authenticate>>,
    seen: bool,
    /// Directions whose bytes made no sense.
    lost: [bool; 2],
    /// Bytes at the front of an answer that rules do not see as its data.
    answer_head: usize,
}

impl<C> Default for Association<C> {
    fn default() -> Self {
        Self {
            bound: Vec::new(),
            open: Vec::new(),
            held: 0,
            to_server: Vec::new(),
            to_client: Vec::new(),
            user: None,
            seen: false,
            lost: [false; 2],
            answer_head: 0,
        }
    }
}

/// Bytes of an answer before its data.
const ANSWER_HEAD_BYTES: usize = 8;

impl<C> Association<C> {
    /// One over a pipe, where rules see the data of an answer alone; elsewhere they see the head before it as well.
    pub fn over_pipe() -> Self {
        Self {
            answer_head: ANSWER_HEAD_BYTES,
            ..Self::default()
        }
    }
}

impl<C: Clone> Association<C> {
    /// Whether any message was understood.
    pub const fn has_messages(&self) -> bool {
        self.seen
    }

    /// Whether a call waits for its answer.
    pub const fn has_open_calls(&self) -> bool {
        !self.open.is_empty()
    }

    /// What is fed next to a direction begins with a message, even if bytes before made no sense.
    pub fn restart(&mut self, direction: Direction) {
        if std::mem::take(self.is_lost(direction)) {
            self.side(direction).clear();
        }
    }

    const fn is_lost(&mut self, direction: Direction) -> &mut bool {
        let [to_server, to_client] = &mut self.lost;
        match direction {
            Direction::ToServer => to_server,
            Direction::ToClient => to_client,
        }
    }

    /// Takes the next bytes of a direction; at most one incomplete message of 65,535 bytes is held.
    ///
    /// # Errors
    /// What is held and fed makes no message; nothing of the direction is read until it is restarted.
    pub fn feed(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        carrier: &C,
        tell: Teller<'_, C>,
    ) -> Result<(), Malformed> {
        if *self.is_lost(direction) {
            return Ok(());
        }
        let mut held = std::mem::take(self.side(direction));
        let mut rest = bytes;
        if !held.is_empty() {
            held.extend_from_slice(bytes);
            rest = &held;
        }
        let mut outcome = Ok(());
        while rest.len() >= HEADER_BYTES {
            let Some(header) = parser::header(rest) else {
                outcome = Err(Malformed);
                *self.is_lost(direction) = true;
                rest = b"";
                break;
            };
            let Some((message, after)) = rest.split_at_checked(header.length.into()) else {
                break;
            };
            self.seen = true;
            self.message(direction, &header, message, carrier, tell);
            rest = after;
        }
        *self.side(direction) = rest.to_vec();
        outcome
    }

    /// Bytes of a direction are missing: nothing of it is read until it is restarted.
    pub fn gap(&mut self, direction: Direction) {
        *self.is_lost(direction) = true;
    }

    /// Nothing more comes: open calls end as they are.
    pub fn finish(&mut self, tell: Teller<'_, C>) {
        for (mut call, mut carrier) in std::mem::take(&mut self.open) {
            end(&mut call, &mut carrier, tell);
        }
        self.held = 0;
    }

    const fn side(&mut self, direction: Direction) -> &mut Vec<u8> {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn message(
        &mut self,
        direction: Direction,
        header: &Header,
        message: &[u8],
        carrier: &C,
        tell: Teller<'_, C>,
    ) {
        let body = message.get(HEADER_BYTES..).unwrap_or_default();
        match (direction, header.kind) {
            (Direction::ToServer, kind::BIND | kind::ALTER_CONTEXT) => {
                self.authentication(header, message);
                self.bind(header, body, carrier, tell);
            }
            (Direction::ToServer, kind::AUTH3) => self.authentication(header, message),
            (Direction::ToServer, kind::REQUEST) => self.request(header, body, carrier, tell),
            (Direction::ToClient, kind::BIND_ACK | kind::ALTER_CONTEXT_RESPONSE) => {
                self.bind_answer(header, body, carrier, tell);
            }
            (Direction::ToClient, kind::RESPONSE) => self.response(header, body, carrier, tell),
            (Direction::ToClient, kind::FAULT | kind::BIND_NAK) => {
                self.failure(header, carrier, tell);
            }
            _ => {}
        }
    }

    /// Who logs in, where NTLM is used.
    fn authentication(&mut self, header: &Header, message: &[u8]) {
        let found = parser::token(header, message)
            .and_then(ntlmssp::find)
            .and_then(ntlmssp::message);
        if let Some(Message::Authenticate(user)) = found {
            self.user = Some(Arc::new(user));
        }
    }

    fn bind(&mut self, header: &Header, body: &[u8], carrier: &C, tell: Teller<'_, C>) {
        let interfaces: Vec<Bound> = parser::interfaces(header.order, body)
            .into_iter()
            .map(|interface| Bound {
                interface,
                is_whole: header.flags & FIRST != 0,
                answer: None,
            })
            .collect();
        for bound in &interfaces {
            self.remember(*bound);
        }
        let place = self.begin(header, Some(header.kind), carrier, tell);
        if let Some((call, carrier)) = self.open.get_mut(place) {
            call.interfaces = interfaces;
            call.request_done = true;
            tell(call, carrier, Told::Side(Direction::ToServer));
        }
    }

    fn remember(&mut self, bound: Bound) {
        let context = bound.interface.context;
        let place = self
            .bound
            .iter()
            .position(|known| known.interface.context == context);
        if let Some(place) = place {
            if let Some(known) = self.bound.get_mut(place) {
                *known = bound;
            }
        } else if self.bound.len() < DCERPC_CONTEXTS_MAX {
            self.bound.push(bound);
        }
    }

    fn bind_answer(&mut self, header: &Header, body: &[u8], carrier: &C, tell: Teller<'_, C>) {
        let wanted = |call: &Call| {
            matches!(call.request, Some(kind::BIND | kind::ALTER_CONTEXT))
                && call.call_id == header.call_id
        };
        let place = match self.open.iter().position(|(call, _)| wanted(call)) {
            Some(place) => place,
            None => self.begin(header, None, carrier, tell),
        };
        let answers = parser::results(header.order, body);
        let Some((call, _)) = self.open.get_mut(place) else {
            return;
        };
        for (bound, answer) in call.interfaces.iter_mut().zip(answers) {
            bound.answer = Some(answer);
            let context = bound.interface.context;
            let known = self
                .bound
                .iter_mut()
                .find(|known| known.interface.context == context);
            if let Some(known) = known {
                known.answer = Some(answer);
            }
        }
        call.response = Some(header.kind);
        self.answered(place, tell);
    }

    fn request(&mut self, header: &Header, body: &[u8], carrier: &C, tell: Teller<'_, C>) {
        let Some(request) = parser::request(header.order, body) else {
            return;
        };
        let is_first = header.flags & FIRST != 0;
        let open = self.open.iter().position(|(call, _)| {
            call.is_call() && call.call_id == header.call_id && !call.request_done
        });
        let place = match open {
            Some(place) if !is_first => place,
            Some(place) => {
                self.give_up(place, tell);
                self.begin(header, Some(kind::REQUEST), carrier, tell)
            }
            None => self.begin(header, Some(kind::REQUEST), carrier, tell),
        };
        let interface = self
            .bound
            .iter()
            .find(|bound| bound.interface.context == request.context)
            .copied();
        let room = DCERPC_HELD_BYTES_MAX.saturating_sub(self.held);
        if let Some((call, kept)) = self.open.get_mut(place) {
            if call.operation.is_none() {
                call.operation = Some(request.operation);
                call.interfaces.extend(interface);
                call.user = self.user.clone();
            }
            call.has_first |= is_first;
            self.held = self.held.saturating_add(call.sent.push(request.stub, room));
            if header.flags & LAST != 0 {
                call.request_done = true;
                tell(call, kept, Told::Side(Direction::ToServer));
            }
        }
    }

    fn response(&mut self, header: &Header, body: &[u8], carrier: &C, tell: Teller<'_, C>) {
        let place = self.answered_place(header, carrier, tell);
        let room = DCERPC_HELD_BYTES_MAX.saturating_sub(self.held);
        if let Some((call, _)) = self.open.get_mut(place) {
            call.response = Some(header.kind);
            let data = body.get(self.answer_head..).unwrap_or_default();
            self.held = self.held.saturating_add(call.received.push(data, room));
        }
        if header.flags & LAST != 0 {
            self.answered(place, tell);
        }
    }

    fn failure(&mut self, header: &Header, carrier: &C, tell: Teller<'_, C>) {
        let place = self.answered_place(header, carrier, tell);
        if let Some((call, _)) = self.open.get_mut(place) {
            call.response = Some(header.kind);
        }
        self.answered(place, tell);
    }

    /// The call that a message answers; a new one where the request was not seen.
    fn answered_place(&mut self, header: &Header, carrier: &C, tell: Teller<'_, C>) -> usize {
        let known = self
            .open
            .iter()
            .position(|(call, _)| call.call_id == header.call_id);
        match known {
            Some(place) => place,
            None => self.begin(header, None, carrier, tell),
        }
    }

    /// A new call, at the end of the list.
    fn begin(
        &mut self,
        header: &Header,
        request: Option<u8>,
        carrier: &C,
        tell: Teller<'_, C>,
    ) -> usize {
        if self.open.len() >= DCERPC_CALLS_MAX {
            self.give_up(0, tell);
        }
        let call = Call {
            call_id: header.call_id,
            minor: header.minor,
            order: header.order,
            request,
            ..Call::default()
        };
        self.open.push((call, carrier.clone()));
        let place = self.open.len().saturating_sub(1);
        if let Some((call, carrier)) = self.open.get_mut(place) {
            tell(call, carrier, Told::Begun);
        }
        place
    }

    fn give_up(&mut self, place: usize, tell: Teller<'_, C>) {
        if place < self.open.len() {
            let (mut call, mut carrier) = self.open.remove(place);
            self.held = self.held.saturating_sub(call.held());
            end(&mut call, &mut carrier, tell);
        }
    }

    /// The answer is complete.
    fn answered(&mut self, place: usize, tell: Teller<'_, C>) {
        if let Some((call, carrier)) = self.open.get_mut(place) {
            if call.request.is_some() && !call.request_done {
                call.request_done = true;
                tell(call, carrier, Told::Side(Direction::ToServer));
            }
            tell(call, carrier, Told::Side(Direction::ToClient));
        }
        if place < self.open.len() {
            let (mut call, mut carrier) = self.open.remove(place);
            self.held = self.held.saturating_sub(call.held());
            tell(&mut call, &mut carrier, Told::Complete);
        }
    }
}

/// A call ends without its answer.
fn end<C>(call: &mut Call, carrier: &mut C, tell: Teller<'_, C>) {
    if call.request.is_some() && !call.request_done {
        call.request_done = true;
        tell(call, carrier, Told::Side(Direction::ToServer));
    }
    if call.response.is_some() {
        tell(call, carrier, Told::Side(Direction::ToClient));
    }
    tell(call, carrier, Told::Complete);
}
