use super::Habits;
use crate::HomeNet;
use crate::model::{Context, Model};
use crate::{FlowFact, FlowMoment};
use event::{Detection, Endpoint, Event, FlowRef, Record, Timestamp, Transport};
use std::net::IpAddr;

const DAY: i64 = 86_400;

struct House {
    model: Habits,
    home: HomeNet,
    found: Vec<Detection>,
    flows: u64,
}

impl House {
    fn new() -> Self {
        Self {
            model: Habits::new(),
            home: HomeNet::default(),
            found: Vec::new(),
            flows: 0,
        }
    }

    fn talk(&mut self, second: i64, host: u8, server: [u8; 4], sent: u64, name: Option<&str>) {
        self.flows += 1;
        let time = Timestamp::new(second, 0);
        let client = Endpoint::new(IpAddr::from([192, 168, 1, host]), 50_000);
        let server = Endpoint::new(IpAddr::from(server), 443);
        let context = Context { home: &self.home };
        if let Some(name) = name {
            let mut event = Event::new(time, "tls");
            (event.source, event.dest) = (Some(client), Some(server));
            event.flow = Some(FlowRef { id: self.flows });
            let mut tls = Record::new();
            tls.push("sni", name.to_owned());
            event.body.push("tls", tls);
            self.model.event(&context, &event, &mut self.found);
        }
        let fact = FlowFact {
            time,
            flow: self.flows,
            moment: FlowMoment::Ended,
            client,
            server,
            transport: Transport::Tcp,
            start: time,
            last: time,
            packets_to_server: 9,
            packets_to_client: 9,
            bytes_to_server: sent,
            bytes_to_client: 9_000,
            flags_to_server: 0x1b,
            flags_to_client: 0x1b,
            icmp_type: None,
            echoes_foreign: 0,
            app_proto: Some("tls"),
        };
        self.model.flow(&context, &fact, &mut self.found);
    }

    /// An office of eight at work for so many days: everybody sends about 3 MB, one makes backups of 200 MB.
    fn work(&mut self, days: i64) {
        for day in 0..days {
            for host in 1..9 {
                for at in 0..6 {
                    let second = day * DAY + 3_600 * at + i64::from(host);
                    self.talk(
                        second,
                        host,
                        [203, 0, 113, at as u8],
                        500_000,
                        Some("site.example"),
                    );
                }
            }
            self.talk(
                day * DAY + 50_000,
                8,
                [198, 51, 100, 9],
                200_000_000,
                Some("backup.example"),
            );
        }
    }

    fn best(&self, id: &str) -> f32 {
        let of_id = self.found.iter().filter(|one| one.id == id);
        of_id.map(|one| one.confidence).fold(0.0, f32::max)
    }
}

#[test]
fn what_leaves_against_habit_and_peers_is_believed_and_habits_are_not() {
    let mut house = House::new();
    house.work(9);
    assert!(house.best("data_leaves") < 0.5, "{:?}", house.found);
    assert_eq!(house.best("unlike_itself"), 0.0);
    house.found.clear();
    // The backup goes on; another machine sends as much to a place that nobody knows.
    house.talk(
        9 * DAY + 50_000,
        8,
        [198, 51, 100, 9],
        210_000_000,
        Some("backup.example"),
    );
    assert!(house.best("data_leaves") < 0.3, "{:?}", house.found);
    house.talk(9 * DAY + 60_000, 3, [198, 51, 100, 77], 210_000_000, None);
    assert!(house.best("data_leaves") >= 0.55, "{:?}", house.found);
    let told = house.found.iter().find(|one| one.id == "data_leaves");
    assert_eq!(told.unwrap().subject.ip.to_string(), "192.168.1.3");
}

#[test]
fn before_habits_are_known_nothing_is_believed_and_the_verdict_says_so() {
    let mut house = House::new();
    house.work(1);
    house.talk(60_000, 3, [198, 51, 100, 77], 900_000_000, None);
    let best = house.best("data_leaves");
    assert!((0.25..0.5).contains(&best), "{:?}", house.found);
    let told = house
        .found
        .iter()
        .rfind(|one| one.id == "data_leaves")
        .unwrap();
    assert!(
        told.reasons
            .iter()
            .any(|reason| reason.en.contains("not known yet"))
    );
}

#[test]
fn a_machine_that_suddenly_talks_to_everybody_is_unlike_itself() {
    let mut house = House::new();
    house.work(8);
    for at in 0..60u8 {
        house.talk(8 * DAY + i64::from(at), 2, [192, 168, 2, at], 2_000, None);
    }
    let best = house.best("unlike_itself");
    assert!((0.3..0.5).contains(&best), "{:?}", house.found);
}
