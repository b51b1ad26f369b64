//! A request with its answer.

use super::body::{Body, Files};
use super::coding::choose;
use super::multipart::Multipart;
use super::oddities;
use super::parser::{
    Headers, Oddities, Reading, content_length, host_and_port, parameter, request_line,
    status_line, strip_line_end,
};
use super::state::Next;
use super::uri;
use crate::http2::upgrade;
use crate::protocol::Direction;
use crate::text::{contains_ignoring_case, decimal, trim};

/// One side of a transaction.
#[derive(Default)]
pub struct Message {
    /// First line and headers as they came, with all line ends.
    pub head: Vec<u8>,
    /// Bytes of the first line with its line end.
    pub line_bytes: usize,
    /// Headers, once all are read.
    pub headers: Headers,
    /// Body.
    pub body: Body,
    /// The headers are complete.
    pub headers_done: bool,
    /// Rules have been told.
    pub told: bool,
    /// Nothing more comes.
    pub done: bool,
}

impl Message {
    /// The first line without its end.
    pub fn line(&self) -> &[u8] {
        strip_line_end(self.head.get(..self.line_bytes).unwrap_or(&self.head))
    }

    /// The first line with all that stands before and behind it.
    pub fn raw_line(&self) -> &[u8] {
        self.head.get(..self.line_bytes).unwrap_or(&self.head)
    }

    /// The headers as they came, with the empty line.
    pub fn raw_headers(&self) -> &[u8] {
        self.head.get(self.line_bytes..).unwrap_or_default()
    }

    fn held_bytes(&self) -> usize {
        self.head
            .len()
            .saturating_add(self.headers.held_bytes())
            .saturating_add(self.body.held_bytes())
    }
}

/// How long a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// There is none.
    None,
    /// So many bytes.
    Known(u64),
    /// In chunks.
    Chunked,
    /// Until the connection ends.
    Open,
}

/// A request with its answer, as far as seen.
#[derive(Default)]
pub struct HttpTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// The request, if it was seen.
    pub request: Option<Message>,
    /// The answer, if it was seen.
    pub response: Option<Message>,
    /// The URI in its normal form.
    pub normal_uri: Vec<u8>,
    /// The path in its normal form, the name of a file without another.
    pub normal_path: Vec<u8>,
    /// Host in lower case, without port.
    pub host: Vec<u8>,
    /// Port beside the host.
    pub port: Option<u16>,
    /// The answer's status, if it is a number.
    pub status: Option<u16>,
}

impl HttpTransaction {
    /// One side, if seen.
    pub const fn side(&self, direction: Direction) -> Option<&Message> {
        match direction {
            Direction::ToServer => self.request.as_ref(),
            Direction::ToClient => self.response.as_ref(),
        }
    }

    /// One side, begun if need be.
    pub fn side_mut(&mut self, direction: Direction) -> &mut Message {
        match direction {
            Direction::ToServer => self.request.get_or_insert_default(),
            Direction::ToClient => self.response.get_or_insert_default(),
        }
    }

    /// The request's method; empty where no request was seen.
    pub fn method(&self) -> &[u8] {
        self.request
            .as_ref()
            .map(|request| request_line(request.line()).method)
            .unwrap_or_default()
    }

    /// Whether the request asks for a tunnel.
    pub fn is_connect(&self) -> bool {
        self.method() == b"CONNECT"
    }

    /// Whether the answer says that another protocol follows, as was asked.
    pub fn switches_protocol(&self) -> bool {
        self.status == Some(101)
            && self
                .request
                .as_ref()
                .is_none_or(|request| request.headers.value(b"Upgrade").is_some())
    }

