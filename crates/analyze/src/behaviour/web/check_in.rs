//! Reports to a master by HTTP, from single requests: many small oddities that no browser and few programs have together.

use super::super::names;
use super::program::agent_is_odd;
use super::trail::{Kind, Trail};
use crate::model::{Context, Verdict, settled};
use event::{Communication, Detection, Endpoint, Event, Severity, Stage, Text};

/// Ports at which web servers and proxies answer.
const WEB_PORTS: [u16; 8] = [80, 443, 3128, 8000, 8080, 8443, 8888, 5985];
/// Browsers that are gone: what still bears their name is a program.
const GONE: [&str; 6] = [
    "msie 5",
    "msie 6",
    "msie 7",
    "msie 8",
    "msie 9",
    "mozilla/3",
];
/// Below this nothing is said.
const SAID: f32 = 0.3;
/// A part of an address so long, of letters and digits without order, is data.
const DATA_LENGTH: usize = 16;
const QUERY_DATA_LENGTH: usize = 32;
/// An answer shorter than this tells nothing by its content.
const ANSWER_MIN: u64 = 64;

/// Looks at a request with its answer (`http`), or at the file that the answer carried (`fileinfo`).
pub(super) fn judge(
    context: &Context<'_>,
    trail: &mut Trail,
    event: &Event,
    (client, server): (Endpoint, Endpoint),
    out: &mut Vec<Detection>,
) {
    // Files travel by mail and shares, too.
    let web = event.body.at("http").is_some();
    if !web || context.home.contains(server.ip) || !context.home.contains(client.ip) {
        return;
    }
    let host = event
        .text("http.hostname")
        .map_or_else(|| server.ip.to_string(), str::to_ascii_lowercase);
    let host = host.split(':').next().unwrap_or_default().to_owned();
    let Some(verdict) = weigh(trail, event, &host, server) else {
        return;
    };
    // Said once, and again when more is known.
    let step = (verdict.confidence * 10.0) as u32;
    if trail.first_time(crate::inventory::shortened(&format!(
        "check-in {step} {host}"
    ))) {
        out.push(verdict.about(
            event.time,
            client,
            Some(server),
            Some(host),
            event.to_record(),
        ));
    }
}

fn weigh(trail: &Trail, event: &Event, host: &str, server: Endpoint) -> Option<Verdict> {
    let agent = event.text("http.http_user_agent");
    let url = event.text("http.url").unwrap_or("/");
    let answered = matches!(event.number("http.status"), Some(200..=399));
    let mut belief: f32 = 0.0;
    let mut reasons = Vec::new();
    let mut add = |yes: bool, weight: f32, ja: &'static str, en: &'static str| {
        if yes {
            belief += weight;
            reasons.push(Text::new(ja, en));
        }
    };
    let posts = event.text("http.http_method") == Some("POST");
    let bare = names::is_address(host);
    add(
        bare,
        0.16,
        "サイト名ではなく IP アドレスを直接呼び出しています",
        "it calls a bare address, not a named site",
    );
    add(
        !WEB_PORTS.contains(&server.port),
        0.12,
        "Web に一般的でないポートです",
        "the port is not one where web servers answer",
    );
    add(
        posts,
        0.06,
        "データを送り出しています（POST）",
        "it sends data (POST)",
    );
    add(
        agent_is_odd(agent),
        0.14,
        "ブラウザではないプログラムの通信です（User-Agent が無い、または不自然）",
        "what speaks is no browser (user agent missing or odd)",
    );
    add(
        agent.is_some_and(is_gone),
        0.06,
        "今は使われていない古いブラウザを名乗っています",
        "it bears the name of a browser that is gone",
    );
    let referrer = event
        .text("http.http_refer")
        .or_else(|| event.text("http.referer"));
    add(
        posts && referrer.is_none(),
        0.06,
        "どのページからも呼ばれていません（参照元なし）",
        "no page led there (no referrer)",
    );
    add(
        posts && referrer.is_some_and(|from| refers_to_itself(from, host, url)),
        0.1,
        "参照元として自分自身の URL を名乗っています",
        "it names its own address as the page that led there",
    );
    add(
        carries_data(url),
        0.12,
        "URL が、意味のない文字の並び（符号化されたデータ）です",
        "the address is letters without sense, as encoded data is",
    );
    add(
        answered && claims_text(event) && is_no_text(event),
        0.2,
        "応答は Web ページと名乗っていますが、中身は文章ではないデータです",
        "the answer says it is a page, yet its content is not text",
    );
    let dressed = trail
        .visits
        .iter()
        .any(|visit| visit.host == host && visit.kind == Kind::Dressing);
    add(
        bare && !dressed,
        0.04,
        "画像などの普通の内容は何も読み込んでいません",
        "nothing that ordinary pages have was fetched there",
    );
    if !answered {
        belief = belief.min(0.35);
    }
    (belief >= SAID && reasons.len() >= 3).then(|| Verdict {
        id: "http_check_in",
        name: format!("report to {host} in the manner of malware"),
        communication: Some(Communication::CommandAndControl),
        stage: Stage::CommandAndControl,
        severity: Severity::Medium,
        confidence: settled(belief, 0.72),
        technique: &["T1071.001"],
        reasons,
    })
}

