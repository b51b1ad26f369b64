use crate::portable::Automaton;
use crate::windows::Windows;
use crate::{Cache, CompileError, Database, Pattern, Scratch};
use proptest::prelude::*;
use std::path::PathBuf;

fn hits(database: &Database, bytes: &[u8]) -> Vec<u32> {
    let mut scratch = Scratch::new();
    database.scan(&mut scratch, bytes);
    scratch.hits().to_vec()
}

fn by_automaton(list: &[Pattern<'_>], bytes: &[u8]) -> Vec<u32> {
    let mut hits = Vec::new();
    Automaton::compile(list).unwrap().scan(bytes, &mut hits);
    hits.sort_unstable();
    hits.dedup();
    hits
}

fn by_windows(list: &[Pattern<'_>], bytes: &[u8]) -> Vec<u32> {
    let (mut seen, mut hits) = (Vec::new(), Vec::new());
    Windows::compile(list)
        .unwrap()
        .scan(bytes, &mut seen, &mut hits);
    assert!(seen.iter().all(|word| *word == 0));
    hits.sort_unstable();
    hits.dedup();
    hits
}

fn patterns<'a>(list: &'a [(&'a str, bool)]) -> Vec<Pattern<'a>> {
    list.iter()
        .map(|(bytes, caseless)| Pattern {
            bytes: bytes.as_bytes(),
            caseless: *caseless,
        })
        .collect()
}

#[test]
fn finds_each_pattern_once() {
    let list = patterns(&[
        ("GET", false),
        ("get", true),
        ("/index", false),
        ("zzz", true),
        ("e", false),
    ]);
    let database = Database::compile(&list).unwrap();
    assert_eq!(
        hits(&database, b"GET /index.html HTTP/1.1 GET"),
        [0, 1, 2, 4]
    );
    assert_eq!(hits(&database, b"gET"), [1]);
    assert_eq!(hits(&database, b""), [] as [u32; 0]);
}

/// More literals than one window may have: the rest is found another way.
#[test]
fn literals_that_share_their_only_window_are_all_found() {
    let words: Vec<String> = (b'0'..=b'z')
        .map(|last| format!("AAAA{}", char::from(last)))
        .collect();
    let list: Vec<Pattern<'_>> = words
        .iter()
        .map(|word| Pattern {
            bytes: word
                .get(..4 + usize::from(word.len() > 4))
                .unwrap_or(word)
                .as_bytes(),
            caseless: false,
        })
        .collect();
    let block = words.concat();
    let all: Vec<u32> = (0..).take(list.len()).collect();
    assert_eq!(by_windows(&list, block.as_bytes()), all);
    let same = vec![list[0]; 100];
    let all: Vec<u32> = (0..100).collect();
    assert_eq!(by_windows(&same, b"..AAAA0.."), all);
}

#[test]
fn refuses_what_breaks_a_limit() {
    let empty = [Pattern {
        bytes: b"",
        caseless: false,
    }];
    assert_eq!(
        Database::compile(&empty).unwrap_err(),
        CompileError::Pattern(0)
    );
    assert!(Database::compile(&[]).unwrap().is_empty());
}

#[test]
fn one_scratch_serves_many_databases() {
    let mut scratch = Scratch::new();
    for text in ["abc", "def", "a much longer pattern than the others"] {
        let database = Database::compile(&patterns(&[(text, true)])).unwrap();
        database.scan(&mut scratch, text.to_uppercase().as_bytes());
        assert_eq!(scratch.hits(), [0]);
    }
}

#[test]
fn survives_its_own_bytes_and_damaged_ones() {
    let list = patterns(&[("needle", false), ("HAY", true)]);
    let database = Database::compile(&list).unwrap();
    let Some(bytes) = database.to_bytes() else {
        return;
    };
    let again = Database::from_bytes(&bytes, &list).unwrap();
    assert_eq!(hits(&again, b"hay needle"), [0, 1]);
    let mut damaged = bytes.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    assert!(Database::from_bytes(&damaged, &list).is_none());
    assert!(Database::from_bytes(&bytes[..bytes.len() / 2], &list).is_none());
    assert!(Database::from_bytes(b"", &list).is_none());
}

#[test]
fn a_cache_gives_what_compiling_gives_whatever_lies_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("a/b")).unwrap();
    cache.database(&patterns(&[("few", false)])).unwrap();
    assert!(
        !folder.path().join("a").exists(),
        "made for nothing to keep"
    );
    let words: Vec<String> = (0..600).map(|number| format!("word{number:04}")).collect();
    let list: Vec<Pattern<'_>> = words
        .iter()
        .map(|word| Pattern {
            bytes: word.as_bytes(),
            caseless: false,
        })
        .collect();
    let files = || -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder.path().join("a/b")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let check = |what: &str| {
        let database = cache.database(&list).unwrap();
        assert_eq!(hits(&database, b"word0599 word0007"), [7, 599], "{what}");
    };
    check("nothing there");
    if Database::compile(&list).unwrap().to_bytes().is_none() {
        return;
    }
    let [file] = files().try_into().unwrap();
    let whole = std::fs::read(&file).unwrap();
    check("kept");
    assert_eq!(std::fs::read(&file).unwrap(), whole);
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for (what, bytes) in [
        ("damaged", &damaged[..]),
        ("cut", &whole[..whole.len() / 2]),
        ("empty", b""),
        (
            "foreign",
            b"something else altogether, of some length or other",
        ),
    ] {
        std::fs::write(&file, bytes).unwrap();
        check(what);
        assert_eq!(std::fs::read(&file).unwrap(), whole, "{what}");
    }
    cache.database(&list[1..]).unwrap();
    assert_eq!(files().len(), 2);
}

#[test]
fn a_cache_that_others_can_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let refused = Cache::open(folder.path()).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::PermissionDenied);
}

