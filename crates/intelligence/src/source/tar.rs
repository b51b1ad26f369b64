//! Members of tar archives (POSIX.1-2017, pax "ustar"; long names of GNU), read one after the other.

use super::{Document, Found, is_list, stem};
use crate::limits;
use std::io::{self, BufRead, Read};

const BLOCK: usize = 512;

/// Whether bytes begin an archive.
pub(super) fn is_archive(start: &[u8]) -> bool {
    start.get(257..262) == Some(b"ustar")
}

/// Visits the members that may be lists.
pub(super) fn visit(
    reader: &mut dyn BufRead,
    name: &str,
    file: &str,
    visitor: &mut dyn FnMut(Found<'_>),
) {
    if let Err(error) = members(reader, name, file, visitor) {
        visitor(Found::Unreadable(file.to_owned(), error.to_string()));
    }
}

fn members(
    reader: &mut dyn BufRead,
    name: &str,
    file: &str,
    visitor: &mut dyn FnMut(Found<'_>),
) -> io::Result<()> {
    let mut long_name: Option<String> = None;
    for _ in 0..limits::FILES_MAX {
        let mut header = [0; BLOCK];
        if !read_block(reader, &mut header)? {
            return Ok(());
        }
        if header.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        if !is_archive(&header) {
            return Err(io::Error::other("the archive is damaged"));
        }
        let size = octal(header.get(124..136).unwrap_or_default())
            .ok_or_else(|| io::Error::other("the archive is damaged: a size is no number"))?;
        let padding = size.wrapping_neg() & 511;
        let kind = header.get(156).copied().unwrap_or(0);
        let mut member = Read::take(&mut *reader, size);
        match kind {
            b'L' => long_name = Some(text(&mut member)?),
            b'x' => long_name = pax_path(&text(&mut member)?).or(long_name),
            b'0' | 0 | b'7' => {
                let path = long_name.take().unwrap_or_else(|| path_of(&header));
                if is_list(&path) {
                    visitor(Found::Document(Document {
                        name: named(name, &path),
                        file: format!("{file}:{path}"),
                        reader: &mut member,
                    }));
                } else {
                    visitor(Found::Other);
                }
            }
            _ => long_name = None,
        }
        let rest = member.limit().saturating_add(padding);
        let passed = io::copy(&mut Read::take(&mut *reader, rest), &mut io::sink())?;
        if passed < rest {
            return Err(io::Error::other("the archive ends within a member"));
        }
    }
    Err(io::Error::other(format!(
        "more than {} members",
        limits::FILES_MAX
    )))
}

/// The archive's name before the member's, unless the member says it itself.
fn named(archive: &str, path: &str) -> String {
    let path = stem(path.trim_start_matches("./"));
    if path == archive || path.starts_with(&format!("{archive}/")) {
        path
    } else {
        format!("{archive}/{path}")
    }
}

/// False at the end.
fn read_block(reader: &mut dyn BufRead, block: &mut [u8; BLOCK]) -> io::Result<bool> {
    if reader.fill_buf()?.is_empty() {
        return Ok(false);
    }
    reader.read_exact(block)?;
    Ok(true)
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    u64::from_str_radix(text.trim_matches(['\0', ' ']), 8).ok()
}

fn path_of(header: &[u8; BLOCK]) -> String {
    let part = |from: usize, to: usize| {
        let bytes = header.get(from..to).unwrap_or_default();
        let end = bytes.iter().position(|byte| *byte == 0);
        let bytes = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    };
    let (name, prefix) = (part(0, 100), part(345, 500));
    // GNU keeps times where POSIX keeps the beginning of long names.
    if prefix.is_empty() || header.get(257..265) == Some(b"ustar  \0") {
        name
    } else {
        format!("{prefix}/{name}")
    }
}

/// Longest name that is read.
const NAME_BYTES_MAX: u64 = 4096;

fn text(member: &mut impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    member.take(NAME_BYTES_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim_end_matches('\0').to_owned())
}

/// `27 path=a/b.txt`
fn pax_path(records: &str) -> Option<String> {
    records
        .lines()
        .find_map(|line| line.split_once(" path="))
        .map(|(_, path)| path.to_owned())
}
