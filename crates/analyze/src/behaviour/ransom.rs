//! Files of a share that one machine makes unreadable: renamed to one new ending, overwritten with what has no form any
//! more, and notes left in folder after folder (after Continella et al., "ShieldFS", 2016, and Scaife et al.,
//! "CryptoDrop", 2016, which watch the same on the machine itself; here everything is seen on the wire).

use crate::model::{Context, Model, Verdict};
use crate::{limits, table::Table};
use event::{
    Communication, Detection, Endpoint, Event, Record, Severity, Stage, Text, Timestamp, Value,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

const WINDOW_NS: u64 = 180_000_000_000;
/// Renames to one new ending within the window.
const RENAMES_MIN: usize = 15;
/// Documents written as noise within the window.
const NOISE_MIN: usize = 8;
/// The same where nothing else is seen: programs that protect documents write them without form, too.
const NOISE_ALONE_MIN: usize = 16;
/// Folders with a note within the window.
const NOTES_MIN: usize = 3;
/// Deletions beside as many new files.
const DELETED_MIN: usize = 25;

/// Endings whose content always has a form that its first bytes show.
const FORMED: [&str; 18] = [
    "doc", "docx", "xls", "xlsx", "ppt", "pptx", "pdf", "jpg", "jpeg", "png", "gif", "zip", "rtf",
    "xml", "html", "psd", "tif", "bmp",
];
/// Words in names of notes, and their endings.
const NOTE_WORDS: [&str; 14] = [
    "readme",
    "read_me",
    "read-me",
    "recover",
    "restore",
    "decrypt",
    "how_to",
    "how to",
    "ransom",
    "unlock",
    "instruction",
    "help_your",
    "your_files",
    "!!!",
];
const NOTE_ENDINGS: [&str; 6] = ["txt", "html", "htm", "hta", "url", "rtf"];
/// Endings that programs give their own temporary and safety copies.
const HARMLESS: [&str; 12] = [
    "tmp",
    "temp",
    "bak",
    "old",
    "part",
    "partial",
    "crdownload",
    "lock",
    "swp",
    "new",
    "log",
    "orig",
];

/// Endings of forms that programs read; what has no form by its first bytes may well turn from one into another.
const PLAIN: [&str; 20] = [
    "txt", "csv", "tsv", "json", "md", "ini", "yml", "yaml", "sql", "mp3", "mp4", "mov", "wav",
    "dat", "eml", "msg", "dwg", "dxf", "prn", "asc",
];

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Ransom {
    clients: Table<IpAddr, Client>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Client {
    renamed: Vec<(Timestamp, String)>,
    noise: BTreeMap<String, Timestamp>,
    /// Folder and time, by folder.
    notes: BTreeMap<String, (Timestamp, String)>,
    deleted: Vec<Timestamp>,
    told: BTreeMap<String, usize>,
}

impl Ransom {
    pub fn new() -> Self {
        Self {
            clients: Table::new(limits::HOSTS_MAX),
        }
    }
}

impl Model for Ransom {
    fn event(&mut self, _: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        let smb = event.kind == "smb";
        let file = event.kind == "fileinfo" && event.app_proto == Some("smb");
        if !smb && !file {
            return;
        }
        let (Some(client), Some(server)) = (event.source, event.dest) else {
            return;
        };
        let Some(body) = event.body.member("smb").and_then(Value::as_record) else {
            return;
        };
        let granted = matches!(body.text("status"), None | Some("STATUS_SUCCESS"));
        if !granted {
            return;
        }
        let deed = if file { noise(event, body) } else { deed(body) };
        let Some(deed) = deed else {
            return;
        };
        let state = self.clients.touch(client.ip, event.time, Client::default);
        state.add(event.time, deed);
        out.extend(state.judge(event, client, server));
    }
}

enum Deed {
    Renamed(String),
    Noise(String),
    Note(String, String),
    Deleted,
}

fn deed(body: &Record) -> Option<Deed> {
    if let (Some(from), Some(to)) = (body.text("rename.from"), body.text("rename.to")) {
        return new_ending(from, to).map(Deed::Renamed);
    }
    if body.text("access") == Some("delete on close") {
        return Some(Deed::Deleted);
    }
    let created = matches!(
        body.text("disposition"),
        Some("FILE_CREATE" | "FILE_OVERWRITE_IF" | "FILE_SUPERSEDE" | "FILE_OPEN_IF")
    );
    let path = body.text("filename").filter(|_| created)?;
    let (folder, name) = path.rsplit_once('\\').unwrap_or(("", path));
    is_note(name).then(|| {
        let shortened = crate::inventory::shortened;
        Deed::Note(shortened(folder), shortened(&name.to_ascii_lowercase()))
    })
}

/// A document that was written and has no form.
fn noise(event: &Event, body: &Record) -> Option<Deed> {
    let written = body
        .text("command")
        .is_some_and(|command| command.contains("WRITE"));
    let path = event.text("fileinfo.filename")?;
    let size = event.number("fileinfo.size").unwrap_or(0);
    let formed = ending(path).is_some_and(|ending| FORMED.contains(&ending.as_str()));
    let formless = event.text("fileinfo.magic") == Some("data");
    (written && formed && formless && size >= 512)
        .then(|| Deed::Noise(crate::inventory::shortened(path)))
}

fn ending(path: &str) -> Option<String> {
    let name = path.rsplit('\\').next()?;
    let (stem, ending) = name.rsplit_once('.')?;
    (!stem.is_empty() && ending.len() <= 24).then(|| ending.to_ascii_lowercase())
}

/// The ending that a rename gives instead of, or behind, the one before.
fn new_ending(from: &str, to: &str) -> Option<String> {
    let (before, after) = (ending(from)?, ending(to)?);
    let changed = before != after && !HARMLESS.contains(&after.as_str());
    let plain = |ending: &String| PLAIN.contains(&ending.as_str());
    let from_harmless = HARMLESS.contains(&before.as_str()) || plain(&before) && plain(&after);
    // Turning into an ordinary document is what saving does.
    (changed && !from_harmless && !FORMED.contains(&after.as_str())).then_some(after)
}

fn is_note(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ends = ending(&lower).is_some_and(|ending| NOTE_ENDINGS.contains(&ending.as_str()));
    ends && NOTE_WORDS.iter().any(|word| lower.contains(word))
}

impl Client {
    fn add(&mut self, now: Timestamp, deed: Deed) {
        let recent = |at: Timestamp| now.since(at) <= WINDOW_NS;
        self.renamed.retain(|(at, _)| recent(*at));
        self.noise.retain(|_, at| recent(*at));
        self.notes.retain(|_, (at, _)| recent(*at));
        self.deleted.retain(|at| recent(*at));
        match deed {
            Deed::Renamed(ending) if self.renamed.len() < limits::NAMES_MAX => {
                self.renamed.push((now, ending));
            }
            Deed::Noise(path) if self.noise.len() < limits::NAMES_MAX => {
                self.noise.insert(path, now);
            }
            Deed::Note(folder, name) if self.notes.len() < limits::NAMES_MAX => {
                self.notes.insert(folder, (now, name));
            }
            Deed::Deleted if self.deleted.len() < limits::NAMES_MAX => self.deleted.push(now),
            _ => {}
        }
    }

    /// The ending that most renames gave, and how many did.
    fn main_ending(&self) -> (String, usize) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, ending) in &self.renamed {
            *counts.entry(ending).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        most.map_or((String::new(), 0), |(ending, count)| {
            (ending.to_owned(), count)
        })
    }

    /// The name under which most folders have a note, and how many.
    fn main_note(&self) -> (String, usize) {
        let names: BTreeSet<&String> = self.notes.values().map(|(_, name)| name).collect();
        let of = |name: &String| self.notes.values().filter(|(_, one)| one == name).count();
        let most = names.into_iter().max_by_key(|name| of(name));
        most.map_or((String::new(), 0), |name| (name.clone(), of(name)))
    }

    fn judge(&mut self, event: &Event, client: Endpoint, server: Endpoint) -> Option<Detection> {
        let (ending, renames) = self.main_ending();
        let (note, notes) = self.main_note();
        let (noise, deleted) = (self.noise.len(), self.deleted.len());
        let beside = renames > 0 || notes > 0 || deleted > 0;
        let main = renames >= RENAMES_MIN
            || noise >= if beside { NOISE_MIN } else { NOISE_ALONE_MIN }
            || notes >= NOTES_MIN;
        let mut doubt: f32 = 1.0;
        let mut reasons = Vec::new();
        let mut sign = |yes: bool, belief: f32, ja: String, en: String| {
            if yes {
                doubt *= 1.0 - belief;
                reasons.push(Text::new(ja, en));
            }
        };
        sign(
            renames >= RENAMES_MIN,
            (0.56 + 0.08 * (renames as f32 / RENAMES_MIN as f32).log2()).min(0.8),
            format!(
                "3分以内に、共有フォルダのファイル {renames} 個の拡張子を .{ending} に変更しました"
            ),
            format!("gave {renames} files of a share the ending .{ending} within three minutes"),
        );
        sign(
            noise >= NOISE_MIN,
            (0.56 + 0.08 * (noise as f32 / NOISE_MIN as f32).log2()).min(0.8),
            format!(
                "3分以内に、文書や画像 {noise} 個を、形式の失われたデータ（暗号化されたとみられる内容）で上書きしました"
            ),
            format!(
                "overwrote {noise} documents or pictures within three minutes with data that has no form, as encryption does"
            ),
        );
        sign(
            notes >= NOTES_MIN,
            0.34,
            format!(
                "{notes} 個のフォルダに同じ名前の文書（{note}）を置きました。脅迫文でよく使われる名前です"
            ),
            format!(
                "left a document of one name ({note}) in {notes} folders; notes of blackmailers are called so"
            ),
        );
        sign(
            main && deleted >= DELETED_MIN,
            0.3,
            format!("同じ間に {deleted} 個のファイルを削除しました"),
            format!("deleted {deleted} files in the same time"),
        );
        let level = renames / RENAMES_MIN + noise / NOISE_MIN + notes / NOTES_MIN;
        let key = server.ip.to_string();
        if !main || self.told.len() >= limits::NAMES_MAX && !self.told.contains_key(&key) {
            return None;
        }
        let told = self.told.entry(key).or_insert(0);
        if level < told.saturating_mul(2).max(1) {
            return None;
        }
        *told = level;
        let verdict = Verdict {
            id: "share_encryption",
            name: "files of a share are made unreadable".to_owned(),
            communication: Some(Communication::Ransomware),
            stage: Stage::Impact,
            severity: Severity::Critical,
            confidence: (1.0 - doubt).min(0.95),
            technique: &["T1486", "T1080"],
            reasons,
        };
        Some(verdict.about(event.time, client, Some(server), None, event.to_record()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Ransom, is_note, new_ending};
    use crate::HomeNet;
    use crate::model::{Context, Model};
    use event::{Endpoint, Event, Record, Timestamp, Value};

    fn event(kind: &'static str, second: i64, smb: &str, file: &str) -> Event {
        let mut event = Event::new(Timestamp::new(second, 0), kind);
        event.source = Some(Endpoint::new("192.168.1.5".parse().unwrap(), 50_000));
        event.dest = Some(Endpoint::new("192.168.1.9".parse().unwrap(), 445));
        event.app_proto = Some("smb");
        for (name, json) in [("smb", smb), ("fileinfo", file)] {
            let body: Record = serde_json::from_str(json).unwrap();
            event.body.push(name, Value::Record(body));
        }
        event
    }

    fn belief(events: impl Iterator<Item = Event>) -> f32 {
        let (mut model, home) = (Ransom::new(), HomeNet::default());
        let mut found = Vec::new();
        for event in events {
            model.event(&Context { home: &home }, &event, &mut found);
        }
        found.iter().map(|one| one.confidence).fold(0.0, f32::max)
    }

    #[test]
    fn one_new_ending_for_many_files_speaks_and_so_does_noise_in_documents() {
        let renamed = |at: i64, to: &str| {
            let smb = format!(r#"{{"rename":{{"from":"a\\{at}.docx","to":"a\\{at}.{to}"}}}}"#);
            event("smb", at, &smb, "{}")
        };
        let noise = |at: i64, magic: &str| {
            let file = format!(r#"{{"filename":"a\\{at}.docx","magic":"{magic}","size":9000}}"#);
            event("fileinfo", at, r#"{"command":"SMB2_COMMAND_WRITE"}"#, &file)
        };
        assert!(belief((0..20).map(|at| renamed(at, "docx.qwert"))) >= 0.55);
        assert!(belief((0..20).map(|at| noise(at, "data"))) >= 0.55);
        assert_eq!(belief((0..20).map(|at| noise(at, "Microsoft OOXML"))), 0.0);
        assert_eq!(belief((0..20).map(|at| renamed(at, "bak"))), 0.0);
        // The same at the pace of a person.
        assert_eq!(
            belief((0..20).map(|at| renamed(at * 60, "docx.qwert"))),
            0.0
        );
    }

    #[test]
    fn saving_is_no_renaming_and_notes_are_known_by_their_names() {
        let cases = [
            ("a\\x.docx", "a\\x.docx.qwert", Some("qwert")),
            ("a\\x.docx", "a\\x.locked", Some("locked")),
            ("a\\~x.tmp", "a\\x.docx", None),
            ("a\\x.docx", "a\\x.docx.bak", None),
            ("a\\x.docx", "a\\y.docx", None),
            ("folder", "folder2", None),
            ("a\\x.txt", "a\\x.csv", None),
            ("a\\x.docx", "a\\x.csv", Some("csv")),
        ];
        for (from, to, expected) in cases {
            assert_eq!(new_ending(from, to).as_deref(), expected, "{from} {to}");
        }
        assert!(is_note("HOW_TO_RECOVER_FILES.txt"));
        assert!(!is_note("minutes.txt"));
        assert!(!is_note("recovery plan.docx"));
    }
}
