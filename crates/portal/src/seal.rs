//! Seals secrets that the portal itself must read again (AES-256-GCM), with a key that is kept outside the database: whoever
//! holds a copy of the database alone cannot use them.

use crate::database::{Connection, Database, query, scalar};
use crate::settings::Settings;
use crate::tenancy::Scope;
use crate::{Error, secret};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The key's file in the portal's folder, where the settings name no other.
pub const KEY_FILE: &str = "secrets.key";
/// How what is sealed begins. No base32 does.
const MARK: &str = "sealed:";

/// The key in use.
pub struct Seal {
    key: LessSafeKey,
}

impl Seal {
    /// The key that the settings name. All portals on one database have the same; the first one makes it.
    ///
    /// # Errors
    /// A setting, when it is missing, is no key, or is not the one that the database's secrets were sealed with; or when
    /// file or database fail.
    pub async fn open(settings: &Settings, database: &Database) -> Result<Self, Error> {
        let system = Scope::system();
        let mut transaction = database.write(&system).await?;
        let common = common_fingerprint(&mut transaction, &system).await?;
        let text = match configured(settings)? {
            Some(text) => text,
            None if common.is_none() && settings.secrets_key_place().is_none() => {
                new_key(&own_file(settings))?
            }
            None => return Err(refused(settings, "is missing")),
        };
        let bytes = from_hexadecimal(text.trim())
            .ok_or_else(|| refused(settings, "is no key of 64 hexadecimal digits"))?;
        let fingerprint = secret::hexadecimal(&Sha256::digest(bytes));
        match common {
            Some(common) if common != fingerprint => {
                return Err(refused(
                    settings,
                    "is not the one that the secrets were sealed with",
                ));
            }
            Some(_) => {}
            None => keep_fingerprint(&mut transaction, &system, &fingerprint).await?,
        }
        let key = UnboundKey::new(&AES_256_GCM, &bytes)
            .map_err(|_| refused(settings, "cannot be used"))?;
        transaction.commit().await?;
        Ok(Self {
            key: LessSafeKey::new(key),
        })
    }

    /// Seals a text; it opens for the same purpose only, which says what it is and whose.
    ///
    /// # Errors
    /// When the cipher fails.
    pub fn seal(&self, purpose: &str, text: &str) -> Result<String, Error> {
        // By chance: 96 bits do not meet twice among the few secrets of a portal.
        let nonce = secret::random_bytes::<NONCE_LEN>();
        let mut sealed = text.as_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(purpose),
                &mut sealed,
            )
            .map_err(|_| Error::Stored { what: "secret" })?;
        let whole = [nonce.as_slice(), &sealed].concat();
        Ok(format!("{MARK}{}", BASE64_STANDARD_NO_PAD.encode(whole)))
    }

    /// The text that was sealed for a purpose.
    ///
    /// # Errors
    /// When it is not sealed, by another key, or for another purpose.
    pub fn unseal(&self, purpose: &str, sealed: &str) -> Result<String, Error> {
        self.opened(purpose, sealed).ok_or(Error::Stored {
            what: "sealed secret",
        })
    }

    fn opened(&self, purpose: &str, sealed: &str) -> Option<String> {
        let whole = BASE64_STANDARD_NO_PAD
            .decode(sealed.strip_prefix(MARK)?)
            .ok()?;
        let (nonce, rest) = whole.split_first_chunk::<NONCE_LEN>()?;
        let mut rest = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let text = self
            .key
            .open_in_place(nonce, Aad::from(purpose), &mut rest)
            .ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

/// Whether a stored secret is sealed.
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(MARK)
}

fn own_file(settings: &Settings) -> PathBuf {
    settings.data_dir.join(KEY_FILE)
}

fn configured(settings: &Settings) -> Result<Option<String>, Error> {
    let (file, variable) = (
        settings.secrets_key_file.as_deref(),
        settings.secrets_key_env.as_deref(),
    );
    if settings.secrets_key_place().is_some() {
        return secret::configured("secrets_key", file, variable);
    }
    let path = own_file(settings);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::File { path, source }),
    }
}

/// Makes a key that only the owner of the file may read.
fn new_key(path: &Path) -> Result<String, Error> {
    let text = secret::random_token();
    let failed = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    Ok(text)
}

fn refused(settings: &Settings, what: &str) -> Error {
    let own = || own_file(settings).display().to_string();
    let place = settings.secrets_key_place().unwrap_or_else(own);
    Error::Setting {
        name: "secrets_key_file",
        reason: format!(
            "the key for secrets in the database {what} ({place}): put the key of the first portal on this database there, or of the one that was backed up"
        ),
    }
}

fn from_hexadecimal(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(place.saturating_mul(2)..)?.get(..2)?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(bytes)
}

async fn common_fingerprint(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Option<String>, Error> {
    scope.require_all_tenants()?;
    scalar("SELECT MAX(value) FROM installation WHERE name = 'secrets_key'")
        .fetch_one(connection)
        .await
}

async fn keep_fingerprint(
    connection: &mut Connection,
    scope: &Scope,
    fingerprint: &str,
) -> Result<(), Error> {
    scope.require_all_tenants()?;
    query("INSERT INTO installation (name, value) VALUES ('secrets_key', $1)")
        .bind(fingerprint)
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{KEY_FILE, is_sealed};
    use crate::testing::{World, fresh_postgres};
    use crate::{Portal, Settings, causes};
    use std::os::unix::fs::PermissionsExt as _;

    #[tokio::test]
    async fn a_secret_opens_for_its_purpose_alone() {
        let world = World::new().await;
        let seal = &world.context().seal;
        let sealed = seal.seal("a", "the secret").unwrap();
        assert!(is_sealed(&sealed) && !sealed.contains("the secret"));
        assert_ne!(sealed, seal.seal("a", "the secret").unwrap());
        assert_eq!(seal.unseal("a", &sealed).unwrap(), "the secret");
        assert!(seal.unseal("b", &sealed).is_err());
        let other = World::new().await;
        assert!(other.context().seal.unseal("a", &sealed).is_err());
        for damaged in [
            "",
            "the secret",
            "sealed:",
            "sealed:AAAA",
            &sealed[..sealed.len() - 2],
        ] {
            assert!(seal.unseal("a", damaged).is_err(), "{damaged}");
        }
    }

    #[tokio::test]
    async fn the_key_is_its_owners_and_must_stay_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            data_dir: folder.path().to_owned(),
            database: fresh_postgres().await,
            ..Settings::default()
        };
        drop(Portal::open(settings.clone()).await.unwrap());
        let file = folder.path().join(KEY_FILE);
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let right = std::fs::read_to_string(&file).unwrap();
        for (text, said) in [
            (Some("0".repeat(64)), "not the one"),
            (Some("no key".to_owned()), "64 hexadecimal digits"),
            (None, "is missing"),
        ] {
            match text {
                Some(text) => std::fs::write(&file, text).unwrap(),
                None => std::fs::remove_file(&file).unwrap(),
            }
            let Err(error) = Portal::open(settings.clone()).await else {
                panic!("opened: {said}")
            };
            assert!(causes(&error).contains(said), "{}", causes(&error));
        }
        // Kept elsewhere, it is as good.
        let elsewhere = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(elsewhere.path(), right).unwrap();
        let settings = Settings {
            secrets_key_file: Some(elsewhere.path().to_owned()),
            ..settings
        };
        drop(Portal::open(settings).await.unwrap());
        assert!(!file.exists());
    }
}
