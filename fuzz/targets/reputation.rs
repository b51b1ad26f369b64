#![no_main]
//! Reputation lists: any bytes are lines, good or bad.

use detect::reputation::Reputations;
use std::net::{IpAddr, Ipv4Addr};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut lists = Reputations::default();
    lists.read_categories("categories", data);
    lists.read_scores("scores", data);
    for category in 0..60 {
        let address = IpAddr::from(Ipv4Addr::new(10, 1, 1, category));
        std::hint::black_box(lists.score(address, category));
    }
});
