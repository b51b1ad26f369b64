//! A call or a bind, with its answer.

use super::parser::{Interface, Order, kind};
use crate::limits::DCERPC_STUB_BYTES_MAX;
use crate::ntlmssp::Authenticate;
use crate::protocol::{Direction, Fields};
use crate::text::uuid;
use std::sync::Arc;

/// An interface and what the server said of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    /// The interface.
    pub interface: Interface,
    /// It was offered in a first fragment; rules do not look at others.
    pub is_whole: bool,
    /// Result and reason, once the server has answered.
    pub answer: Option<(u16, u16)>,
}

impl Bound {
    /// Whether rules look at calls that use it.
    pub fn is_usable(&self) -> bool {
        self.is_whole && self.answer.is_none_or(|(result, _)| result == 0)
    }
}

/// Data of one direction of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stub {
    /// What is kept of it, at most `DCERPC_STUB_BYTES_MAX`.
    pub bytes: Vec<u8>,
    /// Bytes in all.
    pub size: u64,
    /// Fragments.
    pub fragments: u64,
}

impl Stub {
    /// Adds a fragment; bytes beyond `room` and the limit are counted only. How many were kept.
    pub fn push(&mut self, bytes: &[u8], room: usize) -> usize {
        let room = room.min(DCERPC_STUB_BYTES_MAX.saturating_sub(self.bytes.len()));
        let kept = bytes.get(..room).unwrap_or(bytes);
        self.bytes.extend_from_slice(kept);
        self.size = self.size.saturating_add(bytes.len() as u64);
        self.fragments = self.fragments.saturating_add(1);
        kept.len()
    }
}

/// A call, or a bind, with its answer.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Number of the transaction in the conversation.
    pub id: u64,
    /// Number by which client and server join request and response.
    pub call_id: u32,
    /// Minor version of the protocol.
    pub minor: u8,
    /// Order of bytes in the data.
    pub order: Order,
    /// Type of the message that began it; None where it was not seen.
    pub request: Option<u8>,
    /// Type of the message that ended it.
    pub response: Option<u8>,
    /// Which operation, for calls.
    pub operation: Option<u16>,
    /// Interfaces offered; for calls the one that is called, if its bind was seen.
    pub interfaces: Vec<Bound>,
    /// The first fragment of the request was seen.
    pub has_first: bool,
    /// Data of the request.
    pub sent: Stub,
    /// Data of the response; but for calls over pipes with the eight bytes of its header before it, as rules expect it.
    pub received: Stub,
    /// Who calls, where the connection was authenticated by NTLM.
    pub user: Option<Arc<Authenticate>>,
    /// Activity, for calls over UDP.
    pub activity: Option<[u8; 16]>,
    /// The request is complete and told.
    pub(super) request_done: bool,
}

impl Call {
    /// Data of a direction.
    pub const fn stub(&self, direction: Direction) -> &Stub {
        match direction {
            Direction::ToServer => &self.sent,
            Direction::ToClient => &self.received,
        }
    }

    /// Whether numbers in the data have their high byte first.
    pub fn is_high_byte_first(&self) -> bool {
        self.order == Order::Big
    }

    /// Bytes of data held.
    pub(super) fn held(&self) -> usize {
        self.sent
            .bytes
            .len()
            .saturating_add(self.received.bytes.len())
    }

    /// Whether it is a call rather than a bind.
    pub fn is_call(&self) -> bool {
        self.request == Some(kind::REQUEST)
    }

    /// The interface that is called, as rules look at it: UUID, major version, whether the first fragment was seen.
    pub fn visit_interface(&self, visit: &mut dyn FnMut(&[u8])) {
        if !self.is_call() {
            return;
        }
        for bound in self.interfaces.iter().filter(|bound| bound.is_usable()) {
            let mut value = [0; 19];
            let [head @ .., high, low, first] = &mut value;
            head.copy_from_slice(&bound.interface.uuid);
            [*high, *low] = bound.interface.major.to_be_bytes();
            *first = self.has_first.into();
            visit(&value);
        }
    }

