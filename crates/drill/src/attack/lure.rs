//! A mail that lures: it pretends to come from the office itself, and its link imitates the office's site. Somebody follows it.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::protocol::clock::mail_date;
use crate::protocol::http::{Coding, Request, Response};
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::web::{Server, Web};
use crate::world::{DOMAIN, Host, MILLISECOND, SECOND, Station, World};
use std::sync::Arc;

struct Lure {
    world: Arc<World>,
    victim: Host,
    sender: Station,
    site: Server,
    path: String,
    delivered: bool,
    random: Random,
}

impl Lure {
    /// Hands the mail to the office's mail door.
    fn deliver(&mut self, now: i64, out: &mut Outbox) -> i64 {
        let random = &mut self.random;
        let to = format!("{}@{DOMAIN}", self.victim.user);
        let (site, path) = (&self.site.name, &self.path);
        let id = random.hex(24);
        let letter = format!(
            "Date: {}\r\nFrom: \"IT desk\" <it-desk@{DOMAIN}>\r\nTo: <{to}>\r\nSubject: Your password ends today\r\n\
             Message-ID: <{id}@mail.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
             Keep your account: http://{site}{path}\r\n.\r\n",
            mail_date(now)
        );
        let turns: [(String, &str); 6] = [
            ("EHLO mta.bulk-post.example\r\n".into(), "250 gate\r\n"),
            (
                "MAIL FROM:<bounce@bulk-post.example>\r\n".into(),
                "250 2.1.0 Ok\r\n",
            ),
            (format!("RCPT TO:<{to}>\r\n"), "250 2.1.5 Ok\r\n"),
            ("DATA\r\n".into(), "354 End data with <CR><LF>.<CR><LF>\r\n"),
            (letter, "250 2.0.0 Ok: queued\r\n"),
            ("QUIT\r\n".into(), "221 2.0.0 Bye\r\n"),
        ];
        let door = (&self.world.web.station, 25);
        let mut tcp = Tcp::open(out, random, &self.sender, door, now);
        tcp.server(out, b"220 gate ESMTP\r\n");
        for (command, reply) in turns {
            tcp.pause(out, random.between(MILLISECOND, 15 * MILLISECOND));
            tcp.client(out, command.as_bytes());
            tcp.pause(out, random.between(MILLISECOND, 50 * MILLISECOND));
            tcp.server(out, reply.as_bytes());
        }
        tcp.close(out, Side::Server)
    }

    /// The page behind the link, and the password that is typed into it.
    fn follow(&mut self, now: i64, out: &mut Outbox) {
        let random = &mut self.random;
        let server = &self.site;
        let page = "<html><title>Sign in</title><form method=post><input name=user><input type=password name=pass></form>";
        let mut web = Web::visit(out, random, &self.world, &self.victim, server, now);
        let answer = |now, body: &str| {
            Response::new(200, now, server.software).body(
                "text/html; charset=utf-8",
                Coding::Plain,
                body.as_bytes(),
            )
        };
        let browser = self.victim.browser;
        let request = Request::browsing(browser, &server.name, &self.path, None);
        web.fetch(out, &request, &answer(now, page));
        web.pause(out, random.between(6 * SECOND, 15 * SECOND));
        let typed = format!("user={}&pass={}", self.victim.user, random.hex(10));
        let address = format!("http://{}{}", server.name, self.path);
        let sent = Request::new("POST", &server.name, &self.path)
            .with("User-Agent", browser.user_agent())
            .with("Referer", &address)
            .body("application/x-www-form-urlencoded", typed);
        let now = web.now();
        web.fetch(out, &sent, &answer(now, "<html>Thank you"));
        web.close(out, Side::Server);
    }
}

impl Actor for Lure {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if self.delivered {
            self.follow(now, out);
            return None;
        }
        self.delivered = true;
        let done = self.deliver(now, out);
        Some(done + self.random.between(5 * SECOND, 20 * SECOND))
    }
}

pub(super) fn stage(mut scene: Scene) -> Staged {
    let random = &mut scene.random;
    let name = format!("{DOMAIN}.account-{}.example", random.hex(4));
    let site = Server::stranger(&scene.world, random, name);
    let path = format!("/{}/sign-in.html", random.hex(6));
    let actor = Lure {
        world: Arc::clone(&scene.world),
        victim: scene.victim.clone(),
        sender: scene.world.stranger(random),
        path,
        delivered: false,
        random: random.clone(),
        site,
    };
    let peers = vec![actor.site.name.clone(), actor.site.v4().to_string()];
    scene.staged(actor, peers)
}
