//! Streams to transactions: a request with the answers up to the next one.

use super::parser::{
    Answer, Parameters, Request, START_BYTES_MAX, Start, answer, may_be_start, start, text,
};
use crate::cursor::Cursor;
use crate::frame::Frame;
use crate::limits::{PGSQL_ITEMS_MAX, PGSQL_MESSAGE_BYTES_MAX};
use crate::pieces::{Pieces, Step};
use crate::protocol::{Direction, Parser, Visitor};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// First message of a connection.
    Start(Start),
    /// Later ones.
    Request(Request),
}

/// A request with its answers.
#[derive(Debug, Default)]
pub struct PgsqlTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// What is asked.
    pub asked: Option<Asked>,
    /// Whether TLS may follow.
    pub ssl_accepted: Option<bool>,
    /// What the server says, rows and settings left out.
    pub answers: Vec<Answer>,
    /// Settings of the server.
    pub parameters: Parameters,
    /// Rows given.
    pub rows: u64,
    /// Bytes of their values.
    pub row_bytes: u64,
    /// Something was answered.
    pub answered: bool,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Pgsql {
    to_server: Pieces,
    to_client: Pieces,
    started: bool,
    /// The client asked for TLS (or GSSAPI), and the server has not answered.
    awaits_byte: Option<Start>,
    /// What the server wants of the client to let it in.
    authentication: u32,
    next_id: u64,
    open: Option<PgsqlTransaction>,
}

impl Parser for Pgsql {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut pieces = std::mem::take(self.side(direction));
        pieces.feed(bytes, |bytes| match direction {
            Direction::ToServer => self.client(bytes, visitor),
            Direction::ToClient => self.server(bytes, visitor),
        });
        *self.side(direction) = pieces;
    }

    fn gap(&mut self, direction: Direction, missing: u64, _: &mut dyn Visitor) {
        let side = self.side(direction);
        if !side.gap(missing) {
            side.end();
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.side(direction).end();
        // What is asked after the server's end is never answered.
        if self.to_client.is_over() {
            self.complete(visitor);
        }
    }

    fn is_done(&self) -> bool {
        self.to_server.is_over() && self.to_client.is_over() && self.open.is_none()
    }
}

/// A message as a frame, as far as it is held.
fn tell_frame(direction: Direction, bytes: &[u8], length: u64, visitor: &mut dyn Visitor) {
    let here = usize::try_from(length).map_or(bytes, |length| bytes.get(..length).unwrap_or(bytes));
    visitor.frame(&Frame {
        length: Some(length),
        ..Frame::whole("pdu", direction, here)
    });
}

