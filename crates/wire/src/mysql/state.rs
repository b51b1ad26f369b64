//! Streams to transactions: the way in, then each command with the first packet of its answer.

use super::parser::{Greeting, HEADER_BYTES, LogIn, command, greeting, header, log_in, refusal};
use crate::limits::MYSQL_PACKET_BYTES_MAX;
use crate::pieces::{Pieces, Step};
use crate::protocol::{Direction, Parser, Visitor};

/// The way in, or a command.
#[derive(Debug, Default)]
pub struct MysqlTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// Version of the server.
    pub version: Option<Vec<u8>>,
    /// Name of the user.
    pub user: Option<Vec<u8>>,
    /// Name of the database.
    pub database: Option<Vec<u8>>,
    /// Conversation goes on with TLS.
    pub tls: bool,
    /// A command and its text.
    pub command: Option<(&'static str, Vec<u8>)>,
    /// Number and words of an error.
    pub error: Option<(u16, Vec<u8>)>,
    asked: bool,
    answered: bool,
}

/// Where the conversation stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Greeting,
    LogIn,
    /// The server has to say whether the client is let in.
    Proof,
    Commands,
    Over,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Mysql {
    to_server: Pieces,
    to_client: Pieces,
    phase: Phase,
    next_id: u64,
    open: Option<MysqlTransaction>,
}

impl Parser for Mysql {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut pieces = std::mem::take(self.side(direction));
        pieces.feed(bytes, |bytes| self.step(direction, bytes, visitor));
        *self.side(direction) = pieces;
    }

    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor) {
        if !self.side(direction).gap(missing) {
            self.complete(visitor);
            self.phase = Phase::Over;
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
        self.phase == Phase::Over
    }
}

impl Mysql {
    const fn side(&mut self, direction: Direction) -> &mut Pieces {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn step(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        if self.phase == Phase::Over {
            return Step::Over;
        }
        let Some((length, number)) = header(bytes) else {
            return Step::More;
        };
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        let end = HEADER_BYTES.saturating_add(wanted.min(MYSQL_PACKET_BYTES_MAX));
        let Some(content) = bytes.get(HEADER_BYTES..end) else {
            return Step::More;
        };
        let used = u64::from(length).saturating_add(HEADER_BYTES as u64);
        match direction {
            Direction::ToClient => self.server(content, number, visitor),
            Direction::ToServer => {
                if self.client(content, number, visitor) {
                    let after = usize::try_from(used)
                        .ok()
                        .and_then(|used| bytes.get(used..));
                    let rest = after.unwrap_or_default();
                    self.complete(visitor);
                    self.phase = Phase::Over;
                    visitor.change_protocol(Some("tls"), direction, rest);
                    return Step::Over;
                }
            }
        }
        Step::Used(used)
    }

    fn server(&mut self, content: &[u8], number: u8, visitor: &mut dyn Visitor) {
        match (self.phase, content.first()) {
            (Phase::Greeting, _) => match greeting(content) {
                Some(Greeting::Server(version)) => {
                    self.open().version = Some(version);
                    self.phase = Phase::LogIn;
                }
                Some(Greeting::Refusal(code, words)) => {
                    self.open().error = Some((code, words));
                    self.open().answered = true;
                    self.complete(visitor);
                    self.phase = Phase::Over;
                }
                None => self.wrong(Direction::ToClient, visitor),
            },
            (_, Some(0xff)) => {
                let error = refusal(content);
                if let Some(open) = &mut self.open {
                    open.error = error;
                    open.answered = true;
                }
                self.complete(visitor);
                if self.phase == Phase::Proof {
                    self.phase = Phase::Commands;
                }
            }
            (Phase::Proof, Some(0)) => {
                if let Some(open) = &mut self.open {
                    open.answered = true;
                }
                self.complete(visitor);
                self.phase = Phase::Commands;
            }
            // Of an answer the first packet says that there is one.
            (Phase::Commands, Some(_)) if number == 1 => {
                if let Some(open) = &mut self.open {
                    open.answered = true;
                }
                self.complete(visitor);
            }
            _ => {}
        }
    }

    /// True where TLS follows.
    fn client(&mut self, content: &[u8], number: u8, visitor: &mut dyn Visitor) -> bool {
        match self.phase {
            // The server's greeting was not seen.
            Phase::Greeting if number == 0 => {
                self.phase = Phase::Commands;
                self.command(content, visitor);
            }
            Phase::Greeting | Phase::LogIn => match log_in(content) {
                Some(LogIn::Tls) => {
                    self.open().tls = true;
                    self.open().asked = true;
                    return true;
                }
                Some(LogIn::User(user, database)) => {
                    let open = self.open();
                    open.user = Some(user);
                    open.database = database;
                    open.asked = true;
                    visitor.side_complete(open, Direction::ToServer);
                    self.phase = Phase::Proof;
                }
                None => self.wrong(Direction::ToServer, visitor),
            },
            Phase::Commands if number == 0 => self.command(content, visitor),
            Phase::Proof | Phase::Commands | Phase::Over => {}
        }
        false
    }

    fn command(&mut self, content: &[u8], visitor: &mut dyn Visitor) {
        self.complete(visitor);
        let Some(command) = command(content) else {
            return;
        };
        let open = self.open();
        open.command = Some(command);
        open.asked = true;
        visitor.side_complete(open, Direction::ToServer);
    }

    fn wrong(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        visitor.anomaly("malformed_data", direction, None);
        self.complete(visitor);
        self.phase = Phase::Over;
    }

    fn open(&mut self) -> &mut MysqlTransaction {
        let next_id = &mut self.next_id;
        self.open.get_or_insert_with(|| {
            let id = *next_id;
            *next_id = id.saturating_add(1);
            MysqlTransaction {
                id,
                ..MysqlTransaction::default()
            }
        })
    }

    fn complete(&mut self, visitor: &mut dyn Visitor) {
        if let Some(transaction) = self.open.take() {
            if transaction.tls {
                visitor.side_complete(&transaction, Direction::ToServer);
            }
            if transaction.answered {
                visitor.side_complete(&transaction, Direction::ToClient);
            }
            visitor.transaction_complete(&transaction);
        }
    }
}
