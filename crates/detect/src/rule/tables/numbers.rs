//! Keywords whose argument is a test of a number. To add one, add a line.

use super::buffers::{
    ANY, DHCP, DNP3, DNS, ENIP, FTP, HTTP, HTTP2, IKE, KRB5, LDAP, MQTT, NFS, NTP, RFB, SMB, SNMP,
    TLS, WEBSOCKET,
};
use super::enumerations as names;

/// A number keyword.
#[derive(Debug)]
pub(crate) struct NumberKeyword {
    /// Canonical name.
    pub name: &'static str,
    /// Width of the field in bits.
    pub bits: u32,
    /// Application protocols that have it; empty if any may.
    pub protocols: &'static [&'static str],
    /// Names that stand for numbers.
    pub names: &'static [(&'static str, u64)],
    /// What the names are for.
    pub style: Style,
    /// Words that may stand before the number, with a comma.
    pub before: &'static [&'static str],
    /// Words that may stand after the number, with a comma.
    pub after: &'static [&'static str],
}

/// How the argument of a number keyword is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// One number.
    Plain,
    /// Several numbers may be there: an index may follow.
    Indexed,
    /// Names are bits, which must all be as said: `fin,!comp`.
    Bits,
    /// Names are bits, of which one must be set.
    AnyBit,
    /// A date; the number is seconds since 1970.
    Date,
}

impl NumberKeyword {
    const fn of(mut self, protocols: &'static [&'static str]) -> Self {
        self.protocols = protocols;
        self
    }

    const fn names(mut self, names: &'static [(&'static str, u64)]) -> Self {
        self.names = names;
        self
    }

    const fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    const fn after(mut self, words: &'static [&'static str]) -> Self {
        self.after = words;
        self
    }

    const fn before(mut self, words: &'static [&'static str]) -> Self {
        self.before = words;
        self
    }

    /// Largest number that fits the field.
    pub fn limit(&self) -> u64 {
        1_u64
            .checked_shl(self.bits)
            .map_or(u64::MAX, |above| above.saturating_sub(1))
    }
}

const fn number(name: &'static str, bits: u32) -> NumberKeyword {
    NumberKeyword {
        name,
        bits,
        protocols: ANY,
        names: &[],
        style: Style::Plain,
        before: &[],
        after: &[],
    }
}

const FLOW_SIDES: &[&str] = &["toserver", "toclient", "either", "both"];

