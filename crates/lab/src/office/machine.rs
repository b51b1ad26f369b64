//! The machines of the company and the programs on them.

use super::Office;
use super::deed::{Channel, HOUR, MINUTE, Site};
use super::name;
use crate::random::Random;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// What a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Desk,
    Mac,
    AlwaysOn,
    Server,
    Printer,
    Thing,
    Guest,
}

impl Kind {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Desk => "desks",
            Self::Mac => "Macs",
            Self::AlwaysOn => "desks that are never off",
            Self::Server => "servers",
            Self::Printer => "printers",
            Self::Thing => "cameras, gates, sensors",
            Self::Guest => "guests and telephones",
        }
    }
}

/// Something that calls by a clock.
#[derive(Clone, Debug)]
pub struct Program {
    pub site: Site,
    /// Milliseconds between calls.
    pub period: u64,
    pub jitter: f64,
    /// Days on which it is there.
    pub days: (u64, u64),
    pub stack: u16,
    pub agent: &'static str,
    pub posts: bool,
    /// Bytes sent, and how much they vary.
    pub bytes: (u32, u32),
}

/// A machine.
#[derive(Clone, Debug)]
pub struct Machine {
    pub number: u32,
    pub kind: Kind,
    pub address: Ipv4Addr,
    pub programs: Vec<Program>,
    pub favourites: Vec<Site>,
    /// The browser's way of speaking TLS, and what it calls itself.
    pub browser: (u16, &'static str),
    /// Looks files up at a maker of protection, by names.
    pub protection: usize,
    /// Its resolver leaves advertisers out.
    pub filtered: bool,
    pub mail_by_imap: bool,
}

pub const BROWSERS: [(u16, &str); 4] = [
    (
        1516,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    ),
    (
        1715,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
    ),
    (
        2013,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
    ),
    (
        2112,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    ),
];
/// What Windows' own library speaks like; many programs use it.
pub const SYSTEM_STACK: u16 = 1912;
/// Other libraries.
pub const STACKS: [u16; 6] = [SYSTEM_STACK, 1310, 1716, 1206, 911, 3112];

const PERIODS: [u64; 10] = [
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    24 * HOUR,
];

/// A machine by its number.
pub fn machine(office: &Office, number: u32) -> Machine {
    let mut random = Random::new(office.seed, &format!("machine {number}"));
    let kind = match random.count(0, 100) {
        0..68 => Kind::Desk,
        68..76 => Kind::Mac,
        76..81 => Kind::AlwaysOn,
        81..85 => Kind::Server,
        85..89 => Kind::Printer,
        89..95 => Kind::Thing,
        _ => Kind::Guest,
    };
    let net = match kind {
        Kind::Desk | Kind::Mac | Kind::AlwaysOn => 1,
        Kind::Server => 0,
        Kind::Printer => 7,
        Kind::Thing => 8,
        Kind::Guest => 16,
    };
    let place = number + 60;
    let address = Ipv4Addr::new(10, net, (place / 200) as u8, (place % 200 + 20) as u8);
    let browser = match kind {
        Kind::Mac => BROWSERS[2],
        Kind::Guest => BROWSERS[3],
        _ => BROWSERS[usize::from(random.chance(0.15))],
    };
    let mut machine = Machine {
        number,
        kind,
        address,
        programs: Vec::new(),
        favourites: (0..14).map(|_| office.stranger(&mut random)).collect(),
        browser,
        protection: random.count(0, 12),
        filtered: random.chance(0.02),
        mail_by_imap: random.chance(0.5),
    };
    programs(office, &mut machine, &mut random);
    machine
}

fn programs(office: &Office, machine: &mut Machine, random: &mut Random) {
    let mut all = Vec::new();
    let days = (0, u64::MAX);
    let mut shared = |place: usize, period: u64, jitter: f64, stack: u16| {
        let site = office.programs[place].clone();
        let bytes = (700 + 130 * place as u32, 400);
        all.push(program(site, (period, jitter), days, stack, bytes));
    };
    match machine.kind {
        Kind::Desk | Kind::AlwaysOn | Kind::Server => {
            shared(0, HOUR, 0.1, SYSTEM_STACK);
            shared(1, 30 * MINUTE, 0.1, SYSTEM_STACK);
            shared(2, 15 * MINUTE, 0.2, SYSTEM_STACK);
        }
        Kind::Mac => shared(3, 50 * MINUTE, 0.3, 2014),
        Kind::Guest => shared(4, 28 * MINUTE, 0.3, 2112),
        Kind::Printer => shared(5, 4 * HOUR, 0.02, 911),
        Kind::Thing => {}
    }
    if matches!(machine.kind, Kind::Desk | Kind::Mac | Kind::AlwaysOn) {
        // Files kept alike with a cloud, chat, a meeting program, mail.
        shared(6, 10 * MINUTE, 0.1, 1716);
        shared(7, 20 * MINUTE, 0.3, machine.browser.0);
        if random.chance(0.6) {
            shared(8, 30 * MINUTE, 0.05, 1516);
        }
        if machine.mail_by_imap {
            shared(9, 5 * MINUTE, 0.01, 1310);
        }
        let team = &office.teams[machine.number as usize % office.teams.len()];
        all.push(team.clone());
        // What this one has and hardly anybody else.
        for _ in 0..random.count(0, 4) {
            if random.chance(0.3) {
                all.push(own(office, random, days));
            }
        }
    }
    if machine.kind == Kind::Thing {
        let maker = random.count(0, office.makers.len());
        all.push(office.makers[maker].clone());
    }
    if machine.kind == Kind::Server && random.chance(0.4) {
        all.push(own(office, random, days));
    }
    // What somebody installs one day.
    for day in 1..office.days {
        let rate = if machine.kind <= Kind::Server {
            office.new_programs
        } else {
            0.0
        };
        if random.chance(rate) {
            let mut program = own(office, random, (day, u64::MAX));
            if random.chance(0.4) {
                // A service of one of the large clouds, under a name of its own.
                let cloud = random.pick(&office.networks).clone();
                program.site.name = name::delivered(random, &cloud).into();
            }
            all.push(program);
        }
    }
    machine.programs = all;
}

pub fn program(
    site: Site,
    (period, jitter): (u64, f64),
    days: (u64, u64),
    stack: u16,
    bytes: (u32, u32),
) -> Program {
    Program {
        site,
        period,
        jitter,
        days,
        stack,
        agent: "",
        posts: false,
        bytes,
    }
}

/// A program of a maker whom nobody else knows.
fn own(office: &Office, random: &mut Random, days: (u64, u64)) -> Program {
    let mut site = office.unread(random);
    site.channel = Channel::Tls;
    site.port = 443;
    let mut agent = "";
    match random.count(0, 20) {
        // A port of its own.
        0 => site.port = *random.pick(&[8443, 9443, 4443, 5228, 8883]),
        // Without name, with a certificate of its own.
        1 => {
            site.name = Arc::from("");
            site.self_signed = random.chance(0.6);
        }
        2 => {
            site.channel = Channel::Http;
            site.port = 80;
            agent = *random.pick(&[
                "LicenseCheck/4.2",
                "Updater/1.0 (Windows)",
                "curl/8.4",
                "Java/17.0.2",
            ]);
        }
        _ => {}
    }
    let period = *random.pick(&PERIODS);
    let jitter = *random.pick(&[0.0, 0.01, 0.05, 0.1, 0.3]);
    let spread = *random.pick(&[4, 60, 600, 4_000]);
    let bytes = (300 + random.count(0, 3_000) as u32, spread);
    let stack = *random.pick(&STACKS);
    Program {
        agent,
        posts: random.chance(0.3),
        ..program(site, (period, jitter), days, stack, bytes)
    }
}

/// What makers of cameras, gates, players and sensors build in.
pub fn makers(office: &Office, random: &mut Random) -> Vec<Program> {
    let day = (0, u64::MAX);
    (0..14)
        .map(|maker| {
            let mut site = office.stranger(random);
            let period = *random.pick(&[20_000, 30_000, MINUTE, 5 * MINUTE, HOUR]);
            let mut agent = "";
            match maker % 7 {
                0 => (site.port, site.self_signed, site.name) = (8883, true, Arc::from("")),
                1 => (site.port, site.channel) = (8899, Channel::Raw),
                2 => (site.port, site.channel, agent) = (80, Channel::Http, "gate/1.0"),
                3 => (site.port, site.name) = (8443, Arc::from("")),
                4 => site.channel = Channel::Tls,
                5 => (site.port, site.self_signed) = (443, true),
                _ => (site.port, site.channel) = (6_002, Channel::Raw),
            }
            let stack = *random.pick(&STACKS[3..]);
            Program {
                agent,
                posts: maker % 7 == 2,
                ..program(site, (period, 0.01), day, stack, (180, 30))
            }
        })
        .collect()
}
