//! Passwords: argon2id with the parameters of OWASP (19 MiB, 2 passes), a few at a time.

use super::{breached, known};
use crate::{Code, Error, limits};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Hashes and verifies passwords on blocking threads, so many at once as memory allows.
pub struct PasswordHasher {
    places: Arc<Semaphore>,
    /// Verified against when there is no such user, so that both take the same time.
    decoy: String,
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl PasswordHasher {
    /// Ready to hash.
    pub fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(limits::PASSWORD_HASHES_AT_ONCE)),
            decoy: hash_now(&crate::secret::random_token()).unwrap_or_default(),
        }
    }

    /// Checks that a new password may be one (NIST SP 800-63B-4, section 3.1.1.2): long enough, not well known, not made of
    /// the person's own words. No rules on what kinds of characters it has.
    ///
    /// # Errors
    /// When it may not.
    pub fn check_new(
        password: &str,
        has_second_factor: bool,
        own_words: &[&str],
    ) -> Result<(), Error> {
        let least = if has_second_factor {
            limits::PASSWORD_CHARS_MIN
        } else {
            limits::PASSWORD_CHARS_MIN_ALONE
        };
        if password.chars().count() < least {
            return Err(Code::PasswordTooShort.into());
        }
        if password.len() > limits::PASSWORD_BYTES_MAX {
            return Err(Code::PasswordTooLong.into());
        }
        if known::is_weak(password, own_words) {
            return Err(Code::PasswordKnown.into());
        }
        if known::guesses(password).any(|guess| breached::is_known(&guess)) {
            return Err(Code::PasswordBreached.into());
        }
        Ok(())
    }

    /// The hash of a password as a PHC string.
    ///
    /// # Errors
    /// When the machine cannot do it.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        self.work(move || hash_now(&password))
            .await?
            .ok_or_else(|| Code::Internal.into())
    }

    /// Whether a password fits a hash. Without hash the answer is no, after the same time.
    ///
    /// # Errors
    /// When the machine cannot do it.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        if password.len() > limits::PASSWORD_BYTES_MAX {
            return Ok(false);
        }
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        let fits = self
            .work(move || {
                PasswordHash::new(&hash).is_ok_and(|parsed| {
                    Argon2::default()
                        .verify_password(password.as_bytes(), &parsed)
                        .is_ok()
                })
            })
            .await?;
        Ok(fits && exists)
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(|_| Code::Unavailable)?;
        let done = tokio::task::spawn_blocking(move || {
            // Held by the thread: a caller who goes away does not free the memory.
            let _place = place;
            job()
        });
        done.await.map_err(|_| Code::Internal.into())
    }
}

fn hash_now(password: &str) -> Option<String> {
    let hash: PasswordHash = Argon2::default().hash_password(password.as_bytes()).ok()?;
    Some(hash.to_string())
}
