//! Data sets that rules change, on disk from one run to the next.

use detect::signature::SavedSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path};

/// Writes a set under the name that its rule gives, which has to be a plain one: rules come from elsewhere and do not
/// choose folders. What was there before is replaced at once or not at all.
pub(crate) fn save(folder: &Path, set: &SavedSet) -> io::Result<()> {
    let name = Path::new(&set.file);
    let mut parts = name.components();
    let (Some(Component::Normal(plain)), None) = (parts.next(), parts.next()) else {
        let reason = "the name of a kept data set must be that of a file, without folders";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    };
    fs::create_dir_all(folder)?;
    let mut temporary = plain.to_owned();
    temporary.push(".new");
    let temporary = folder.join(temporary);
    let mut file = File::create(&temporary)?;
    file.write_all(set.text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, folder.join(plain))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_replaced_and_rules_choose_no_folders() {
        let folder = tempfile::tempdir().unwrap();
        let set = |file: &str, text: &str| SavedSet {
            file: file.to_owned(),
            text: text.to_owned(),
        };
        save(folder.path(), &set("seen.lst", "old\n")).unwrap();
        save(folder.path(), &set("seen.lst", "new\n")).unwrap();
        let kept = fs::read_to_string(folder.path().join("seen.lst")).unwrap();
        assert_eq!(kept, "new\n");
        for bad in ["../seen.lst", "/etc/seen.lst", "a/b", "..", ""] {
            assert!(save(folder.path(), &set(bad, "x")).is_err(), "{bad}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
