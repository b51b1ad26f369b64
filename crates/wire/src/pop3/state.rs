//! Streams to transactions: one for each command with its answer.

use super::parser::{Command, Status, command, status};
use crate::limits::{POP3_DATA_LINES_MAX, TEXT_COMMANDS_WAITING_MAX, TEXT_LINE_BYTES_MAX};
use crate::lines::{Both, Lines, Piece};
use crate::mime::{Attachments, Email, Message};
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::{Direction, Parser, Visitor};
use std::borrow::Cow;
use std::collections::VecDeque;

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// It is a good one.
    pub success: bool,
    /// The rest of its first line.
    pub header: Vec<u8>,
    /// Its further lines, unless they are a message.
    pub data: Vec<Vec<u8>>,
}

/// A command with its answer; either may be missing.
#[derive(Debug, Default)]
pub struct Pop3Transaction {
    /// Number in the conversation.
    pub id: u64,
    /// What was asked; None for the greeting.
    pub command: Option<Command>,
    /// What came back.
    pub response: Option<Response>,
    /// The message that was fetched.
    pub email: Option<Email>,
    told: bool,
}

/// One conversation.
#[derive(Debug)]
pub struct Pop3 {
    lines: Both<Lines>,
    open: VecDeque<Pop3Transaction>,
    next: u64,
    /// In the further lines of an answer.
    in_data: bool,
    /// In a message.
    message: Option<Message>,
    attachments: Attachments,
    /// The client's next line answers a challenge.
    challenged: bool,
    is_silent: bool,
    over: bool,
}

impl Default for Pop3 {
    fn default() -> Self {
        Self {
            lines: Both {
                to_server: Lines::new(TEXT_LINE_BYTES_MAX),
                to_client: Lines::new(TEXT_LINE_BYTES_MAX),
            },
            open: VecDeque::new(),
            next: 0,
            in_data: false,
            message: None,
            attachments: Attachments::default(),
            challenged: false,
            is_silent: false,
            over: false,
        }
    }
}

impl Parser for Pop3 {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut rest = bytes;
        while !self.over
            && let Some(piece) = self.lines.of(direction).next(&mut rest)
        {
            match direction {
                ToServer => self.asked(&piece, visitor),
                ToClient => self.answered(&piece, rest, visitor),
            }
        }
    }

    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor) {
        self.lines.of(direction).clear();
        if direction == ToClient && self.message.is_some() {
            return self.with_message(visitor, |message, tell| message.gap(missing, tell));
        }
        self.end_all(visitor);
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.is_silent |= direction == ToClient;
        if self.is_silent {
            self.end_all(visitor);
        }
    }

    fn is_done(&self) -> bool {
        self.over
    }
}

impl Pop3 {
    fn begin(&mut self, command: Option<Command>) -> Pop3Transaction {
        let id = self.next;
        self.next = id.saturating_add(1);
        Pop3Transaction {
            id,
            command,
            ..Pop3Transaction::default()
        }
    }

    fn asked(&mut self, piece: &Piece<'_>, visitor: &mut dyn Visitor) {
        if !piece.begins || std::mem::take(&mut self.challenged) {
            return;
        }
        let Some(command) = command(&piece.text) else {
            return;
        };
        let mut transaction = self.begin(Some(command));
        transaction.told = true;
        visitor.side_complete(&transaction, ToServer);
        self.open.push_back(transaction);
        if self.open.len() > TEXT_COMMANDS_WAITING_MAX {
            visitor.anomaly("too_many_transactions", ToServer, None);
            self.end_all(visitor);
        }
    }

    fn answered(&mut self, piece: &Piece<'_>, rest: &[u8], visitor: &mut dyn Visitor) {
        if self.in_data {
            return self.data_line(piece, visitor);
        }
        if !piece.begins {
            return;
        }
        let (success, header) = match status(&piece.text) {
            Some(Status::Challenge) => {
                self.challenged = true;
                return;
            }
            Some(Status::Ok(header)) => (true, header),
            Some(Status::Error(header)) => (false, header),
            None if piece.text.is_empty() => return,
            None => {
                let id = self.open.front().map(|front| front.id);
                return visitor.anomaly("invalid_response", ToClient, id);
            }
        };
        if self.open.is_empty() {
            let unasked = self.begin(None);
            self.open.push_back(unasked);
        }
        let Some(front) = self.open.front_mut() else {
            return;
        };
        front.response = Some(Response {
            success,
            header,
            data: Vec::new(),
        });
        let asked = front.command.as_ref().filter(|_| success);
        self.in_data = asked.is_some_and(Command::asks_for_lines);
        let changes = asked.is_some_and(|command| command.name == b"STLS");
        if asked.is_some_and(Command::asks_for_message) {
            front.email = Some(Email::default());
            self.message = Some(Message::default());
        }
        if !self.in_data {
            self.end_first(visitor);
        }
        if changes {
            self.over = true;
            visitor.change_protocol(Some("tls"), ToClient, rest);
        }
    }

    fn data_line(&mut self, piece: &Piece<'_>, visitor: &mut dyn Visitor) {
        let unstuffed = piece.text.strip_prefix(b".").filter(|_| piece.begins);
        if unstuffed == Some(b"") && piece.ends() {
            self.message_ends(true, visitor);
            return self.end_first(visitor);
        }
        let piece = Piece {
            text: Cow::Borrowed(unstuffed.unwrap_or(&piece.text)),
            ..piece.clone()
        };
        if self.message.is_some() {
            self.with_message(visitor, |message, tell| message.piece(&piece, tell));
        } else if let Some(front) = self.open.front_mut()
            && let Some(response) = &mut front.response
            && response.data.len() < POP3_DATA_LINES_MAX
        {
            response.data.push(piece.text.into_owned());
        }
    }

    fn message_ends(&mut self, complete: bool, visitor: &mut dyn Visitor) {
        self.with_message(visitor, |message, tell| message.finish(complete, tell));
        self.message = None;
        self.in_data = false;
        self.attachments.end(visitor);
    }

    fn with_message(
        &mut self,
        visitor: &mut dyn Visitor,
        act: impl FnOnce(&mut Message, &mut dyn FnMut(crate::mime::Told<'_>)),
    ) {
        let (Some(message), Some(front)) = (&mut self.message, self.open.front_mut()) else {
            return;
        };
        let attachments = &mut self.attachments;
        let id = front.id;
        let email = front.email.get_or_insert_default();
        act(message, &mut |told| {
            attachments.take(told, email, (id, ToClient), visitor);
        });
        email.status = message.status();
    }

    fn end_first(&mut self, visitor: &mut dyn Visitor) {
        if let Some(transaction) = self.open.pop_front() {
            end(&transaction, visitor);
        }
    }

    fn end_all(&mut self, visitor: &mut dyn Visitor) {
        self.message_ends(false, visitor);
        while let Some(transaction) = self.open.pop_front() {
            end(&transaction, visitor);
        }
    }
}

fn end(transaction: &Pop3Transaction, visitor: &mut dyn Visitor) {
    if transaction.response.is_some() {
        visitor.side_complete(transaction, ToClient);
    }
    visitor.transaction_complete(transaction);
}
