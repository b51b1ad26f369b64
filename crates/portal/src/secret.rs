//! Random tokens, and what of them may be stored.

use crate::Error;
use rand::TryRng as _;
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// 256 random bits from the operating system, as 64 hexadecimal digits.
///
/// # Panics
/// When the operating system has no randomness to give: nothing that needs a secret can go on then.
pub fn random_token() -> String {
    hexadecimal(&random_bytes::<32>())
}

/// Random bytes from the operating system.
///
/// # Panics
/// As [`random_token`].
pub fn random_bytes<const COUNT: usize>() -> [u8; COUNT] {
    let mut bytes = [0_u8; COUNT];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system gives randomness");
    bytes
}

/// A secret from where the settings say it is: a file, or else an environment variable; none where they name neither.
/// `setting` is the settings' name of it, for what goes wrong.
///
/// # Errors
/// When the file cannot be read or the variable is not set.
pub fn configured(
    setting: &'static str,
    file: Option<&Path>,
    variable: Option<&str>,
) -> Result<Option<String>, Error> {
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|source| Error::File {
            path: path.to_owned(),
            source,
        })?;
        return Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    let Some(name) = variable else {
        return Ok(None);
    };
    let secret = std::env::var(name).map_err(|_| Error::Setting {
        name: setting,
        reason: format!("environment variable {name} is not set"),
    })?;
    Ok(Some(secret))
}

/// SHA-256 of a token, the only form in which the database knows it.
pub fn hash(token: &str) -> String {
    hexadecimal(&Sha256::digest(token.as_bytes()))
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub fn equal(left: &str, right: &str) -> bool {
    left.len() == right.len()
        && left
            .bytes()
            .zip(right.bytes())
            .fold(0, |difference, (a, b)| difference | (a ^ b))
            == 0
}

/// Lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{equal, hash, random_token};

    #[test]
    fn tokens_differ_and_hashes_are_sha_256() {
        let token = random_token();
        assert_eq!(token.len(), 64);
        assert_ne!(token, random_token());
        assert_eq!(
            hash("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(equal("ab", "ab") && !equal("ab", "ac") && !equal("ab", "abc"));
    }
}
