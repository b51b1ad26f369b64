//! What harmless machines do by habit, by mistake or by their programs, beside the same done by something else.

use super::tests::{World, event, record};
use event::{Endpoint, Event};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn from(host: &str, mut event: Event) -> Event {
    event.source = Some(Endpoint::new(host.parse().unwrap(), 50_000));
    event
}

/// Thirty machines that speak TLS to places of their own, each hour.
fn office(world: &mut World, hour: i64) {
    for host in 0..30 {
        let body = record(&[("sni", &format!("www.site{host}.example"))]);
        let call = event(hour * HOUR + host * 7, "tls", "198.51.100.4", 443, body);
        world.event(&from(&format!("192.168.1.{}", 100 + host), call));
    }
}

fn signed_by_itself(second: i64) -> Event {
    let body = record(&[("subject", "CN=device"), ("issuerdn", "CN=device")]);
    from(
        "192.168.1.100",
        event(second, "tls", "203.0.113.7", 8_883, body),
    )
}

fn belief(world: &World, id: &str) -> f32 {
    let of_id = world.found.iter().filter(|one| one.id == id);
    of_id.map(|one| one.confidence).fold(0.0, f32::max)
}

#[test]
fn a_certificate_of_its_own_making_is_no_news_where_it_always_was() {
    for (first_hour, speaks) in [(1, false), (30, true)] {
        let mut world = World::new();
        for hour in 0..40 {
            office(&mut world, hour);
            if hour >= first_hour {
                world.event(&signed_by_itself(hour * HOUR + 600));
            }
        }
        let belief = belief(&world, "odd_tls");
        assert_eq!(belief >= 0.5, speaks, "{belief}");
    }
}

fn question(second: i64, name: &str, code: &str) -> Event {
    let body = record(&[
        ("type", "response"),
        ("rrname", name),
        ("rrtype", "A"),
        ("rcode", code),
    ]);
    event(second, "dns", "192.168.1.1", 53, body)
}

#[test]
fn old_links_that_others_asked_for_are_not_generated() {
    let names = [
        "xkqzvwbjtd.com",
        "qpwzxkvjgh.com",
        "zxvbqkwjrt.com",
        "wqkzjxvbnm.com",
        "vkxqzwjhgf.com",
        "jqzxkvwbpl.com",
    ];
    for (others, speaks) in [(0, true), (1, true), (2, false), (3, false)] {
        let mut world = World::new();
        for other in 0..others {
            // One at a time, as people meet them.
            for (at, name) in names.iter().enumerate() {
                let second = at as i64 * 7 * HOUR + i64::from(other);
                world.event(&from(
                    &format!("192.168.1.{}", 20 + other),
                    question(second, name, "NXDOMAIN"),
                ));
            }
        }
        assert_eq!(belief(&world, "generated_domains"), 0.0);
        for (at, name) in names.iter().enumerate() {
            world.event(&question(3 * DAY + at as i64, name, "NXDOMAIN"));
        }
        let belief = belief(&world, "generated_domains");
        assert_eq!(belief >= 0.5, speaks, "{others} {belief}");
    }
}

/// The request and what follows it.
fn asks(world: &mut World, second: i64, connects: bool) {
    let body = record(&[
        ("type", "request"),
        ("rrname", "www.garden.example"),
        ("rrtype", "A"),
    ]);
    world.event(&event(second, "dns", "192.168.1.1", 53, body));
    if connects {
        let body = record(&[("sni", "www.garden.example")]);
        world.event(&event(second, "quic", "203.0.113.9", 443, body));
    }
}

#[test]
fn questions_by_a_clock_speak_where_nothing_follows_them() {
    for connects in [false, true] {
        let mut world = World::new();
        for hour in 0..28 {
            office(&mut world, hour);
            // The machine is known since the first hour.
            let body = record(&[("sni", "www.lunch.example")]);
            world.event(&event(hour * HOUR, "tls", "198.51.100.9", 443, body));
        }
        for at in 0..30 {
            asks(&mut world, 28 * HOUR + at * 300, connects);
        }
        let belief = belief(&world, "beacon");
        assert_eq!(belief >= 0.5, !connects, "{belief}");
    }
}
