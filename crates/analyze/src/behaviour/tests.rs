use super::Behaviour;
use crate::model::Context;
use crate::{FlowFact, FlowMoment, HomeNet, tcp_flags::*};
use event::{Communication, Detection, Endpoint, Event, FlowRef, Record, Timestamp, Transport};

pub(super) struct World {
    behaviour: Behaviour,
    home: HomeNet,
    pub found: Vec<Detection>,
}

impl World {
    pub fn new() -> Self {
        Self {
            behaviour: Behaviour::new(),
            home: HomeNet::default(),
            found: Vec::new(),
        }
    }

    pub fn event(&mut self, event: &Event) {
        let context = Context { home: &self.home };
        self.behaviour.event(&context, event, &mut self.found);
    }

    fn flow(&mut self, fact: &FlowFact) {
        let context = Context { home: &self.home };
        self.behaviour.flow(&context, fact, &mut self.found);
    }

    fn best(&self, communication: Communication) -> f32 {
        self.found
            .iter()
            .filter(|one| one.communication == Some(communication))
            .map(|one| one.confidence)
            .fold(0.0, f32::max)
    }

    fn nothing_believed(&self) -> bool {
        self.found.iter().all(|one| one.confidence < 0.4)
    }
}

pub(super) fn record(pairs: &[(&'static str, &str)]) -> Record {
    let mut record = Record::new();
    for (name, value) in pairs {
        match value.parse::<u64>() {
            Ok(number) if *name != "url" => record.push(*name, number),
            _ => record.push(*name, (*value).to_owned()),
        }
    }
    record
}

pub(super) fn event(
    second: i64,
    kind: &'static str,
    server: &str,
    port: u16,
    body: Record,
) -> Event {
    let mut event = Event::new(Timestamp::new(second, 0), kind);
    event.source = Some(Endpoint::new("192.168.1.5".parse().unwrap(), 50_000));
    event.dest = Some(Endpoint::new(server.parse().unwrap(), port));
    event.transport = Some(Transport::Tcp);
    event.flow = Some(FlowRef { id: second as u64 });
    event.body.push(kind, body);
    event
}

fn page(second: i64, host: &str, url: &str, from: &str, content: &str, length: &str) -> Event {
    let body = record(&[
        ("hostname", host),
        ("url", url),
        ("http_refer", from),
        ("http_content_type", content),
        ("http_user_agent", "Mozilla/5.0 (Windows NT 6.1)"),
        ("http_method", "GET"),
        ("status", "200"),
        ("length", length),
    ]);
    event(second, "http", "203.0.113.7", 80, body)
}

#[test]
fn an_exploit_kit_and_the_sites_before_it_are_named() {
    let mut world = World::new();
    world.event(&page(
        1,
        "shop.example",
        "/",
        "http://www.google.com/",
        "text/html",
        "9000",
    ));
    world.event(&page(
        2,
        "hop.example",
        "/view.js",
        "http://shop.example/",
        "text/javascript",
        "300",
    ));
    world.event(&page(
        3,
        "kit.example",
        "/a/b",
        "http://hop.example/view.js",
        "text/html",
        "60000",
    ));
    world.event(&page(
        4,
        "kit.example",
        "/c",
        "http://kit.example/a/b",
        "application/x-shockwave-flash",
        "40000",
    ));
    assert!(world.nothing_believed());
    world.event(&page(
        6,
        "kit.example",
        "/d",
        "",
        "application/octet-stream",
        "250000",
    ));
    for communication in [
        Communication::ExploitSite,
        Communication::ExploitKitDownload,
        Communication::CompromisedSite,
        Communication::RedirectorSite,
    ] {
        assert!(
            world.best(communication) >= 0.5,
            "{communication:?} {:?}",
            world.found
        );
    }
}

#[test]
fn an_ordinary_site_with_flash_and_downloads_is_no_kit() {
    let mut world = World::new();
    let from = "http://search.example/";
    world.event(&page(1, "games.example", "/", from, "text/html", "9000"));
    world.event(&page(
        2,
        "games.example",
        "/x.css",
        "http://games.example/",
        "text/css",
        "900",
    ));
    world.event(&page(
        3,
        "games.example",
        "/g.swf",
        "http://games.example/",
        "application/x-shockwave-flash",
        "40000",
    ));
    world.event(&page(
        4,
        "games.example",
        "/setup.bin",
        "http://games.example/",
        "application/octet-stream",
        "400000",
    ));
    assert!(world.found.is_empty(), "{:?}", world.found);
}

fn file(server: &str, host: &str, url: &str, content: &str, agent: &str) -> Event {
    let mut event = event(
        9,
        "fileinfo",
        server,
        80,
        record(&[("magic", "PE32 executable (GUI) Intel 80386")]),
    );
    event.body.push(
        "http",
        record(&[
            ("hostname", host),
            ("url", url),
            ("http_content_type", content),
            ("http_user_agent", agent),
            ("http_method", "GET"),
            ("status", "200"),
        ]),
    );
    event
}

#[test]
fn programs_are_weighed_by_how_they_come() {
    let browser = "Mozilla/5.0 (Windows NT 10.0)";
    let best = |event: &Event| {
        let mut world = World::new();
        world.event(event);
        world.best(Communication::MalwareDownload)
    };
    assert!(
        best(&file(
            "203.0.113.5",
            "site.example",
            "/logo.png",
            "image/png",
            browser
        )) >= 0.6
    );
    assert!(
        best(&file(
            "203.0.113.5",
            "203.0.113.5",
            "/solar.php",
            "application/octet-stream",
            "xYqPz"
        )) >= 0.5
    );
    assert!(
        best(&file(
            "203.0.113.5",
            "dl.vendor.example",
            "/setup.exe",
            "application/octet-stream",
            browser
        )) < 0.4
    );
    assert!(
        best(&file(
            "203.0.113.5",
            "203.0.113.5",
            "/x.exe",
            "application/octet-stream",
            "Microsoft-Delivery-Optimization/10.0"
        )) < 0.4
    );
}

#[test]
fn even_calls_speak_only_when_they_are_odd() {
    let mut odd = World::new();
    let mut ordinary = World::new();
    for at in 0..20 {
        let jitter = [0, 7, -5, 11, -9][at as usize % 5];
        let second = 1000 + at * 60 + jitter;
        let body = record(&[
            ("hostname", "203.0.113.7"),
            ("url", "/g"),
            ("http_method", "POST"),
            ("length", "17"),
        ]);
        odd.event(&event(second, "http", "203.0.113.7", 8089, body));
        let body = record(&[
            ("hostname", "mail.example"),
            ("url", "/poll"),
            ("http_method", "GET"),
            ("length", "17"),
            ("http_user_agent", "Mozilla/5.0 (X11)"),
        ]);
        ordinary.event(&event(second, "http", "203.0.113.7", 80, body));
    }
    assert!(
        odd.best(Communication::CommandAndControl) >= 0.6,
        "{:?}",
        odd.found
    );
    assert!(ordinary.nothing_believed(), "{:?}", ordinary.found);
}

#[test]
fn names_betray_generators_and_tunnels() {
    let mut world = World::new();
    for (at, name) in [
        "xkqzvwbjtd",
        "qpwzxkvjgh",
        "zxvbqkwjrt",
        "wqkzjxvbnm",
        "vkxqzwjhgf",
        "jqzxkvwbpl",
    ]
    .iter()
    .enumerate()
    {
        let body = record(&[
            ("type", "answer"),
            ("rrname", &format!("{name}.com")),
            ("rcode", "NXDOMAIN"),
        ]);
        world.event(&event(at as i64, "dns", "192.168.1.1", 53, body));
    }
    assert!(world.found.iter().any(|one| one.id == "generated_domains"));
    let mut world = World::new();
    for at in 0..20u64 {
        let name = format!(
            "{:x}{:x}.t.example.com",
            at.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            (at + 77).wrapping_mul(0xc2b2_ae3d_27d4_eb4f)
        );
        let body = record(&[("type", "query"), ("rrname", &name), ("rrtype", "TXT")]);
        world.event(&event(at as i64, "dns", "192.168.1.1", 53, body));
    }
    assert!(
        world.found.iter().any(|one| one.id == "dns_tunnel"),
        "{:?}",
        world.found
    );
}

#[test]
fn invented_names_to_several_servers_are_tor() {
    let mut world = World::new();
    for (at, name) in [
        "www.gh5kwzq2vxtm.com",
        "www.x7qzkv3wbjd.com",
        "www.vq4zxkjwt2h.com",
    ]
    .iter()
    .enumerate()
    {
        let body = record(&[("sni", name)]);
        world.event(&event(
            at as i64,
            "tls",
            &format!("203.0.113.{at}"),
            9001,
            body,
        ));
    }
    assert!(world.best(Communication::Tor) >= 0.8);
}

fn login(second: i64, bytes: u64) -> FlowFact {
    FlowFact {
        time: Timestamp::new(second, 0),
        flow: second as u64,
        moment: FlowMoment::Ended,
        client: Endpoint::new("192.168.1.5".parse().unwrap(), 50_000),
        server: Endpoint::new("192.168.1.9".parse().unwrap(), 22),
        transport: Transport::Tcp,
        start: Timestamp::new(second - 2, 0),
        last: Timestamp::new(second, 0),
        packets_to_server: 14,
        packets_to_client: 13,
        bytes_to_server: bytes,
        bytes_to_client: 3000,
        flags_to_server: SYN | ACK | PSH | FIN,
        flags_to_client: SYN | ACK | PSH | FIN,
        icmp_type: None,
        echoes_foreign: 0,
        app_proto: Some("ssh"),
    }
}

#[test]
fn log_ins_of_one_size_are_guesses_and_others_are_work() {
    let mut guessing = World::new();
    let mut working = World::new();
    for at in 0..12 {
        guessing.flow(&login(100 + at * 3, 2400 + at as u64 * 10));
        working.flow(&login(100 + at * 3, 2000 + (at as u64 * at as u64) * 400));
    }
    assert!(guessing.best(Communication::LateralMovement) >= 0.5);
    assert!(working.found.is_empty(), "{:?}", working.found);
}

#[test]
fn remote_desktops_sign_for_themselves_and_odd_servers_do_too() {
    let certificate = [("subject", "CN=pc"), ("issuerdn", "CN=pc")];
    let shown = |kinds: &[&'static str]| {
        let mut world = World::new();
        for kind in kinds {
            let body = match *kind {
                "tls" => record(&certificate),
                _ => record(&[("event_type", "initial_request")]),
            };
            world.event(&event(1, kind, "203.0.113.7", 3389, body));
        }
        world.best(Communication::CommandAndControl)
    };
    assert!(shown(&["tls"]) >= 0.5);
    assert_eq!(shown(&["rdp", "tls"]), 0.0);
}
