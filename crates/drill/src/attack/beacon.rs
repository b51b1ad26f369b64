//! Command and control: an implant that reports at intervals, by HTTP or by TLS.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::lookup;
use crate::protocol::certificate::{COMMON_NAME, COUNTRY, Certificate, ORGANISATION};
use crate::protocol::http::{Coding, Request, Response};
use crate::protocol::tls::{Answer, Greeting, Program, Tls};
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::web::{Server, Web};
use crate::world::{Host, MILLISECOND, SECOND, World};
use std::sync::Arc;

/// Nanoseconds of a day.
const DAY: i64 = 86_400 * SECOND;

/// The user agent of an implant: an old browser, in a form that no browser has.
const AGENT: &str = "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)";

/// An implant that posts to its master.
pub(super) struct HttpBeacon {
    world: Arc<World>,
    victim: Host,
    server: Server,
    path: String,
    identity: String,
    interval: i64,
    until: i64,
    random: Random,
    introduced: bool,
}

impl HttpBeacon {
    pub(super) fn new(
        world: &Arc<World>,
        victim: &Host,
        mut random: Random,
        (from, until): (i64, i64),
    ) -> Self {
        let name = master_name(&mut random);
        let file = *random.pick(&[
            "gate.php",
            "panel/tasks.php",
            "submit.php",
            "api/v1/ping.php",
        ]);
        Self {
            world: Arc::clone(world),
            victim: victim.clone(),
            server: Server::stranger(world, &mut random, name),
            path: format!("/{}/{file}", random.hex(6)),
            identity: random.hex(16),
            interval: interval(until - from),
            until,
            random,
            introduced: false,
        }
    }

    /// Where it reports: name and address.
    pub(super) fn peers(&self) -> Vec<String> {
        vec![self.server.name.clone(), self.server.v4().to_string()]
    }

    fn report(&mut self, now: i64, out: &mut Outbox) {
        let random = &mut self.random;
        let server = &self.server;
        let mut web = if self.introduced {
            Web::connect(
                out,
                random,
                &self.victim.station,
                (&server.station, 80),
                now,
            )
        } else {
            Web::visit(out, random, &self.world, &self.victim, server, now)
        };
        self.introduced = true;
        let body = format!(
            "id={}&v=3.1&os=10.0.19045&d={}",
            self.identity,
            random.hex(48)
        );
        let request = Request::new("POST", &server.name, &self.path)
            .with("User-Agent", AGENT)
            .with("Accept", "*/*")
            .with("Connection", "close")
            .body("application/x-www-form-urlencoded", body);
        let order = if random.chance(0.1) {
            random.hex(128)
        } else {
            random.hex(16)
        };
        let response = Response::new(200, now, server.software)
            .with("Connection", "close")
            .body("text/html; charset=UTF-8", Coding::Plain, order.as_bytes());
        web.fetch(out, &request, &response);
        web.close(out, Side::Server);
    }
}

impl Actor for HttpBeacon {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if now >= self.until {
            return None;
        }
        self.report(now, out);
        Some(now + self.random.jitter(self.interval, 0.08))
    }
}

/// An implant that speaks TLS with a stack of its own to a server with a certificate of its own.
struct TlsBeacon {
    victim: Host,
    server: Server,
    chain: Vec<Vec<u8>>,
    interval: i64,
    until: i64,
    random: Random,
    world: Arc<World>,
    introduced: bool,
}

impl Actor for TlsBeacon {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if now >= self.until {
            return None;
        }
        let random = &mut self.random;
        let mut start = now;
        if !self.introduced {
            self.introduced = true;
            let name = (self.server.name.as_str(), self.server.v4());
            start = lookup::resolve(out, random, &self.world, &self.victim, now, name);
        }
        let tcp = Tcp::open(
            out,
            random,
            &self.victim.station,
            (&self.server.station, 443),
            start,
        );
        let greeting = Greeting {
            program: Program::Implant,
            name: None,
        };
        let answer = Answer::V12 {
            chain: self.chain.clone(),
            protocol: None,
        };
        let mut tls = Tls::open(out, random, tcp, &greeting, &answer);
        tls.client(out, 212);
        tls.pause(out, random.between(4 * MILLISECOND, 20 * MILLISECOND));
        tls.server(out, if random.chance(0.1) { 1_300 } else { 96 });
        tls.pause(out, random.between(MILLISECOND, 9 * MILLISECOND));
        tls.close(out, Side::Client);
        Some(now + random.jitter(self.interval, 0.12))
    }
}

/// An implant that posts to its master by HTTP.
pub(super) fn http(scene: Scene) -> Staged {
    let span = (scene.start, scene.end);
    let actor = HttpBeacon::new(&scene.world, &scene.victim, scene.random.clone(), span);
    let peers = actor.peers();
    scene.staged(actor, peers)
}

/// An implant that speaks TLS to its master.
pub(super) fn tls(mut scene: Scene) -> Staged {
    let random = &mut scene.random;
    let name = master_name(random);
    let server = Server::stranger(&scene.world, random, name);
    let owner = vec![
        (COUNTRY, "XX".to_owned()),
        (ORGANISATION, "Default Company Ltd".to_owned()),
        (COMMON_NAME, "localhost".to_owned()),
    ];
    let certificate = Certificate {
        subject: owner.clone(),
        issuer: owner,
        from: scene.start - 3 * DAY,
        until: scene.start + 3_650 * DAY,
        names: Vec::new(),
        authority: true,
    };
    let actor = TlsBeacon {
        chain: vec![certificate.der(random)],
        victim: scene.victim.clone(),
        interval: interval(scene.end - scene.start),
        until: scene.end,
        random: random.clone(),
        world: Arc::clone(&scene.world),
        introduced: false,
        server,
    };
    let peers = vec![actor.server.name.clone(), actor.server.v4().to_string()];
    scene.staged(actor, peers)
}

/// Names that a master hides behind.
fn master_name(random: &mut Random) -> String {
    let word = *random.pick(&[
        "sync-status",
        "cdn-metrics",
        "api-check",
        "node-update",
        "stat-relay",
    ]);
    format!("{word}-{}.example", random.hex(4))
}

/// Time between two reports: about thirty within the span.
fn interval(span: i64) -> i64 {
    (span / 30).clamp(SECOND, 60 * SECOND)
}
