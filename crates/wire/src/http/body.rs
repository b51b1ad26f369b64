//! A body on its way: undone codings, what rules look into, files.

use super::coding::{Decoder, Trouble};
use super::multipart::{Multipart, Told};
use crate::limits::HTTP_BODY_INSPECTED_BYTES_MAX;
use crate::protocol::{Direction, FileStart, Transaction, Visitor};

/// What of a body is a file.
#[derive(Debug, Default)]
pub enum Files {
    /// Nothing.
    #[default]
    None,
    /// All of it, under this name.
    Whole(Vec<u8>),
    /// The files of a form.
    Form(Box<Multipart>),
}

/// A body.
#[derive(Default)]
pub struct Body {
    /// Bytes as they travelled, without chunks' lines.
    pub length: u64,
    /// Bytes decoded.
    pub decoded: u64,
    /// The beginning, decoded.
    pub held: Vec<u8>,
    /// Beginnings of a form's files.
    pub parts: Vec<Vec<u8>>,
    /// Names of files.
    pub names: Vec<Vec<u8>>,
    /// Codings to undo.
    pub decoder: Option<Decoder>,
    /// What of it is a file.
    pub files: Files,
    /// Length announced.
    pub announced: Option<u64>,
    open: Option<u64>,
    broken: bool,
}

/// Where a body's files are told.
pub struct Context<'a> {
    /// Listener.
    pub visitor: &'a mut dyn Visitor,
    /// Number of the next file.
    pub next_file: &'a mut u64,
    /// Which way.
    pub direction: Direction,
    /// The transaction without this body.
    pub transaction: &'a dyn Transaction,
}

impl Context<'_> {
    fn open(&mut self, name: &[u8], announced_size: Option<u64>) -> u64 {
        let id = *self.next_file;
        *self.next_file = id.saturating_add(1);
        self.visitor.file_open(&FileStart {
            id,
            name,
            direction: self.direction,
            transaction_id: self.transaction.id(),
            announced_size,
            transaction: Some(self.transaction),
        });
        id
    }
}

impl Body {
    /// Whether rules have all that they will see.
    pub const fn is_full(&self) -> bool {
        self.held.len() >= HTTP_BODY_INSPECTED_BYTES_MAX
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8], context: &mut Context<'_>) -> Result<(), Trouble> {
        self.length = self.length.saturating_add(bytes.len() as u64);
        let Some(mut decoder) = self.decoder.take() else {
            self.decoded_bytes(bytes, context);
            return Ok(());
        };
        let result = decoder.push(bytes, &mut |piece| self.decoded_bytes(piece, context));
        self.broken |= result.is_err();
        self.decoder = Some(decoder);
        result
    }

    fn decoded_bytes(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        if bytes.is_empty() {
            return;
        }
        self.decoded = self.decoded.saturating_add(bytes.len() as u64);
        keep(&mut self.held, bytes);
        match &mut self.files {
            Files::None => {}
            Files::Whole(name) => {
                let id = *self.open.get_or_insert_with(|| {
                    let announced = self.announced.filter(|_| self.decoder.is_none());
                    self.names.push(name.clone());
                    context.open(name, announced)
                });
                context.visitor.file_data(id, bytes);
            }
            Files::Form(form) => {
                let (open, parts, names) = (&mut self.open, &mut self.parts, &mut self.names);
                form.push(bytes, &mut |told| part(told, open, parts, names, context));
            }
        }
    }

    /// Bytes are missing.
    pub fn gap(&mut self, missing: u64, context: &mut Context<'_>) {
        self.length = self.length.saturating_add(missing);
        self.broken = true;
        if let Some(id) = self.open {
            context.visitor.file_gap(id, missing);
        }
        if self.decoder.take().is_some() {
            // What follows cannot be decoded.
            self.files = Files::None;
            self.close(false, context);
        }
    }

    /// The body ends.
    pub fn finish(&mut self, complete: bool, context: &mut Context<'_>) {
        if let Some(mut decoder) = self.decoder.take() {
            decoder.finish(&mut |piece| self.decoded_bytes(piece, context));
        }
        if let Files::Form(mut form) = std::mem::take(&mut self.files) {
            let (open, parts, names) = (&mut self.open, &mut self.parts, &mut self.names);
            form.finish(&mut |told| part(told, open, parts, names, context));
        }
        self.close(complete && !self.broken, context);
    }

    fn close(&mut self, complete: bool, context: &mut Context<'_>) {
        if let Some(id) = self.open.take() {
            context.visitor.file_close(id, complete);
        }
    }

    /// Bytes held.
    pub fn held_bytes(&self) -> usize {
        let parts: usize = self.parts.iter().map(Vec::len).sum();
        self.held.len().saturating_add(parts)
    }
}

fn keep(held: &mut Vec<u8>, bytes: &[u8]) {
    let room = HTTP_BODY_INSPECTED_BYTES_MAX.saturating_sub(held.len());
    held.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
}

/// A form's file, told on.
fn part(
    told: Told<'_>,
    open: &mut Option<u64>,
    parts: &mut Vec<Vec<u8>>,
    names: &mut Vec<Vec<u8>>,
    context: &mut Context<'_>,
) {
    match told {
        Told::Begin(name) => {
            *open = Some(context.open(name, None));
            // The beginnings of all files together are held within the body's limit.
            let held: usize = parts.iter().map(|part| part.len().saturating_add(1)).sum();
            if held < HTTP_BODY_INSPECTED_BYTES_MAX {
                parts.push(Vec::new());
                names.push(name.to_vec());
            }
        }
        Told::Data(bytes) => {
            let others: usize = parts.iter().rev().skip(1).map(Vec::len).sum();
            if let Some(part) = parts.last_mut() {
                let room = HTTP_BODY_INSPECTED_BYTES_MAX
                    .saturating_sub(others)
                    .saturating_sub(part.len());
                part.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
            }
            if let Some(id) = *open
                && !bytes.is_empty()
            {
                context.visitor.file_data(id, bytes);
            }
        }
        Told::End(complete) => {
            if let Some(id) = open.take() {
                context.visitor.file_close(id, complete);
            }
        }
    }
}
