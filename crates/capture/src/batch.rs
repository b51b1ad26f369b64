//! Frames, many at a time, in one piece of memory that is used again.

use crate::Damage;
use crate::limits::{BATCH_BYTES_MAX, BATCH_FRAMES_MAX};

/// One captured frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub time_nanos: i64,
    /// Number in its capture, from 1.
    pub number: u64,
    /// Link type by <https://www.tcpdump.org/linktypes.html>.
    pub link: u32,
    /// What was captured.
    pub bytes: &'a [u8],
    /// How long the frame was on the wire.
    pub original_len: u32,
    /// False where the sending kernel left checksums to its network card, so that they are not
    /// there yet (only frames of this machine's own, captured live).
    pub checksums_ready: bool,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    time_nanos: i64,
    number: u64,
    link: u32,
    start: usize,
    len: usize,
    original_len: u32,
    checksums_ready: bool,
}

/// Frames with their bytes.
#[derive(Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

impl Batch {
    /// An empty batch with room for a full one.
    pub fn new() -> Self {
        Self {
            bytes: Vec::with_capacity(BATCH_BYTES_MAX),
            places: Vec::with_capacity(BATCH_FRAMES_MAX),
        }
    }

    /// Copies a frame in.
    pub fn push(&mut self, frame: &Frame<'_>) {
        self.push_parts(frame, &[frame.bytes]);
    }

    /// Makes a frame of `len` bytes that `fill` puts down where they are kept; where it fails, there is no frame.
    pub(crate) fn push_filled<E>(
        &mut self,
        frame: &Frame<'_>,
        len: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.bytes.len();
        self.bytes.resize(start + len, 0);
        if let Err(error) = fill(&mut self.bytes[start..]) {
            self.bytes.truncate(start);
            return Err(error);
        }
        self.places.push(Place {
            time_nanos: frame.time_nanos,
            number: frame.number,
            link: frame.link,
            start,
            len,
            original_len: frame.original_len,
            checksums_ready: frame.checksums_ready,
        });
        Ok(())
    }

    /// Copies a frame in whose bytes come in pieces (`frame.bytes` is not looked at).
    pub(crate) fn push_parts(&mut self, frame: &Frame<'_>, parts: &[&[u8]]) {
        let start = self.bytes.len();
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.places.push(Place {
            time_nanos: frame.time_nanos,
            number: frame.number,
            link: frame.link,
            start,
            len: self.bytes.len() - start,
            original_len: frame.original_len,
            checksums_ready: frame.checksums_ready,
        });
    }

    /// Marks the checksums of all frames as not there: they are not to be looked at.
    pub fn without_checksums(&mut self) {
        for place in &mut self.places {
            place.checksums_ready = false;
        }
    }

    /// Whether it should be sent on before more is put in.
    pub fn is_full(&self) -> bool {
        self.places.len() >= BATCH_FRAMES_MAX || self.bytes.len() >= BATCH_BYTES_MAX
    }

    /// Whether there is no frame.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Number of frames.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Forgets the frames, keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }

    /// The frames in order.
    pub fn iter(&self) -> impl Iterator<Item = Frame<'_>> {
        self.places.iter().map(|place| self.at(place))
    }

    /// The frame at a place, from 0.
    pub fn get(&self, place: usize) -> Option<Frame<'_>> {
        self.places.get(place).map(|place| self.at(place))
    }

    fn at(&self, place: &Place) -> Frame<'_> {
        Frame {
            time_nanos: place.time_nanos,
            number: place.number,
            link: place.link,
            bytes: &self.bytes[place.start..place.start + place.len],
            original_len: place.original_len,
            checksums_ready: place.checksums_ready,
        }
    }
}

/// What a call to [`Source::fill`] came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filled {
    /// The batch is full; there may be more.
    Full,
    /// Nothing more at the moment (live), the batch holds what there was.
    Idle,
    /// The end, with the reason where it is not the proper one.
    End(Option<Damage>),
}

/// Where frames come from.
pub trait Source {
    /// Adds frames to the batch until it is full, or there are no more for the moment or for good.
    fn fill(&mut self, batch: &mut Batch) -> Filled;
}
