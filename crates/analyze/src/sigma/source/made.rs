//! Fields that our events do not have as they stand, made from what they have.

use super::rpc;
use super::values::Scene;
use event::{Endpoint, Event, Record, Timestamp, Value, address_text};

/// What can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    SourceIp,
    SourcePort,
    DestIp,
    DestPort,
    SourceIsV6,
    DestIsV6,
    SourceIsOurs,
    DestIsOurs,
    Transport,
    Application,
    Time,
    Flow,
    Kind,
    /// So many bits of the DNS header's flags, from this one on.
    DnsBits(u8, u16),
    DnsFlag(u8),
    DnsRejected,
    /// As the client asked, and with scheme and host before it.
    Url,
    UrlPath,
    /// What follows `?`, and the whole of path and query: rules mean either.
    UrlQuery,
    UrlExtension,
    ServerName,
    /// As the event has it, and as Zeek writes it.
    TlsVersion,
    Serial,
    FlowAction,
    FlowBlocked,
    FlowState,
    Share,
    FileAction,
    CallEndpoint,
    CallOperation,
    CallInterface,
    CallNumber,
    TicketType,
    TicketClient,
    TicketCipher,
    TicketGiven,
}

/// Tells what is made of an event.
pub(super) fn made(what: Made, scene: &Scene<'_>, tell: &mut dyn FnMut(&str)) {
    let event = scene.event;
    let ours = |end: Option<Endpoint>| end.map(|end| scene.home.contains(end.ip));
    match what {
        Made::SourceIp => address(event.source, tell),
        Made::DestIp => address(event.dest, tell),
        Made::SourcePort => port(event, event.source, tell),
        Made::DestPort => port(event, event.dest, tell),
        Made::SourceIsV6 => truth(event.source.map(|end| end.ip.is_ipv6()), tell),
        Made::DestIsV6 => truth(event.dest.map(|end| end.ip.is_ipv6()), tell),
        Made::SourceIsOurs => truth(ours(event.source), tell),
        Made::DestIsOurs => truth(ours(event.dest), tell),
        Made::Transport => option(event.transport.map(|transport| transport.name()), tell),
        Made::Application => option(event.app_proto, tell),
        Made::Time => tell(&Timestamp::eve(event.time)),
        Made::Flow => option(event.flow.map(|flow| flow.id.to_string()).as_deref(), tell),
        Made::Kind => tell(&event.kind),
        Made::DnsBits(from, mask) => {
            let bits = dns_flags(event).map(|flags| flags >> from & mask);
            option(bits.map(|bits| bits.to_string()).as_deref(), tell);
        }
        Made::DnsFlag(bit) => truth(dns_flags(event).map(|flags| flags >> bit & 1 == 1), tell),
        Made::DnsRejected => {
            let rcode = event.text("dns.rcode");
            truth(
                rcode.map(|rcode| matches!(rcode, "REFUSED" | "SERVFAIL" | "NOTIMP")),
                tell,
            );
        }
        Made::Url | Made::UrlPath | Made::UrlQuery | Made::UrlExtension => url(what, event, tell),
        Made::ServerName => {
            option(
                event.text("tls.sni").or_else(|| event.text("quic.sni")),
                tell,
            );
        }
        Made::TlsVersion => tls_version(event, tell),
        Made::Serial => {
            if let Some(serial) = event.text("tls.serial") {
                let digits: String = serial.chars().filter(char::is_ascii_hexdigit).collect();
                tell(&digits);
                tell(digits.trim_start_matches('0'));
            }
        }
        Made::FlowAction | Made::FlowBlocked | Made::FlowState => flow(what, event, tell),
        Made::Share => option(scene.share, tell),
        Made::FileAction => option(event.text("smb.command").map(file_action), tell),
        Made::CallEndpoint | Made::CallOperation | Made::CallInterface | Made::CallNumber => {
            call(what, event, tell);
        }
        Made::TicketType | Made::TicketClient | Made::TicketCipher | Made::TicketGiven => {
            ticket(what, event, tell);
        }
    }
}

fn option(text: Option<&str>, tell: &mut dyn FnMut(&str)) {
    if let Some(text) = text {
        tell(text);
    }
}

fn truth(truth: Option<bool>, tell: &mut dyn FnMut(&str)) {
    option(
        truth.map(|truth| if truth { "true" } else { "false" }),
        tell,
    );
}

fn address(end: Option<Endpoint>, tell: &mut dyn FnMut(&str)) {
    let Some(end) = end else { return };
    let long = address_text(end.ip);
    let short = end.ip.to_string();
    tell(&short);
    if long != short {
        tell(&long);
    }
}

fn port(event: &Event, end: Option<Endpoint>, tell: &mut dyn FnMut(&str)) {
    let has_ports = event
        .transport
        .is_some_and(|transport| transport.has_ports());
    option(
        end.filter(|_| has_ports)
            .map(|end| end.port.to_string())
            .as_deref(),
        tell,
    );
}

fn dns_flags(event: &Event) -> Option<u16> {
    u16::from_str_radix(event.text("dns.flags")?, 16).ok()
}

