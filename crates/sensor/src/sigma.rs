//! Sigma rule files: found, read, and given to `analyze`, which reads no files itself.

use crate::limits::{
    LICENCE_BYTES_MAX, LICENCE_FOLDERS_MAX, SIGMA_FILE_BYTES_MAX, SIGMA_FILES_MAX,
    SIGMA_FOLDER_DEPTH_MAX,
};
use analyze::{SigmaCollection, SigmaPlaceholders, SigmaRules};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Reads Sigma rules: each path is a file, or a folder with `*.yml` and `*.yaml` in it and below. What cannot be read is
/// among the problems of the rules. `placeholders` are names and values for `%name%`, a name for each of its values.
pub fn load_sigma(paths: &[PathBuf], placeholders: &[(String, String)]) -> SigmaRules {
    let mut values = SigmaPlaceholders::new();
    for (name, value) in placeholders {
        let parts = value.split(',').map(str::to_owned);
        values.entry(name.clone()).or_default().extend(parts);
    }
    let mut collection = SigmaCollection::new(values);
    let mut licences = Licences::default();
    for path in paths {
        let mut files = Vec::new();
        if let Err(error) = find(path, 0, &mut files) {
            collection.unreadable(&path.display().to_string(), &error.to_string());
        }
        for file in files {
            let name = file.display().to_string();
            match read(&file, SIGMA_FILE_BYTES_MAX) {
                Ok(bytes) => collection.read(&name, &bytes, licences.of(&file)),
                Err(error) => collection.unreadable(&name, &error.to_string()),
            }
        }
    }
    collection.finish()
}

/// The rule files of a path, by name.
fn find(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries = std::fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        let path = entry.path();
        if kind.is_dir() && depth < SIGMA_FOLDER_DEPTH_MAX {
            find(&path, depth + 1, files)?;
        } else if !kind.is_dir() && is_rule_file(&path) && files.len() < SIGMA_FILES_MAX {
            files.push(path);
        }
    }
    Ok(())
}

fn is_rule_file(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        ["yml", "yaml"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    use io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(most)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The licences that folders of rules give in a file beside or above them.
#[derive(Default)]
struct Licences(BTreeMap<PathBuf, Option<String>>);

impl Licences {
    fn of(&mut self, file: &Path) -> Option<&str> {
        let mut nearest = None;
        for folder in file.ancestors().skip(1).take(LICENCE_FOLDERS_MAX) {
            let known = self
                .0
                .entry(folder.to_owned())
                .or_insert_with(|| licence_in(folder));
            if known.is_some() {
                nearest = Some(folder.to_owned());
                break;
            }
        }
        self.0.get(&nearest?)?.as_deref()
    }
}

/// What a licence file says it is, where it is one that rules are given under.
fn licence_in(folder: &Path) -> Option<String> {
    const KNOWN: &[(&str, &str)] = &[
        ("Detection Rule License (DRL) 1.1", "DRL 1.1"),
        ("Detection Rule License", "DRL"),
        ("Apache License", "Apache-2.0"),
        ("MIT License", "MIT"),
    ];
    let names = [
        "LICENSE",
        "LICENSE.md",
        "LICENSE.txt",
        "LICENSE.Detection.Rules.md",
        "LICENCE",
    ];
    names.iter().find_map(|name| {
        let text = read(&folder.join(name), LICENCE_BYTES_MAX).ok()?;
        let text = String::from_utf8_lossy(&text);
        let known = KNOWN.iter().find(|(words, _)| text.contains(words));
        known.map(|(_, short)| (*short).to_owned())
    })
}