    /// The operation that is called, as rules look at it.
    pub fn visit_operation(&self, visit: &mut dyn FnMut(&[u8])) {
        if let Some(operation) = self.operation {
            visit(&operation.to_be_bytes());
        }
    }

    /// The data of a direction, as rules look at it.
    pub fn visit_stub(&self, direction: Direction, visit: &mut dyn FnMut(&[u8])) {
        let stub = self.stub(direction);
        if stub.fragments > 0 {
            visit(&stub.bytes);
        }
    }

    /// Values of its event; inside an SMB event the operation stands one level higher.
    pub fn fields(&self, inside_smb: bool, fields: &mut dyn Fields) {
        if let Some(name) = self.request.and_then(kind_name) {
            fields.text("request", name.into());
        }
        let response = self.response.and_then(kind_name).unwrap_or("UNREPLIED");
        fields.text("response", response.into());
        if self.is_call() {
            self.call_fields(inside_smb, fields);
        }
        self.interface_fields(inside_smb, fields);
        if let Some(activity) = &self.activity {
            fields.text("activityuuid", uuid(activity).into());
            fields.number("seqnum", self.call_id.into());
            fields.bytes("rpc_version", b"4");
            return;
        }
        if let Some(user) = &self.user {
            user.fields(fields);
        }
        fields.number("call_id", self.call_id.into());
        if !inside_smb {
            fields.bytes("rpc_version", format!("5.{}", self.minor).as_bytes());
        }
    }

    fn call_fields(&self, inside_smb: bool, fields: &mut dyn Fields) {
        let operation = self.operation.map(u64::from);
        if inside_smb && let Some(operation) = operation {
            fields.number("opnum", operation);
        }
        fields.begin_record("req");
        if !inside_smb && let Some(operation) = operation {
            fields.number("opnum", operation);
        }
        stub_fields(&self.sent, fields);
        fields.end();
        if self.response == Some(kind::RESPONSE) {
            fields.begin_record("res");
            stub_fields(&self.received, fields);
            fields.end();
        }
    }

    fn interface_fields(&self, inside_smb: bool, fields: &mut dyn Fields) {
        if self.interfaces.is_empty() {
            return;
        }
        fields.begin_list("interfaces");
        for Bound {
            interface, answer, ..
        } in &self.interfaces
        {
            fields.begin_record("");
            fields.text("uuid", uuid(&interface.uuid).into());
            let version = format!("{}.{}", interface.major, interface.minor);
            fields.text("version", version.into());
            if let Some((result, reason)) = answer {
                fields.number("ack_result", (*result).into());
                if inside_smb {
                    fields.number("ack_reason", (*reason).into());
                }
            }
            fields.end();
        }
        fields.end();
    }
}

fn stub_fields(stub: &Stub, fields: &mut dyn Fields) {
    fields.number("frag_cnt", stub.fragments);
    fields.number("stub_data_size", stub.size);
}

/// A type's name in events.
pub(super) fn kind_name(number: u8) -> Option<&'static str> {
    Some(match number {
        0 => "REQUEST",
        1 => "PING",
        2 => "RESPONSE",
        3 => "FAULT",
        4 => "WORKING",
        5 => "NOCALL",
        6 => "REJECT",
        7 => "ACK",
        8 => "CL_CANCEL",
        9 => "FACK",
        10 => "CANCEL_ACK",
        11 => "BIND",
        12 => "BINDACK",
        13 => "BINDNAK",
        14 => "ALTER_CONTEXT",
        15 => "ALTER_CONTEXT_RESP",
        16 => "AUTH3",
        17 => "SHUTDOWN",
        18 => "CO_CANCEL",
        19 => "ORPHANED",
        _ => return None,
    })
}
