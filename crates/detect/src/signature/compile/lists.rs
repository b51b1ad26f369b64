//! Lists that rules name: file hashes, data sets, reputations.

use super::{Missing, Settings};
use crate::rule::ast::{DataReputation, Dataset, DatasetKind, FileHash, HashKind};
use crate::signature::inspect::base64::{self, Dialect};
use crate::signature::program::{DataSet, HashList};
use std::collections::HashMap;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

/// Bytes of one list.
const LIST_BYTES_MAX: u64 = 256 << 20;

/// Lists read so far, each once however many rules name it.
pub(super) struct Lists<'a> {
    settings: &'a Settings,
    hashes: HashMap<String, Arc<HashList>>,
    sets: HashMap<String, Arc<DataSet>>,
}

impl<'a> Lists<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self {
            settings,
            hashes: HashMap::new(),
            sets: HashMap::new(),
        }
    }

    /// Categories and priorities.
    pub(super) const fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// The hashes that a rule names.
    pub(super) fn hashes(&mut self, hash: &FileHash) -> Result<Arc<HashList>, Missing> {
        let (keyword, length) = match hash.kind {
            HashKind::Md5 => ("filemd5", 16),
            HashKind::Sha1 => ("filesha1", 20),
            HashKind::Sha256 => ("filesha256", 32),
        };
        let key = format!("{keyword}:{}", hash.list);
        if let Some(list) = self.hashes.get(&key) {
            return Ok(Arc::clone(list));
        }
        let text = self.text(keyword, &hash.list)?;
        let words = lines(&text).filter_map(|line| {
            line.split(|byte| byte.is_ascii_whitespace() || *byte == b',')
                .find(|word| !word.is_empty())
        });
        let mut list: HashList = words
            .filter_map(unhex)
            .filter(|hash| hash.len() == length)
            .collect();
        list.sort_unstable();
        list.dedup();
        let list = Arc::new(list);
        self.hashes.insert(key, Arc::clone(&list));
        Ok(list)
    }

    /// The set that a rule asks.
    pub(super) fn dataset(&mut self, dataset: &Dataset) -> Result<Arc<DataSet>, Missing> {
        self.set("dataset", &dataset.name, dataset.kind, &dataset.settings)
    }

    /// What the set of a rule that may change it holds at first: nothing, where no list is named or where the list is a
    /// state that nobody has written yet.
    pub(super) fn initial(&mut self, dataset: &Dataset) -> Result<Arc<DataSet>, Missing> {
        let mut settings = dataset.settings.iter();
        let list = settings.find(|(key, _)| key == "load" || key == "state");
        match (list, dataset.kind) {
            (None, _) => Ok(Arc::default()),
            (Some((key, file)), Some(_))
                if key == "state" && self.text("dataset", file).is_err() =>
            {
                Ok(Arc::default())
            }
            (Some(_), _) => self.dataset(dataset),
        }
    }

    /// The scores that a rule asks.
    pub(super) fn reputation(
        &mut self,
        reputation: &DataReputation,
    ) -> Result<Arc<DataSet>, Missing> {
        self.set(
            "datarep",
            &reputation.name,
            reputation.kind,
            &reputation.settings,
        )
    }

    fn set(
        &mut self,
        keyword: &str,
        name: &str,
        kind: Option<DatasetKind>,
        settings: &[(String, String)],
    ) -> Result<Arc<DataSet>, Missing> {
        let key = format!("{keyword}:{name}");
        if let Some(set) = self.sets.get(&key) {
            return Ok(Arc::clone(set));
        }
        let file = settings
            .iter()
            .find(|(key, _)| key == "load" || key == "state")
            .map(|(_, file)| file);
        let (Some(file), Some(kind)) = (file, kind) else {
            return Err(Missing::new(format!("{keyword} without a list to load")));
        };
        let text = self.text(keyword, file)?;
        let set: DataSet = lines(&text).filter_map(|line| member(line, kind)).collect();
        let set = Arc::new(set);
        self.sets.insert(key, Arc::clone(&set));
        Ok(set)
    }

    fn text(&self, keyword: &str, file: &str) -> Result<Vec<u8>, Missing> {
        self.settings
            .list_folders
            .iter()
            .find_map(|folder| read(&folder.join(file)))
            .ok_or_else(|| {
                Missing::because(format!("{keyword} list"), format!("cannot read {file}"))
            })
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
}

/// A value, as the buffer holds it, and its score.
fn member(line: &[u8], kind: DatasetKind) -> Option<(Vec<u8>, u64)> {
    let (value, score) = match memchr::memchr(b',', line) {
        Some(comma) => line.split_at_checked(comma)?,
        None => (line, &b""[..]),
    };
    let score = std::str::from_utf8(score)
        .ok()?
        .trim_start_matches(',')
        .trim()
        .parse()
        .unwrap_or(0);
    let address = || {
        std::str::from_utf8(value)
            .ok()?
            .trim()
            .parse::<IpAddr>()
            .ok()
    };
    let bytes = match kind {
        DatasetKind::Text => base64::decode(value, Dialect::Stop),
        DatasetKind::Md5 | DatasetKind::Sha256 => unhex(value)?,
        DatasetKind::Ipv4 | DatasetKind::Ip => match address()?.to_canonical() {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        },
    };
    Some((bytes, score))
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .ok()?
        .take(LIST_BYTES_MAX)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}

/// Bytes of a hexadecimal text.
fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.chunks_exact(2)
        .map(|pair| {
            let high = char::from(*pair.first()?).to_digit(16)?;
            let low = char::from(*pair.get(1)?).to_digit(16)?;
            u8::try_from((high << 4) | low).ok()
        })
        .collect()
}
