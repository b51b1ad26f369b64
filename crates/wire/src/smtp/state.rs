//! Streams to transactions: one for each message, or for what came instead of one.

use super::parser::{Command, Reply, command, reply};
use crate::frame::Frame;
use crate::limits::{
    SMTP_RECIPIENTS_MAX, SMTP_UNANSWERED_MAX, TEXT_COMMANDS_WAITING_MAX, TEXT_LINE_BYTES_MAX,
};
use crate::lines::{End, Lines, Piece};
use crate::mime::{Attachments, Email, Message, Told};
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::{Direction, Parser, Visitor};
use std::borrow::Cow;
use std::collections::VecDeque;

/// A message with its envelope.
#[derive(Debug, Default)]
pub struct SmtpTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// What the client calls itself.
    pub helo: Vec<u8>,
    /// Sender, as the command has it.
    pub mail_from: Option<Vec<u8>>,
    /// Recipients, as the commands have them.
    pub rcpt_to: Vec<Vec<u8>>,
    /// The message, if one was sent.
    pub email: Option<Email>,
}

/// Where the client stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Commands,
    /// The next line answers a challenge.
    Credentials,
    /// DATA was said; what follows is the message unless the server refuses.
    Asked,
    /// In the message, up to a line with a dot.
    Data,
    /// In a chunk of so many more bytes; whether it is the last one.
    Chunk(u64, bool),
}

/// A command that waits for its answer, as far as the answer makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    StartTls,
    Auth,
    Data,
    /// The answer to a message that was sent.
    Message,
    Other,
}

/// One conversation.
#[derive(Debug)]
pub struct Smtp {
    client: Lines,
    server: Lines,
    chunks: Lines,
    phase: Phase,
    waiting: VecDeque<Waiting>,
    helo: Vec<u8>,
    transaction: Option<SmtpTransaction>,
    /// Sent, and not answered yet.
    sent: VecDeque<SmtpTransaction>,
    next_transaction: u64,
    message: Option<Message>,
    /// How the message's last line ended.
    last_end: End,
    attachments: Attachments,
    server_spoke: bool,
    welcomed: bool,
    /// Bytes were missing, so that answers cannot be counted.
    is_torn: bool,
    over: bool,
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            client: Lines::new(TEXT_LINE_BYTES_MAX),
            server: Lines::new(TEXT_LINE_BYTES_MAX),
            chunks: Lines::new(TEXT_LINE_BYTES_MAX),
            phase: Phase::default(),
            waiting: VecDeque::new(),
            helo: Vec::new(),
            transaction: None,
            sent: VecDeque::new(),
            next_transaction: 0,
            message: None,
            last_end: End::None,
            attachments: Attachments::default(),
            server_spoke: false,
            welcomed: false,
            is_torn: false,
            over: false,
        }
    }
}

impl Parser for Smtp {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut rest = bytes;
        while !rest.is_empty() && !self.over {
            if direction == ToServer
                && let Phase::Chunk(left, is_last) = self.phase
            {
                rest = self.in_chunk(left, is_last, rest, visitor);
                continue;
            }
            let lines = match direction {
                ToServer => &mut self.client,
                ToClient => &mut self.server,
            };
            let Some(piece) = lines.next(&mut rest) else {
                break;
            };
            match direction {
                ToServer => self.client_line(&piece, visitor),
                ToClient => self.server_line(&piece, rest, visitor),
            }
        }
    }

    fn gap(&mut self, direction: Direction, missing: u64, visitor: &mut dyn Visitor) {
        self.is_torn = true;
        self.waiting.clear();
        self.answered(usize::MAX, visitor);
        if direction == ToClient {
            self.server.clear();
            return;
        }
        self.client.clear();
        match self.phase {
            Phase::Chunk(left, is_last) => {
                self.chunks.clear();
                self.message_gap(missing, visitor);
                match left.checked_sub(missing) {
                    Some(left) if left > 0 => self.phase = Phase::Chunk(left, is_last),
                    Some(_) => self.chunk_ends(is_last, visitor),
                    None => self.phase = Phase::Commands,
                }
            }
            Phase::Data => self.message_gap(missing, visitor),
            Phase::Credentials => self.phase = Phase::Commands,
            Phase::Commands | Phase::Asked => {}
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        if direction == ToServer {
            if let Some(piece) = self.client.take_rest()
                && self.phase == Phase::Data
            {
                self.message_piece(&piece, visitor);
            }
            self.message_ends(false, visitor);
            self.answered(usize::MAX, visitor);
            self.transaction_ends(visitor);
        }
    }

    fn is_done(&self) -> bool {
        self.over
    }
}

