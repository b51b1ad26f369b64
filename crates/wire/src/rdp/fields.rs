//! Names for rules and events.

use super::client::{Client, Core};
use super::parser::{Front, Message, Request, Response, front, message};
use super::state::{Rdp, RdpTransaction};
use crate::field::{VisitBytes, VisitNumber};
use crate::protocol::{Carrier, Direction, Fields, Probe, ProtocolSpec, Transaction};

/// RDP.
pub static RDP: ProtocolSpec = ProtocolSpec {
    name: "rdp",
    carrier: Carrier::Stream,
    ports: &[3389],
    probe,
    parser: || Box::new(Rdp::default()),
    buffers: &[],
    numbers: &[],
    anomalies: &["malformed_data"],
};

/// X.224 alone also carries other things (S7, for one): a cookie or a negotiation makes it RDP, else the port.
fn probe(direction: Direction, bytes: &[u8]) -> Probe {
    let kind = match direction {
        Direction::ToServer => 0xe0,
        Direction::ToClient => 0xd0,
    };
    let begins = bytes.get(5).is_none_or(|found| *found == kind);
    let length = match front(bytes) {
        Front::Unknown => return Probe::Unsure,
        Front::Packet(length) if (11..=1024).contains(&length) && begins => length,
        _ => return Probe::No,
    };
    let Some(packet) = bytes.get(..length) else {
        return Probe::Unsure;
    };
    match message(packet) {
        Some(Message::Request(Request {
            cookie: None,
            negotiation: None,
        })) => Probe::Unsure,
        Some(Message::Request(_)) => Probe::Yes,
        Some(Message::Response(Response::Plain)) => Probe::Unsure,
        Some(Message::Response(_)) => Probe::Yes,
        _ => Probe::No,
    }
}

fn names(name: &'static str, bits: u32, known: &[(u32, &str)], fields: &mut dyn Fields) {
    fields.begin_list(name);
    for (bit, word) in known {
        if bits & bit != 0 {
            fields.bytes("", word.as_bytes());
        }
    }
    fields.end();
}

fn request(request: &Request, fields: &mut dyn Fields) {
    if let Some(cookie) = &request.cookie {
        fields.bytes("cookie", cookie);
    }
    if let Some((flags, _)) = request.negotiation
        && flags != 0
    {
        let known = [
            (0x01, "restricted_admin_mode_required"),
            (0x02, "redirected_authentication_mode_required"),
            (0x08, "correlation_info_present"),
        ];
        names("flags", flags.into(), &known, fields);
    }
}

fn response(response: Response, fields: &mut dyn Fields) {
    match response {
        Response::Plain => {}
        Response::Protocol(flags, protocol) => {
            let known = [
                (0x01, "extended_client_data"),
                (0x02, "dynvc_gfx"),
                (0x08, "restricted_admin"),
                (0x10, "redirected_authentication"),
            ];
            if flags != 0 {
                names("server_supports", flags.into(), &known, fields);
            }
            let name: &[u8] = match protocol {
                0 => b"rdp",
                1 => b"ssl",
                2 => b"hybrid",
                4 => b"rds_tls",
                8 => b"hybrid_ex",
                _ => b"unknown",
            };
            fields.bytes("protocol", name);
        }
        Response::Failure(code) => {
            fields.number("error_code", code.into());
            let reason: &[u8] = match code {
                1 => b"ssl required by server",
                2 => b"ssl not allowed by server",
                3 => b"ssl cert not on server",
                4 => b"inconsistent flags",
                5 => b"hybrid required by server",
                6 => b"ssl with user auth required by server",
                _ => b"unknown",
            };
            fields.bytes("reason", reason);
        }
    }
}

fn core(core: &Core, fields: &mut dyn Fields) {
    fields.begin_record("client");
    fields.bytes("version", core.version_name().as_bytes());
    fields.number("desktop_width", core.width.into());
    fields.number("desktop_height", core.height.into());
    fields.number("color_depth", core.color_depth().into());
    fields.bytes("keyboard_layout", core.keyboard_layout_name().as_bytes());
    fields.bytes("build", core.build_name().as_bytes());
    if !core.name.is_empty() {
        fields.bytes("client_name", &core.name);
    }
    if let Some(kind) = core.keyboard_type_name() {
        fields.bytes("keyboard_type", kind.as_bytes());
    }
    fields.number("function_keys", core.function_keys.into());
    if let Some(product) = core.product_id {
        fields.number("product_id", product.into());
    }
    if let Some(bits) = core.capabilities.filter(|bits| *bits != 0) {
        let known = [
            (0x0001, "support_errinfo_pdf"),
            (0x0002, "want_32bpp_session"),
            (0x0004, "support_statusinfo_pdu"),
            (0x0008, "strong_asymmetric_keys"),
            (0x0020, "valid_connection_type"),
            (0x0040, "support_monitor_layout_pdu"),
            (0x0080, "support_netchar_autodetect"),
            (0x0100, "support_dynvc_gfx_protocol"),
            (0x0200, "support_dynamic_time_zone"),
            (0x0400, "support_heartbeat_pdu"),
        ];
        names("capabilities", bits.into(), &known, fields);
    }
    if let Some(id) = core.id.as_ref().filter(|id| !id.is_empty()) {
        fields.bytes("id", id);
    }
    if let Some(kind) = core.connection_name() {
        fields.bytes("connection_hint", kind.as_bytes());
    }
    fields.end();
}

fn connect(client: &Client, fields: &mut dyn Fields) {
    if let Some(said) = &client.core {
        core(said, fields);
    }
    if !client.channels.is_empty() {
        fields.begin_list("channels");
        for name in &client.channels {
            fields.bytes("", name);
        }
        fields.end();
    }
}

impl Transaction for RdpTransaction {
    fn id(&self) -> u64 {
        self.id
    }

    fn protocol(&self) -> &'static ProtocolSpec {
        &RDP
    }

    fn event_name(&self) -> Option<&'static str> {
        Some("rdp")
    }

    fn buffer(&self, _: usize, _: Direction, _: VisitBytes<'_>) {}

    fn number(&self, _: usize, _: Direction, _: VisitNumber<'_>) {}

    fn fields(&self, fields: &mut dyn Fields) {
        fields.number("tx_id", self.id.saturating_add(1));
        let kind: &[u8] = match &self.message {
            Message::Request(_) => b"initial_request",
            Message::Response(_) => b"initial_response",
            Message::Connect(_) => b"connect_request",
            Message::Connected | Message::Other => b"connect_response",
        };
        fields.bytes("event_type", kind);
        match &self.message {
            Message::Request(said) => request(said, fields),
            Message::Response(said) => response(*said, fields),
            Message::Connect(client) => connect(client, fields),
            Message::Connected | Message::Other => {}
        }
    }

    fn direction(&self) -> Direction {
        self.direction
    }
}
