//! Options on protocols, files and lists.

use std::fmt::{self, Formatter};

use super::Words;
use super::bytes::quoted;
use crate::rule::ast::{
    AppLayerProtocol, DataReputation, Dataset, DatasetCommand, DatasetKind, DceInterface, FileHash,
    FileStore, FileText, Geography, HashKind, IpReputation, Named, ProtocolScope, ReputationSide,
    Requirement, Rpc,
};
use crate::rule::tables::{self, Form};

pub(super) fn named(named: &Named, out: &mut Formatter<'_>) -> fmt::Result {
    let separator = match tables::form(named.keyword) {
        Some(Form::Words(keyword)) if keyword.separator != 0 => char::from(keyword.separator),
        _ => ',',
    };
    write!(out, "{}:", named.keyword)?;
    for (position, (word, negated)) in named.words.iter().enumerate() {
        if position > 0 {
            write!(out, "{separator}")?;
        }
        write!(out, "{}{word}", if *negated { "!" } else { "" })?;
    }
    out.write_str(";")
}

fn kind(kind: DatasetKind) -> &'static str {
    match kind {
        DatasetKind::Text => "string",
        DatasetKind::Md5 => "md5",
        DatasetKind::Sha256 => "sha256",
        DatasetKind::Ipv4 => "ipv4",
        DatasetKind::Ip => "ip",
    }
}

fn settings(
    words: &mut Words<'_, '_>,
    of: Option<DatasetKind>,
    settings: &[(String, String)],
) -> fmt::Result {
    if let Some(of) = of {
        words.add(format_args!("type {}", kind(of)))?;
    }
    settings
        .iter()
        .try_for_each(|(key, value)| words.add(format!("{key} {value}").trim_ascii_end()))
}

pub(super) fn dataset(dataset: &Dataset, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("dataset:")?;
    let mut words = Words::new(out);
    words.add(match dataset.command {
        DatasetCommand::Set => "set",
        DatasetCommand::Unset => "unset",
        DatasetCommand::IsSet => "isset",
        DatasetCommand::IsNotSet => "isnotset",
    })?;
    words.add(&dataset.name)?;
    settings(&mut words, dataset.kind, &dataset.settings)?;
    words.end()
}

pub(super) fn datarep(list: &DataReputation, out: &mut Formatter<'_>) -> fmt::Result {
    let text = list.comparison.to_string();
    let (sign, number) = match text.strip_prefix(['<', '>']) {
        Some(number) => (if text.starts_with('<') { "<" } else { ">" }, number),
        None => ("==", text.as_str()),
    };
    out.write_str("datarep:")?;
    let mut words = Words::new(out);
    words.add(&list.name)?;
    words.add(sign)?;
    words.add(number)?;
    settings(&mut words, list.kind, &list.settings)?;
    words.end()
}

fn side(side: ReputationSide) -> &'static str {
    match side {
        ReputationSide::Any => "any",
        ReputationSide::Source => "src",
        ReputationSide::Destination => "dst",
        ReputationSide::Both => "both",
    }
}

pub(super) fn geoip(geography: &Geography, out: &mut Formatter<'_>) -> fmt::Result {
    write!(out, "geoip:{}", side(geography.side))?;
    for (country, negated) in &geography.countries {
        write!(out, ",{}{country}", if *negated { "!" } else { "" })?;
    }
    out.write_str(";")
}

pub(super) fn iprep(reputation: &IpReputation, out: &mut Formatter<'_>) -> fmt::Result {
    write!(
        out,
        "iprep:{},{},",
        side(reputation.side),
        reputation.category
    )?;
    match (&reputation.comparison, reputation.is_set) {
        (Some(comparison), _) => write!(out, "{comparison};"),
        (None, Some(true)) => out.write_str("isset;"),
        (None, _) => out.write_str("isnotset;"),
    }
}

pub(super) fn app_layer_protocol(
    protocol: &AppLayerProtocol,
    out: &mut Formatter<'_>,
) -> fmt::Result {
    let scope = match protocol.scope {
        ProtocolScope::Direction => "",
        ProtocolScope::Final => ",final",
        ProtocolScope::Original => ",original",
        ProtocolScope::Either => ",either",
        ProtocolScope::ToServer => ",to_server",
        ProtocolScope::ToClient => ",to_client",
    };
    write!(
        out,
        "app-layer-protocol:{}{}{scope};",
        if protocol.negated { "!" } else { "" },
        protocol.name
    )
}

pub(super) fn dce_interface(interface: &DceInterface, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("dcerpc.iface:")?;
    for (place, byte) in interface.uuid.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            out.write_str("-")?;
        }
        write!(out, "{byte:02x}")?;
    }
    if let Some(version) = &interface.version {
        write!(out, ",{version}")?;
    }
    out.write_str(if interface.any_fragment {
        ",any_frag;"
    } else {
        ";"
    })
}

pub(super) fn dce_operations(ranges: &[(u16, u16)], out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("dcerpc.opnum:")?;
    let mut words = Words::new(out);
    for (low, high) in ranges {
        if low == high {
            words.add(low)?;
        } else {
            words.add(format_args!("{low}-{high}"))?;
        }
    }
    words.end()
}

pub(super) fn rpc(rpc: &Rpc, out: &mut Formatter<'_>) -> fmt::Result {
    let part =
        |number: Option<u32>| number.map_or_else(|| "*".to_owned(), |number| number.to_string());
    write!(
        out,
        "rpc:{},{},{};",
        rpc.program,
        part(rpc.version),
        part(rpc.procedure)
    )
}

pub(super) fn file_text(file: &FileText, out: &mut Formatter<'_>) -> fmt::Result {
    write!(
        out,
        "{}:{}",
        file.keyword,
        if file.negated { "!" } else { "" }
    )?;
    quoted(&file.text, out)?;
    out.write_str(";")
}

pub(super) fn file_hash(file: &FileHash, out: &mut Formatter<'_>) -> fmt::Result {
    let keyword = match file.kind {
        HashKind::Md5 => "filemd5",
        HashKind::Sha1 => "filesha1",
        HashKind::Sha256 => "filesha256",
    };
    write!(
        out,
        "{keyword}:{}{};",
        if file.negated { "!" } else { "" },
        file.list
    )
}

pub(super) fn file_store(store: &FileStore, out: &mut Formatter<'_>) -> fmt::Result {
    match (store.direction, store.scope) {
        (None, _) => out.write_str("filestore;"),
        (Some(direction), None) => write!(out, "filestore:{direction};"),
        (Some(direction), Some(scope)) => write!(out, "filestore:{direction},{scope};"),
    }
}

pub(super) fn requires(requirement: &Requirement, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str("requires:")?;
    let mut words = Words::new(out);
    requirement
        .features
        .iter()
        .try_for_each(|feature| words.add(format_args!("feature {feature}")))?;
    requirement
        .keywords
        .iter()
        .try_for_each(|keyword| words.add(format_args!("keyword {keyword}")))?;
    if !requirement.versions.is_empty() {
        let alternative = |bounds: &Vec<crate::rule::ast::VersionBound>| {
            let bounds = bounds.iter().map(|bound| {
                let (major, minor, patch) = bound.version;
                format!("{} {major}.{minor}.{patch}", bound.operator)
            });
            bounds.collect::<Vec<_>>().join(" ")
        };
        let alternatives: Vec<String> = requirement.versions.iter().map(alternative).collect();
        words.add(format_args!("version {}", alternatives.join(" | ")))?;
    }
    words.end()
}
