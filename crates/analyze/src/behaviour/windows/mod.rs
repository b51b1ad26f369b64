//! Spread and theft by Windows' own remote administration: shares, services, tasks, registry, WMI, DCOM, and the
//! calls by which domain controllers are attacked.
//!
//! Each deed is a fact of the protocol (interface, operation, share, file), so nothing here depends on a tool's bytes;
//! operation numbers stay readable when the arguments are encrypted. What administrators do every week is told from
//! what is new by each machine's own history, and by how widely and in what order things are done.

mod act;
mod call;
mod coercion;
mod history;
mod judge;
mod machine_logon;
mod operations;

use super::ends::ends;
use crate::model::{Context, Model};
use crate::{FlowFact, limits, table::Table};
use act::Act;
use call::Deed;
use coercion::Coercions;
use event::{Detection, Event, Timestamp};
use history::Client;
use machine_logon::MachineLogOns;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// The interface of replication, in names of Kerberos services that only controllers ask tickets for (MS-DRSR 2.2.3.2).
const REPLICATION_SERVICE: &str = "E3514235-4B06-11D1-AB04-00C04FC2DCD2";

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Windows {
    clients: Table<IpAddr, Client>,
    /// Machines that answer as domain controllers do.
    controllers: Table<IpAddr, ()>,
    log_ons: MachineLogOns,
    coercions: Coercions,
    /// The first event ever.
    begun: Option<Timestamp>,
}

impl Windows {
    pub fn new() -> Self {
        Self {
            clients: Table::new(limits::HOSTS_MAX),
            controllers: Table::new(limits::HOSTS_MAX),
            log_ons: MachineLogOns::new(),
            coercions: Coercions::new(),
            begun: None,
        }
    }

    fn is_controller(&self, ip: IpAddr) -> bool {
        self.controllers.at(&ip).is_some()
    }

    /// Who answers for a domain, and who replicates it, is a controller.
    fn learn(&mut self, event: &Event) {
        if event.kind != "krb5" {
            return;
        }
        let Some((client, server)) = ends(None, event) else {
            return;
        };
        let answers = matches!(
            event.text("krb5.msg_type"),
            Some("KRB_AS_REP" | "KRB_TGS_REP" | "KRB_ERROR")
        );
        if answers && server.port == 88 {
            self.controllers.touch(server.ip, event.time, || ());
        }
        let replicates = event.text("krb5.sname").is_some_and(|name| {
            name.get(..REPLICATION_SERVICE.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(REPLICATION_SERVICE))
        });
        if replicates && event.text("krb5.msg_type") == Some("KRB_TGS_REP") {
            self.controllers.touch(client.ip, event.time, || ());
        }
    }

    fn deed(&mut self, context: &Context<'_>, event: &Event, deed: Deed, out: &mut Vec<Detection>) {
        if deed.client.ip == deed.server.ip {
            return;
        }
        match deed.act {
            Act::MachineLogOn | Act::MachinePasswordSet => {
                self.controllers.touch(deed.server.ip, event.time, || ());
                out.extend(self.log_ons.see(event, &deed));
                return;
            }
            Act::DirectoryAsked => {
                self.controllers.touch(deed.server.ip, event.time, || ());
            }
            // Each of two controllers asks the other.
            Act::SecretsReplicated | Act::ReplicaAdded if self.is_controller(deed.client.ip) => {
                self.controllers.touch(deed.server.ip, event.time, || ());
                return;
            }
            _ => {}
        }
        let server_is_controller = self.is_controller(deed.server.ip);
        let observed_ns = event.time.since(*self.begun.get_or_insert(event.time));
        let client = self
            .clients
            .touch(deed.client.ip, event.time, Client::default);
        let news = client.record(&deed, event.time);
        let scene = judge::Scene {
            context,
            event,
            deed: &deed,
            server_is_controller,
            observed_ns,
        };
        out.extend(judge::judge(&scene, client, news));
        out.extend(self.coercions.deed(event, &deed));
    }
}

impl Model for Windows {
    fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        self.begun.get_or_insert(event.time);
        self.learn(event);
        if let Some(deed) = call::deed(event) {
            self.deed(context, event, deed, out);
        }
    }

    fn flow(&mut self, _: &Context<'_>, fact: &FlowFact, out: &mut Vec<Detection>) {
        out.extend(self.coercions.flow(fact));
    }
}

#[cfg(test)]
mod tests;
