//! Thin binding to the thirteen functions of Hyperscan that we use (block mode, literals).
#![allow(unsafe_code)]

use crate::{CompileError, Pattern};
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering};

#[repr(C)]
struct RawDatabase {
    _opaque: [u8; 0],
}

#[repr(C)]
struct RawScratch {
    _opaque: [u8; 0],
}

#[repr(C)]
struct RawCompileError {
    message: *const c_char,
    expression: c_int,
}

type OnMatch = unsafe extern "C" fn(
    id: c_uint,
    from: u64,
    to: u64,
    flags: c_uint,
    context: *mut c_void,
) -> c_int;

unsafe extern "C" {
    fn hs_valid_platform() -> c_int;
    fn hs_version() -> *const c_char;
    fn hs_compile_multi(
        expressions: *const *const c_char,
        flags: *const c_uint,
        ids: *const c_uint,
        elements: c_uint,
        mode: c_uint,
        platform: *const c_void,
        database: *mut *mut RawDatabase,
        error: *mut *mut RawCompileError,
    ) -> c_int;
    fn hs_free_compile_error(error: *mut RawCompileError) -> c_int;
    fn hs_free_database(database: *mut RawDatabase) -> c_int;
    fn hs_alloc_scratch(database: *const RawDatabase, scratch: *mut *mut RawScratch) -> c_int;
    fn hs_free_scratch(scratch: *mut RawScratch) -> c_int;
    fn hs_scan(
        database: *const RawDatabase,
        data: *const c_char,
        length: c_uint,
        flags: c_uint,
        scratch: *mut RawScratch,
        on_match: OnMatch,
        context: *mut c_void,
    ) -> c_int;
    fn hs_serialize_database(
        database: *const RawDatabase,
        bytes: *mut *mut c_char,
        length: *mut usize,
    ) -> c_int;
    fn hs_deserialize_database(
        bytes: *const c_char,
        length: usize,
        database: *mut *mut RawDatabase,
    ) -> c_int;
}

unsafe extern "C" {
    fn free(pointer: *mut c_void);
}

const SUCCESS: c_int = 0;
const MODE_BLOCK: c_uint = 1;
const FLAG_CASELESS: c_uint = 1;
const FLAG_SINGLE_MATCH: c_uint = 8;

/// Largest block given to the matcher at once; longer ones are scanned in overlapping parts.
const BLOCK_BYTES_MAX: usize = 1 << 30;

/// Whether this processor can run the library.
pub(crate) fn is_usable() -> bool {
    // SAFETY: takes nothing and only asks the processor.
    unsafe { hs_valid_platform() == SUCCESS }
}

/// The library's version, e.g. `5.4.0 2023-02-08`.
pub(crate) fn version() -> String {
    // SAFETY: takes nothing and gives a C string that lives as long as the program.
    unsafe { CStr::from_ptr(hs_version()) }
        .to_string_lossy()
        .into_owned()
}

pub(crate) struct Database {
    raw: NonNull<RawDatabase>,
    /// Unlike its address, never used again by another database.
    serial: u64,
}

static SERIALS: AtomicU64 = AtomicU64::new(0);

// SAFETY: a compiled database is never written to; the library documents it as usable from several threads,
// and it is freed once, by its owner.
unsafe impl Send for Database {}
// SAFETY: as above: scanning only reads it.
unsafe impl Sync for Database {}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: the pointer came from the library and is freed only here.
        unsafe { hs_free_database(self.raw.as_ptr()) };
    }
}

impl Database {
    fn own(raw: NonNull<RawDatabase>) -> Self {
        Self {
            raw,
            serial: SERIALS.fetch_add(1, Ordering::Relaxed),
        }
    }

