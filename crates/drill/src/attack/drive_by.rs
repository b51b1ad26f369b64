//! Drive-by: an ordinary site (tampered, or with a bad advertisement) leads over a redirector to a page that
//! profiles the browser, on to a page of an exploit kit, a program, and its reports to a master.
//!
//! Every script here is text without effect: what it unpacks is a comment, what it loads is a dummy.

use super::beacon::HttpBeacon;
use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::protocol::browser::Browser;
use crate::protocol::http::{Coding, Request, Response};
use crate::protocol::program;
use crate::random::Random;
use crate::tcp::Side;
use crate::web::{Server, Web};
use crate::world::{Host, MILLISECOND, SECOND, World};
use std::fmt::Write as _;
use std::sync::Arc;

/// The servers of the chain.
struct Chain {
    /// The site that the person wanted to read.
    ordinary: Server,
    /// The advertising network between, if the site itself is clean.
    advertiser: Option<Server>,
    redirector: Server,
    /// Profiling page, exploit page and program.
    kit: Server,
}

struct DriveBy {
    world: Arc<World>,
    victim: Host,
    chain: Chain,
    random: Random,
    beacon: HttpBeacon,
    step: Step,
}

/// How far the chain has come.
enum Step {
    Lure,
    Profile,
    Exploit,
    Implant,
}

impl Actor for DriveBy {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        match self.step {
            Step::Lure => {
                self.step = Step::Profile;
                let read = self.read_site(now, out);
                Some(self.redirect(read, out))
            }
            Step::Profile => {
                self.step = Step::Exploit;
                Some(self.profile(now, out))
            }
            Step::Exploit => {
                self.step = Step::Implant;
                Some(self.exploit(now, out) + self.random.between(2 * SECOND, 5 * SECOND))
            }
            Step::Implant => self.beacon.act(now, out),
        }
    }
}

impl DriveBy {
    fn visit(&mut self, out: &mut Outbox, server: &Server, now: i64) -> Web {
        Web::visit(
            out,
            &mut self.random,
            &self.world,
            &self.victim,
            server,
            now,
        )
    }

    fn address(server: &Server, path: &str) -> String {
        format!("http://{}{path}", server.name)
    }

