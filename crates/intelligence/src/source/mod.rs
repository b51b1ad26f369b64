//! Where lists come from: files, folders, archives; packed or not.

mod tar;

use crate::limits;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Something that was found.
pub(crate) enum Found<'a> {
    /// A list, or what may be one.
    Document(Document<'a>),
    /// A file of a folder or archive that is no list by its name.
    Other,
    /// What cannot be read, and why.
    Unreadable(String, String),
}

/// A list that can be read.
pub(crate) struct Document<'a> {
    /// For hits: the name without folder and extension; within folders and archives with the folders on the way.
    pub(crate) name: String,
    /// For people: the path, and the member of an archive.
    pub(crate) file: String,
    pub(crate) reader: &'a mut dyn BufRead,
}

/// Room for the look at the beginning of a file.
const BUFFER_BYTES: usize = 128 << 10;

/// Visits a file, all files of a folder, all members of an archive, in the order of their names.
pub(crate) fn visit(path: &Path, visitor: &mut dyn FnMut(Found<'_>)) {
    if !path.is_dir() {
        let name = stem(&path.file_name().unwrap_or_default().to_string_lossy());
        file(path, name, visitor);
        return;
    }
    let mut files = Vec::new();
    gather(path, 0, &mut files, visitor);
    files.sort();
    for one in files {
        let within = one.strip_prefix(path).unwrap_or(&one);
        if is_list(&within.to_string_lossy()) {
            file(&one, stem(&within.to_string_lossy()), visitor);
        } else {
            visitor(Found::Other);
        }
    }
}

/// All files below a folder, but for those that are hidden.
fn gather(
    folder: &Path,
    depth: usize,
    files: &mut Vec<PathBuf>,
    visitor: &mut dyn FnMut(Found<'_>),
) {
    let unreadable = |reason: String| Found::Unreadable(folder.display().to_string(), reason);
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return visitor(unreadable(error.to_string())),
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        if path.is_dir() && depth < limits::FOLDER_DEPTH_MAX {
            gather(&path, depth.saturating_add(1), files, visitor);
        } else if path.is_file() && files.len() < limits::FILES_MAX {
            files.push(path);
        }
    }
}

fn file(path: &Path, name: String, visitor: &mut dyn FnMut(Found<'_>)) {
    let shown = path.display().to_string();
    let opened = File::open(path).and_then(|file| {
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, file);
        let is_packed = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        Ok((reader, is_packed))
    });
    match opened {
        Err(error) => visitor(Found::Unreadable(shown, error.to_string())),
        Ok((mut reader, false)) => content(&mut reader, name, shown, visitor),
        Ok((reader, true)) => {
            let unpacked = Bounded {
                reader: MultiGzDecoder::new(reader),
                left: limits::UNPACKED_BYTES_MAX,
            };
            let mut unpacked = BufReader::with_capacity(BUFFER_BYTES, unpacked);
            content(&mut unpacked, name, shown, visitor);
        }
    }
}

/// A list, or an archive of lists.
fn content(
    reader: &mut dyn BufRead,
    name: String,
    file: String,
    visitor: &mut dyn FnMut(Found<'_>),
) {
    match reader.fill_buf() {
        Err(error) => visitor(Found::Unreadable(file, error.to_string())),
        Ok(start) if tar::is_archive(start) => tar::visit(reader, &name, &file, visitor),
        Ok(_) => visitor(Found::Document(Document { name, file, reader })),
    }
}

/// Extensions of files that hold lists; those without any are read as well.
const EXTENSIONS: &[&str] = &[
    "txt", "csv", "tsv", "json", "stix", "list", "lst", "ioc", "netset", "ipset", "domains", "gz",
    "tgz", "tar", "intel", "dat", "hosts", "misp",
];
/// Names of files that stand beside lists.
const OTHERS: &[&str] = &[
    "license", "licence", "readme", "copying", "makefile", "notice",
];

/// Whether a file of a folder or archive may be a list.
fn is_list(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    if OTHERS.iter().any(|other| name.starts_with(other)) || name.starts_with('.') {
        return false;
    }
    match name.rsplit_once('.') {
        None => !name.is_empty(),
        Some((_, extension)) => EXTENSIONS.contains(&extension),
    }
}

/// A name without the extensions of lists and packing.
fn stem(name: &str) -> String {
    let mut rest = name;
    for _ in 0..3 {
        match rest.rsplit_once('.') {
            Some((front, extension))
                if !front.is_empty()
                    && EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()) =>
            {
                rest = front;
            }
            _ => break,
        }
    }
    rest.chars()
        .take(crate::limits::NOTE_CHARACTERS_MAX)
        .collect()
}

/// An end to what a few bytes may unpack to.
struct Bounded<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let Some(left) = self.left.checked_sub(read as u64) else {
            return Err(io::Error::other(format!(
                "unpacks to more than {} MiB",
                limits::UNPACKED_BYTES_MAX >> 20
            )));
        };
        self.left = left;
        Ok(read)
    }
}

/// Reads to the end, unless that is too far.
pub(crate) fn read_whole(reader: &mut dyn BufRead, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader
        .take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::Error::other(format!(
            "longer than {} MiB",
            bytes_max >> 20
        )));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{is_list, stem};

    #[test]
    fn names_of_lists() {
        for (name, wanted) in [
            ("ipsum.txt", "ipsum"),
            ("maltrail.tar.gz", "maltrail"),
            ("feeds/tor-nodes.csv.gz", "feeds/tor-nodes"),
            ("evil.example.txt", "evil.example"),
            (".txt", ".txt"),
        ] {
            assert_eq!(stem(name), wanted);
        }
        assert!(is_list("a/b/ipsum") && is_list("x.JSON"));
        assert!(!is_list("LICENSE") && !is_list("a/README.md") && !is_list("run.sh"));
    }
}
