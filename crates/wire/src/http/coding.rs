//! Content codings: gzip, deflate (with and without zlib's wrapping) and brotli, in layers.
//!
//! Servers and attackers label bodies wrongly; what a body begins with decides. A body that is
//! not coded at all although its header says so passes as it is.

use crate::limits::{
    GZIP_HEADER_BYTES_MAX, HTTP_CODINGS_MAX, HTTP_CODINGS_USUAL_MAX, INFLATE_RATIO_MAX,
    INFLATED_BYTES_FREE, INFLATED_BYTES_MAX,
};
use crate::text::trim;
use brotli::enc::StandardAlloc;
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};
use flate2::{Decompress, FlushDecompress, Status};

/// Bytes decoded at a time.
const PIECE_BYTES: usize = 8 * 1024;

/// Why decoding ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The bytes make no sense.
    Failed,
    /// They grow beyond measure.
    Bomb,
}

/// What a `Content-Encoding` asks for.
#[derive(Default)]
pub struct Choice {
    /// Decoders in the order of use; None where nothing is to be decoded.
    pub decoder: Option<Decoder>,
    /// More codings than we undo.
    pub too_many: bool,
    /// A coding that we do not know.
    pub unknown: bool,
}

/// Reads a `Content-Encoding`.
pub fn choose(header: &[u8]) -> Choice {
    let mut choice = Choice::default();
    let mut layers = Vec::new();
    let named = header.split(|byte| *byte == b',').count();
    choice.too_many = named > HTTP_CODINGS_USUAL_MAX;
    // The coding applied last stands last and is undone first.
    for name in header.split(|byte| *byte == b',').rev() {
        let name = trim(name).to_ascii_lowercase();
        let layer = match name.as_slice() {
            b"" | b"identity" | b"none" => continue,
            b"gzip" | b"x-gzip" | b"deflate" | b"x-deflate" => Layer::new(Stage::Sniff),
            b"br" => Layer::new(Stage::Brotli(Box::new(new_brotli()))),
            name if contains(name, b"gzip") || contains(name, b"deflate") => {
                choice.unknown = true;
                Layer::new(Stage::Sniff)
            }
            _ => {
                choice.unknown = true;
                continue;
            }
        };
        if layers.len() >= HTTP_CODINGS_MAX {
            choice.too_many = true;
            break;
        }
        layers.push(layer);
    }
    if !layers.is_empty() {
        choice.decoder = Some(Decoder {
            layers,
            read: 0,
            written: 0,
        });
    }
    choice
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    crate::text::contains_ignoring_case(bytes, wanted)
}

type Brotli = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

fn new_brotli() -> Brotli {
    BrotliState::new(
        StandardAlloc::default(),
        StandardAlloc::default(),
        StandardAlloc::default(),
    )
}

/// Layers of decoders for one body.
pub struct Decoder {
    layers: Vec<Layer>,
    read: u64,
    written: u64,
}

impl Decoder {
    /// Decodes the next bytes and hands on what they become. After a trouble nothing more comes.
    pub fn push(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Trouble> {
        self.read = self.read.saturating_add(bytes.len() as u64);
        let most = INFLATED_BYTES_MAX.min(
            self.read
                .saturating_mul(INFLATE_RATIO_MAX)
                .max(INFLATED_BYTES_FREE),
        );
        let written = &mut self.written;
        let result = through(&mut self.layers, bytes, most, &mut |piece| {
            let total = written.saturating_add(piece.len() as u64);
            if total > most {
                return Err(Trouble::Bomb);
            }
            *written = total;
            out(piece);
            Ok(())
        });
        if result.is_err() {
            self.layers = vec![Layer::new(Stage::Ended)];
        }
        result
    }

    /// The body ends: hands on what was kept to see whether it is coded at all.
    pub fn finish(&mut self, out: &mut dyn FnMut(&[u8])) {
        if let [layer] = self.layers.as_mut_slice()
            && matches!(layer.stage, Stage::Sniff | Stage::GzipHeader)
        {
            out(&layer.kept);
            layer.kept.clear();
            layer.stage = Stage::Ended;
        }
    }
}

type Out<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), Trouble>;

