//! A session of SMB 3.0.2 (MS-SMB2) over a conversation, as a Windows client has it with a file server.

mod message;
mod ntlm;
pub(crate) mod rpc;

use crate::engine::Outbox;
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::world::{Host, MICROSECOND};
pub(crate) use message::{Access, Disposition};
use message::{Command, Message};

/// Most bytes that one read or write carries.
const TRANSFER: usize = 65_536;
/// More processing is required.
const MORE: u32 = 0xc000_0016;

/// A handle of an open file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File([u8; 16]);

/// A session with one tree connected at a time.
pub(crate) struct Smb {
    tcp: Tcp,
    random: Random,
    session: u64,
    tree: u32,
    number: u64,
    opened: u64,
}

impl Smb {
    /// Connects, agrees on the version and signs in as the client's user.
    pub(crate) fn open(
        out: &mut Outbox,
        random: &mut Random,
        client: &Host,
        server: &Host,
        now: i64,
    ) -> Self {
        let tcp = Tcp::open(out, random, &client.station, (&server.station, 445), now);
        let mut random = random.fork("smb", now as u64);
        let session = 0x0000_1000_0000_0001 | (random.next() & 0x0ffc) << 32;
        let mut smb = Self {
            tcp,
            random,
            session: 0,
            tree: 0,
            number: 0,
            opened: 0,
        };
        let request = message::negotiate_request(&smb.random.array());
        let hint = ntlm::hint();
        let response = message::negotiate_response(&smb.random.array(), smb.now(), &hint);
        smb.turn(out, Command::Negotiate, &request, &response, 0);
        let first = message::session_request(&ntlm::negotiate());
        let challenge = ntlm::challenge(server, smb.now(), &mut smb.random);
        let answer = message::session_response(&challenge);
        smb.session_turn(out, &first, &answer, session, MORE);
        let proof = message::session_request(&ntlm::authenticate(
            client,
            server,
            smb.now(),
            &mut smb.random,
        ));
        smb.session = session;
        smb.turn(
            out,
            Command::SessionSetup,
            &proof,
            &message::session_response(&ntlm::accepted()),
            0,
        );
        smb
    }

    /// The clock of the session.
    pub(crate) fn now(&self) -> i64 {
        self.tcp.now()
    }

    /// Lets time pass.
    pub(crate) fn pause(&mut self, out: &mut Outbox, nanos: i64) {
        self.tcp.pause(out, nanos);
    }

    /// Connects to a share of the server.
    pub(crate) fn connect(&mut self, out: &mut Outbox, server: &str, share: &str) {
        let pipe = share == "IPC$";
        let request = message::tree_request(&format!("\\\\{server}\\{share}"));
        self.tree = 0;
        let tree = 1 + self.random.below(30) as u32 * 4;
        let (mut question, mut answer) = self.pair(Command::TreeConnect, 0);
        question.body = request;
        answer.body = message::tree_response(pipe);
        answer.tree = tree;
        self.tree = tree;
        self.exchange(out, &question, &answer);
    }

    /// Opens or makes a file.
    pub(crate) fn create(
        &mut self,
        out: &mut Outbox,
        name: &str,
        access: Access,
        disposition: Disposition,
        length: usize,
    ) -> File {
        self.opened += 1;
        let mut handle = [0; 16];
        handle[..8].copy_from_slice(&(0x0000_0024_0000_0000 | self.opened << 2).to_le_bytes());
        handle[8..].copy_from_slice(&(0x0000_0024_0000_0000 | self.opened << 2 | 1).to_le_bytes());
        let request = message::create_request(name, access, disposition);
        let response = message::create_response(&handle, disposition, self.now(), length as u64);
        self.turn(out, Command::Create, &request, &response, 0);
        File(handle)
    }

    /// Asks for a file that does not exist.
    pub(crate) fn missing(&mut self, out: &mut Outbox, name: &str) {
        let request = message::create_request(name, Access::Read, Disposition::Open);
        self.turn(
            out,
            Command::Create,
            &request,
            &message::error(),
            0xc000_0034,
        );
    }

