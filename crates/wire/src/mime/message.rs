//! A message on its way: where its parts begin and end, what is in their headers, what is a file.

use super::header::{decoded_words, main_value, parameter};
use super::transfer::{Coding, uuencode_begin, uuencoded_line};
use super::url::urls;
use super::{
    INVALID_BASE64, INVALID_QUOTED_PRINTABLE, LONG_BOUNDARY, LONG_ENCODED_LINE, LONG_FILE_NAME,
    LONG_HEADER_NAME, LONG_HEADER_VALUE, LONG_LINE, MALFORMED, TOO_DEEP,
};
use crate::limits::{
    MIME_BOUNDARY_BYTES_MAX, MIME_DEPTH_MAX, MIME_FILE_NAME_BYTES_USUAL_MAX, MIME_HEADER_BYTES_MAX,
    MIME_TEXT_BYTES_MAX,
};
use crate::lines::{End, Piece};
use crate::text::{split_once, trim};

/// Bytes of a line, of an encoded one, of a header's name and value above which they are reported
/// (RFC 5322, 2.1.1; RFC 2045, 6.8; the latter two as Suricata has them).
const LINE_BYTES_USUAL_MAX: usize = 998;
const ENCODED_LINE_BYTES_USUAL_MAX: usize = 76;
const HEADER_NAME_BYTES_USUAL_MAX: usize = 75;
const HEADER_VALUE_BYTES_USUAL_MAX: usize = 2000;

