use super::fields::{TCP, UDP};
use crate::protocol::Direction::{ToClient, ToServer};
use crate::protocol::Probe;
use crate::testing::{Feed, Recorder, check_pieces, finish, whole};

/// Data as it travels: words, and bytes with their length before and filled up behind.
#[derive(Default, Clone)]
struct Xdr(Vec<u8>);

impl Xdr {
    fn words(mut self, words: &[u32]) -> Self {
        for word in words {
            self.0.extend(word.to_be_bytes());
        }
        self
    }

    fn opaque(self, bytes: &[u8]) -> Self {
        let mut filled = self.words(&[bytes.len() as u32]);
        filled.0.extend(bytes);
        filled.0.resize(filled.0.len().next_multiple_of(4), 0);
        filled
    }
}

fn call(id: u32, version: u32, procedure: u32) -> Xdr {
    let user = Xdr::default()
        .words(&[7])
        .opaque(b"desktop")
        .words(&[1000, 100, 0]);
    Xdr::default()
        .words(&[id, 0, 2, 100_003, version, procedure, 1])
        .opaque(&user.0)
        .words(&[0, 0])
}

fn reply(id: u32, status: u32) -> Xdr {
    Xdr::default().words(&[id, 1, 0, 0, 0, 0, status])
}

fn record(xdr: &Xdr) -> Vec<u8> {
    [&(xdr.0.len() as u32 | 1 << 31).to_be_bytes()[..], &xdr.0].concat()
}

const FILE: &[u8] = &[7; 16];
const FOLDER: &[u8] = &[1; 16];

fn write(id: u32, offset: u32, bytes: &[u8], stable: u32) -> Vec<u8> {
    record(
        &call(id, 3, 7)
            .opaque(FILE)
            .words(&[0, offset, bytes.len() as u32, stable])
            .opaque(bytes),
    )
}

#[test]
fn a_file_is_made_written_and_read_again() {
    let made = record(
        &call(1, 3, 8)
            .opaque(FOLDER)
            .opaque(b"plan.txt")
            .words(&[0; 7]),
    );
    let done = record(&reply(1, 0).words(&[1]).opaque(FILE).words(&[0, 0, 0]));
    let commit = record(&call(4, 3, 21).opaque(FILE).words(&[0; 3]));
    let read = record(&call(5, 3, 6).opaque(FILE).words(&[0, 0, 100]));
    let bytes = record(&reply(5, 0).words(&[0, 8, 1]).opaque(b"burn it!"));
    // The second half comes first, and disagrees with the first about one byte.
    let feeds: [Feed<'_>; 7] = [
        (ToServer, &made),
        (ToClient, &done),
        (ToServer, &write(2, 4, b" it!", 0)),
        (ToServer, &write(3, 0, b"burnX", 0)),
        (ToServer, &commit),
        (ToServer, &read),
        (ToClient, &bytes),
    ];
    let found = whole(&TCP, &feeds);
    assert_eq!(
        found.with("file "),
        [
            "1> `plan.txt` 8 bytes complete: burn it!",
            "3< `plan.txt` 8 bytes complete: burn it!"
        ]
    );
    assert_eq!(found.buffer("file.data"), ["burn it!", "burn it!"]);
    let events = found.events();
    assert!(events[0].starts_with("nfs 0: version=3 procedure=CREATE filename=plan.txt hhash="));
    assert!(events[0].ends_with("uid=1000 gid=100 ]"), "{}", events[0]);
    let written = events
        .iter()
        .find(|event| event.contains("procedure=WRITE"))
        .unwrap();
    assert!(
        written.contains("write={ first=true last=true last_xid=3 chunks=1 ]"),
        "{written}"
    );
    assert_eq!(found.anomalies(), [] as [&str; 0]);
    check_pieces(&TCP, &feeds);
}

#[test]
fn names_status_and_renaming_are_told() {
    let look = record(&call(1, 3, 3).opaque(FOLDER).opaque(b"no.where"));
    let not = record(&reply(1, 2).words(&[0]));
    let rename = record(
        &call(2, 3, 14)
            .opaque(FOLDER)
            .opaque(b"a")
            .opaque(FOLDER)
            .opaque(b"b"),
    );
    let done = record(&reply(2, 0));
    let routine = record(&call(3, 3, 1).opaque(FILE));
    let feeds: [Feed<'_>; 5] = [
        (ToServer, &look),
        (ToClient, &not),
        (ToServer, &rename),
        (ToClient, &done),
        (ToServer, &routine),
    ];
    let found = whole(&TCP, &feeds);
    let events = found.events();
    assert!(
        events[0].contains("procedure=LOOKUP filename=no.where id=1"),
        "{}",
        events[0]
    );
    assert!(events[0].contains("status=ERR_NOENT"));
    assert!(
        events[1].contains("rename={ from=a to=b ]"),
        "{}",
        events[1]
    );
    assert!(events[2].starts_with("- 2:"), "{}", events[2]);
    assert_eq!(found.buffer("nfs_procedure"), ["3", "3", "14", "14", "1"]);
    check_pieces(&TCP, &feeds);
}

