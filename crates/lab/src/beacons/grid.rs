//! The beacons: each place of the grid in several manners, one on each of as many hosts.

use crate::office::{Channel, DAY, Deed, Found, HOUR, Kind, Machine, Office, STACKS, Scene};
use crate::random::Random;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

pub const PERIODS_S: [u64; 9] = [5, 30, 60, 300, 900, 3_600, 14_400, 43_200, 86_400];
pub const JITTERS: [f64; 6] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5];
/// How a beacon behaves.
pub const MANNERS: [&str; 4] = [
    "steady, TLS",
    "changing sleep, TLS",
    "lost calls, HTTP",
    "DNS, often by day only",
];
const CALLS_MAX: usize = 240;

/// A beacon of the grid.
#[derive(Clone, Debug)]
pub struct Beacon {
    pub period: usize,
    pub jitter: usize,
    pub manner: usize,
    pub host: Ipv4Addr,
    pub name: String,
    /// Milliseconds since the start.
    pub first: u64,
}

impl Beacon {
    pub fn period_ms(&self) -> u64 {
        PERIODS_S[self.period] * 1_000
    }
}

/// Infects machines that people work at, and servers, evenly. Gives the beacons, and what they do on each day.
pub fn infect(office: &Office, random: &mut Random) -> (Vec<Beacon>, BTreeMap<u64, Vec<Deed>>) {
    let hosts: Vec<&Machine> = office
        .machines
        .iter()
        .filter(|machine| machine.kind <= Kind::Server)
        .collect();
    let places = PERIODS_S.len() * JITTERS.len() * MANNERS.len();
    let (mut beacons, mut deeds) = (Vec::new(), BTreeMap::new());
    for number in 0..places.min(hosts.len()) {
        let machine = hosts[number * hosts.len() / places.min(hosts.len())];
        let manner = number % MANNERS.len();
        let jitter = number / MANNERS.len() % JITTERS.len();
        let period = number / (MANNERS.len() * JITTERS.len());
        let site = office.unread(random);
        let mut first = DAY + 9 * HOUR + random.count(0, (30 * HOUR) as usize) as u64;
        if is_asleep(manner, period, first) {
            // Those that call for an hour altogether would sleep through all of it.
            first += 13 * HOUR;
        }
        let beacon = Beacon {
            period,
            jitter,
            manner,
            host: machine.address,
            name: site.name.to_string(),
            first,
        };
        let mut scene = Scene::new(office, machine, first / DAY);
        speak(&mut scene, &beacon, site, random);
        for deed in scene.deeds {
            deeds
                .entry(deed.at / DAY)
                .or_insert_with(Vec::new)
                .push(deed);
        }
        beacons.push(beacon);
    }
    (beacons, deeds)
}

/// Beacons by DNS that call often do so by day.
fn is_asleep(manner: usize, period: usize, at: u64) -> bool {
    manner == 3 && PERIODS_S[period] <= 3_600 && !(8..19).contains(&(at % DAY / HOUR))
}

fn speak(
    scene: &mut Scene<'_>,
    beacon: &Beacon,
    mut site: crate::office::Site,
    random: &mut Random,
) {
    (site.channel, site.port) = match beacon.manner {
        2 => (Channel::Http, 80),
        _ => (Channel::Tls, 443),
    };
    // An implant has a library of its own, that of the system, or that of a browser which it hides in.
    let stack = match random.count(0, 10) {
        0 | 1 => scene.machine.browser.0,
        _ => *random.pick(&STACKS),
    };
    let size = 200 + random.count(0, 900) as u32;
    let spread = *random.pick(&[8, 60, 400]);
    let mut at = beacon.first;
    for number in 0..CALLS_MAX {
        if at >= scene.office.days * DAY {
            break;
        }
        let lost = beacon.manner == 2 && random.chance(0.15);
        let asleep = is_asleep(beacon.manner, beacon.period, at);
        let up = size + random.count(0, spread) as u32;
        if !lost && !asleep {
            if beacon.manner == 3 {
                let front = random.text(b"0123456789abcdef", 8);
                let name: Arc<str> = format!("{front}.{}", beacon.name).into();
                scene.ask(at, name, "A", Found::Address(site.address));
            } else {
                scene.call(at, &site, |call| {
                    (call.stack, call.up, call.down) = (stack, up, 300);
                    call.path = "/index";
                });
            }
        }
        let factor = if beacon.manner == 1 && number >= 40 {
            4.0
        } else {
            1.0
        };
        let share = 1.0 + JITTERS[beacon.jitter] * (2.0 * random.unit() - 1.0);
        at += (beacon.period_ms() as f64 * factor * share).max(1.0) as u64;
    }
}
