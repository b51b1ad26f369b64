//! Programs that arrive: in disguise, from a bare address, fetched by something that is no browser.

use super::super::names;
use super::{chain, trail::Trail};
use crate::model::{Context, Verdict};
use event::{Communication, Detection, Endpoint, Event, Severity, Stage, Text};

/// Content types and endings under which no program travels honestly.
const DISGUISES: [&str; 6] = [
    "image/",
    "text/",
    "audio/",
    "video/",
    "font/",
    "application/pdf",
];
const DISGUISED_ENDINGS: [&str; 17] = [
    "png", "jpg", "jpeg", "gif", "bmp", "ico", "txt", "css", "js", "htm", "html", "mp3", "mp4",
    "pdf", "doc", "xls", "svg",
];
/// Endings under which programs travel openly.
const OPEN_ENDINGS: [&str; 14] = [
    "exe", "dll", "msi", "msp", "cab", "ocx", "sys", "scr", "com", "cpl", "drv", "zip", "bin",
    "psf",
];
/// Endings of documents, put before the true one.
const DOCUMENTS: [&str; 10] = [
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "txt", "jpg", "png", "csv",
];
/// Words of programs that update systems.
const UPDATERS: [&str; 12] = [
    "microsoft-delivery-optimization",
    "microsoft bits",
    "windows-update-agent",
    "microsoft-cryptoapi",
    "google update",
    "omaha",
    "apt-http",
    "libdnf",
    "packagekit",
    "wsus",
    "microsoft office",
    "symantec",
];

/// Looks at a file that passed.
pub(super) fn judge(
    context: &Context<'_>,
    trail: &mut Trail,
    event: &Event,
    client: Endpoint,
    server: Endpoint,
    out: &mut Vec<Detection>,
) {
    let what = program(event).or_else(|| disguised_script(event));
    let Some(what) = what else {
        return;
    };
    // What the client sends to a server is no download.
    let fetched =
        event.text("http.http_method") != Some("POST") || event.number("http.status") == Some(200);
    if !fetched {
        return;
    }
    // Elsewhere than on the web a file travels as the event stands.
    let web = event.body.at("http").is_some();
    let (client, server) = match (event.dest, event.source) {
        (Some(receiver), Some(sender)) if !web => (receiver, sender),
        _ => (client, server),
    };
    let host = event
        .text("http.hostname")
        .map_or_else(|| server.ip.to_string(), str::to_ascii_lowercase);
    let key = format!(
        "program {host} {}",
        event
            .text("http.url")
            .or_else(|| event.text("fileinfo.filename"))
            .unwrap_or_default()
    );
    let Some(claim) = weigh(context, event, &host, server, what) else {
        return;
    };
    if !trail.first_time(crate::inventory::shortened(&key)) {
        return;
    }
    if web && claim.confidence >= 0.5 {
        chain::led_to(trail, &host, event.time, client, event, out);
    }
    out.push(claim.about(
        event.time,
        client,
        Some(server),
        Some(host),
        event.to_record(),
    ));
}

/// What kind of program the file is, by its content.
fn program(event: &Event) -> Option<&'static str> {
    let magic = event
        .text("fileinfo.magic")
        .unwrap_or("")
        .to_ascii_lowercase();
    let mime = event
        .text("fileinfo.mimetype")
        .or_else(|| event.text("fileinfo.mime"))
        .unwrap_or("");
    if magic.starts_with("pe32")
        || magic.contains("ms-dos executable")
        || mime.contains("portable-executable")
        || mime.contains("msdownload")
    {
        Some("Windows")
    } else if magic.starts_with("elf")
        || mime.contains("x-executable")
        || mime.contains("x-sharedlib")
    {
        Some("Linux")
    } else if magic.starts_with("mach-o") || mime.contains("mach-binary") {
        Some("macOS")
    } else {
        None
    }
}

