//! The tables themselves. `docs/sigma.md` shows them; a test holds it against this file.

use super::Get::{Constant, Made as M, Path};
use super::made::Made;
use super::{Meaning, Only, Row, Source, View};
use crate::sigma::rule::LogSource;

/// What every event has.
pub(super) const COMMON: &[Row] = &[
    (
        &[
            "src_ip",
            "SourceIp",
            "id.orig_h",
            "c-ip",
            "source.ip",
            "client_ip",
            "srcip",
        ],
        M(Made::SourceIp),
    ),
    (
        &[
            "src_port",
            "SourcePort",
            "id.orig_p",
            "c-port",
            "source.port",
        ],
        M(Made::SourcePort),
    ),
    (
        &[
            "dst_ip",
            "dest_ip",
            "DestinationIp",
            "id.resp_h",
            "r-ip",
            "s-ip",
            "destination.ip",
            "dstip",
        ],
        M(Made::DestIp),
    ),
    (
        &[
            "dst_port",
            "dest_port",
            "DestinationPort",
            "id.resp_p",
            "r-port",
            "s-port",
            "destination.port",
        ],
        M(Made::DestPort),
    ),
    (
        &["proto", "Protocol", "network.transport", "transport"],
        M(Made::Transport),
    ),
    (&["app_proto", "application", "app"], M(Made::Application)),
    (&["SourceIsIpv6"], M(Made::SourceIsV6)),
    (&["DestinationIsIpv6"], M(Made::DestIsV6)),
    (
        &["timestamp", "ts", "@timestamp", "UtcTime", "date"],
        M(Made::Time),
    ),
    (&["uid", "flow_id"], M(Made::Flow)),
    (&["event_type"], M(Made::Kind)),
    (&["local_orig"], M(Made::SourceIsOurs)),
    (&["local_resp"], M(Made::DestIsOurs)),
];

const DNS_QUESTION: &[Row] = &[
    (
        &[
            "query",
            "QueryName",
            "dns.question.name",
            "query_name",
            "qname",
        ],
        Path("dns.queries.rrname"),
    ),
    (
        &[
            "record_type",
            "qtype_name",
            "QueryType",
            "dns.question.type",
        ],
        Path("dns.queries.rrtype"),
    ),
    (&["trans_id"], Path("dns.id")),
    (&["opcode"], Path("dns.opcode")),
    (&["Z"], M(Made::DnsBits(4, 7))),
    (&["RD"], M(Made::DnsFlag(8))),
];

const DNS_ANSWER: &[Row] = &[
    (
        &["answer", "answers", "QueryResults", "dns.answers.data"],
        Path("dns.answers.rdata"),
    ),
    (
        &["rcode_name", "rcode", "response_code", "dns.response_code"],
        Path("dns.rcode"),
    ),
    (&["TTLs", "ttl"], Path("dns.answers.ttl")),
    (&["rejected"], M(Made::DnsRejected)),
    (&["AA"], M(Made::DnsFlag(10))),
    (&["TC"], M(Made::DnsFlag(9))),
    (&["RA"], M(Made::DnsFlag(7))),
];

const HTTP: &[Row] = &[
    (
        &["cs-method", "method", "http.request.method"],
        Path("http.http_method"),
    ),
    (
        &["cs-host", "host", "r-dns", "cs-uri-host", "url.domain"],
        Path("http.hostname"),
    ),
    (
        &["c-uri", "cs-uri", "uri", "url", "url.original"],
        M(Made::Url),
    ),
    (&["cs-uri-stem", "c-uri-stem", "url.path"], M(Made::UrlPath)),
    (
        &["cs-uri-query", "c-uri-query", "url.query"],
        M(Made::UrlQuery),
    ),
    (
        &["c-uri-extension", "cs-uri-extension"],
        M(Made::UrlExtension),
    ),
    (
        &[
            "c-useragent",
            "cs-useragent",
            "cs-user-agent",
            "user_agent",
            "user_agent.original",
        ],
        Path("http.http_user_agent"),
    ),
    (
        &["cs-referer", "cs-referrer", "c-referer", "referrer"],
        Path("http.http_refer"),
    ),
    (
        &["sc-status", "status_code", "http.response.status_code"],
        Path("http.status"),
    ),
    (
        &["cs-content-type", "sc-content-type", "resp_mime_types"],
        Path("http.http_content_type"),
    ),
    (&["sc-bytes", "response_body_len"], Path("http.length")),
    (&["cs-version", "version"], Path("http.protocol")),
    (
        &["x-forwarded-for", "cs-x-forwarded-for", "proxied"],
        Path("http.xff"),
    ),
    (
        &["DestinationHostname", "destination.domain"],
        Path("http.hostname"),
    ),
];

