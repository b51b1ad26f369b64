//! One flow with everything that is kept for it.

use crate::anomaly::Anomalies;
use crate::application::Application;
use crate::conversation::{Conversation, TcpSummary};
use crate::echo::Echoes;
use crate::files::Files;
use crate::key::Key;
use crate::settings::{Settings, Timeouts};
use crate::table::Class;
use crate::tcp::{Connection, State};
use event::{Endpoint, Timestamp, Transport};
use std::time::Duration;

/// ICMP type and code.
pub(crate) type IcmpKind = (u8, u8);

/// One flow.
pub(crate) struct Flow<S> {
    /// What listeners see.
    pub conversation: Conversation<S>,
    pub key: Key,
    /// Client and server as packets show them: for ICMP with types in place of ports.
    pub ends: (Endpoint, Endpoint),
    /// The tracker's time when the last packet came; unlike the packet's own time it never goes
    /// back.
    pub seen: Timestamp,
    /// Number among the flows of the tracker, in the order in which they began.
    pub order: u64,
    /// TCP that is followed.
    pub tcp: Option<Box<Connection>>,
    pub application: Application,
    pub files: Files,
    pub anomalies: Anomalies,
    /// First message of the client, and of the server.
    pub icmp: (Option<IcmpKind>, Option<IcmpKind>),
    /// What pings carried.
    pub echoes: Option<Box<Echoes>>,
    /// Bytes held, as counted last.
    pub memory: usize,
    /// Its tail is left out.
    pub is_cut: bool,
    /// Whether the flow stands among those whose missing bytes are looked after at the next tick.
    pub is_waiting: bool,
}

/// Bytes of a flow without what it holds elsewhere, with its share of table and index.
const FLOW_OVERHEAD_BYTES: usize = 160;

impl<S> Flow<S> {
    /// Bytes held now.
    pub fn measure(&self) -> usize {
        let stream = self.tcp.as_deref().map_or(0, Connection::memory);
        size_of::<Self>()
            .saturating_add(FLOW_OVERHEAD_BYTES)
            .saturating_add(stream)
            .saturating_add(self.application.memory())
            .saturating_add(self.files.memory())
            .saturating_add(self.echoes.as_ref().map_or(0, |_| size_of::<Echoes>()))
    }

    /// The timeout that it stands under.
    pub fn class(&self) -> Class {
        let established = self.conversation.is_established();
        match self.conversation.transport {
            Transport::Tcp => match self.tcp.as_deref().map(Connection::state) {
                Some(state) if state.is_closed() => Class::TcpClosed,
                Some(state) if state.is_established() => Class::TcpEstablished,
                _ => Class::TcpNew,
            },
            Transport::Udp if established => Class::UdpEstablished,
            Transport::Udp => Class::UdpNew,
            Transport::Icmp | Transport::Icmpv6 if established => Class::IcmpEstablished,
            Transport::Icmp | Transport::Icmpv6 => Class::IcmpNew,
            _ if established => Class::OtherEstablished,
            _ => Class::OtherNew,
        }
    }

    /// Its state in the flow event.
    pub fn state_name(&self) -> &'static str {
        match self.class() {
            Class::TcpClosed => "closed",
            Class::TcpEstablished
            | Class::UdpEstablished
            | Class::IcmpEstablished
            | Class::OtherEstablished => "established",
            Class::TcpNew | Class::UdpNew | Class::IcmpNew | Class::OtherNew => "new",
        }
    }

    /// Writes the state of the connection where listeners see it.
    pub fn summarise(&mut self, flags_to_server: u8, flags_to_client: u8) {
        let Some(connection) = &self.tcp else {
            return;
        };
        let summary = self.conversation.tcp.get_or_insert(TcpSummary::default());
        summary.flags_to_server |= flags_to_server;
        summary.flags_to_client |= flags_to_client;
        let state = connection.state();
        // A connection that was refused never was.
        summary.established |= state.is_established() && state != State::Closed;
        summary.midstream = connection.is_midstream();
        summary.state = state.name();
    }

    /// Whether a SYN now begins another connection with the same ends.
    pub fn is_reused_by_syn(&self) -> bool {
        self.tcp
            .as_ref()
            .is_some_and(|connection| connection.state().is_closed())
    }
}

/// How long a flow of a class may be idle.
pub(crate) const fn timeout(class: Class, settings: &Settings) -> Duration {
    let Timeouts {
        tcp_new,
        tcp_established,
        tcp_closed,
        udp_new,
        udp_established,
        icmp_new,
        icmp_established,
        other_new,
        other_established,
        fragments: _,
    } = settings.timeouts;
    match class {
        Class::TcpNew => tcp_new,
        Class::TcpEstablished => tcp_established,
        Class::TcpClosed => tcp_closed,
        Class::UdpNew => udp_new,
        Class::UdpEstablished => udp_established,
        Class::IcmpNew => icmp_new,
        Class::IcmpEstablished => icmp_established,
        Class::OtherNew => other_new,
        Class::OtherEstablished => other_established,
    }
}
