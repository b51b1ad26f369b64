//! Streams to transactions: one for each command with what became of it. Of several messages that
//! answer one command, the event tells the last; files come of all.

use super::parser::{Command, Completion, announces_message, command, completion, literal_bytes};
use crate::limits::{TEXT_COMMANDS_WAITING_MAX, TEXT_LINE_BYTES_MAX};
use crate::lines::{Both, Lines, Piece};
use crate::mime::{Attachments, Email, Message, Told};
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::{Direction, Parser, Visitor};

/// A command with its answer; either may be missing.
#[derive(Debug, Default)]
pub struct ImapTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// What was asked; None for the greeting.
    pub command: Option<Command>,
    /// What became of it.
    pub completion: Option<Completion>,
    /// The last message that travelled for it, and which way.
    pub email: Option<(Direction, Email)>,
}

/// One direction.
#[derive(Debug)]
struct Side {
    lines: Lines,
    /// What is left of a literal.
    literal: u64,
    /// Lines of the message in a literal.
    message_lines: Lines,
    message: Option<Message>,
    /// The line goes on behind a literal.
    goes_on: bool,
}

impl Default for Side {
    fn default() -> Self {
        Self {
            lines: Lines::new(TEXT_LINE_BYTES_MAX),
            literal: 0,
            message_lines: Lines::new(TEXT_LINE_BYTES_MAX),
            message: None,
            goes_on: false,
        }
    }
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Imap {
    sides: Both<Side>,
    open: Vec<ImapTransaction>,
    next: u64,
    attachments: Both<Attachments>,
    is_silent: bool,
    over: bool,
}

impl Parser for Imap {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut rest = bytes;
        while !rest.is_empty() && !self.over {
            let side = self.sides.of(direction);
            if side.literal > 0 {
                rest = self.in_literal(direction, rest, visitor);
            } else if let Some(piece) = side.lines.next(&mut rest) {
                self.line(direction, &piece, rest, visitor);
            }
        }
    }

    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor) {
        let side = self.sides.of(direction);
        side.lines.clear();
        side.message_lines.clear();
        match side.literal.checked_sub(missing) {
            Some(left) if side.literal > 0 => {
                side.literal = left;
                self.with_message(direction, visitor, |message, tell| {
                    message.gap(missing, tell);
                });
                if left == 0 {
                    self.literal_ends(direction, false, visitor);
                }
            }
            _ => {
                side.literal = 0;
                side.goes_on = false;
                self.literal_ends(direction, false, visitor);
            }
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.literal_ends(direction, false, visitor);
        self.is_silent |= direction == ToClient;
        if self.is_silent {
            for transaction in std::mem::take(&mut self.open) {
                end(&transaction, visitor);
            }
        }
    }

    fn is_done(&self) -> bool {
        self.over
    }
}

impl Imap {
    fn begin(&mut self) -> ImapTransaction {
        let id = self.next;
        self.next = id.saturating_add(1);
        ImapTransaction {
            id,
            ..ImapTransaction::default()
        }
    }

    fn line(
        &mut self,
        direction: Direction,
        piece: &Piece<'_>,
        rest: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        let side = self.sides.of(direction);
        let is_whole_line = piece.begins && !side.goes_on;
        let literal = literal_bytes(&piece.text).filter(|_| piece.ends());
        side.goes_on = literal.is_some() || !piece.ends() && side.goes_on;
        if is_whole_line {
            match direction {
                ToServer => self.asked(&piece.text, visitor),
                ToClient if literal.is_none() => self.answered(&piece.text, rest, visitor),
                ToClient => {}
            }
        }
        let Some(length) = literal.filter(|_| !self.over) else {
            return;
        };
        let side = self.sides.of(direction);
        side.literal = length;
        if announces_message(&piece.text) && length > 0 {
            side.message = Some(Message::default());
        }
    }

