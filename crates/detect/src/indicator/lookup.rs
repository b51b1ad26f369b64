//! Looking for indicators in events.

use super::entry::{bits_of, masked};
use super::{Hit, IndicatorKind, Indicators};
use crate::limits::HITS_PER_EVENT_MAX;
use event::{Endpoint, Event, Value};
use std::net::IpAddr;

impl Indicators {
    /// Entries that the event carries, at most `limits::HITS_PER_EVENT_MAX`. Addresses of the conversation are
    /// looked at in `flow` events only, so that a conversation hits once.
    pub fn match_event(&self, event: &Event) -> Vec<Hit> {
        let mut hits = Vec::new();
        if self.is_empty() {
            return hits;
        }
        match event.kind.as_ref() {
            "flow" => {
                self.end(event.source, "src_ip", &mut hits);
                self.end(event.dest, "dest_ip", &mut hits);
            }
            "dns" | "mdns" | "llmnr" => self.dns(event, &mut hits),
            "http" => self.http(event, &mut hits),
            "tls" | "quic" => self.tls(event, &mut hits),
            "fileinfo" => {
                for place in ["fileinfo.md5", "fileinfo.sha1", "fileinfo.sha256"] {
                    self.text(event.text(place), IndicatorKind::FileHash, place, &mut hits);
                }
            }
            _ => {}
        }
        hits.truncate(HITS_PER_EVENT_MAX);
        hits
    }

    /// The entry for an address and port, most specific first.
    pub fn match_endpoint(&self, end: Endpoint, place: &'static str) -> Option<Hit> {
        let bits = bits_of(end.ip);
        if let Some(entry) = self.sockets.get(&(bits, end.port)) {
            let value = std::net::SocketAddr::new(end.ip, end.port).to_string();
            return self.hit(IndicatorKind::Address, value, *entry, place);
        }
        self.networks.iter().rev().find_map(|(prefix, networks)| {
            let entry = networks.get(&masked(bits, *prefix))?;
            self.hit(
                IndicatorKind::Address,
                network_text(end.ip, bits, *prefix),
                *entry,
                place,
            )
        })
    }

    /// The entry for a domain name or one above it.
    pub fn match_domain(&self, name: &str, place: &'static str) -> Option<Hit> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let mut rest = name.as_str();
        // The last label alone is in no list.
        while rest.contains('.') {
            if let Some(entry) = self.texts.get(rest) {
                return self.hit(IndicatorKind::Domain, rest.to_owned(), *entry, place);
            }
            rest = rest.split_once('.')?.1;
        }
        None
    }

    fn end(&self, end: Option<Endpoint>, place: &'static str, hits: &mut Vec<Hit>) {
        hits.extend(end.and_then(|end| self.match_endpoint(end, place)));
    }

    /// A host as text: an address or a name.
    fn host(&self, host: Option<&str>, place: &'static str, hits: &mut Vec<Hit>) {
        let Some(host) = host else { return };
        match host.parse::<IpAddr>() {
            Ok(address) => self.end(Some(Endpoint::new(address, 0)), place, hits),
            Err(_) => hits.extend(self.match_domain(host, place)),
        }
    }

    /// A hash or fingerprint, with or without colons.
    fn text(
        &self,
        text: Option<&str>,
        kind: IndicatorKind,
        place: &'static str,
        hits: &mut Vec<Hit>,
    ) {
        let Some(text) = text.filter(|text| text.len() >= 32) else {
            return;
        };
        let normal = text.replace(':', "").to_ascii_lowercase();
        if let Some(entry) = self.texts.get(normal.as_str()) {
            hits.extend(self.hit(kind, normal, *entry, place));
        }
    }

    fn dns(&self, event: &Event, hits: &mut Vec<Hit>) {
        let list = |path: &str| event.body.at(path).map_or(&[][..], Value::as_list);
        let text = |value: &Value, name: &str| {
            value
                .as_record()
                .and_then(|record| record.text(name).map(str::to_owned))
        };
        for (path, place) in [
            ("dns.queries", "dns.queries.rrname"),
            ("mdns.queries", "mdns.queries.rrname"),
            ("llmnr.queries", "llmnr.queries.rrname"),
        ] {
            for query in list(path) {
                self.host(text(query, "rrname").as_deref(), place, hits);
            }
        }
        for answer in list("dns.answers") {
            self.host(text(answer, "rdata").as_deref(), "dns.answers.rdata", hits);
        }
        hits.dedup();
    }

    fn http(&self, event: &Event, hits: &mut Vec<Hit>) {
        let host = event.text("http.hostname");
        if let (Some(host), Some(url)) = (host, event.text("http.url")) {
            let port = event
                .number("http.http_port")
                .or(event.dest.map(|end| end.port.into()));
            hits.extend(self.url(host, port, url));
        }
        self.host(host, "http.hostname", hits);
    }

    /// The URL with and without port and query.
    fn url(&self, host: &str, port: Option<u64>, url: &str) -> Option<Hit> {
        let host = host.to_ascii_lowercase();
        let path = match url.split_once("://") {
            Some((_, rest)) => rest
                .find('/')
                .and_then(|place| rest.get(place..))
                .unwrap_or("/"),
            None => url,
        };
        let bare = path.split('?').next().unwrap_or(path);
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        for path in [path, bare] {
            for port in ["", port.as_str()] {
                let whole = format!("{host}{port}{path}");
                if let Some(entry) = self.texts.get(whole.as_str()) {
                    return self.hit(IndicatorKind::Url, whole, *entry, "http.url");
                }
            }
        }
        None
    }

    fn tls(&self, event: &Event, hits: &mut Vec<Hit>) {
        self.host(
            event.text("tls.sni").or(event.text("quic.sni")),
            "tls.sni",
            hits,
        );
        for place in [
            "tls.ja3.hash",
            "tls.ja3s.hash",
            "quic.ja3.hash",
            "quic.ja3s.hash",
        ] {
            self.text(event.text(place), IndicatorKind::Ja3, place, hits);
        }
        for place in ["tls.ja4", "quic.ja4"] {
            self.text(event.text(place), IndicatorKind::Ja4, place, hits);
        }
        for place in ["tls.fingerprint", "tls.certificate_sha256"] {
            self.text(event.text(place), IndicatorKind::Certificate, place, hits);
        }
    }
}

/// The network as a list would have it.
fn network_text(address: IpAddr, bits: u128, prefix: u8) -> String {
    let network = std::net::Ipv6Addr::from_bits(masked(bits, prefix));
    match address {
        IpAddr::V4(_) => {
            let network = network
                .to_ipv4_mapped()
                .map_or_else(|| network.to_string(), |network| network.to_string());
            match prefix.checked_sub(96) {
                None | Some(32) => network,
                Some(length) => format!("{network}/{length}"),
            }
        }
        IpAddr::V6(_) if prefix == 128 => network.to_string(),
        IpAddr::V6(_) => format!("{network}/{prefix}"),
    }
}