/// What a proxy knows of a connection that it only passes on.
const PASSED_ON: &[Row] = &[(
    &[
        "cs-host",
        "r-dns",
        "cs-uri-host",
        "DestinationHostname",
        "destination.domain",
        "server_name",
    ],
    M(Made::ServerName),
)];

const TLS: &[Row] = &[
    (&["server_name", "sni"], Path("tls.sni")),
    (&["version"], M(Made::TlsVersion)),
    (&["subject", "certificate.subject"], Path("tls.subject")),
    (&["issuer", "certificate.issuer"], Path("tls.issuerdn")),
    (&["certificate.serial"], M(Made::Serial)),
    (&["certificate.not_valid_before"], Path("tls.notbefore")),
    (&["certificate.not_valid_after"], Path("tls.notafter")),
    (&["san.dns"], Path("tls.subjectaltname")),
    (
        &["fingerprint", "cert_chain_fps"],
        Path("tls.certificate_sha256"),
    ),
    (&["client_subject"], Path("tls.client.subject")),
    (&["client_issuer"], Path("tls.client.issuerdn")),
    (&["ja3"], Path("tls.ja3.hash")),
    (&["ja3s"], Path("tls.ja3s.hash")),
    (&["ja4"], Path("tls.ja4")),
    (&["next_protocol"], Path("tls.server_alpns")),
    (&["resumed"], Path("tls.session_resumed")),
];

const FLOW: &[Row] = &[
    (&["action"], M(Made::FlowAction)),
    (&["blocked"], M(Made::FlowBlocked)),
    (&["service"], M(Made::Application)),
    (&["conn_state"], M(Made::FlowState)),
    (&["duration"], Path("flow.age")),
    (
        &["orig_bytes", "orig_ip_bytes", "bytes_out", "sent_bytes"],
        Path("flow.bytes_toserver"),
    ),
    (
        &["resp_bytes", "resp_ip_bytes", "bytes_in", "rcvd_bytes"],
        Path("flow.bytes_toclient"),
    ),
    (&["orig_pkts"], Path("flow.pkts_toserver")),
    (&["resp_pkts"], Path("flow.pkts_toclient")),
    (&["Initiated"], Constant("true")),
];

const INITIATED: &[Row] = &[(&["Initiated"], Constant("true"))];

const SMB_FILE: &[Row] = &[
    (&["name"], Path("smb.filename")),
    (&["path"], M(Made::Share)),
    (&["action"], M(Made::FileAction)),
    (&["size"], Path("smb.size")),
    (&["times.created"], Path("smb.created")),
    (&["times.modified"], Path("smb.modified")),
    (&["status"], Path("smb.status")),
];

const SMB_SHARE: &[Row] = &[
    (&["path"], M(Made::Share)),
    (&["share_type"], Path("smb.share_type")),
    (&["service"], Path("smb.service.response")),
    (&["status"], Path("smb.status")),
];

const NTLM: &[Row] = &[
    (&["username"], Path("smb.ntlmssp.user")),
    (&["domainname"], Path("smb.ntlmssp.domain")),
    (&["hostname"], Path("smb.ntlmssp.host")),
    (&["status"], Path("smb.status")),
];

const REMOTE_CALL: &[Row] = &[
    (&["endpoint"], M(Made::CallEndpoint)),
    (&["operation"], M(Made::CallOperation)),
    (&["InterfaceUuid", "interface"], M(Made::CallInterface)),
    (&["OpNum", "opnum"], M(Made::CallNumber)),
];

