//! `hinomi portal`: serves the portal, and prepares it.

use crate::signals;
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use event::Language;
use portal::identity::NewUser;
use portal::{NewTenant, Portal, Role, Settings, TenantId, TenantKind};
use std::io::Read;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Settings come from a TOML file; options go before it.
#[derive(Args)]
pub struct Options {
    /// Settings file
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Folder of the database and of the sensors' certificate authority
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    /// Where browsers connect [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT", global = true)]
    listen: Option<SocketAddr>,
    /// Where sensors connect [default: 127.0.0.1:8443]
    #[arg(long, value_name = "ADDRESS:PORT", global = true)]
    link_listen: Option<SocketAddr>,
    /// How browsers reach the portal, for links in mails
    #[arg(long, value_name = "URL", global = true)]
    base_url: Option<String>,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// Serve browsers and sensors (the default)
    Serve,
    /// Check the settings and say what they come to
    CheckConfig,
    /// Take in a customer, a partner or the operator, and print its id (while the portal is not running)
    AddTenant {
        /// Name
        name: String,
        /// What it is to the service: customer, partner or operator
        #[arg(long, default_value = "customer", value_parser = kind)]
        kind: TenantKind,
        /// Id of the partner that sold the service to the customer
        #[arg(long)]
        partner: Option<TenantId>,
    },
    /// Take in a person; the password is read from standard input (while the portal is not running)
    AddUser {
        /// Id of the tenant
        #[arg(long)]
        tenant: TenantId,
        /// Mail address, by which the person signs in
        #[arg(long)]
        email: String,
        /// Name of the person
        #[arg(long)]
        name: String,
        /// What the person may do: administrator, contact or viewer of a customer; partner; analyst, lab or operator
        #[arg(long, default_value = "administrator", value_parser = role)]
        role: Role,
        /// Language of pages and mails: ja or en
        #[arg(long, default_value = "ja", value_parser = super::replay::language)]
        language: Language,
    },
    /// Copy everything that the portal keeps into a new folder, while it runs
    Backup {
        /// The folder
        folder: PathBuf,
    },
    /// Make a portal from such a copy, where there is none yet
    Restore {
        /// The folder of the copy
        folder: PathBuf,
    },
    /// Enter a sensor and print the code by which it enrols (while the portal is not running)
    AddSensor {
        /// Id of the customer
        #[arg(long)]
        tenant: TenantId,
        /// Where it stands
        #[arg(long, default_value = "")]
        location: String,
        /// Name of the sensor
        name: String,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::ALL
        .into_iter()
        .find(|role| role.key() == text)
        .ok_or_else(|| {
            "expected administrator, contact, viewer, partner, analyst, lab or operator".to_owned()
        })
}

fn kind(text: &str) -> Result<TenantKind, String> {
    TenantKind::from_key(text).ok_or_else(|| "expected customer, partner or operator".to_owned())
}

pub fn run(options: Options) -> Result<ExitCode> {
    let settings = settings(&options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(act(options.action.unwrap_or(Action::Serve), settings))?;
    Ok(ExitCode::SUCCESS)
}

fn settings(options: &Options) -> Result<Settings> {
    let mut settings = match &options.config {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            toml::from_str(&text).with_context(|| format!("in {}", path.display()))?
        }
        None => Settings::default(),
    };
    if let Some(data) = &options.data {
        settings.data_dir.clone_from(data);
    }
    settings.listen = options.listen.unwrap_or(settings.listen);
    settings.link_listen = options.link_listen.unwrap_or(settings.link_listen);
    if options.base_url.is_some() {
        settings.base_url.clone_from(&options.base_url);
    }
    Ok(settings)
}

async fn act(action: Action, settings: Settings) -> Result<()> {
    match action {
        Action::Serve => serve(settings).await,
        Action::CheckConfig => {
            println!("{settings:#?}");
            Ok(())
        }
        Action::Backup { folder } => {
            portal::backup(&settings, &folder).await?;
            if let Some(place) = settings.secrets_key_place() {
                eprintln!(
                    "the key of the sealed secrets is not in the copy: keep {place} too, or nothing can be restored from it"
                );
            }
            Ok(())
        }
        Action::Restore { folder } => Ok(portal::restore(&settings, &folder).await?),
        Action::AddTenant {
            name,
            kind,
            partner,
        } => {
            let new = NewTenant {
                name,
                kind,
                partner,
                licensed_endpoints: None,
            };
            println!("{}", Portal::open(settings).await?.take_in(new).await?);
            Ok(())
        }
        Action::AddUser {
            tenant,
            email,
            name,
            role,
            language,
        } => {
            let mut password = String::new();
            std::io::stdin().read_to_string(&mut password)?;
            let password = password.trim_end_matches(['\r', '\n']).to_owned();
            let user = NewUser {
                email,
                name,
                password,
                role,
                language,
            };
            println!(
                "{}",
                Portal::open(settings)
                    .await?
                    .create_user(tenant, user)
                    .await?
            );
            Ok(())
        }
        Action::AddSensor {
            tenant,
            location,
            name,
        } => {
            let portal = Portal::open(settings).await?;
            println!(
                "{}",
                portal
                    .create_sensor(tenant, &name, &location)
                    .await?
                    .enrolment_secret
            );
            Ok(())
        }
    }
}

async fn serve(settings: Settings) -> Result<()> {
    let stop = signals::stop_flag()?;
    let bound = Portal::open(settings).await?.bind().await?;
    eprintln!(
        "portal for browsers at http://{}, for sensors at {}",
        bound.address()?,
        bound.link_address()?
    );
    bound.serve(stopped(stop)).await;
    Ok(())
}

/// Ready when the flag is set.
pub async fn stopped(stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
