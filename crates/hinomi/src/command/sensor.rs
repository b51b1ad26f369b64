//! `hinomi sensor`: watches and reports to a portal.

use crate::detection_options::DetectionOptions;
use crate::{report, signals};
use anyhow::{Context, Result, bail};
use clap::Args;
use link::{EnrolmentCode, Identity};
use sensor::{Detectors, ServiceSettings, SourceSettings, Wishes, serve};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Enrols once with the code that the portal shows for a new sensor, then watches and reports.
/// What was found waits on disk while the portal cannot be reached. Reads rules and lists again on SIGHUP.
#[derive(Args)]
pub struct Options {
    /// Interface to watch (may be repeated, or several after one another)
    #[arg(short, long = "interface", value_name = "IFACE", num_args = 1.., required_unless_present = "capture")]
    interfaces: Vec<String>,
    /// Read a capture instead, from its beginning, as it is being written: a file, a pipe, or - for
    /// standard input. The sensor ends when the portal has everything
    #[arg(long, value_name = "FILE", conflicts_with = "interfaces")]
    capture: Option<PathBuf>,
    /// Kernel rings on each interface, which share its flows
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    rings: u16,
    /// The portal's link, e.g. portal.example.jp:8443; needed to enrol
    #[arg(long, value_name = "HOST:PORT")]
    portal: Option<String>,
    /// File with the enrolment code from the portal; needed once. The code may also stand in the
    /// environment variable HINOMI_ENROLMENT_CODE
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
    /// Folder of the sensor's key, certificate, state and waiting incidents
    #[arg(long, value_name = "DIR", default_value = "hinomi-sensor")]
    data: PathBuf,
    /// Keep no files, packets and payloads of what is found, and send none to the portal. Otherwise payloads and packets of
    /// incidents are brought to the portal, and both go to folders within --data, unless --store-files and
    /// --evidence name others
    #[arg(long, conflicts_with_all = ["store_files", "evidence"])]
    keep_nothing: bool,
    #[command(flatten)]
    detection: DetectionOptions,
}

pub fn run(mut options: Options) -> Result<ExitCode> {
    if !options.keep_nothing {
        options.detection.keep_within(&options.data);
        // What people see of an incident includes the bytes that were found.
        options.detection.alert_payload = true;
    }
    let settings = options.detection.settings();
    let detectors = Arc::new(Detectors::load(&settings)?);
    report::loaded(&detectors.report);
    std::fs::create_dir_all(&options.data)
        .with_context(|| format!("cannot make the folder {}", options.data.display()))?;
    let identity = identity(&options)?;
    let source = match options.capture {
        Some(path) => SourceSettings::Capture(path),
        None => SourceSettings::Interfaces(options.interfaces, usize::from(options.rings)),
    };
    let service = ServiceSettings {
        source,
        data_dir: options.data,
        version: env!("CARGO_PKG_VERSION"),
    };
    let (stop, reload) = (signals::stop_flag()?, signals::reload_flag()?);
    let (name, portal) = (identity.name.clone(), identity.portal.clone());
    let ready = || eprintln!("sensor {name} is watching and reports to {portal}");
    serve(
        &service,
        &settings,
        &detectors,
        &identity,
        signals::now,
        Wishes {
            stop: &stop,
            reload: &reload,
        },
        ready,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// The identity of before, or a new one by the code.
fn identity(options: &Options) -> Result<Identity> {
    if let Some(mut known) = Identity::load(&options.data)? {
        if let Some(portal) = &options.portal {
            known.portal.clone_from(portal);
        }
        return Ok(known);
    }
    let Some(portal) = &options.portal else {
        bail!(
            "this sensor has not enrolled yet: give --portal HOST:PORT and the enrolment code that the portal shows for it"
        );
    };
    let Some(code) = code(options.code_file.as_deref())? else {
        bail!(
            "this sensor has not enrolled yet: give the enrolment code with --code-file FILE or in HINOMI_ENROLMENT_CODE"
        );
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let identity = runtime.block_on(Identity::enrol(
        portal,
        &code,
        env!("CARGO_PKG_VERSION"),
        &options.data,
    ))?;
    eprintln!("enrolled as {}", identity.name);
    Ok(identity)
}

fn code(file: Option<&Path>) -> Result<Option<EnrolmentCode>> {
    let text = match file {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?,
        None => match std::env::var("HINOMI_ENROLMENT_CODE") {
            Ok(text) => text,
            Err(_) => return Ok(None),
        },
    };
    Ok(Some(text.parse()?))
}
