//! Streams to transactions: one for each command with its answers.

use super::parser::{
    Command, Reply, command, extended_host_and_port, extended_passive_port, host_and_port, reply,
};
use crate::frame::Frame;
use crate::limits::{
    FTP_COMMANDS_WAITING_MAX, FTP_REPLIES_MAX, FTP_REPLY_BYTES_MAX, TEXT_LINE_BYTES_MAX,
};
use crate::lines::{Both, Lines, Piece};
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::{Direction, Expected, Parser, Visitor};
use std::collections::VecDeque;
use std::net::IpAddr;

/// A command with its answers; either may be missing.
#[derive(Debug, Default)]
pub struct FtpTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// What was asked; None for the greeting and other things that a server says unasked.
    pub command: Option<Command>,
    /// Lines of the answers.
    pub replies: Vec<Reply>,
    reply_bytes: usize,
    /// The command was longer than is held.
    pub command_truncated: bool,
    /// Answers were longer or more than are held.
    pub reply_truncated: bool,
    /// The last answer came.
    pub is_done: bool,
    /// Port at which a connection for data is awaited.
    pub dynamic_port: Option<u16>,
    /// The client wants the data sent to somebody else.
    pub is_bounce: bool,
    told: [bool; 2],
}

impl FtpTransaction {
    /// Which side opens the connection for data.
    pub fn mode(&self) -> Option<&'static str> {
        match self.command.as_ref()?.name.as_slice() {
            b"PORT" | b"EPRT" => Some("active"),
            b"PASV" | b"EPSV" => Some("passive"),
            _ => None,
        }
    }

    fn is_passive(&self) -> bool {
        self.mode() == Some("passive")
    }

    fn add(&mut self, reply: Reply) {
        let bytes = self.reply_bytes.saturating_add(reply.text.len());
        if self.replies.len() < FTP_REPLIES_MAX && bytes <= FTP_REPLY_BYTES_MAX {
            self.reply_bytes = bytes;
            self.replies.push(reply);
        } else {
            self.reply_truncated = true;
        }
    }

    fn tell(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        let slot = match direction {
            ToServer => self.told.first_mut(),
            ToClient => self.told.last_mut(),
        };
        if slot.is_some_and(|slot| !std::mem::replace(slot, true)) {
            visitor.side_complete(self, direction);
        }
    }

    fn end(mut self, visitor: &mut dyn Visitor) {
        if self.command.is_some() {
            self.tell(ToServer, visitor);
        }
        if !self.replies.is_empty() {
            self.tell(ToClient, visitor);
        }
        visitor.transaction_complete(&self);
    }
}

/// One conversation.
#[derive(Debug)]
pub struct Ftp {
    lines: Both<Lines>,
    /// Commands that wait for their answers.
    open: VecDeque<FtpTransaction>,
    next: u64,
    /// An answer of several lines: its code.
    multiline: Option<u16>,
    /// The greeting came, or something else in its place.
    greeted: bool,
    /// Where the next connection for data goes, and which way it is opened.
    data_port: Option<(Direction, u16)>,
    client: Option<IpAddr>,
    /// The server says nothing more.
    is_silent: bool,
    over: bool,
}

impl Default for Ftp {
    fn default() -> Self {
        Self {
            lines: Both {
                to_server: Lines::new(TEXT_LINE_BYTES_MAX),
                to_client: Lines::new(TEXT_LINE_BYTES_MAX),
            },
            open: VecDeque::new(),
            next: 0,
            multiline: None,
            greeted: false,
            data_port: None,
            client: None,
            is_silent: false,
            over: false,
        }
    }
}

impl Parser for Ftp {
    fn between(&mut self, client: IpAddr, _: IpAddr) {
        self.client = Some(client);
    }

    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut rest = bytes;
        while !self.over
            && let Some(piece) = self.lines.of(direction).next(&mut rest)
        {
            // The rest of a line that was too long is let go.
            if piece.begins {
                match direction {
                    ToServer => self.asked(&piece, visitor),
                    ToClient => self.answered(&piece, rest, visitor),
                }
            }
        }
    }

    fn gap(&mut self, direction: Direction, _: u64, visitor: &mut dyn Visitor) {
        self.lines.of(direction).clear();
        self.multiline = None;
        // Which answer belongs to which command is not known any more.
        while let Some(transaction) = self.open.pop_front() {
            transaction.end(visitor);
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        if !self.over
            && let Some(piece) = self.lines.of(direction).take_rest()
            && piece.begins
        {
            match direction {
                ToServer => self.asked(&piece, visitor),
                ToClient => self.answered(&piece, b"", visitor),
            }
        }
        self.is_silent |= direction == ToClient;
        if self.is_silent {
            while let Some(transaction) = self.open.pop_front() {
                transaction.end(visitor);
            }
        }
    }

    fn is_done(&self) -> bool {
        self.over
    }
}

impl Ftp {
    fn begin(&mut self) -> FtpTransaction {
        let id = self.next;
        self.next = id.saturating_add(1);
        FtpTransaction {
            id,
            ..FtpTransaction::default()
        }
    }

