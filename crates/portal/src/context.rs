//! What every area needs: settings, database, clock, and the few things that live in memory.

use crate::Error;
use crate::clock::Clock;
use crate::database::Database;
use crate::identity::PasswordHasher;
use crate::identity::sign_on::Providers;
use crate::incidents::Archive;
use crate::live::Hub;
use crate::notify::{Mailer, Outbound, VapidKey};
use crate::seal::Seal;
use crate::settings::Settings;
use link::Authority;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{Notify, OnceCell};

/// Shared by all requests and jobs; clones are the same thing.
#[derive(Clone)]
pub struct Context(Arc<Shared>);

/// What a [`Context`] shares.
pub struct Shared {
    /// What the operator decided.
    pub settings: Settings,
    /// The database.
    pub database: Database,
    /// The time.
    pub clock: Clock,
    /// Seals secrets that stand in the database.
    pub seal: Seal,
    /// Hashes passwords, a few at a time.
    pub passwords: PasswordHasher,
    /// What lists of incidents are made of.
    pub archive: Archive,
    /// Tells browsers what happens.
    pub hub: Hub,
    /// Signs the certificates of sensors.
    pub authority: Authority,
    /// The way to the mail server, where there is one.
    pub mailer: Option<Mailer>,
    /// The way to systems that customers name.
    pub outbound: Outbound,
    /// What sign-on services said of themselves.
    pub providers: Providers,
    /// Rung when a message has been stored that is to be sent.
    pub post_bell: Notify,
    /// The name of this portal among those on one database; the same after it has ended and begun again.
    pub instance: String,
    /// The key for push services, once it was needed.
    pub vapid_key: OnceCell<VapidKey>,
}

impl Context {
    /// Joins the parts.
    ///
    /// # Errors
    /// When the mail settings or the authority's files cannot be used.
    pub fn new(
        settings: Settings,
        database: Database,
        seal: Seal,
        clock: Clock,
    ) -> Result<Self, Error> {
        let authority = Authority::open(&settings.data_dir.join("authority"), clock.now())?;
        let instance = instance(&settings.data_dir)?;
        let outbound = Outbound::new(&settings.outgoing)?;
        let mailer = settings.smtp.as_ref().map(Mailer::new).transpose()?;
        Ok(Self(Arc::new(Shared {
            settings,
            database,
            clock,
            seal,
            passwords: PasswordHasher::new(),
            archive: Archive::default(),
            hub: Hub::new(),
            authority,
            mailer,
            outbound,
            providers: Providers::default(),
            post_bell: Notify::new(),
            instance,
            vapid_key: OnceCell::new(),
        })))
    }
}

/// The name that stands in the portal's folder; a new one where there is none yet.
fn instance(folder: &Path) -> Result<String, Error> {
    let path = folder.join("instance");
    let failed = |source| Error::File {
        path: path.clone(),
        source,
    };
    match std::fs::read_to_string(&path) {
        Ok(name) if !name.trim().is_empty() => Ok(name.trim().to_owned()),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
        _ => {
            let name = uuid::Uuid::now_v7().to_string();
            std::fs::write(&path, format!("{name}\n")).map_err(failed)?;
            Ok(name)
        }
    }
}

impl Deref for Context {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