impl Pgsql {
    const fn side(&mut self, direction: Direction) -> &mut Pieces {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn client(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        if !self.started {
            return self.start(bytes, visitor);
        }
        let (kind, content, length) = match packet(bytes) {
            Packet::Incomplete => return Step::More,
            Packet::Malformed => {
                visitor.anomaly("invalid_length", Direction::ToServer, None);
                return Step::Over;
            }
            Packet::Found(kind, content, length) => (kind, content, length),
        };
        tell_frame(Direction::ToServer, bytes, length, visitor);
        match request(kind, content, self.authentication) {
            Some(Some(request)) => self.begin(Asked::Request(request), visitor),
            Some(None) => {}
            None => visitor.anomaly("malformed_request", Direction::ToServer, None),
        }
        Step::Used(length)
    }

    fn start(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        let length = Cursor::new(bytes).u32();
        let Some(length) = length.filter(|_| may_be_start(bytes)) else {
            if bytes.len() < 4 && may_be_start(bytes) {
                return Step::More;
            }
            visitor.anomaly("malformed_request", Direction::ToServer, None);
            return Step::Over;
        };
        let whole = usize::try_from(length.min(START_BYTES_MAX)).unwrap_or(usize::MAX);
        let Some(message) = bytes.get(..whole) else {
            return Step::More;
        };
        visitor.frame(&Frame::whole("pdu", Direction::ToServer, message));
        let Some(start) = start(message) else {
            visitor.anomaly("malformed_request", Direction::ToServer, None);
            return Step::Over;
        };
        match &start {
            Start::Ssl | Start::Gss => self.awaits_byte = Some(start.clone()),
            Start::Cancel(..) | Start::Startup(..) => self.started = true,
        }
        self.begin(Asked::Start(start), visitor);
        Step::Used(whole as u64)
    }

    fn begin(&mut self, asked: Asked, visitor: &mut dyn Visitor) {
        self.complete(visitor);
        let transaction = PgsqlTransaction {
            id: self.next_id,
            asked: Some(asked),
            ..PgsqlTransaction::default()
        };
        self.next_id = self.next_id.saturating_add(1);
        visitor.side_complete(&transaction, Direction::ToServer);
        self.open = Some(transaction);
    }

    fn complete(&mut self, visitor: &mut dyn Visitor) {
        if let Some(transaction) = self.open.take() {
            if transaction.answered {
                visitor.side_complete(&transaction, Direction::ToClient);
            }
            visitor.transaction_complete(&transaction);
        }
    }

    fn answered(&mut self) -> &mut PgsqlTransaction {
        let next_id = &mut self.next_id;
        let open = self.open.get_or_insert_with(|| {
            let id = *next_id;
            *next_id = id.saturating_add(1);
            PgsqlTransaction {
                id,
                ..PgsqlTransaction::default()
            }
        });
        open.answered = true;
        open
    }

    fn server(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        if let Some(asked) = self.awaits_byte.take() {
            return self.one_byte(&asked, bytes, visitor);
        }
        let (kind, content, length) = match packet(bytes) {
            Packet::Incomplete => return Step::More,
            Packet::Malformed => {
                visitor.anomaly("invalid_length", Direction::ToClient, None);
                return Step::Over;
            }
            Packet::Found(kind, content, length) => (kind, content, length),
        };
        tell_frame(Direction::ToClient, bytes, length, visitor);
        match answer(kind, content) {
            Some(answer) => self.take(answer, visitor),
            None => visitor.anomaly("malformed_response", Direction::ToClient, None),
        }
        Step::Used(length)
    }

    /// The answer to the question for TLS.
    fn one_byte(&mut self, asked: &Start, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        let accepted = match bytes.first() {
            Some(b'S' | b'G') => true,
            Some(b'N') => false,
            // An old server says at length that it does not know the question.
            _ => {
                self.started = true;
                return self.server(bytes, visitor);
            }
        };
        self.answered().ssl_accepted = Some(accepted);
        self.complete(visitor);
        if accepted && *asked == Start::Ssl {
            let rest = bytes.get(1..).unwrap_or_default();
            visitor.change_protocol(Some("tls"), Direction::ToClient, rest);
        }
        if accepted {
            self.to_server.end();
            return Step::Over;
        }
        Step::Used(1)
    }

    fn take(&mut self, answer: Answer, visitor: &mut dyn Visitor) {
        if let Answer::Authentication(kind, _) = &answer {
            self.authentication = *kind;
        }
        let ready = answer == Answer::Ready;
        let open = self.answered();
        match answer {
            Answer::Row(bytes) => {
                open.rows = open.rows.saturating_add(1);
                open.row_bytes = open.row_bytes.saturating_add(bytes);
            }
            Answer::Parameter(name, value) if open.parameters.len() < PGSQL_ITEMS_MAX => {
                open.parameters.push((name, value));
            }
            Answer::Parameter(..) | Answer::Ready | Answer::Other => {}
            answer if open.answers.len() < PGSQL_ITEMS_MAX => open.answers.push(answer),
            _ => {
                let id = open.id;
                visitor.anomaly("too_many_responses", Direction::ToClient, Some(id));
            }
        }
        if ready {
            self.complete(visitor);
        }
    }
}

enum Packet<'a> {
    Incomplete,
    Malformed,
    /// Kind, content as far as it is held, whole length.
    Found(u8, &'a [u8], u64),
}

/// A message after the first: kind, length, content.
fn packet(bytes: &[u8]) -> Packet<'_> {
    let mut cursor = Cursor::new(bytes);
    let (Some(kind), length) = (cursor.u8(), cursor.u32()) else {
        return Packet::Incomplete;
    };
    let Some(length) = length else {
        return Packet::Incomplete;
    };
    let Some(content) = length.checked_sub(4).filter(|_| kind.is_ascii_graphic()) else {
        return Packet::Malformed;
    };
    let content = usize::try_from(content).unwrap_or(usize::MAX);
    // Of a very long message the beginning has to do.
    match cursor.take(content.min(PGSQL_MESSAGE_BYTES_MAX)) {
        Some(content) => Packet::Found(kind, content, u64::from(length).saturating_add(1)),
        None => Packet::Incomplete,
    }
}

/// What a client says; the inner None: nothing that begins a transaction.
fn request(kind: u8, content: &[u8], authentication: u32) -> Option<Option<Request>> {
    let up_to_zero = |bytes| text(bytes).map_or(bytes, |(text, _)| text).to_vec();
    Some(match (kind, authentication) {
        (b'Q', _) => Some(Request::Query(up_to_zero(content))),
        (b'p', 10) => {
            let (mechanism, rest) = text(content)?;
            let parameter = rest.get(4..)?.to_vec();
            Some(Request::SaslInitial(mechanism.to_vec(), parameter))
        }
        (b'p', 11) => Some(Request::SaslResponse(content.to_vec())),
        (b'p', _) => Some(Request::Password),
        (b'X', _) => Some(Request::Terminate),
        _ => None,
    })
}
