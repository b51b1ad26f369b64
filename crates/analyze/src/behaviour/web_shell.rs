//! Scripts that somebody put on a web server to command it: a script is uploaded and then asked for; a script answers in a
//! folder that is for pictures; a parameter carries a command of the system.

use super::ends;
use crate::model::{Context, Model, Verdict};
use crate::{inventory::shortened, limits, table::Table};
use event::{Detection, Endpoint, Event, Severity, Stage, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Endings that a web server runs.
const SCRIPTS: [&str; 13] = [
    "php", "php3", "php5", "phtml", "phar", "jsp", "jspx", "asp", "aspx", "ashx", "asmx", "cfm",
    "war",
];
/// Folders that hold what visitors and editors upload, and dressing: nothing that runs.
const PASSIVE: [&str; 9] = [
    "uploads",
    "upload",
    "images",
    "img",
    "avatars",
    "attachments",
    "media",
    "tmp",
    "fonts",
];
/// Names of parameters that web shells read commands from.
const PARAMETERS: [&str; 9] = [
    "cmd", "command", "exec", "execute", "shell", "run", "c", "x", "system",
];
/// First words of what attackers have run on a new machine.
const COMMANDS: [&str; 26] = [
    "whoami",
    "id",
    "uname",
    "ls",
    "dir",
    "pwd",
    "cat",
    "type",
    "net",
    "ipconfig",
    "ifconfig",
    "ps",
    "tasklist",
    "systeminfo",
    "hostname",
    "wget",
    "curl",
    "powershell",
    "cmd",
    "cmd.exe",
    "bash",
    "sh",
    "nc",
    "python",
    "certutil",
    "echo",
];
/// Callers of one script that are remembered; more make it a page like others.
const CALLERS_MAX: usize = 3;
/// Requests without a page that led there, by few callers, that make a script odd.
const LONELY_MIN: u32 = 3;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct WebShells {
    /// Names of scripts that were uploaded, by server.
    uploaded: Table<(IpAddr, String), Upload>,
    /// Scripts in passive folders, by server and path.
    scripts: Table<(IpAddr, String), Script>,
    /// Who was told to command which server.
    commanded: Table<(IpAddr, IpAddr), u32>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Upload {
    by: IpAddr,
    told: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Script {
    callers: BTreeSet<IpAddr>,
    lonely: u32,
    told: bool,
}

impl WebShells {
    pub fn new() -> Self {
        Self {
            uploaded: Table::new(limits::PAIRS_MAX / 4),
            scripts: Table::new(limits::PAIRS_MAX / 4),
            commanded: Table::new(limits::PAIRS_MAX / 4),
        }
    }
}

impl Model for WebShells {
    fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        if !matches!(event.kind.as_ref(), "http" | "fileinfo") || event.body.at("http").is_none() {
            return;
        }
        let Some((client, server)) = ends::ends(Some(context.home), event) else {
            return;
        };
        // Servers of others are not ours to judge.
        if context.home.contains(client.ip) && !context.home.contains(server.ip) {
            return;
        }
        if event.kind == "fileinfo" {
            out.extend(self.file(event, client, server));
        } else {
            out.extend(self.request(event, client, server));
            out.extend(self.command(event, client, server));
        }
    }
}

impl WebShells {
    /// A script that arrives as a part of a form, or by PUT.
    fn file(&mut self, event: &Event, client: Endpoint, server: Endpoint) -> Option<Detection> {
        let sent = event.source == Some(client);
        let name = event.text("fileinfo.filename")?;
        let put = event.text("http.http_method") == Some("PUT");
        if !sent || !put && name.starts_with('/') || !is_script(name) {
            return None;
        }
        let last = shortened(&last_part(name).to_ascii_lowercase());
        self.uploaded
            .touch((server.ip, last.clone()), event.time, || Upload {
                by: client.ip,
                told: false,
            });
        let verdict = verdict(
            "script_uploaded",
            Severity::Medium,
            0.36,
            Text::new(
                format!("Web サーバーに、サーバー上で動くスクリプト（{last}）が送り込まれました"),
                format!("a script that runs on the web server was sent to it ({last})"),
            ),
        );
        Some(about(verdict, event, client, server))
    }

    fn request(&mut self, event: &Event, client: Endpoint, server: Endpoint) -> Option<Detection> {
        let url = event.text("http.url")?;
        let path = url.split(['?', '#']).next()?.to_ascii_lowercase();
        let ran = event.number("http.status") == Some(200);
        if !ran || !is_script(&path) {
            return None;
        }
        let last = shortened(last_part(&path));
        if let Some(upload) = self.uploaded.at_mut(&(server.ip, last.clone())) {
            if upload.told {
                return None;
            }
            upload.told = true;
            let same = upload.by == client.ip;
            let verdict = verdict(
                "uploaded_script_run",
                Severity::High,
                if same { 0.75 } else { 0.6 },
                Text::new(
                    format!(
                        "送り込まれたスクリプト（{last}）が呼び出され、サーバーが正常に応答しました"
                    ),
                    format!(
                        "the script that was sent ({last}) was asked for, and the server answered"
                    ),
                ),
            );
            return Some(about(verdict, event, client, server));
        }
        let passive = path
            .split('/')
            .rev()
            .skip(1)
            .find(|part| PASSIVE.contains(part))?
            .to_owned();
        let script = self
            .scripts
            .touch((server.ip, shortened(&path)), event.time, Script::default);
        if script.callers.len() <= CALLERS_MAX {
            script.callers.insert(client.ip);
        }
        let lonely =
            event.text("http.http_refer").is_none() && event.text("http.referer").is_none();
        script.lonely = script.lonely.saturating_add(u32::from(lonely));
        let odd = script.callers.len() < CALLERS_MAX && script.lonely >= LONELY_MIN;
        if script.told || !odd {
            return None;
        }
        script.told = true;
        let (count, callers) = (script.lonely, script.callers.len());
        let posts = event.text("http.http_method") == Some("POST");
        let verdict = verdict(
            "script_among_uploads",
            Severity::High,
            if posts { 0.55 } else { 0.38 },
            Text::new(
                format!(
                    "本来は画像などだけを置くフォルダ（{passive}）のスクリプト {last} を、{callers} か所だけが、ほかのページを経ずに {count} 回呼び出しました"
                ),
                format!(
                    "{last} is a script in a folder for pictures and uploads ({passive}); {callers} address(es) alone asked for it, {count} times without any page before"
                ),
            ),
        );
        Some(about(verdict, event, client, server))
    }

    fn command(&mut self, event: &Event, client: Endpoint, server: Endpoint) -> Option<Detection> {
        let (_, query) = event.text("http.url")?.split_once('?')?;
        let (name, value) = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, value)| {
                PARAMETERS.contains(&name.to_ascii_lowercase().as_str()) && is_command(value)
            })?;
        let ran = event.number("http.status") == Some(200);
        let times = self
            .commanded
            .touch((client.ip, server.ip), event.time, || 0);
        *times = times.saturating_add(u32::from(ran));
        if ran && !times.is_power_of_two() {
            return None;
        }
        let belief = match (ran, *times) {
            (false, _) => 0.3,
            (true, 1) => 0.5,
            (true, _) => 0.62,
        };
        let value = shortened(value);
        let verdict = verdict(
            "web_shell_command",
            if ran {
                Severity::High
            } else {
                Severity::Medium
            },
            belief,
            Text::new(
                format!(
                    "URL の引数 {name} に、OS のコマンド（{value}）が書かれています（サーバーの応答：{}）",
                    if ran {
                        "正常"
                    } else {
                        "拒否またはエラー"
                    }
                ),
                format!(
                    "the parameter {name} of an address carries a command of the system ({value}); the server {}",
                    if ran { "answered as usual" } else { "refused" }
                ),
            ),
        );
        Some(about(verdict, event, client, server))
    }
}

