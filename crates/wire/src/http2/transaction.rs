//! A stream, or one frame of the connection itself.

use super::hpack::Field;
use crate::http::body::Body;
use crate::http::parser::host_and_port;
use crate::http::uri;
use crate::limits::HTTP2_FRAMES_KEPT_MAX;
use crate::protocol::Direction;
use crate::text::{decimal, trim};

/// What of a transaction rules look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All of a side.
    #[default]
    Whole,
    /// What came after the side had been told: further frames, the rest of a body.
    Late,
}

/// What frames said in numbers.
#[derive(Debug, Default)]
pub struct Numbers {
    /// Types of frames.
    pub kinds: Vec<u8>,
    /// Weights of PRIORITY and HEADERS.
    pub priorities: Vec<u8>,
    /// Increments of WINDOW_UPDATE.
    pub windows: Vec<u32>,
    /// Codes of RST_STREAM and GOAWAY.
    pub errors: Vec<u32>,
    /// Changes of the dynamic table's size.
    pub sizes: Vec<u64>,
    /// Names and values of SETTINGS.
    pub settings: Vec<(u16, u32)>,
}

/// One thing that a frame said.
#[derive(Clone, Copy, Debug)]
pub enum Said {
    /// Its type.
    Kind(u8),
    /// A weight.
    Priority(u8),
    /// A window's increment.
    Window(u32),
    /// An error code.
    Error(u32),
    /// A table's size.
    Size(u64),
    /// A setting.
    Setting(u16, u32),
}

impl Numbers {
    fn add(&mut self, said: Said) {
        match said {
            Said::Kind(value) => keep(&mut self.kinds, value),
            Said::Priority(value) => keep(&mut self.priorities, value),
            Said::Window(value) => keep(&mut self.windows, value),
            Said::Error(value) => keep(&mut self.errors, value),
            Said::Size(value) => keep(&mut self.sizes, value),
            Said::Setting(name, value) => keep(&mut self.settings, (name, value)),
        }
    }
}

fn keep<T>(list: &mut Vec<T>, value: T) {
    if list.len() < HTTP2_FRAMES_KEPT_MAX {
        list.push(value);
    }
}

/// One side of a stream.
#[derive(Default)]
pub struct Message {
    /// Header fields, trailers at the end.
    pub fields: Vec<Field>,
    /// All numbers.
    pub numbers: Numbers,
    /// Numbers that came after rules had been told.
    pub late: Numbers,
    /// Body.
    pub body: Body,
    /// The first header block is complete.
    pub headers_done: bool,
    /// Rules have been told.
    pub told: bool,
    /// The body went on after that.
    pub late_body: bool,
    /// Nothing more comes.
    pub ended: bool,
}

impl Message {
    /// Takes down what a frame said.
    pub fn note(&mut self, said: Said) {
        if self.told {
            self.late.add(said);
        }
        self.numbers.add(said);
    }

    /// Whether anything was seen of it.
    pub const fn is_seen(&self) -> bool {
        self.headers_done || !self.numbers.kinds.is_empty()
    }

    /// The first value of a field; the name in lower case.
    pub fn value(&self, name: &[u8]) -> Option<&[u8]> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value.as_slice())
    }

    /// All values of a field.
    pub fn values(&self, name: &[u8]) -> impl Iterator<Item = &[u8]> {
        self.fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value.as_slice())
    }

    fn held_bytes(&self) -> usize {
        self.fields
            .iter()
            .map(|field| field.name.len().saturating_add(field.value.len()))
            .fold(self.body.held_bytes(), usize::saturating_add)
    }
}

/// A stream, or a frame of the connection.
#[derive(Default)]
pub struct Http2Transaction {
    /// Number in the conversation.
    pub id: u64,
    /// Number of the stream; 0 for a frame of the connection.
    pub stream: u32,
    /// What the client says.
    pub request: Message,
    /// What the server says.
    pub response: Message,
    /// What rules look at now.
    pub part: Part,
    /// Which side began it.
    pub begun_by_server: bool,
    /// The path in its normal form.
    pub normal_uri: Vec<u8>,
    /// Host in lower case, without port and user.
    pub host: Vec<u8>,
    /// Port beside the host.
    pub port: Option<u16>,
    /// It asks a question of DNS.
    pub carries_dns: bool,
}

impl Http2Transaction {
    /// One side.
    pub const fn side(&self, direction: Direction) -> &Message {
        match direction {
            Direction::ToServer => &self.request,
            Direction::ToClient => &self.response,
        }
    }

    /// One side.
    pub const fn side_mut(&mut self, direction: Direction) -> &mut Message {
        match direction {
            Direction::ToServer => &mut self.request,
            Direction::ToClient => &mut self.response,
        }
    }

    /// The answer's status, if it is a number.
    pub fn status(&self) -> Option<u16> {
        decimal(self.response.value(b":status")?).and_then(|code| u16::try_from(code).ok())
    }

    /// Bytes held.
    pub fn held_bytes(&self) -> usize {
        self.request
            .held_bytes()
            .saturating_add(self.response.held_bytes())
            .saturating_add(self.normal_uri.len())
    }

    /// The request's fields are complete: its address in normal form; names of what is odd in it.
    pub fn request_read(&mut self, report: &mut dyn FnMut(&'static str)) {
        let request = &self.request;
        let path = request.value(b":path").unwrap_or_default();
        let is_authority = request.value(b":method") == Some(b"CONNECT") && path.is_empty();
        self.normal_uri = uri::normalised(&uri::parts(path, is_authority), path, is_authority);
        let authority = request.value(b":authority");
        let host = request.value(b"host");
        if let Some(named) = authority.or(host) {
            let (plain, port) = host_and_port(without_user(named));
            self.host = normal_host(plain);
            self.port = port
                .and_then(|port| decimal(trim(port)))
                .and_then(|port| u16::try_from(port).ok());
        }
        if authority.is_some_and(|authority| authority.contains(&b'@')) {
            report("userinfo_in_uri");
        }
        if let (Some(authority), Some(host)) = (authority, host)
            && !without_user(authority).eq_ignore_ascii_case(trim(host))
        {
            report("authority_host_mismatch");
        }
    }
}

fn without_user(authority: &[u8]) -> &[u8] {
    authority
        .iter()
        .rposition(|byte| *byte == b'@')
        .and_then(|at| authority.get(at.saturating_add(1)..))
        .unwrap_or(authority)
}

fn normal_host(host: &[u8]) -> Vec<u8> {
    let host = trim(host).to_ascii_lowercase();
    host.strip_suffix(b".").map(<[u8]>::to_vec).unwrap_or(host)
}
