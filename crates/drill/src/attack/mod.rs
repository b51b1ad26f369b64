//! The staged attacks, and what a sensor ought to say about each.

mod beacon;
mod desktop;
mod domains;
mod download;
mod drive_by;
mod hidden;
mod lateral;
mod lure;
mod ransomware;
mod remote;
mod scan;
mod server;
mod tor;
mod tunnel;

use crate::engine::{Actor, Entrance, Outbox};
use crate::plan::{Disorder, Plan};
use crate::random::Random;
use crate::world::{Host, World};
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::sync::Arc;

/// An attack that can be staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attack {
    /// A machine of the office scans a server's ports, then its neighbours for file shares.
    InsideScan,
    /// Somebody outside scans the published server.
    OutsideScan,
    /// A tampered site leads over redirector, profiling and exploit page to a program and its master.
    DriveBy,
    /// The same, beginning with an advertisement on a clean site.
    Malvertising,
    /// Programs under false names and types, from a bare address.
    MalwareDownload,
    /// An implant posts to its master by HTTP.
    HttpBeacon,
    /// An implant reports by TLS to a server with a certificate of its own making.
    TlsBeacon,
    /// Data leaves in long names, orders come in text records.
    DnsTunnel,
    /// Malware tries generated domain names, none of which exists.
    GeneratedDomains,
    /// A machine rewrites the files of the file server.
    Ransomware,
    /// A machine puts a service on others through their administrative shares, and tries remote desktops.
    LateralMovement,
    /// A machine enters the Tor network.
    Tor,
    /// Single reports by HTTP to a bare address, answered by data under the name of a page.
    CheckIn,
    /// A connection in a protocol of its own is held, and pictures of the screen go out beside it.
    Spy,
    /// A machine greets a network of strangers.
    Strangers,
    /// A mail in the office's own name lures somebody to a page that asks for a password.
    Lure,
    /// A script is put on the published server and given commands.
    WebShell,
    /// A machine mines coins for somebody, inside TLS.
    Mining,
    /// Data travels in pings of ordinary size.
    PingTunnel,
    /// A program plays the same remote desktop session again and again.
    PlayedDesktop,
    /// Strangers share out a scan of the office among them.
    SharedScan,
}

impl Attack {
    /// Every attack.
    pub const ALL: [Self; 21] = [
        Self::InsideScan,
        Self::OutsideScan,
        Self::DriveBy,
        Self::Malvertising,
        Self::MalwareDownload,
        Self::HttpBeacon,
        Self::TlsBeacon,
        Self::DnsTunnel,
        Self::GeneratedDomains,
        Self::Ransomware,
        Self::LateralMovement,
        Self::Tor,
        Self::CheckIn,
        Self::Spy,
        Self::Strangers,
        Self::Lure,
        Self::WebShell,
        Self::Mining,
        Self::PingTunnel,
        Self::PlayedDesktop,
        Self::SharedScan,
    ];

    /// The name used on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::InsideScan => "inside-scan",
            Self::OutsideScan => "outside-scan",
            Self::DriveBy => "drive-by",
            Self::Malvertising => "malvertising",
            Self::MalwareDownload => "malware-download",
            Self::HttpBeacon => "http-beacon",
            Self::TlsBeacon => "tls-beacon",
            Self::DnsTunnel => "dns-tunnel",
            Self::GeneratedDomains => "generated-domains",
            Self::Ransomware => "ransomware",
            Self::LateralMovement => "lateral-movement",
            Self::Tor => "tor",
            Self::CheckIn => "check-in",
            Self::Spy => "spy",
            Self::Strangers => "strangers",
            Self::Lure => "lure",
            Self::WebShell => "web-shell",
            Self::Mining => "mining",
            Self::PingTunnel => "ping-tunnel",
            Self::PlayedDesktop => "played-desktop",
            Self::SharedScan => "shared-scan",
        }
    }

    /// Names of the communications (of the product's threat table) that belong to it; none where it stands outside that table.
    pub const fn communications(self) -> &'static [&'static str] {
        match self {
            Self::InsideScan | Self::OutsideScan | Self::SharedScan => &["recon_access"],
            Self::DriveBy => &[
                "compromised_site",
                "redirector_site",
                "profiling_site",
                "exploit_site",
                "exploit_kit_download",
                "command_and_control",
            ],
            Self::Malvertising => &[
                "malvertising_site",
                "redirector_site",
                "profiling_site",
                "exploit_site",
                "exploit_kit_download",
                "command_and_control",
            ],
            Self::MalwareDownload => &["malware_download"],
            Self::HttpBeacon
            | Self::TlsBeacon
            | Self::DnsTunnel
            | Self::GeneratedDomains
            | Self::CheckIn
            | Self::Spy
            | Self::Strangers
            | Self::PingTunnel => &["command_and_control"],
            Self::Ransomware => &["ransomware"],
            Self::LateralMovement | Self::PlayedDesktop => &["lateral_movement"],
            Self::Tor => &["tor"],
            Self::Lure | Self::WebShell | Self::Mining => &[],
        }
    }

    fn stage(self, scene: Scene) -> Staged {
        match self {
            Self::InsideScan => scan::inside(scene),
            Self::OutsideScan => scan::outside(scene),
            Self::DriveBy => drive_by::compromised(scene),
            Self::Malvertising => drive_by::malvertising(scene),
            Self::MalwareDownload => download::stage(scene),
            Self::HttpBeacon => beacon::http(scene),
            Self::TlsBeacon => beacon::tls(scene),
            Self::DnsTunnel => tunnel::stage(scene),
            Self::GeneratedDomains => domains::stage(scene),
            Self::Ransomware => ransomware::stage(scene),
            Self::LateralMovement => lateral::stage(scene),
            Self::Tor => tor::stage(scene),
            Self::CheckIn => remote::check_in(scene),
            Self::Spy => remote::spy(scene),
            Self::Strangers => remote::strangers(scene),
            Self::Lure => lure::stage(scene),
            Self::WebShell => server::web_shell(scene),
            Self::Mining => hidden::mining(scene),
            Self::PingTunnel => hidden::ping_tunnel(scene),
            Self::PlayedDesktop => desktop::stage(scene),
            Self::SharedScan => scan::shared(scene),
        }
    }
}