    pub(crate) fn compile(patterns: &[Pattern<'_>]) -> Result<Self, CompileError> {
        let escaped: Vec<CString> = patterns
            .iter()
            .map(|pattern| escape(pattern.bytes))
            .collect();
        let expressions: Vec<*const c_char> = escaped.iter().map(|text| text.as_ptr()).collect();
        let flags: Vec<c_uint> = patterns
            .iter()
            .map(|pattern| FLAG_SINGLE_MATCH | if pattern.caseless { FLAG_CASELESS } else { 0 })
            .collect();
        let count =
            c_uint::try_from(patterns.len()).map_err(|_| CompileError::TooMany(patterns.len()))?;
        let ids: Vec<c_uint> = (0..count).collect();
        let mut database = ptr::null_mut();
        let mut error = ptr::null_mut();
        // SAFETY: the three lists have `count` entries each and live until the call returns; each expression
        // is a C string that lives as long; both results are valid places for one pointer.
        let result = unsafe {
            hs_compile_multi(
                expressions.as_ptr(),
                flags.as_ptr(),
                ids.as_ptr(),
                count,
                MODE_BLOCK,
                ptr::null(),
                &raw mut database,
                &raw mut error,
            )
        };
        match NonNull::new(database) {
            Some(database) if result == SUCCESS => Ok(Self::own(database)),
            _ => Err(CompileError::Backend(take_message(error))),
        }
    }

    pub(crate) fn scan(&self, space: &mut Space, bytes: &[u8], hits: &mut Vec<u32>) {
        let Some(scratch) = space.fit(self) else {
            return;
        };
        let mut start = 0;
        while let Some(rest) = bytes.get(start..)
            && !rest.is_empty()
        {
            let block = rest.get(..BLOCK_BYTES_MAX).unwrap_or(rest);
            let length = c_uint::try_from(block.len()).unwrap_or(c_uint::MAX);
            // SAFETY: the database is alive, the scratch was made to fit it and is borrowed mutably, the block
            // is readable for its length, and `remember` gets the list it expects, alive for the whole call.
            unsafe {
                hs_scan(
                    self.raw.as_ptr(),
                    block.as_ptr().cast(),
                    length,
                    0,
                    scratch.as_ptr(),
                    remember,
                    ptr::from_mut(hits).cast(),
                )
            };
            if block.len() == rest.len() {
                break;
            }
            start += block.len() - crate::PATTERN_BYTES_MAX;
        }
    }

    pub(crate) fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = ptr::null_mut();
        let mut length = 0;
        // SAFETY: the database is alive; both results are valid places for what the library writes.
        let result =
            unsafe { hs_serialize_database(self.raw.as_ptr(), &raw mut bytes, &raw mut length) };
        if result != SUCCESS || bytes.is_null() {
            return None;
        }
        // SAFETY: on success the library gives `length` readable bytes, made by its default allocator `malloc`.
        let copy = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) }.to_vec();
        // SAFETY: made by `malloc` (we never set another allocator), freed once, not used afterwards.
        unsafe { free(bytes.cast()) };
        Some(copy)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut database = ptr::null_mut();
        // SAFETY: the bytes are readable for their length; the result is a valid place for one pointer.
        let result = unsafe {
            hs_deserialize_database(bytes.as_ptr().cast(), bytes.len(), &raw mut database)
        };
        let database = NonNull::new(database)?;
        let database = Self::own(database);
        (result == SUCCESS).then_some(database)
    }
}

/// The bytes as an expression that means just them. (The function for plain literals, `hs_compile_lit_multi`,
/// makes databases in Hyperscan 5.4.0 that overlook short patterns in short blocks when there are long ones.)
fn escape(bytes: &[u8]) -> CString {
    let mut text = Vec::with_capacity(bytes.len() * 4);
    for byte in bytes {
        text.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
    }
    CString::new(text).unwrap_or_default()
}

fn take_message(error: *mut RawCompileError) -> String {
    if error.is_null() {
        return "no reason given".to_owned();
    }
    // SAFETY: not null, so it is an error object of the library with a C string as its message.
    let message = unsafe { CStr::from_ptr((*error).message) }
        .to_string_lossy()
        .into_owned();
    // SAFETY: came from the library, freed once, not used afterwards.
    unsafe { hs_free_compile_error(error) };
    message
}

/// Must not unwind: a full list is left as it is rather than grown without bound.
unsafe extern "C" fn remember(
    id: c_uint,
    _from: u64,
    _to: u64,
    _flags: c_uint,
    context: *mut c_void,
) -> c_int {
    // SAFETY: `scan` passes a pointer to its list of hits, borrowed mutably for the call; the library calls
    // back on the same thread only.
    let hits = unsafe { &mut *context.cast::<Vec<u32>>() };
    hits.push(id);
    0
}

/// Working memory for scanning. It fits every database it was asked to fit.
#[derive(Default)]
pub(crate) struct Space {
    scratch: Option<NonNull<RawScratch>>,
    fitted: Vec<u64>,
}

// SAFETY: the scratch belongs to this value alone and is only used through `&mut self`.
unsafe impl Send for Space {}

impl Space {
    fn fit(&mut self, database: &Database) -> Option<NonNull<RawScratch>> {
        let key = database.serial;
        if let Err(place) = self.fitted.binary_search(&key) {
            let mut raw = self.scratch.map_or(ptr::null_mut(), NonNull::as_ptr);
            // SAFETY: the database is alive; the scratch is null or our own and not in use. The library
            // replaces it where it is too small.
            let result = unsafe { hs_alloc_scratch(database.raw.as_ptr(), &raw mut raw) };
            if result == SUCCESS {
                self.scratch = NonNull::new(raw);
                self.fitted.insert(place, key);
            } else {
                // On failure the old scratch has been freed or not; forget it rather than free it twice.
                self.scratch = None;
                self.fitted.clear();
            }
        }
        self.scratch
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        if let Some(scratch) = self.scratch {
            // SAFETY: our own, freed only here.
            unsafe { hs_free_scratch(scratch.as_ptr()) };
        }
    }
}
