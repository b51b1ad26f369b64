//! Malware by download: a program under the name of a document, then a program that says it is a picture, both
//! from a bare address by a program that is no browser.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::protocol::http::{Coding, Request, Response};
use crate::protocol::program;
use crate::random::Random;
use crate::tcp::Side;
use crate::web::{Server, Web};
use crate::world::{Host, SECOND};

struct Download {
    victim: Host,
    server: Server,
    random: Random,
    files: std::slice::Iter<'static, (&'static str, &'static str)>,
}

/// Paths and the media types that the server gives them.
const FILES: [(&str, &str); 2] = [
    ("/docs/invoice.pdf.exe", "application/octet-stream"),
    ("/img/logo.png", "image/png"),
];

impl Actor for Download {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        let (path, kind) = *self.files.next()?;
        let random = &mut self.random;
        let host = self.server.name.as_str();
        let request = Request::new("GET", host, path)
            .with("User-Agent", "WinHttpClient/1.0 dl")
            .with("Accept", "*/*")
            .with("Connection", "close");
        let length = random.count(90_000, 260_000);
        let program = program::inert_program(random, length);
        let response = Response::new(200, now, self.server.software)
            .with("Connection", "close")
            .with("Accept-Ranges", "bytes")
            .body(kind, Coding::Plain, &program);
        let mut web = Web::connect(
            out,
            random,
            &self.victim.station,
            (&self.server.station, 80),
            now,
        );
        web.fetch(out, &request, &response);
        let end = web.close(out, Side::Server);
        Some(end + random.between(SECOND, 4 * SECOND))
    }
}

pub(super) fn stage(mut scene: Scene) -> Staged {
    let mut server = Server::stranger(&scene.world, &mut scene.random, String::new());
    server.name = server.v4().to_string();
    let peers = vec![server.name.clone()];
    let actor = Download {
        victim: scene.victim.clone(),
        random: scene.random.clone(),
        files: FILES.iter(),
        server,
    };
    scene.staged(actor, peers)
}
