//! What a `dns` event says, for every model that asks.

use crate::model::Verdict;
use event::{Detection, Endpoint, Event, Value};
use std::net::IpAddr;

/// Whether a `dns` event is an answer.
pub(crate) fn is_answer(event: &Event) -> bool {
    matches!(event.text("dns.type"), Some("answer" | "response"))
}

/// Who asked, and whom: an answer of DNS travels to the one who asked, unless it is told as its question travelled. Of
/// other events the source.
pub(crate) fn asker(event: &Event) -> Option<(Endpoint, Option<Endpoint>)> {
    match (event.source, event.dest) {
        (Some(server), Some(client)) if is_answer(event) && client.port != 53 => {
            Some((client, Some(server)))
        }
        (source, dest) => Some((source?, dest)),
    }
}

/// Who asked for which name, from a `dns` event of either direction.
pub(super) fn questions(event: &Event) -> impl Iterator<Item = (IpAddr, &str)> {
    let client = asker(event).map(|(client, _)| client.ip);
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