    /// A line of the client.
    fn asked(&mut self, piece: &Piece<'_>, visitor: &mut dyn Visitor) {
        let Some(command) = command(&piece.text) else {
            return;
        };
        let mut transaction = self.begin();
        let line = piece.bytes();
        visitor
            .frame(&Frame::whole("command_line", ToServer, &line).in_transaction(transaction.id));
        let is_torn = piece.text.len() >= TEXT_LINE_BYTES_MAX && !piece.ends();
        transaction.command_truncated = is_torn;
        if is_torn {
            visitor.anomaly("request_command_too_long", ToServer, Some(transaction.id));
        }
        let wanted = match command.name.as_slice() {
            b"PORT" => host_and_port(&command.data),
            b"EPRT" => extended_host_and_port(&command.data),
            _ => None,
        };
        if let Some((address, port)) = wanted {
            transaction.dynamic_port = Some(port);
            transaction.is_bounce = self.client.is_some_and(|client| client != address);
            self.data_port = Some((ToClient, port));
        }
        self.expect(&command, visitor);
        transaction.command = Some(command);
        // The port of passive connections is known with the answer.
        if !transaction.is_passive() {
            transaction.tell(ToServer, visitor);
        }
        self.open.push_back(transaction);
        if self.open.len() > FTP_COMMANDS_WAITING_MAX
            && let Some(oldest) = self.open.pop_front()
        {
            visitor.anomaly("too_many_transactions", ToServer, Some(oldest.id));
            oldest.end(visitor);
        }
    }

    /// Announces the connection that a transfer will use.
    fn expect(&mut self, command: &Command, visitor: &mut dyn Visitor) {
        let moves = matches!(
            command.name.as_slice(),
            b"RETR" | b"STOR" | b"STOU" | b"APPE" | b"LIST" | b"NLST" | b"MLSD"
        );
        let Some((opened, port)) = self.data_port.filter(|_| moves) else {
            return;
        };
        let mut note = command.name.clone();
        note.push(b' ');
        note.extend_from_slice(&command.data);
        visitor.expect(&Expected {
            protocol: "ftp-data",
            opened,
            port,
            note: &note,
        });
        // A client's own port stands for further transfers too (RFC 959, 5.1.1).
        if opened == ToServer {
            self.data_port = None;
        }
    }

    /// A line of the server.
    fn answered(&mut self, piece: &Piece<'_>, rest: &[u8], visitor: &mut dyn Visitor) {
        let line = piece.bytes();
        visitor.frame(&Frame::whole("response_line", ToClient, &line));
        let reply = reply(&piece.text);
        if self.open.is_empty() && reply.code.is_none() && reply.text.is_empty() {
            return;
        }
        // A client need not wait for the greeting, which answers none of its commands.
        let greets = !std::mem::replace(&mut self.greeted, true)
            && matches!(reply.code, Some(120 | 220 | 421));
        if greets || self.open.is_empty() {
            let unasked = self.begin();
            self.open.push_front(unasked);
        }
        let id = self.open.front().map_or(self.next, |front| front.id);
        if piece.text.len() >= TEXT_LINE_BYTES_MAX && !piece.ends() {
            visitor.anomaly("response_command_too_long", ToClient, Some(id));
            if let Some(front) = self.open.front_mut() {
                front.reply_truncated = true;
            }
        }
        let code = reply.code;
        let ends = match (self.multiline, code) {
            (Some(first), Some(code)) => first == code && !reply.goes_on,
            (Some(_), None) => false,
            (None, Some(code)) if reply.goes_on => {
                self.multiline = Some(code);
                false
            }
            (None, _) => true,
        };
        if let Some(front) = self.open.front_mut() {
            if ends {
                note_passive_port(front, &reply, &mut self.data_port);
            }
            front.add(reply);
        }
        if !ends {
            return;
        }
        self.multiline = None;
        // What is only preliminary is followed by another answer (RFC 959, 4.2.1).
        if matches!(code, Some(100..=199)) {
            return;
        }
        let Some(mut transaction) = self.open.pop_front() else {
            return;
        };
        transaction.is_done = true;
        let changes = code == Some(234)
            && transaction
                .command
                .as_ref()
                .is_some_and(|command| command.name.starts_with(b"AUTH"));
        transaction.end(visitor);
        if changes {
            self.over = true;
            visitor.change_protocol(Some("tls"), ToClient, rest);
        }
    }
}

/// The port that a server opened for data.
fn note_passive_port(
    transaction: &mut FtpTransaction,
    reply: &Reply,
    data_port: &mut Option<(Direction, u16)>,
) {
    let name = transaction
        .command
        .as_ref()
        .map(|command| command.name.as_slice());
    let port = match (name, reply.code) {
        (Some(b"PASV"), Some(227)) => host_and_port(&reply.text).map(|(_, port)| port),
        (Some(b"EPSV"), Some(229)) => extended_passive_port(&reply.text),
        _ => None,
    };
    if let Some(port) = port {
        transaction.dynamic_port = Some(port);
        *data_port = Some((ToServer, port));
    }
}