    fn asked(&mut self, line: &[u8], visitor: &mut dyn Visitor) {
        let Some(command) = command(line) else {
            return;
        };
        let mut transaction = self.begin();
        transaction.command = Some(command);
        self.open.push(transaction);
        if self.open.len() > TEXT_COMMANDS_WAITING_MAX {
            visitor.anomaly("too_many_transactions", ToServer, None);
            end(&self.open.remove(0), visitor);
        }
    }

    fn answered(&mut self, line: &[u8], rest: &[u8], visitor: &mut dyn Visitor) {
        let Some(completion) = completion(line) else {
            return;
        };
        let is_first = self.next == 0;
        if completion.tag == b"*" {
            if is_first {
                let mut greeting = self.begin();
                greeting.completion = Some(completion);
                end(&greeting, visitor);
            }
            return;
        }
        let place = self.open.iter().position(|open| {
            open.command
                .as_ref()
                .is_some_and(|command| command.tag == completion.tag)
        });
        let Some(place) = place else {
            return;
        };
        let mut transaction = self.open.remove(place);
        let changes = completion.status == b"OK"
            && transaction
                .command
                .as_ref()
                .is_some_and(|command| command.name == b"STARTTLS");
        transaction.completion = Some(completion);
        end(&transaction, visitor);
        if changes {
            self.over = true;
            visitor.change_protocol(Some("tls"), ToClient, rest);
        }
    }

    fn in_literal<'a>(
        &mut self,
        direction: Direction,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let side = self.sides.of(direction);
        let taken = usize::try_from(side.literal)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        side.literal = side.literal.saturating_sub(taken as u64);
        let (mut now, rest) = bytes.split_at_checked(taken).unwrap_or((bytes, b""));
        if self.sides.of(direction).message.is_some() {
            while let Some(piece) = self.sides.of(direction).message_lines.next(&mut now) {
                self.with_message(direction, visitor, |message, tell| {
                    message.piece(&piece, tell);
                });
            }
        }
        if self.sides.of(direction).literal == 0 {
            self.literal_ends(direction, true, visitor);
        }
        rest
    }

    fn literal_ends(&mut self, direction: Direction, complete: bool, visitor: &mut dyn Visitor) {
        if let Some(piece) = self.sides.of(direction).message_lines.take_rest() {
            self.with_message(direction, visitor, |message, tell| {
                message.piece(&piece, tell);
            });
        }
        self.with_message(direction, visitor, |message, tell| {
            message.finish(complete, tell);
        });
        self.sides.of(direction).message = None;
        self.attachments.of(direction).end(visitor);
    }

    /// Does something with the open message, and takes down what it tells in the command that
    /// moves messages that way, or the oldest one.
    fn with_message(
        &mut self,
        direction: Direction,
        visitor: &mut dyn Visitor,
        act: impl FnOnce(&mut Message, &mut dyn FnMut(Told<'_>)),
    ) {
        let Some(message) = &mut self.sides.of(direction).message else {
            return;
        };
        let attachments = self.attachments.of(direction);
        let mut nowhere = ImapTransaction::default();
        let transaction = match direction {
            ToServer => self.open.last_mut(),
            ToClient => self.open.first_mut(),
        }
        .unwrap_or(&mut nowhere);
        let id = transaction.id;
        let is_new = message.status() == "PARSE_NONE";
        let slot = &mut transaction.email;
        if is_new || slot.as_ref().is_none_or(|(way, _)| *way != direction) {
            *slot = Some((direction, Email::default()));
        }
        let Some((_, email)) = slot else {
            return;
        };
        act(message, &mut |told| {
            attachments.take(told, email, (id, direction), visitor);
        });
        email.status = message.status();
    }
}

fn end(transaction: &ImapTransaction, visitor: &mut dyn Visitor) {
    if transaction.command.is_some() {
        visitor.side_complete(transaction, ToServer);
    }
    if transaction.completion.is_some() || transaction.email.is_some() {
        visitor.side_complete(transaction, ToClient);
    }
    visitor.transaction_complete(transaction);
}
