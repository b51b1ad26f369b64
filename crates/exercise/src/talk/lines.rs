//! Protocols of lines: SMTP (RFC 5321), FTP (RFC 959), SSH's greeting (RFC 4253).

use super::ask::{Ask, shown};
use super::{Carrier, Say, Talk};
use crate::bytes::ByteSet;
use crate::chain::{Shape, Unable, base64_of};
use detect::rule::ast::PAYLOAD;

fn client(text: &str) -> Say {
    Say::Client(text.as_bytes().to_vec())
}

fn server(text: &str) -> Say {
    Say::Server(text.as_bytes().to_vec())
}

fn line_shape() -> Shape {
    Shape {
        allowed: ByteSet::of(b"\r\n\0").not(),
        ..Shape::default()
    }
}

/// A mail whose text, attachment or envelope is what the rule asks for.
pub(super) fn mail(ask: &Ask<'_>) -> Result<Talk, Unable> {
    let word = |name: &str, usual: &str| match ask.buffer(name) {
        Some(asked) => asked
            .usual_or_solved(&[usual.as_bytes()], line_shape(), ask.seed, |_| true)
            .map(|text| String::from_utf8_lossy(&text).into_owned()),
        None => Ok(usual.to_owned()),
    };
    if ask.answers() {
        return mail_answer(ask);
    }
    let helo = word("smtp.helo", "mail.test")?;
    let from = word("smtp.mail_from", "<a@mail.test>")?;
    let to = word("smtp.rcpt_to", "<b@h.test>")?;
    let mut says = vec![
        server("220 h.test ESMTP\r\n"),
        client(&format!("EHLO {helo}\r\n")),
        server("250 h.test\r\n"),
        client(&format!("MAIL FROM:{from}\r\n")),
        server("250 OK\r\n"),
        client(&format!("RCPT TO:{to}\r\n")),
        server("250 OK\r\n"),
        client("DATA\r\n"),
        server("354 go\r\n"),
        Say::Client(letter(ask)?),
        server("250 OK\r\n"),
        client("QUIT\r\n"),
        server("221 bye\r\n"),
    ];
    if let Some(asked) = ask.buffer(PAYLOAD) {
        let stream = |says: &[Say]| {
            let parts = says.iter().map(|say| match say {
                Say::Client(bytes) => bytes.clone(),
                Say::Server(_) => Vec::new(),
            });
            parts.collect::<Vec<_>>().concat()
        };
        let single = says
            .iter()
            .any(|say| matches!(say, Say::Client(bytes) if asked.accepts(bytes)));
        if !single && !asked.accepts(&stream(&says)) {
            // Rather as a command of its own than not at all.
            let line = asked.solve(Shape::default(), ask.seed, |_| true)?;
            says[1] = Say::Client([&line[..], b"\r\n"].concat());
        }
    }
    Ok(Talk::new(Carrier::Tcp, says, 25))
}

fn mail_answer(ask: &Ask<'_>) -> Result<Talk, Unable> {
    let asked = ask
        .buffer(PAYLOAD)
        .ok_or_else(|| "no builder for answers of SMTP".to_owned())?;
    let line = asked.solve(Shape::default(), ask.seed, |_| true)?;
    let says = vec![
        Say::Server([&line[..], b"\r\n"].concat()),
        client("EHLO mail.test\r\n"),
        server("250 h.test\r\n"),
    ];
    Ok(Talk::new(Carrier::Tcp, says, 25))
}