/// A call of version 4 with a session, as version 4.1 has them.
fn compound(id: u32, count: u32) -> Xdr {
    call(id, 4, 1).words(&[0, 1, count, 53]).words(&[0; 8])
}

#[test]
fn operations_of_version_4_are_taken_apart() {
    let open = compound(1, 4)
        .words(&[22])
        .opaque(FOLDER)
        .words(&[18, 0, 1, 0, 0, 0])
        .opaque(b"owner")
        .words(&[1, 0, 0, 0, 0])
        .opaque(b"key.pem")
        .words(&[10]);
    let opened = reply(1, 0)
        .words(&[0, 4, 53, 0])
        .words(&[0; 9])
        .words(&[22, 0, 18, 0])
        .words(&[0; 10])
        .words(&[0, 0, 10, 0])
        .opaque(FILE);
    let read = compound(2, 3)
        .words(&[22])
        .opaque(FILE)
        .words(&[25, 0, 0, 0, 0, 0, 0, 4096]);
    let bytes = reply(2, 0)
        .words(&[0, 3, 53, 0])
        .words(&[0; 9])
        .words(&[22, 0, 25, 0, 1])
        .opaque(b"secret");
    let close = compound(3, 3)
        .words(&[22])
        .opaque(FILE)
        .words(&[4, 0, 0, 0, 0, 0]);
    let (open, opened) = (record(&open), record(&opened));
    let (read, bytes, close) = (record(&read), record(&bytes), record(&close));
    let feeds: [Feed<'_>; 5] = [
        (ToServer, &open),
        (ToClient, &opened),
        (ToServer, &read),
        (ToClient, &bytes),
        (ToServer, &close),
    ];
    let found = whole(&TCP, &feeds);
    assert_eq!(
        found.with("file "),
        ["0< `key.pem` 6 bytes complete: secret"]
    );
    let events = found.events();
    assert_eq!(events.len(), 1);
    assert!(
        events[0].contains("version=4 procedure=READ"),
        "{}",
        events[0]
    );
    check_pieces(&TCP, &feeds);
}

#[test]
fn long_writes_are_passed_on_as_they_come() {
    let bytes = vec![b'x'; 300_000];
    let long = write(1, 0, &bytes, 0);
    let mut parser = (TCP.parser)();
    let mut recorder = Recorder::default();
    for piece in long[..200_000].chunks(1448) {
        parser.feed(ToServer, piece, &mut recorder);
    }
    assert!(recorder.files[&0].len() > 190_000);
    parser.gap(ToServer, 1000, &mut recorder);
    parser.feed(ToServer, &long[201_000..], &mut recorder);
    finish(parser.as_mut(), &mut recorder);
    assert_eq!(recorder.files[&0].len(), 299_000);
    assert_eq!(recorder.with("file gap "), ["0: 1000"]);
}

#[test]
fn parts_of_records_are_joined_and_datagrams_read() {
    let call = call(1, 3, 12).opaque(FOLDER).opaque(b"old");
    let (front, back) = call.0.split_at(30);
    let mut parts = vec![0, 0, 0, 30];
    parts.extend(front);
    parts.extend((back.len() as u32 | 1 << 31).to_be_bytes());
    parts.extend(back);
    let feeds: [Feed<'_>; 1] = [(ToServer, &parts)];
    assert!(whole(&TCP, &feeds).events()[0].contains("procedure=REMOVE filename=old"));
    check_pieces(&TCP, &feeds);
    let found = whole(&UDP, &[(ToServer, &call.0), (ToClient, &reply(1, 70).0)]);
    assert!(found.events()[0].contains("status=ERR_STALE"));
}

#[test]
fn a_gap_is_passed_over_and_junk_ends_it() {
    let first = record(&call(1, 3, 12).opaque(FOLDER).opaque(b"one"));
    let second = record(&call(2, 3, 12).opaque(FOLDER).opaque(b"two"));
    let mut parser = (TCP.parser)();
    let mut recorder = Recorder::default();
    parser.feed(ToServer, &first[..50], &mut recorder);
    parser.gap(ToServer, 2000, &mut recorder);
    parser.feed(ToServer, b"in the middle of something", &mut recorder);
    parser.feed(ToServer, &second, &mut recorder);
    finish(parser.as_mut(), &mut recorder);
    assert_eq!(recorder.events().len(), 1);
    let found = whole(&TCP, &[(ToServer, &first), (ToServer, &[0xff; 40])]);
    assert_eq!(found.anomalies(), ["malformed_data"]);
}

#[test]
fn beginnings_tell_the_protocol() {
    let call = record(&call(1, 3, 0));
    assert_eq!((TCP.probe)(ToServer, &call), Probe::Yes);
    assert_eq!((TCP.probe)(ToServer, &call[..20]), Probe::Unsure);
    assert_eq!((TCP.probe)(ToClient, &record(&reply(1, 0))), Probe::Unsure);
    assert_eq!((TCP.probe)(ToServer, b"GET / HTTP/1.1\r\n\r\n"), Probe::No);
    let other = Xdr::default().words(&[1, 0, 2, 100_000, 2, 3, 0, 0, 0, 0]);
    assert_eq!((UDP.probe)(ToServer, &other.0), Probe::No);
}
