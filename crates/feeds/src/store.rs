//! Files of feeds: the one that the sensor reads, the state beside it, and what is held back.
//!
//! ```text
//! folder/<feed>.json         what the sensor reads
//! folder/.state/<feed>.json  how far the feed was read
//! folder/.held/<feed>.json   the latest that was held back, for whoever looks into it
//! ```

use crate::limits;
use event::Text;
use intelligence::Loader;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The files of one feed.
#[derive(Clone)]
pub(crate) struct Store {
    folder: PathBuf,
    name: String,
}

/// What became of new content.
pub(crate) enum Verdict {
    /// It is in force.
    Taken { entries: usize, left_out: usize },
    /// It is not, and the old content stays.
    Held(Text),
}

/// Extensions of files of feeds.
const EXTENSIONS: &[&str] = &["json", "csv", "txt", "gz"];

impl Store {
    pub(crate) fn open(folder: &Path, name: &str) -> io::Result<Self> {
        for part in ["", ".state", ".held", ".new"] {
            fs::create_dir_all(folder.join(part))?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
        })
    }

    fn file(&self, part: &str, extension: &str) -> PathBuf {
        self.folder
            .join(part)
            .join(format!("{}.{extension}", self.name))
    }

    /// The file in force, if there is one.
    pub(crate) fn current(&self) -> Option<PathBuf> {
        let files = EXTENSIONS.iter().map(|extension| self.file("", extension));
        files.into_iter().find(|file| file.is_file())
    }

    /// Its content.
    pub(crate) fn content(&self) -> io::Result<Vec<u8>> {
        match self.current() {
            Some(file) => read(&file),
            None => Ok(Vec::new()),
        }
    }

    /// How far the feed was read; from the beginning where that cannot be said.
    pub(crate) fn state<T: DeserializeOwned + Default>(&self) -> T {
        read(&self.file(".state", "json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    pub(crate) fn keep_state(&self, state: &impl Serialize) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(state)?;
        replace(
            &self.file(".new", "state"),
            &self.file(".state", "json"),
            &bytes,
        )
    }

    /// Puts new content in force, unless it cannot be right.
    pub(crate) fn offer(
        &self,
        bytes: &[u8],
        extension: &str,
        trusting: bool,
    ) -> io::Result<Verdict> {
        let new = self.file(".new", extension);
        write(&new, bytes)?;
        let current = self.current();
        let (before, _) = Loader {
            trusting: true,
            ..Loader::default()
        }
        .load(&current);
        let (_, report) = Loader {
            before: Some(&before),
            trusting,
            ..Loader::default()
        }
        .load([&new]);
        let reason = match (report.held.first(), report.unreadable.first()) {
            (Some(held), _) => Some(held.text()),
            (None, Some((_, reason))) => Some(Text::new(
                format!(
                    "「{}」の新しい内容は読み取れないため、使いません({reason})。前回までの内容を引き続き使います。",
                    self.name
                ),
                format!(
                    "the new content of {:?} cannot be read and is not used ({reason}); what was there before stays in force",
                    self.name
                ),
            )),
            (None, None) => None,
        };
        if let Some(reason) = reason {
            fs::rename(&new, self.file(".held", extension))?;
            return Ok(Verdict::Held(reason));
        }
        let place = self.file("", extension);
        fs::rename(&new, &place)?;
        // In another form before: there is one file of a feed.
        for other in current.iter().filter(|other| **other != place) {
            fs::remove_file(other)?;
        }
        sync(&self.folder)?;
        Ok(Verdict::Taken {
            entries: report.entries,
            left_out: report.skipped_total(),
        })
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = limits::FEED_BYTES_MAX as u64;
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!(
            "{} is longer than {} MiB",
            path.display(),
            most >> 20
        )));
    }
    Ok(bytes)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// After a crash a file has the old or the new content.
fn replace(new: &Path, place: &Path, bytes: &[u8]) -> io::Result<()> {
    write(new, bytes)?;
    fs::rename(new, place)?;
    place.parent().map_or(Ok(()), sync)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
