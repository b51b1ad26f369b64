//! What a rule says, as values: the tree that the parser makes and the engine runs.
//!
//! A [`Rule`] is its header (action, protocol, two endpoints), its [`Meta`] (who it is, what to tell a person) and
//! its options in the order written. Older spellings never reach this tree: `content:"a"; http_uri;` and
//! `http.uri; content:"a";` are the same value.
//!
//! **Buffers.** Every option that looks at bytes carries the index of the buffer it looks at into
//! [`Rule::buffers`]; index 0 is always the packet payload or stream ([`PAYLOAD`]), and index 0 is also what options
//! carry that look at no buffer (`flow`, `dsize`, numbers). Options of one buffer, in order, make one relative chain.
//! Selecting a single buffer again (`http.uri; ... http.host; ... http.uri; ...`) continues its chain; selecting a
//! buffer of which a transaction has many (`dns.query`, `http.request_header`) again starts a new entry, which may be
//! satisfied by another of them.

mod bytes;
mod content;
mod header;
mod keyword;
mod number;
mod packet;
mod state;
mod transaction;

pub use bytes::{
    Base64Decode, ByteExtract, ByteJump, ByteMath, ByteTest, JumpOrigin, MathOperator,
    NumberFormat, Radix, TestOperator,
};
pub use content::{
    AbsentMode, BufferSelection, Content, Entropy, FastPattern, IsDataAt, Pcre, PcreFlags,
    Transform, Value,
};
pub use header::{
    Action, ActionScope, AddressExpression, Direction, Endpoint, Hook, HookPoint, PortExpression,
    Protocol, ProtocolKind,
};
pub use keyword::{Keyword, Named};
pub use number::{Comparison, Index, Number};
pub use packet::{Asn1, FragmentBits, SetModifier, StreamSide, StreamSize, TcpFlags};
pub use state::{
    BitOperation, DetectionFilter, Flow, FlowBits, FlowDirection, FlowInt, FlowIntOperation,
    FlowState, FragmentMode, HostBits, HostSide, StreamMode, Tag, TagMetric, TagScope, Threshold,
    ThresholdKind, Track, XBits, XBitsTrack,
};
pub use transaction::{
    AppLayerProtocol, DataReputation, Dataset, DatasetCommand, DatasetKind, DceInterface, FileHash,
    FileStore, FileText, Geography, HashKind, IpReputation, LogConfig, ProtocolScope,
    ReputationSide, Requirement, Rpc, VersionBound,
};

/// Name of the buffer at index 0: the payload of the packet, or the reassembled stream (`pkt_data` selects it).
pub const PAYLOAD: &str = "pkt_data";

/// One rule, complete and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What to do on a match.
    pub action: Action,
    /// How far the action reaches, if the rule says so.
    pub scope: Option<ActionScope>,
    /// Protocol in the header.
    pub protocol: Protocol,
    /// Left endpoint.
    pub source: Endpoint,
    /// Arrow between the endpoints.
    pub direction: Direction,
    /// Right endpoint.
    pub destination: Endpoint,
    /// Identity and text for people.
    pub meta: Meta,
    /// Buffers that options refer to by index; the first is always [`PAYLOAD`] without transforms.
    pub buffers: Vec<BufferSelection>,
    /// Options that decide the match, in the order written.
    pub options: Vec<Item>,
}

impl Rule {
    /// Options that look at the buffer at `index`, in order. For index 0 this includes options without any buffer.
    pub fn options_of(&self, index: usize) -> impl Iterator<Item = &Item> {
        self.options.iter().filter(move |item| item.buffer == index)
    }
}

/// One option with its buffer and its place in the text.
#[derive(Debug, Clone)]
pub struct Item {
    /// What the option says.
    pub keyword: Keyword,
    /// Index into [`Rule::buffers`]; 0 where the option looks at no buffer.
    pub buffer: usize,
    /// Where it stands, for messages.
    pub span: Span,
}

/// Two items are equal when they say the same; where they stand does not count.
impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.keyword == other.keyword && self.buffer == other.buffer
    }
}

/// A range of bytes of the rule text, counted from the start of the (joined) rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Who the rule is and what it tells a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// `msg`; empty if the rule has none.
    pub message: String,
    /// `sid`, never 0.
    pub sid: u32,
    /// `gid`, 1 if not given.
    pub gid: u32,
    /// `rev`, 0 if not given.
    pub revision: u32,
    /// `classtype`; its description and priority stand in the classification table.
    pub classtype: Option<String>,
    /// `priority`, 1 (worst) to 255; overrides the priority of the classtype.
    pub priority: Option<u8>,
    /// `reference`s as system and identifier: `("cve", "2021-44228")`.
    pub references: Vec<(String, String)>,
    /// `metadata` as key and value (empty if the key stands alone).
    pub metadata: Vec<(String, String)>,
    /// `target`: which side of the packet suffers the attack.
    pub target: Option<Target>,
}

/// Which side of the matching packet is the target of the attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// `src_ip`
    Source,
    /// `dest_ip`
    Destination,
}
