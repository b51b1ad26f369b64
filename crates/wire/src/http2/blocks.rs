//! Header blocks, gathered from their frames, and what they mean for a stream.

use super::hpack::{Block, Field};
use super::parser::{self, Header, flag, kind};
use super::state::Http2;
use super::transaction::{Http2Transaction, Message, Said};
use crate::http::body::Files;
use crate::http::coding::choose;
use crate::http::multipart::Multipart;
use crate::http::parser::parameter;
use crate::limits::{HTTP2_BLOCK_BYTES_MAX, HTTP2_CONTINUATIONS_MAX, HTTP2_FIELDS_MAX};
use crate::protocol::{Direction, Visitor};
use crate::text::decimal;

/// A block on its way.
#[derive(Debug, Default)]
pub struct Pending {
    /// Stream on which it travels.
    carrier: u32,
    /// Stream that it describes.
    stream: u32,
    /// It is a request that the server promises to answer.
    promised: bool,
    end_stream: bool,
    bytes: Vec<u8>,
    continuations: u32,
    overflow: bool,
}

impl Http2 {
    /// A frame with a header block, or a part of one.
    pub(super) fn block_frame(
        &mut self,
        direction: Direction,
        header: Header,
        payload: &[u8],
        visitor: &mut dyn Visitor,
    ) {
        let pending = match header.kind {
            kind::CONTINUATION => self.continued(direction, header, payload, visitor),
            kind::PUSH_PROMISE => self.promised(direction, header, payload, visitor),
            _ => self.begun(direction, header, payload, visitor),
        };
        let Some(pending) = pending else {
            return;
        };
        if header.has(flag::END_HEADERS) {
            self.block_complete(direction, pending, visitor);
        } else {
            self.side(direction).block = Some(pending);
        }
    }

    fn begun(
        &mut self,
        direction: Direction,
        header: Header,
        payload: &[u8],
        visitor: &mut dyn Visitor,
    ) -> Option<Pending> {
        let read = parser::headers(header, payload).filter(|_| header.stream != 0);
        let Some((weight, fragment)) = read else {
            visitor.anomaly("invalid_frame_data", direction, None);
            return None;
        };
        self.open(direction, header.stream, visitor);
        self.note(direction, header.stream, Said::Kind(header.kind));
        if let Some(weight) = weight {
            self.note(direction, header.stream, Said::Priority(weight));
        }
        Some(Pending {
            carrier: header.stream,
            stream: header.stream,
            end_stream: header.has(flag::END_STREAM),
            bytes: fragment.to_vec(),
            ..Pending::default()
        })
    }

    fn promised(
        &mut self,
        direction: Direction,
        header: Header,
        payload: &[u8],
        visitor: &mut dyn Visitor,
    ) -> Option<Pending> {
        let read = parser::push_promise(header, payload)
            .filter(|(stream, _)| *stream != 0 && direction == Direction::ToClient);
        let Some((stream, fragment)) = read else {
            visitor.anomaly("invalid_frame_data", direction, None);
            return None;
        };
        self.note(direction, header.stream, Said::Kind(header.kind));
        self.open(Direction::ToServer, stream, visitor);
        Some(Pending {
            carrier: header.stream,
            stream,
            promised: true,
            end_stream: true,
            bytes: fragment.to_vec(),
            ..Pending::default()
        })
    }

    fn continued(
        &mut self,
        direction: Direction,
        header: Header,
        payload: &[u8],
        visitor: &mut dyn Visitor,
    ) -> Option<Pending> {
        let pending = self.side(direction).block.take();
        let Some(mut pending) = pending.filter(|pending| pending.carrier == header.stream) else {
            visitor.anomaly("invalid_frame_data", direction, None);
            return None;
        };
        self.note(direction, header.stream, Said::Kind(header.kind));
        pending.continuations = pending.continuations.saturating_add(1);
        if pending.continuations == HTTP2_CONTINUATIONS_MAX {
            visitor.anomaly("continuation_flood", direction, None);
        }
        let room = HTTP2_BLOCK_BYTES_MAX.saturating_sub(pending.bytes.len());
        if payload.len() > room && !pending.overflow {
            pending.overflow = true;
            visitor.anomaly("reassembly_limit_reached", direction, None);
        }
        pending
            .bytes
            .extend_from_slice(payload.get(..room).unwrap_or(payload));
        Some(pending)
    }

