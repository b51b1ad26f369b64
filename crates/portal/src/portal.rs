//! Opens the portal, serves it, and does what the command line does without signing in.

use crate::clock::Clock;
use crate::context::Context;
use crate::database::{Database, make_private_folder};
use crate::fleet::{Door, NewSensor, SensorWithSecret};
use crate::http::Server;
use crate::http::certificate::Certificates;
use crate::identity::NewUser;
use crate::seal::Seal;
use crate::settings::Settings;
use crate::tenancy::{NewTenant, Scope, TenantId, UserId};
use crate::{Error, fleet, http, identity, live, notify, tenancy};
use std::fs::{File, TryLockError};
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

const SILENCE_LOOKED_FOR_EVERY: Duration = Duration::from_secs(5);
const SENSORS_JUDGED_EVERY: Duration = Duration::from_secs(60);
const OLD_FORGOTTEN_EVERY: Duration = Duration::from_secs(3600);

/// An open portal: its database is up to date. SQLite's belongs to this process alone.
#[derive(Clone)]
pub struct Portal {
    context: Context,
    /// Held as long as the portal is open: SQLite is for one. On PostgreSQL several portals work together.
    _lock: Option<Arc<File>>,
}

impl Portal {
    /// Opens the portal, making its folder and database where they are missing.
    ///
    /// # Errors
    /// When the folder cannot be used, another portal uses it, or a setting makes no sense.
    pub async fn open(settings: Settings) -> Result<Self, Error> {
        Self::open_at(settings, Clock::system()).await
    }

    /// As [`Self::open`], with a clock of the caller's.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_at(settings: Settings, clock: Clock) -> Result<Self, Error> {
        make_private_folder(&settings.data_dir)?;
        let lock = match settings.database {
            Some(_) => None,
            None => Some(Arc::new(lock(&settings.data_dir)?)),
        };
        let database = Database::open(&settings).await?;
        let seal = Seal::open(&settings, &database).await?;
        let context = Context::new(settings, database, seal, clock)?;
        fleet::service::require_common_authority(&context).await?;
        identity::seal_secrets(&context).await?;
        Ok(Self {
            context,
            _lock: lock,
        })
    }

    /// What the services of the areas work on, for whoever speaks with sensors.
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// Takes in a customer.
    ///
    /// # Errors
    /// When the name cannot be one, or the database fails.
    pub async fn create_tenant(&self, name: &str) -> Result<TenantId, Error> {
        let name = name.to_owned();
        self.take_in(NewTenant {
            name,
            ..NewTenant::default()
        })
        .await
    }

    /// Takes in a tenant of any kind: a customer, a partner, the operator.
    ///
    /// # Errors
    /// When the name cannot be one, the partner is none, or the database fails.
    pub async fn take_in(&self, new: NewTenant) -> Result<TenantId, Error> {
        tenancy::service::create(&self.context, &Scope::system(), new).await
    }

    /// Takes in a user of a tenant.
    ///
    /// # Errors
    /// When the address is taken, name, address or password cannot be one, or the database fails.
    pub async fn create_user(&self, tenant: TenantId, user: NewUser) -> Result<UserId, Error> {
        identity::service::create(&self.context, &Scope::system_in(tenant), user).await
    }

    /// Enters a sensor of a tenant, with the secret by which it enrols.
    ///
    /// # Errors
    /// When name or location cannot be one, or the database fails.
    pub async fn create_sensor(
        &self,
        tenant: TenantId,
        name: &str,
        location: &str,
    ) -> Result<SensorWithSecret, Error> {
        let new = NewSensor {
            name: name.to_owned(),
            location: location.to_owned(),
        };
        fleet::service::create(&self.context, &Scope::system_in(tenant), &new).await
    }

    /// Opens the ports, so that the caller knows their addresses before serving.
    ///
    /// # Errors
    /// When a port is taken or the certificate cannot be read.
    pub async fn bind(&self) -> Result<BoundPortal, Error> {
        let settings = &self.context.settings;
        let certificates = Certificates::of(settings)?;
        let tls = certificates
            .as_ref()
            .map(|certificates| certificates.acceptor(settings))
            .transpose()?;
        let server = http::bind(settings.listen, tls).await?;
        let door = Door::bind(&self.context).await?;
        Ok(BoundPortal {
            portal: self.clone(),
            certificates,
            server,
            door,
        })
    }

    /// Serves browsers and sensors and sends mails until `shutdown`.
    ///
    /// # Errors
    /// When the port is taken or the certificate cannot be read.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), Error> {
        self.bind().await?.serve(shutdown).await;
        Ok(())
    }
}

