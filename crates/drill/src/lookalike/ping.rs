//! Pings that carry data, and pings.

use super::{Case, Echo, Form};
use crate::random::Random;

const fn case(
    (name, is_tunnel): (&'static str, bool),
    messages: usize,
    make: fn(&mut Random, usize) -> Echo,
) -> Case {
    Case {
        name,
        is_tunnel,
        messages,
        form: Form::Ping(make),
    }
}

fn counted(length: usize) -> Vec<u8> {
    (0..length).map(|at| at as u8).collect()
}

pub(super) static CASES: &[Case] = &[
    case(("ping tunnel, large messages", true), 120, |random, _| {
        let (up, down) = (random.count(60, 900), random.count(200, 1_000));
        (random.bytes(up), random.bytes(down))
    }),
    case(
        ("ping tunnel, as large as a ping", true),
        150,
        |random, _| (random.bytes(56), random.bytes(56)),
    ),
    case(
        ("ping shell, waiting and small answers", true),
        120,
        |random, number| {
            let words = "dir C:\\Users whoami ipconfig net user domain admins type list.txt";
            let length = random.count(4, 60);
            let busy = number % 3 == 0;
            let line = words.as_bytes()[..length.min(words.len())].to_vec();
            let back = if busy { random.count(8, 120) } else { 0 };
            (if busy { line } else { Vec::new() }, random.bytes(back))
        },
    ),
    case(("ping of a monitor", false), 300, |_, _| {
        (counted(56), counted(56))
    }),
    case(("ping of Windows", false), 100, |_, _| {
        let data = b"abcdefghijklmnopqrstuvwabcdefghi".to_vec();
        (data.clone(), data)
    }),
    case(
        ("ping with 1,000 bytes, to measure a line", false),
        300,
        |_, _| (counted(1_000), counted(1_000)),
    ),
    case(
        ("ping with the time in it", false),
        200,
        |random, number| {
            let mut data = (number as u64 * 1_000_003 + random.below(999))
                .to_le_bytes()
                .to_vec();
            data.extend([0; 8]);
            data.extend(counted(40));
            (data.clone(), data)
        },
    ),
];
