//! Which endpoints exist, learnt by listening: names from DHCP, mDNS, LLMNR and NetBIOS,
//! hardware addresses from ARP and from frames on the host's own segment.

use crate::{FlowFact, HomeNet, limits, table::Table};
use event::{Event, Host, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One of the customer's machines, as far as listening tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointSeen {
    /// Its address.
    pub ip: IpAddr,
    /// Its hardware address, `aa:bb:cc:dd:ee:ff`.
    pub mac: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// First sign of it.
    pub first_seen: Timestamp,
    /// Latest sign of it.
    pub last_seen: Timestamp,
    /// Flows that it opened or answered.
    pub flows: u64,
    name_rank: u8,
}

/// The endpoints seen so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Inventory {
    endpoints: Table<IpAddr, EndpointSeen>,
}

/// How much a name from each source is worth: the host's own word to its DHCP server most.
const RANK_DHCP: u8 = 3;
const RANK_NETBIOS: u8 = 2;
const RANK_MULTICAST: u8 = 1;

impl Inventory {
    pub fn new() -> Self {
        Self {
            endpoints: Table::new(limits::ENDPOINTS_MAX),
        }
    }

    /// Takes from an event what it says about endpoints.
    pub fn event(&mut self, home: &HomeNet, event: &Event) {
        match event.kind.as_ref() {
            "dhcp" => self.dhcp(home, event),
            "nbns" | "netbios" => {
                let name = event
                    .text("nbns.name")
                    .or_else(|| event.text("netbios.name"));
                self.own_name(home, event, name, RANK_NETBIOS);
            }
            "mdns" | "llmnr" => {
                let paths = if event.kind == "mdns" {
                    ["mdns.hostname", "mdns.name"]
                } else {
                    ["llmnr.hostname", "llmnr.name"]
                };
                let name = paths.iter().find_map(|path| event.text(path));
                self.own_name(home, event, name, RANK_MULTICAST);
            }
            _ => {}
        }
    }

    /// A flow has ended.
    pub fn flow(&mut self, home: &HomeNet, fact: &FlowFact) {
        // A target that never answered may not exist: a scan must not fill the inventory.
        let answered = fact.packets_to_client > 0;
        let ends = [Some(fact.client), answered.then_some(fact.server)];
        for end in ends.into_iter().flatten() {
            if let Some(seen) = self.seen(home, end.ip, fact.time) {
                seen.flows = seen.flows.saturating_add(1);
            }
        }
    }

    /// A frame from this host with this hardware address was seen on its own segment.
    pub fn sighting(&mut self, home: &HomeNet, ip: IpAddr, mac: [u8; 6], time: Timestamp) {
        // A group address is never a sender's own; all zeroes mean "unknown".
        if mac[0] & 1 == 0 && mac != [0; 6] {
            let Some(seen) = self.seen(home, ip, time) else {
                return;
            };
            let known = seen.mac.as_deref().is_some_and(|known| is_mac(known, mac));
            if !known {
                seen.mac = Some(mac.map(|byte| format!("{byte:02x}")).join(":"));
            }
        }
    }

    /// The host as an incident shows it.
    pub fn host(&self, ip: IpAddr) -> Host {
        let seen = self.endpoints.at(&ip);
        Host {
            ip,
            mac: seen.and_then(|seen| seen.mac.clone()),
            name: seen.and_then(|seen| seen.name.clone()),
        }
    }

    /// All endpoints, by address.
    pub fn endpoints(&self) -> impl Iterator<Item = &EndpointSeen> {
        self.endpoints.sorted().into_iter().map(|(_, seen)| seen)
    }

    fn seen(&mut self, home: &HomeNet, ip: IpAddr, time: Timestamp) -> Option<&mut EndpointSeen> {
        let usable = !ip.is_unspecified() && !ip.is_multicast() && !ip.is_loopback();
        let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast() || ip.octets()[3] == 255);
        if !usable || broadcast || !home.contains(ip) {
            return None;
        }
        let seen = self.endpoints.touch(ip, time, || EndpointSeen {
            ip,
            mac: None,
            name: None,
            first_seen: time,
            last_seen: time,
            flows: 0,
            name_rank: 0,
        });
        seen.first_seen = seen.first_seen.min(time);
        seen.last_seen = seen.last_seen.max(time);
        Some(seen)
    }

    fn dhcp(&mut self, home: &HomeNet, event: &Event) {
        let address = ["dhcp.assigned_ip", "dhcp.client_ip", "dhcp.requested_ip"]
            .iter()
            .filter_map(|path| event.text(path)?.parse::<IpAddr>().ok())
            .find(|ip| !ip.is_unspecified());
        let Some(address) = address else {
            return;
        };
        let mac = event.text("dhcp.client_mac").map(shortened);
        let name = event.text("dhcp.hostname").map(shortened);
        if let Some(seen) = self.seen(home, address, event.time) {
            if mac.is_some() {
                seen.mac = mac;
            }
            rename(seen, name, RANK_DHCP);
        }
    }

    fn own_name(&mut self, home: &HomeNet, event: &Event, name: Option<&str>, rank: u8) {
        let name = name.map(shortened);
        if let Some(source) = event.source
            && name.is_some()
            && let Some(seen) = self.seen(home, source.ip, event.time)
        {
            rename(seen, name, rank);
        }
    }
}

fn rename(seen: &mut EndpointSeen, name: Option<String>, rank: u8) {
    if let Some(name) = name
        && !name.is_empty()
        && rank >= seen.name_rank
    {
        seen.name = Some(name);
        seen.name_rank = rank;
    }
}

/// A text of the network, cut to what we keep and without control characters.
pub(crate) fn shortened(text: &str) -> String {
    let mut kept = String::new();
    for character in text.chars().filter(|character| !character.is_control()) {
        if kept.len() + character.len_utf8() > limits::NAME_BYTES_MAX {
            break;
        }
        kept.push(character);
    }
    kept
}

/// Whether the text is the address, without making another text of it: this is asked for every flow.
fn is_mac(text: &str, mac: [u8; 6]) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 17
        && bytes.chunks(3).zip(mac).all(|(part, byte)| {
            let digit = |place: usize| {
                part.get(place)
                    .and_then(|digit| (*digit as char).to_digit(16))
            };
            let number = digit(0).zip(digit(1)).map(|(high, low)| high << 4 | low);
            number == Some(byte.into()) && matches!(part.get(2), None | Some(b':'))
        })
}

#[cfg(test)]
mod tests {
    use super::Inventory;
    use crate::HomeNet;
    use event::{Event, Record, Timestamp};

    #[test]
    fn learns_name_and_hardware_address() {
        let home = HomeNet::default();
        let mut inventory = Inventory::new();
        let mut dhcp = Record::new();
        dhcp.push("client_mac", "02:00:00:00:00:17");
        dhcp.push("assigned_ip", "192.168.1.23");
        dhcp.push("hostname", "PC-23");
        let mut event = Event::new(Timestamp::new(5, 0), "dhcp");
        event.body.push("dhcp", dhcp);
        inventory.event(&home, &event);
        let ip = "192.168.1.23".parse().unwrap();
        inventory.sighting(&home, ip, [2, 0, 0, 0, 0, 0x18], Timestamp::new(6, 0));
        inventory.sighting(&home, "8.8.8.8".parse().unwrap(), [2; 6], event.time);
        let host = inventory.host(ip);
        assert_eq!(host.name.as_deref(), Some("PC-23"));
        assert_eq!(host.mac.as_deref(), Some("02:00:00:00:00:18"));
        assert_eq!(inventory.endpoints().count(), 1);
    }
}
