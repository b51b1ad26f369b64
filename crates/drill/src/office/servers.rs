//! What goes on around the servers: strangers read the published site, somebody of the office looks after it.

use super::rhythm;
use crate::engine::{Actor, Entrance, Outbox};
use crate::protocol::browser::Browser;
use crate::protocol::http::{Coding, Request, Response};
use crate::protocol::program::{picture, prose};
use crate::protocol::ssh;
use crate::random::Random;
use crate::web::Web;
use crate::world::{SECOND, World};
use std::sync::Arc;

/// Name of the published site.
const SITE: &str = "www.hinode-trading.example";

struct Visitors {
    world: Arc<World>,
    random: Random,
}

impl Visitors {
    fn visit(&mut self, now: i64, out: &mut Outbox) {
        let random = &mut self.random;
        let visitor = self.world.stranger(random);
        let server = &self.world.web.station;
        let browser = *random.pick(&[
            Browser::Chrome,
            Browser::Edge,
            Browser::Firefox,
            Browser::Safari,
        ]);
        let mut web = Web::connect(out, random, &visitor, (server, 80), now);
        let pages = ["/", "/products.html", "/company.html", "/contact.html"];
        for path in pages.iter().take(random.count(1, 4)) {
            let length = random.count(2_000, 9_000);
            let page = format!(
                "<html><head><title>Hinode</title></head><body>{}</body></html>",
                prose(random, length)
            );
            let request = Request::browsing(browser, SITE, path, None);
            let response = Response::new(200, web.now(), "Apache/2.4.62 (Debian)").body(
                "text/html; charset=utf-8",
                Coding::Gzip,
                page.as_bytes(),
            );
            web.fetch(out, &request, &response);
            let request = Request::browsing(
                browser,
                SITE,
                "/img/head.png",
                Some("http://www.hinode-trading.example/"),
            );
            let response = Response::new(200, web.now(), "Apache/2.4.62 (Debian)").body(
                "image/png",
                Coding::Plain,
                &picture(random, 9_000),
            );
            web.fetch(out, &request, &response);
            web.pause(out, random.between(SECOND, 8 * SECOND));
        }
        web.leave(out);
    }
}

impl Actor for Visitors {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if now >= self.world.end {
            return None;
        }
        self.visit(now, out);
        Some(now + rhythm::pause(&self.world, &mut self.random, now, 1.0))
    }
}

/// The person who looks after the servers.
struct Administrator {
    world: Arc<World>,
    random: Random,
}

impl Actor for Administrator {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if now >= self.world.end {
            return None;
        }
        let host = self.world.hosts.first()?;
        let over = ssh::session(out, &mut self.random, host, &self.world.web, now);
        Some(over + 6 * rhythm::pause(&self.world, &mut self.random, now, 1.0))
    }
}

/// Lets visitors and administrator in.
pub(super) fn enter(world: &Arc<World>, random: &Random, actors: &mut Vec<Entrance>) {
    let length = world.end - world.start;
    let mut visitors = Visitors {
        world: Arc::clone(world),
        random: random.fork("visitors", 0),
    };
    let first = world.start + visitors.random.between(0, length / 10);
    actors.push((first, Box::new(visitors)));
    let mut administrator = Administrator {
        world: Arc::clone(world),
        random: random.fork("administrator", 0),
    };
    let first = world.start + length / 6 + administrator.random.between(0, length / 3);
    actors.push((first, Box::new(administrator)));
}
