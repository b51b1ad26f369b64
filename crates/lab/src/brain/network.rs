//! Days of a plain office as events: what people and programs call, and when; enough to measure what the brain costs.

use crate::random::Random;
use event::{Endpoint, Event, FlowRef, Record, Timestamp, Transport};
use std::net::Ipv4Addr;

/// A Monday.
const START_S: i64 = 1_790_553_600;

/// Milliseconds of an hour and a day.
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
const POPULAR: usize = 3_000;

/// By what a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Tls,
    Http,
}

/// A call of a host to a site.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Milliseconds since the start.
    pub at: u64,
    pub host: u32,
    pub site: u32,
    pub channel: Channel,
    pub bytes: u32,
}

/// Makes the calls of all hosts.
pub struct Office {
    pub hosts: usize,
    pub days: usize,
    random: Random,
    pub calls: Vec<Call>,
    sites: u32,
}

impl Office {
    pub fn new(seed: u64, hosts: usize, days: usize) -> Self {
        Self {
            hosts,
            days,
            random: Random::new(seed, "office"),
            calls: Vec::new(),
            sites: POPULAR as u32 + 1_000,
        }
    }

    /// A site that nobody has called yet.
    pub fn new_site(&mut self) -> u32 {
        self.sites += 1;
        self.sites
    }

    fn call(&mut self, at: u64, host: usize, site: u32) {
        if at < self.days as u64 * DAY {
            let bytes = 200 + self.random.count(0, 4_000) as u32;
            let channel = if site.is_multiple_of(9) {
                Channel::Http
            } else {
                Channel::Tls
            };
            self.calls.push(Call {
                at,
                host: host as u32,
                site,
                channel,
                bytes,
            });
        }
    }

    fn wait(&mut self, mean: u64) -> u64 {
        (mean as f64 * -(1.0 - self.random.unit()).ln()) as u64 + 1
    }

    /// Lets everybody live through all days.
    pub fn live(&mut self) {
        let teams: Vec<(u32, u64)> = (0..self.hosts / 3)
            .map(|_| (self.new_site(), self.period()))
            .collect();
        for host in 0..self.hosts {
            let favourites: Vec<u32> = (0..12).map(|_| self.new_site()).collect();
            let always_on = host % 10 == 0;
            // A machine whose vendor nobody else uses: a recorder, a gate, an instrument.
            let own = (host % 25 == 3).then(|| (self.new_site(), self.period()));
            for day in 0..self.days {
                let begin =
                    day as u64 * DAY + 8 * HOUR + self.random.count(0, HOUR as usize) as u64;
                let (from, until) = match (always_on, day % 7 >= 5) {
                    (true, _) => (day as u64 * DAY, (day as u64 + 1) * DAY),
                    (false, true) => continue,
                    (false, false) => (begin, begin + 9 * HOUR),
                };
                self.work(host, &favourites, from, until);
                for (site, period) in own.into_iter().chain([teams[host % teams.len()]]) {
                    self.poll(host, site, period, (from, until), 0.02);
                }
                self.shared(host, from, until);
                self.surprises(host, from, until);
            }
        }
    }

    fn period(&mut self) -> u64 {
        *self
            .random
            .pick(&[300_000, 900_000, 1_800_000, HOUR, 4 * HOUR])
    }

    /// Browsing: popular sites, favourites in bursts, sites that one sees once.
    fn work(&mut self, host: usize, favourites: &[u32], from: u64, until: u64) {
        let mut at = from;
        // The first page of the day is the same each day.
        self.call(at + 60_000, host, favourites[0]);
        while at < until {
            let site = (POPULAR as f64).powf(self.random.unit()) as u32;
            self.call(at, host, site);
            at += self.wait(15 * 60_000);
        }
        for favourite in favourites {
            if self.random.chance(0.5) {
                let mut at = from + self.random.count(0, (until - from) as usize) as u64;
                for _ in 0..self.random.count(1, 7) {
                    self.call(at, host, *favourite);
                    at += self.wait(90_000);
                }
            }
        }
        for _ in 0..self.random.count(0, 5) {
            let (site, at) = (
                self.new_site(),
                from + self.random.count(0, (until - from) as usize) as u64,
            );
            self.call(at, host, site);
        }
    }

    /// Programs that all or many have: updates, protection, mail.
    fn shared(&mut self, host: usize, from: u64, until: u64) {
        for (program, period) in [(1, HOUR), (2, 30 * 60_000), (3, 15 * 60_000), (4, 4 * HOUR)] {
            self.poll(host, POPULAR as u32 + program, period, (from, until), 0.1);
        }
    }

    fn poll(
        &mut self,
        host: usize,
        site: u32,
        period: u64,
        (from, until): (u64, u64),
        jitter: f64,
    ) {
        let mut at = from + self.random.count(0, period as usize) as u64;
        while at < until {
            self.call(at, host, site);
            at += jittered(&mut self.random, period, jitter);
        }
    }

    /// Rare things: a page that reloads itself for hours, a program that is new and that nobody else has.
    fn surprises(&mut self, host: usize, from: u64, until: u64) {
        if self.random.chance(0.0005) {
            let (site, start) = (
                self.new_site(),
                from + self.random.count(0, HOUR as usize) as u64,
            );
            self.poll(
                host,
                site,
                300_000,
                (start, (start + 3 * HOUR).min(until)),
                0.03,
            );
        }
        if self.random.chance(0.0003) {
            let (site, period) = (self.new_site(), self.period());
            let end = self.days as u64 * DAY;
            self.poll(host, site, period, (from, end), 0.02);
        }
    }
}

/// A period off by up to a share of itself in either direction.
fn jittered(random: &mut Random, period: u64, jitter: f64) -> u64 {
    (period as f64 * (1.0 + jitter * (2.0 * random.unit() - 1.0))).max(1.0) as u64
}

/// The name of a site, pronounceable as people choose them.
fn name(site: u32) -> String {
    const SYLLABLES: [&str; 16] = [
        "ka", "mi", "to", "ra", "ne", "so", "shi", "ma", "ter", "lin", "ho", "san", "ya", "den",
        "co", "ri",
    ];
    let mut rest = site.wrapping_mul(0x9e37_79b1);
    let mut label = String::new();
    for _ in 0..6 {
        label.push_str(SYLLABLES[(rest & 15) as usize]);
        rest >>= 4;
    }
    format!("{label}{}.jp", SYLLABLES[(rest & 15) as usize])
}

/// What the sensor tells of a call.
pub fn event_of(call: &Call) -> Event {
    let time = Timestamp::from_nanos(START_S * 1_000_000_000 + call.at as i64 * 1_000_000);
    let name = name(call.site);
    let (kind, port) = match call.channel {
        Channel::Tls => ("tls", 443),
        Channel::Http => ("http", 80),
    };
    let mut event = Event::new(time, kind);
    let host = Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 0, 0, 0)) + call.host);
    let server = Ipv4Addr::from(0x5000_0000 | call.site);
    event.source = Some(Endpoint::new(host.into(), 50_000));
    event.dest = Some(Endpoint::new(server.into(), port));
    event.transport = Some(Transport::Tcp);
    event.flow = Some(FlowRef {
        id: call.at ^ u64::from(call.host) << 40,
    });
    let mut body = Record::new();
    match call.channel {
        Channel::Tls => body.push("sni", name),
        Channel::Http => {
            body.push("hostname", name);
            body.push("url", "/index");
            body.push("http_method", "GET");
            body.push("http_user_agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36");
            body.push("status", 200_u64);
            body.push("length", u64::from(call.bytes));
        }
    }
    event.body.push(kind, body);
    event
}
