//! A rule back into text, in sticky-buffer form: reading the text again gives an equal rule.

mod bytes;
mod header;
mod number;
mod state;
mod transaction;

pub use bytes::quoted_bytes;

use std::fmt::{self, Display, Formatter};

use super::ast::{
    BufferSelection, FlowDirection, Item, Keyword, Meta, PAYLOAD, Rule, Target, Transform, Value,
};

impl Display for Rule {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        header::write(self, out)?;
        write!(out, " (msg:\"{}\";", Quoted(&self.meta.message))?;
        let mut selected = 0;
        for item in &self.options {
            if item.keyword.reads_buffer() && item.buffer != selected {
                select(self.buffers.get(item.buffer), out)?;
                selected = item.buffer;
            }
            write_option(item, out)?;
        }
        write_meta(&self.meta, out)?;
        out.write_str(")")
    }
}

/// One option with all that belongs to it, as it stands in a rule; its buffer is not named.
impl Display for Item {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write_option(self, out)
    }
}

impl Keyword {
    /// Whether the option looks at the buffer that its item names.
    pub fn reads_buffer(&self) -> bool {
        matches!(
            self,
            Self::Content(_)
                | Self::Pcre(_)
                | Self::IsDataAt(_)
                | Self::BufferSize(_)
                | Self::ByteTest(_)
                | Self::ByteJump(_)
                | Self::ByteExtract(_)
                | Self::ByteMath(_)
                | Self::Base64Decode(_)
                | Self::Absent(_)
                | Self::Entropy(_)
                | Self::Dataset(_)
                | Self::DataReputation(_)
                | Self::Asn1(_)
        )
    }
}

fn write_meta(meta: &Meta, out: &mut Formatter<'_>) -> fmt::Result {
    if let Some(target) = meta.target {
        let side = match target {
            Target::Source => "src_ip",
            Target::Destination => "dest_ip",
        };
        write!(out, " target:{side};")?;
    }
    for (system, identifier) in &meta.references {
        write!(out, " reference:{system},{identifier};")?;
    }
    if let Some(classtype) = &meta.classtype {
        write!(out, " classtype:{classtype};")?;
    }
    if let Some(priority) = meta.priority {
        write!(out, " priority:{priority};")?;
    }
    if !meta.metadata.is_empty() {
        let pairs = meta
            .metadata
            .iter()
            .map(|(key, value)| format!("{key} {value}").trim_ascii_end().to_owned());
        write!(out, " metadata:{};", pairs.collect::<Vec<_>>().join(", "))?;
    }
    if meta.gid != 1 {
        write!(out, " gid:{};", meta.gid)?;
    }
    write!(out, " sid:{}; rev:{};", meta.sid, meta.revision)
}

/// Selects a buffer and its transforms.
fn select(buffer: Option<&BufferSelection>, out: &mut Formatter<'_>) -> fmt::Result {
    let Some(buffer) = buffer else {
        return write!(out, " {PAYLOAD};");
    };
    write!(out, " {}", buffer.name)?;
    match (&buffer.parameter, buffer.direction) {
        (Some(parameter), _) => write!(out, ":{parameter};")?,
        (None, Some(direction)) => write!(out, ":{};", direction_word(direction))?,
        (None, None) => out.write_str(";")?,
    }
    buffer
        .transforms
        .iter()
        .try_for_each(|transform| write_transform(transform, out))
}

/// The change as it stands in a rule.
impl Display for Transform {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        struct Written<'a>(&'a Transform);
        impl Display for Written<'_> {
            fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
                write_transform(self.0, out)
            }
        }
        let written = Written(self).to_string();
        out.write_str(written.trim_start().trim_end_matches(';'))
    }
}

fn write_transform(transform: &Transform, out: &mut Formatter<'_>) -> fmt::Result {
    match transform {
        Transform::Plain(name) => write!(out, " {name};"),
        Transform::Xor(key) => {
            out.write_str(" xor:\"")?;
            key.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
            out.write_str("\";")
        }
        Transform::Pcre(expression) => write!(out, " pcrexform:\"{expression}\";"),
        Transform::FromBase64 {
            bytes,
            offset,
            mode,
        } => {
            out.write_str(" from_base64:")?;
            if let Some(bytes) = bytes {
                write!(out, "bytes {bytes}, ")?;
            }
            if let Some(offset) = offset {
                write!(out, "offset {offset}, ")?;
            }
            write!(out, "mode {mode};")
        }
        Transform::Inflate {
            name,
            size_max_bytes: None,
        } => write!(out, " {name};"),
        Transform::Inflate {
            name,
            size_max_bytes: Some(size),
        } => write!(out, " {name}:max-size {size};"),
        Transform::Subslice {
            offset,
            size,
            truncate,
        } => {
            write!(out, " subslice:{offset}")?;
            if let Some(size) = size {
                write!(out, ",{size}")?;
            }
            out.write_str(if *truncate { ",truncate;" } else { ";" })
        }
    }
}

