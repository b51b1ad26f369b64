use super::*;
use std::sync::Arc;

fn open(folder: &Path, budget_bytes: u64) -> FileStore {
    FileStore::open(&StoreSettings {
        folder: folder.join("store"),
        budget_bytes,
        all: true,
    })
    .unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let files = found(&folder.join("store")).unwrap();
    files
        .iter()
        .map(|(_, digest, _)| hexadecimal(digest))
        .collect()
}

fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn rest(key: (u64, u64), body: &[u8], offset: u64, bytes: &[u8]) -> FileRest {
    FileRest {
        key,
        body: Arc::new(body.to_vec()),
        offset,
        bytes: bytes.to_vec(),
    }
}

#[test]
fn files_stand_once_by_their_digest_and_the_oldest_go() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 10);
    let first = store.keep((1, 0), Some(b"aaaa")).unwrap();
    assert_eq!((first.number, &first.name), (1, &digest(b"aaaa")));
    store.keep((1, 1), Some(b"bbbb")).unwrap();
    // Seen again, so the other one is the oldest.
    assert_eq!(store.keep((2, 0), Some(b"aaaa")).unwrap().name, first.name);
    store.keep((3, 0), Some(b"cccc")).unwrap();
    store.take_note(true);
    let mut left = names(folder.path());
    left.sort();
    let mut wanted = [digest(b"aaaa"), digest(b"cccc")];
    wanted.sort();
    assert_eq!(left, wanted);
    assert!(store.keep((4, 0), Some(b"larger than all")).is_none());
    let counts = store.counts();
    assert_eq!(
        (counts.stored, counts.known, counts.removed, counts.refused),
        (3, 1, 1, 1)
    );
    assert_eq!(counts.bytes, 8);
    let path = folder
        .path()
        .join("store")
        .join(&first.name[..2])
        .join(&first.name);
    assert_eq!(fs::read(path).unwrap(), b"aaaa");
}

#[test]
fn a_store_is_taken_up_again_and_leftovers_go() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 100);
    store.keep((1, 0), Some(b"aaaa")).unwrap();
    drop(store);
    let half = folder.path().join("store/tmp/7");
    fs::write(&half, b"half a file").unwrap();
    fs::create_dir(folder.path().join("store/zz")).unwrap();
    fs::write(folder.path().join("store/zz/not-a-digest"), b"x").unwrap();
    let mut store = open(folder.path(), 100);
    assert!(!half.exists());
    assert_eq!(store.counts().bytes, 4);
    store.keep((1, 0), Some(b"aaaa")).unwrap();
    assert_eq!((store.counts().known, store.counts().stored), (1, 0));
    drop(store);
    assert_eq!(open(folder.path(), 3).counts().removed, 1);
}

#[test]
fn large_files_go_to_disk_while_they_pass() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 30);
    store.rest(&rest((1, 0), b"head", 4, b"-and-"));
    store.rest(&rest((2, 0), b"head", 4, b"other"));
    store.rest(&rest((1, 0), b"head", 9, b"tail"));
    assert_eq!(
        store.keep((1, 0), None).unwrap().name,
        digest(b"head-and-tail")
    );
    store.forget((2, 0));
    store.rest(&rest((2, 0), b"head", 9, b"goes on"));
    assert!(
        store.keep((2, 0), None).is_none(),
        "not begun again in the middle"
    );
    store.rest(&rest((3, 0), b"head", 4, &[b'x'; 30]));
    assert!(store.keep((3, 0), None).is_none(), "larger than the budget");
    store.take_note(true);
    assert_eq!(names(folder.path()), [digest(b"head-and-tail")]);
    assert_eq!(
        fs::read_dir(folder.path().join("store/tmp"))
            .unwrap()
            .count(),
        0
    );
}

/// A place that cannot be written to: what was promised is taken back, and nothing is left behind.
#[test]
fn what_the_disk_refuses_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 100);
    let name = digest(b"aaaa");
    // A file where the folder would have to be.
    fs::write(folder.path().join("store").join(&name[..2]), b"in the way").unwrap();
    assert!(store.keep((1, 0), Some(b"aaaa")).is_some());
    store.take_note(true);
    let counts = store.counts();
    assert_eq!((counts.stored, counts.refused, counts.bytes), (0, 1, 0));
    let temporary = folder.path().join("store/tmp");
    assert_eq!(fs::read_dir(temporary).unwrap().count(), 0);
}

/// Where packets do not wait, files are left out while too many are on their way; every one is kept or counted.
#[test]
fn every_file_is_kept_or_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 1 << 20);
    store.waits = false;
    let told = (0..400_u64)
        .filter(|number| {
            let body = number.to_be_bytes();
            store.keep((*number, 0), Some(&body)).is_some()
        })
        .count() as u64;
    store.take_note(true);
    let counts = store.counts();
    assert_eq!((counts.stored, counts.refused), (told, 0));
    assert_eq!(counts.stored + counts.left_out, 400);
    assert_eq!(names(folder.path()).len() as u64, told);
}
