use crate::build::{ends, tcp, udp};
use crate::watch::Watch;
use flow::Settings;
use proptest::prelude::*;

proptest! {
    /// Frames of chance, and good ones with some bytes changed: no panic, and everything that
    /// begins ends.
    #[test]
    fn whatever_comes_is_survived(
        frames in prop::collection::vec(
            (0u8..3, any::<u16>(), any::<u8>(), any::<u32>(), prop::collection::vec(any::<u8>(), 0..200),
             prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)),
            1..60),
        midstream: bool,
    ) {
        let mut watch = Watch::new(Settings { midstream, ignore_checksums: true, ..Settings::default() });
        for (kind, port, flags, number, payload, changes) in frames {
            let between = ends(port % 4, 80);
            let between = if flags & 1 == 0 { between } else { between.back() };
            let mut frame = match kind {
                0 => payload,
                1 => udp(between, &payload),
                _ => tcp(between, flags, number % 3000, number % 2000, &payload),
            };
            for (index, byte) in changes {
                if !frame.is_empty() {
                    let at = index.index(frame.len());
                    frame[at] = byte;
                }
            }
            watch.see(&frame);
        }
        watch.wait(3);
        watch.finish();
        let count = |name: &str| watch.notes.calls.iter().filter(|call| *call == name).count();
        prop_assert_eq!(count("begin"), count("end"));
        prop_assert_eq!(watch.tracker.statistics().flows_active, 0);
    }
}