fn is_gone(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    GONE.iter().any(|name| agent.contains(name))
}

fn refers_to_itself(from: &str, host: &str, url: &str) -> bool {
    let rest = from
        .strip_prefix("http://")
        .or_else(|| from.strip_prefix("https://"));
    rest.and_then(|rest| rest.strip_prefix(host))
        .is_some_and(|path| {
            path.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()) == url
        })
}

/// Whether a path or the value of a parameter is encoded data rather than a name.
fn carries_data(url: &str) -> bool {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let parts = path.split('/').filter(|part| part.len() >= DATA_LENGTH);
    let values = query.split('&').filter_map(|pair| pair.split('=').nth(1));
    parts
        .clone()
        .any(|part| !part.contains('.') && is_code(part))
        || values
            .filter(|value| value.len() >= QUERY_DATA_LENGTH)
            .any(is_code)
}

/// Letters of both cases with digits between, or hexadecimal: nobody thinks up such a name.
fn is_code(text: &str) -> bool {
    let text = text.trim_end_matches('=');
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'_' | b'%'));
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let upper = text.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = text.bytes().filter(u8::is_ascii_lowercase).count();
    let mixed = digits > 0 && upper * 5 >= text.len() && lower * 5 >= text.len();
    let random = mixed && names::entropy(text) >= 3.2;
    let hexadecimal = text.len() >= QUERY_DATA_LENGTH
        && digits > 4
        && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain && (random || hexadecimal)
}

fn claims_text(event: &Event) -> bool {
    event
        .text("http.http_content_type")
        .is_some_and(|kind| kind.starts_with("text/html"))
}

/// Whether the answer's content is known and is nothing that can be read.
fn is_no_text(event: &Event) -> bool {
    event.kind == "fileinfo"
        && event.text("fileinfo.magic").is_none()
        && event.number("fileinfo.size").unwrap_or(0) >= ANSWER_MIN
        && event
            .source
            .zip(event.dest)
            .is_some_and(|(source, dest)| source.port < dest.port || dest.port > 32_767)
}

#[cfg(test)]
mod tests {
    use super::super::trail::Trail;
    use super::{carries_data, judge, refers_to_itself};
    use crate::HomeNet;
    use crate::model::Context;
    use event::{Detection, Endpoint, Event, Record, Timestamp};

    fn found(kind: &'static str, port: u16, json: &str) -> Vec<Detection> {
        let (home, mut trail, mut out) = (HomeNet::default(), Trail::default(), Vec::new());
        let client = Endpoint::new("192.168.1.5".parse().unwrap(), 50_000);
        let server = Endpoint::new("203.0.113.9".parse().unwrap(), port);
        let mut event = Event::new(Timestamp::new(1, 0), kind);
        event.source = Some(server);
        event.dest = Some(client);
        event.body = serde_json::from_str::<Record>(json).unwrap();
        let context = Context { home: &home };
        judge(&context, &mut trail, &event, (client, server), &mut out);
        out
    }

    #[test]
    fn many_small_oddities_of_one_request_speak_and_a_device_or_a_mail_does_not() {
        let report = r#"{"http":{"hostname":"203.0.113.9","url":"/h7Kq2ZpA9xTbVw3LmR5s","http_method":"POST",
            "http_user_agent":"Mozilla/4.0 (compatible; MSIE 7.0)","http_content_type":"text/html","status":200},
            "fileinfo":{"size":9000}}"#;
        let speaks = found("fileinfo", 7_080, report);
        assert!(speaks[0].confidence >= 0.5, "{speaks:?}");
        let device = r#"{"http":{"hostname":"203.0.113.9","url":"/status","http_method":"POST",
            "http_user_agent":"camera","http_content_type":"application/json","status":200}}"#;
        assert!(
            found("http", 80, device)
                .iter()
                .all(|one| one.confidence < 0.4)
        );
        let mail = r#"{"smtp":{"helo":"a"},"fileinfo":{"size":9000}}"#;
        assert!(found("fileinfo", 587, mail).is_empty());
    }

    #[test]
    fn encoded_data_is_told_from_names() {
        for url in [
            "/h7Kq2ZpA9xTbVw3LmR5s",
            "/a?id=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            "/x/aB3dE6gH9jK2mN5pQ8sT",
        ] {
            assert!(carries_data(url), "{url}");
        }
        for url in [
            "/",
            "/products/office-chairs-and-desks",
            "/wp-admin/admin-ajax.php?action=heartbeat",
            "/search?q=how-to-change-a-printer-cartridge",
            "/2026/11/quarterly-report.pdf",
        ] {
            assert!(!carries_data(url), "{url}");
        }
    }

    #[test]
    fn a_page_that_led_to_itself_is_seen() {
        assert!(refers_to_itself("http://a.example/x", "a.example", "/x"));
        assert!(refers_to_itself("http://a.example:81/x", "a.example", "/x"));
        assert!(!refers_to_itself("http://a.example/", "a.example", "/x"));
    }
}
