//! Servers of the company: mail, backup at night, monitoring, inventory, and scanners, of which one is known.

use super::deed::{Answer, DAY, Deed, Flow, Found, HOUR, MINUTE, What, texts};
use super::{Kind, Office, name};
use crate::random::Random;
use event::Transport;
use std::net::Ipv4Addr;

pub const MAIL: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 25);
pub const BACKUP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 30);
pub const MONITOR: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 31);
pub const SCANNER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 32);
/// A scanner that nobody has registered: it ought to be told.
pub const UNKNOWN_SCANNER: Ipv4Addr = Ipv4Addr::new(10, 1, 250, 9);
const UNKNOWN_DAY: u64 = 4;

struct Room<'a> {
    random: Random,
    deeds: &'a mut Vec<Deed>,
    flows: u64,
}

impl Room<'_> {
    fn put(&mut self, at: u64, client: Ipv4Addr, what: What) {
        self.deeds.push(Deed { at, client, what });
    }

    fn flow(
        &mut self,
        at: u64,
        client: Ipv4Addr,
        (server, port): (Ipv4Addr, u16),
        transport: Transport,
        answer: Answer,
    ) {
        let flow = Flow {
            server,
            port,
            transport,
            app: None,
            answer,
            // A ping is a frame of 74 or 98 bytes; what a flow adds for its headers is 300.
            up: if transport == Transport::Icmp {
                288
            } else {
                700
            },
            down: if transport == Transport::Icmp {
                288
            } else {
                700
            },
            packets: 6,
            seconds: 0,
        };
        self.put(at, client, What::Flow(flow));
    }

    fn answer(&mut self, alive: f64) -> Answer {
        if self.random.chance(alive) {
            Answer::Talks
        } else if self.random.chance(0.6) {
            Answer::Refuses
        } else {
            Answer::Silent
        }
    }
}

/// A day of all servers.
pub fn run(office: &Office, day: u64, deeds: &mut Vec<Deed>) {
    let mut room = Room {
        random: Random::new(office.seed, &format!("servers {day}")),
        deeds,
        flows: 0,
    };
    mail(&mut room, day);
    backup(&mut room, office, day);
    monitor(&mut room, office, day);
    printers(&mut room, office, day);
    if day % 7 == 6 {
        scan(&mut room, office, (day * DAY + 2 * HOUR, SCANNER));
    }
    if day == UNKNOWN_DAY {
        scan(&mut room, office, (day * DAY + 14 * HOUR, UNKNOWN_SCANNER));
    }
    if day % 5 == 3 {
        stale_service(&mut room, day);
    }
}

/// Mail from outside: who sent it is looked up in every way; mail to outside.
fn mail(room: &mut Room<'_>, day: u64) {
    let zones = [
        "bl.mail-lists.net",
        "zen.blocked-senders.org",
        "dnsbl.kitei.jp",
    ];
    for _ in 0..600 {
        let at = day * DAY + room.random.count(0, DAY as usize) as u64;
        let sender = name::domain(&mut room.random);
        let reversed = format!(
            "{}.{}.{}.{}",
            room.random.count(1, 255),
            room.random.count(0, 256),
            room.random.count(0, 256),
            room.random.count(1, 224)
        );
        let listed = Found::Address(Ipv4Addr::new(127, 0, 0, 2));
        let key = room
            .random
            .text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789+/", 200);
        let ask = |room: &mut Room<'_>, name: String, kind: &'static str, found: Found| {
            let what = What::Lookup {
                name: name.into(),
                kind,
                found,
                life_s: 600,
            };
            room.put(at, MAIL, what);
        };
        for zone in zones {
            let found = if room.random.chance(0.2) {
                listed.clone()
            } else {
                Found::Missing
            };
            ask(room, format!("{reversed}.{zone}"), "A", found);
        }
        if room.random.chance(0.5) {
            let found = if room.random.chance(0.2) {
                listed
            } else {
                Found::Missing
            };
            ask(
                room,
                format!("{sender}.dbl.blocked-senders.org"),
                "A",
                found,
            );
        }
        let policy = Found::Text("v=spf1 include:_spf.mailers.net ~all".into());
        ask(room, sender.clone(), "TXT", policy);
        let key = Found::Text(format!("v=DKIM1; k=rsa; p={key}").into());
        let selector = format!("s{}._domainkey.{sender}", room.random.count(1, 99));
        ask(room, selector, "TXT", key);
        let rule = if room.random.chance(0.4) {
            Found::Missing
        } else {
            Found::Text("v=DMARC1; p=none".into())
        };
        ask(room, format!("_dmarc.{sender}"), "TXT", rule);
        if room.random.chance(0.15) {
            // A sender that does not exist.
            let gone = name::domain(&mut room.random);
            ask(room, gone, "A", Found::Missing);
        }
        if room.random.chance(0.4) {
            let server = Ipv4Addr::new(80, 77, room.random.count(0, 250) as u8, 25);
            let answer = room.answer(0.9);
            room.flow(at + 900, MAIL, (server, 25), Transport::Tcp, answer);
        }
    }
}

