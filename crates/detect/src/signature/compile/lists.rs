//! Lists of file hashes that rules name.

use super::{Missing, Settings};
use crate::rule::ast::{FileHash, HashKind};
use crate::signature::program::HashList;
use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// Bytes of one list.
const LIST_BYTES_MAX: u64 = 256 << 20;

/// The list that a rule names, read once however many rules name it.
pub(super) fn load(
    hash: &FileHash,
    settings: &Settings,
    known: &mut HashMap<String, Arc<HashList>>,
) -> Result<Arc<HashList>, Missing> {
    let (keyword, length) = match hash.kind {
        HashKind::Md5 => ("filemd5", 16),
        HashKind::Sha1 => ("filesha1", 20),
        HashKind::Sha256 => ("filesha256", 32),
    };
    let key = format!("{keyword}:{}", hash.list);
    if let Some(list) = known.get(&key) {
        return Ok(Arc::clone(list));
    }
    let text = settings
        .list_folders
        .iter()
        .find_map(|folder| read(&folder.join(&hash.list)))
        .ok_or_else(|| {
            Missing::because(
                format!("{keyword} list"),
                format!("cannot read {}", hash.list),
            )
        })?;
    let mut list: HashList = text
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let word = line
                .split(|byte| byte.is_ascii_whitespace() || *byte == b',')
                .find(|word| !word.is_empty())?;
            unhex(word).filter(|hash| hash.len() == length)
        })
        .collect();
    list.sort_unstable();
    list.dedup();
    let list = Arc::new(list);
    known.insert(key, Arc::clone(&list));
    Ok(list)
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
pub(crate) fn unhex(text: &[u8]) -> Option<Vec<u8>> {
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
