//! Options on protocols, files, lists and the reader itself.

use super::number::Comparison;
use super::state::FlowDirection;

/// `app-layer-protocol`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppLayerProtocol {
    /// Protocol name: `http`, `tls`, `failed`, `unknown`.
    pub name: String,
    /// `!`
    pub negated: bool,
    /// Which finding is meant.
    pub scope: ProtocolScope,
}

/// Which of the protocols found for a flow is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtocolScope {
    /// Direction of the packet (the default).
    Direction,
    /// `final`: after protocol changes.
    Final,
    /// `original`: before a protocol change.
    Original,
    /// `either`: any direction.
    Either,
    /// `to_server`
    ToServer,
    /// `to_client`
    ToClient,
}

/// `dcerpc.iface` (`dce_iface`)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DceInterface {
    /// Interface UUID, in the byte order of its text.
    pub uuid: [u8; 16],
    /// Test of the interface version.
    pub version: Option<Comparison<u64>>,
    /// `any_frag`: also on fragments after the first.
    pub any_fragment: bool,
}

/// `rpc`: SUN RPC call; `None` is `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rpc {
    /// Program number.
    pub program: u32,
    /// Program version.
    pub version: Option<u32>,
    /// Procedure.
    pub procedure: Option<u32>,
}

/// `filename`, `fileext`, `filemagic`: text of a file's name, end of name, or type, without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileText {
    /// `filename` (anywhere in the name), `fileext` (end of the name after a dot), `filemagic` (anywhere).
    pub keyword: &'static str,
    /// Bytes to look for.
    pub text: Vec<u8>,
    /// `!`
    pub negated: bool,
}

/// `filemd5`, `filesha1`, `filesha256`: the hash of the file stands in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHash {
    /// Kind of hash.
    pub kind: HashKind,
    /// File of the list, as written.
    pub list: String,
    /// `!`: it does not.
    pub negated: bool,
}

/// Kind of a file hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashKind {
    /// MD5
    Md5,
    /// SHA-1
    Sha1,
    /// SHA-256
    Sha256,
}

/// `filestore`: keep the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStore {
    /// Direction: `request`, `response`, `both`, `to_server`, `to_client`; `None`: direction of the rule.
    pub direction: Option<&'static str>,
    /// Scope: `file`, `tx`, `ssn`, `flow`; `None`: the file.
    pub scope: Option<&'static str>,
}

/// `iprep`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpReputation {
    /// Which address.
    pub side: ReputationSide,
    /// Category name.
    pub category: String,
    /// Test of the score (1-127); `None` for `isset`/`isnotset` in `is_set`.
    pub comparison: Option<Comparison<u64>>,
    /// `isset` (true) or `isnotset` (false) in place of a comparison.
    pub is_set: Option<bool>,
}

/// Address that a reputation or country is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReputationSide {
    /// `any`: one of them.
    Any,
    /// `src`
    Source,
    /// `dst`, `dest`
    Destination,
    /// `both`
    Both,
}

/// `geoip`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Geography {
    /// Which address; `Any` if not given.
    pub side: ReputationSide,
    /// ISO 3166-1 country codes in capitals, each with whether it is negated.
    pub countries: Vec<(String, bool)>,
}

/// `dataset`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// What to do or ask.
    pub command: DatasetCommand,
    /// Name of the set.
    pub name: String,
    /// Type of its members, if given here.
    pub kind: Option<DatasetKind>,
    /// The other settings as written, in order: `load`, `save`, `state`, `memcap`, `hashsize`, `format`, ...
    pub settings: Vec<(String, String)>,
}

/// What a `dataset` does or asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatasetCommand {
    /// `set`: add the value.
    Set,
    /// `unset`: remove the value.
    Unset,
    /// `isset`
    IsSet,
    /// `isnotset`
    IsNotSet,
}

/// Type of the members of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatasetKind {
    /// `string`
    Text,
    /// `md5`
    Md5,
    /// `sha256`
    Sha256,
    /// `ipv4`
    Ipv4,
    /// `ip`
    Ip,
}

/// `datarep`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataReputation {
    /// Name of the list.
    pub name: String,
    /// Test of the value's score.
    pub comparison: Comparison<u64>,
    /// Type of its members, if given here.
    pub kind: Option<DatasetKind>,
    /// The other settings as written, in order.
    pub settings: Vec<(String, String)>,
}

/// `config`: change of logging for what matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// Subsystem and what is done to it: `("logging", "disable")`.
    pub subsystem: (String, String),
    /// `type`: `tx` or `flow`.
    pub kind: String,
    /// `scope`: `tx` or `flow`.
    pub scope: String,
}

/// `requires`, already met when the rule is in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requirement {
    /// Features asked for.
    pub features: Vec<String>,
    /// Keywords asked for.
    pub keywords: Vec<String>,
    /// Alternatives of version bounds; every bound of one alternative must hold.
    pub versions: Vec<Vec<VersionBound>>,
}

/// One bound on the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionBound {
    /// `<`, `<=`, `>`, `>=`
    pub operator: &'static str,
    /// Major, minor, patch.
    pub version: (u8, u8, u8),
}

impl FileStore {
    /// The direction as a flow direction, where it names one.
    pub fn flow_direction(&self) -> Option<FlowDirection> {
        match self.direction {
            Some("request" | "to_server") => Some(FlowDirection::ToServer),
            Some("response" | "to_client") => Some(FlowDirection::ToClient),
            _ => None,
        }
    }
}