    /// The ordinary page with what does not belong into it.
    fn read_site(&mut self, now: i64, out: &mut Outbox) -> i64 {
        let server = self.chain.ordinary.clone();
        let foreign = match &self.chain.advertiser {
            Some(advertiser) => format!(
                "<div class=\"ad\"><script src=\"{}\"></script></div>",
                Self::address(advertiser, "/serve/slot.js?zone=8812")
            ),
            None => format!(
                "<div style=\"position:absolute;left:-2000px;top:-2000px\"><iframe src=\"{}\" \
                 width=\"1\" height=\"1\" frameborder=\"0\"></iframe></div>",
                Self::address(&self.chain.redirector, "/in.cgi?7")
            ),
        };
        let page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Minato workshop diary</title>\n\
             <link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body><h1>Diary</h1><p>{}</p>\n{foreign}\n\
             </body></html>\n",
            program::prose(&mut self.random, 9_000)
        );
        let mut web = self.visit(out, &server, now);
        let request =
            Request::browsing(Browser::OldExplorer, &server.name, "/diary/2025/06/", None);
        let response = Response::new(200, now, server.software)
            .with("X-Powered-By", "PHP/5.6.40")
            .body(
                "text/html; charset=utf-8",
                Coding::GzipChunked,
                page.as_bytes(),
            );
        web.fetch(out, &request, &response);
        let referer = Self::address(&server, "/diary/2025/06/");
        let request = Request::browsing(
            Browser::OldExplorer,
            &server.name,
            "/style.css",
            Some(&referer),
        );
        let style =
            "body{margin:0;font-family:sans-serif}h1{color:#234}.ad{float:right;width:300px}\n";
        let response = Response::new(200, web.now(), server.software).body(
            "text/css",
            Coding::Gzip,
            style.as_bytes(),
        );
        web.fetch(out, &request, &response);
        web.leave(out) + 30 * MILLISECOND
    }

    /// Whoever sends the browser on: advertising network, if any, and redirector.
    fn redirect(&mut self, mut now: i64, out: &mut Outbox) -> i64 {
        let mut referer = Self::address(&self.chain.ordinary, "/diary/2025/06/");
        if let Some(server) = self.chain.advertiser.clone() {
            let script = format!(
                "(function(){{var f=document.createElement('iframe');f.width=1;f.height=1;\
                 f.style.visibility='hidden';f.src='{}';document.body.appendChild(f);}})();",
                Self::address(&self.chain.redirector, "/in.cgi?7")
            );
            let path = "/serve/slot.js?zone=8812";
            let mut web = self.visit(out, &server, now);
            let request =
                Request::browsing(Browser::OldExplorer, &server.name, path, Some(&referer));
            let response = Response::new(200, now, server.software)
                .with(
                    "Set-Cookie",
                    &format!("uid={}; path=/", self.random.hex(20)),
                )
                .body("application/javascript", Coding::Gzip, script.as_bytes());
            web.fetch(out, &request, &response);
            now = web.leave(out) + 20 * MILLISECOND;
            referer = Self::address(&server, path);
        }
        let server = self.chain.redirector.clone();
        let mut web = self.visit(out, &server, now);
        let request = Request::browsing(
            Browser::OldExplorer,
            &server.name,
            "/in.cgi?7",
            Some(&referer),
        );
        let response = Response::new(302, now, server.software)
            .with("Location", &Self::address(&self.chain.kit, "/check/?src=7"))
            .with(
                "Set-Cookie",
                &format!("SL_7_0000=_{}_; path=/", self.random.hex(8)),
            )
            .empty();
        web.fetch(out, &request, &response);
        web.leave(out) + 10 * MILLISECOND
    }

    /// The page that asks which browser and plug-ins there are, and the report of its answers.
    fn profile(&mut self, now: i64, out: &mut Outbox) -> i64 {
        let server = self.chain.kit.clone();
        let mut web = self.visit(out, &server, now);
        let referer = Self::address(&self.chain.redirector, "/in.cgi?7");
        let request = Request::browsing(
            Browser::OldExplorer,
            &server.name,
            "/check/?src=7",
            Some(&referer),
        );
        let response = Response::new(200, now, server.software).body(
            "text/html",
            Coding::Gzip,
            PROFILING_PAGE.as_bytes(),
        );
        web.fetch(out, &request, &response);
        web.pause(
            out,
            self.random.between(120 * MILLISECOND, 400 * MILLISECOND),
        );
        let findings = "ua=MSIE11&os=Windows+NT+6.1&flash=18.0.0.209&java=1.7.0_25&sl=5.1.20913.0&\
                        pdf=10.1.4&scr=1920x1080&tz=-540&lang=ja-JP&vm=0";
        let request = Request::new("POST", &server.name, "/check/result.php")
            .with("User-Agent", Browser::OldExplorer.user_agent())
            .with("Referer", &Self::address(&server, "/check/?src=7"))
            .body("application/x-www-form-urlencoded", findings);
        let next = format!(
            "{{\"next\":\"/{}/view.php?k={}\"}}",
            self.random.hex(8),
            self.random.hex(12)
        );
        let response = Response::new(200, web.now(), server.software).body(
            "application/json",
            Coding::Plain,
            next.as_bytes(),
        );
        web.fetch(out, &request, &response);
        web.leave(out) + 40 * MILLISECOND
    }

    /// The page of the kit and the program that it fetches.
    fn exploit(&mut self, now: i64, out: &mut Outbox) -> i64 {
        let server = self.chain.kit.clone();
        let path = format!("/{}/view.php?k={}", self.random.hex(8), self.random.hex(12));
        let mut web = self.visit(out, &server, now);
        let referer = Self::address(&server, "/check/?src=7");
        let request = Request::browsing(Browser::OldExplorer, &server.name, &path, Some(&referer));
        let page = exploit_page(&mut self.random);
        let response = Response::new(200, now, server.software)
            .with("Cache-Control", "no-store")
            .body("text/html", Coding::GzipChunked, page.as_bytes());
        web.fetch(out, &request, &response);
        web.pause(
            out,
            self.random.between(300 * MILLISECOND, 900 * MILLISECOND),
        );
        let payload = format!(
            "/{}/load.php?f={}&e=4",
            self.random.hex(8),
            self.random.hex(32)
        );
        let request = Request::new("GET", &server.name, &payload)
            .with("User-Agent", Browser::OldExplorer.user_agent())
            .with("Accept", "*/*");
        let length = self.random.count(140_000, 320_000);
        let program = program::inert_program(&mut self.random, length);
        let name = self.random.hex(8);
        let response = Response::new(200, web.now(), server.software)
            .with(
                "Content-Disposition",
                &format!("attachment; filename={name}.exe"),
            )
            .body("application/x-msdownload", Coding::Plain, &program);
        web.fetch(out, &request, &response);
        web.close(out, Side::Server)
    }
}

