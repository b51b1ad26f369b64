//! What gives way when there is too much: of memory, or of packets.
//!
//! Whole flows give way rather than packets of all of them, and it is counted and told which. Memory: first flows
//! that nobody answered or that are closed, then those idle for longest. Packets: first the tails of elephants, whose
//! beginnings have been looked at, then flows that would begin now.

use crate::flow::Flow;
use crate::key::{Identity, Key};
use crate::limits::{ELEPHANT_BYTES_MIN, SHED_FLOWS_MAX, SHED_REMEMBERED_S};
use crate::log::Reason;
use crate::observer::{Moment, Observer};
use crate::statistics::count;
use crate::tcp::Connection;
use crate::tracker::Tracker;
use event::Timestamp;
use std::cmp::Reverse;
use std::collections::HashSet;

/// How much comes, compared with what can be worked on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Load {
    /// Everything is looked at.
    #[default]
    Ordinary,
    /// The tails of elephants are not: flows of many bytes are followed by their headers only.
    Heavy,
    /// Nor are flows that begin now.
    Overload,
}

/// Flows that were not begun, so that none of their packets begins them later.
#[derive(Default)]
pub(crate) struct Shed {
    recent: HashSet<Key>,
    older: HashSet<Key>,
}

impl Shed {
    /// Whether the flow was not begun, and is to stay so.
    fn has(&self, key: &Key) -> bool {
        self.recent.contains(key) || self.older.contains(key)
    }

    fn forget(&mut self, key: &Key) {
        self.recent.remove(key);
        self.older.remove(key);
    }

    /// Time passed: what was shed a while ago is forgotten.
    pub fn turn(&mut self, now: Timestamp) {
        if now.seconds() % SHED_REMEMBERED_S == 0
            && !(self.recent.is_empty() && self.older.is_empty())
        {
            self.older = std::mem::take(&mut self.recent);
        }
    }
}

impl<S: Default> Tracker<S> {
    /// How much comes from here on.
    pub fn set_load(&mut self, load: Load) {
        self.load = load;
    }

    /// Bytes that flows may hold together from here on; see [`Settings`](crate::Settings).
    pub fn set_memory_bytes_max(&mut self, bytes: usize) {
        self.settings.memory_bytes_max = bytes;
    }

    /// Whether a packet that would begin a flow is left out with all of its flow. `asks`: it is one with which TCP
    /// connections begin, so that it belongs to no flow of before.
    pub(crate) fn is_shed(&mut self, identity: &Identity, asks: bool) -> bool {
        let known = self.shed.has(&identity.key);
        if known && asks && self.load < Load::Overload {
            self.shed.forget(&identity.key);
            return false;
        }
        if !known && self.load < Load::Overload {
            return false;
        }
        if !known {
            count(&mut self.statistics.flows_shed);
            if self.shed.recent.len() < SHED_FLOWS_MAX {
                self.shed.recent.insert(identity.key);
            }
        }
        count(&mut self.statistics.packets_shed);
        true
    }

    /// Ends the looking at an elephant, if that is wanted: what follows is counted, and its state followed.
    pub(crate) fn cut_elephant<O: Observer<S> + ?Sized>(
        &mut self,
        flow: &mut Flow<S>,
        moment: Moment,
        observer: &mut O,
    ) {
        let (sent, answered) = (&flow.conversation.to_server, &flow.conversation.to_client);
        let bytes = sent.bytes.saturating_add(answered.bytes);
        if self.load < Load::Heavy || flow.is_cut || bytes < ELEPHANT_BYTES_MIN {
            return;
        }
        flow.is_cut = true;
        count(&mut self.statistics.flows_cut);
        if let Some(connection) = &mut flow.tcp {
            connection.abandon();
        }
        self.with_session(flow, moment, observer, |session, _| {
            session.finish();
            session.application.give_up();
        });
    }

    /// Ends flows until the rest is within the budget.
    pub(crate) fn make_room<O: Observer<S> + ?Sized>(&mut self, moment: Moment, observer: &mut O) {
        while self.flow_memory > self.settings.memory_bytes_max {
            let Some((slot, class)) = self.table.least_missed() else {
                return;
            };
            count(&mut self.statistics.flows_evicted);
            if class.is_in_progress() {
                count(&mut self.statistics.flows_evicted_in_progress);
            }
            self.end(slot, Reason::Forced, moment, observer);
        }
    }

    /// The capture ended: flows with an id below `bound` end, in the order of their ids. For those who want all flows
    /// to end in several steps, with rising bounds; [`Tracker::finish`] does it in one.
    pub fn finish_below<O: Observer<S> + ?Sized>(
        &mut self,
        bound: u64,
        now: Timestamp,
        last_packet_number: u64,
        observer: &mut O,
    ) {
        let moment = Moment {
            time: now,
            packet_number: last_packet_number,
        };
        if self.table.len() > 0 {
            self.ending.extend(self.table.take_all());
            self.ending
                .sort_by_key(|flow| Reverse(flow.conversation.id));
        }
        while let Some(flow) = self
            .ending
            .pop_if(|flow| flow.conversation.id < bound || bound == u64::MAX)
        {
            self.close(flow, Reason::Shutdown, moment, observer);
        }
        if bound == u64::MAX {
            self.end_waiting(moment, observer);
        }
    }

    /// Counts again what a flow holds.
    pub(crate) fn measure<O: Observer<S> + ?Sized>(&mut self, flow: &mut Flow<S>, observer: &O) {
        let now = flow
            .measure()
            .saturating_add(observer.held_bytes(&flow.conversation.state));
        self.flow_memory = self
            .flow_memory
            .saturating_sub(flow.memory)
            .saturating_add(now);
        flow.memory = now;
    }

    /// Whether bytes of the flow are missing that may never come.
    pub(crate) fn has_hole(flow: &Flow<S>) -> bool {
        flow.tcp.as_deref().is_some_and(Connection::has_hole)
    }
}
