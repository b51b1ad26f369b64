//! Conversations that arrange others, and conversations that change what they speak.

use crate::build::{Ends, ends, tcp};
use crate::watch::Watch;
use flow::Settings;
use wire::packet::tcp_flags::{ACK, FIN, PSH, SYN};

/// One connection, by its next sequence numbers.
struct Talk {
    ends: Ends,
    next: (u32, u32),
}

impl Talk {
    fn open(watch: &mut Watch, ends: Ends) -> Self {
        watch.see(&tcp(ends, SYN, 100, 0, b""));
        watch.see(&tcp(ends.back(), SYN | ACK, 500, 101, b""));
        watch.see(&tcp(ends, ACK, 101, 501, b""));
        Self {
            ends,
            next: (101, 501),
        }
    }

    fn ask(&mut self, watch: &mut Watch, bytes: &[u8]) {
        watch.see(&tcp(self.ends, PSH | ACK, self.next.0, self.next.1, bytes));
        self.next.0 += bytes.len() as u32;
    }

    fn answer(&mut self, watch: &mut Watch, bytes: &[u8]) {
        watch.see(&tcp(
            self.ends.back(),
            PSH | ACK,
            self.next.1,
            self.next.0,
            bytes,
        ));
        self.next.1 += bytes.len() as u32;
    }

    fn close(self, watch: &mut Watch) {
        watch.see(&tcp(self.ends, FIN | ACK, self.next.0, self.next.1, b""));
        watch.see(&tcp(
            self.ends.back(),
            FIN | ACK,
            self.next.1,
            self.next.0 + 1,
            b"",
        ));
    }
}

/// A session up to `arrangement` and the command that moves a file.
fn control(watch: &mut Watch, arrangement: &[u8], answer: &[u8], command: &[u8]) -> Talk {
    let mut talk = Talk::open(watch, ends(40_000, 21));
    talk.answer(watch, b"220 hello\r\n");
    talk.ask(watch, b"USER joe\r\n");
    talk.answer(watch, b"230 in\r\n");
    talk.ask(watch, arrangement);
    talk.answer(watch, answer);
    talk.ask(watch, command);
    talk
}

#[test]
fn what_ftp_moves_is_a_file_whichever_side_opens_the_connection() {
    let passive: (&[u8], &[u8]) = (b"PASV\r\n", b"227 ok (9,9,9,9,19,136)\r\n");
    let active: (&[u8], &[u8]) = (b"PORT 10,0,0,1,19,136\r\n", b"200 ok\r\n");
    for (arrangement, data_ends) in [
        (passive, ends(40_001, 5000)),
        (active, ends(5000, 20).back()),
    ] {
        let mut watch = Watch::new(Settings::default());
        let mut session = control(&mut watch, arrangement.0, arrangement.1, b"RETR a.exe\r\n");
        let mut data = Talk::open(&mut watch, data_ends);
        let from_server = data_ends.from.1 == 20;
        if from_server {
            data.ask(&mut watch, b"MZ");
        } else {
            data.answer(&mut watch, b"MZ");
        }
        data.close(&mut watch);
        session.answer(&mut watch, b"226 done\r\n");
        session.close(&mut watch);
        watch.finish();
        let transfer = watch.events("ftp_data")[0];
        assert_eq!(transfer["ftp_data"]["filename"], "a.exe");
        assert_eq!(transfer["ftp_data"]["command"], "RETR");
        assert_eq!(transfer["app_proto"], "ftp-data");
        let file = watch.events("fileinfo")[0];
        assert_eq!(file["fileinfo"]["filename"], "a.exe");
        assert_eq!(file["fileinfo"]["size"], 2);
        assert_eq!(file["fileinfo"]["state"], "CLOSED");
        assert_eq!(file["ftp_data"]["command"], "RETR");
        assert_eq!(watch.events("ftp").len(), 4);
        assert!(watch.events("anomaly").is_empty());
    }
}

#[test]
fn what_was_not_arranged_is_no_transfer() {
    let mut watch = Watch::new(Settings::default());
    let session = control(
        &mut watch,
        b"PASV\r\n",
        b"227 ok (9,9,9,9,19,136)\r\n",
        b"RETR a\r\n",
    );
    let mut other = Talk::open(&mut watch, ends(40_001, 5001));
    other.answer(&mut watch, b"MZ\0\0");
    watch.wait(61);
    let mut late = Talk::open(&mut watch, ends(40_002, 5000));
    late.answer(&mut watch, b"MZ\0\0");
    session.close(&mut watch);
    watch.finish();
    assert!(watch.events("ftp_data").is_empty());
}

#[test]
fn after_starttls_the_conversation_speaks_tls_or_that_is_odd() {
    let hello = [&[22, 3, 1, 0, 80, 1, 0, 0, 76, 3, 3][..], &[0; 74]].concat();
    for (after, odd) in [(hello.as_slice(), false), (b"GET / HTTP/1.1\r\n\r\n", true)] {
        let mut watch = Watch::new(Settings::default());
        let mut talk = Talk::open(&mut watch, ends(40_000, 25));
        talk.answer(&mut watch, b"220 mail ESMTP\r\n");
        talk.ask(&mut watch, b"EHLO me\r\n");
        talk.answer(&mut watch, b"250 ok\r\n");
        talk.ask(&mut watch, b"STARTTLS\r\n");
        talk.answer(&mut watch, b"220 go\r\n");
        talk.ask(&mut watch, after);
        talk.close(&mut watch);
        watch.finish();
        let name = "smtp failed_protocol_change".to_owned();
        assert_eq!(watch.notes.calls.contains(&name), odd);
        let flow = watch.events("flow")[0];
        assert_eq!(flow["app_proto"], if odd { "http" } else { "tls" });
        assert_eq!(flow["app_proto_orig"], "smtp");
        assert_eq!(watch.events("smtp")[0]["smtp"]["helo"], "me");
    }
}

#[test]
fn attachments_are_told_with_their_whole_message() {
    let mut watch = Watch::new(Settings::default());
    let mut talk = Talk::open(&mut watch, ends(40_000, 25));
    talk.answer(&mut watch, b"220 mail ESMTP\r\n");
    talk.ask(&mut watch, b"EHLO me\r\nMAIL FROM:<a@b>\r\nDATA\r\n");
    talk.answer(&mut watch, b"250 ok\r\n250 ok\r\n354 go\r\n");
    talk.ask(
        &mut watch,
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
          Content-Disposition: attachment; filename=a\r\n\r\nMZ\r\n--x--\r\n",
    );
    assert!(watch.events("fileinfo").is_empty());
    talk.ask(&mut watch, b"epilogue\r\n.\r\n");
    let file = watch.events("fileinfo")[0];
    assert_eq!(file["fileinfo"]["filename"], "a");
    assert_eq!(file["smtp"]["mail_from"], "<a@b>");
    assert_eq!(file["email"]["status"], "PARSE_DONE");
    let told = watch
        .notes
        .calls
        .iter()
        .filter(|call| *call == "file Complete true");
    assert_eq!(told.count(), 1);
    assert!(watch.events("smtp").is_empty());
    talk.answer(&mut watch, b"250 queued\r\n");
    assert_eq!(watch.events("smtp")[0]["email"]["attachment"][0], "a");
}
