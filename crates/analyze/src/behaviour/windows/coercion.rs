//! A server that was told to log on elsewhere, and does: the call goes one way, the log-on comes back (MITRE ATT&CK
//! T1187). The call is answered after the log-on, so whichever comes first waits for the other.

use super::act::Act;
use super::call::Deed;
use crate::model::Verdict;
use crate::{FlowFact, FlowMoment, limits, table::Table};
use event::{
    Communication, Detection, Endpoint, Event, Record, Severity, Stage, Text, Timestamp, Transport,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

const WINDOW_NS: u64 = 30_000_000_000;
/// Where a Windows machine logs on by itself.
const LOG_ON_PORTS: [u16; 3] = [80, 139, 445];

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Coercions {
    /// By server and caller.
    calls: Table<(IpAddr, IpAddr), Call>,
    /// Connections to ports where one logs on, by who opened them and to whom.
    opened: Table<(IpAddr, IpAddr), Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Call {
    time: Timestamp,
    caller: Endpoint,
    server: Endpoint,
    event: Record,
}

impl Coercions {
    pub fn new() -> Self {
        Self {
            calls: Table::new(limits::COERCIONS_MAX),
            opened: Table::new(limits::PAIRS_MAX),
        }
    }

    /// A call that may make the server log on to the caller.
    pub fn deed(&mut self, event: &Event, deed: &Deed) -> Option<Detection> {
        let coerces = matches!(
            deed.act,
            Act::LogOnCoerced
                | Act::ShadowCopiesAsked
                | Act::PrinterNotificationAsked
                | Act::PrinterDriverAdded
                | Act::EncryptionPipeOpened
        );
        if !coerces {
            return None;
        }
        let key = (deed.server.ip, deed.client.ip);
        let call = Call {
            time: event.time,
            caller: deed.client,
            server: deed.server,
            event: event.to_record(),
        };
        let came = self.opened.at(&key).copied();
        if came.is_some_and(|at| event.time.since(at) <= WINDOW_NS && at <= event.time) {
            self.opened.take(&key);
            return Some(verdict(&call, event.time));
        }
        self.calls.take(&key);
        self.calls.touch(key, event.time, || call);
        None
    }

    /// A connection was opened.
    pub fn flow(&mut self, fact: &FlowFact) -> Option<Detection> {
        let known = LOG_ON_PORTS.contains(&fact.server.port)
            && fact.transport == Transport::Tcp
            && fact.moment != FlowMoment::Answered;
        if !known {
            return None;
        }
        let key = (fact.client.ip, fact.server.ip);
        if let Some(call) = self.calls.at(&key) {
            let after = fact.start >= call.time && fact.start.since(call.time) <= WINDOW_NS;
            if after {
                let call = self.calls.take(&key)?;
                return Some(verdict(&call, fact.time));
            }
        }
        let opened = self.opened.touch(key, fact.start, || fact.start);
        *opened = (*opened).max(fact.start);
        None
    }
}

fn verdict(call: &Call, time: Timestamp) -> Detection {
    Verdict {
        id: "coerced_logon_seen",
        name: "a server connected back to the machine that had told it to".to_owned(),
        communication: Some(Communication::LateralMovement),
        stage: Stage::LateralMovement,
        severity: Severity::High,
        confidence: 0.82,
        technique: &["T1187"],
        reasons: vec![Text::new(
            format!(
                "{} に送った命令の前後 30 秒以内に、その機器から命令元へ認証を伴う接続が返ってきました",
                call.server.ip
            ),
            format!(
                "within 30 s of the call {} connected back to the caller, on a port where one logs on",
                call.server.ip
            ),
        )],
    }
    .about(
        time,
        call.caller,
        Some(call.server),
        None,
        call.event.clone(),
    )
}