/// A script, where it calls itself something that is no text: as text, scripts travel honestly all day.
fn disguised_script(event: &Event) -> Option<&'static str> {
    const SCRIPTS: [&str; 6] = [
        "POSIX shell script",
        "Bourne-Again shell script",
        "Python script",
        "Perl script",
        "PHP script",
        "DOS batch file",
    ];
    const NO_TEXTS: [&str; 9] = [
        ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".ico", ".mp3", ".mp4", ".pdf",
    ];
    let magic = event.text("fileinfo.magic")?;
    let content = event.text("http.http_content_type").unwrap_or("");
    let content = content.to_ascii_lowercase();
    let name = event
        .text("http.url")
        .or_else(|| event.text("fileinfo.filename"))?;
    let name = name.split(['?', '#']).next()?.to_ascii_lowercase();
    let is_other = DISGUISES
        .iter()
        .any(|kind| *kind != "text/" && content.starts_with(kind))
        || NO_TEXTS.iter().any(|ending| name.ends_with(ending));
    let is_script = SCRIPTS.iter().any(|script| magic.starts_with(script));
    (is_script && is_other).then_some("script")
}

fn weigh(
    context: &Context<'_>,
    event: &Event,
    host: &str,
    server: Endpoint,
    what: &'static str,
) -> Option<Verdict> {
    let content = event
        .text("http.http_content_type")
        .unwrap_or("")
        .to_ascii_lowercase();
    let url = event.text("http.url").unwrap_or("");
    let path = url
        .split(['?', '#'])
        .next()
        .unwrap_or("")
        .to_ascii_lowercase();
    let over_http = event.body.at("http").is_some();
    let file = event.text("fileinfo.filename").unwrap_or("");
    let file = file.to_lowercase();
    // Other protocols than HTTP have names of files, not addresses.
    let whole = if over_http { path.as_str() } else { &file };
    let last = whole.rsplit(['/', '\\']).next().unwrap_or("");
    let (front, ending) = last.rsplit_once('.').unwrap_or((last, ""));
    let agent = event.text("http.http_user_agent");
    let by_mail = event
        .app_proto
        .is_some_and(|name| matches!(name, "smtp" | "pop3" | "imap"));
    let mut confidence: f32 = 0.15;
    let mut reasons = vec![match what {
        "script" => Text::new(
            format!("スクリプト（文字で書かれたプログラム）を {host} から取得しました"),
            format!("a script came from {host}"),
        ),
        _ => Text::new(
            format!("{what} 用の実行形式ファイルを {host} から取得しました"),
            format!("a {what} program came from {host}"),
        ),
    }];
    let mut add = |yes: bool, weight: f32, ja: &str, en: &str| {
        if yes {
            confidence += weight;
            reasons.push(Text::new(ja.to_owned(), en.to_owned()));
        }
        yes
    };
    let disguised = DISGUISES
        .iter()
        .any(|known| content.starts_with(known) && !content.starts_with("text/plain"))
        || DISGUISED_ENDINGS.contains(&ending);
    add(
        disguised,
        0.5,
        "中身はプログラムなのに、画像や文書などに見せかけています",
        "it is a program, but calls itself a picture, text or document",
    );
    let second = front
        .rsplit_once('.')
        .map_or("", |(_, ending)| ending.trim());
    add(
        DOCUMENTS.contains(&second) && OPEN_ENDINGS.contains(&ending),
        0.3,
        "文書に見せかける二重の拡張子が付いています",
        "it has two endings, the first that of a document",
    );
    add(
        last.contains('\u{202e}'),
        0.4,
        "ファイル名の表示順を逆にする文字が使われています",
        "its name has a character that turns the order of letters",
    );
    add(
        by_mail,
        0.35,
        "メールの添付ファイルとして届きました",
        "it came with a mail",
    );
    let bare = names::is_address(host) && over_http;
    add(
        bare,
        0.22,
        "サイト名ではなく IP アドレスから直接取得しています",
        "it came from a bare address, not from a named site",
    );
    add(
        over_http && agent_is_odd(agent),
        0.15,
        "取得したのはブラウザではありません（User-Agent が無い、または不自然）",
        "what fetched it is no browser (user agent missing or odd)",
    );
    let script = matches!(ending, "php" | "asp" | "aspx" | "jsp" | "cgi" | "") && over_http;
    add(
        script && !disguised,
        0.1,
        "プログラムの名前ではない URL から渡されています",
        "the address that gave it is not that of a program",
    );
    add(
        ["/wp-content/", "/wp-includes/", "/wp-admin/"]
            .iter()
            .any(|part| path.contains(part)),
        0.25,
        "ブログ用ソフトの内部フォルダに置かれていました（改ざんされたサイトによく見られます）",
        "it lay in an inner folder of blog software, as on tampered sites",
    );
    add(
        over_http && !matches!(server.port, 80 | 443 | 8080 | 3128 | 8443 | 8000),
        0.1,
        "一般的でないポートから取得しています",
        "the port is an unusual one",
    );
    add(
        over_http && !OPEN_ENDINGS.contains(&ending) && !disguised && !script,
        0.05,
        "拡張子がプログラムのものではありません",
        "its name does not end as a program's",
    );
    if context.home.contains(server.ip) && !disguised {
        confidence -= 0.1;
    }
    if agent.is_some_and(is_updater) {
        confidence -= 0.4;
    }
    (confidence >= 0.2).then(|| Verdict {
        id: if disguised {
            "disguised_program"
        } else {
            "program_download"
        },
        name: format!("program downloaded from {host}"),
        communication: Some(Communication::MalwareDownload),
        stage: Stage::Delivery,
        severity: if disguised {
            Severity::High
        } else {
            Severity::Medium
        },
        confidence: confidence.min(0.9),
        technique: if disguised {
            &["T1105", "T1036.008"]
        } else {
            &["T1105"]
        },
        reasons,
    })
}

