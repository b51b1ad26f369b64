//! A computer starts: address, names, the domain's services, its clock.

use crate::engine::Outbox;
use crate::frame::{self, BROADCAST, multicast_v4, multicast_v6};
use crate::lookup::ask;
use crate::protocol::clock::ntp_time;
use crate::protocol::dns::{self, Data, Kind, Record};
use crate::protocol::names::{Dhcp, Lease, netbios_registration};
use crate::protocol::smb::{Access, Disposition, Smb};
use crate::random::Random;
use crate::udp::{datagram, exchange, hop};
use crate::world::{DOMAIN, Host, MILLISECOND, SECOND, Stack, Station, WORKGROUP, World};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const MULTICAST_DNS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const LLMNR: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 252);
const LLMNR_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 3);

/// A station that stands for a group or for everybody.
fn group(mac: frame::Mac, address: impl Into<IpAddr>, like: &Station) -> Station {
    Station {
        mac,
        address: address.into(),
        ..like.clone()
    }
}

/// All that a machine says when it starts; returns when it is ready.
pub(super) fn start(
    out: &mut Outbox,
    random: &mut Random,
    world: &World,
    host: &Host,
    now: i64,
) -> i64 {
    let leased = lease(out, random, world, host, now);
    for number in 0..3 {
        let probe = frame::arp(host.station.mac, Ipv4Addr::UNSPECIFIED, None, host.v4());
        out.send(leased + number * 900 * MILLISECOND, probe);
    }
    let named = leased + 2 * SECOND;
    out.send(
        named,
        frame::arp(host.station.mac, host.v4(), None, host.v4()),
    );
    solicit(out, host, leased + 5 * MILLISECOND);
    announce(out, random, world, host, named + 20 * MILLISECOND);
    let found = find_domain(out, random, world, host, named + 300 * MILLISECOND);
    let set = clock(out, random, &host.station, &world.controller.station, found);
    if host.is_windows() {
        policies(out, random, world, host, set)
    } else {
        set
    }
}

/// Four messages until there is an address (RFC 2131).
fn lease(out: &mut Outbox, random: &mut Random, world: &World, host: &Host, now: i64) -> i64 {
    let server = &world.controller;
    let lease = Lease {
        transaction: random.next() as u32,
        mac: host.station.mac,
        name: &host.name,
        vendor: if host.is_windows() {
            "MSFT 5.0"
        } else {
            "dhcpcd"
        },
        address: host.v4(),
        server: server.v4(),
        router: world.gateway.v4(),
        mask: world.home.mask(),
        domain: DOMAIN,
    };
    let everybody = group(BROADCAST, Ipv4Addr::BROADCAST, &host.station);
    let nobody = host.station.with_address(Ipv4Addr::UNSPECIFIED);
    let mut time = now;
    for (ask, give) in [
        (Dhcp::Discover, Dhcp::Offer),
        (Dhcp::Request, Dhcp::Acknowledge),
    ] {
        datagram(
            out,
            random,
            time,
            (&nobody, 68),
            (&everybody, 67),
            &lease.message(ask),
        );
        time += server.station.delay + random.between(MILLISECOND, 5 * MILLISECOND);
        let answer = lease.message(give);
        datagram(
            out,
            random,
            time,
            (&server.station, 67),
            (&host.station, 68),
            &answer,
        );
        time += random.between(MILLISECOND, 9 * MILLISECOND);
    }
    time
}

/// Says the machine's names to the neighbours: NetBIOS, LLMNR, multicast DNS.
fn announce(out: &mut Outbox, random: &mut Random, world: &World, host: &Host, now: i64) {
    let me = &host.station;
    if host.is_windows() {
        let all = group(BROADCAST, world.home.broadcast(), me);
        for (number, (name, service)) in [
            (host.name.as_str(), 0x00),
            (WORKGROUP, 0x00),
            (host.name.as_str(), 0x20),
        ]
        .into_iter()
        .enumerate()
        {
            let message = netbios_registration(random.next() as u16, name, service, host.v4());
            for repeat in 0..3 {
                let time = now + repeat * 750 * MILLISECOND + number as i64 * 200_000;
                datagram(out, random, time, (me, 137), (&all, 137), &message);
            }
        }
        let question = dns::message(
            random.next() as u16,
            0,
            Some((&host.name, Kind::Any)),
            &[],
            &[],
        );
        let group_v4 = group(multicast_v4(LLMNR), LLMNR, me);
        let group_v6 = group(multicast_v6(LLMNR_V6), LLMNR_V6, me);
        let port = random.count(50_000, 65_000) as u16;
        datagram(out, random, now, (me, port), (&group_v4, 5355), &question);
        let me_v6 = me.with_address(host.v6());
        datagram(
            out,
            random,
            now + 60_000,
            (&me_v6, port),
            (&group_v6, 5355),
            &question,
        );
    }
    let name = format!("{}.local", host.name);
    let mut records = vec![
        Record::new(&name, 120, Data::A(host.v4())),
        Record::new(&name, 120, Data::Aaaa(host.v6())),
    ];
    if me.stack == Stack::Apple {
        let instance = format!("{}._companion-link._tcp.local", host.name);
        records.push(Record::new(
            "_companion-link._tcp.local",
            4_500,
            Data::Ptr(instance.clone()),
        ));
        records.push(Record::new(&instance, 120, Data::Srv(49_153, name.clone())));
    }
    let message = dns::message(0, 0x8400, None, &records, &[]);
    let all = group(multicast_v4(MULTICAST_DNS), MULTICAST_DNS, me);
    for time in [now + 10 * MILLISECOND, now + 1_010 * MILLISECOND] {
        datagram(out, random, time, (me, 5353), (&all, 5353), &message);
    }
}

