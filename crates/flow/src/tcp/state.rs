//! States of a connection, from the server's point of view, as Suricata names them.

use wire::protocol::Direction;

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// The client asked.
    SynSent,
    /// The server answered.
    SynReceived,
    /// Both agreed.
    Established,
    /// The server ends first.
    FinWait1,
    /// That was acknowledged.
    FinWait2,
    /// Both end at once.
    Closing,
    /// The client ends first.
    CloseWait,
    /// Then the server too.
    LastAck,
    /// Both have ended, the last acknowledgement may be on its way.
    TimeWait,
    /// Over.
    Closed,
}

impl State {
    /// The name in flow events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SynSent => "syn_sent",
            Self::SynReceived => "syn_recv",
            Self::Established => "established",
            Self::FinWait1 => "fin_wait1",
            Self::FinWait2 => "fin_wait2",
            Self::Closing => "closing",
            Self::CloseWait => "close_wait",
            Self::LastAck => "last_ack",
            Self::TimeWait => "time_wait",
            Self::Closed => "closed",
        }
    }

    /// Whether the handshake is over.
    pub const fn is_established(self) -> bool {
        !matches!(self, Self::SynSent | Self::SynReceived)
    }

    /// Whether both sides have ended, or one has reset.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::LastAck | Self::TimeWait | Self::Closed)
    }

    /// After a FIN from one side; `acknowledges` says whether it acknowledges the other's FIN.
    pub const fn after_fin(self, direction: Direction, acknowledges: bool) -> Self {
        match (self, direction) {
            (Self::SynSent | Self::SynReceived | Self::Established, Direction::ToServer) => {
                Self::CloseWait
            }
            (Self::SynSent | Self::SynReceived | Self::Established, Direction::ToClient) => {
                Self::FinWait1
            }
            (Self::CloseWait, Direction::ToClient) => Self::LastAck,
            (Self::FinWait1, Direction::ToServer) if !acknowledges => Self::Closing,
            (Self::FinWait1 | Self::FinWait2, Direction::ToServer) => Self::TimeWait,
            (other, _) => other,
        }
    }

    /// After an acknowledgement of the other side's FIN.
    pub const fn after_fin_acknowledged(self, direction: Direction) -> Self {
        match (self, direction) {
            (Self::FinWait1, Direction::ToServer) => Self::FinWait2,
            (Self::Closing, Direction::ToServer) => Self::TimeWait,
            (Self::LastAck, Direction::ToServer) => Self::Closed,
            (Self::Closing | Self::TimeWait, Direction::ToClient) => Self::Closed,
            (other, _) => other,
        }
    }
}