fn is_updater(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    UPDATERS.iter().any(|known| agent.contains(known))
}

/// Whether a user agent is missing, or no browser's, updater's or known program's.
pub(in super::super) fn agent_is_odd(agent: Option<&str>) -> bool {
    let Some(agent) = agent.map(str::trim).filter(|agent| !agent.is_empty()) else {
        return true;
    };
    let lower = agent.to_ascii_lowercase();
    if is_updater(&lower) {
        return false;
    }
    let tools = [
        "python",
        "curl/",
        "wget",
        "powershell",
        "winhttp",
        "wininet",
        "go-http-client",
        "loader",
        "libwww",
        "certutil",
        "nsis",
        "autoit",
    ];
    if tools.iter().any(|tool| lower.contains(tool)) {
        return true;
    }
    // A browser names engine and system; a lone word without version is nobody's.
    let browser = lower.starts_with("mozilla/") && lower.contains('(');
    let versioned = lower.contains('/') && lower.bytes().any(|byte| byte.is_ascii_digit());
    !browser && !versioned
}

#[cfg(test)]
mod tests {
    use super::{agent_is_odd, disguised_script};
    use event::{Event, Record, Timestamp};

    #[test]
    fn scripts_are_said_only_where_they_pretend_to_be_no_text() {
        let what = |magic: &str, content: &str, url: &str| {
            let mut event = Event::new(Timestamp::new(1, 0), "fileinfo");
            let json = format!(
                r#"{{"http":{{"http_content_type":"{content}","url":"{url}"}},"fileinfo":{{"magic":"{magic}"}}}}"#
            );
            event.body = serde_json::from_str::<Record>(&json).unwrap();
            disguised_script(&event)
        };
        let shell = "POSIX shell script, ASCII text executable";
        for (content, url) in [("image/png", "/logo"), ("text/html", "/a/logo.PNG?v=1")] {
            assert_eq!(what(shell, content, url), Some("script"), "{url}");
        }
        for (magic, content, url) in [
            (shell, "text/plain", "/install.sh"),
            (shell, "application/octet-stream", "/install.sh"),
            ("HTML document, ASCII text", "text/html", "/gone.png"),
        ] {
            assert_eq!(what(magic, content, url), None, "{url}");
        }
    }

    #[test]
    fn browsers_and_updaters_are_not_odd() {
        for agent in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36",
            "Microsoft-Delivery-Optimization/10.0",
            "Spotify/8.6 Android/29",
        ] {
            assert!(!agent_is_odd(Some(agent)), "{agent}");
        }
        for agent in [
            None,
            Some(""),
            Some("WinHTTP loader/1.0"),
            Some("pwtyyEKzNtGatwnJjmCcBLbOveCVpc"),
        ] {
            assert!(agent_is_odd(agent), "{agent:?}");
        }
    }
}
