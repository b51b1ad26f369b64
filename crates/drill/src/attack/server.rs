//! The published server is taken: a script is put into its folder for uploads and given commands.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::protocol::http::{Coding, Request, Response};
use crate::random::Random;
use crate::tcp::Side;
use crate::web::Web;
use crate::world::{DOMAIN, Host, SECOND, Station};

/// What is asked of the system, one after the other.
const COMMANDS: [&str; 6] = [
    "whoami",
    "uname+-a",
    "id",
    "ls+-la+/var/www",
    "cat+/etc/passwd",
    "ps+aux",
];
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0";

struct WebShell {
    attacker: Station,
    server: Host,
    name: String,
    next: usize,
    random: Random,
}

impl WebShell {
    fn upload(&self) -> Request {
        let line = "----7d91a3c2";
        // No script: what stands where one would only says so.
        let body = format!(
            "--{line}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
             Content-Type: application/x-php\r\n\r\n<?php /* an inert stand-in */ ?>\r\n--{line}--\r\n",
            self.name
        );
        Request::new("POST", DOMAIN, "/profile/picture.php")
            .with("User-Agent", AGENT)
            .body(&format!("multipart/form-data; boundary={line}"), body)
    }
}

impl Actor for WebShell {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        let request = match self.next.checked_sub(1) {
            None => self.upload(),
            Some(number) => {
                let command = COMMANDS.get(number)?;
                let path = format!("/uploads/{}?cmd={command}", self.name);
                Request::new("GET", DOMAIN, &path).with("User-Agent", AGENT)
            }
        };
        self.next += 1;
        let random = &mut self.random;
        let size = random.count(20, 900);
        let said = random.hex(size);
        let response = Response::new(200, now, "Apache/2.4.41 (Ubuntu)").body(
            "text/html; charset=UTF-8",
            Coding::Plain,
            said.as_bytes(),
        );
        let door = (&self.server.station, 80);
        let mut web = Web::connect(out, random, &self.attacker, door, now);
        web.fetch(out, &request, &response);
        let end = web.close(out, Side::Client);
        Some(end + random.between(SECOND, 6 * SECOND))
    }
}

pub(super) fn web_shell(mut scene: Scene) -> Staged {
    let attacker = scene.world.stranger(&mut scene.random);
    let peers = vec![attacker.address.to_string()];
    let server = scene.world.web.clone();
    let actor = WebShell {
        attacker,
        server: server.clone(),
        name: format!("{}.php", scene.random.hex(8)),
        next: 0,
        random: scene.random.clone(),
    };
    scene.victim = server;
    scene.staged(actor, peers)
}