impl fmt::Display for Attack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.key())
    }
}

impl FromStr for Attack {
    type Err = UnknownAttack;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|attack| attack.key() == text)
            .ok_or_else(|| UnknownAttack(text.to_owned()))
    }
}

/// The text names no attack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no attack {0:?}; there are {known}", known = Attack::ALL.map(Attack::key).join(", "))]
pub struct UnknownAttack(String);

/// What a sensor ought to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// What was staged.
    pub attack: Attack,
    /// Keys of `event::Communication`.
    pub communications: Vec<&'static str>,
    /// The machine of the office that is affected.
    pub victim: Ipv4Addr,
    /// The other ends: addresses and names.
    pub peers: Vec<String>,
    /// Time of the first packet, in nanoseconds since 1970.
    pub first_nanos: i64,
    /// Time of the last packet, in nanoseconds since 1970.
    pub last_nanos: i64,
}

/// Where and when an attack is staged.
pub(crate) struct Scene {
    attack: Attack,
    world: Arc<World>,
    random: Random,
    victim: Host,
    start: i64,
    end: i64,
}

impl Scene {
    fn staged(self, actor: impl Actor + 'static, peers: Vec<String>) -> Staged {
        Staged {
            attack: self.attack,
            start: self.start,
            victim: self.victim.v4(),
            peers,
            actor: Box::new(actor),
        }
    }
}

/// An attack ready to begin.
pub(crate) struct Staged {
    attack: Attack,
    start: i64,
    victim: Ipv4Addr,
    peers: Vec<String>,
    actor: Box<dyn Actor>,
}

impl Staged {
    /// The attack as an actor.
    pub(crate) fn into_actor(self) -> Entrance {
        (self.start, self.actor)
    }

    /// Runs the attack without sending anything, to learn when it begins and ends.
    pub(crate) fn measure(mut self, disorder: Disorder) -> Truth {
        let mut out = Outbox::measuring(disorder);
        let mut now = self.start;
        while let Some(wake) = self.actor.act(now, &mut out) {
            now = wake.max(now + 1);
        }
        let (first_nanos, last_nanos) = out.span().unwrap_or((self.start, self.start));
        Truth {
            attack: self.attack,
            communications: self.attack.communications().to_vec(),
            victim: self.victim,
            peers: self.peers,
            first_nanos,
            last_nanos,
        }
    }
}

/// All attacks of a plan: beginnings spread over its first half, victims all different while there are enough.
pub(crate) fn stage(plan: &Plan, world: &Arc<World>) -> Vec<Staged> {
    let root = Random::new(plan.seed).fork("attacks", 0);
    let offset = root.clone().count(0, world.hosts.len());
    let length = plan.duration_nanos();
    let slot = length / 2 / plan.attacks.len().max(1) as i64;
    let scene = |number: usize, attack: Attack| {
        let mut random = root.fork(attack.key(), number as u64);
        let start = world.start + length / 12 + slot * number as i64 + random.between(0, slot / 3);
        Scene {
            attack,
            world: Arc::clone(world),
            victim: world.hosts[(offset + number) % world.hosts.len()].clone(),
            random,
            start,
            end: world.end,
        }
    };
    plan.attacks
        .iter()
        .enumerate()
        .map(|(number, attack)| attack.stage(scene(number, *attack)))
        .collect()
}
