//! Looking for indicators in events.

use crate::entry::{bits_of, masked};
use crate::facts::{Hit, IndicatorKind};
use crate::index::{Indicators, Match, Tag, key};
use crate::limits::HITS_PER_EVENT_MAX;
use event::{Endpoint, Event, Timestamp, Value};
use std::net::IpAddr;
use std::sync::Arc;

impl Indicators {
    /// Entries that the event carries and that count at its time, at most `limits::HITS_PER_EVENT_MAX`. Addresses of
    /// the conversation are looked at in `flow` events only, so that a conversation hits once; who wants to know them
    /// earlier asks [`Indicators::lists_end`].
    pub fn match_event(&self, event: &Event) -> Vec<Hit> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut look = Look {
            indicators: self,
            event,
            hits: Vec::new(),
        };
        match event.kind.as_ref() {
            "flow" => {
                look.end(event.source, "src_ip");
                look.end(event.dest, "dest_ip");
            }
            "dns" | "mdns" | "llmnr" => look.dns(),
            "http" => look.http(),
            "tls" | "quic" => look.tls(),
            "fileinfo" => {
                for place in ["fileinfo.md5", "fileinfo.sha1", "fileinfo.sha256"] {
                    look.text(IndicatorKind::FileHash, place);
                }
            }
            _ => {}
        }
        look.hits.truncate(HITS_PER_EVENT_MAX);
        look.hits
    }

    /// The list that says of a name that it is harmless: a popular site, or one that a warning list names.
    pub fn harmless(&self, name: &str) -> Option<Arc<str>> {
        self.brakes.as_ref()?.name(name)
    }

    /// The entry for an address and port at a time, most specific first.
    pub fn match_endpoint(
        &self,
        end: Endpoint,
        place: &'static str,
        now: Timestamp,
    ) -> Option<Hit> {
        let bits = bits_of(end.ip);
        let hit = |value, found| Some(hit(IndicatorKind::Address, value, place, found));
        if let Some(found) = self.find(key::of_socket(bits, end.port), now) {
            return hit(
                std::net::SocketAddr::new(end.ip, end.port).to_string(),
                found,
            );
        }
        if let Some(found) = self.find(key::of_address(bits), now) {
            return hit(network_text(end.ip, bits, 128), found);
        }
        if let Some((prefix, found)) = self.find_network(bits, now) {
            return hit(network_text(end.ip, bits, prefix), found);
        }
        if !self.has_hashed {
            return None;
        }
        let text = end.ip.to_string();
        let found = self.find_hashed(&text, now)?;
        hit(text, found)
    }

    /// Whether an entry names one of the two ends of a conversation at a time.
    pub fn lists_end(&self, ends: [Endpoint; 2], now: Timestamp) -> bool {
        let listed = |end| self.match_endpoint(end, "", now).is_some();
        !self.is_empty() && ends.into_iter().any(listed)
    }

    /// The entry for a domain name or one above it at a time.
    pub fn match_domain(&self, name: &str, place: &'static str, now: Timestamp) -> Option<Hit> {
        let name = name.trim_end_matches('.');
        let in_lower_case = name
            .bytes()
            .any(|byte| byte.is_ascii_uppercase())
            .then(|| name.to_ascii_lowercase());
        let mut rest = in_lower_case.as_deref().unwrap_or(name);
        // The last label alone is in no list.
        while rest.contains('.') {
            let found = self
                .find(key::of_text(Tag::Domain, rest), now)
                .or_else(|| self.find_hashed(rest, now));
            if let Some(found) = found {
                return Some(hit(IndicatorKind::Domain, rest.to_owned(), place, found));
            }
            rest = rest.split_once('.')?.1;
        }
        None
    }

    /// Feeds that give away digests of their entries only.
    fn find_hashed(&self, value: &str, now: Timestamp) -> Option<Match> {
        if !self.has_hashed {
            return None;
        }
        self.find(key::of(&crate::format::hashed(value))?, now)
    }
}

/// One event that is looked through.
struct Look<'a> {
    indicators: &'a Indicators,
    event: &'a Event,
    hits: Vec<Hit>,
}