/// The mail itself, up to the dot that ends it.
fn letter(ask: &Ask<'_>) -> Result<Vec<u8>, Unable> {
    let word = |name: &str, usual: &str| match ask.buffer(name) {
        Some(asked) => asked
            .usual_or_solved(&[usual.as_bytes()], line_shape(), ask.seed, |_| true)
            .map(|text| String::from_utf8_lossy(&text).into_owned()),
        None => Ok(usual.to_owned()),
    };
    let from = word("email.from", "a@mail.test")?;
    let to = word("email.to", "b@h.test")?;
    let subject = word("email.subject", "hello")?;
    let mut text = format!("From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\n").into_bytes();
    if let Some(asked) = ask.merged(&["file.data"]) {
        let file = asked.solve(Shape::default(), ask.seed, |_| true)?;
        text.extend_from_slice(
            b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"frontier\"\r\n\r\n\
            --frontier\r\nContent-Type: application/octet-stream; name=\"a.bin\"\r\n\
            Content-Disposition: attachment; filename=\"a.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        );
        for line in base64_of(&file).chunks(76) {
            text.extend_from_slice(line);
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(b"--frontier--\r\n");
    }
    if let Some(asked) = ask.buffer(PAYLOAD) {
        let head: Vec<ByteSet> = text.iter().map(|byte| ByteSet::one(*byte)).collect();
        for head in [head, Vec::new()] {
            let shape = Shape {
                head,
                tail: b"\r\n".to_vec(),
                ..Shape::default()
            };
            let fits = |text: &[u8]| !text.windows(3).any(|part| part == b"\r\n.");
            if let Ok(solved) = asked.solve(shape, ask.seed, fits) {
                text = solved;
                break;
            }
        }
    } else {
        text.extend_from_slice(b"\r\nhello\r\n");
    }
    text.extend_from_slice(b".\r\n");
    Ok(text)
}

/// A session on the control connection.
pub(super) fn ftp(ask: &Ask<'_>) -> Result<Talk, Unable> {
    let mut line = None;
    if ask.names_any(&["ftp.command", "ftp.command_data"]) {
        let shape = || Shape {
            allowed: shown(),
            filling: ByteSet::range(b'A', b'Z'),
            ..Shape::default()
        };
        let command = match ask.buffer("ftp.command") {
            Some(asked) => asked.solve(shape(), ask.seed, |_| true)?,
            None => b"STOR".to_vec(),
        };
        let data = match ask.buffer("ftp.command_data") {
            Some(asked) => asked.solve(line_shape(), ask.seed, |_| true)?,
            None => b"a".to_vec(),
        };
        line = Some([&command[..], b" ", &data].concat());
    }
    if let Some(asked) = ask.buffer(PAYLOAD) {
        let mut asked = asked.clone();
        asked.chain.sizes.extend(ask.numbers("dsize"));
        line = Some(asked.solve(Shape::default(), ask.seed, |_| true)?);
    }
    let mut line = line.ok_or_else(|| "no builder for this rule of FTP".to_owned())?;
    if ask.numbers("dsize").is_empty() && !line.ends_with(b"\n") {
        line.extend_from_slice(b"\r\n");
    }
    let mut says = vec![
        server("220 h.test\r\n"),
        client("USER a\r\n"),
        server("331 password\r\n"),
        client("PASS b\r\n"),
        server("230 in\r\n"),
    ];
    if ask.answers() {
        says.push(client("NOOP\r\n"));
        says.push(Say::Server(line));
    } else {
        says.push(Say::Client(line));
        says.push(server("200 OK\r\n"));
    }
    Ok(Talk::new(Carrier::Tcp, says, 21))
}

/// Greetings, and what the rule looks for in them or behind them.
pub(super) fn ssh(ask: &Ask<'_>) -> Result<Talk, Unable> {
    let shape = || Shape {
        allowed: shown().and(ByteSet::one(b'-').not()),
        ..Shape::default()
    };
    let protocol = match ask.buffer("ssh.proto") {
        Some(asked) => asked.usual_or_solved(&[b"2.0", b"1.99"], shape(), ask.seed, |_| true)?,
        None => b"2.0".to_vec(),
    };
    let software = match ask.buffer("ssh.software") {
        Some(asked) => asked.solve(shape(), ask.seed, |_| true)?,
        None => b"OpenSSH_9.2".to_vec(),
    };
    let mut greeting = [b"SSH-", &protocol[..], b"-", &software, b"\r\n"].concat();
    let usual = b"SSH-2.0-OpenSSH_9.2\r\n".to_vec();
    let mut more = None;
    if let Some(asked) = ask.buffer(PAYLOAD)
        && !asked.accepts(&greeting)
    {
        let text = asked.solve(Shape::default(), ask.seed, |_| true)?;
        if text.starts_with(b"SSH-") {
            greeting = if text.ends_with(b"\n") {
                text
            } else {
                [&text[..], b"\r\n"].concat()
            };
        } else {
            more = Some(text);
        }
    }
    let mut says = if ask.answers() {
        vec![Say::Client(usual), Say::Server(greeting)]
    } else {
        vec![Say::Client(greeting), Say::Server(usual)]
    };
    if let Some(more) = more {
        says.push(if ask.answers() {
            Say::Server(more)
        } else {
            Say::Client(more)
        });
    }
    Ok(Talk::new(Carrier::Tcp, says, 22))
}