impl Smtp {
    fn id(&self) -> Option<u64> {
        let open = self.transaction.as_ref().map(|transaction| transaction.id);
        Some(open.unwrap_or(self.next_transaction))
    }

    fn client_line(&mut self, piece: &Piece<'_>, visitor: &mut dyn Visitor) {
        match self.phase {
            Phase::Data => self.data_line(piece, visitor),
            Phase::Asked if piece.begins => {
                if self.server_spoke && !self.is_torn {
                    visitor.anomaly("invalid_pipelined_sequence", ToServer, self.id());
                }
                self.begin_message();
                self.phase = Phase::Data;
                self.data_line(piece, visitor);
            }
            // The rest of a line that was too long.
            _ if !piece.begins => {}
            Phase::Credentials => {
                self.phase = Phase::Commands;
                self.wait(Waiting::Auth);
            }
            Phase::Commands | Phase::Asked | Phase::Chunk(..) => {
                let asked = command(&piece.text);
                if !piece.ends() {
                    visitor.anomaly("truncated_line", ToServer, self.id());
                    if matches!(asked, Command::Chunk(..)) {
                        return;
                    }
                }
                let line = piece.bytes();
                let frame = Frame::whole("command_line", ToServer, &line);
                visitor.frame(&frame.in_transaction(self.id().unwrap_or_default()));
                self.command(&asked, visitor);
            }
        }
    }

    fn command(&mut self, asked: &Command<'_>, visitor: &mut dyn Visitor) {
        let waiting = match asked {
            Command::StartTls => Waiting::StartTls,
            Command::Auth => Waiting::Auth,
            Command::Data => Waiting::Data,
            _ => Waiting::Other,
        };
        if !matches!(asked, Command::Chunk(..)) {
            self.wait(waiting);
        }
        if !matches!(asked, Command::Reset | Command::Idle) {
            self.transaction();
        }
        match asked {
            Command::Hello(name) => self.hello(name, visitor),
            Command::Mail(sender) => {
                let id = self.id();
                let slot = &mut self.transaction().mail_from;
                if slot.is_some() {
                    visitor.anomaly("duplicate_fields", ToServer, id);
                } else {
                    *slot = Some(sender.to_vec());
                }
            }
            Command::Recipient(recipient) => {
                let recipients = &mut self.transaction().rcpt_to;
                if recipients.len() < SMTP_RECIPIENTS_MAX {
                    recipients.push(recipient.to_vec());
                }
            }
            Command::Data => self.phase = Phase::Asked,
            Command::Chunk(None, _) => {
                self.wait(Waiting::Other);
                visitor.anomaly("unparsable_content", ToServer, self.id());
            }
            Command::Chunk(Some(length), is_last) => {
                self.begin_message();
                self.phase = Phase::Chunk(*length, *is_last);
                if *length == 0 {
                    self.chunk_ends(*is_last, visitor);
                }
            }
            Command::Reset => self.reset(visitor),
            Command::StartTls | Command::Auth | Command::Idle | Command::Other => {}
        }
    }

    fn hello(&mut self, name: &[u8], visitor: &mut dyn Visitor) {
        if !self.helo.is_empty() {
            visitor.anomaly("duplicate_fields", ToServer, self.id());
        }
        self.reset(visitor);
        self.helo = name.to_vec();
        self.transaction().helo = name.to_vec();
    }

