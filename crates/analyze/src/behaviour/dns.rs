//! What a `dns` event says, for every model that asks.

use crate::model::Verdict;
use event::{Detection, Event, Value};
use std::net::IpAddr;

/// Who asked for which name, from a `dns` event of either direction.
pub(super) fn questions(event: &Event) -> impl Iterator<Item = (IpAddr, &str)> {
    // An answer may be told from the server's side.
    let answer = matches!(event.text("dns.type"), Some("answer" | "response"));
    let client = event.source.map(|asker| match event.dest {
        Some(dest) if answer && dest.port != 53 && asker.port == 53 => dest.ip,
        _ => asker.ip,
    });
    client
        .into_iter()
        .flat_map(|client| names_of(event).map(move |name| (client, name)))
}

fn names_of(event: &Event) -> impl Iterator<Item = &str> {
    let one = event.text("dns.rrname");
    let queries = match one {
        Some(_) => None,
        None => event.body.at("dns.queries"),
    };
    let several = queries.map_or(&[][..], Value::as_list).iter();
    let names = several.filter_map(|query| query.as_record()?.text("rrname"));
    one.into_iter().chain(names.take(4))
}

/// The type asked for.
pub(super) fn kind_of(event: &Event) -> Option<&str> {
    event.text("dns.rrtype").or_else(|| {
        let queries = event.body.at("dns.queries")?.as_list();
        queries.first()?.as_record()?.text("rrtype")
    })
}

/// Who was asked.
pub(super) fn server(event: &Event, client: IpAddr) -> Option<IpAddr> {
    let (source, dest) = (event.source?.ip, event.dest?.ip);
    Some(if source == client { dest } else { source })
}

/// A detection about who asked.
pub(super) fn about(
    verdict: Verdict,
    client: IpAddr,
    event: &Event,
    name: Option<String>,
) -> Option<Detection> {
    let (source, dest) = (event.source?, event.dest?);
    let (subject, peer) = if source.ip == client {
        (source, dest)
    } else {
        (dest, source)
    };
    Some(verdict.about(event.time, subject, Some(peer), name, event.to_record()))
}