/// A portal with open ports.
pub struct BoundPortal {
    portal: Portal,
    certificates: Option<Arc<Certificates>>,
    server: Server,
    door: Door,
}

impl BoundPortal {
    /// Where it listens for browsers.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> Result<SocketAddr, Error> {
        self.server.address()
    }

    /// Where it listens for sensors.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn link_address(&self) -> Result<SocketAddr, Error> {
        self.door.address()
    }

    /// Serves browsers and sensors and sends mails until `shutdown`, then closes the database.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) {
        let context = self.portal.context.clone();
        let closing = watch::Sender::new(false);
        let mails = tokio::spawn(notify::post::run(context.clone(), closing.subscribe()));
        let relay = tokio::spawn(live::relay::run(context.clone(), closing.subscribe()));
        let silence = tokio::spawn(look_for_silence(context.clone(), closing.subscribe()));
        let alarms = tokio::spawn(judge_sensors(context.clone(), closing.subscribe()));
        let door = tokio::spawn(serve_sensors(self.door, closing.subscribe()));
        let certificates = tokio::spawn(look_after(
            self.certificates,
            context.clone(),
            closing.subscribe(),
        ));
        let hub_context = context.clone();
        let ended = async move {
            shutdown.await;
            // Event streams never end by themselves.
            hub_context.hub.close();
        };
        self.server.run(http::router(context.clone()), ended).await;
        closing.send_replace(true);
        for task in [mails, relay, silence, alarms, door, certificates] {
            if task.await.is_err() {
                tracing::error!("a background task ended badly");
            }
        }
        context.database.close().await;
    }
}

async fn look_after(
    certificates: Option<Arc<Certificates>>,
    context: Context,
    closed: watch::Receiver<bool>,
) {
    if let Some(certificates) = certificates {
        http::certificate::look_after(context, certificates, closed).await;
    }
}

async fn serve_sensors(door: Door, mut closed: watch::Receiver<bool>) {
    let stop = async move {
        let _ = closed.wait_for(|closed| *closed).await;
    };
    if let Err(error) = door.serve(stop).await {
        tracing::error!(error = http::causes(&error), "sensors cannot be heard");
    }
}

async fn look_for_silence(context: Context, mut closed: watch::Receiver<bool>) {
    loop {
        if let Err(error) = fleet::service::announce_silent(&context).await {
            tracing::error!(
                error = http::causes(&error),
                "cannot look for silent sensors"
            );
        }
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return,
            () = tokio::time::sleep(SILENCE_LOOKED_FOR_EVERY) => {}
        }
    }
}

async fn judge_sensors(context: Context, mut closed: watch::Receiver<bool>) {
    let mut forgotten: Option<Instant> = None;
    loop {
        if let Err(error) = fleet::alarms::service::sweep(&context).await {
            tracing::error!(error = http::causes(&error), "cannot judge sensors");
        }
        if forgotten.is_none_or(|at| at.elapsed() >= OLD_FORGOTTEN_EVERY) {
            forgotten = Some(Instant::now());
            if let Err(error) = fleet::service::forget(&context).await {
                tracing::error!(error = http::causes(&error), "cannot forget what is old");
            }
        }
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return,
            () = tokio::time::sleep(SENSORS_JUDGED_EVERY) => {}
        }
    }
}

fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("portal.lock");
    let failed = |source| Error::File {
        path: path.clone(),
        source,
    };
    let file = File::create(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Setting {
            name: "data_dir",
            reason: "another portal uses this folder".to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
