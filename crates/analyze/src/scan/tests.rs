use super::Scans;
use crate::model::Context;
use crate::{FlowFact, FlowMoment, HomeNet, tcp_flags::*};
use event::{Detection, Endpoint, Severity, Timestamp, Transport};

struct World {
    scans: Scans,
    home: HomeNet,
    found: Vec<Detection>,
    flows: u64,
}

impl World {
    fn new() -> Self {
        Self {
            scans: Scans::new(),
            home: HomeNet::default(),
            found: Vec::new(),
            flows: 0,
        }
    }

    fn ended(&mut self, second: i64, from: &str, to: &str, port: u16, ts: u8, tc: u8) {
        let fact = self.fact(second, from, to, port, ts, tc);
        self.tell(&fact);
    }

    fn fact(&mut self, second: i64, from: &str, to: &str, port: u16, ts: u8, tc: u8) -> FlowFact {
        self.flows += 1;
        let time = Timestamp::new(second, 0);
        FlowFact {
            time,
            flow: self.flows,
            moment: FlowMoment::Ended,
            client: Endpoint::new(from.parse().unwrap(), 40_000),
            server: Endpoint::new(to.parse().unwrap(), port),
            transport: Transport::Tcp,
            start: time,
            last: time,
            packets_to_server: 1,
            packets_to_client: u64::from(tc != 0),
            bytes_to_server: 60,
            bytes_to_client: 60 * u64::from(tc != 0),
            flags_to_server: ts,
            flags_to_client: tc,
            icmp_type: None,
            echoes_foreign: 0,
            app_proto: None,
        }
    }

    fn tell(&mut self, fact: &FlowFact) {
        let context = Context { home: &self.home };
        self.scans.flow(&context, fact, &mut self.found);
    }

    fn ids(&self) -> Vec<&str> {
        self.found.iter().map(|one| one.id.as_str()).collect()
    }
}

#[test]
fn ports_of_one_host_one_after_another_are_a_vertical_scan() {
    let mut world = World::new();
    for port in 1..=6 {
        world.ended(1, "10.0.0.1", "10.0.0.2", port, SYN, RST | ACK);
    }
    assert!(world.found.is_empty());
    world.ended(2, "10.0.0.1", "10.0.0.2", 8, SYN, 0);
    assert_eq!(world.ids(), ["vertical_scan"]);
    assert_eq!(world.found[0].severity, Severity::Medium);
}

#[test]
fn a_slow_sweep_over_hosts_is_found_and_half_open_counts() {
    let mut world = World::new();
    for host in 1..=8 {
        let flags = if host % 2 == 0 {
            (SYN | RST, SYN | ACK)
        } else {
            (SYN, 0)
        };
        world.ended(
            host * 600,
            "10.0.0.1",
            &format!("10.0.1.{host}"),
            445,
            flags.0,
            flags.1,
        );
    }
    assert_eq!(world.ids(), ["horizontal_scan"]);
}

#[test]
fn answers_without_questions_are_no_scan() {
    let mut world = World::new();
    for port in 1..=200 {
        world.ended(1, "203.0.113.1", "10.0.0.2", port, SYN | ACK, 0);
        world.ended(1, "203.0.113.1", "10.0.0.2", 1000 + port, SYN | ACK, RST);
        world.ended(1, "203.0.113.1", "10.0.0.2", 2000 + port, RST | ACK, 0);
    }
    assert!(world.found.is_empty(), "{:?}", world.ids());
}

#[test]
fn a_busy_browser_is_no_scan() {
    let mut world = World::new();
    let established = (SYN | ACK | PSH | FIN, SYN | ACK | PSH | FIN);
    for host in 1..=250 {
        let to = format!("198.51.100.{}", host % 200 + 1);
        let fails = host % 10 == 0;
        let flags = if fails { (SYN, 0) } else { established };
        world.ended(host, "10.0.0.1", &to, 443, flags.0, flags.1);
    }
    assert!(world.found.is_empty(), "{:?}", world.ids());
}

#[test]
fn live_facts_and_ends_tell_the_same_once() {
    let mut world = World::new();
    for port in 1..=20 {
        let mut opened = world.fact(1, "10.0.0.1", "10.0.0.2", port, SYN, 0);
        opened.moment = FlowMoment::Opened;
        world.tell(&opened);
    }
    let context = Context { home: &world.home };
    world
        .scans
        .advance(&context, Timestamp::new(5, 0), &mut world.found);
    assert_eq!(world.ids(), ["vertical_scan", "vertical_scan"]);
    world.flows = 0;
    for port in 1..=20 {
        world.ended(60, "10.0.0.1", "10.0.0.2", port, SYN, 0);
    }
    assert_eq!(world.ids().len(), 2);
}

#[test]
fn web_servers_looked_for_among_neighbours_are_a_scan() {
    let mut world = World::new();
    for host in 1..=8 {
        world.ended(
            host,
            "10.0.0.1",
            &format!("10.0.0.{}", host + 20),
            80,
            SYN,
            RST,
        );
    }
    assert_eq!(world.ids(), ["horizontal_scan"]);
    let mut world = World::new();
    for host in 1..=8 {
        world.ended(
            host * 60,
            "10.0.0.1",
            &format!("10.0.0.{}", host + 20),
            80,
            SYN,
            RST,
        );
    }
    assert!(world.found.is_empty(), "{:?}", world.ids());
}
