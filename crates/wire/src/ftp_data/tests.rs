use super::fields::FTP_DATA;
use crate::protocol::Direction::{ToClient, ToServer};
use crate::testing::{Recorder, check_pieces, finish, whole};
use proptest::prelude::*;

#[test]
fn a_transfer_is_a_file_with_the_name_that_was_announced() {
    let cases: [(&str, &[&str], &str); 2] = [
        (
            "RETR /pub/a.exe",
            &["0< `/pub/a.exe` 2 bytes complete: MZ"],
            "ftp_data 0: filename=/pub/a.exe command=RETR",
        ),
        ("LIST -l", &[], "ftp_data 0: command=LIST"),
    ];
    for (note, file, event) in cases {
        let mut found = Recorder::default();
        let mut parser = (FTP_DATA.parser)();
        parser.announced(note.as_bytes());
        parser.feed(ToClient, b"MZ", &mut found);
        parser.feed(ToServer, b"odd", &mut found);
        finish(parser.as_mut(), &mut found);
        assert_eq!(found.with("file "), file);
        assert_eq!(found.events(), [event]);
        assert_eq!(found.buffer("file.data"), ["MZ"]);
    }
}

#[test]
fn missing_bytes_and_silence() {
    let mut found = Recorder::default();
    let mut parser = (FTP_DATA.parser)();
    parser.gap(ToServer, 9, &mut found);
    parser.feed(ToServer, b"rest", &mut found);
    finish(parser.as_mut(), &mut found);
    assert_eq!(found.with("file "), ["gap 0: 9", "0> `` 4 bytes cut: rest"]);
    assert!(whole(&FTP_DATA, &[]).lines.is_empty());
}

proptest! {
    #[test]
    fn cuts_do_not_matter(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        check_pieces(&FTP_DATA, &[(ToServer, &bytes), (ToClient, &bytes)]);
    }
}
