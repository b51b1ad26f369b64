//! The tables as `docs/sigma.md` shows them.

use super::made::Made;
use super::tables::{COMMON, documented};
use super::{Get, Only, Row, View};
use std::fmt::Write as _;

/// All tables in Markdown.
pub(crate) fn tables_in_words() -> String {
    let mut text = String::from("### Every source\n\n| fields | from |\n| --- | --- |\n");
    rows(COMMON, &mut text);
    for source in documented() {
        let _ = write!(
            text,
            "\n### {}\n\n| events | fields | from |\n| --- | --- | --- |\n",
            source.name
        );
        let mut shown: Vec<*const View> = Vec::new();
        for view in source.groups.iter().flat_map(|group| group.iter()) {
            if shown.iter().any(|known| std::ptr::eq(*known, *view)) {
                continue;
            }
            shown.push(*view);
            let own = view
                .tables
                .iter()
                .filter(|table| table.first() != COMMON.first());
            for (names, get) in own.flat_map(|table| table.iter()) {
                let _ = writeln!(
                    text,
                    "| {} | {} | {} |",
                    events(view),
                    named(names),
                    from(*get)
                );
            }
        }
    }
    text
}

fn rows(table: &[Row], text: &mut String) {
    for (names, get) in table {
        let _ = writeln!(text, "| {} | {} |", named(names), from(*get));
    }
}

fn named(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" ")
}

fn events(view: &View) -> String {
    let which = match view.only {
        Only::Every => "",
        Only::Text(_, text) => return format!("`{}` ({text})", view.kind),
        Only::Has(path) => return format!("`{}` with `{path}`", view.kind),
        Only::OurClients => ", not from outside to our servers",
        Only::OurServers => ", not from us to outside",
        Only::FileOpened => ", a file opened, renamed or deleted",
        Only::ShareOpened => ", a share opened",
        Only::RemoteCall => ", a remote call",
    };
    format!("`{}`{which}", view.kind)
}

fn from(get: Get) -> String {
    match get {
        Get::Path(path) => format!("`{path}`"),
        Get::Constant(text) => format!("always `{text}`"),
        Get::Made(made) => words(made).to_owned(),
    }
}

fn words(made: Made) -> &'static str {
    match made {
        Made::SourceIp => "`src_ip`",
        Made::SourcePort => "`src_port`",
        Made::DestIp => "`dest_ip`",
        Made::DestPort => "`dest_port`",
        Made::SourceIsV6 => "whether `src_ip` is IPv6",
        Made::DestIsV6 => "whether `dest_ip` is IPv6",
        Made::SourceIsOurs => "whether `src_ip` is of the home network",
        Made::DestIsOurs => "whether `dest_ip` is of the home network",
        Made::Transport => "`proto`",
        Made::Application => "`app_proto`",
        Made::Time => "`timestamp`",
        Made::Flow => "`flow_id`",
        Made::Kind => "`event_type`",
        Made::DnsBits(..) => "three bits of `dns.flags` before the response code",
        Made::DnsFlag(_) => "a bit of `dns.flags`",
        Made::DnsRejected => "whether `dns.rcode` is REFUSED, SERVFAIL or NOTIMP",
        Made::Url => "`http.url`, also with `http.hostname` and scheme before it",
        Made::UrlPath => "`http.url` before `?`",
        Made::UrlQuery => "`http.url` after `?`, and the whole of it",
        Made::UrlExtension => "the extension in `http.url`",
        Made::ServerName => "`tls.sni` or `quic.sni`",
        Made::TlsVersion => "`tls.version`, also as Zeek writes it (`TLSv12`)",
        Made::Serial => "`tls.serial` without colons, also without zeros before it",
        Made::FlowAction => "`accept`, `allow`, `forward` if there was an answer",
        Made::FlowBlocked => "`false` if there was an answer",
        Made::FlowState => "`S0`, `S1`, `SF`, `REJ`, `RSTO`, `RSTR` by flags and answers",
        Made::Share => "`smb.share` or `smb.named_pipe` of the tree",
        Made::FileAction => {
            "`SMB::FILE_OPEN`, `SMB::FILE_RENAME`, `SMB::FILE_DELETE` by `smb.command`"
        }
        Made::CallEndpoint => "the name of the interface (`svcctl`, `drsuapi` ...)",
        Made::CallOperation => "the name of the operation (`CreateServiceW` ...)",
        Made::CallInterface => "`dcerpc.interfaces.uuid`",
        Made::CallNumber => "`dcerpc.opnum` or `dcerpc.req.opnum`",
        Made::TicketType => "`AS`, `TGS`, `AP` by `krb5.msg_type`",
        Made::TicketClient => "`krb5.cname`, also with `/` and `krb5.realm`",
        Made::TicketCipher => "`krb5.ticket_encryption`, else `krb5.encryption`",
        Made::TicketGiven => "whether `krb5.msg_type` is an answer that is no error",
    }
}
