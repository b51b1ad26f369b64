//! Copies of everything that a portal keeps, made while it runs, and portals made of such a copy. A copy is a folder: the
//! database (`portal.sqlite`, or `portal.dump` of PostgreSQL's own tool), the authority that the sensors trust, and the key of the
//! sealed secrets, unless the settings keep it elsewhere.

use crate::Error;
use crate::database::{Database, make_private_folder};
use crate::seal::KEY_FILE;
use crate::settings::Settings;
use std::io;
use std::path::Path;

const AUTHORITY: &str = "authority";
const AUTHORITY_FILES: [&str; 2] = ["authority.pem", "authority.key"];

/// Copies the portal of the settings into a new folder that only its owner may look into.
///
/// # Errors
/// When the folder is there and not empty, there is no portal to copy, or files or the database fail.
pub async fn backup(settings: &Settings, folder: &Path) -> Result<(), Error> {
    require_empty(folder)?;
    make_private_folder(folder)?;
    Database::copy_to(settings, folder).await?;
    copy_authority(&settings.data_dir, folder)?;
    if settings.secrets_key_place().is_none() {
        copy_key(&settings.data_dir, folder)?;
    }
    Ok(())
}

/// Makes the portal of the settings from a copy.
///
/// # Errors
/// When there is a portal already, the folder holds no copy of one with such a database, or files or the database fail.
pub async fn restore(settings: &Settings, folder: &Path) -> Result<(), Error> {
    require_empty(&settings.data_dir)?;
    make_private_folder(&settings.data_dir)?;
    Database::copy_from(settings, folder).await?;
    copy_authority(folder, &settings.data_dir)?;
    // A copy of a portal that keeps its key elsewhere, or had none yet, is without.
    if folder.join(KEY_FILE).exists() && settings.secrets_key_place().is_none() {
        copy_key(folder, &settings.data_dir)?;
    }
    Ok(())
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    move |source| Error::File {
        path: path.to_owned(),
        source,
    }
}

fn require_empty(folder: &Path) -> Result<(), Error> {
    let mut entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(folder)(error)),
    };
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(failed(folder)(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "the folder is not empty",
        ))),
    }
}

fn copy_authority(from: &Path, to: &Path) -> Result<(), Error> {
    let (from, to) = (from.join(AUTHORITY), to.join(AUTHORITY));
    make_private_folder(&to)?;
    for file in AUTHORITY_FILES {
        // Copies keep the permissions of the original: a key stays its owner's.
        std::fs::copy(from.join(file), to.join(file)).map_err(failed(&from.join(file)))?;
    }
    Ok(())
}

fn copy_key(from: &Path, to: &Path) -> Result<(), Error> {
    let file = from.join(KEY_FILE);
    std::fs::copy(&file, to.join(KEY_FILE)).map_err(failed(&file))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{backup, restore};
    use crate::settings::Settings;
    use crate::testing::{World, fresh_postgres};

    #[tokio::test]
    async fn a_portal_made_of_a_copy_is_the_one_that_was_copied() {
        let world = World::new().await;
        let side = world.side("a").await;
        let path = world.sample(&side, 1).await;
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("copy");
        let settings = &world.context().settings;
        backup(settings, &folder).await.unwrap();
        // What happens after it is not in it.
        world.sample(&side, 2).await;
        assert!(backup(settings, &folder).await.is_err(), "written over");

        let fresh = Settings {
            data_dir: place.path().join("fresh"),
            database: fresh_postgres().await,
            ..Settings::default()
        };
        restore(&fresh, &folder).await.unwrap();
        assert!(restore(&fresh, &folder).await.is_err(), "written over");
        let again = World::with(|settings| *settings = fresh).await;
        let sealed = world.context().seal.seal("x", "kept").unwrap();
        let opened = again.context().seal.unseal("x", &sealed);
        assert_eq!(opened.unwrap(), "kept");
        let authority = |world: &World| world.context().authority.sha256();
        assert_eq!(authority(&again), authority(&world));
        let browser = again.browser(&side.email).await;
        browser.get(&path).await.is(200);
        let list = browser.get("/api/v1/incidents").await.is(200).json();
        assert_eq!(list["total"], 1);
    }

    #[tokio::test]
    async fn what_is_no_copy_is_said_to_be_none() {
        let place = tempfile::tempdir().unwrap();
        let nothing = Settings {
            data_dir: place.path().join("portal"),
            ..Settings::default()
        };
        let folder = place.path().join("copy");
        let no_portal = backup(&nothing, &folder).await.unwrap_err();
        assert!(
            crate::causes(&no_portal).contains("portal.sqlite"),
            "{no_portal:?}"
        );
        let no_copy = restore(&nothing, &place.path().join("nowhere"))
            .await
            .unwrap_err();
        assert!(
            crate::causes(&no_copy).contains("portal.sqlite"),
            "{no_copy:?}"
        );
    }
}
