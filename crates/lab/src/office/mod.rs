//! Days of a company as events and flows: people who read, write, print and confer, programs that call by the clock,
//! servers, administrators, scanners, backups, things and guests. Nothing here is aimed at a model's rules; what it
//! contains is described in `docs/models/office.md`.

mod deed;
mod event;
mod inside;
mod machine;
mod measure;
mod name;
mod program;
mod scene;
mod server;
mod web;

pub use deed::{Channel, DAY, Deed, Found, HOUR, Site, What};
pub use event::show;
pub use machine::{Kind, Machine, STACKS};
pub use measure::{Told, is_unknown_scanner, live, measure, tell};
pub use scene::Scene;

use crate::random::Random;
use machine::Program;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Sites that everybody may read.
const POPULAR: usize = 3_000;
/// Hosts that pages use beside their own.
const HELPERS: usize = 500;
/// The company's own domain.
pub const DOMAIN: &str = "ad.hinode-trading.co.jp";

/// A company.
pub struct Office {
    pub seed: u64,
    pub days: u64,
    pub machines: Vec<Machine>,
    /// New programs that nobody else has, for each machine and day.
    pub new_programs: f64,
    popular: Vec<Site>,
    helpers: Vec<Site>,
    /// Programs that many have.
    programs: Vec<Site>,
    /// Programs of teams.
    teams: Vec<Program>,
    /// What makers of things build in.
    makers: Vec<Program>,
    /// Domains of content delivery and clouds.
    networks: Vec<String>,
    /// Domains under which makers of protection answer questions about files.
    protections: Vec<String>,
    /// Names that pages still ask for and that are gone.
    gone: Vec<Arc<str>>,
}

impl Office {
    /// The company of a seed.
    pub fn new(seed: u64, machines: usize, days: u64) -> Self {
        let mut random = Random::new(seed, "company");
        let mut office = Self {
            seed,
            days,
            machines: Vec::new(),
            new_programs: 0.001,
            popular: Vec::new(),
            helpers: Vec::new(),
            programs: Vec::new(),
            teams: Vec::new(),
            makers: Vec::new(),
            networks: (0..8).map(|_| name::domain(&mut random)).collect(),
            protections: (0..12)
                .map(|_| format!("av.{}", name::domain(&mut random)))
                .collect(),
            gone: (0..160).map(|_| name::helper(&mut random).into()).collect(),
        };
        office.popular = (0..POPULAR).map(|_| office.stranger(&mut random)).collect();
        office.helpers = (0..HELPERS)
            .map(|_| {
                let name = name::helper(&mut random);
                site(&mut random, name, Channel::Tls)
            })
            .collect();
        office.programs = (0..10)
            .map(|_| {
                let name = format!("api.{}", name::domain(&mut random));
                site(&mut random, name, Channel::Tls)
            })
            .collect();
        office.programs[9].port = 993;
        office.teams = (0..(machines / 6).max(1))
            .map(|_| team(&office, &mut random))
            .collect();
        office.makers = machine::makers(&office, &mut random);
        office.machines = (0..machines as u32)
            .map(|number| machine::machine(&office, number))
            .collect();
        office
    }

    /// A site that nobody else has called yet.
    pub fn stranger(&self, random: &mut Random) -> Site {
        let channel = match random.count(0, 100) {
            0..78 => Channel::Tls,
            78..90 => Channel::Quic,
            _ => Channel::Http,
        };
        let name = name::host(random);
        site(random, name, channel)
    }

    /// A site that nobody else calls at any time.
    pub fn unread(&self, random: &mut Random) -> Site {
        let site = self.stranger(random);
        Site {
            name: name::unread(random).into(),
            ..site
        }
    }

    /// What everybody does on a day, in order of time.
    pub fn day(&self, day: u64) -> Vec<Deed> {
        let mut deeds = Vec::new();
        for machine in &self.machines {
            let mut scene = Scene::new(self, machine, day);
            let work = scene.hours();
            program::run(&mut scene);
            if let Some((from, until)) = work {
                web::read(&mut scene, (from, until));
                if machine.kind <= Kind::AlwaysOn {
                    inside::work(&mut scene, (from, until));
                }
            }
            deeds.append(&mut scene.deeds);
        }
        server::run(self, day, &mut deeds);
        deeds.sort_by_key(|deed| (deed.at, deed.client));
        deeds
    }
}

fn team(office: &Office, random: &mut Random) -> Program {
    let mut site = office.stranger(random);
    (site.channel, site.port) = (Channel::Tls, 443);
    let period = *random.pick(&[60_000, 300_000, 900_000, 1_800_000, HOUR, 4 * HOUR]);
    let stack = *random.pick(&STACKS);
    machine::program(site, (period, 0.03), (0, u64::MAX), stack, (900, 500))
}

/// A site under a name. Several share an address, as at large providers.
pub fn site(random: &mut Random, name: String, channel: Channel) -> Site {
    let place = if random.chance(0.3) {
        random.count(0, 400) as u32
    } else {
        random.count(1_000, 0x00ff_ffff) as u32
    };
    Site {
        name: name.into(),
        address: Ipv4Addr::from(0x5000_0000 | place),
        port: if channel == Channel::Http { 80 } else { 443 },
        channel,
        self_signed: false,
    }
}
