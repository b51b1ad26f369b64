//! Sticky buffers and the content modifiers they replace. To add a buffer, add a line.

/// A sticky buffer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Buffer {
    /// Canonical name.
    pub name: &'static str,
    /// A transaction may have many of them: selecting again starts a new entry.
    pub multiple: bool,
    /// Application protocols that have it; empty if any may.
    pub protocols: &'static [&'static str],
    /// Takes an argument after the colon (`frame:`).
    pub parameter: bool,
}

const fn one(name: &'static str, protocols: &'static [&'static str]) -> Buffer {
    Buffer {
        name,
        multiple: false,
        protocols,
        parameter: false,
    }
}

const fn many(name: &'static str, protocols: &'static [&'static str]) -> Buffer {
    Buffer {
        name,
        multiple: true,
        protocols,
        parameter: false,
    }
}

pub(crate) const ANY: &[&str] = &[];
pub(crate) const HTTP: &[&str] = &["http"];
pub(crate) const HTTP2: &[&str] = &["http2"];
pub(crate) const DNS: &[&str] = &["dns"];
pub(crate) const MDNS: &[&str] = &["mdns"];
pub(crate) const LLMNR: &[&str] = &["llmnr"];
pub(crate) const TLS: &[&str] = &["tls"];
pub(crate) const TLS_QUIC: &[&str] = &["tls", "quic"];
pub(crate) const SSH: &[&str] = &["ssh"];
pub(crate) const SMTP: &[&str] = &["smtp"];
pub(crate) const FTP: &[&str] = &["ftp"];
pub(crate) const FTP_DATA: &[&str] = &["ftp-data"];
pub(crate) const SMB: &[&str] = &["smb"];
pub(crate) const DCERPC: &[&str] = &["dcerpc", "smb"];
pub(crate) const KRB5: &[&str] = &["krb5"];
pub(crate) const SNMP: &[&str] = &["snmp"];
pub(crate) const IKE: &[&str] = &["ike"];
pub(crate) const MQTT: &[&str] = &["mqtt"];
pub(crate) const RFB: &[&str] = &["rfb"];
pub(crate) const SIP: &[&str] = &["sip"];
pub(crate) const SDP: &[&str] = &["sip"];
pub(crate) const QUIC: &[&str] = &["quic"];
pub(crate) const LDAP: &[&str] = &["ldap"];
pub(crate) const ENIP: &[&str] = &["enip"];
pub(crate) const DNP3: &[&str] = &["dnp3"];
pub(crate) const MODBUS: &[&str] = &["modbus"];
pub(crate) const DHCP: &[&str] = &["dhcp"];
pub(crate) const NFS: &[&str] = &["nfs"];
pub(crate) const PGSQL: &[&str] = &["pgsql"];
pub(crate) const NTP: &[&str] = &["ntp"];
pub(crate) const MYSQL: &[&str] = &["mysql"];
pub(crate) const WEBSOCKET: &[&str] = &["websocket"];

/// Every sticky buffer.
pub(crate) static BUFFERS: &[Buffer] = &[
    // any protocol
    many("file.data", ANY),
    many("file.name", ANY),
    many("file.magic", ANY),
    one("base64_data", ANY),
    Buffer {
        name: "frame",
        multiple: true,
        protocols: ANY,
        parameter: true,
    },
    // packet headers
    one("ip.src", ANY),
    one("ip.dst", ANY),
    one("ether.hdr", ANY),
    one("ipv4.hdr", ANY),
    one("ipv6.hdr", ANY),
    one("tcp.hdr", ANY),
    one("udp.hdr", ANY),
    one("icmpv4.hdr", ANY),
    one("icmpv6.hdr", ANY),
    one("igmp.hdr", ANY),
    // HTTP
    one("http.uri", HTTP),
    one("http.uri.raw", HTTP),
    one("http.method", HTTP),
    one("http.protocol", HTTP),
    one("http.request_line", HTTP),
    one("http.request_body", HTTP),
    one("http.header", HTTP),
    one("http.header.raw", HTTP),
    one("http.header_names", HTTP),
    one("http.start", HTTP),
    one("http.cookie", HTTP),
    one("http.user_agent", HTTP),
    one("http.host", HTTP),
    one("http.host.raw", HTTP),
    one("http.accept", HTTP),
    one("http.accept_lang", HTTP),
    one("http.accept_enc", HTTP),
    one("http.referer", HTTP),
    one("http.connection", HTTP),
    one("http.content_len", HTTP),
    one("http.content_type", HTTP),
    one("http.location", HTTP),
    one("http.server", HTTP),
    one("http.stat_code", HTTP),
    one("http.stat_msg", HTTP),
    one("http.response_line", HTTP),
    one("http.response_body", HTTP),
    many("http.request_header", HTTP),
    many("http.response_header", HTTP),
    many("http2.header_name", HTTP2),
    one("websocket.payload", WEBSOCKET),
    // DNS
    many("dns.query", DNS),
    many("dns.query.name", DNS),
    many("dns.answer.name", DNS),
    many("dns.queries.rrname", DNS),
    many("dns.answers.rrname", DNS),
    many("dns.authorities.rrname", DNS),
    many("dns.additionals.rrname", DNS),
    many("dns.response.rrname", DNS),
    many("mdns.queries.rrname", MDNS),
    many("mdns.answers.rrname", MDNS),
    many("mdns.authorities.rrname", MDNS),
    many("mdns.additionals.rrname", MDNS),
    many("mdns.response.rrname", MDNS),
    many("llmnr.queries.rrname", LLMNR),
    many("llmnr.answers.rrname", LLMNR),
    many("llmnr.authorities.rrname", LLMNR),
    many("llmnr.additionals.rrname", LLMNR),
    many("llmnr.response.rrname", LLMNR),
    // TLS, QUIC
    one("tls.sni", TLS),
    many("tls.certs", TLS),
    one("tls.cert_issuer", TLS),
    many("tls.cert_subject", TLS),
    one("tls.cert_serial", TLS),
    one("tls.cert_fingerprint", TLS),
    many("tls.subjectaltname", TLS),
    many("tls.alpn", TLS),
    one("tls.random", TLS),
    one("tls.random_time", TLS),
    one("tls.random_bytes", TLS),
    one("ja3.hash", TLS_QUIC),
    one("ja3.string", TLS_QUIC),
    one("ja3s.hash", TLS_QUIC),
    one("ja3s.string", TLS_QUIC),
    one("ja4.hash", TLS_QUIC),
    one("quic.version", QUIC),
    one("quic.sni", QUIC),
    one("quic.ua", QUIC),
    many("quic.cyu.hash", QUIC),
    many("quic.cyu.string", QUIC),
    // SSH
    one("ssh.proto", SSH),
    one("ssh.software", SSH),
    one("ssh.hassh", SSH),
    one("ssh.hassh.string", SSH),
    one("ssh.hassh.server", SSH),
    one("ssh.hassh.server.string", SSH),
    // mail
    one("smtp.helo", SMTP),
    one("smtp.mail_from", SMTP),
    many("smtp.rcpt_to", SMTP),
    one("email.from", SMTP),
    one("email.subject", SMTP),
    one("email.to", SMTP),
    one("email.cc", SMTP),
    one("email.date", SMTP),
    one("email.message_id", SMTP),
    one("email.x_mailer", SMTP),
    many("email.url", SMTP),
    many("email.received", SMTP),
    // files and Windows
    one("ftp.command", FTP),
    one("ftp.command_data", FTP),
    many("ftp.reply", FTP),
    many("ftp.completion_code", FTP),
    one("smb.named_pipe", SMB),
    one("smb.share", SMB),
    one("smb.ntlmssp_user", SMB),
    one("smb.ntlmssp_domain", SMB),
    one("dcerpc.stub_data", DCERPC),
    many("krb5.cname", KRB5),
    many("krb5.sname", KRB5),
    one("ldap.request.dn", LDAP),
    many("ldap.responses.dn", LDAP),
    many("ldap.responses.message", LDAP),
    many("ldap.request.attribute_type", LDAP),
    many("ldap.responses.attribute_type", LDAP),
    // voice
    one("sip.method", SIP),
    one("sip.uri", SIP),
    one("sip.request_line", SIP),
    one("sip.response_line", SIP),
    one("sip.protocol", SIP),
    one("sip.stat_code", SIP),
    one("sip.stat_msg", SIP),
    many("sip.from", SIP),
    many("sip.to", SIP),
    many("sip.via", SIP),
    many("sip.user_agent", SIP),
    many("sip.content_type", SIP),
    many("sip.content_length", SIP),
    one("sdp.session_name", SDP),
    one("sdp.session_info", SDP),
    one("sdp.origin", SDP),
    one("sdp.uri", SDP),
    one("sdp.email", SDP),
    one("sdp.phone_number", SDP),
    one("sdp.connection_data", SDP),
    many("sdp.bandwidth", SDP),
    one("sdp.time", SDP),
    one("sdp.repeat_time", SDP),
    one("sdp.timezone", SDP),
    one("sdp.encryption_key", SDP),
    many("sdp.attribute", SDP),
    many("sdp.media.media", SDP),
    many("sdp.media.media_info", SDP),
    many("sdp.media.connection_data", SDP),
    many("sdp.media.encryption_key", SDP),
    // others
    one("snmp.community", SNMP),
    one("snmp.usm", SNMP),
    one("ike.init_spi", IKE),
    one("ike.resp_spi", IKE),
    many("ike.vendor", IKE),
    one("ike.nonce_payload", IKE),
    one("ike.key_exchange_payload", IKE),
    one("mqtt.connect.clientid", MQTT),
    one("mqtt.connect.username", MQTT),
    one("mqtt.connect.password", MQTT),
    one("mqtt.connect.willtopic", MQTT),
    one("mqtt.connect.willmessage", MQTT),
    one("mqtt.connect.protocol_string", MQTT),
    one("mqtt.publish.topic", MQTT),
    one("mqtt.publish.message", MQTT),
    many("mqtt.subscribe.topic", MQTT),
    many("mqtt.unsubscribe.topic", MQTT),
    one("rfb.name", RFB),
    one("dnp3.data", DNP3),
    one("enip.product_name", ENIP),
    one("enip.service_name", ENIP),
    one("pgsql.query", PGSQL),
    one("mysql.command", MYSQL),
    one("ntp.reference_id", NTP),
];

/// Older modifiers of the content before them, and the buffer that they mean.
pub(crate) static MODIFIERS: &[(&str, &str)] = &[
    ("http_uri", "http.uri"),
    ("http_raw_uri", "http.uri.raw"),
    ("http_method", "http.method"),
    ("http_client_body", "http.request_body"),
    ("http_server_body", "http.response_body"),
    ("http_header", "http.header"),
    ("http_raw_header", "http.header.raw"),
    ("http_cookie", "http.cookie"),
    ("http_user_agent", "http.user_agent"),
    ("http_host", "http.host"),
    ("http_raw_host", "http.host.raw"),
    ("http_stat_code", "http.stat_code"),
    ("http_stat_msg", "http.stat_msg"),
];

/// Letters of `pcre` that choose a buffer.
pub(crate) static PCRE_BUFFERS: &[(u8, &str)] = &[
    (b'U', "http.uri"),
    (b'I', "http.uri.raw"),
    (b'P', "http.request_body"),
    (b'Q', "http.response_body"),
    (b'H', "http.header"),
    (b'D', "http.header.raw"),
    (b'M', "http.method"),
    (b'C', "http.cookie"),
    (b'S', "http.stat_code"),
    (b'Y', "http.stat_msg"),
    (b'V', "http.user_agent"),
    (b'W', "http.host"),
    (b'Z', "http.host.raw"),
];

/// Keywords with a quoted text that mean a content on a buffer.
pub(crate) static CONTENT_KEYWORDS: &[(&str, &str)] = &[
    ("uricontent", "http.uri"),
    ("tls.subject", "tls.cert_subject"),
    ("tls.issuerdn", "tls.cert_issuer"),
    ("tls.fingerprint", "tls.cert_fingerprint"),
    ("ssh.softwareversion", "ssh.software"),
];
