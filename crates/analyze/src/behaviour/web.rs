//! What a host fetches from the web: programs in disguise or from odd places, attack pages, and
//! the chain of sites that led there.

mod chain;
mod check_in;
mod program;
mod trail;

use super::ends;
use crate::model::{Context, Model};
use crate::{limits, table::Table};
use event::{Detection, Event};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use trail::{Trail, Visit};

pub(super) use program::agent_is_odd;

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Web {
    trails: Table<IpAddr, Trail>,
}

impl Web {
    pub fn new() -> Self {
        Self {
            trails: Table::new(limits::HOSTS_MAX / 4),
        }
    }
}

impl Model for Web {
    fn event(&mut self, context: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        match event.kind.as_ref() {
            "http" => {
                let (Some(client), Some(server)) = (event.source, event.dest) else {
                    return;
                };
                let Some(visit) = Visit::from_event(event, server) else {
                    return;
                };
                let trail = self.trails.touch(client.ip, event.time, Trail::default);
                trail.add(visit);
                chain::kit(trail, event, out);
                chain::injected(trail, event, out);
                check_in::judge(context, trail, event, (client, server), out);
            }
            "fileinfo" => {
                let Some((client, server)) = ends::ends(Some(context.home), event) else {
                    return;
                };
                let trail = self.trails.touch(client.ip, event.time, Trail::default);
                program::judge(context, trail, event, client, server, out);
                check_in::judge(context, trail, event, (client, server), out);
            }
            "anomaly" => {
                let overlap = event
                    .text("anomaly.event")
                    .is_some_and(|name| name.contains("overlap_different_data"));
                if let (true, Some(flow)) = (overlap, event.flow) {
                    for end in [event.source, event.dest].into_iter().flatten() {
                        let trail = self.trails.touch(end.ip, event.time, Trail::default);
                        trail.doubtful(flow.id);
                        chain::injected(trail, event, out);
                    }
                }
            }
            _ => {}
        }
    }
}
