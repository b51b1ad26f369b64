//! Makes traffic: benign office life and staged attacks as Ethernet frames, for demo, fire drill, tests and
//! benchmarks. A [`Plan`] says what shall happen; [`Plan::packets`] streams it in order of time with bounded
//! memory; [`Plan::truths`] says what a sensor ought to find. The same plan always gives the same bytes.
//!
//! Nothing here attacks anything: exploit pages, programs and documents are inert text and bytes that only
//! look the part on the wire. All names end in reserved domains or are random; outside addresses belong to
//! documentation and benchmark ranges or to blocks that are not announced to the Internet.
//!
//! ```
//! use drill::{Attack, Plan, write_pcap};
//!
//! let plan = Plan { hosts: 3, duration: std::time::Duration::from_secs(30), ..Plan::default() };
//! let plan = plan.with_attacks([Attack::Tor]);
//! let mut file = Vec::new();
//! let packets = write_pcap(&mut file, plan.packets())?;
//! assert!(packets > 100);
//! assert_eq!(plan.truths()[0].communications, ["tor"]);
//! # Ok::<(), std::io::Error>(())
//! ```

mod attack;
mod engine;
pub mod frame;
pub mod lookalike;
mod lookup;
mod office;
mod pcap;
mod plan;
mod protocol;
mod random;
mod tcp;
mod udp;
mod web;
mod world;

pub use attack::{Attack, Truth, UnknownAttack};
pub use engine::{Packet, Packets};
pub use pcap::write_pcap;
pub use plan::{Disorder, Network, Plan, UnknownNetwork};
pub use world::{Inventory, Role};
