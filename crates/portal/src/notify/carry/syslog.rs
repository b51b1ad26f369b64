//! Log servers: a line of RFC 5424 whose message is CEF, over UDP (RFC 5426), TCP (octet counting, RFC 6587) or TLS (RFC 5425).

use super::{Outcome, Told};
use crate::context::Context;
use crate::fleet::Alarm;
use crate::notify::outbound::OutboundError;
use crate::notify::queries::endpoints::Known;
use event::Severity;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::net::UdpSocket;

const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// Facility 13, log audit.
const FACILITY: u8 = 13;

/// How a log server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Udp,
    Tcp,
    Tls,
}

/// `udp://host:514`, `tcp://host:514`, `tls://host:6514`; without port the usual one.
fn parse(address: &str) -> Option<(Way, String, u16)> {
    let (scheme, rest) = address.split_once("://")?;
    let (way, usual) = match scheme {
        "udp" => (Way::Udp, 514),
        "tcp" => (Way::Tcp, 514),
        "tls" => (Way::Tls, 6514),
        _ => return None,
    };
    let authority: hyper::http::uri::Authority = rest.trim_end_matches('/').parse().ok()?;
    let port = match authority.as_str().strip_prefix(authority.host())? {
        "" => usual,
        port => port.strip_prefix(':')?.parse().ok()?,
    };
    if authority.host().is_empty() {
        return None;
    }
    Some((way, authority.host().to_ascii_lowercase(), port))
}

/// Whether this can be the address of a log server.
pub fn is_address(address: &str) -> bool {
    parse(address).is_some()
}

/// Sends a line.
pub async fn send(context: &Context, to: &Known, told: &Told<'_>) -> Outcome {
    let Some((way, host, port)) = parse(&to.address) else {
        return Outcome::GiveUp("this is not the address of a log server".to_owned());
    };
    let line = line(told);
    let sent = tokio::time::timeout(WRITE_TIMEOUT, async {
        match way {
            Way::Udp => datagram(context, &host, port, &line).await,
            Way::Tcp => {
                let stream = context.outbound.connect(&host, port).await?;
                counted(stream, &host, &line).await
            }
            Way::Tls => {
                let stream = context.outbound.connect(&host, port).await?;
                counted(context.outbound.secure(stream, &host).await?, &host, &line).await
            }
        }
    });
    match sent.await {
        Ok(Ok(())) => Outcome::HandedOver,
        Ok(Err(error)) => Outcome::of_failure(&error),
        Err(_) => Outcome::later(format!("{host} did not answer in time")),
    }
}

