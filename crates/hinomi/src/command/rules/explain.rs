//! `hinomi rules explain`: one rule in words, and what became of it in captures.

use super::{capture, words};
use crate::command::replay::language;
use anyhow::{Context, Result, bail};
use clap::Args;
use detect::explain::{Part, Saying, sayings};
use detect::rule::ast::{BitOperation, Keyword, Rule};
use detect::rule::{Collection, PlacedRule};
use event::Language;
use sensor::Settings;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Rules that set what the rule asks for are followed so far back.
const COMPANIONS_MAX: usize = 200;

/// With captures, the engine itself tells how far the rule came: the flows that came nearest, the first condition that
/// did not hold there, and the bytes at that place. Exit code 1 when a capture could not be opened.
#[derive(Args)]
pub struct Options {
    /// The rule's sid
    sid: u32,
    /// The rule's gid
    #[arg(long, default_value_t = 1)]
    gid: u32,
    /// Rules in the Suricata language: a file, or a folder of *.rules files (may be repeated)
    #[arg(long, value_name = "FILE|DIR", required = true)]
    rules: Vec<PathBuf>,
    /// Your own networks
    #[arg(
        long,
        value_name = "CIDR,...",
        default_value = "192.168.0.0/16,10.0.0.0/8,172.16.0.0/12"
    )]
    home_net: analyze::HomeNet,
    /// Value of a rule variable, e.g. HTTP_PORTS=80,8080 (may be repeated)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = crate::detection_options::variable)]
    variables: Vec<(String, String)>,
    /// Trust packets whatever their checksum says
    #[arg(long)]
    ignore_checksums: bool,
    /// Follow TCP connections whose start was not seen
    #[arg(long)]
    midstream: bool,
    /// Follow TCP connections of which only one direction is seen
    #[arg(long = "async")]
    one_sided: bool,
    /// Flows shown of each capture
    #[arg(long, value_name = "N", default_value_t = 3)]
    flows: usize,
    /// Language of the explanation
    #[arg(long, visible_alias = "lang", value_name = "ja|en", default_value = "en", value_parser = language)]
    language: Language,
    /// Captures (pcap, pcapng)
    #[arg(value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
}

pub fn run(options: Options) -> Result<ExitCode> {
    for path in &options.rules {
        std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    }
    let collection = Collection::load(&options.rules);
    let wanted = |placed: &&PlacedRule| {
        let meta = &placed.rule.meta;
        (meta.gid, meta.sid) == (options.gid, options.sid)
    };
    let Some(placed) = collection.rules.iter().find(wanted) else {
        let mut faulty = collection.problems.iter().chain(&collection.unmet);
        match faulty.find(|problem| problem.sid == Some(options.sid)) {
            Some(problem) => bail!(
                "rule {} is there, but cannot be read:\n{problem}",
                options.sid
            ),
            None => bail!("no rule {}:{} in these files", options.gid, options.sid),
        }
    };
    let said = sayings(&placed.rule);
    let mut out = io::BufWriter::new(io::stdout().lock());
    // What cannot be written (a closed pipe) is not worth an error.
    let _ = describe(&mut out, placed, &said, options.language);
    if options.captures.is_empty() {
        let _ = out.flush();
        return Ok(ExitCode::SUCCESS);
    }
    let settings = Settings {
        rules: options.rules.clone(),
        home_net: options.home_net.clone(),
        variables: options.variables.clone(),
        ignore_checksums: options.ignore_checksums,
        midstream: options.midstream,
        one_sided: options.one_sided,
        ..Settings::default()
    };
    let rules = with_companions(&placed.rule, &collection.rules);
    let story = capture::Story {
        rule: &placed.rule,
        said: &said,
        language: options.language,
        flows_shown: options.flows,
    };
    let unopened = story.tell(&mut out, &rules, &options.captures, &settings)?;
    let _ = out.flush();
    Ok(if unopened > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// The rule, then all that set bits which it or they ask for.
fn with_companions(rule: &Rule, all: &[PlacedRule]) -> Vec<Rule> {
    let mut found = vec![rule.clone()];
    let mut known = BTreeSet::from([(rule.meta.gid, rule.meta.sid)]);
    let mut next = 0;
    while let Some(asking) = found.get(next) {
        next += 1;
        let asked: BTreeSet<&str> = bits(asking, |operation| {
            matches!(operation, BitOperation::IsSet | BitOperation::IsNotSet)
        })
        .collect();
        let mut more = Vec::new();
        for other in all.iter().map(|placed| &placed.rule) {
            let mut set = bits(other, |operation| {
                !matches!(operation, BitOperation::IsSet | BitOperation::IsNotSet)
            });
            let identity = (other.meta.gid, other.meta.sid);
            if set.any(|name| asked.contains(name))
                && found.len() + more.len() < COMPANIONS_MAX
                && known.insert(identity)
            {
                more.push(other.clone());
            }
        }
        found.extend(more);
    }
    found
}

/// Names of the bits on which a rule does one of the wanted operations; the kinds of bits are not told apart, as one
/// rule too many does no harm.
fn bits(rule: &Rule, wanted: fn(BitOperation) -> bool) -> impl Iterator<Item = &str> {
    rule.options
        .iter()
        .filter_map(move |item| match &item.keyword {
            Keyword::FlowBits(bits) if wanted(bits.operation) => Some(bits.names.as_slice()),
            Keyword::HostBits(bits) if wanted(bits.operation) => Some(bits.names.as_slice()),
            Keyword::XBits(bits) if wanted(bits.operation) => {
                Some(std::slice::from_ref(&bits.name))
            }
            _ => None,
        })
        .flatten()
        .map(String::as_str)
}

fn describe(
    out: &mut impl Write,
    placed: &PlacedRule,
    said: &[Saying],
    language: Language,
) -> io::Result<()> {
    let meta = &placed.rule.meta;
    writeln!(
        out,
        "[{}:{}:{}] {}",
        meta.gid, meta.sid, meta.revision, meta.message
    )?;
    writeln!(out, "  {}:{}", placed.place.file, placed.place.line)?;
    writeln!(out, "{}", words::MATCHES_WHEN.in_language(language))?;
    for (number, saying) in (1..).zip(said) {
        if saying.part == Part::Condition {
            writeln!(out, "  {number:>2}. {}", saying.words.in_language(language))?;
        }
    }
    if said.iter().any(|saying| saying.part == Part::Consequence) {
        writeln!(out, "{}", words::THEN.in_language(language))?;
    }
    for (number, saying) in (1..).zip(said) {
        if saying.part == Part::Consequence {
            writeln!(out, "  {number:>2}. {}", saying.words.in_language(language))?;
        }
    }
    Ok(())
}
