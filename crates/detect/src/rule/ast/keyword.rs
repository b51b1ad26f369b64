//! All options that decide a match, one enum.

use super::bytes::{Base64Decode, ByteExtract, ByteJump, ByteMath, ByteTest};
use super::content::{AbsentMode, Content, Entropy, IsDataAt, Pcre};
use super::number::{Comparison, Number};
use super::packet::{Asn1, FragmentBits, StreamSize, TcpFlags};
use super::state::{DetectionFilter, Flow, FlowBits, FlowInt, HostBits, Tag, Threshold, XBits};
use super::transaction::{
    AppLayerProtocol, DataReputation, Dataset, DceInterface, FileHash, FileStore, FileText,
    Geography, IpReputation, LogConfig, Requirement, Rpc,
};

/// One option.
#[derive(Debug, Clone, PartialEq)]
pub enum Keyword {
    // Options on the bytes of a buffer.
    /// `content`
    Content(Content),
    /// `pcre`
    Pcre(Pcre),
    /// `isdataat`
    IsDataAt(IsDataAt),
    /// `bsize`: length of the buffer in bytes.
    BufferSize(Comparison<u64>),
    /// `byte_test`
    ByteTest(ByteTest),
    /// `byte_jump`
    ByteJump(ByteJump),
    /// `byte_extract`
    ByteExtract(ByteExtract),
    /// `byte_math`
    ByteMath(ByteMath),
    /// `base64_decode`
    Base64Decode(Base64Decode),
    /// `absent`
    Absent(AbsentMode),
    /// `entropy`
    Entropy(Entropy),
    /// `dataset`
    Dataset(Dataset),
    /// `datarep`
    DataReputation(DataReputation),
    /// `asn1`
    Asn1(Asn1),

    // Options of a general form.
    /// A test of one number: `ttl`, `dsize`, `urilen`, `dns.rcode`, `ip_proto`, `filesize`, ...
    Number(Number),
    /// A word (or list of words) from a fixed set: `tls.version`, `ssl_state`, `ipopts`, `ftp.mode`, ...
    Named(Named),
    /// A keyword without argument: `noalert`, `sameip`, `bypass`, `ftpbounce`, `tls.store`, ...
    Flag(&'static str),

    // Options on packet and flow.
    /// `tcp.flags`
    TcpFlags(TcpFlags),
    /// `fragbits`
    FragmentBits(FragmentBits),
    /// `stream_size`
    StreamSize(StreamSize),
    /// `flow`
    Flow(Flow),
    /// `flowbits`
    FlowBits(FlowBits),
    /// `flowint`
    FlowInt(FlowInt),
    /// `xbits`
    XBits(XBits),
    /// `hostbits`
    HostBits(HostBits),
    /// `threshold`
    Threshold(Threshold),
    /// `detection_filter`
    DetectionFilter(DetectionFilter),
    /// `tag`
    Tag(Tag),
    /// `geoip`
    Geography(Geography),
    /// `iprep`
    IpReputation(IpReputation),

    // Options on protocols and files.
    /// `app-layer-protocol`
    AppLayerProtocol(AppLayerProtocol),
    /// `app-layer-event`, `decode-event` (`engine-event`), `stream-event`: the event by name in `Named::words`.
    Event(Named),
    /// `dcerpc.iface`
    DceInterface(DceInterface),
    /// `dcerpc.opnum`: operation numbers, each range with both ends; any of them.
    DceOperations(Vec<(u16, u16)>),
    /// `rpc`
    Rpc(Rpc),
    /// `filename`, `fileext`, `filemagic`
    FileText(FileText),
    /// `filemd5`, `filesha1`, `filesha256`
    FileHash(FileHash),
    /// `filestore`
    FileStore(FileStore),

    // Options for the reader of the rule.
    /// `prefilter`: use the option before this one to select the rule.
    Prefilter,
    /// `requires`
    Requires(Requirement),
    /// `config`
    LogConfig(LogConfig),
}

/// A keyword whose argument is one or more words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Canonical name of the keyword.
    pub keyword: &'static str,
    /// The words, each with whether it is negated; alternatives where there are several. Words of a fixed set have
    /// the case of that set.
    pub words: Vec<(String, bool)>,
}
