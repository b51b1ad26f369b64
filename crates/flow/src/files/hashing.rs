//! Digests of a file as it streams by.

use crate::conversation::{Digests, Hashes};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The digests by which the world names files, as far as they are wanted.
#[derive(Clone, Debug)]
pub(super) struct Hashing {
    md5: Option<Md5>,
    sha1: Option<Sha1>,
    sha256: Sha256,
}

impl Hashing {
    pub fn new(wanted: Digests) -> Self {
        Self {
            md5: wanted.md5.then(Md5::new),
            sha1: wanted.sha1.then(Sha1::new),
            sha256: Sha256::new(),
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
        if let Some(sha1) = &mut self.sha1 {
            sha1.update(bytes);
        }
        self.sha256.update(bytes);
    }

    pub fn finish(self) -> Hashes {
        Hashes {
            md5: self.md5.map(|md5| md5.finalize().into()),
            sha1: self.sha1.map(|sha1| sha1.finalize().into()),
            sha256: self.sha256.finalize().into(),
        }
    }
}