    fn block_complete(
        &mut self,
        direction: Direction,
        pending: Pending,
        visitor: &mut dyn Visitor,
    ) {
        let block = self.side(direction).decoder.decode(&pending.bytes);
        let way = if pending.promised {
            Direction::ToServer
        } else {
            direction
        };
        let Some(transaction) = self.streams.get_mut(&pending.stream) else {
            return;
        };
        let id = Some(transaction.id);
        if let Some(name) = block.wrong.filter(|_| !pending.overflow) {
            visitor.anomaly(name, direction, id);
        }
        if block.cut {
            visitor.anomaly("header_list_too_long", direction, id);
        }
        let mut names = Vec::new();
        let is_first = take_block(transaction, way, block, &mut |name| names.push(name));
        for name in names {
            visitor.anomaly(name, way, id);
        }
        if is_first {
            self.headers_done(way, pending.stream, visitor);
        }
        if pending.end_stream {
            self.side_ends(way, pending.stream, true, visitor);
        }
    }
}

/// Adds a block to its side; whether it was the one that begins a message.
fn take_block(
    transaction: &mut Http2Transaction,
    way: Direction,
    block: Block,
    report: &mut dyn FnMut(&'static str),
) -> bool {
    let message = transaction.side_mut(way);
    for size in block.size_updates {
        message.note(Said::Size(size));
    }
    if message.headers_done {
        let room = HTTP2_FIELDS_MAX.saturating_sub(message.fields.len());
        message.fields.extend(block.fields.into_iter().take(room));
        return false;
    }
    if way == Direction::ToClient && is_interim(&block.fields) {
        return false;
    }
    message.fields = block.fields;
    message.headers_done = true;
    match way {
        Direction::ToServer => {
            transaction.request_read(report);
            let form = transaction
                .request
                .value(b"content-type")
                .and_then(Multipart::from_content_type);
            let is_upload = matches!(
                transaction.request.value(b":method"),
                Some(b"POST" | b"PUT")
            );
            let files = match form {
                Some(form) => Files::Form(Box::new(form)),
                None if is_upload => Files::Whole(transaction.normal_uri.clone()),
                None => Files::None,
            };
            prepare_body(&mut transaction.request, files, report);
        }
        Direction::ToClient => {
            let name = transaction
                .response
                .value(b"content-disposition")
                .and_then(|value| parameter(value, b"filename"))
                .map_or_else(|| transaction.normal_uri.clone(), <[u8]>::to_vec);
            prepare_body(&mut transaction.response, Files::Whole(name), report);
        }
    }
    true
}

fn prepare_body(message: &mut Message, files: Files, report: &mut dyn FnMut(&'static str)) {
    let range = message.value(b"content-range");
    if range.is_some_and(|range| !is_range(range)) {
        report("invalid_range");
    }
    let coding = message.value(b"content-encoding").map(choose);
    let announced = message.value(b"content-length").and_then(decimal);
    let body = &mut message.body;
    body.files = files;
    body.announced = announced;
    body.decoder = coding.and_then(|choice| choice.decoder);
}

/// RFC 9110, 14.4: `bytes 0-99/1234`, either part possibly a star.
fn is_range(value: &[u8]) -> bool {
    let Some((range, size)) = value
        .strip_prefix(b"bytes ")
        .and_then(|range| crate::text::split_once(range, b'/'))
    else {
        return false;
    };
    let range_fits = range == b"*"
        || crate::text::split_once(range, b'-').is_some_and(|(start, end)| {
            decimal(start)
                .zip(decimal(end))
                .is_some_and(|(start, end)| start <= end)
        });
    range_fits && (size == b"*" || decimal(size).is_some())
}

/// 100 to 199: the real answer follows.
fn is_interim(fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        field.name == b":status" && field.value.len() == 3 && field.value.starts_with(b"1")
    })
}