    /// What was begun is given up (RFC 5321, 4.1.1.5).
    fn reset(&mut self, visitor: &mut dyn Visitor) {
        self.message_ends(false, visitor);
        let has_begun = self.transaction.as_ref().is_some_and(|transaction| {
            transaction.mail_from.is_some() || !transaction.rcpt_to.is_empty()
        });
        if has_begun {
            self.transaction_ends(visitor);
        }
    }

    fn wait(&mut self, waiting: Waiting) {
        if self.waiting.len() >= TEXT_COMMANDS_WAITING_MAX {
            self.waiting.clear();
            self.is_torn = true;
        }
        self.waiting.push_back(waiting);
    }

    /// The open transaction, begun if need be.
    fn transaction(&mut self) -> &mut SmtpTransaction {
        let (next, helo) = (&mut self.next_transaction, &self.helo);
        self.transaction.get_or_insert_with(|| {
            let id = *next;
            *next = id.saturating_add(1);
            SmtpTransaction {
                id,
                helo: helo.clone(),
                ..SmtpTransaction::default()
            }
        })
    }

    fn transaction_ends(&mut self, visitor: &mut dyn Visitor) {
        if let Some(transaction) = self.transaction.take() {
            visitor.side_complete(&transaction, ToServer);
            visitor.transaction_complete(&transaction);
        }
    }

    /// The message is with the server: the transaction ends with its answer.
    fn message_sent(&mut self, visitor: &mut dyn Visitor) {
        self.wait(Waiting::Message);
        self.message_ends(true, visitor);
        if let Some(transaction) = self.transaction.take() {
            visitor.side_complete(&transaction, ToServer);
            self.sent.push_back(transaction);
        }
        let more = self.sent.len().saturating_sub(SMTP_UNANSWERED_MAX);
        self.answered(more, visitor);
    }

    /// So many of the messages that were sent have their answer, or get none.
    fn answered(&mut self, messages: usize, visitor: &mut dyn Visitor) {
        let messages = messages.min(self.sent.len());
        for transaction in self.sent.drain(..messages) {
            visitor.transaction_complete(&transaction);
        }
    }

    fn begin_message(&mut self) {
        if self.message.is_none() {
            self.message = Some(Message::default());
            self.last_end = End::None;
            self.transaction().email.get_or_insert_default();
        }
    }

    fn data_line(&mut self, piece: &Piece<'_>, visitor: &mut dyn Visitor) {
        let unstuffed = piece.text.strip_prefix(b".").filter(|_| piece.begins);
        let Some(rest) = unstuffed else {
            self.last_end = piece.end;
            return self.message_piece(piece, visitor);
        };
        if rest.is_empty() && piece.ends() {
            if (self.last_end, piece.end) != (piece.end, End::CrLf) && self.last_end != End::None {
                // Servers do not agree whether the message ends here.
                visitor.anomaly("ambiguous_data_end", ToServer, self.id());
            }
            self.phase = Phase::Commands;
            return self.message_sent(visitor);
        }
        self.last_end = piece.end;
        let piece = Piece {
            text: Cow::Borrowed(rest),
            ..piece.clone()
        };
        self.message_piece(&piece, visitor);
    }