fn url(what: Made, event: &Event, tell: &mut dyn FnMut(&str)) {
    let Some(url) = event.text("http.url") else {
        return;
    };
    let (path, query) = match url.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (url, None),
    };
    match what {
        Made::UrlPath => tell(path),
        Made::UrlQuery => {
            tell(url);
            option(query, tell);
        }
        Made::UrlExtension => {
            let name = path.rsplit('/').next().unwrap_or_default();
            option(name.rsplit_once('.').map(|(_, extension)| extension), tell);
        }
        _ => {
            tell(url);
            if let Some(host) = event.text("http.hostname").filter(|_| url.starts_with('/')) {
                tell(&format!("http://{host}{url}"));
                tell(&format!("{host}{url}"));
            }
        }
    }
}

/// `TLS 1.2` is `TLSv12` with Zeek.
fn tls_version(event: &Event, tell: &mut dyn FnMut(&str)) {
    let Some(version) = event.text("tls.version") else {
        return;
    };
    tell(version);
    let digits: String = version.chars().filter(char::is_ascii_digit).collect();
    if let Some(family) = ["TLS", "SSL"]
        .iter()
        .find(|family| version.starts_with(**family))
    {
        tell(&format!("{family}v{digits}"));
    }
}

/// What a firewall would have said: who got an answer was let through. What stopped the others we do not know.
fn flow(what: Made, event: &Event, tell: &mut dyn FnMut(&str)) {
    let count = |path| event.number(path).unwrap_or(0);
    let is_answered = count("flow.pkts_toclient") > 0;
    let flags = |path| {
        event
            .text(path)
            .and_then(|text| u8::from_str_radix(text, 16).ok())
    };
    match what {
        Made::FlowAction if is_answered => {
            ["accept", "allow", "forward"].into_iter().for_each(tell)
        }
        Made::FlowBlocked if is_answered => tell("false"),
        Made::FlowState => {
            use crate::tcp_flags::{ACK, FIN, RST, SYN};
            let client = flags("tcp.tcp_flags_ts").unwrap_or(0);
            let server = flags("tcp.tcp_flags_tc").unwrap_or(0);
            // The names of Zeek's states, so far as a flow's end tells them.
            let state = match (is_answered, client, server) {
                (false, ..) => "S0",
                (true, _, server)
                    if server & RST != 0 && server & SYN == 0 && client & ACK == 0 =>
                {
                    "REJ"
                }
                (true, client, _) if client & RST != 0 => "RSTO",
                (true, _, server) if server & RST != 0 => "RSTR",
                (true, client, server) if client & server & FIN != 0 => "SF",
                (true, 0, 0) => "SF",
                _ => "S1",
            };
            tell(state);
        }
        _ => {}
    }
}

/// Zeek's names of what is done with files of a server.
fn file_action(command: &str) -> &'static str {
    if command.contains("RENAME") {
        "SMB::FILE_RENAME"
    } else if command.contains("DELETE") {
        "SMB::FILE_DELETE"
    } else {
        "SMB::FILE_OPEN"
    }
}

fn call(what: Made, event: &Event, tell: &mut dyn FnMut(&str)) {
    let whole = event.body.member(&event.kind).and_then(Value::as_record);
    let inner = |record: &'_ Record| record.member("dcerpc").and_then(Value::as_record).cloned();
    let by_pipe = whole.filter(|_| event.kind == "smb").and_then(inner);
    let Some(call) = by_pipe.as_ref().or(whole) else {
        return;
    };
    let number = call.number("opnum").or_else(|| call.number("req.opnum"));
    let number = number.and_then(|number| u16::try_from(number).ok());
    if what == Made::CallNumber {
        return option(number.map(|number| number.to_string()).as_deref(), tell);
    }
    let interfaces = call
        .member("interfaces")
        .map(Value::as_list)
        .unwrap_or_default();
    for interface in interfaces {
        let record = interface.as_record();
        // What the server refused is not what is called.
        if record
            .and_then(|record| record.number("ack_result"))
            .is_some_and(|result| result != 0)
        {
            continue;
        }
        let Some(uuid) = record.and_then(|record| record.text("uuid")) else {
            continue;
        };
        match what {
            Made::CallInterface => tell(uuid),
            Made::CallEndpoint => rpc::endpoints(uuid).for_each(&mut *tell),
            _ => option(number.and_then(|number| rpc::operation(uuid, number)), tell),
        }
    }
}

fn ticket(what: Made, event: &Event, tell: &mut dyn FnMut(&str)) {
    let kind = event.text("krb5.msg_type").unwrap_or_default();
    let failed = event.text("krb5.failed_request").unwrap_or_default();
    match what {
        Made::TicketType => {
            let either = [kind, failed];
            let word = ["AS", "TGS", "AP"].into_iter().find(|word| {
                let prefix = format!("KRB_{word}_");
                either.iter().any(|text| text.starts_with(&prefix))
            });
            option(word, tell);
        }
        Made::TicketClient => {
            let name = |path| event.text(path).filter(|text| *text != "<empty>");
            if let Some(client) = name("krb5.cname") {
                let realm = name("krb5.realm").unwrap_or_default();
                tell(&format!("{client}/{realm}"));
                tell(client);
            }
        }
        Made::TicketCipher => {
            let paths = ["krb5.ticket_encryption", "krb5.encryption"];
            let known = paths
                .iter()
                .find_map(|path| event.text(path).filter(|text| *text != "<none>"));
            option(known, tell);
        }
        _ if kind == "KRB_ERROR" => tell("false"),
        _ if kind.ends_with("_REP") => tell("true"),
        _ => {}
    }
}