fn write_option(item: &Item, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str(" ")?;
    match &item.keyword {
        Keyword::Content(content) => bytes::content(content, out),
        Keyword::Pcre(pcre) => bytes::pcre(pcre, out),
        Keyword::IsDataAt(option) => bytes::is_data_at(option, out),
        Keyword::BufferSize(comparison) => write!(out, "bsize:{comparison};"),
        Keyword::ByteTest(option) => bytes::byte_test(option, out),
        Keyword::ByteJump(option) => bytes::byte_jump(option, out),
        Keyword::ByteExtract(option) => bytes::byte_extract(option, out),
        Keyword::ByteMath(option) => bytes::byte_math(option, out),
        Keyword::Base64Decode(option) => bytes::base64_decode(option, out),
        Keyword::Absent(mode) => bytes::absent(*mode, out),
        Keyword::Entropy(entropy) => bytes::entropy(entropy, out),
        Keyword::Dataset(dataset) => transaction::dataset(dataset, out),
        Keyword::DataReputation(list) => transaction::datarep(list, out),
        Keyword::Asn1(option) => bytes::asn1(option, out),
        Keyword::Number(number) => number::write(number, out),
        Keyword::Named(named) => transaction::named(named, out),
        Keyword::Flag(name) => write!(out, "{name};"),
        Keyword::TcpFlags(flags) => state::tcp_flags(*flags, out),
        Keyword::FragmentBits(bits) => state::fragment_bits(*bits, out),
        Keyword::StreamSize(size) => state::stream_size(size, out),
        Keyword::Flow(flow) => state::flow(flow, out),
        Keyword::FlowBits(bits) => state::flowbits(bits, out),
        Keyword::FlowInt(counter) => state::flowint(counter, out),
        Keyword::XBits(bits) => state::xbits(bits, out),
        Keyword::HostBits(bits) => state::hostbits(bits, out),
        Keyword::Threshold(threshold) => state::threshold(threshold, out),
        Keyword::DetectionFilter(filter) => state::detection_filter(filter, out),
        Keyword::Tag(tag) => state::tag(*tag, out),
        Keyword::Geography(geography) => transaction::geoip(geography, out),
        Keyword::IpReputation(reputation) => transaction::iprep(reputation, out),
        Keyword::AppLayerProtocol(protocol) => transaction::app_layer_protocol(protocol, out),
        Keyword::Event(event) => transaction::named(event, out),
        Keyword::DceInterface(interface) => transaction::dce_interface(interface, out),
        Keyword::DceOperations(ranges) => transaction::dce_operations(ranges, out),
        Keyword::Rpc(rpc) => transaction::rpc(rpc, out),
        Keyword::FileText(file) => transaction::file_text(file, out),
        Keyword::FileHash(file) => transaction::file_hash(file, out),
        Keyword::FileStore(store) => transaction::file_store(store, out),
        Keyword::Prefilter => out.write_str("prefilter;"),
        Keyword::Requires(requirement) => transaction::requires(requirement, out),
        Keyword::LogConfig(config) => {
            let (subsystem, action) = &config.subsystem;
            write!(
                out,
                "config:{subsystem} {action}, type {}, scope {};",
                config.kind, config.scope
            )
        }
    }
}

fn direction_word(direction: FlowDirection) -> &'static str {
    match direction {
        FlowDirection::ToServer => "to_server",
        FlowDirection::ToClient => "to_client",
    }
}

impl Display for Value {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(out, "{number}"),
            Self::Variable(name) => out.write_str(name),
        }
    }
}

/// Text between double quotes, escaped.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if matches!(character, '"' | ';' | '\\') {
                out.write_str("\\")?;
            }
            write!(out, "{character}")?;
        }
        Ok(())
    }
}

/// Words with a comma between them, one by one.
struct Words<'a, 'b> {
    out: &'a mut Formatter<'b>,
    begun: bool,
}

impl<'a, 'b> Words<'a, 'b> {
    fn new(out: &'a mut Formatter<'b>) -> Self {
        Self { out, begun: false }
    }

    fn add(&mut self, word: impl Display) -> fmt::Result {
        if std::mem::replace(&mut self.begun, true) {
            self.out.write_str(",")?;
        }
        write!(self.out, "{word}")
    }

    fn add_if(&mut self, present: bool, word: &str) -> fmt::Result {
        if present { self.add(word) } else { Ok(()) }
    }

    fn end(self) -> fmt::Result {
        self.out.write_str(";")
    }
}
