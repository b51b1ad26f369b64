//! Mail: handing in a letter by SMTP (RFC 5321) with MIME parts (RFC 2045), and looking for new ones.

use super::browse;
use crate::engine::Outbox;
use crate::protocol::browser::Browser;
use crate::protocol::clock::mail_date;
use crate::protocol::program::{document, prose};
use crate::random::Random;
use crate::tcp::{Side, Tcp};
use crate::world::{DOMAIN, Host, MILLISECOND, Site, World};

/// Hands in a letter, sometimes with an attachment.
pub(super) fn send(out: &mut Outbox, random: &mut Random, world: &World, host: &Host, now: i64) {
    let colleague = &random.pick(&world.hosts).user;
    let to = if random.chance(0.5) {
        format!("{colleague}@{DOMAIN}")
    } else {
        format!("order{}@tekkou-center.example", random.below(90))
    };
    let from = format!("{}@{DOMAIN}", host.user);
    let text = letter(random, &from, &to, now);
    let id = random.hex(10).to_ascii_uppercase();
    let turns: [(String, String); 6] = [
        (
            format!("EHLO {}\r\n", host.full_name()),
            greeting(&world.mail.name),
        ),
        (
            format!("MAIL FROM:<{from}> SIZE={}\r\n", text.len()),
            "250 2.1.0 Ok\r\n".into(),
        ),
        (format!("RCPT TO:<{to}>\r\n"), "250 2.1.5 Ok\r\n".into()),
        (
            "DATA\r\n".into(),
            "354 End data with <CR><LF>.<CR><LF>\r\n".into(),
        ),
        (text, format!("250 2.0.0 Ok: queued as {id}\r\n")),
        ("QUIT\r\n".into(), "221 2.0.0 Bye\r\n".into()),
    ];
    let mut tcp = Tcp::open(out, random, &host.station, (&world.mail.station, 587), now);
    tcp.server(out, format!("220 {} ESMTP\r\n", world.mail.name).as_bytes());
    for (command, reply) in turns {
        tcp.pause(out, random.between(MILLISECOND, 15 * MILLISECOND));
        tcp.client(out, command.as_bytes());
        tcp.pause(out, random.between(MILLISECOND, 50 * MILLISECOND));
        tcp.server(out, reply.as_bytes());
    }
    tcp.close(out, Side::Server);
}

fn greeting(name: &str) -> String {
    format!("250-{name}\r\n250-PIPELINING\r\n250-SIZE 26214400\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
}

fn letter(random: &mut Random, from: &str, to: &str, now: i64) -> String {
    let subject = *random.pick(&[
        "Estimate",
        "Re: delivery date",
        "Minutes of the meeting",
        "Drawings, revision B",
    ]);
    let boundary = format!("----=_Part_{}", random.hex(16));
    let identity = random.hex(24);
    let length = random.count(200, 1_600);
    let body = prose(random, length);
    let lines: Vec<&str> = body.lines().collect();
    let mut text = format!(
        "Date: {}\r\nFrom: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <{identity}@{DOMAIN}>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{}\r\n",
        mail_date(now),
        lines.join("\r\n")
    );
    if random.chance(0.4) {
        let length = random.count(8_000, 120_000);
        let content = document(random, "pdf", length);
        text.push_str(&format!(
            "--{boundary}\r\nContent-Type: application/pdf; name=\"estimate.pdf\"\r\n\
             Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"estimate.pdf\"\r\n\r\n"
        ));
        base64_lines(&content, &mut text);
    }
    text.push_str(&format!("--{boundary}--\r\n.\r\n"));
    text
}

/// Base64 (RFC 4648) in lines of 76 characters.
fn base64_lines(bytes: &[u8], text: &mut String) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for line in bytes.chunks(57) {
        for group in line.chunks(3) {
            let mut word = [0; 4];
            word[1..=group.len()].copy_from_slice(group);
            let word = u32::from_be_bytes(word);
            for position in 0..4 {
                if position <= group.len() {
                    let index = word >> (18 - 6 * position) & 63;
                    text.push(char::from(ALPHABET[index as usize]));
                } else {
                    text.push('=');
                }
            }
        }
        text.push_str("\r\n");
    }
}

/// Looks for new letters by TLS: most often there are none.
pub(super) fn poll(out: &mut Outbox, random: &mut Random, host: &Host, site: &Site, now: i64) {
    let mut tls = browse::connect(out, random, host, site, Browser::ServerAgent, now);
    tls.client(out, 140);
    tls.pause(out, random.between(5 * MILLISECOND, 30 * MILLISECOND));
    tls.server(
        out,
        if random.chance(0.3) {
            random.count(2_000, 40_000)
        } else {
            180
        },
    );
    tls.pause(out, random.between(5 * MILLISECOND, 30 * MILLISECOND));
    tls.close(out, Side::Client);
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_of_rfc_4648() {
        for (bytes, text) in [
            ("f", "Zg==\r\n"),
            ("fo", "Zm8=\r\n"),
            ("foobar", "Zm9vYmFy\r\n"),
        ] {
            let mut line = String::new();
            super::base64_lines(bytes.as_bytes(), &mut line);
            assert_eq!(line, text);
        }
    }
}
