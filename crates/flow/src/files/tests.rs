use super::*;
use proptest::prelude::*;

const ALL: Digests = Digests {
    md5: true,
    sha1: true,
};

fn start(id: u64) -> FileStart<'static> {
    FileStart {
        id,
        name: b"a.exe",
        direction: Direction::ToClient,
        transaction_id: 3,
        announced_size: None,
        transaction: None,
    }
}

#[test]
fn kinds_by_their_beginning() {
    let mut windows = vec![0; 0x200];
    windows[..2].copy_from_slice(b"MZ");
    windows[0x3c] = 0x80;
    windows[0x80..0x84].copy_from_slice(b"PE\0\0");
    windows[0x98..0x9a].copy_from_slice(&0x20b_u16.to_le_bytes());
    let cases: &[(&[u8], Option<&str>, Option<&str>)] = &[
        (
            &windows,
            Some("application/vnd.microsoft.portable-executable"),
            Some("PE32+ executable (GUI) x86-64, for MS Windows"),
        ),
        (
            b"MZ",
            Some("application/x-dosexec"),
            Some("MS-DOS executable"),
        ),
        (
            b"%PDF-1.6 ...",
            Some("application/pdf"),
            Some("PDF document, version 1.6"),
        ),
        (
            b"PK\x03\x04....",
            Some("application/zip"),
            Some("Zip archive data"),
        ),
        (
            b"\x1f\x8b\x08\0",
            Some("application/gzip"),
            Some("gzip compressed data"),
        ),
        (
            b"  <HTML><body>",
            Some("text/html"),
            Some("HTML document, ASCII text"),
        ),
        (b"hello\r\n", Some("text/plain"), Some("ASCII text")),
        (
            "火の見".as_bytes(),
            Some("text/plain"),
            Some("UTF-8 Unicode text"),
        ),
        (b"\x01\x02\xff", None, None),
        (b"", None, None),
    ];
    for (head, mime, magic) in cases {
        let kind = kind::of(head);
        assert_eq!((kind.mime, kind.magic), (*mime, *magic), "{head:?}");
    }
}

#[test]
fn a_file_is_hashed_over_its_pieces_and_told_in_two_phases() {
    let mut files = Files::default();
    assert!(files.open(&start(7), "http", Vec::new(), ALL));
    files.data(7, b"ab");
    assert_eq!(files.followed[0].due(), None);
    files.data(7, b"c");
    files.close(7, true);
    assert_eq!(files.followed[0].due(), Some(FilePhase::Begun));
    assert_eq!(files.followed[0].due(), Some(FilePhase::Complete));
    assert_eq!(files.followed[0].due(), None);
    let record = files.take_closed()[0].record();
    assert_eq!(record.text("md5"), Some("900150983cd24fb0d6963f7d28e17f72"));
    assert_eq!(
        record.text("sha1"),
        Some("a9993e364706816aba3e25717850c26c9cd0d89d")
    );
    assert_eq!(record.text("state"), Some("CLOSED"));
    assert_eq!(record.number("size"), Some(3));
    assert!(files.is_empty());
}

#[test]
fn a_gap_leaves_no_digest() {
    let mut files = Files::default();
    files.open(&start(1), "http", Vec::new(), ALL);
    files.data(1, b"%PDF-1.4");
    files.gap(1, 100);
    files.data(1, b"rest");
    files.close(1, true);
    let closed = &mut files.followed[0];
    assert_eq!(closed.file.hashes, None);
    assert_eq!(closed.file.mime, Some("application/pdf"));
    assert_eq!(closed.due(), Some(FilePhase::Begun));
    assert_eq!(closed.due(), Some(FilePhase::Truncated));
    assert_eq!(closed.file.size, 112);
}

#[test]
fn bytes_are_kept_as_far_as_wanted_and_the_rest_is_told() {
    let settings = crate::Settings {
        file_bytes_max: 6,
        ..crate::Settings::default()
    };
    let mut files = Files::keeping(Keeping::new(&settings).as_ref());
    files.open(&start(1), "http", Vec::new(), ALL);
    assert!(files.data(1, b"abcd").is_none());
    let (file, rest) = files.data(1, b"efgh").unwrap();
    assert_eq!((file.body.as_slice(), rest), (&b"abcdef"[..], &b"gh"[..]));
    assert!(!file.is_kept_whole());
    assert_eq!(files.data(1, b"i").unwrap().1, b"i");
    files.gap(1, 5);
    assert!(files.data(1, b"j").is_none(), "nothing after a hole");
    files.open(&start(2), "http", Vec::new(), ALL);
    files.data(2, b"whole");
    files.close(2, true);
    assert!(files.followed[1].file.is_kept_whole());

    let mut files = Files::default();
    files.open(&start(1), "http", Vec::new(), ALL);
    assert!(files.data(1, b"nobody wants it").is_none());
    assert!(files.followed[0].file.body.is_empty());
}

#[test]
fn too_many_open_files_are_refused() {
    let mut files = Files::default();
    for id in 0..FILES_OPEN_MAX {
        assert!(files.open(&start(id as u64), "http", Vec::new(), ALL));
    }
    assert!(!files.open(&start(9999), "http", Vec::new(), ALL));
    files.close_all();
    assert_eq!(files.take_closed().len(), FILES_OPEN_MAX);
}

proptest! {
    #[test]
    fn no_beginning_is_too_strange(head: Vec<u8>, prefix in 0usize..6) {
        let prefixes: [&[u8]; 6] = [b"", b"MZ", b"\x7fELF", b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"];
        let mut bytes = prefixes[prefix].to_vec();
        bytes.extend(head);
        kind::of(&bytes);
    }
}
