//! Every application protocol, one line each.

use crate::protocol::{Carrier, FieldSpec, ProtocolSpec};
use crate::{
    bittorrent, dcerpc, dhcp, dnp3, dns, enip, ftp, ftp_data, http, http2, ike, imap, krb5, ldap,
    modbus, mqtt, mysql, nbns, nfs, ntp, pgsql, pop3, quic, rdp, rfb, sip, smb, smtp, snmp, socks,
    ssh, telnet, tftp, tls, websocket,
};
use std::fmt;

/// All protocols that are recognised. To add one: its folder, and its line here.
pub static PROTOCOLS: &[&ProtocolSpec] = &[
    // Before HTTP/1, which its first line resembles.
    &http2::fields::HTTP2,
    &http2::fields::FRAMES,
    &http::fields::HTTP,
    &websocket::fields::WEBSOCKET,
    &tls::fields::TLS,
    &ssh::fields::SSH,
    &smtp::fields::SMTP,
    &ftp::fields::FTP,
    &ftp_data::fields::FTP_DATA,
    &pop3::fields::POP3,
    &imap::fields::IMAP,
    &tftp::fields::TFTP,
    &quic::fields::QUIC,
    &smb::fields::SMB,
    &dcerpc::fields::TCP,
    &dcerpc::fields::UDP,
    &nfs::fields::TCP,
    &nfs::fields::UDP,
    &krb5::fields::TCP,
    &krb5::fields::UDP,
    &ldap::fields::TCP,
    &ldap::fields::UDP,
    &dns::fields::UDP,
    &dns::fields::TCP,
    &dns::fields::MDNS,
    &dns::fields::LLMNR,
    &nbns::fields::NBNS,
    &dhcp::fields::DHCP,
    &sip::fields::UDP,
    &sip::fields::TCP,
    &snmp::fields::SNMP,
    &rfb::fields::RFB,
    &mqtt::fields::MQTT,
    &ike::fields::IKE,
    &rdp::fields::RDP,
    &ntp::fields::NTP,
    &bittorrent::fields::DHT,
    &bittorrent::peers::PEERS,
    &modbus::fields::MODBUS,
    &dnp3::fields::DNP3,
    &pgsql::fields::PGSQL,
    &socks::fields::SOCKS,
    &mysql::fields::MYSQL,
    &telnet::fields::TELNET,
    &enip::fields::TCP,
    &enip::fields::UDP,
];

/// Names that conversations take on when they carry one protocol in another, and the two.
pub static COMPOUNDS: &[(&str, &[&str])] = &[("doh2", &["http2", "dns"])];

/// Whether a conversation known by `name` may hold transactions of `protocol`.
pub fn holds(name: &str, protocol: &str) -> bool {
    name == protocol
        || COMPOUNDS
            .iter()
            .any(|(compound, parts)| *compound == name && parts.contains(&protocol))
}

/// The protocols of one carrier.
pub fn of_carrier(carrier: Carrier) -> impl Iterator<Item = &'static ProtocolSpec> {
    PROTOCOLS
        .iter()
        .copied()
        .filter(move |spec| spec.carrier == carrier)
}

/// A field of one protocol.
#[derive(Clone, Copy)]
pub struct FieldRef {
    /// Whose.
    pub protocol: &'static ProtocolSpec,
    /// Its number in the protocol's list.
    pub index: usize,
    /// The field.
    pub spec: &'static FieldSpec,
}

impl fmt::Debug for FieldRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.spec.name, self.protocol.name)
    }
}

/// Every protocol that has a sticky buffer of this name (`file.data` has several).
pub fn buffers(name: &str) -> Vec<FieldRef> {
    fields(name, |spec| spec.buffers)
}

/// Every protocol that has a number of this name.
pub fn numbers(name: &str) -> Vec<FieldRef> {
    fields(name, |spec| spec.numbers)
}

fn fields(name: &str, of: fn(&ProtocolSpec) -> &'static [FieldSpec]) -> Vec<FieldRef> {
    let mut found = Vec::new();
    for protocol in PROTOCOLS {
        for (index, spec) in of(protocol).iter().enumerate() {
            if spec.name == name {
                found.push(FieldRef {
                    protocol,
                    index,
                    spec,
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_within_a_protocol() {
        for protocol in PROTOCOLS {
            for list in [protocol.buffers, protocol.numbers] {
                let names: BTreeSet<_> = list.iter().map(|field| field.name).collect();
                assert_eq!(names.len(), list.len(), "{}", protocol.name);
            }
            let anomalies: BTreeSet<_> = protocol.anomalies.iter().collect();
            assert_eq!(
                anomalies.len(),
                protocol.anomalies.len(),
                "{}",
                protocol.name
            );
        }
    }

    /// How conversations of each protocol begin, by carrier: nobody else may say that it is theirs.
    #[test]
    fn no_protocol_takes_the_beginning_of_another() {
        use crate::protocol::Probe;
        use crate::testing::beginnings;
        for (name, carrier, direction, bytes) in beginnings() {
            for spec in of_carrier(carrier) {
                let (found, other) = ((spec.probe)(direction, &bytes), spec.name);
                if other != name {
                    assert_ne!(found, Probe::Yes, "{other} takes {name}: {bytes:?}");
                }
                // Datagrams are looked at whole, streams byte by byte.
                for end in 0..bytes.len() {
                    let found = (spec.probe)(direction, &bytes[..end]);
                    let taken = carrier == Carrier::Stream && found == Probe::Yes;
                    assert!(
                        !taken || other == name,
                        "{other} takes {end} bytes of {name}"
                    );
                }
            }
            // What is its own is not refused.
            let own = of_carrier(carrier).filter(|spec| spec.name == name);
            for spec in own {
                assert_ne!((spec.probe)(direction, &bytes), Probe::No, "{name}");
            }
        }
    }

    #[test]
    fn fields_are_found_in_every_protocol_that_has_them() {
        assert_eq!(buffers("dns.query").len(), 2);
        assert!(buffers("file.data").len() > 1);
        assert_eq!(numbers("urilen").len(), 2);
        assert!(buffers("no.such").is_empty());
    }
}
