//! Options on the flow and on what rules remember: flow state, bits, counters, thresholds, tags.

use super::content::Value;

/// Direction within a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlowDirection {
    /// `to_server`, `from_client`
    ToServer,
    /// `to_client`, `from_server`
    ToClient,
}

/// `flow`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flow {
    /// Direction of the packet, if asked for.
    pub direction: Option<FlowDirection>,
    /// State of the flow, if asked for.
    pub state: Option<FlowState>,
    /// Stream or packets, if asked for.
    pub stream: Option<StreamMode>,
    /// Reassembled fragments, if asked for.
    pub fragment: Option<FragmentMode>,
}

/// Flow state asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowState {
    /// `established`: handshake complete (TCP), packets both ways (others).
    Established,
    /// `not_established`
    NotEstablished,
    /// `stateless`: in or out of a connection.
    Stateless,
}

/// Which payload is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamMode {
    /// `only_stream`
    OnlyStream,
    /// `no_stream`
    NoStream,
}

/// Whether the packet was put together from fragments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FragmentMode {
    /// `no_frag`
    NoFragment,
    /// `only_frag`
    OnlyFragment,
}

/// What to do with a bit, or to ask of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BitOperation {
    /// `set` (after the match)
    Set,
    /// `unset` (after the match)
    Unset,
    /// `toggle` (after the match)
    Toggle,
    /// `isset`
    IsSet,
    /// `isnotset`
    IsNotSet,
}

/// `flowbits`; `flowbits:noalert` is the flag `noalert`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowBits {
    /// What to do.
    pub operation: BitOperation,
    /// Names; `isset,a|b` holds if any is set, `isnotset,a|b` if any is not set.
    pub names: Vec<String>,
}

/// `flowint`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowInt {
    /// Name of the counter of the flow.
    pub name: String,
    /// What to do or ask.
    pub operation: FlowIntOperation,
}

/// What a `flowint` does or asks. Changes happen after the match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowIntOperation {
    /// `=`
    Assign(Value),
    /// `+`
    Add(Value),
    /// `-`
    Subtract(Value),
    /// `<`
    Less(Value),
    /// `<=`
    LessOrEqual(Value),
    /// `>`
    Greater(Value),
    /// `>=`
    GreaterOrEqual(Value),
    /// `==`
    Equal(Value),
    /// `!=`
    NotEqual(Value),
    /// `isset`
    IsSet,
    /// `notset`, `isnotset`
    IsNotSet,
}

/// `xbits`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XBits {
    /// What to do.
    pub operation: BitOperation,
    /// Name of the bit.
    pub name: String,
    /// What the bit hangs on.
    pub track: XBitsTrack,
    /// Life in seconds after `set`; 30 if not given.
    pub expire_seconds: u32,
}

/// What an `xbits` bit hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XBitsTrack {
    /// `ip_src`
    Source,
    /// `ip_dst`
    Destination,
    /// `ip_pair`
    Pair,
    /// `tx`: the transaction (Suricata 8).
    Transaction,
}

/// `hostbits`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostBits {
    /// What to do.
    pub operation: BitOperation,
    /// Names; alternatives as in [`FlowBits`].
    pub names: Vec<String>,
    /// Which host of the packet; `Source` if not given.
    pub side: HostSide,
    /// Life in seconds after `set`; 300 if not given.
    pub expire_seconds: u32,
}

/// Host of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostSide {
    /// `src`
    Source,
    /// `dst`
    Destination,
    /// `both`
    Both,
}

/// `threshold`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// How alerts are thinned out.
    pub kind: ThresholdKind,
    /// What is counted apart.
    pub track: Track,
    /// Matches.
    pub count: u32,
    /// Window in seconds; 0 for `backoff`.
    pub seconds: u32,
}

/// How a `threshold` thins out alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThresholdKind {
    /// `threshold`: every `count`-th match in the window.
    Threshold,
    /// `limit`: the first `count` matches in the window.
    Limit,
    /// `both`: once per window, after `count` matches.
    Both,
    /// `backoff`: at `count`, then at `count` times `multiplier`, and so on (Suricata 8).
    Backoff {
        /// Growth, at least 2.
        multiplier: u32,
    },
}

/// What counts of a threshold are kept apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Track {
    /// `by_src`
    BySource,
    /// `by_dst`
    ByDestination,
    /// `by_both`
    ByBoth,
    /// `by_rule`
    ByRule,
    /// `by_flow`
    ByFlow,
}

/// `detection_filter`: alert on every match after the first `count` in the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectionFilter {
    /// What is counted apart.
    pub track: Track,
    /// Matches that pass silently.
    pub count: u32,
    /// Window in seconds.
    pub seconds: u32,
    /// `unique_on src_port|dst_port`: count different values only (Suricata 8).
    pub unique_on: Option<&'static str>,
}

/// `tag`: keep packets after the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// What to follow.
    pub scope: TagScope,
    /// How many.
    pub count: u32,
    /// Of what.
    pub metric: TagMetric,
}

/// What a `tag` follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagScope {
    /// `session`
    Session,
    /// `host` with `src` or `dst`
    Host(HostSide),
}

/// Unit of a `tag` count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagMetric {
    /// `packets`
    Packets,
    /// `seconds`
    Seconds,
    /// `bytes`
    Bytes,
}