async fn datagram(
    context: &Context,
    host: &str,
    port: u16,
    line: &str,
) -> Result<(), OutboundError> {
    let failed = |error: std::io::Error| OutboundError::Unreachable {
        host: host.to_owned(),
        reason: error.to_string(),
    };
    let addresses = context.outbound.look_up(host, port).await?;
    let Some(address) = addresses.first() else {
        return Err(OutboundError::Unknown(host.to_owned()));
    };
    let any = if address.is_ipv4() {
        SocketAddr::from(([0; 4], 0))
    } else {
        SocketAddr::from(([0; 16], 0))
    };
    let socket = UdpSocket::bind(any).await.map_err(failed)?;
    socket
        .send_to(line.as_bytes(), address)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn counted(
    mut stream: impl AsyncWrite + Unpin,
    host: &str,
    line: &str,
) -> Result<(), OutboundError> {
    let failed = |error: std::io::Error| OutboundError::Unreachable {
        host: host.to_owned(),
        reason: error.to_string(),
    };
    let frame = format!("{} {line}", line.len());
    stream.write_all(frame.as_bytes()).await.map_err(failed)?;
    stream.shutdown().await.map_err(failed)
}

/// The line, in UTF-8.
fn line(told: &Told<'_>) -> String {
    let severity = told
        .incident
        .as_ref()
        .map(|incident| incident.severity)
        .or_else(|| told.alarm.as_ref().map(|alarm| alarm.severity))
        .unwrap_or(Severity::Low);
    // RFC 5424, section 6.2.1: informational to alert.
    let level = match severity {
        Severity::Low => 6,
        Severity::Medium => 4,
        Severity::High => 3,
        Severity::Critical => 1,
    };
    let time = told.now.rfc3339();
    let mut line = format!(
        "<{}>1 {time} - hinomi - {} - {}",
        FACILITY * 8 + level,
        told.job.reason.key(),
        cef(told, severity)
    );
    line.retain(|one| one != '\n' && one != '\r');
    line
}

fn cef(told: &Told<'_>, severity: Severity) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let number = match severity {
        Severity::Low => 3,
        Severity::Medium => 5,
        Severity::High => 8,
        Severity::Critical => 10,
    };
    if let Some(alarm) = &told.alarm {
        return cef_of_alarm(told, alarm, number);
    }
    let Some(incident) = &told.incident else {
        return format!(
            "CEF:0|Hinomi|Hinomi|{version}|test|Test message|0|externalId={}",
            told.job.id
        );
    };
    let class = serde_json::to_value(incident.class)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned));
    let mut text = format!(
        "CEF:0|Hinomi|Hinomi|{version}|{}|{}|{number}|",
        head(class.as_deref().unwrap_or("incident")),
        head(&incident.title.en)
    );
    let host = incident.host.name.as_deref().unwrap_or_default();
    for (name, value) in [
        ("externalId", told.job.id.to_string().as_str()),
        ("start", &(incident.first_seen.micros() / 1000).to_string()),
        ("end", &(incident.last_seen.micros() / 1000).to_string()),
        ("src", &incident.host.ip.to_string()),
        ("shost", host),
        ("dvchost", &incident.sensor.name),
        ("cs1Label", "tenant"),
        ("cs1", &told.tenant),
        ("cs2Label", "url"),
        ("cs2", &told.link()),
        ("msg", &incident.title.ja),
    ] {
        if !value.is_empty() {
            let _ = write!(text, "{name}={} ", extension(value));
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn cef_of_alarm(told: &Told<'_>, alarm: &Alarm, number: u8) -> String {
    format!(
        "CEF:0|Hinomi|Hinomi|{}|{}.{}|{}|{number}|externalId={} dvchost={} cs1Label=tenant cs1={} cs2Label=url cs2={} msg={}",
        env!("CARGO_PKG_VERSION"),
        told.job.reason.key(),
        alarm.kind.key(),
        head(&alarm.title.en),
        told.job.id,
        extension(&alarm.sensor_name),
        extension(&told.tenant),
        extension(&told.link()),
        extension(&alarm.title.ja),
    )
}

/// In the head `|` and `\` are escaped, in values `=` and `\`; lines do not break.
fn head(text: &str) -> String {
    plain(text).replace('\\', "\\\\").replace('|', "\\|")
}

fn extension(text: &str) -> String {
    plain(text).replace('\\', "\\\\").replace('=', "\\=")
}

fn plain(text: &str) -> String {
    text.chars()
        .map(|one| if one.is_control() { ' ' } else { one })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Way, extension, head, parse};

    #[test]
    fn addresses_of_log_servers_are_read() {
        let place = |way, host: &str, port| Some((way, host.to_owned(), port));
        assert_eq!(
            parse("udp://log.example.jp"),
            place(Way::Udp, "log.example.jp", 514)
        );
        assert_eq!(parse("tcp://LOG:1514"), place(Way::Tcp, "log", 1514));
        assert_eq!(
            parse("tls://[2001:db8::1]/"),
            place(Way::Tls, "[2001:db8::1]", 6514)
        );
        for wrong in [
            "log.example.jp",
            "http://x",
            "udp://",
            "udp://a@b",
            "udp://a b",
            "tcp://x:99999",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nobody_adds_fields_or_lines() {
        assert_eq!(head("a|b\\c\nd"), "a\\|b\\\\c d");
        assert_eq!(extension("x=1\r\ny"), "x\\=1  y");
    }
}
