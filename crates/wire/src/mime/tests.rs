use super::message::{Message, Told};
use crate::lines::Lines;
use proptest::prelude::*;

/// What a message tells, pieces of a file joined.
fn read(text: &[u8], cut: usize, complete: bool) -> Vec<String> {
    let mut lines = Lines::new(64);
    let mut message = Message::default();
    let mut found: Vec<String> = Vec::new();
    let mut tell = |told: Told<'_>| match told {
        Told::Header(name, value) => {
            let text = [name, b": ", value].concat();
            found.push(String::from_utf8_lossy(&text).into_owned());
        }
        Told::FileBegin(name) => found.push(format!("file {} = ", name.escape_ascii())),
        Told::FileData(bytes) => match found.last_mut() {
            Some(last) if last.starts_with("file ") => {
                last.push_str(&bytes.escape_ascii().to_string());
            }
            _ => found.push(format!("file ... {}", bytes.escape_ascii())),
        },
        Told::FileGap(missing) => found.push(format!("gap {missing}")),
        Told::FileEnd(complete) => found.push(format!("end {complete}")),
        Told::Url(url) => found.push(format!("url {}", url.escape_ascii())),
        Told::Anomaly(name) => found.push(format!("anomaly {name}")),
    };
    for mut bytes in text.chunks(cut) {
        while let Some(piece) = lines.next(&mut bytes) {
            message.piece(&piece, &mut tell);
        }
    }
    if let Some(piece) = lines.take_rest() {
        message.piece(&piece, &mut tell);
    }
    message.finish(complete, &mut tell);
    found
}

fn check(text: &str, expected: &[&str]) {
    let text = text.replace('\n', "\r\n");
    for cut in [1, 2, 7, 1000] {
        assert_eq!(read(text.as_bytes(), cut, true), expected, "cut by {cut}");
    }
}

#[test]
fn headers_are_unfolded_and_text_is_searched_for_addresses() {
    check(
        "Subject: one\n\ttwo\nTo: a@b\nContent-Transfer-Encoding: quoted-printable\n\n\
         see http://exa=\nmple.com/=41 and\nhttps://b.example/\n",
        &[
            "Subject: one\ttwo",
            "To: a@b",
            "Content-Transfer-Encoding: quoted-printable",
            "url example.com/a",
            "url b.example/",
        ],
    );
}

#[test]
fn attachments_are_decoded_as_they_pass() {
    check(
        "Content-Type: multipart/mixed; boundary=\"xyz\"\n\npreamble\n--xyz\n\nhttp://a.example\n\
         --xyz\nContent-Disposition: attachment; filename=a.bin\n\
         Content-Transfer-Encoding: BASE64\n\naGVs\nbG8=\n\
         --xyz  \nContent-Type: text/plain; name=\"=?utf-8?Q?b=2Etxt?=\"\n\none\ntwo\n\
         --xyzz\n--xyz--\nepilogue\n",
        &[
            "Content-Type: multipart/mixed; boundary=\"xyz\"",
            "url a.example",
            "file a.bin = hello",
            "end true",
            "file b.txt = one\\r\\ntwo\\r\\n--xyzz",
            "end true",
        ],
    );
}

#[test]
fn messages_in_messages_and_multiparts_in_multiparts() {
    check(
        "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n\
         --i\nContent-Type: message/rfc822\n\nSubject: inner\nContent-Type: x/y; name=n\n\nN\n\
         --o\nContent-Disposition: attachment\n\nM\n--o--\n",
        &[
            "Content-Type: multipart/mixed; boundary=o",
            "file n = N",
            "end true",
            "file  = M",
            "end true",
        ],
    );
}

#[test]
fn an_inner_message_that_pretends_to_be_encoded_is_read() {
    let head = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n";
    let told = [
        "Content-Type: message/rfc822",
        "Content-Transfer-Encoding: base64",
    ];
    let plain = "From: x\nContent-Disposition: attachment; filename=m.exe\n\nMZ\n";
    check(
        &[head, plain].concat(),
        &[told[0], told[1], "file m.exe = MZ", "end true"],
    );
    check(
        &[head, "RnJvbTog\n"].concat(),
        &[told[0], told[1], "file  = From: ", "end true"],
    );
}

#[test]
fn uuencoded_bytes_in_a_text_are_a_file() {
    check(
        "Subject: x\n\nhello\nbegin 644 cat.txt\n#0V%T\n`\nend\nhttp://after.example\n",
        &[
            "Subject: x",
            "file cat.txt = Cat",
            "end true",
            "url after.example",
        ],
    );
}

#[test]
fn what_is_odd_is_told_once() {
    check(
        "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Disposition: attachment\n\
         Content-Transfer-Encoding: base64\n\nYWJja\n",
        &[
            "Content-Type: multipart/mixed; boundary=x",
            "file  = abc",
            "anomaly mime_invalid_base64",
            "end true",
            "anomaly mime_malformed_msg",
        ],
    );
}

#[test]
fn nesting_has_an_end() {
    let mut text = String::from("Content-Type: multipart/mixed; boundary=b0\n\n");
    for level in 1..100 {
        text.push_str(&format!(
            "--b{}\nContent-Type: multipart/mixed; boundary=b{level}\n\n",
            level - 1
        ));
    }
    let found = read(text.as_bytes(), 1000, true);
    assert!(found.contains(&"anomaly mime_too_deep".to_owned()));
    let inner = "Content-Type: message/rfc822\n\n".repeat(100);
    let found = read(inner.as_bytes(), 1000, true);
    assert!(found.contains(&"anomaly mime_too_deep".to_owned()));
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        lines in proptest::collection::vec(
            prop_oneof![
                Just("--x"), Just("--x--"), Just(""), Just(" folded"), Just("aGVsbG8="), Just("a=3D="),
                Just("Content-Type: multipart/mixed; boundary=x"), Just("begin 644 f"), Just("end"),
                Just("Content-Type: message/rfc822"), Just("Content-Disposition: attachment"),
                Just("Content-Transfer-Encoding: base64"), Just("Content-Transfer-Encoding: uuencode"),
                Just("Content-Transfer-Encoding: quoted-printable"), Just("http://a.example/ b"),
                Just("a line of seventy bytes or more, longer than what is held, http://b.example/"),
            ],
            0..30,
        ),
        cut in 1usize..20,
    ) {
        let text = lines.join("\r\n");
        prop_assert_eq!(read(text.as_bytes(), usize::MAX, true), read(text.as_bytes(), cut, true));
    }
}