    fn in_chunk<'a>(
        &mut self,
        left: u64,
        is_last: bool,
        bytes: &'a [u8],
        visitor: &mut dyn Visitor,
    ) -> &'a [u8] {
        let taken = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let (mut now, rest) = bytes.split_at_checked(taken).unwrap_or((bytes, b""));
        while let Some(piece) = self.chunks.next(&mut now) {
            self.message_piece(&piece, visitor);
        }
        let left = left.saturating_sub(taken as u64);
        self.phase = Phase::Chunk(left, is_last);
        if left == 0 {
            self.chunk_ends(is_last, visitor);
        }
        rest
    }

    fn chunk_ends(&mut self, is_last: bool, visitor: &mut dyn Visitor) {
        self.phase = Phase::Commands;
        if is_last {
            if let Some(piece) = self.chunks.take_rest() {
                self.message_piece(&piece, visitor);
            }
            self.message_sent(visitor);
        } else {
            self.wait(Waiting::Other);
        }
    }

    fn message_piece(&mut self, piece: &Piece<'_>, visitor: &mut dyn Visitor) {
        self.with_message(visitor, |message, tell| message.piece(piece, tell));
    }

    fn message_gap(&mut self, missing: u64, visitor: &mut dyn Visitor) {
        self.with_message(visitor, |message, tell| message.gap(missing, tell));
    }

    fn message_ends(&mut self, complete: bool, visitor: &mut dyn Visitor) {
        self.with_message(visitor, |message, tell| message.finish(complete, tell));
        self.message = None;
        self.chunks.clear();
        self.attachments.end(visitor);
    }

    /// Does something with the open message, and takes down what it tells.
    fn with_message(
        &mut self,
        visitor: &mut dyn Visitor,
        act: impl FnOnce(&mut Message, &mut dyn FnMut(Told<'_>)),
    ) {
        let (Some(message), Some(transaction)) = (&mut self.message, &mut self.transaction) else {
            return;
        };
        let attachments = &mut self.attachments;
        let id = transaction.id;
        let email = transaction.email.get_or_insert_default();
        act(message, &mut |told| {
            attachments.take(told, email, (id, ToServer), visitor);
        });
        email.status = message.status();
    }

    fn server_line(&mut self, piece: &Piece<'_>, rest: &[u8], visitor: &mut dyn Visitor) {
        if !piece.begins {
            return;
        }
        let line = piece.bytes();
        visitor.frame(&Frame::whole("response_line", ToClient, &line));
        if !piece.ends() {
            visitor.anomaly("truncated_line", ToClient, self.id());
        }
        match reply(&piece.text) {
            Some(Reply { goes_on: true, .. }) => self.server_spoke = true,
            Some(Reply { code, .. }) => {
                self.server_spoke = true;
                self.reply(code, rest, visitor);
            }
            None if piece.text.is_empty() => {}
            None => visitor.anomaly("invalid_reply", ToClient, self.id()),
        }
    }

    fn reply(&mut self, code: u16, rest: &[u8], visitor: &mut dyn Visitor) {
        if !std::mem::replace(&mut self.welcomed, true) {
            let is_welcome = matches!(code, 220 | 421 | 554);
            if !is_welcome && self.waiting.is_empty() && !self.is_torn {
                visitor.anomaly("no_server_welcome_message", ToClient, self.id());
            }
            if is_welcome || self.waiting.is_empty() {
                return;
            }
        }
        match (self.waiting.pop_front(), code) {
            (None, _) if self.is_torn => {
                // The answer to a message whose end was missed.
                if self.phase == Phase::Data {
                    self.phase = Phase::Commands;
                    self.message_ends(false, visitor);
                    self.transaction_ends(visitor);
                }
            }
            (None, 421) | (Some(Waiting::Other), _) => {}
            (Some(Waiting::Message), _) => self.answered(1, visitor),
            (None, _) => {
                visitor.anomaly("unable_to_match_reply_with_request", ToClient, self.id());
            }
            (Some(Waiting::StartTls), 220) => {
                self.over = true;
                visitor.change_protocol(Some("tls"), ToClient, rest);
            }
            (Some(Waiting::StartTls), _) => visitor.anomaly("tls_rejected", ToClient, self.id()),
            (Some(Waiting::Auth), 334) if self.phase == Phase::Commands => {
                self.phase = Phase::Credentials;
            }
            (Some(Waiting::Auth), _) => {}
            // No refusal, but the answer to a command that was missed.
            (Some(Waiting::Data), 200..=299) if self.is_torn => {
                self.waiting.push_front(Waiting::Data);
            }
            (Some(Waiting::Data), 354) => {
                if self.phase == Phase::Asked {
                    self.begin_message();
                    self.phase = Phase::Data;
                }
            }
            (Some(Waiting::Data), _) => {
                visitor.anomaly("data_command_rejected", ToClient, self.id());
                if matches!(self.phase, Phase::Asked | Phase::Data) {
                    self.phase = Phase::Commands;
                    self.message_ends(false, visitor);
                }
            }
        }
    }
}
