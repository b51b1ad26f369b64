//! One machine on one day, and the means to say what it does.

use super::deed::{Answer, Call, DAY, Deed, Flow, Found, HOUR, MINUTE, Site, What};
use super::{Kind, Machine, Office};
use crate::random::Random;
use event::{Record, Transport};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// One machine on one day.
pub struct Scene<'a> {
    pub office: &'a Office,
    pub machine: &'a Machine,
    pub random: Random,
    pub day: u64,
    pub deeds: Vec<Deed>,
    flows: u64,
}

impl<'a> Scene<'a> {
    pub fn new(office: &'a Office, machine: &'a Machine, day: u64) -> Self {
        let label = format!("day {day} of {}", machine.number);
        Self {
            office,
            machine,
            random: Random::new(office.seed, &label),
            day,
            deeds: Vec::new(),
            flows: 0,
        }
    }

    /// When the machine runs on this day.
    pub fn running(&self) -> Option<(u64, u64)> {
        let start = self.day * DAY;
        match self.machine.kind {
            Kind::AlwaysOn | Kind::Server | Kind::Printer | Kind::Thing => {
                Some((start, start + DAY))
            }
            _ => self.hours(),
        }
    }

    /// When somebody works at it.
    pub fn hours(&self) -> Option<(u64, u64)> {
        if self.machine.kind >= Kind::Server && self.machine.kind != Kind::Guest {
            return None;
        }
        let label = format!("hours {} {}", self.day, self.machine.number);
        let mut random = Random::new(self.office.seed, &label);
        let weekend = self.day % 7 >= 5;
        // Some work on weekends, some are away.
        if random.chance(if weekend { 0.94 } else { 0.08 }) {
            return None;
        }
        let start = self.day * DAY;
        let from = start + 8 * HOUR + 20 * MINUTE + random.count(0, 80 * MINUTE as usize) as u64;
        let late = if random.chance(0.15) { 4 * HOUR } else { HOUR };
        let until = start + 17 * HOUR + 30 * MINUTE + random.count(0, late as usize) as u64;
        Some((from, until))
    }

    /// A moment between two.
    pub fn moment(&mut self, (from, until): (u64, u64)) -> u64 {
        from + self.random.count(0, until.saturating_sub(from) as usize) as u64
    }

    /// A wait of this mean, as chance has it.
    pub fn wait(&mut self, mean: u64) -> u64 {
        (mean as f64 * -(1.0 - self.random.unit()).ln()) as u64 + 1
    }

    pub fn put(&mut self, at: u64, what: What) {
        self.deeds.push(Deed {
            at,
            client: self.machine.address,
            what,
        });
    }

    /// A question about a name.
    pub fn ask(&mut self, at: u64, name: impl Into<Arc<str>>, kind: &'static str, found: Found) {
        let life_s = *self.random.pick(&[20, 60, 300, 300, 3_600]);
        let name = name.into();
        self.put(
            at,
            What::Lookup {
                name,
                kind,
                found,
                life_s,
            },
        );
    }

    /// A call to a site, with the question before it now and then.
    pub fn call(&mut self, at: u64, site: &Site, change: impl FnOnce(&mut Call)) {
        if !site.name.is_empty() && self.random.chance(0.4) {
            let found = Found::Address(site.address);
            self.ask(at.saturating_sub(40), Arc::clone(&site.name), "A", found);
        }
        let (stack, agent) = self.machine.browser;
        let mut call = Call {
            site: site.clone(),
            stack,
            agent,
            method: "GET",
            path: "/",
            from: None,
            status: 200,
            kind: "text/html",
            up: self.random.count(500, 6_000) as u32,
            down: self.random.count(600, 60_000) as u32,
        };
        change(&mut call);
        self.put(at, What::Call(Box::new(call)));
    }

    /// A conversation that shows nothing but itself.
    pub fn flow(
        &mut self,
        at: u64,
        (server, port): (Ipv4Addr, u16),
        change: impl FnOnce(&mut Flow),
    ) {
        let mut flow = Flow {
            server,
            port,
            transport: Transport::Tcp,
            app: None,
            answer: Answer::Talks,
            up: 2_000,
            down: 9_000,
            packets: 14,
            seconds: 4,
        };
        change(&mut flow);
        self.put(at, What::Flow(flow));
    }

    /// The number of a new flow for events that belong together.
    pub fn new_flow(&mut self) -> u64 {
        self.flows += 1;
        u64::from(self.machine.number) << 40 | self.day << 24 | self.flows | 1 << 62
    }

    /// An event of a protocol inside.
    pub fn event(
        &mut self,
        at: u64,
        kind: &'static str,
        (server, port, flow): (Ipv4Addr, u16, u64),
        body: Record,
    ) {
        let body = Box::new(body);
        self.put(
            at,
            What::Event {
                kind,
                server,
                port,
                flow,
                body,
            },
        );
    }
}
