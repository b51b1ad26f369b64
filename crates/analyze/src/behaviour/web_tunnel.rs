//! Tunnels inside plain HTTP: request after request to one address, data both ways, of all sizes, that nobody can read and no
//! page asked for. Method, brakes and figures: `docs/models/http-tunnels.md`.

use super::ends;
use super::web::agent_is_odd;
use crate::model::{Context, Model, Verdict, settled};
use crate::{inventory::shortened, limits, table::Table};
use event::{Communication, Detection, Endpoint, Event, Severity, Stage, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

const WINDOW_NS: u64 = 15 * 60 * 1_000_000_000;
/// Requests within the window that are judged.
const REQUESTS_MIN: u32 = 48;
/// Different sizes of what is sent, and of what comes back.
const SIZES_MIN: usize = 12;
/// Sizes that are told apart; more say nothing new.
const SIZES_MAX: usize = 64;
/// Addresses on one server that a tunnel uses.
const PATHS_MAX: usize = 4;
/// A body with fewer bytes carries nothing worth hiding.
const BODY_MIN: u64 = 16;
/// Callers that make a server one that everybody uses.
const CALLERS_MAX: usize = 3;
/// What programs honestly exchange by the hundred.
const KNOWN_FORMS: [&str; 12] = [
    "json",
    "xml",
    "soap",
    "javascript",
    "css",
    "ocsp",
    "protobuf",
    "grpc",
    "font",
    "video/",
    "audio/",
    "multipart/",
];
const WEB_PORTS: [u16; 6] = [80, 8080, 3128, 8000, 8008, 8888];

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct WebTunnels {
    pairs: Table<(IpAddr, String), Talk>,
    callers: Table<String, BTreeSet<IpAddr>>,
}

/// What a machine exchanged with one server lately.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Talk {
    since: Timestamp,
    requests: u32,
    /// Requests with a body, and those of them that can be read.
    bodies: u32,
    readable: u32,
    /// Requests that a page led to, and answers in a known form.
    referred: u32,
    formed: u32,
    sent: BTreeSet<u64>,
    got: BTreeSet<u64>,
    up: u64,
    down: u64,
    paths: BTreeSet<String>,
    told: u32,
}

impl WebTunnels {
    pub fn new() -> Self {
        Self {
            pairs: Table::new(limits::PAIRS_MAX / 4),
            callers: Table::new(limits::PAIRS_MAX / 4),
        }
    }
}

impl Model for WebTunnels {
    fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        let is_request = event.kind == "http";
        if !is_request && event.kind != "fileinfo" || event.body.at("http").is_none() {
            return;
        }
        let Some((client, server)) = ends::ends(Some(context.home), event) else {
            return;
        };
        if !context.home.contains(client.ip) || context.home.contains(server.ip) {
            return;
        }
        let host = event
            .text("http.hostname")
            .map_or_else(|| server.ip.to_string(), str::to_ascii_lowercase);
        let host = shortened(&host);
        let talk = self
            .pairs
            .touch((client.ip, host.clone()), event.time, Talk::default);
        if talk.requests == 0 || event.time.since(talk.since) > WINDOW_NS {
            *talk = Talk {
                since: event.time,
                told: talk.told / 2,
                ..Talk::default()
            };
        }
        if !is_request {
            talk.body(event, client);
            return;
        }
        talk.request(event);
        let callers = self.callers.touch(host.clone(), event.time, BTreeSet::new);
        if callers.len() < CALLERS_MAX {
            callers.insert(client.ip);
        }
        let is_ordinary = callers.len() >= CALLERS_MAX;
        if let Some(verdict) = talk.judge(event, server, &host, is_ordinary) {
            talk.told = talk.requests;
            out.push(verdict.about(
                event.time,
                client,
                Some(server),
                Some(host),
                event.to_record(),
            ));
        }
    }
}

