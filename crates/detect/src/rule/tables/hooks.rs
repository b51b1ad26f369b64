//! Points of a conversation that a rule may name behind its protocol (`http1:request_line`). To add one, add a line.

use crate::rule::ast::{FlowDirection, Hook, HookPoint, Protocol, ProtocolKind};

/// Names of the hooks of one protocol, those of the client's side and those of the server's.
struct Hooks {
    protocol: &'static str,
    requests: &'static [&'static str],
    responses: &'static [&'static str],
}

/// Of every application protocol.
const REQUESTS: &[&str] = &["request_started", "request_complete"];
const RESPONSES: &[&str] = &["response_started", "response_complete"];

/// Of application protocols that have more.
static HOOKS: &[Hooks] = &[
    Hooks {
        protocol: "http1",
        requests: &[
            "request_line",
            "request_headers",
            "request_body",
            "request_trailer",
        ],
        responses: &[
            "response_line",
            "response_headers",
            "response_body",
            "response_trailer",
        ],
    },
    Hooks {
        protocol: "ssh",
        requests: &[
            "request_in_progress",
            "request_banner_wait_eol",
            "request_banner_done",
            "request_finished",
        ],
        responses: &[
            "response_in_progress",
            "response_banner_wait_eol",
            "response_banner_done",
            "response_finished",
        ],
    },
    Hooks {
        protocol: "tls",
        requests: &[
            "client_in_progress",
            "client_hello_done",
            "client_cert_done",
            "client_handshake_done",
            "client_finished",
        ],
        responses: &[
            "server_in_progress",
            "server_hello",
            "server_cert_done",
            "server_hello_done",
            "server_handshake_done",
            "server_finished",
        ],
    },
];

/// Of packets.
static PACKET_HOOKS: &[(&str, HookPoint)] = &[
    ("all", HookPoint::EveryPacket),
    ("pre_flow", HookPoint::EveryPacket),
    ("pre_stream", HookPoint::EveryPacket),
    ("flow_start", HookPoint::FlowStart),
];

/// The hook of this name of a protocol.
pub(crate) fn hook(protocol: Protocol, name: &str) -> Option<Hook> {
    let mut hooks = all(protocol);
    hooks.find(|hook| hook.name == name)
}

/// Names of the hooks of a protocol.
pub(crate) fn names(protocol: Protocol) -> Vec<&'static str> {
    all(protocol).map(|hook| hook.name).collect()
}

fn all(protocol: Protocol) -> impl Iterator<Item = Hook> {
    let is_application = protocol.kind == ProtocolKind::Application;
    let own = HOOKS
        .iter()
        .find(|hooks| is_application && hooks.protocol == protocol.name);
    let side = |direction, common: &'static [&'static str], own: &'static [&'static str]| {
        let common = if is_application { common } else { &[] };
        let point = HookPoint::Side(direction);
        common
            .iter()
            .chain(own)
            .map(move |name| Hook { name, point })
    };
    let packets = if is_application { &[] } else { PACKET_HOOKS };
    let (requests, responses): (&[&str], &[&str]) =
        own.map_or((&[], &[]), |own| (own.requests, own.responses));
    side(FlowDirection::ToServer, REQUESTS, requests)
        .chain(side(FlowDirection::ToClient, RESPONSES, responses))
        .chain(packets.iter().map(|(name, point)| Hook {
            name,
            point: *point,
        }))
}