    /// The protocol switched to, where it is one that we read.
    pub(super) fn next_protocol(&self) -> Option<Next> {
        let upgrade = [&self.response, &self.request]
            .into_iter()
            .flatten()
            .find_map(|message| message.headers.value(b"Upgrade"))?;
        if contains_ignoring_case(upgrade, b"websocket") {
            return Some(Next::WebSocket);
        }
        if !contains_ignoring_case(upgrade, b"h2c") {
            return None;
        }
        let Some(request) = &self.request else {
            return Some(Next::Http2(Vec::new()));
        };
        let line = request_line(request.line());
        let start: [(&[u8], &[u8]); 3] = [
            (b":method", line.method),
            (b":scheme", b"http"),
            (b":path", line.uri),
        ];
        let fields = request.headers.iter().map(|(name, value)| {
            let is_host = name.eq_ignore_ascii_case(b"host");
            (if is_host { b":authority" } else { name }, value)
        });
        let of_stream = |(name, _): &(&[u8], &[u8])| {
            !name.eq_ignore_ascii_case(b"upgrade") && !name.eq_ignore_ascii_case(b"connection")
        };
        let fields = start.into_iter().chain(fields.filter(of_stream));
        Some(Next::Http2(upgrade::first_frames(fields)))
    }

    /// Bytes held.
    pub fn held_bytes(&self) -> usize {
        let sides = [&self.request, &self.response];
        sides
            .into_iter()
            .flatten()
            .map(Message::held_bytes)
            .fold(self.normal_uri.len(), usize::saturating_add)
    }

    /// The request's first line is complete.
    pub fn request_line_read(&mut self) {
        let Some(request) = &self.request else {
            return;
        };
        let line = request_line(request.line());
        let is_connect = line.method == b"CONNECT";
        let parts = uri::parts(line.uri, is_connect);
        self.normal_uri = uri::normalised(&parts, line.uri, is_connect);
        self.normal_path = uri::normal_path(parts.path);
        if self.normal_path.is_empty() {
            self.normal_path.push(b'/');
        }
        if let Some(host) = parts.host {
            self.host = normal_host(host);
            self.port = port_number(parts.port);
        }
    }

    /// The answer's first line is complete.
    pub fn status_line_read(&mut self) {
        if let Some(response) = &mut self.response {
            // Browsers end the line at a bare CR too.
            let bare = response
                .head
                .windows(2)
                .position(|pair| matches!(pair, [b'\r', next] if !matches!(next, b'\r' | b'\n')));
            if let Some(at) = bare {
                response.line_bytes = response.line_bytes.min(at.saturating_add(1));
            }
        }
        if let Some(response) = &self.response
            && let Some(line) = status_line(response.line())
        {
            self.status = decimal(line.code).and_then(|code| u16::try_from(code).ok());
        }
    }