/// Makes sure that nobody has the link-local IPv6 address, and looks for a router (RFC 4861, RFC 4862).
fn solicit(out: &mut Outbox, host: &Host, now: i64) {
    let me = host.v6();
    let [.., a, b, c] = me.octets();
    let words = [u16::from(a), u16::from_be_bytes([b, c])];
    let asked = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | words[0], words[1]);
    let nobody = host.station.with_address(Ipv6Addr::UNSPECIFIED);
    let everybody = group(multicast_v6(asked), asked, &host.station);
    let question = [&[0; 4][..], &me.octets()].concat();
    out.send(
        now,
        frame::icmp6(&hop(&nobody, &everybody, 0), 135, 0, &question),
    );
    let routers = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
    let sender = host.station.with_address(me);
    let all = group(multicast_v6(routers), routers, &host.station);
    let question = [&[0, 0, 0, 0, 1, 1][..], &host.station.mac].concat();
    out.send(
        now + 1_020 * MILLISECOND,
        frame::icmp6(&hop(&sender, &all, 0), 133, 0, &question),
    );
}

/// Looks for the domain's servers.
fn find_domain(out: &mut Outbox, random: &mut Random, world: &World, host: &Host, now: i64) -> i64 {
    let server = world.controller.full_name();
    let mut time = now;
    for (service, port) in [
        ("_ldap._tcp.dc._msdcs", 389),
        ("_kerberos._tcp.dc._msdcs", 88),
    ] {
        let name = format!("{service}.{DOMAIN}");
        let records = [Record::new(&name, 600, Data::Srv(port, server.clone()))];
        let question = (name.as_str(), Kind::Srv);
        time = ask(out, random, world, host, time, question, |id| {
            dns::answer(id, &name, Kind::Srv, &records)
        });
    }
    for machine in [&world.controller, &world.files] {
        let name = machine.full_name();
        let records = [Record::new(&name, 1_200, Data::A(machine.v4()))];
        let question = (name.as_str(), Kind::A);
        time = ask(out, random, world, host, time, question, |id| {
            dns::answer(id, &name, Kind::A, &records)
        });
    }
    time
}

/// Sets a clock by NTP (RFC 5905).
pub(super) fn clock(
    out: &mut Outbox,
    random: &mut Random,
    client: &Station,
    server: &Station,
    now: i64,
) -> i64 {
    let mut question = vec![0xe3, 0, 10, 0xe9];
    question.resize(40, 0);
    let sent = ntp_time(now).to_be_bytes();
    question.extend(sent);
    let mut answer = vec![0x24, 2, 10, 0xe9, 0, 0, 2, 0, 0, 0, 3, 0x14];
    answer.extend(Ipv4Addr::new(203, 0, 113, 123).octets());
    answer.extend(ntp_time(now - 300 * SECOND).to_be_bytes());
    answer.extend(sent);
    answer.extend(ntp_time(now + server.delay / 2).to_be_bytes());
    answer.extend(ntp_time(now + server.delay / 2 + 20_000).to_be_bytes());
    exchange(
        out,
        random,
        now,
        (client, 123),
        (server, 123),
        &question,
        &answer,
    )
}

/// Reads the domain's policies.
fn policies(out: &mut Outbox, random: &mut Random, world: &World, host: &Host, now: i64) -> i64 {
    let server = &world.controller;
    let mut smb = Smb::open(out, random, host, server, now + 40 * MILLISECOND);
    smb.connect(out, &server.full_name(), "SYSVOL");
    let name = format!("{DOMAIN}\\Policies\\{{31B2F340-016D-11D2-945F-00C04FB984F9}}\\gpt.ini");
    let content = b"[General]\r\nVersion=65539\r\n";
    let file = smb.create(out, &name, Access::Read, Disposition::Open, content.len());
    smb.read(out, file, content);
    smb.release(out, file);
    smb.close(out)
}