/// Every number keyword.
pub(crate) static NUMBERS: &[NumberKeyword] = &[
    // packet
    number("ttl", 8),
    number("tos", 8),
    number("id", 16),
    number("fragoffset", 16),
    number("ip_proto", 8).names(names::IP_PROTOCOLS),
    number("dsize", 16),
    number("itype", 8),
    number("icode", 8),
    number("icmp_id", 16),
    number("icmp_seq", 16),
    number("icmpv6.mtu", 32),
    number("igmp.type", 8),
    number("tcp.seq", 32),
    number("tcp.ack", 32),
    number("tcp.window", 16),
    number("tcp.mss", 16),
    number("tcp.wscale", 8),
    number("vlan.id", 16).style(Style::Indexed),
    number("vlan.layers", 8),
    number("vxlan_vni", 32),
    // flow
    number("flow.age", 32),
    number("flow.pkts", 32).before(FLOW_SIDES),
    number("flow.pkts_toserver", 32),
    number("flow.pkts_toclient", 32),
    number("flow.bytes", 64).before(FLOW_SIDES),
    number("flow.bytes_toserver", 64),
    number("flow.bytes_toclient", 64),
    // files, HTTP
    number("filesize", 64),
    number("urilen", 16).of(HTTP).after(&["raw", "norm"]),
    number("http2.frametype", 8)
        .of(HTTP2)
        .names(names::HTTP2_FRAMES)
        .style(Style::Indexed),
    number("http2.errorcode", 32)
        .of(HTTP2)
        .names(names::HTTP2_ERRORS)
        .style(Style::Indexed),
    number("http2.priority", 8).of(HTTP2).style(Style::Indexed),
    number("http2.window", 32).of(HTTP2).style(Style::Indexed),
    number("http2.size_update", 64)
        .of(HTTP2)
        .style(Style::Indexed),
    number("websocket.opcode", 8)
        .of(WEBSOCKET)
        .names(names::WEBSOCKET_OPCODES),
    number("websocket.mask", 32).of(WEBSOCKET),
    number("websocket.flags", 8)
        .of(WEBSOCKET)
        .names(names::WEBSOCKET_FLAGS)
        .style(Style::Bits),
    // names and addresses
    number("dns.opcode", 8).of(DNS),
    number("dns.rcode", 16)
        .of(DNS)
        .names(names::DNS_RESPONSE_CODES),
    number("dns.rrtype", 16)
        .of(DNS)
        .names(names::DNS_TYPES)
        .style(Style::Indexed),
    number("dhcp.leasetime", 64).of(DHCP),
    number("dhcp.rebinding_time", 64).of(DHCP),
    number("dhcp.renewal_time", 64).of(DHCP),
    // TLS
    number("tls.cert_chain_len", 32).of(TLS),
    number("tls.cert_notbefore", 63).of(TLS).style(Style::Date),
    number("tls.cert_notafter", 63).of(TLS).style(Style::Date),
    // files and Windows
    number("smb.version", 8).of(SMB),
    number("nfs_procedure", 32).of(NFS),
    number("nfs.version", 32).of(NFS),
    number("ftp.dynamic_port", 16).of(FTP),
    number("krb5_msg_type", 32).of(KRB5),
    number("krb5_err_code", 32).of(KRB5),
    number("ldap.request.operation", 8)
        .of(LDAP)
        .names(names::LDAP_OPERATIONS),
    number("ldap.responses.operation", 8)
        .of(LDAP)
        .names(names::LDAP_OPERATIONS)
        .style(Style::Indexed),
    number("ldap.responses.count", 32).of(LDAP),
    number("ldap.responses.result_code", 32)
        .of(LDAP)
        .names(names::LDAP_RESULTS)
        .style(Style::Indexed),
    // others
    number("ntp.mode", 8).of(NTP).names(names::NTP_MODES),
    number("ntp.version", 8).of(NTP),
    number("ntp.stratum", 8).of(NTP),
    number("snmp.version", 32).of(SNMP),
    number("snmp.pdu_type", 32).of(SNMP).names(names::SNMP_PDUS),
    number("ike.exchtype", 8).of(IKE),
    number("ike.key_exchange_payload_length", 32).of(IKE),
    number("ike.nonce_payload_length", 32).of(IKE),
    number("mqtt.protocol_version", 8).of(MQTT),
    number("mqtt.type", 8)
        .of(MQTT)
        .names(names::MQTT_TYPES)
        .style(Style::Indexed),
    number("mqtt.reason_code", 8).of(MQTT).style(Style::Indexed),
    number("mqtt.qos", 8).of(MQTT),
    number("mqtt.flags", 8)
        .of(MQTT)
        .names(names::MQTT_FLAGS)
        .style(Style::Bits),
    number("mqtt.connect.flags", 8)
        .of(MQTT)
        .names(names::MQTT_CONNECT_FLAGS)
        .style(Style::Bits),
    number("rfb.sectype", 32).of(RFB),
    number("rfb.secresult", 32)
        .of(RFB)
        .names(names::RFB_RESULTS),
    number("dnp3_func", 8).of(DNP3).names(names::DNP3_FUNCTIONS),
    number("dnp3_ind", 16)
        .of(DNP3)
        .names(names::DNP3_INDICATORS)
        .style(Style::AnyBit),
    number("enip_command", 16)
        .of(ENIP)
        .names(names::ENIP_COMMANDS),
    number("enip.status", 32).of(ENIP).names(names::ENIP_STATUS),
    number("enip.protocol_version", 16).of(ENIP),
    number("enip.revision", 16).of(ENIP),
    number("enip.identity_status", 16).of(ENIP),
    number("enip.state", 8).of(ENIP),
    number("enip.serial", 32).of(ENIP),
    number("enip.product_code", 16).of(ENIP),
    number("enip.device_type", 16).of(ENIP),
    number("enip.vendor_id", 16).of(ENIP),
    number("enip.capabilities", 16).of(ENIP),
    number("enip.cip_attribute", 32)
        .of(ENIP)
        .style(Style::Indexed),
    number("enip.cip_instance", 32)
        .of(ENIP)
        .style(Style::Indexed),
    number("enip.cip_class", 32).of(ENIP).style(Style::Indexed),
    number("enip.cip_status", 8).of(ENIP).style(Style::Indexed),
    number("enip.cip_extendedstatus", 16)
        .of(ENIP)
        .style(Style::Indexed),
];
