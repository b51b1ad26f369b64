//! People who read: sites that all read, that few read, that one reads once; what pages fetch beside; names in vain.

use super::deed::{Answer, Channel, Found, HOUR, MINUTE, Site};
use super::{DOMAIN, Kind, Scene, name, program};
use event::Transport;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// A day of reading.
pub fn read(scene: &mut Scene<'_>, (from, until): (u64, u64)) {
    let pages = scene.random.count(8, 42);
    // The first page of the day is the same each day.
    let home = scene.machine.favourites[0].clone();
    page(scene, from + 40_000, &home);
    for _ in 0..pages {
        let at = scene.moment((from, until));
        let site = match scene.random.count(0, 100) {
            0..58 => {
                let place = (super::POPULAR as f64).powf(scene.random.unit()) as usize;
                scene.office.popular[place - 1].clone()
            }
            58..86 => {
                let place = scene.random.count(0, 14);
                scene.machine.favourites[place].clone()
            }
            _ => scene.office.stranger(&mut scene.random),
        };
        // One page leads to others of the same site.
        let mut then = at;
        for _ in 0..scene.random.count(1, 4) {
            page(scene, then, &site);
            then += scene.wait(70_000);
        }
    }
    vain(scene, (from, until));
    if scene.random.chance(0.45) {
        confer(scene, (from, until));
    }
    if scene.random.chance(0.004) {
        program::reload(scene, (from, until));
    }
    if scene.machine.kind == Kind::Guest && scene.random.chance(0.02) {
        exchange(scene, (from, until));
    }
}

fn page(scene: &mut Scene<'_>, at: u64, site: &Site) {
    let referrer = Some(Arc::clone(&site.name));
    if site.channel == Channel::Http && scene.random.chance(0.15) {
        // Over a counter that only sends on.
        let counter = scene.office.helpers[scene.random.count(0, super::HELPERS)].clone();
        let from = referrer.clone();
        let plain = Site {
            channel: Channel::Http,
            port: 80,
            ..counter
        };
        scene.call(at.saturating_sub(200), &plain, |call| {
            (call.path, call.status, call.down, call.from) = ("/go?to=page", 302, 180, from);
        });
    }
    scene.call(at, site, |call| call.path = "/index.html");
    if site.channel == Channel::Http {
        for (path, kind) in [
            ("/site.css", "text/css"),
            ("/logo.png", "image/png"),
            ("/app.js", "application/javascript"),
        ] {
            let from = referrer.clone();
            scene.call(at + 120, site, |call| {
                (call.path, call.kind, call.from) = (path, kind, from);
            });
        }
    }
    for _ in 0..scene.random.count(1, 7) {
        let later = at + scene.random.count(80, 2_500) as u64;
        if scene.machine.filtered && scene.random.chance(0.5) {
            // The resolver says that advertisers do not exist.
            let place = scene.random.count(0, super::HELPERS);
            let name = Arc::clone(&scene.office.helpers[place].name);
            scene.ask(later, name, "A", Found::Missing);
            continue;
        }
        let helper = match scene.random.count(0, 10) {
            0..8 => {
                let place = (super::HELPERS as f64).powf(scene.random.unit()) as usize - 1;
                scene.office.helpers[place].clone()
            }
            _ => {
                let network = scene.random.pick(&scene.office.networks).clone();
                let name = name::delivered(&mut scene.random, &network);
                super::site(&mut scene.random, name, Channel::Tls)
            }
        };
        scene.call(later, &helper, |_| {});
    }
    if scene.random.chance(0.02) {
        // Measuring of resolvers: each page has a name of its own.
        let network = scene.office.networks[0].clone();
        let name = format!("{}.rum.{network}", name::identifier(&mut scene.random));
        scene.ask(
            at + 900,
            name,
            "A",
            Found::Address(Ipv4Addr::new(80, 0, 0, 9)),
        );
    }
    if scene.random.chance(0.04) {
        let gone = Arc::clone(scene.random.pick(&scene.office.gone));
        scene.ask(at + 300, gone, "A", Found::Missing);
    }
}

