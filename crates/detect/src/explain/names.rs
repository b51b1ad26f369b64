//! Buffers by the names that people use.

use crate::rule::ast::{FlowDirection, PAYLOAD, Rule};
use event::Text;

/// Canonical name, Japanese, English. What is not here is called by its keyword.
static BUFFERS: &[(&str, &str, &str)] = &[
    (PAYLOAD, "ペイロード", "the payload"),
    (
        "dns.query",
        "DNSで問い合わせた名前",
        "the name asked for in DNS",
    ),
    (
        "dns.queries.rrname",
        "DNSで問い合わせた名前",
        "the name asked for in DNS",
    ),
    ("file.data", "ファイルの内容", "the file's content"),
    ("file.name", "ファイル名", "the file's name"),
    ("file.magic", "ファイルの種類", "the file's type"),
    (
        "http.accept",
        "HTTPのAcceptヘッダー",
        "the HTTP header Accept",
    ),
    ("http.cookie", "HTTPのCookie", "the HTTP cookie"),
    (
        "http.content_type",
        "HTTPのContent-Typeヘッダー",
        "the HTTP header Content-Type",
    ),
    ("http.header", "HTTPヘッダー", "the HTTP headers"),
    (
        "http.header_names",
        "HTTPヘッダーの名前の並び",
        "the list of HTTP header names",
    ),
    ("http.host", "HTTPのホスト名", "the HTTP host"),
    ("http.method", "HTTPのメソッド", "the HTTP method"),
    (
        "http.referer",
        "HTTPのRefererヘッダー",
        "the HTTP header Referer",
    ),
    (
        "http.request_body",
        "HTTP要求の本文",
        "the body of the HTTP request",
    ),
    (
        "http.request_line",
        "HTTP要求の一行目",
        "the first line of the HTTP request",
    ),
    (
        "http.response_body",
        "HTTP応答の本文",
        "the body of the HTTP response",
    ),
    (
        "http.server",
        "HTTPのServerヘッダー",
        "the HTTP header Server",
    ),
    ("http.stat_code", "HTTP応答の番号", "the HTTP status code"),
    ("http.stat_msg", "HTTP応答の語句", "the HTTP status text"),
    (
        "http.uri",
        "HTTPのURI(正規化後)",
        "the HTTP URI, normalised",
    ),
    (
        "http.uri.raw",
        "HTTPのURI(受信したまま)",
        "the HTTP URI as sent",
    ),
    ("http.user_agent", "HTTPのUser-Agent", "the HTTP user agent"),
    (
        "ja3.hash",
        "TLSクライアントの指紋(JA3)",
        "the TLS client's fingerprint (JA3)",
    ),
    (
        "ja3s.hash",
        "TLSサーバーの指紋(JA3S)",
        "the TLS server's fingerprint (JA3S)",
    ),
    (
        "smb.named_pipe",
        "SMBの名前付きパイプ",
        "the SMB named pipe",
    ),
    ("smb.share", "SMBの共有名", "the SMB share"),
    ("ssh.software", "SSHのソフトウェア名", "the SSH software"),
    (
        "tls.cert_fingerprint",
        "TLS証明書の指紋",
        "the fingerprint of the TLS certificate",
    ),
    (
        "tls.cert_issuer",
        "TLS証明書の発行者",
        "the issuer of the TLS certificate",
    ),
    (
        "tls.cert_serial",
        "TLS証明書の通し番号",
        "the serial number of the TLS certificate",
    ),
    (
        "tls.cert_subject",
        "TLS証明書の主体",
        "the subject of the TLS certificate",
    ),
    (
        "tls.sni",
        "TLSで求めたサーバー名",
        "the server name asked for in TLS",
    ),
];

/// The buffer at this place of the rule, with what was done to it.
pub(super) fn buffer(rule: &Rule, place: usize) -> Text {
    let Some(buffer) = rule.buffers.get(place) else {
        return Text::new("ペイロード", "the payload");
    };
    let known = BUFFERS.iter().find(|(name, _, _)| *name == buffer.name);
    let (mut ja, mut en) = match known {
        Some((_, ja, en)) => ((*ja).to_owned(), (*en).to_owned()),
        None => (
            buffer.name.to_owned(),
            format!("the buffer {}", buffer.name),
        ),
    };
    if let Some(parameter) = &buffer.parameter {
        ja.push_str(&format!("「{parameter}」"));
        en.push_str(&format!(" {parameter}"));
    }
    match buffer.direction {
        Some(FlowDirection::ToServer) => {
            ja.push_str("(サーバー向き)");
            en.push_str(" (to the server)");
        }
        Some(FlowDirection::ToClient) => {
            ja.push_str("(クライアント向き)");
            en.push_str(" (to the client)");
        }
        None => {}
    }
    let changes: Vec<String> = buffer.transforms.iter().map(ToString::to_string).collect();
    if !changes.is_empty() {
        let changes = changes.join(", ");
        ja.push_str(&format!("を{changes}で変換したもの"));
        en.push_str(&format!(" after {changes}"));
    }
    Text::new(ja, en)
}