impl Talk {
    /// A file that travels: only those that the client sends.
    fn body(&mut self, event: &Event, client: Endpoint) {
        let size = event.number("fileinfo.size").unwrap_or(0);
        if event.source != Some(client) || size < BODY_MIN {
            return;
        }
        self.bodies = self.bodies.saturating_add(1);
        self.up = self.up.saturating_add(size);
        // Forms are sent without a description of their content.
        let form = event
            .text("http.http_content_type")
            .is_some_and(|kind| KNOWN_FORMS.iter().any(|known| kind.contains(known)));
        let is_readable = form || event.text("fileinfo.magic").is_some();
        self.readable = self.readable.saturating_add(u32::from(is_readable));
        if self.sent.len() < SIZES_MAX {
            self.sent.insert(size);
        }
    }

    fn request(&mut self, event: &Event) {
        self.requests = self.requests.saturating_add(1);
        let referrer = event
            .text("http.http_refer")
            .or_else(|| event.text("http.referer"));
        self.referred = self.referred.saturating_add(u32::from(referrer.is_some()));
        let kind = event.text("http.http_content_type").unwrap_or("");
        let kind = kind.to_ascii_lowercase();
        let formed = KNOWN_FORMS.iter().any(|known| kind.contains(known));
        self.formed = self.formed.saturating_add(u32::from(formed));
        let length = event.number("http.length").unwrap_or(0);
        self.down = self.down.saturating_add(length);
        if self.got.len() < SIZES_MAX {
            self.got.insert(length);
        }
        let path = event.text("http.url").unwrap_or("/");
        let path = path.split(['?', '#']).next().unwrap_or(path);
        if self.paths.len() <= PATHS_MAX {
            self.paths.insert(shortened(path));
        }
    }