fn small_alphabet(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(
        prop_oneof![
            Just(b'a'),
            Just(b'A'),
            Just(b'b'),
            Just(0_u8),
            Just(0xff_u8)
        ],
        length,
    )
}

proptest! {
    #[test]
    fn all_matchers_agree(
        list in proptest::collection::vec((small_alphabet(1..6), any::<bool>()), 1..20),
        bytes in small_alphabet(0..200),
    ) {
        let list: Vec<Pattern<'_>> = list.iter().map(|(bytes, caseless)| Pattern { bytes, caseless: *caseless }).collect();
        let quick = Database::compile(&list).unwrap();
        let plain: Vec<u32> = (0..).zip(&list).filter(|(_, pattern)| bytes.windows(pattern.bytes.len()).any(|window| {
            if pattern.caseless { window.eq_ignore_ascii_case(pattern.bytes) } else { window == pattern.bytes }
        })).map(|(number, _)| number).collect();
        prop_assert_eq!(hits(&quick, &bytes), plain.clone());
        prop_assert_eq!(by_automaton(&list, &bytes), plain.clone());
        // Long enough for the other matcher; what stands before occurs in no pattern.
        let long = [&[b'-'; 400], &bytes[..]].concat();
        prop_assert_eq!(hits(&quick, &long), plain);
    }
}

/// Hyperscan 5.4.0 overlooked the short pattern here when both were compiled as plain literals.
#[test]
fn a_long_pattern_does_not_hide_a_short_one() {
    let text = b"tvqqaamaaaaeaaaa//8aalgaaaaaaaaaqaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    for length in [9, 40, 64, 76, 128, 300] {
        let long: Vec<u8> = text.iter().copied().cycle().take(length).collect();
        let list = [
            Pattern {
                bytes: b"\x68\x04\x0b\0\0\0",
                caseless: false,
            },
            Pattern {
                bytes: &long,
                caseless: true,
            },
        ];
        let database = Database::compile(&list).unwrap();
        assert_eq!(hits(&database, b"\x68\x04\x0b\0\0\0"), [0], "{length}");
    }
}

proptest! {
    /// Long patterns, and blocks made of pieces of them.
    #[test]
    fn all_matchers_agree_on_long_patterns(
        list in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 1..120), any::<bool>()), 1..8),
        pieces in proptest::collection::vec((any::<proptest::sample::Index>(), 0..120_usize), 0..5),
    ) {
        let mut bytes = Vec::new();
        for (index, length) in &pieces {
            let (pattern, _) = index.get(&list);
            bytes.extend_from_slice(&pattern[..(*length).min(pattern.len())]);
        }
        let list: Vec<Pattern<'_>> =
            list.iter().map(|(bytes, caseless)| Pattern { bytes, caseless: *caseless }).collect();
        let quick = Database::compile(&list).unwrap();
        prop_assert_eq!(hits(&quick, &bytes), by_automaton(&list, &bytes));
        prop_assert_eq!(by_windows(&list, &bytes), by_automaton(&list, &bytes));
    }
}
