//! What machines do by the clock.

use super::deed::{Answer, Channel, DAY, Found, HOUR, MINUTE};
use super::{Kind, Scene, name};
use event::Transport;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Lets all programs of the machine run through the day.
pub fn run(scene: &mut Scene<'_>) {
    let Some((from, until)) = scene.running() else {
        return;
    };
    let machine = scene.machine;
    for (place, program) in machine.programs.iter().enumerate() {
        if scene.day < program.days.0 || scene.day >= program.days.1 {
            continue;
        }
        let mut at = first(scene, place, program.period, from);
        while at < until {
            let (stack, agent, posts) = (program.stack, program.agent, program.posts);
            let up = program.bytes.0 + scene.random.count(0, program.bytes.1 as usize) as u32;
            if program.site.channel == Channel::Raw {
                let end = (program.site.address, program.site.port);
                scene.flow(at, end, |flow| {
                    (flow.app, flow.up, flow.down, flow.packets) = (Some("failed"), up, 200, 5);
                });
            } else {
                scene.call(at, &program.site, |call| {
                    (call.stack, call.agent, call.up, call.down) = (stack, agent, up, 700);
                    call.method = if posts { "POST" } else { "GET" };
                    call.path = "/v1/check";
                    call.kind = "application/json";
                });
            }
            // Now and then somebody is slow to answer, and the program tries again soon.
            at += if scene.random.chance(0.01) {
                5_000
            } else {
                jittered(scene, program.period, program.jitter)
            };
        }
    }
    clock(scene, (from, until));
    if machine.kind <= Kind::Server {
        protection(scene, (from, until));
    }
    if machine.kind == Kind::Desk && scene.random.chance(0.12) {
        update(scene, (from, until));
    }
    if machine.kind == Kind::Desk && scene.random.chance(0.4) {
        neighbours(scene, (from, until));
    }
}

/// Programs that call once a day and less begin with the machine, or at an hour of their own where it is never off.
fn first(scene: &mut Scene<'_>, place: usize, period: u64, from: u64) -> u64 {
    if period >= DAY {
        return from
            + (place as u64 * 37 + u64::from(scene.machine.number) * 13) % 600 * MINUTE / 4;
    }
    from + scene.random.count(0, period as usize) as u64
}

fn jittered(scene: &mut Scene<'_>, period: u64, jitter: f64) -> u64 {
    (period as f64 * (1.0 + jitter * (2.0 * scene.random.unit() - 1.0))).max(1.0) as u64
}

/// Time, and names of the own network.
fn clock(scene: &mut Scene<'_>, (from, until): (u64, u64)) {
    let server = Ipv4Addr::new(80, 240, 0, (scene.machine.number % 4) as u8 + 1);
    let mut at = from + scene.random.count(0, 1_024_000) as u64;
    while at < until {
        scene.flow(at, (server, 123), |flow| {
            (flow.transport, flow.app) = (Transport::Udp, Some("ntp"));
            (flow.up, flow.down, flow.packets, flow.seconds) = (90, 90, 1, 0);
        });
        at += jittered(scene, HOUR, 0.1);
    }
}

/// Questions about files to a maker of protection, by names.
fn protection(scene: &mut Scene<'_>, span: (u64, u64)) {
    let zone = scene.office.protections[scene.machine.protection].clone();
    for _ in 0..scene.random.count(0, 14) {
        let at = scene.moment(span);
        let name = format!("{}.{zone}", name::identifier(&mut scene.random));
        let found = match scene.machine.protection % 3 {
            0 => Found::Address(Ipv4Addr::new(127, 0, 0, 3)),
            1 => Found::Missing,
            _ => Found::Text("v=1;c=0".into()),
        };
        let kind = if scene.machine.protection % 3 == 2 {
            "TXT"
        } else {
            "A"
        };
        scene.ask(at, name, kind, found);
    }
}

/// An update by HTTP, in pieces.
fn update(scene: &mut Scene<'_>, span: (u64, u64)) {
    let mut site = scene.office.helpers[scene.random.count(0, 3)].clone();
    (site.channel, site.port) = (Channel::Http, 80);
    let mut at = scene.moment(span);
    for _ in 0..scene.random.count(3, 20) {
        scene.call(at, &site, |call| {
            call.agent = "Microsoft-Delivery-Optimization/10.0";
            call.path = "/filestreamingservice/files/update.cab";
            (call.status, call.kind) = (206, "application/octet-stream");
            call.down = 524_288;
        });
        at += scene.wait(1_500);
    }
}

/// Pieces of updates from other machines of the office, some of which are off.
fn neighbours(scene: &mut Scene<'_>, span: (u64, u64)) {
    let mut at = scene.moment(span);
    for _ in 0..scene.random.count(2, 9) {
        let count = scene.office.machines.len();
        let other = &scene.office.machines[scene.random.count(0, count)];
        if other.kind != Kind::Desk {
            continue;
        }
        let (is_off, server) = (scene.random.chance(0.25), other.address);
        scene.flow(at, (server, 7_680), |flow| {
            flow.app = Some("failed");
            flow.answer = if is_off {
                Answer::Silent
            } else {
                Answer::Talks
            };
            flow.down = 800_000;
        });
        at += scene.wait(20_000);
    }
}

/// A page that calls its site for news as long as it is open.
pub fn reload(scene: &mut Scene<'_>, (from, until): (u64, u64)) {
    let site = scene.office.unread(&mut scene.random);
    let period = *scene
        .random
        .pick(&[30_000, MINUTE, 5 * MINUTE, 15 * MINUTE]);
    let (mut at, hours) = (scene.moment((from, until)), scene.random.count(1, 6) as u64);
    let end = (at + hours * HOUR).min(until);
    while at < end {
        let from_page = Some(Arc::clone(&site.name));
        scene.call(at, &site, |call| {
            (call.up, call.down, call.from) = (900, 2_000, from_page);
        });
        at += jittered(scene, period, 0.02);
    }
}