/// What a message tells.
#[derive(Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// A header of the outermost message: name and value, unfolded.
    Header(&'a [u8], &'a [u8]),
    /// An attachment begins.
    FileBegin(&'a [u8]),
    /// Its next bytes, decoded.
    FileData(&'a [u8]),
    /// Bytes of it are missing.
    FileGap(u64),
    /// It ends; false: the message ended first.
    FileEnd(bool),
    /// The address of a web page in a text.
    Url(&'a [u8]),
    /// Something is odd; each name at most once.
    Anomaly(&'static str),
}

type Tell<'a> = &'a mut dyn FnMut(Told<'_>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// In the headers of the message or of a part.
    #[default]
    Headers,
    /// A message inside that is said to be encoded: its first line shows whether it is.
    Inner,
    /// In what a part holds.
    Body,
    /// Before the first part, or behind the last one.
    Between,
}

/// What the headers of a part say.
#[derive(Debug, Default)]
struct Head {
    kind: Option<Vec<u8>>,
    disposition: Option<Vec<u8>>,
    coding: Option<Vec<u8>>,
}

/// A part's content on its way.
#[derive(Debug, Default)]
struct Body {
    coding: Coding,
    /// The line end that belongs to the content if another line follows.
    pending: End,
    is_file: bool,
    /// Text in which addresses are looked for.
    text: Option<Vec<u8>>,
    /// In uuencoded bytes in the midst of a text.
    in_uuencode: bool,
}

/// A message on its way.
#[derive(Debug, Default)]
pub struct Message {
    stage: Stage,
    boundaries: Vec<Vec<u8>>,
    /// The header being read, and whether it is longer than is held.
    header: Vec<u8>,
    /// Not one of the outermost message's headers.
    is_inside: bool,
    inner_messages: usize,
    has_begun: bool,
    has_body: bool,
    is_over: bool,
    head: Head,
    body: Body,
    text_bytes: usize,
    told: Vec<&'static str>,
}

impl Message {
    /// Takes the next piece of a line.
    pub fn piece(&mut self, piece: &Piece<'_>, tell: Tell<'_>) {
        self.has_begun = true;
        if piece.text.len() > LINE_BYTES_USUAL_MAX {
            self.anomaly(LONG_LINE, tell);
        }
        if let Some((level, closes)) = self.boundary(piece) {
            self.end_part(true, tell);
            self.is_inside = true;
            if closes {
                self.boundaries.truncate(level);
                self.stage = Stage::Between;
            } else {
                self.boundaries.truncate(level.saturating_add(1));
                self.stage = Stage::Headers;
            }
            return;
        }
        match self.stage {
            Stage::Headers => self.in_headers(piece, tell),
            Stage::Inner => self.in_inner(piece, tell),
            Stage::Body => self.in_body(piece, tell),
            Stage::Between => {}
        }
    }

    /// Bytes are missing: what was torn is let go, what follows is read on.
    pub fn gap(&mut self, missing: u64, tell: Tell<'_>) {
        self.header.clear();
        if self.body.is_file {
            tell(Told::FileGap(missing));
        }
    }

    /// The message ends; whether all of it was seen.
    pub fn finish(&mut self, complete: bool, tell: Tell<'_>) {
        if self.is_over {
            return;
        }
        self.end_part(complete, tell);
        if complete && !self.boundaries.is_empty() {
            self.anomaly(MALFORMED, tell);
        }
        self.is_over = complete;
    }

    /// How far it was read, by Suricata's names.
    pub const fn status(&self) -> &'static str {
        match self.stage {
            _ if self.is_over => "PARSE_DONE",
            _ if !self.has_begun => "PARSE_NONE",
            Stage::Headers if !self.has_body => "HEADER_STARTED",
            Stage::Between if self.boundaries.is_empty() => "BODY_END_BOUND",
            _ => "BODY_STARTED",
        }
    }

    /// Bytes held.
    pub fn held_bytes(&self) -> usize {
        let text = self.body.text.as_ref().map_or(0, Vec::len);
        self.header.len().saturating_add(text)
    }

    fn anomaly(&mut self, name: &'static str, tell: Tell<'_>) {
        if !self.told.contains(&name) {
            self.told.push(name);
            tell(Told::Anomaly(name));
        }
    }

    /// The level whose boundary this line is, and whether it closes the level.
    fn boundary(&self, piece: &Piece<'_>) -> Option<(usize, bool)> {
        if !piece.begins || self.boundaries.is_empty() {
            return None;
        }
        let text = piece.text.strip_prefix(b"--")?;
        self.boundaries
            .iter()
            .enumerate()
            .rev()
            .find_map(|(level, boundary)| {
                let rest = text.strip_prefix(boundary.as_slice())?;
                if rest.starts_with(b"--") {
                    Some((level, true))
                } else {
                    rest.trim_ascii().is_empty().then_some((level, false))
                }
            })
    }

    fn in_headers(&mut self, piece: &Piece<'_>, tell: Tell<'_>) {
        if piece.is_empty_line() {
            self.header_ends(tell);
            return self.head_ends(tell);
        }
        let goes_on = !piece.begins
            || (!self.header.is_empty() && matches!(piece.text.first(), Some(b' ' | b'\t')));
        if !goes_on {
            self.header_ends(tell);
        }
        let room = MIME_HEADER_BYTES_MAX.saturating_sub(self.header.len());
        self.header
            .extend_from_slice(piece.text.get(..room).unwrap_or(&piece.text));
    }

    /// A header is complete.
    fn header_ends(&mut self, tell: Tell<'_>) {
        let header = std::mem::take(&mut self.header);
        let Some((name, value)) = split_once(&header, b':') else {
            return;
        };
        let (name, value) = (trim(name), trim(value));
        if name.len() > HEADER_NAME_BYTES_USUAL_MAX {
            self.anomaly(LONG_HEADER_NAME, tell);
        }
        if value.len() > HEADER_VALUE_BYTES_USUAL_MAX {
            self.anomaly(LONG_HEADER_VALUE, tell);
        }
        if !self.is_inside {
            tell(Told::Header(name, value));
        }
        let slot = if name.eq_ignore_ascii_case(b"Content-Type") {
            &mut self.head.kind
        } else if name.eq_ignore_ascii_case(b"Content-Disposition") {
            &mut self.head.disposition
        } else if name.eq_ignore_ascii_case(b"Content-Transfer-Encoding") {
            &mut self.head.coding
        } else {
            return;
        };
        slot.get_or_insert_with(|| value.to_vec());
    }

    /// The headers of a part are complete: what follows them?
    fn head_ends(&mut self, tell: Tell<'_>) {
        let head = std::mem::take(&mut self.head);
        self.has_body = true;
        let kind = head.kind.as_deref().map(main_value).unwrap_or_default();
        let coding = head
            .coding
            .as_deref()
            .map(Coding::named)
            .unwrap_or_default();
        if kind.starts_with(b"multipart/")
            && let Some(boundary) = self.new_boundary(&head, tell)
        {
            self.boundaries.push(boundary);
            self.stage = Stage::Between;
            return;
        }
        let is_message = kind == b"message/rfc822" || kind == b"message/global";
        if is_message && self.inner_messages < MIME_DEPTH_MAX {
            self.is_inside = true;
            self.stage = Stage::Headers;
            if !matches!(coding, Coding::Identity) {
                self.head = head;
                self.stage = Stage::Inner;
                return;
            }
            self.inner_messages = self.inner_messages.saturating_add(1);
            return;
        }
        if is_message {
            self.anomaly(TOO_DEEP, tell);
        }
        self.begin_body(&head, &kind, coding, tell);
    }

    fn new_boundary(&mut self, head: &Head, tell: Tell<'_>) -> Option<Vec<u8>> {
        let boundary = parameter(head.kind.as_deref()?, b"boundary")?;
        let boundary = boundary.trim_ascii_end().to_vec();
        if boundary.is_empty() {
            self.anomaly(MALFORMED, tell);
            return None;
        }
        if boundary.len() > MIME_BOUNDARY_BYTES_MAX {
            self.anomaly(LONG_BOUNDARY, tell);
            return None;
        }
        if self.boundaries.len() >= MIME_DEPTH_MAX {
            self.anomaly(TOO_DEEP, tell);
            return None;
        }
        Some(boundary)
    }

    fn begin_body(&mut self, head: &Head, kind: &[u8], coding: Coding, tell: Tell<'_>) {
        self.stage = Stage::Body;
        let name = file_name(head);
        let is_attached = head
            .disposition
            .as_deref()
            .is_some_and(|value| main_value(value) == b"attachment");
        self.body = Body {
            coding,
            ..Body::default()
        };
        if name.is_some() || is_attached {
            self.begin_file(&name.unwrap_or_default(), tell);
        } else if kind.is_empty() || kind.starts_with(b"text/") {
            self.body.text = Some(Vec::new());
        }
    }

    fn begin_file(&mut self, name: &[u8], tell: Tell<'_>) {
        if name.len() > MIME_FILE_NAME_BYTES_USUAL_MAX {
            self.anomaly(LONG_FILE_NAME, tell);
        }
        self.body.is_file = true;
        tell(Told::FileBegin(name));
    }

    /// Whether a message that should be encoded begins like one that is not.
    fn in_inner(&mut self, piece: &Piece<'_>, tell: Tell<'_>) {
        if piece.is_empty_line() {
            return;
        }
        let is_header = split_once(&piece.text, b':')
            .is_some_and(|(name, _)| name.iter().all(|byte| byte.is_ascii_graphic()));
        let head = std::mem::take(&mut self.head);
        if is_header {
            self.inner_messages = self.inner_messages.saturating_add(1);
            self.stage = Stage::Headers;
            return self.in_headers(piece, tell);
        }
        let kind = head.kind.as_deref().map(main_value).unwrap_or_default();
        let coding = head
            .coding
            .as_deref()
            .map(Coding::named)
            .unwrap_or_default();
        self.begin_body(&head, &kind, coding, tell);
        if !self.body.is_file {
            self.begin_file(b"", tell);
        }
        self.in_body(piece, tell);
    }

    fn in_body(&mut self, piece: &Piece<'_>, tell: Tell<'_>) {
        let mut out = Vec::new();
        let mut invalid = None;
        let body = &mut self.body;
        if body.in_uuencode || matches!(body.coding, Coding::Uuencode) {
            return self.in_uuencode(piece, tell);
        }
        let is_plain_text = matches!(body.coding, Coding::Identity) && body.text.is_some();
        if is_plain_text
            && piece.begins
            && let Some(name) = uuencode_begin(&piece.text)
        {
            let name = name.to_vec();
            self.body.in_uuencode = true;
            return self.begin_file(&name, tell);
        }
        match &mut body.coding {
            Coding::Identity => {
                out.extend_from_slice(body.pending.bytes());
                out.extend_from_slice(&piece.text);
                body.pending = piece.end;
            }
            Coding::QuotedPrintable(coding) => {
                out.extend_from_slice(body.pending.bytes());
                let said = coding.push(&piece.text, piece.ends(), &mut out);
                body.pending = if said.soft { End::None } else { piece.end };
                invalid = said.invalid.then_some(INVALID_QUOTED_PRINTABLE);
            }
            Coding::Base64(coding) => coding.push(&piece.text, &mut out),
            Coding::Uuencode => {}
        }
        let is_encoded = !matches!(body.coding, Coding::Identity);
        if is_encoded && piece.text.len() > ENCODED_LINE_BYTES_USUAL_MAX {
            self.anomaly(LONG_ENCODED_LINE, tell);
        }
        if let Some(name) = invalid {
            self.anomaly(name, tell);
        }
        self.content(&out, tell);
    }

    fn in_uuencode(&mut self, piece: &Piece<'_>, tell: Tell<'_>) {
        if piece.begins && trim(&piece.text) == b"end" {
            if std::mem::take(&mut self.body.in_uuencode) && self.body.is_file {
                self.body.is_file = false;
                tell(Told::FileEnd(true));
            }
            return;
        }
        let is_first = piece.begins && uuencode_begin(&piece.text).is_some();
        if !is_first {
            let mut out = Vec::new();
            uuencoded_line(&piece.text, &mut out);
            self.content(&out, tell);
        }
    }

    /// Decoded bytes of a part.
    fn content(&mut self, bytes: &[u8], tell: Tell<'_>) {
        if bytes.is_empty() {
            return;
        }
        if self.body.is_file {
            tell(Told::FileData(bytes));
        } else if let Some(text) = &mut self.body.text {
            let room = MIME_TEXT_BYTES_MAX.saturating_sub(self.text_bytes);
            let kept = bytes.get(..room).unwrap_or(bytes);
            text.extend_from_slice(kept);
            self.text_bytes = self.text_bytes.saturating_add(kept.len());
        }
    }

    /// A part ends, or the message does.
    fn end_part(&mut self, complete: bool, tell: Tell<'_>) {
        if self.stage == Stage::Headers {
            self.header_ends(tell);
        }
        self.head = Head::default();
        if let Coding::Base64(coding) = &mut self.body.coding {
            let mut out = Vec::new();
            if !coding.finish(&mut out) {
                self.anomaly(INVALID_BASE64, tell);
            }
            self.content(&out, tell);
        }
        let body = std::mem::take(&mut self.body);
        if body.is_file {
            tell(Told::FileEnd(complete));
        }
        if let Some(text) = body.text {
            urls(&text, &mut |url| tell(Told::Url(url)));
        }
    }
}

/// The name under which a part is to be saved.
fn file_name(head: &Head) -> Option<Vec<u8>> {
    let named = |header: &Option<Vec<u8>>, parameter_name: &[u8]| {
        let name = parameter(header.as_deref()?, parameter_name)?;
        let name = decoded_words(&name).unwrap_or(name);
        (!name.is_empty()).then_some(name)
    };
    named(&head.disposition, b"filename").or_else(|| named(&head.kind, b"name"))
}
