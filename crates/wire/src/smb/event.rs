//! Values of events, with the names of EVE.

use super::names::{self, command_1, command_2, disposition, function};
use super::transaction::{
    Common, Connect, Create, Detail, FileKey, Login, Negotiate, SmbTransaction, Status, Transfer,
};
use crate::protocol::Fields;
use crate::text::{hex, uuid};

/// All values of a transaction.
pub(super) fn fields(transaction: &SmbTransaction, fields: &mut dyn Fields) {
    fields.number("id", transaction.id.saturating_add(1));
    if transaction.dialect.is_empty() {
        fields.text("dialect", "unknown".into());
    } else {
        fields.bytes("dialect", transaction.dialect.as_ref());
    }
    common(&transaction.common, fields);
    match &transaction.detail {
        Detail::None => {}
        Detail::Negotiate(negotiate) => negotiation(negotiate, fields),
        Detail::Login(login) => log_in(login, fields),
        Detail::Connect(connect) => connection(connect, fields),
        Detail::Create(create) => creation(create, fields),
        Detail::Transfer(transfer) => transferred(transfer, fields),
        Detail::Rename { from, to } => {
            fields.begin_record("rename");
            fields.bytes("from", from);
            fields.bytes("to", to);
            fields.end();
        }
        Detail::Dispose { name } => {
            fields.bytes("filename", name);
            fields.text("access", "delete on close".into());
        }
        Detail::Control(code) => fields.text("function", function(*code)),
        Detail::Call(call) => {
            fields.begin_record("dcerpc");
            call.fields(true, fields);
            fields.end();
        }
    }
}

fn common(common: &Common, fields: &mut dyn Fields) {
    let command = match common.version {
        1 => command_1(common.command),
        _ => command_2(common.command),
    };
    fields.text("command", command);
    match common.status {
        None => {}
        Some(Status::Nt(code)) => {
            let name = names::status(code).unwrap_or("UNKNOWN");
            fields.text("status", name.into());
            fields.text("status_code", format!("0x{code:x}").into());
        }
        Some(Status::Dos(class, code)) => {
            let name = match (class, code) {
                (0, _) => "SUCCESS",
                (1, 2) => "ERRbadfile",
                (1, 5) => "ERRnoaccess",
                (1, 6) => "ERRbadfid",
                (2, 1) => "ERRerror",
                (2, 2) => "ERRbadpw",
                (2, 4) => "ERRaccess",
                (2, 5) => "ERRinvtid",
                (2, 6) => "ERRinvnetname",
                _ => "UNKNOWN",
            };
            fields.text("status", name.into());
            fields.text("status_code", format!("0x{code:x}").into());
        }
    }
    let negotiates = match common.version {
        1 => common.command == names::first::NEGOTIATE.into(),
        _ => common.command == names::second::NEGOTIATE,
    };
    // There is no session and no share yet, whatever stands there.
    let (session, tree) = match negotiates {
        true => (0, 0),
        false => (common.session, common.tree),
    };
    fields.number("session_id", session);
    fields.number("tree_id", tree.into());
}

fn negotiation(negotiate: &Negotiate, fields: &mut dyn Fields) {
    fields.begin_list("client_dialects");
    for dialect in &negotiate.dialects {
        fields.bytes("", dialect);
    }
    fields.end();
    if let Some(client) = &negotiate.client {
        fields.text("client_guid", uuid(client).into());
    }
    if let Some(server) = &negotiate.server {
        fields.text("server_guid", uuid(server).into());
    }
    if let Some((read, write)) = negotiate.sizes {
        fields.number("max_read_size", read.into());
        fields.number("max_write_size", write.into());
    }
}

fn system(name: &'static str, system: Option<&(Vec<u8>, Vec<u8>)>, fields: &mut dyn Fields) {
    if let Some((system, manager)) = system {
        fields.begin_record(name);
        fields.bytes("native_os", system);
        fields.bytes("native_lm", manager);
        fields.end();
    }
}

fn log_in(login: &Login, fields: &mut dyn Fields) {
    if let Some(user) = &login.ntlm {
        user.fields(fields);
    }
    if let Some(kerberos) = &login.kerberos {
        fields.begin_record("kerberos");
        fields.bytes("realm", &kerberos.realm);
        fields.begin_list("snames");
        for name in &kerberos.names {
            fields.bytes("", name);
        }
        fields.end();
        fields.end();
    }
    system("request", login.client_system.as_ref(), fields);
    system("response", login.server_system.as_ref(), fields);
    if login.is_encrypted {
        fields.truth("encrypted", true);
    }
}

fn connection(connect: &Connect, fields: &mut dyn Fields) {
    if connect.kind == Some("PIPE") {
        fields.bytes("named_pipe", &connect.share);
    } else {
        fields.bytes("share", &connect.share);
    }
    if connect.is_encrypted {
        fields.truth("encrypted", true);
    }
    if let Some((asked, given)) = &connect.service {
        fields.begin_record("service");
        fields.bytes("request", asked);
        if !given.is_empty() {
            fields.bytes("response", given);
        }
        fields.end();
    } else if let Some(kind) = connect.kind {
        fields.text("share_type", kind.into());
    }
}

fn creation(create: &Create, fields: &mut dyn Fields) {
    let name: &[u8] = if create.name.is_empty() {
        b"<share_root>"
    } else {
        &create.name
    };
    if create.is_directory {
        fields.bytes("directory", name);
    } else {
        fields.bytes("filename", name);
    }
    let wanted = disposition(create.disposition);
    fields.text("disposition", wanted.into());
    let access = if create.deletes_on_close {
        "delete on close"
    } else {
        "normal"
    };
    fields.text("access", access.into());
    if let Some(opened) = &create.opened {
        let names = ["created", "accessed", "modified", "changed"];
        for (name, time) in names.into_iter().zip(opened.times) {
            fields.number(name, time);
        }
        fields.number("size", opened.size);
        handle(opened.file, fields);
    }
}

fn transferred(transfer: &Transfer, fields: &mut dyn Fields) {
    fields.bytes("filename", &transfer.name);
    if !transfer.share.is_empty() {
        fields.bytes("share", &transfer.share);
    }
    handle(transfer.file, fields);
}

fn handle(file: FileKey, fields: &mut dyn Fields) {
    let text = if file.is_short {
        let [low, high, ..] = file.bytes;
        hex(&[high, low], None)
    } else {
        uuid(&super::smb2::guid(file.bytes))
    };
    fields.text("fuid", text.into());
}
