//! How much memory and time millions of indicators take: `millions [NUMBER]`, 5,000,000 where none is given.
//!
//! A fifth each of addresses, domains, URLs, MD5 and SHA-256, with times and notes as feeds have them, from a fixed seed.
//! The memory of the index is its own count; the process's is the kernel's. Build with optimisation for figures that mean
//! something: `cargo run --release -p intelligence --example millions`.

use event::{Endpoint, Timestamp};
use intelligence::{Indicators, Loader};
use std::fmt::Write;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// A generator of numbers that look random (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn pass(&mut self, count: usize) {
        for _ in 0..count {
            self.next();
        }
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

fn name(number: u64) -> String {
    format!("host-{:x}.bad-{:x}.example", number & 0xff, number >> 8)
}

fn address(number: u64) -> Ipv4Addr {
    // 16.0.0.0 to 95.255.255.255: nobody's inside.
    Ipv4Addr::from_bits(0x1000_0000 + (number % 0x5000_0000) as u32)
}

fn list(count: usize, seed: u64) -> String {
    let mut numbers = Numbers(seed);
    let mut text =
        String::from("indicator,first_seen,last_seen,valid_until,threat_type,malware,confidence\n");
    for place in 0..count {
        let number = numbers.next();
        let _ = match place % 5 {
            0 => write!(text, "{}", address(number)),
            1 => write!(text, "{}", name(number)),
            2 => write!(text, "http://{}/{:x}/gate.php", name(number), number),
            3 => write!(text, "{:016x}{:016x}", number, numbers.next()),
            _ => write!(
                text,
                "{:016x}{:016x}{:016x}{:016x}",
                number,
                numbers.next(),
                numbers.next(),
                numbers.next()
            ),
        };
        let _ = writeln!(
            text,
            ",2026-0{}-1{},2026-10-0{},2027-01-01,botnet_cc,family-{},{}",
            1 + number % 9,
            number % 10,
            1 + number % 8,
            number % 2000,
            number % 100
        );
    }
    text
}

fn resident_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    number.unwrap_or(0) / 1024
}

/// In a hundred parts, so that what else the machine does shows in some of them only.
fn measure(what: &str, count: usize, mut look: impl FnMut(usize) -> bool) {
    let part = count / 100;
    let mut found = 0;
    let mut each: Vec<f64> = (0..100)
        .map(|number| {
            let start = Instant::now();
            let places = number * part..(number + 1) * part;
            found += places.filter(|place| look(*place)).count();
            start.elapsed().as_nanos() as f64 / part as f64
        })
        .collect();
    each.sort_by(f64::total_cmp);
    println!(
        "{what:34} median {:5.0} ns, fastest part {:5.0} ns  ({found} of {} found)",
        each[50],
        each[0],
        part * 100
    );
}

fn load(count: usize, seed: u64) -> Indicators {
    let text = list(count, seed);
    let start = Instant::now();
    let (indicators, report) = Loader::default().read("made up", text.as_bytes());
    println!(
        "{} entries from {} MiB of text in {:.1} s; index {} MiB ({:.1} bytes an entry); held {}, left out {}",
        report.entries,
        text.len() >> 20,
        start.elapsed().as_secs_f32(),
        indicators.bytes() >> 20,
        indicators.bytes() as f64 / report.entries as f64,
        report.held.len(),
        report.skipped_total()
    );
    indicators
}

fn main() {
    let argument = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let count: usize = argument.unwrap_or(5_000_000);
    let indicators = load(count, 1);
    println!(
        "process {} MiB (the allocator may keep what reading took)",
        resident_mib()
    );
    let now = Timestamp::parse("2026-11-23T00:00:00Z").unwrap_or_default();
    let looks = 1_000_000;
    let mut numbers = Numbers(77);
    let others: Vec<u64> = (0..looks).map(|_| numbers.next()).collect();
    let names: Vec<String> = others.iter().map(|number| name(*number)).collect();
    let flat: Vec<String> = others
        .iter()
        .map(|number| format!("site{number}.example"))
        .collect();
    let end = |number: u64| Endpoint::new(address(number).into(), 443);
    let mut known = Numbers(1);
    let mut hits = Vec::new();
    for place in 0..count.min(looks) {
        let number = known.next();
        match place % 5 {
            1 => hits.push(name(number)),
            3 => known.pass(1),
            4 => known.pass(3),
            _ => {}
        }
    }
    measure("name, not listed (1 look-up)", looks, |place| {
        indicators.match_domain(&flat[place], "", now).is_some()
    });
    measure("name, not listed (2 look-ups)", looks, |place| {
        indicators.match_domain(&names[place], "", now).is_some()
    });
    measure("address and port, not listed", looks, |place| {
        indicators
            .match_endpoint(end(others[place]), "", now)
            .is_some()
    });
    measure("name, listed, with all facts", hits.len(), |place| {
        indicators.match_domain(&hits[place], "", now).is_some()
    });
    // The swap: what the packet path does is to take another Arc; the old one goes on a thread of its own.
    let current = Mutex::new(Arc::new(indicators));
    let next = Arc::new(load(count, 2));
    let start = Instant::now();
    let before = std::mem::replace(&mut *current.lock().expect("nobody else"), next);
    let swapped = start.elapsed();
    let gone = std::thread::spawn(move || {
        let start = Instant::now();
        drop(before);
        start.elapsed()
    });
    println!(
        "swap {swapped:?}; the old index goes in {:?} on a thread of its own",
        gone.join().unwrap_or_default()
    );
}