impl Look<'_> {
    fn end(&mut self, end: Option<Endpoint>, place: &'static str) {
        let now = self.event.time;
        let hit = end.and_then(|end| self.indicators.match_endpoint(end, place, now));
        self.hits.extend(hit);
    }

    /// A host as text: an address or a name.
    fn host(&mut self, host: Option<&str>, place: &'static str) {
        let Some(host) = host else { return };
        match host.parse::<IpAddr>() {
            Ok(address) => self.end(Some(Endpoint::new(address, 0)), place),
            Err(_) => {
                let now = self.event.time;
                let hit = self.indicators.match_domain(host, place, now);
                self.hits.extend(hit);
            }
        }
    }

    /// A hash or fingerprint, with or without colons.
    fn text(&mut self, kind: IndicatorKind, place: &'static str) {
        let text = self.event.text(place).filter(|text| text.len() >= 32);
        let Some(text) = text else { return };
        let normal = text.replace(':', "").to_ascii_lowercase();
        let tag = if kind == IndicatorKind::Ja4 {
            Tag::Ja4
        } else {
            Tag::Hash
        };
        let now = self.event.time;
        let found = self
            .indicators
            .find(key::of_text(tag, &normal), now)
            .or_else(|| self.indicators.find_hashed(&normal, now));
        if let Some(found) = found {
            self.hits.push(hit(kind, normal, place, found));
        }
    }

    fn dns(&mut self) {
        let event = self.event;
        let list = |path: &str| event.body.at(path).map_or(&[][..], Value::as_list);
        fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
            value.as_record().and_then(|record| record.text(name))
        }
        for (path, place) in [
            ("dns.queries", "dns.queries.rrname"),
            ("mdns.queries", "mdns.queries.rrname"),
            ("llmnr.queries", "llmnr.queries.rrname"),
        ] {
            for query in list(path) {
                self.host(text(query, "rrname"), place);
            }
        }
        let names = self.hits.len();
        for answer in list("dns.answers") {
            self.host(text(answer, "rdata"), "dns.answers.rdata");
        }
        // Many sites share an address: whoever asks for a harmless one of them does no harm.
        let asked = list("dns.queries").first();
        if let Some(name) = asked.and_then(|query| text(query, "rrname"))
            && let Some(warning) = self.indicators.harmless(name)
        {
            for hit in self.hits.iter_mut().skip(names) {
                hit.brake_for(name, Arc::clone(&warning));
            }
        }
        self.hits.dedup();
    }

    fn http(&mut self) {
        let event = self.event;
        let host = event.text("http.hostname");
        if let (Some(host), Some(url)) = (host, event.text("http.url")) {
            let port = event
                .number("http.http_port")
                .or(event.dest.map(|end| end.port.into()));
            let hit = self.url(host, port, url);
            self.hits.extend(hit);
        }
        self.host(host, "http.hostname");
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
        let now = self.event.time;
        let bare = path.split('?').next().unwrap_or(path);
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        for path in [path, bare] {
            for port in ["", port.as_str()] {
                let whole = format!("{host}{port}{path}");
                let found = self
                    .indicators
                    .find(key::of_text(Tag::Url, &whole), now)
                    .or_else(|| self.indicators.find_hashed(&format!("http://{whole}"), now));
                if let Some(found) = found {
                    return Some(hit(IndicatorKind::Url, whole, "http.url", found));
                }
            }
        }
        None
    }

    fn tls(&mut self) {
        let event = self.event;
        self.host(event.text("tls.sni").or(event.text("quic.sni")), "tls.sni");
        for place in [
            "tls.ja3.hash",
            "tls.ja3s.hash",
            "quic.ja3.hash",
            "quic.ja3s.hash",
        ] {
            self.text(IndicatorKind::Ja3, place);
        }
        for place in ["tls.ja4", "quic.ja4"] {
            self.text(IndicatorKind::Ja4, place);
        }
        for place in ["tls.fingerprint", "tls.certificate_sha256"] {
            self.text(IndicatorKind::Certificate, place);
        }
    }
}

fn hit(kind: IndicatorKind, value: String, place: &'static str, found: Match) -> Hit {
    Hit {
        kind,
        value,
        list: found.list,
        place,
        facts: found.facts,
        others: found.others,
        harmless_name: None,
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