    /// Lists names in an open folder, then learns that there are no more.
    pub(crate) fn list(&mut self, out: &mut Outbox, folder: File, names: &[String]) {
        let request = message::directory_request(&folder.0);
        let response = message::directory_response(names, self.now());
        self.turn(out, Command::QueryDirectory, &request, &response, 0);
        self.turn(
            out,
            Command::QueryDirectory,
            &request,
            &message::error(),
            0x8000_0006,
        );
    }

    /// Reads the whole content, in pieces.
    pub(crate) fn read(&mut self, out: &mut Outbox, file: File, content: &[u8]) {
        for (number, piece) in content.chunks(TRANSFER).enumerate() {
            let offset = (number * TRANSFER) as u64;
            let request = message::read_request(&file.0, offset, piece.len() as u32);
            self.turn(
                out,
                Command::Read,
                &request,
                &message::read_response(piece),
                0,
            );
        }
    }

    /// Writes the whole content, in pieces.
    pub(crate) fn write(&mut self, out: &mut Outbox, file: File, content: &[u8]) {
        for (number, piece) in content.chunks(TRANSFER).enumerate() {
            let offset = (number * TRANSFER) as u64;
            let request = message::write_request(&file.0, offset, piece);
            self.turn(
                out,
                Command::Write,
                &request,
                &message::write_response(piece.len() as u32),
                0,
            );
        }
    }

    /// Gives an open file another name.
    pub(crate) fn rename(&mut self, out: &mut Outbox, file: File, name: &str) {
        let request = message::rename_request(&file.0, name);
        self.turn(out, Command::SetInfo, &request, &[2, 0], 0);
    }

    /// Calls through an open pipe.
    pub(crate) fn call(&mut self, out: &mut Outbox, pipe: File, request: &[u8], response: &[u8]) {
        let question = message::pipe_request(&pipe.0, request);
        let answer = message::pipe_response(&pipe.0, response);
        self.turn(out, Command::Ioctl, &question, &answer, 0);
    }

    /// Closes a file.
    pub(crate) fn release(&mut self, out: &mut Outbox, file: File) {
        let request = message::close_request(&file.0);
        self.turn(out, Command::Close, &request, &message::close_response(), 0);
    }

    /// Leaves the share, signs off and closes.
    pub(crate) fn close(mut self, out: &mut Outbox) -> i64 {
        self.turn(
            out,
            Command::TreeDisconnect,
            &[4, 0, 0, 0],
            &[4, 0, 0, 0],
            0,
        );
        self.tree = 0;
        self.turn(out, Command::Logoff, &[4, 0, 0, 0], &[4, 0, 0, 0], 0);
        self.tcp.close(out, Side::Client)
    }

    fn session_turn(
        &mut self,
        out: &mut Outbox,
        request: &[u8],
        response: &[u8],
        session: u64,
        status: u32,
    ) {
        let (mut question, mut answer) = self.pair(Command::SessionSetup, status);
        question.body = request.to_vec();
        answer.body = response.to_vec();
        answer.session = session;
        self.exchange(out, &question, &answer);
    }

    fn turn(
        &mut self,
        out: &mut Outbox,
        command: Command,
        request: &[u8],
        response: &[u8],
        status: u32,
    ) {
        let (mut question, mut answer) = self.pair(command, status);
        question.body = request.to_vec();
        answer.body = response.to_vec();
        self.exchange(out, &question, &answer);
    }

    fn pair(&mut self, command: Command, status: u32) -> (Message, Message) {
        let number = self.number;
        self.number += 1;
        let question = Message {
            command,
            status: 0,
            response: false,
            number,
            tree: self.tree,
            session: self.session,
            body: Vec::new(),
        };
        let answer = Message {
            status,
            response: true,
            ..question.clone()
        };
        (question, answer)
    }

    fn exchange(&mut self, out: &mut Outbox, question: &Message, answer: &Message) {
        self.tcp.client(out, &question.bytes());
        self.tcp.pause(
            out,
            self.random.between(40 * MICROSECOND, 400 * MICROSECOND),
        );
        self.tcp.server(out, &answer.bytes());
        self.tcp.pause(
            out,
            self.random.between(30 * MICROSECOND, 300 * MICROSECOND),
        );
    }
}