/// Names that lead nowhere: mistyped, with the company's suffix, a browser's probes, old links.
fn vain(scene: &mut Scene<'_>, span: (u64, u64)) {
    let probes: Vec<String> = (0..3).map(|_| name::probe(&mut scene.random)).collect();
    if scene.machine.browser.0 == 1516 {
        for probe in &probes {
            scene.ask(
                span.0 + 5_000,
                format!("{probe}.{DOMAIN}"),
                "A",
                Found::Missing,
            );
            scene.ask(span.0 + 5_200, probe.as_str(), "A", Found::Missing);
        }
    }
    for _ in 0..scene.random.count(0, 5) {
        let at = scene.moment(span);
        let place = (super::POPULAR as f64).powf(scene.random.unit()) as usize - 1;
        let name = scene.office.popular[place].name.to_string();
        match scene.random.count(0, 4) {
            0 => {
                let name = name::mistyped(&mut scene.random, &name);
                scene.ask(at, name, "A", Found::Missing);
            }
            1 => scene.ask(at, format!("{name}.{DOMAIN}"), "A", Found::Missing),
            2 => scene.ask(at, format!("wpad.{DOMAIN}"), "A", Found::Missing),
            _ => {
                // A link of years ago.
                let old = name::host(&mut scene.random);
                scene.ask(at, old, "A", Found::Missing);
            }
        }
    }
    if scene.random.chance(0.0006) {
        // Somebody lets a program go through a list of old links.
        let mut at = scene.moment(span);
        for _ in 0..scene.random.count(40, 200) {
            let old = name::host(&mut scene.random);
            let found = if scene.random.chance(0.4) {
                Found::Missing
            } else {
                Found::Address(Ipv4Addr::new(80, 1, 2, 3))
            };
            scene.ask(at, old, "A", found);
            at += scene.wait(900);
        }
    }
}

/// A meeting with picture and sound: relays, and ways to the others that are tried in vain.
fn confer(scene: &mut Scene<'_>, span: (u64, u64)) {
    let at = scene.moment(span);
    let site = scene.office.helpers[4].clone();
    scene.call(at, &site, |call| call.up = 40_000);
    for relay in 0..scene.random.count(2, 7) {
        let server = Ipv4Addr::new(80, 230, relay as u8, scene.random.count(1, 250) as u8);
        let port = *scene.random.pick(&[3_478, 3_479, 3_480, 8_801, 19_305]);
        scene.flow(at + 400, (server, port), |flow| {
            (flow.transport, flow.app) = (Transport::Udp, Some("failed"));
            (flow.up, flow.down, flow.packets) = (9_000_000, 20_000_000, 30_000);
        });
    }
    for _ in 0..scene.random.count(0, 10) {
        let others = [Ipv4Addr::new(192, 168, 1, 0), Ipv4Addr::new(172, 20, 10, 0)];
        let net = scene.random.pick(&others).octets();
        let server = Ipv4Addr::new(net[0], net[1], net[2], scene.random.count(2, 250) as u8);
        let port = scene.random.count(49_152, 65_000) as u16;
        scene.flow(at + 600, (server, port), |flow| {
            (flow.transport, flow.answer) = (Transport::Udp, Answer::Silent);
        });
    }
}

/// A guest's program that shares files with strangers, many of whom are gone.
fn exchange(scene: &mut Scene<'_>, span: (u64, u64)) {
    let start = scene.moment(span);
    let end = (start + HOUR).min(span.1);
    let mut at = start;
    while at < end {
        let server = Ipv4Addr::new(
            scene.random.count(90, 120) as u8,
            scene.random.count(0, 256) as u8,
            scene.random.count(0, 256) as u8,
            scene.random.count(1, 255) as u8,
        );
        let port = scene.random.count(6_000, 60_000) as u16;
        let (is_udp, is_gone) = (scene.random.chance(0.6), scene.random.chance(0.5));
        scene.flow(at, (server, port), |flow| {
            if is_udp {
                flow.transport = Transport::Udp;
            }
            flow.app = Some("bittorrent-dht");
            flow.answer = if is_gone {
                Answer::Silent
            } else {
                Answer::Talks
            };
        });
        at += scene.wait(MINUTE / 6);
    }
}