fn through(layers: &mut [Layer], bytes: &[u8], most: u64, out: Out<'_>) -> Result<(), Trouble> {
    match layers.split_first_mut() {
        None => out(bytes),
        Some((first, rest)) => {
            first.push(bytes, most, &mut |piece| through(rest, piece, most, out))
        }
    }
}

/// One coding.
struct Layer {
    stage: Stage,
    /// What has been read but not understood: a beginning, or all until the first output.
    kept: Vec<u8>,
    written: u64,
}

enum Stage {
    /// The first two bytes tell the form.
    Sniff,
    GzipHeader,
    /// Whether gzip's trailer follows.
    Inflate(Box<Decompress>, bool),
    /// Bytes of gzip's trailer still to pass.
    Trailer(u8),
    Brotli(Box<Brotli>),
    /// Not coded at all.
    Plain,
    Ended,
}

impl Layer {
    const fn new(stage: Stage) -> Self {
        Self {
            stage,
            kept: Vec::new(),
            written: 0,
        }
    }

    fn push(&mut self, bytes: &[u8], most: u64, out: Out<'_>) -> Result<(), Trouble> {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match &mut self.stage {
                Stage::Ended => b"",
                Stage::Plain => {
                    out(rest)?;
                    b""
                }
                Stage::Sniff => {
                    self.sniff(rest);
                    match self.replay(most, out)? {
                        Some(()) => b"",
                        None => return Ok(()),
                    }
                }
                Stage::GzipHeader => {
                    self.kept.extend_from_slice(rest);
                    self.gzip_header(most, out)?;
                    b""
                }
                Stage::Trailer(left) => {
                    let passed = usize::from(*left).min(rest.len());
                    *left = left.saturating_sub(u8::try_from(passed).unwrap_or(u8::MAX));
                    if *left == 0 {
                        self.stage = Stage::Sniff;
                    }
                    rest.get(passed..).unwrap_or_default()
                }
                Stage::Inflate(..) => self.inflate(rest, most, out)?,
                Stage::Brotli(_) => self.brotli(rest, most, out)?,
            };
        }
        Ok(())
    }

    /// Decides by the first two bytes. Behind a gzip member only another one is believed.
    fn sniff(&mut self, bytes: &[u8]) {
        self.kept.extend_from_slice(bytes);
        // A line end that belongs to no head may stand before the code.
        match self.kept.as_slice() {
            [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', 0x1f] => return,
            [b'\r', b'\n', 0x1f, 0x8b, ..] => {
                self.kept.drain(..2);
            }
            _ => {}
        }
        let Some(&[first, second]) = self.kept.first_chunk::<2>() else {
            return;
        };
        let checked = u16::from_be_bytes([first, second]).checked_rem(31) == Some(0);
        self.stage = if [first, second] == [0x1f, 0x8b] {
            Stage::GzipHeader
        } else if self.written > 0 {
            Stage::Ended
        } else if first & 0x0f == 8 && first >> 4 <= 7 && checked {
            Stage::Inflate(Box::new(Decompress::new(true)), false)
        } else {
            Stage::Inflate(Box::new(Decompress::new(false)), false)
        };
    }

    /// Gives what was kept to the stage that was chosen; None while none is.
    fn replay(&mut self, most: u64, out: Out<'_>) -> Result<Option<()>, Trouble> {
        match self.stage {
            Stage::Sniff => Ok(None),
            Stage::GzipHeader => self.gzip_header(most, out).map(Some),
            _ => {
                let kept = std::mem::take(&mut self.kept);
                self.push(&kept, most, out).map(Some)
            }
        }
    }

    fn gzip_header(&mut self, most: u64, out: Out<'_>) -> Result<(), Trouble> {
        match gzip_header_length(&self.kept) {
            Some(length) => {
                let kept = std::mem::take(&mut self.kept);
                self.stage = Stage::Inflate(Box::new(Decompress::new(false)), true);
                self.push(kept.get(length..).unwrap_or_default(), most, out)
            }
            None if self.kept.len() > GZIP_HEADER_BYTES_MAX => Err(Trouble::Failed),
            None => Ok(()),
        }
    }

    fn inflate<'b>(
        &mut self,
        bytes: &'b [u8],
        most: u64,
        out: Out<'_>,
    ) -> Result<&'b [u8], Trouble> {
        let Stage::Inflate(inflater, gzip) = &mut self.stage else {
            return Ok(b"");
        };
        let gzip = *gzip;
        // Until something comes out, what went in is kept: it may turn out to be no code at all.
        let undecided = self.written == 0 && !gzip;
        if undecided {
            self.kept.extend_from_slice(bytes);
        }
        let mut rest = bytes;
        let mut piece = [0; PIECE_BYTES];
        loop {
            let (read, wrote) = (inflater.total_in(), inflater.total_out());
            let result = inflater.decompress(rest, &mut piece, FlushDecompress::None);
            let read = inflater.total_in().saturating_sub(read);
            let wrote = inflater.total_out().saturating_sub(wrote);
            let wrote_bytes = usize::try_from(wrote).unwrap_or(0);
            self.written = self.written.saturating_add(wrote);
            if self.written > most {
                return Err(Trouble::Bomb);
            }
            rest = rest
                .get(usize::try_from(read).unwrap_or(0)..)
                .unwrap_or_default();
            out(piece.get(..wrote_bytes).unwrap_or_default())?;
            match result {
                Ok(Status::StreamEnd) => {
                    self.kept.clear();
                    self.stage = if gzip {
                        Stage::Trailer(8)
                    } else {
                        Stage::Ended
                    };
                    return Ok(rest);
                }
                Ok(_) if wrote_bytes < PIECE_BYTES && (rest.is_empty() || read == 0) => break,
                Ok(_) => {}
                Err(_) if undecided && self.written == 0 => {
                    self.stage = Stage::Plain;
                    let kept = std::mem::take(&mut self.kept);
                    out(&kept)?;
                    return Ok(b"");
                }
                Err(_) => return Err(Trouble::Failed),
            }
        }
        if self.written > 0 || self.kept.len() > GZIP_HEADER_BYTES_MAX {
            self.kept = Vec::new();
        }
        Ok(b"")
    }

    fn brotli<'b>(
        &mut self,
        bytes: &'b [u8],
        most: u64,
        out: Out<'_>,
    ) -> Result<&'b [u8], Trouble> {
        let Stage::Brotli(state) = &mut self.stage else {
            return Ok(b"");
        };
        let mut piece = [0; PIECE_BYTES];
        let mut available_in = bytes.len();
        let mut input_offset = 0;
        loop {
            let mut available_out = piece.len();
            let mut output_offset = 0;
            let mut total_out = 0;
            let result = BrotliDecompressStream(
                &mut available_in,
                &mut input_offset,
                bytes,
                &mut available_out,
                &mut output_offset,
                &mut piece,
                &mut total_out,
                state,
            );
            self.written = self.written.saturating_add(output_offset as u64);
            if self.written > most {
                return Err(Trouble::Bomb);
            }
            out(piece.get(..output_offset).unwrap_or_default())?;
            match result {
                BrotliResult::NeedsMoreOutput => {}
                BrotliResult::NeedsMoreInput => return Ok(b""),
                BrotliResult::ResultSuccess => {
                    self.stage = Stage::Ended;
                    return Ok(b"");
                }
                BrotliResult::ResultFailure => return Err(Trouble::Failed),
            }
        }
    }
}

/// Length of a gzip header (RFC 1952, 2.3); None while it is not complete.
fn gzip_header_length(bytes: &[u8]) -> Option<usize> {
    let mut cursor = crate::cursor::Cursor::new(bytes);
    let [_, _, _, flags, _, _, _, _, _, _] = cursor.array::<10>()?;
    if flags & 0x04 != 0 {
        let length = cursor.u16_le()?;
        cursor.skip(length.into())?;
    }
    for bit in [0x08, 0x10] {
        if flags & bit != 0 {
            while cursor.u8()? != 0 {}
        }
    }
    if flags & 0x02 != 0 {
        cursor.skip(2)?;
    }
    Some(cursor.position())
}
