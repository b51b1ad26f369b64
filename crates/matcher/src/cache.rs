//! Compiled databases kept from one start to the next.

use crate::{CompileError, Database, Pattern};
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Fewer patterns are compiled sooner than they are read.
const PATTERNS_MIN: usize = 64;

/// Databases used longest ago go when the folder holds more.
const FOLDER_BYTES_MAX: u64 = 1 << 30;

/// Begins every file; another number where the form of files changes.
const MAGIC: &[u8; 8] = b"hinomi\x001";

const DIGEST_BYTES: usize = 32;

/// A folder of compiled databases, each under the SHA-256 of its patterns and of the matcher's version. A file that is
/// damaged or foreign is compiled anew and replaced. Several processes may share a folder.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Opens a folder. One that is not there is made when there is something to keep.
    ///
    /// # Errors
    /// When others than its user could write into it: the matcher trusts what it reads there.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let cache = Self {
            folder: folder.to_owned(),
        };
        match cache.check() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(cache),
            checked => checked.map(|()| cache),
        }
    }

    fn check(&self) -> io::Result<()> {
        let about = fs::metadata(&self.folder)?;
        let own = rustix::process::geteuid().as_raw();
        if about.uid() != own || about.mode() & 0o022 != 0 {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "others can write into it; give it to the user who runs this, with mode 0700",
            ));
        }
        Ok(())
    }

    /// The database of these patterns, from the folder where it is there, else compiled and kept. A folder that cannot
    /// be written costs time, nothing else.
    ///
    /// # Errors
    /// See [`Database::compile`].
    pub fn database(&self, patterns: &[Pattern<'_>]) -> Result<Database, CompileError> {
        if patterns.len() < PATTERNS_MIN {
            return Database::compile(patterns);
        }
        let path = self.folder.join(name(patterns));
        if let Some(database) = read(&path, patterns) {
            return Ok(database);
        }
        let database = Database::compile(patterns)?;
        if let Some(bytes) = database.to_bytes() {
            // Without the file the next start is slower: no reason to fail this one.
            let _ = self.write(&path, &bytes);
        }
        Ok(database)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        self.check()?;
        self.make_room(bytes.len())?;
        // Under a name of its own until it is whole, so that nobody reads half of it.
        let draft = path.with_extension(format!("{}.new", std::process::id()));
        let mut file = File::create(&draft)?;
        let written = file
            .write_all(MAGIC)
            .and_then(|()| file.write_all(&Sha256::digest(bytes)))
            .and_then(|()| file.write_all(bytes))
            .and_then(|()| fs::rename(&draft, path));
        if written.is_err() {
            let _ = fs::remove_file(&draft);
        }
        written
    }

    /// Removes what was used longest ago until there is room.
    fn make_room(&self, bytes: usize) -> io::Result<()> {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = fs::read_dir(&self.folder)?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let about = entry.metadata().ok()?;
                Some((about.modified().ok()?, about.len(), entry.path()))
            })
            .collect();
        files.sort();
        let mut held: u64 = files.iter().map(|(_, length, _)| length).sum();
        for (_, length, path) in files {
            if held + bytes as u64 <= FOLDER_BYTES_MAX {
                break;
            }
            fs::remove_file(path)?;
            held -= length;
        }
        Ok(())
    }
}

/// Name of the file of these patterns.
fn name(patterns: &[Pattern<'_>]) -> String {
    let mut digest = Sha256::new();
    digest.update(crate::version());
    for pattern in patterns {
        digest.update((pattern.bytes.len() as u64).to_le_bytes());
        digest.update([u8::from(pattern.caseless)]);
        digest.update(pattern.bytes);
    }
    let digest = digest.finalize();
    let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hexadecimal}.patterns")
}

fn read(path: &Path, patterns: &[Pattern<'_>]) -> Option<Database> {
    let bytes = fs::read(path).ok()?;
    let rest = bytes.strip_prefix(MAGIC)?;
    let (digest, body) = rest.split_at_checked(DIGEST_BYTES)?;
    if Sha256::digest(body).as_slice() != digest {
        return None;
    }
    let database = Database::from_bytes(body, patterns)?;
    note_use(path);
    Some(database)
}

/// The time of last use decides what goes first.
#[expect(
    clippy::disallowed_methods,
    reason = "a file's own time, which no result depends on"
)]
fn note_use(path: &Path) {
    if let Ok(file) = File::options().append(true).open(path) {
        // Without it the file goes sooner than it should.
        let _ = file.set_modified(SystemTime::now());
    }
}