/// At night everything is read.
fn backup(room: &mut Room<'_>, office: &Office, day: u64) {
    let mut at = day * DAY + HOUR;
    for machine in office
        .machines
        .iter()
        .filter(|one| one.kind == Kind::Server)
    {
        room.flows += 1;
        let flow = 1 << 61 | day << 20 | room.flows;
        let share = texts(&[
            ("command", "SMB2_COMMAND_TREE_CONNECT"),
            ("status", "STATUS_SUCCESS"),
            ("share", "\\\\server\\D$"),
        ]);
        let what = What::Event {
            kind: "smb",
            server: machine.address,
            port: 445,
            flow,
            body: Box::new(share),
        };
        room.put(at, BACKUP, what);
        at += room.random.count(60_000, 600_000) as u64;
    }
}

/// Is everybody well? Each five minutes.
fn monitor(room: &mut Room<'_>, office: &Office, day: u64) {
    let servers: Vec<Ipv4Addr> = office
        .machines
        .iter()
        .filter(|one| matches!(one.kind, Kind::Server | Kind::Printer))
        .map(|one| one.address)
        .collect();
    let mut at = day * DAY;
    while at < (day + 1) * DAY {
        for (place, server) in servers.iter().enumerate() {
            let answer = if place % 23 == 5 {
                Answer::Silent
            } else {
                Answer::Talks
            };
            room.flow(
                at + place as u64 * 40,
                MONITOR,
                (*server, 0),
                Transport::Icmp,
                answer,
            );
            if place % 3 == 0 {
                room.flow(
                    at + place as u64 * 40 + 9,
                    MONITOR,
                    (*server, 161),
                    Transport::Udp,
                    answer,
                );
            }
        }
        at += 15 * MINUTE;
    }
}

/// A desk's program that looks after the printers, unregistered.
fn printers(room: &mut Room<'_>, office: &Office, day: u64) {
    let desks = office
        .machines
        .iter()
        .filter(|one| one.kind == Kind::AlwaysOn);
    let Some(desk) = desks.map(|one| one.address).next() else {
        return;
    };
    let printers = office
        .machines
        .iter()
        .filter(|one| one.kind == Kind::Printer);
    for (place, printer) in printers.take(14).enumerate() {
        for hour in [9, 12, 15] {
            let at = day * DAY + hour * HOUR + place as u64 * 300;
            let is_off = place % 6 == 2;
            let answer = if is_off {
                Answer::Silent
            } else {
                Answer::Talks
            };
            room.flow(at, desk, (printer.address, 0), Transport::Icmp, answer);
            room.flow(
                at + 20,
                desk,
                (printer.address, 161),
                Transport::Udp,
                answer,
            );
        }
    }
}

fn scan(room: &mut Room<'_>, office: &Office, (start, scanner): (u64, Ipv4Addr)) {
    const PORTS: [u16; 14] = [
        21, 22, 23, 25, 80, 135, 139, 443, 445, 1433, 3306, 3389, 5900, 8080,
    ];
    let mut at = start;
    for machine in office.machines.iter().take(120) {
        for port in PORTS {
            let answer = room.answer(0.12);
            room.flow(at, scanner, (machine.address, port), Transport::Tcp, answer);
            at += 30;
        }
    }
}

/// A service that has an old password for a day.
fn stale_service(room: &mut Room<'_>, day: u64) {
    let client = Ipv4Addr::new(10, 0, 0, 44);
    let mut at = day * DAY + 10 * HOUR;
    while at < day * DAY + 18 * HOUR {
        room.flows += 1;
        let flow = 1 << 60 | day << 20 | room.flows;
        for (kind, rest) in [
            ("KRB_AS_REQ", ("cname", "svc-report")),
            ("KRB_ERROR", ("error_code", "KDC_ERR_PREAUTH_FAILED")),
        ] {
            let body = texts(&[("msg_type", kind), rest, ("failed_request", "KRB_AS_REQ")]);
            let what = What::Event {
                kind: "krb5",
                server: super::event::RESOLVER,
                port: 88,
                flow,
                body: Box::new(body),
            };
            room.put(at, client, what);
        }
        at += 60_000;
    }
}
