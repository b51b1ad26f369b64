//! Behaviour models: each a small file that answers to events.

mod beacon;
mod desktop;
mod directory;
pub(crate) mod dns;
mod ends;
mod fan_out;
mod generated;
mod guess;
mod habit;
mod icmp;
mod kerberos;
mod mail;
mod miner;
pub(crate) mod names;
mod ransom;
mod raw;
mod strangers;
mod tls;
mod tor;
mod tunnel;
mod web;
mod web_shell;
mod web_tunnel;
mod windows;

use crate::FlowFact;
use crate::limits;
use crate::model::{Context, Model};
use event::{Detection, Event};
use serde::{Deserialize, Serialize};

/// Every behaviour model, in the order in which they speak.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Behaviour {
    web: web::Web,
    tls: tls::OddTls,
    tor: tor::TorLinks,
    generated: generated::GeneratedDomains,
    dns_tunnels: tunnel::DnsTunnels,
    beacons: beacon::Beacons,
    guesses: guess::Guesses,
    icmp: icmp::IcmpTunnels,
    windows: windows::Windows,
    tickets: kerberos::Tickets,
    directory: directory::DirectorySearches,
    ransom: ransom::Ransom,
    fan_out: fan_out::FanOut,
    lures: mail::Lures,
    web_shells: web_shell::WebShells,
    raw: raw::RawControl,
    strangers: strangers::Strangers,
    miners: miner::Miners,
    habits: habit::Habits,
    desktops: desktop::PlayedDesktops,
    web_tunnels: web_tunnel::WebTunnels,
}

impl Behaviour {
    pub fn new() -> Self {
        Self {
            web: web::Web::new(),
            tls: tls::OddTls::new(),
            tor: tor::TorLinks::new(),
            generated: generated::GeneratedDomains::new(),
            dns_tunnels: tunnel::DnsTunnels::new(),
            beacons: beacon::Beacons::new(),
            guesses: guess::Guesses::new(),
            icmp: icmp::IcmpTunnels::new(),
            windows: windows::Windows::new(),
            tickets: kerberos::Tickets::new(),
            directory: directory::DirectorySearches::new(),
            ransom: ransom::Ransom::new(),
            fan_out: fan_out::FanOut::new(),
            lures: mail::Lures::new(),
            web_shells: web_shell::WebShells::new(),
            raw: raw::RawControl::new(),
            strangers: strangers::Strangers::new(),
            miners: miner::Miners::new(),
            habits: habit::Habits::new(),
            desktops: desktop::PlayedDesktops::new(),
            web_tunnels: web_tunnel::WebTunnels::new(),
        }
    }

    /// Shows an event to every model.
    pub fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        for model in self.models() {
            model.event(context, event, out);
        }
        out.truncate(limits::VERDICTS_MAX);
    }

    /// Shows a fact about a flow to every model.
    pub fn flow(&mut self, context: &Context<'_>, fact: &FlowFact, out: &mut Vec<Detection>) {
        for model in self.models() {
            model.flow(context, fact, out);
        }
    }

    fn models(&mut self) -> [&mut dyn Model; 21] {
        [
            &mut self.web,
            &mut self.tls,
            &mut self.tor,
            &mut self.generated,
            &mut self.dns_tunnels,
            &mut self.beacons,
            &mut self.guesses,
            &mut self.icmp,
            &mut self.windows,
            &mut self.tickets,
            &mut self.directory,
            &mut self.ransom,
            &mut self.fan_out,
            &mut self.lures,
            &mut self.web_shells,
            &mut self.raw,
            &mut self.strangers,
            &mut self.miners,
            &mut self.habits,
            &mut self.desktops,
            &mut self.web_tunnels,
        ]
    }
}

#[cfg(test)]
mod calm_tests;
#[cfg(test)]
mod tests;