fn is_script(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| SCRIPTS.contains(&ending))
}

fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Whether a value begins with a command and is not merely that word of a search.
fn is_command(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let mut words = value.split(['+', '%', ' ']);
    let first = words.next().unwrap_or_default();
    let first = first.rsplit('/').next().unwrap_or_default();
    let alone = [
        "whoami",
        "id",
        "uname",
        "ipconfig",
        "ifconfig",
        "systeminfo",
        "tasklist",
        "pwd",
    ];
    COMMANDS.contains(&first) && (words.next().is_some() || alone.contains(&first))
}

fn verdict(id: &'static str, severity: Severity, confidence: f32, reason: Text) -> Verdict {
    Verdict {
        id,
        name: "commands to a web server through a script".to_owned(),
        communication: None,
        stage: if severity == Severity::High {
            Stage::Installation
        } else {
            Stage::Exploitation
        },
        severity,
        confidence,
        technique: &["T1505.003", "T1190"],
        reasons: vec![reason],
    }
}

/// The server is the one affected.
fn about(verdict: Verdict, event: &Event, client: Endpoint, server: Endpoint) -> Detection {
    verdict.about(event.time, server, Some(client), None, event.to_record())
}

#[cfg(test)]
mod tests {
    use super::WebShells;
    use crate::HomeNet;
    use crate::model::{Context, Model};
    use event::{Detection, Endpoint, Event, Record, Timestamp};

