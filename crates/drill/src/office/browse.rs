//! Reading the web: a page and what belongs to it, in the clear or by TLS.

use crate::engine::Outbox;
use crate::protocol::browser::Browser;
use crate::protocol::certificate::{COMMON_NAME, COUNTRY, Certificate, ORGANISATION};
use crate::protocol::http::{Coding, Request, Response, media_type};
use crate::protocol::program::{picture, prose};
use crate::protocol::tls::{Answer, Greeting, Program, Tls};
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::web::Web;
use crate::world::{Host, MILLISECOND, SECOND, Site};

/// Somebody reads a page of a site whose address is known, coming from elsewhere or not.
pub(super) fn read(out: &mut Outbox, random: &mut Random, host: &Host, site: &Site, now: i64) {
    if site.encrypted {
        encrypted(out, random, host, site, now);
    } else {
        plain(out, random, host, site, now);
    }
}

fn plain(out: &mut Outbox, random: &mut Random, host: &Host, site: &Site, now: i64) {
    let software =
        *Random::new(site.seed).pick(&["nginx", "Apache/2.4.62 (Debian)", "nginx/1.24.0"]);
    let browser = host.browser;
    let cookie = format!("sid={:016x}", site.seed ^ host.number as u64);
    let mut web = Web::connect(out, random, &host.station, (&site.station, 80), now);
    let mut path = String::from("/");
    if random.chance(0.2) {
        let request = Request::browsing(browser, &site.name, "/top", None);
        let target = format!("http://{}/", site.name);
        let moved = Response::new(301, web.now(), software)
            .with("Location", &target)
            .empty();
        web.fetch(out, &request, &moved);
    } else if random.chance(0.6) {
        path = format!("/articles/2025/{:04}.html", random.below(9_000));
    }
    let length = random.count(4_000, 30_000);
    let page = page(random, &site.name, length);
    let request = Request::browsing(browser, &site.name, &path, None).with("Cookie", &cookie);
    let coding = *random.pick(&[
        Coding::Gzip,
        Coding::GzipChunked,
        Coding::Chunked,
        Coding::Plain,
    ]);
    let response = Response::new(200, web.now(), software)
        .with("Set-Cookie", &format!("{cookie}; Path=/; HttpOnly"))
        .body(media_type(&path), coding, page.as_bytes());
    web.fetch(out, &request, &response);
    let referer = format!("http://{}{path}", site.name);
    parts(out, random, &mut web, (browser, site, software, &referer));
    if random.chance(0.12) {
        web.pause(out, random.between(2 * SECOND, 9 * SECOND));
        let form = format!(
            "name={}&message={}",
            host.user,
            prose(random, 80).replace(' ', "+")
        );
        let request = Request::new("POST", &site.name, "/contact")
            .with("User-Agent", browser.user_agent())
            .with("Referer", &referer)
            .with("Cookie", &cookie)
            .body("application/x-www-form-urlencoded", form);
        let response = Response::new(302, web.now(), software)
            .with("Location", "/thanks")
            .empty();
        web.fetch(out, &request, &response);
    }
    web.leave(out);
}

/// Style, script and pictures of a page.
fn parts(
    out: &mut Outbox,
    random: &mut Random,
    web: &mut Web,
    (browser, site, software, referer): (Browser, &Site, &str, &str),
) {
    let mut paths = vec![String::from("/css/site.css"), String::from("/js/app.js")];
    paths.extend((0..random.count(1, 6)).map(|_| format!("/img/{}.png", random.below(500))));
    for path in paths {
        let request = Request::browsing(browser, &site.name, &path, Some(referer));
        let base = Response::new(
            if random.chance(0.25) { 304 } else { 200 },
            web.now(),
            software,
        )
        .with("Cache-Control", "max-age=86400");
        let request = if base.is_unchanged() {
            request.with("If-None-Match", &format!("\"{:x}\"", site.seed as u32))
        } else {
            request
        };
        let response = if base.is_unchanged() {
            base.with("ETag", &format!("\"{:x}\"", site.seed as u32))
        } else if path.ends_with(".png") {
            let length = random.count(1_500, 40_000);
            base.body("image/png", Coding::Plain, &picture(random, length))
        } else {
            let length = random.count(900, 12_000);
            let text = format!("/* {} */\n{}", site.name, prose(random, length));
            base.body(media_type(&path), Coding::Gzip, text.as_bytes())
        };
        web.fetch(out, &request, &response);
    }
}

fn page(random: &mut Random, name: &str, length: usize) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"ja\">\n<head><meta charset=\"utf-8\"><title>{name}</title>\n\
         <link rel=\"stylesheet\" href=\"/css/site.css\"><script src=\"/js/app.js\" defer></script></head>\n\
         <body><h1>{name}</h1>\n<p>{}</p>\n</body>\n</html>\n",
        prose(random, length)
    )
}

fn encrypted(out: &mut Outbox, random: &mut Random, host: &Host, site: &Site, now: i64) {
    let mut tls = connect(out, random, host, site, host.browser, now);
    for _ in 0..random.count(1, 7) {
        tls.client(out, random.count(180, 900));
        tls.pause(out, random.between(2 * MILLISECOND, 60 * MILLISECOND));
        tls.server(out, random.count(300, 70_000));
        tls.pause(out, random.between(5 * MILLISECOND, 1_500 * MILLISECOND));
    }
    tls.pause(out, random.between(SECOND, 12 * SECOND));
    tls.close(out, Side::Client);
}

/// A TLS session of a program with a site.
pub(super) fn connect(
    out: &mut Outbox,
    random: &mut Random,
    host: &Host,
    site: &Site,
    program: Browser,
    now: i64,
) -> Tls {
    let tcp = Tcp::open(out, random, &host.station, (&site.station, 443), now);
    let greeting = Greeting {
        program: Program::Browser(program),
        name: Some(&site.name),
    };
    let modern = !matches!(program, Browser::UpdateAgent | Browser::ServerAgent);
    let answer = if modern && site.seed % 10 < 7 {
        Answer::V13
    } else {
        older(site, now, modern)
    };
    Tls::open(out, random, tcp, &greeting, &answer)
}

/// An answer of TLS 1.2 with the site's certificate, always the same one.
fn older(site: &Site, now: i64, modern: bool) -> Answer {
    const DAY: i64 = 86_400 * SECOND;
    let mut random = Random::new(site.seed);
    let year = now - now.rem_euclid(365 * DAY);
    let authority = vec![
        (COUNTRY, "JP".to_owned()),
        (ORGANISATION, "Tsubaki Trust Services".to_owned()),
        (COMMON_NAME, "Tsubaki Trust Server CA 3".to_owned()),
    ];
    let root = vec![
        (COUNTRY, "JP".to_owned()),
        (ORGANISATION, "Tsubaki Trust Services".to_owned()),
        (COMMON_NAME, "Tsubaki Trust Root 1".to_owned()),
    ];
    let leaf = Certificate {
        subject: vec![(COMMON_NAME, site.name.clone())],
        issuer: authority.clone(),
        from: year - 30 * DAY,
        until: year + 400 * DAY,
        names: vec![site.name.clone()],
        authority: false,
    };
    let between = Certificate {
        subject: authority,
        issuer: root,
        from: year - 900 * DAY,
        until: year + 2_900 * DAY,
        names: Vec::new(),
        authority: true,
    };
    let chain = vec![leaf.der(&mut random), between.der(&mut Random::new(0x7374))];
    Answer::V12 {
        chain,
        protocol: modern.then_some("http/1.1"),
    }
}