/// The RPC Firewall logs calls from the network, which we see as well.
const RPC_FIREWALL: &[Row] = &[
    (&["EventLog"], Constant("RPCFW")),
    (&["EventID"], Constant("3")),
];

const KERBEROS: &[Row] = &[
    (&["request_type"], M(Made::TicketType)),
    (&["client"], M(Made::TicketClient)),
    (&["service"], Path("krb5.sname")),
    (&["cipher"], M(Made::TicketCipher)),
    (&["success"], M(Made::TicketGiven)),
    (&["error_msg"], Path("krb5.error_code")),
];

const RDP: &[Row] = &[
    (&["cookie"], Path("rdp.cookie")),
    (&["security_protocol"], Path("rdp.protocol")),
    (&["client_build"], Path("rdp.client.build")),
    (&["client_name"], Path("rdp.client.client_name")),
    (&["keyboard_layout"], Path("rdp.client.keyboard_layout")),
    (&["client_channels"], Path("rdp.channels")),
];

const SSH: &[Row] = &[
    (&["client"], Path("ssh.client.software_version")),
    (&["server"], Path("ssh.server.software_version")),
    (&["version"], Path("ssh.client.proto_version")),
    (&["hassh"], Path("ssh.client.hassh.hash")),
    (&["hasshServer"], Path("ssh.server.hassh.hash")),
];

const FTP: &[Row] = &[
    (&["command"], Path("ftp.command")),
    (&["arg"], Path("ftp.command_data")),
    (&["reply_code"], Path("ftp.completion_code")),
    (&["reply_msg"], Path("ftp.reply")),
];

const SMTP: &[Row] = &[
    (&["helo"], Path("smtp.helo")),
    (&["mailfrom"], Path("smtp.mail_from")),
    (&["rcptto"], Path("smtp.rcpt_to")),
    (&["from"], Path("email.from")),
    (&["to"], Path("email.to")),
    (&["subject"], Path("email.subject")),
    (&["urls"], Path("email.url")),
];

const FILE: &[Row] = &[
    (&["filename", "name"], Path("fileinfo.filename")),
    (&["mime_type"], Path("fileinfo.mime_type")),
    (&["magic"], Path("fileinfo.magic")),
    (&["md5"], Path("fileinfo.md5")),
    (&["sha1"], Path("fileinfo.sha1")),
    (&["sha256"], Path("fileinfo.sha256")),
    (
        &["total_bytes", "seen_bytes", "size"],
        Path("fileinfo.size"),
    ),
    (&["source"], M(Made::Application)),
];

const DHCP: &[Row] = &[
    (&["host_name"], Path("dhcp.hostname")),
    (&["mac"], Path("dhcp.client_mac")),
    (&["assigned_addr"], Path("dhcp.assigned_ip")),
    (&["msg_types"], Path("dhcp.dhcp_type")),
];

const LDAP: &[Row] = &[
    (
        &["filter"],
        Path("ldap.request.search_request.filter.value"),
    ),
    (
        &["base_object"],
        Path("ldap.request.search_request.base_object"),
    ),
    (
        &["attributes"],
        Path("ldap.request.search_request.attributes"),
    ),
    (&["scope"], Path("ldap.request.search_request.scope")),
    (&["opcode"], Path("ldap.request.operation")),
];

const WEIRD: &[Row] = &[
    (&["name"], Path("anomaly.event")),
    (&["source"], Path("anomaly.app_proto")),
];

