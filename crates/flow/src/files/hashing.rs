//! Digests of a file as it streams by.

use crate::conversation::Hashes;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The three digests by which the world names files.
#[derive(Clone, Debug, Default)]
pub(super) struct Hashing {
    md5: Md5,
    sha1: Sha1,
    sha256: Sha256,
}

impl Hashing {
    pub fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.sha1.update(bytes);
        self.sha256.update(bytes);
    }

    pub fn finish(self) -> Hashes {
        Hashes {
            md5: self.md5.finalize().into(),
            sha1: self.sha1.finalize().into(),
            sha256: self.sha256.finalize().into(),
        }
    }
}