    fn event(second: i64, kind: &'static str, json: &str) -> Event {
        let mut event = Event::new(Timestamp::new(second, 0), kind);
        event.source = Some(Endpoint::new("203.0.113.66".parse().unwrap(), 50_000));
        event.dest = Some(Endpoint::new("192.168.1.80".parse().unwrap(), 80));
        event.body = serde_json::from_str::<Record>(json).unwrap();
        event
    }

    fn get(second: i64, method: &str, url: &str, from: &str) -> Event {
        let refer = match from {
            "" => String::new(),
            from => format!(r#","http_refer":"{from}""#),
        };
        let json = format!(
            r#"{{"http":{{"hostname":"shop.example","url":"{url}","http_method":"{method}","status":200{refer}}}}}"#
        );
        event(second, "http", &json)
    }

    fn upload(second: i64, name: &str) -> Event {
        let json = format!(
            r#"{{"http":{{"url":"/upload.php","http_method":"POST"}},"fileinfo":{{"filename":"{name}"}}}}"#
        );
        event(second, "fileinfo", &json)
    }

    fn best(events: &[Event]) -> (f32, Vec<Detection>) {
        let (mut model, home) = (WebShells::new(), HomeNet::default());
        let mut out = Vec::new();
        for event in events {
            model.event(&Context { home: &home }, event, &mut out);
        }
        let best = out.iter().map(|one| one.confidence).fold(0.0, f32::max);
        (best, out)
    }

    #[test]
    fn a_script_that_is_uploaded_and_asked_for_is_a_shell() {
        let (best, found) = best(&[upload(1, "a.php"), get(2, "GET", "/uploads/a.php", "")]);
        assert!(best >= 0.7, "{found:?}");
        assert_eq!(found[0].subject.ip.to_string(), "192.168.1.80");
    }

    #[test]
    fn commands_in_parameters_speak_when_they_are_answered() {
        let one = get(1, "GET", "/a.jsp?cmd=whoami", "");
        let two = get(2, "GET", "/a.jsp?cmd=cat+/etc/hosts", "");
        assert!(best(&[one, two]).0 >= 0.6);
    }

    #[test]
    fn a_script_in_a_folder_of_pictures_that_one_address_posts_to_speaks() {
        let posts: Vec<Event> = (0..4)
            .map(|at| get(at, "POST", "/images/x.php", ""))
            .collect();
        assert!(best(&posts).0 >= 0.5);
    }

    #[test]
    fn editors_and_visitors_are_quiet() {
        let mut events = vec![
            upload(1, "holiday.jpg"),
            get(
                2,
                "POST",
                "/wp-admin/admin-ajax.php",
                "http://shop.example/wp-admin/",
            ),
            get(
                3,
                "GET",
                "/search.php?c=id-cards&x=net",
                "http://shop.example/",
            ),
            get(4, "GET", "/find.php?run=dir", "http://shop.example/"),
        ];
        events
            .extend((5..20).map(|at| get(at, "GET", "/media/player.php", "http://shop.example/")));
        let (best, found) = best(&events);
        assert!(best < 0.3, "{found:?}");
    }
}
