//! Streams to one transaction, then whatever goes through the proxy.

use super::parser::{Read, Request, greeting_5, request_4, request_5, target_5};
use crate::cursor::Cursor;
use crate::pieces::{Pieces, Step};
use crate::protocol::{Direction, Parser, Visitor};

/// The way in.
#[derive(Debug, Default)]
pub struct SocksTransaction {
    /// 4 or 5.
    pub version: u8,
    /// Where the client wants to go.
    pub request: Option<Request>,
    /// Name of the user.
    pub user: Option<Vec<u8>>,
    /// What the proxy says: 90 (version 4) or 0 (version 5) is yes.
    pub result: Option<u8>,
}

/// What comes next in a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Begin,
    /// Version 5: the method that the proxy chose.
    Method,
    /// Version 5: name and password, or what the proxy makes of them.
    LogIn,
    Request,
    Result,
    Wait,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Socks {
    to_server: Pieces,
    to_client: Pieces,
    client: Next,
    server: Next,
    transaction: SocksTransaction,
    told: bool,
}

/// Bytes that one side may say before its turn.
const EARLY_BYTES_MAX: usize = 64 * 1024;

impl Parser for Socks {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        self.feed_side(direction, bytes, visitor);
        // What one side says decides what the other's bytes mean, which may wait already.
        let mut before = None;
        while before != Some((self.client, self.server)) {
            before = Some((self.client, self.server));
            self.feed_side(direction.reverse(), b"", visitor);
            self.feed_side(direction, b"", visitor);
        }
        if !self.told && self.side(direction).held().len() > EARLY_BYTES_MAX {
            self.wrong(direction, visitor);
        }
    }

    fn gap(&mut self, _: Direction, _: u64, visitor: &mut dyn Visitor) {
        self.complete(visitor);
    }

    fn finish(&mut self, _: Direction, visitor: &mut dyn Visitor) {
        self.complete(visitor);
    }

    fn is_done(&self) -> bool {
        self.told
    }
}

impl Socks {
    const fn side(&mut self, direction: Direction) -> &mut Pieces {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn feed_side(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut pieces = std::mem::take(self.side(direction));
        pieces.feed(bytes, |bytes| match direction {
            _ if self.told => Step::Over,
            Direction::ToServer => self.said(bytes, visitor),
            Direction::ToClient => self.answered(bytes, visitor),
        });
        *self.side(direction) = pieces;
    }

    fn wrong(&mut self, direction: Direction, visitor: &mut dyn Visitor) -> Step {
        visitor.anomaly("malformed_data", direction, Some(0));
        self.complete(visitor);
        Step::Over
    }

    fn said(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        let direction = Direction::ToServer;
        let used = match self.client {
            Next::Begin if bytes.first() == Some(&4) => match request_4(bytes) {
                Read::Whole(mut request, used) => {
                    self.transaction.user = request.user.take();
                    self.requested(4, request);
                    used
                }
                Read::More => return Step::More,
                Read::Wrong => return self.wrong(direction, visitor),
            },
            Next::Begin => match greeting_5(bytes) {
                Read::Whole(_, used) => {
                    self.transaction.version = 5;
                    self.client = Next::Wait;
                    self.server = Next::Method;
                    used
                }
                Read::More => return Step::More,
                Read::Wrong => return self.wrong(direction, visitor),
            },
            Next::LogIn => match log_in(bytes) {
                Some((user, used)) => {
                    self.transaction.user = Some(user);
                    self.client = Next::Wait;
                    self.server = Next::LogIn;
                    used
                }
                None => return Step::More,
            },
            Next::Request => match request_5(bytes) {
                Read::Whole(request, used) => {
                    self.requested(5, request);
                    used
                }
                Read::More => return Step::More,
                Read::Wrong => return self.wrong(direction, visitor),
            },
            _ => return Step::More,
        };
        Step::Used(used as u64)
    }

    fn requested(&mut self, version: u8, request: Request) {
        self.transaction.version = version;
        self.transaction.request = Some(request);
        self.client = Next::Wait;
        self.server = Next::Result;
    }

    fn answered(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        let direction = Direction::ToClient;
        match (self.server, bytes) {
            (Next::Method | Next::LogIn, [_]) => Step::More,
            (Next::Method, [5, method, ..]) => {
                self.server = Next::Wait;
                self.client = match method {
                    0 => Next::Request,
                    2 => Next::LogIn,
                    // None that can be followed, or none at all.
                    _ => {
                        self.transaction.result = Some(*method);
                        self.complete(visitor);
                        return Step::Over;
                    }
                };
                Step::Used(2)
            }
            (Next::LogIn, [1, 0, ..]) => {
                self.server = Next::Wait;
                self.client = Next::Request;
                Step::Used(2)
            }
            (Next::LogIn, [1, refused, ..]) => {
                self.transaction.result = Some(*refused);
                self.complete(visitor);
                Step::Over
            }
            (Next::Result, _) => self.result(bytes, visitor),
            (Next::Begin | Next::Wait, _) => Step::More,
            _ => self.wrong(direction, visitor),
        }
    }

    fn result(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        let (result, used) = match (self.transaction.version, bytes) {
            (4, [0, result, _, _, _, _, _, _, ..]) => (*result, 8),
            (4, [0, ..]) if bytes.len() < 8 => return Step::More,
            (5, [5, ..]) => match target_5(bytes) {
                Some((answer, used)) => (answer.command, used),
                None => return Step::More,
            },
            _ => return self.wrong(Direction::ToClient, visitor),
        };
        self.transaction.result = Some(result);
        let is_open = matches!((self.transaction.version, result), (4, 90) | (5, 0));
        let connects = self.transaction.request.as_ref();
        let connects = connects.is_some_and(|request| request.command == 1);
        self.complete(visitor);
        if is_open && connects {
            let early = std::mem::take(&mut self.to_server);
            let rest = bytes.get(used..).unwrap_or_default();
            // A client in a hurry has spoken already.
            if !early.held().is_empty() {
                visitor.change_protocol(None, Direction::ToServer, early.held());
            }
            if early.held().is_empty() || !rest.is_empty() {
                visitor.change_protocol(None, Direction::ToClient, rest);
            }
        }
        Step::Over
    }

    fn complete(&mut self, visitor: &mut dyn Visitor) {
        if std::mem::replace(&mut self.told, true) || self.transaction.version == 0 {
            return;
        }
        visitor.side_complete(&self.transaction, Direction::ToServer);
        if self.transaction.result.is_some() {
            visitor.side_complete(&self.transaction, Direction::ToClient);
        }
        visitor.transaction_complete(&self.transaction);
    }
}

/// Name of the user, and the length of the message with its password (RFC 1929).
fn log_in(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut cursor = Cursor::new(bytes);
    cursor.skip(1)?;
    let length = cursor.u8()?;
    let user = cursor.take(length.into())?.to_vec();
    let length = cursor.u8()?;
    cursor.skip(length.into())?;
    Some((user, cursor.position()))
}
