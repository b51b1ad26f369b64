//! Joins capture, flows, detection and analysis into the watching program.
//!
//! ```text
//! source -> dispatcher -> workers (flows, parsers, signatures) -> sink (thresholds, indicators,
//!                                                                  brain) -> events, incidents
//! ```
//!
//! The dispatcher gives each packet to the worker that owns its pair of addresses, and tells all
//! workers the time at the same place between packets. The sink puts what the workers tell back
//! into the order of packets. So nothing that comes out depends on the number of workers.

mod acknowledged;
mod checksums;
mod datasets;
mod detectors;
mod dispatch;
mod evidence;
mod files;
mod health;
mod host;
mod indicators;
mod internal;
pub mod limits;
mod listed;
mod live;
mod memory;
mod outputs;
mod pipeline;
mod privileges;
mod reload;
mod replay;
mod service;
mod settings;
mod sigma;
mod sink;
mod stats;
mod tags;
mod told;
mod watch;
mod worker;

pub use detectors::{Detectors, LoadError, LoadReport, list_folders, variables};
pub use evidence::{EvidenceCounts, EvidenceSettings};
pub use files::{FileCounts, StoreCounts, StoreSettings};
pub use live::Counters;
pub use outputs::{Folder, Outputs, Silent};
pub use pipeline::{Pipeline, Summary};
pub use privileges::{PrivilegeError, give_up_privileges};
pub use replay::{FileResult, Progress, ReplayError, replay};
pub use service::{ServiceError, ServiceSettings, SourceSettings, serve};
pub use settings::{Settings, Wishes};
pub use sigma::load_sigma;
pub use watch::{Screen, WatchError, WatchSettings, watch};
