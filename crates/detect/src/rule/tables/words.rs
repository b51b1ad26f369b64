//! Keywords whose argument is words. To add one, add a line.

use super::buffers::{ANY, DNP3, ENIP, FTP, FTP_DATA, HTTP2, IKE, KRB5, MODBUS, MQTT, SSH, TLS};

/// A keyword with words.
#[derive(Debug)]
pub(crate) struct WordKeyword {
    /// Canonical name.
    pub name: &'static str,
    /// Words it takes; empty if any.
    pub words: &'static [&'static str],
    /// What stands between words; 0 if there is only one.
    pub separator: u8,
    /// Application protocols that have it; empty if any may.
    pub protocols: &'static [&'static str],
}

const fn words(
    name: &'static str,
    separator: u8,
    words: &'static [&'static str],
    protocols: &'static [&'static str],
) -> WordKeyword {
    WordKeyword {
        name,
        words,
        separator,
        protocols,
    }
}

const CHECKSUM: &[&str] = &["valid", "invalid"];

/// Every keyword with words.
pub(crate) static WORDS: &[WordKeyword] = &[
    words(
        "ipopts",
        0,
        &[
            "rr", "lsrr", "lsrre", "ssrr", "satid", "ts", "sec", "esec", "eol", "nop", "cipso",
            "rtralt", "any",
        ],
        ANY,
    ),
    words("ipv4-csum", 0, CHECKSUM, ANY),
    words("tcpv4-csum", 0, CHECKSUM, ANY),
    words("tcpv6-csum", 0, CHECKSUM, ANY),
    words("udpv4-csum", 0, CHECKSUM, ANY),
    words("udpv6-csum", 0, CHECKSUM, ANY),
    words("icmpv4-csum", 0, CHECKSUM, ANY),
    words("icmpv6-csum", 0, CHECKSUM, ANY),
    words("l3_proto", 0, &["ipv4", "ip4", "ipv6", "ip6"], ANY),
    words("nfq_set_mark", 0, &[], ANY),
    words(
        "flow.elephant",
        0,
        &["toserver", "toclient", "either", "both"],
        ANY,
    ),
    words("flowvar", b',', &[], ANY),
    words("pktvar", b',', &[], ANY),
    words("tls.version", 0, &["1.0", "1.1", "1.2", "1.3"], TLS),
    words(
        "ssl_version",
        b',',
        &["sslv2", "sslv3", "tls1.0", "tls1.1", "tls1.2", "tls1.3"],
        TLS,
    ),
    words(
        "ssl_state",
        b'|',
        &[
            "client_hello",
            "server_hello",
            "client_keyx",
            "server_keyx",
            "hello_request",
            "unknown",
        ],
        TLS,
    ),
    words("ssh.protoversion", 0, &[], SSH),
    words("ftp.mode", 0, &["active", "passive"], FTP),
    words(
        "ftp.reply_received",
        0,
        &["yes", "no", "true", "false", "on", "off", "1", "0"],
        FTP,
    ),
    words("ftpdata.command", 0, &["retr", "stor"], FTP_DATA),
    words(
        "mqtt.connack.session_present",
        0,
        &["yes", "no", "true", "false"],
        MQTT,
    ),
    words("krb5.ticket_encryption", b',', &[], KRB5),
    words("ike.chosen_sa_attribute", 0, &[], IKE),
    words("http2.settings", 0, &[], HTTP2),
    words("modbus", b',', &[], MODBUS),
    words("dnp3_obj", b',', &[], DNP3),
    words("cip_service", b',', &[], ENIP),
];

/// Keywords without argument.
pub(crate) static FLAGS: &[(&str, &[&str])] = &[
    ("noalert", ANY),
    ("alert", ANY),
    ("sameip", ANY),
    ("bypass", ANY),
    ("ftpbounce", FTP),
    ("tls.store", TLS),
    ("tls.cert_expired", TLS),
    ("tls.cert_valid", TLS),
];

/// Keywords of the language that this reader refuses, and why.
pub(crate) static REFUSED: &[(&str, &str)] = &[
    (
        "lua",
        "rules with Lua scripts are refused: a rule file must not run code",
    ),
    (
        "luajit",
        "rules with Lua scripts are refused: a rule file must not run code",
    ),
    (
        "luaxform",
        "rules with Lua scripts are refused: a rule file must not run code",
    ),
];

/// Transforms without argument.
pub(crate) static TRANSFORMS: &[&str] = &[
    "compress_whitespace",
    "domain",
    "dotprefix",
    "header_lowercase",
    "strip_pseudo_headers",
    "strip_whitespace",
    "tld",
    "to_lowercase",
    "to_md5",
    "to_sha1",
    "to_sha256",
    "to_uppercase",
    "url_decode",
];
