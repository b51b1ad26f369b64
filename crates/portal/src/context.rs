//! What every area needs: settings, database, clock, and the few things that live in memory.

use crate::Error;
use crate::clock::Clock;
use crate::database::Database;
use crate::identity::{PasswordHasher, Throttle};
use crate::live::Hub;
use crate::notify::Mailer;
use crate::settings::Settings;
use link::Authority;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::Notify;

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
    /// Hashes passwords, a few at a time.
    pub passwords: PasswordHasher,
    /// Slows down guessing.
    pub throttle: Throttle,
    /// Tells browsers what happens.
    pub hub: Hub,
    /// Signs the certificates of sensors.
    pub authority: Authority,
    /// The way to the mail server, where there is one.
    pub mailer: Option<Mailer>,
    /// Rung when a mail has been queued.
    pub mail_bell: Notify,
}

impl Context {
    /// Joins the parts.
    ///
    /// # Errors
    /// When the mail settings or the authority's files cannot be used.
    pub fn new(settings: Settings, database: Database, clock: Clock) -> Result<Self, Error> {
        let authority = Authority::open(&settings.data_dir.join("authority"), clock.now())?;
        let mailer = settings.smtp.as_ref().map(Mailer::new).transpose()?;
        Ok(Self(Arc::new(Shared {
            settings,
            database,
            clock,
            passwords: PasswordHasher::new(),
            throttle: Throttle::new(),
            hub: Hub::new(),
            authority,
            mailer,
            mail_bell: Notify::new(),
        })))
    }
}

impl Deref for Context {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