const fn view(kind: &'static str, only: Only, tables: &'static [&'static [Row]]) -> View {
    View {
        kind,
        only,
        tables,
        takes_paths: false,
    }
}

static DNS_REQUEST: View = view(
    "dns",
    Only::Text("dns.type", "request"),
    &[DNS_QUESTION, INITIATED, COMMON],
);
static DNS_RESPONSE: View = view(
    "dns",
    Only::Text("dns.type", "response"),
    &[DNS_QUESTION, DNS_ANSWER, COMMON],
);
static HTTP_OUT: View = view("http", Only::OurClients, &[HTTP, COMMON]);
static HTTP_IN: View = view("http", Only::OurServers, &[HTTP, COMMON]);
static HTTP_ALL: View = view("http", Only::Every, &[HTTP, INITIATED, COMMON]);
static TLS_PASSED: View = view("tls", Only::OurClients, &[PASSED_ON, INITIATED, COMMON]);
static QUIC_PASSED: View = view("quic", Only::OurClients, &[PASSED_ON, INITIATED, COMMON]);
static TLS_ALL: View = view("tls", Only::Every, &[TLS, COMMON]);
static CERTIFICATE: View = view("tls", Only::Has("tls.subject"), &[TLS, COMMON]);
static FLOW_ALL: View = view("flow", Only::Every, &[FLOW, COMMON]);
static FILE_OPENED: View = view("smb", Only::FileOpened, &[SMB_FILE, COMMON]);
static SHARE_OPENED: View = view("smb", Only::ShareOpened, &[SMB_SHARE, COMMON]);
static NTLM_LOGIN: View = view("smb", Only::Has("smb.ntlmssp"), &[NTLM, COMMON]);
static CALL: View = view(
    "dcerpc",
    Only::RemoteCall,
    &[REMOTE_CALL, RPC_FIREWALL, COMMON],
);
static CALL_BY_PIPE: View = view(
    "smb",
    Only::RemoteCall,
    &[REMOTE_CALL, RPC_FIREWALL, COMMON],
);
static TICKET: View = view("krb5", Only::Every, &[KERBEROS, COMMON]);
static RDP_BEGIN: View = view(
    "rdp",
    Only::Text("rdp.event_type", "initial_request"),
    &[COMMON, RDP_COOKIE],
);
static RDP_ALL: View = view("rdp", Only::Every, &[RDP, COMMON]);
static SSH_ALL: View = view("ssh", Only::Every, &[SSH, COMMON]);
static FTP_ALL: View = view("ftp", Only::Every, &[FTP, COMMON]);
static SMTP_ALL: View = view("smtp", Only::Every, &[SMTP, COMMON]);
static FILE_ALL: View = view("fileinfo", Only::Every, &[FILE, HTTP, COMMON]);
static DHCP_ALL: View = view("dhcp", Only::Every, &[DHCP, COMMON]);
static LDAP_ALL: View = view("ldap", Only::Every, &[LDAP, COMMON]);
static WEIRD_ALL: View = view("anomaly", Only::Every, &[WEIRD, COMMON]);

const RDP_COOKIE: &[Row] = &[(&["cookie"], Path("rdp.cookie"))];

const fn source(name: &'static str, groups: &'static [&'static [&'static View]]) -> Source {
    Source {
        name,
        groups,
        needs_all_fields: false,
    }
}

const DNS_GROUPS: &[&[&View]] = &[&[&DNS_REQUEST], &[&DNS_RESPONSE]];
static DNS: Source = source("dns", DNS_GROUPS);
static DNS_OF_HOST: Source = Source {
    name: "dns_query",
    groups: DNS_GROUPS,
    needs_all_fields: true,
};
static PROXY: Source = source(
    "proxy",
    &[&[&HTTP_OUT, &TLS_PASSED, &QUIC_PASSED], &[&HTTP_OUT]],
);
static WEBSERVER: Source = source("webserver", &[&[&HTTP_IN]]);
static FIREWALL: Source = source("firewall", &[&[&FLOW_ALL]]);
static CONNECTION_OF_HOST: Source = Source {
    name: "network_connection",
    groups: &[&[&FLOW_ALL], &[&HTTP_ALL, &TLS_PASSED, &QUIC_PASSED]],
    needs_all_fields: true,
};
static RPC_FIREWALL_LOG: Source = source("rpc_firewall", &[&[&CALL, &CALL_BY_PIPE]]);
static ZEEK: &[Source] = &[
    source("zeek conn", &[&[&FLOW_ALL]]),
    source("zeek dns", DNS_GROUPS),
    source("zeek http", &[&[&HTTP_ALL]]),
    source("zeek ssl", &[&[&TLS_ALL]]),
    source("zeek x509", &[&[&CERTIFICATE]]),
    source("zeek smb_files", &[&[&FILE_OPENED]]),
    source("zeek smb_mapping", &[&[&SHARE_OPENED]]),
    source("zeek ntlm", &[&[&NTLM_LOGIN]]),
    source("zeek dce_rpc", &[&[&CALL, &CALL_BY_PIPE]]),
    source("zeek kerberos", &[&[&TICKET]]),
    source("zeek rdp", &[&[&RDP_BEGIN], &[&RDP_ALL]]),
    source("zeek ssh", &[&[&SSH_ALL]]),
    source("zeek ftp", &[&[&FTP_ALL]]),
    source("zeek smtp", &[&[&SMTP_ALL]]),
    source("zeek files", &[&[&FILE_ALL]]),
    source("zeek dhcp", &[&[&DHCP_ALL]]),
    source("zeek ldap", &[&[&LDAP_ALL]]),
    source("zeek ldap_search", &[&[&LDAP_ALL]]),
    source("zeek weird", &[&[&WEIRD_ALL]]),
];