/// A tampered site at the beginning of the chain.
pub(super) fn compromised(scene: Scene) -> Staged {
    stage(scene, false)
}

/// An advertisement at the beginning of the chain.
pub(super) fn malvertising(scene: Scene) -> Staged {
    stage(scene, true)
}

fn stage(mut scene: Scene, advertised: bool) -> Staged {
    let world = Arc::clone(&scene.world);
    let random = &mut scene.random;
    let plain = |name: &str, random: &mut Random| Server::stranger(&world, random, name.to_owned());
    let ordinary = plain(
        if advertised {
            "www.yama-hiking.example"
        } else {
            "diary.minato-workshop.example"
        },
        random,
    );
    let advertiser = advertised.then(|| plain("serve.koukoku-exchange.example", random));
    let number = random.hex(4);
    let redirector = plain(&format!("go-{number}.click-counter.example"), random);
    let label = random.text("bcdfghjklmnpqrstvwxz", 9);
    let kit = plain(&format!("{label}.{}.example", random.hex(6)), random);
    let beacon = HttpBeacon::new(
        &world,
        &scene.victim,
        random.fork("beacon", 0),
        (scene.start, scene.end),
    );
    let mut peers = beacon.peers();
    for server in [
        Some(&ordinary),
        advertiser.as_ref(),
        Some(&redirector),
        Some(&kit),
    ]
    .into_iter()
    .flatten()
    {
        peers.extend([server.name.clone(), server.v4().to_string()]);
    }
    let actor = DriveBy {
        victim: scene.victim.clone(),
        chain: Chain {
            ordinary,
            advertiser,
            redirector,
            kit,
        },
        random: random.clone(),
        step: Step::Lure,
        world,
        beacon,
    };
    scene.staged(actor, peers)
}

const PROFILING_PAGE: &str = "<html><head><title>Loading...</title></head><body>\n<script>\n\
    var r={ua:navigator.userAgent,os:navigator.platform,lang:navigator.language,tz:new Date().getTimezoneOffset(),\
    scr:screen.width+'x'+screen.height};\n\
    var PluginDetect={getVersion:function(n){for(var i=0;i<navigator.plugins.length;i++){\
    if(navigator.plugins[i].name.indexOf(n)>=0)return navigator.plugins[i].description;}return null;}};\n\
    r.flash=PluginDetect.getVersion('Shockwave Flash');r.java=PluginDetect.getVersion('Java');\
    r.sl=PluginDetect.getVersion('Silverlight');r.pdf=PluginDetect.getVersion('Adobe Acrobat');\n\
    var q=[];for(var k in r)q.push(k+'='+encodeURIComponent(r[k]));\n\
    var x=new XMLHttpRequest();x.open('POST','/check/result.php');\
    x.setRequestHeader('Content-Type','application/x-www-form-urlencoded');x.send(q.join('&'));\n\
    </script></body></html>\n";

/// A page with script hidden as kits hide it. Unpacked, the script is a comment.
fn exploit_page(random: &mut Random) -> String {
    let mut hidden = String::new();
    for byte in b"/* drill: an exercise. nothing happens here. */" {
        let _ = write!(hidden, "%{byte:02x}");
    }
    let mut codes = String::new();
    for _ in 0..400 {
        let _ = write!(codes, "{},", random.count(32, 126));
    }
    let noise = random.hex(3_000);
    let name = random.text("abcdefghijklmnop", 7);
    format!(
        "<html><body><div id=\"{name}\" style=\"display:none\">{noise}</div>\n<script>\n\
         var _0x{name}=[{codes}32];var s='';for(var i=0;i<0;i++){{s+=String.fromCharCode(_0x{name}[i]^23);}}\n\
         eval(unescape('{hidden}'));\n</script>\n\
         <object classid=\"clsid:00000000-0000-0000-0000-000000000000\" width=\"1\" height=\"1\"></object>\n\
         <iframe src=\"about:blank\" width=\"0\" height=\"0\"></iframe></body></html>\n"
    )
}