    fn judge(
        &self,
        event: &Event,
        server: Endpoint,
        host: &str,
        is_ordinary: bool,
    ) -> Option<Verdict> {
        let of = |count: u32, percent: u32| {
            u64::from(count) * 100 > u64::from(self.requests) * u64::from(percent)
        };
        if self.requests < REQUESTS_MIN.max(self.told.saturating_mul(2))
            || self.sent.len() < SIZES_MIN
            || self.got.len() < SIZES_MIN
            || self.paths.len() > PATHS_MAX
            || !of(self.bodies, 40)
            || of(self.readable, 15)
            || of(self.formed, 15)
            || of(self.referred, 15)
        {
            return None;
        }
        let (requests, up, down) = (self.requests, self.up, self.down);
        let mut belief: f32 = 0.36;
        let mut reasons = vec![Text::new(
            format!(
                "{host} へ {requests} 回続けて、大きさの違う、読み取れないデータを送り（計 {up} バイト）、同じように大きさの違う応答を受け取りました（計 {down} バイト）。どのページからも呼ばれていません"
            ),
            format!(
                "sent {requests} requests to {host} with data of all sizes that cannot be read ({up} bytes) and got answers of all sizes ({down} bytes); no page led there"
            ),
        )];
        let mut add = |yes: bool, weight: f32, ja: &'static str, en: &'static str| {
            if yes {
                belief += weight;
                reasons.push(Text::new(ja, en));
            }
        };
        let agent = event.text("http.http_user_agent");
        let is_browser = agent.is_some_and(|agent| agent.starts_with("Mozilla/"));
        add(
            agent_is_odd(agent),
            0.12,
            "ブラウザではないプログラムの通信です（User-Agent が無い、または不自然）",
            "what speaks is no browser (user agent missing or odd)",
        );
        add(
            is_browser,
            0.12,
            "ブラウザを名乗りますが、ブラウザなら必ず示す参照元のページがありません",
            "it calls itself a browser, yet names no page as a browser would",
        );
        add(
            super::names::is_address(host),
            0.08,
            "サイト名ではなく IP アドレスを直接呼び出しています",
            "it calls a bare address, not a named site",
        );
        add(
            !WEB_PORTS.contains(&server.port),
            0.08,
            "Web に一般的でないポートです",
            "the port is not one where web servers answer",
        );
        add(
            requests >= 4 * REQUESTS_MIN,
            0.1,
            "短い間に、人が開くページではありえない回数です",
            "far more often than pages that a person opens",
        );
        if is_ordinary {
            belief -= 0.3;
        }
        (belief >= 0.3).then(|| Verdict {
            id: "http_tunnel",
            name: format!("data carried in requests to {host}"),
            communication: Some(Communication::CommandAndControl),
            stage: Stage::CommandAndControl,
            severity: Severity::High,
            confidence: settled(belief, 0.72),
            technique: &["T1071.001", "T1572"],
            reasons,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::WebTunnels;
    use crate::HomeNet;
    use crate::model::{Context, Model};
    use event::{Detection, Endpoint, Event, Record, Timestamp};

    /// How a program talks to its server.
    struct Case {
        name: &'static str,
        agent: &'static str,
        /// What it says of the answers.
        content: &'static str,
        referrer: &'static str,
        /// Sizes of bodies and of answers, by number of the request.
        sizes: fn(u64) -> (u64, u64),
        /// Description of what is sent.
        magic: &'static str,
        paths: u64,
        callers: u8,
    }

    const PROGRAM: &str = "python-requests/2.31";
    const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";

    fn mixed(number: u64) -> (u64, u64) {
        (40 + number * 7_919 % 1_400, 20 + number * 6_151 % 9_000)
    }

    fn believed(case: &Case) -> f32 {
        let (home, mut model, mut out) = (HomeNet::default(), WebTunnels::new(), Vec::new());
        for number in 0..300 {
            for caller in 0..case.callers {
                let client = Endpoint::new([192, 168, 1, 20 + caller].into(), 50_000);
                let server = Endpoint::new([203, 0, 113, 9].into(), 80);
                let (sent, got) = (case.sizes)(number);
                let http = format!(
                    r#""http":{{"hostname":"files.example","url":"/p{}","http_method":"POST","http_user_agent":"{}",
                    "http_content_type":"{}",{}"status":200,"length":{got}}}"#,
                    number % case.paths,
                    case.agent,
                    case.content,
                    match case.referrer {
                        "" => String::new(),
                        from => format!(r#""http_refer":"{from}","#),
                    },
                );
                let magic = match case.magic {
                    "" => String::new(),
                    magic => format!(r#","magic":"{magic}""#),
                };
                let file = format!(r#"{{{http},"fileinfo":{{"size":{sent}{magic}}}}}"#);
                for (kind, json) in [("fileinfo", file), ("http", format!("{{{http}}}"))] {
                    let mut event = Event::new(Timestamp::new(number as i64, 0), kind);
                    event.source = Some(client);
                    event.dest = Some(server);
                    event.body = serde_json::from_str::<Record>(&json).unwrap();
                    model.event(&Context { home: &home }, &event, &mut out);
                }
            }
        }
        let confidence = out.iter().map(|told: &Detection| told.confidence);
        confidence.fold(0.0, f32::max)
    }

    const TUNNEL: Case = Case {
        name: "tunnel",
        agent: PROGRAM,
        content: "application/octet-stream",
        referrer: "",
        sizes: mixed,
        magic: "",
        paths: 1,
        callers: 1,
    };

    #[test]
    fn tunnels_are_believed() {
        for case in [
            TUNNEL,
            Case {
                name: "under the name of a browser and of pages",
                agent: BROWSER,
                content: "text/html",
                ..TUNNEL
            },
        ] {
            assert!(believed(&case) >= 0.5, "{}", case.name);
        }
    }

    #[test]
    fn what_honest_programs_do_is_not() {
        for case in [
            Case {
                name: "telemetry in JSON",
                content: "application/json",
                ..TUNNEL
            },
            Case {
                name: "an upload in pieces",
                sizes: |number| (65_536 + number % 3, 12),
                ..TUNNEL
            },
            Case {
                name: "readable forms",
                magic: "ASCII text",
                ..TUNNEL
            },
            Case {
                name: "a page that calls its server",
                agent: BROWSER,
                referrer: "http://files.example/",
                ..TUNNEL
            },
            Case {
                name: "a site with many addresses",
                paths: 40,
                ..TUNNEL
            },
            Case {
                name: "a service that several machines use",
                callers: 4,
                ..TUNNEL
            },
        ] {
            assert!(believed(&case) < 0.5, "{}", case.name);
        }
    }
}