macro_rules! own {
    ($($kind:literal),* $(,)?) => {
        /// Our events by their own names: each path of the event is a field.
        static OWN: &[Source] = &[$(Source {
            name: concat!("hinomi ", $kind),
            groups: &[&[&View { kind: $kind, only: Only::Every, tables: &[COMMON], takes_paths: true }]],
            needs_all_fields: false,
        }),*];
    };
}

own!(
    "alert",
    "anomaly",
    "arp",
    "bittorrent_dht",
    "dcerpc",
    "dhcp",
    "dnp3",
    "dns",
    "enip",
    "fileinfo",
    "flow",
    "ftp",
    "ftp_data",
    "http",
    "http2",
    "ike",
    "imap",
    "krb5",
    "ldap",
    "llmnr",
    "mdns",
    "modbus",
    "mqtt",
    "mysql",
    "nbns",
    "nfs",
    "ntp",
    "pgsql",
    "pop3",
    "quic",
    "rdp",
    "rfb",
    "sip",
    "smb",
    "smtp",
    "snmp",
    "socks",
    "ssh",
    "telnet",
    "tftp",
    "tls",
    "websocket",
);

/// Every source but our own events, for the documentation.
#[cfg(test)]
pub(super) fn documented() -> Vec<&'static Source> {
    let alone = [
        &DNS,
        &PROXY,
        &WEBSERVER,
        &FIREWALL,
        &DNS_OF_HOST,
        &CONNECTION_OF_HOST,
        &RPC_FIREWALL_LOG,
    ];
    alone.into_iter().chain(ZEEK).collect()
}

/// What a rule's log source means here.
pub(crate) fn source_of(source: &LogSource) -> Meaning {
    let category = source.category.as_deref().unwrap_or_default();
    let product = source.product.as_deref().unwrap_or_default();
    let service = source.service.as_deref().unwrap_or_default();
    let named = |sources: &'static [Source], name: &str| {
        let found = sources.iter().find(|source| {
            let (_, known) = source.name.split_once(' ').unwrap_or_default();
            known == name
        });
        found.map_or(Meaning::OtherLog, Meaning::Seen)
    };
    match (category, product, service) {
        (_, "hinomi" | "suricata", service) if !service.is_empty() => named(OWN, service),
        (_, "zeek", service) if !service.is_empty() => named(ZEEK, service),
        (category, "zeek", "") => match category {
            "firewall" | "network_connection" => named(ZEEK, "conn"),
            "proxy" => named(ZEEK, "http"),
            other => named(ZEEK, other),
        },
        ("dns", _, _) => Meaning::Seen(&DNS),
        ("proxy", _, _) => Meaning::Seen(&PROXY),
        ("webserver", _, _) => Meaning::Seen(&WEBSERVER),
        ("firewall", _, _) => Meaning::Seen(&FIREWALL),
        ("dns_query", _, _) => Meaning::Seen(&DNS_OF_HOST),
        ("network_connection", _, _) => Meaning::Seen(&CONNECTION_OF_HOST),
        (_, "rpc_firewall", _) => Meaning::Seen(&RPC_FIREWALL_LOG),
        _ => Meaning::OtherLog,
    }
}
