#![no_main]
//! A frame of any link type: its number in the first byte's table, then the frame.

use hinomi_fuzz::input::Input;
use wire::packet::{Decoded, LinkType, Network, VlanTags, decode, decode_ip};

const LINKS: [u32; 11] = [1, 0, 9, 12, 101, 108, 113, 228, 229, 276, 147];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let Some(selector) = input.byte() else { return };
    let link = LinkType::from_number(LINKS[usize::from(selector) % LINKS.len()]);
    let mut decoded = Decoded::default();
    decode(link, input.0, &mut decoded);
    read(&decoded, input.0);
    let mut decoded = Decoded::default();
    decode_ip(input.0, VlanTags::default(), None, &mut decoded);
    read(&decoded, input.0);
});

/// Everything told lies within the frame.
fn read(decoded: &Decoded<'_>, frame: &[u8]) {
    for packet in &decoded.packets {
        let frame = frame.as_ptr_range();
        let within = |part: &[u8]| {
            let part_range = part.as_ptr_range();
            part.is_empty() || (frame.start <= part_range.start && part_range.end <= frame.end)
        };
        assert!(within(packet.payload));
        match &packet.network {
            Network::Ipv4(ip) => {
                assert!(within(ip.header) && within(ip.payload) && within(ip.options));
            }
            Network::Ipv6(ip) => assert!(within(ip.header) && within(ip.payload)),
            Network::None | Network::Arp(_) => {}
        }
        std::hint::black_box((packet.addresses(), packet.ports(), packet.is_fragment()));
        std::hint::black_box(format!("{packet:?}"));
        assert!(packet.anomalies.iter().all(|name| !name.is_empty()));
    }
}