    /// The request's headers are complete: its host, how long its body is, and what it holds.
    pub fn request_headers_read(&mut self, report: &mut dyn FnMut(&'static str)) -> Length {
        let line_is_old = self.protocol_is_old();
        let post = matches!(self.method(), b"POST" | b"PUT");
        let Some(request) = &mut self.request else {
            return Length::None;
        };
        let mut odd = Oddities::default();
        request.headers = Headers::parse(
            request.head.get(request.line_bytes..).unwrap_or_default(),
            Reading::Request,
            &mut odd,
        );
        request.headers_done = true;
        oddities::report(&odd, &oddities::REQUEST, report);
        oddities::in_request_line(request.raw_line(), report);
        let headers = &request.headers;
        match headers.value(b"Host") {
            Some(value) => {
                let (host, port) = host_and_port(value);
                if self.host.is_empty() {
                    // The dot of the root is part of what was said here, and rules look for it.
                    self.host = trim(host).to_ascii_lowercase();
                    self.port = port_number(port);
                } else if normal_host(&self.host) != normal_host(host) {
                    report("host_header_ambiguous");
                }
                oddities::in_host(host, port, report);
            }
            None if !line_is_old => report("missing_host_header"),
            None => {}
        }
        if let Some(value) = headers.value(b"Authorization")
            && !is_known_authorization(value)
        {
            report("request_auth_unrecognized");
        }
        let length = request_length(headers, report);
        if post && length != Length::None {
            request.body.files = match headers
                .value(b"Content-Type")
                .and_then(Multipart::from_content_type)
            {
                Some(form) => Files::Form(Box::new(form)),
                None => Files::Whole(self.normal_path.clone()),
            };
        }
        if let Some(coding) = request.headers.value(b"Content-Encoding") {
            request.body.decoder = choose(coding).decoder;
        }
        request.body.announced = known(length);
        length
    }

    fn protocol_is_old(&self) -> bool {
        self.request.as_ref().is_none_or(|request| {
            request_line(request.line())
                .protocol
                .is_none_or(|protocol| protocol.ends_with(b"/1.0"))
        })
    }

    /// The answer's headers are complete.
    pub fn response_headers_read(&mut self, report: &mut dyn FnMut(&'static str)) -> Length {
        let bodiless = self.method() == b"HEAD"
            || self.status == Some(304)
            || self.switches_protocol()
            || (self.is_connect() && self.status.is_some_and(|status| status / 100 == 2));
        // These have no body, but clients read one that is announced.
        let body_unusual = matches!(self.status, Some(100..=199 | 204));
        let fallback_name = if self.request.is_some() {
            self.normal_path.clone()
        } else {
            Vec::new()
        };
        let Some(response) = &mut self.response else {
            return Length::None;
        };
        let mut odd = Oddities::default();
        response.headers = Headers::parse(
            response.head.get(response.line_bytes..).unwrap_or_default(),
            Reading::Answer,
            &mut odd,
        );
        response.headers_done = true;
        oddities::report(&odd, &oddities::RESPONSE, report);
        oddities::in_answer(response, report);
        let headers = &response.headers;
        let length = match response_length(headers, report) {
            _ if bodiless => Length::None,
            Length::Open if body_unusual => Length::None,
            length => length,
        };
        let name = headers
            .value(b"Content-Disposition")
            .and_then(|value| parameter(value, b"filename"));
        response.body.files = Files::Whole(name.map_or(fallback_name, <[u8]>::to_vec));
        if let Some(coding) = response.headers.value(b"Content-Encoding") {
            let choice = choose(coding);
            if choice.too_many {
                report("too_many_encoding_layers");
            }
            if choice.unknown {
                report("abnormal_ce_header");
            }
            response.body.decoder = choice.decoder;
        }
        response.body.announced = known(length);
        length
    }
}

const fn known(length: Length) -> Option<u64> {
    match length {
        Length::Known(length) => Some(length),
        _ => None,
    }
}

fn normal_host(host: &[u8]) -> Vec<u8> {
    let host = trim(host).to_ascii_lowercase();
    host.strip_suffix(b".").map(<[u8]>::to_vec).unwrap_or(host)
}

fn port_number(port: Option<&[u8]>) -> Option<u16> {
    u16::try_from(decimal(trim(port?))?).ok()
}

fn is_known_authorization(value: &[u8]) -> bool {
    [&b"basic"[..], b"digest", b"bearer", b"ntlm", b"negotiate"]
        .iter()
        .any(|scheme| crate::text::starts_with_ignoring_case(value, scheme))
}

fn request_length(headers: &Headers, report: &mut dyn FnMut(&'static str)) -> Length {
    if headers.is_repeated(b"Content-Length") {
        report("duplicate_content_length_field_in_request");
    }
    let chunked = match headers.value(b"Transfer-Encoding") {
        Some(value) if contains_ignoring_case(value, b"chunked") => true,
        Some(_) => {
            report("invalid_transfer_encoding_value_in_request");
            false
        }
        None => false,
    };
    if chunked {
        return Length::Chunked;
    }
    match headers.value(b"Content-Length") {
        None => Length::None,
        Some(value) => match content_length(value) {
            Some(0) => Length::None,
            Some(length) => Length::Known(length),
            None => {
                report("invalid_content_length_field_in_request");
                Length::None
            }
        },
    }
}

fn response_length(headers: &Headers, report: &mut dyn FnMut(&'static str)) -> Length {
    if headers.is_repeated(b"Content-Length") {
        report("duplicate_content_length_field_in_response");
    }
    if let Some(value) = headers.value(b"Transfer-Encoding") {
        if contains_ignoring_case(value, b"chunked") {
            if !trim(value).eq_ignore_ascii_case(b"chunked") {
                report("response_abnormal_transfer_encoding");
            }
            return Length::Chunked;
        }
        report("invalid_transfer_encoding_value_in_response");
    }
    match headers.value(b"Content-Length") {
        None => Length::Open,
        Some(value) => match content_length(value) {
            Some(length) => Length::Known(length),
            None => {
                report("invalid_content_length_field_in_response");
                Length::Open
            }
        },
    }
}
