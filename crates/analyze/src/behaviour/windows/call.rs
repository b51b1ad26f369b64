//! From events to deeds: who did what to whom.

use super::act::Act;
use super::operations;
use crate::behaviour::ends::ends;
use event::{Endpoint, Event, Record, Value};

/// A deed between two machines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Deed {
    pub act: Act,
    pub client: Endpoint,
    pub server: Endpoint,
    /// The other side did not refuse it.
    pub done: bool,
}

/// Endings of what Windows runs.
const PROGRAMS: [&str; 15] = [
    "exe", "dll", "sys", "scr", "com", "cpl", "ocx", "msi", "bat", "cmd", "ps1", "vbs", "js",
    "hta", "lnk",
];

/// The deed that an event tells, if any.
pub(super) fn deed(event: &Event) -> Option<Deed> {
    match event.kind.as_ref() {
        "smb" => smb(event),
        "dcerpc" => {
            let call = event.body.member("dcerpc")?.as_record()?;
            let number = call.number("req.opnum")?;
            deed_of(event, operation(call, number)?, replied(call))
        }
        "fileinfo" if event.app_proto == Some("smb") => file(event),
        _ => None,
    }
}

fn deed_of(event: &Event, act: Act, done: bool) -> Option<Deed> {
    let (client, server) = ends(None, event)?;
    Some(Deed {
        act,
        client,
        server,
        done,
    })
}

fn operation(call: &Record, number: u64) -> Option<Act> {
    let interfaces = call.member("interfaces")?.as_list();
    interfaces
        .iter()
        .filter_map(|one| one.as_record()?.text("uuid"))
        .find_map(|uuid| operations::act(uuid, number))
}

fn replied(call: &Record) -> bool {
    call.text("response") != Some("FAULT")
}

fn smb(event: &Event) -> Option<Deed> {
    let smb = event.body.member("smb")?.as_record()?;
    let granted = matches!(
        smb.text("status"),
        None | Some("STATUS_SUCCESS" | "STATUS_PENDING")
    );
    if let Some(call) = smb.member("dcerpc").and_then(Value::as_record) {
        let act = operation(call, call.number("opnum")?)?;
        return deed_of(event, act, replied(call));
    }
    let command = smb.text("command")?;
    if command.contains("TREE_CONNECT") {
        let share = smb.text("share")?;
        let is_refused = smb.text("status").is_some_and(|status| {
            status.ends_with("ACCESS_DENIED") || status.ends_with("noaccess")
        });
        let act = match (is_admin_share(share), granted, is_refused) {
            (true, true, _) => Act::ShareOpened,
            (true, false, true) => Act::ShareRefused,
            _ => return None,
        };
        return deed_of(event, act, granted);
    }
    if command.contains("CREATE") {
        return deed_of(event, operations::pipe(smb.text("filename")?)?, granted);
    }
    None
}

/// A file that passed over an administrative share.
fn file(event: &Event) -> Option<Deed> {
    let share = event.text("smb.share")?;
    if !is_admin_share(share) || !is_program(event) {
        return None;
    }
    let put = event.text("smb.command")?.contains("WRITE");
    let (source, dest) = (event.source?, event.dest?);
    // The sender of the file is the source.
    let (act, client, server) = if put {
        (Act::ProgramPut, source, dest)
    } else {
        (Act::ProgramFetched, dest, source)
    };
    Some(Deed {
        act,
        client,
        server,
        done: true,
    })
}

/// Whether a file is something that Windows runs: by its first bytes, else by its name.
fn is_program(event: &Event) -> bool {
    let by_bytes = event
        .text("fileinfo.magic")
        .is_some_and(|magic| magic.starts_with("PE32") || magic.starts_with("MS-DOS executable"));
    let ending = event
        .text("fileinfo.filename")
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, ending)| ending.to_ascii_lowercase());
    by_bytes || ending.is_some_and(|ending| PROGRAMS.contains(&ending.as_str()))
}

/// `ADMIN$`, `C$` and the like; not `IPC$`, which everybody opens, and `print$`, which holds drivers.
pub(super) fn is_admin_share(share: &str) -> bool {
    let name = share
        .trim_end_matches('\0')
        .rsplit('\\')
        .next()
        .unwrap_or(share);
    let mut letters = name.chars();
    let drive = matches!(
        (letters.next(), letters.next(), letters.next()),
        (Some('a'..='z' | 'A'..='Z'), Some('$'), None)
    );
    drive || name.eq_ignore_ascii_case("ADMIN$")
}
