//! Who is there: the machines of the office, and the outside that they talk to.

use crate::frame::Mac;
use crate::plan::{Network, Plan};
use crate::protocol::browser::Browser;
use crate::random::Random;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Nanoseconds of a microsecond.
pub(crate) const MICROSECOND: i64 = 1_000;
/// Nanoseconds of a millisecond.
pub(crate) const MILLISECOND: i64 = 1_000_000;
/// Nanoseconds of a second.
pub(crate) const SECOND: i64 = 1_000_000_000;

/// The DNS domain of the office.
pub(crate) const DOMAIN: &str = "hinode-trading.example";
/// The NetBIOS name of the office domain.
pub(crate) const WORKGROUP: &str = "HINODE";

/// Offset of the first office computer in the home network.
const FIRST_HOST: u32 = 33;

/// What a machine of the office is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Role {
    Gateway,
    DomainController,
    FileServer,
    WebServer,
    Printer,
    Workstation,
}

/// A machine of the office, for those who compare what a sensor found with what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// Its own name, without domain.
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// Its IPv4 address.
    pub address: Ipv4Addr,
    /// Its hardware address.
    pub mac: [u8; 6],
}

/// How a TCP/IP implementation introduces itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stack {
    Windows,
    Linux,
    Apple,
}

/// One end of a communication as the mirror port sees it.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    /// Its hardware address, or the router's for the outside.
    pub(crate) mac: Mac,
    /// Its address.
    pub(crate) address: IpAddr,
    /// Its implementation.
    pub(crate) stack: Stack,
    /// Round trip from the mirror port to it, in nanoseconds.
    pub(crate) delay: i64,
    /// Routers between it and the mirror port.
    pub(crate) hops: u8,
}

impl Station {
    /// Time to live of its packets at the mirror port.
    pub(crate) fn ttl(&self) -> u8 {
        let initial: u8 = if self.stack == Stack::Windows {
            128
        } else {
            64
        };
        initial - self.hops.min(40)
    }

    /// The same machine under its IPv6 address.
    pub(crate) fn with_address(&self, address: impl Into<IpAddr>) -> Self {
        Self {
            address: address.into(),
            ..self.clone()
        }
    }
}

/// A machine of the office.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) user: String,
    pub(crate) role: Role,
    pub(crate) station: Station,
    pub(crate) browser: Browser,
}

impl Host {
    /// Its IPv4 address.
    pub(crate) fn v4(&self) -> Ipv4Addr {
        match self.station.address {
            IpAddr::V4(address) => address,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        }
    }

    /// Its link-local IPv6 address.
    pub(crate) fn v6(&self) -> Ipv6Addr {
        let [a, b, c, d, e, f] = self.station.mac;
        let pair = |high: u8, low: u8| u16::from_be_bytes([high, low]);
        Ipv6Addr::new(
            0xfe80,
            0,
            0,
            0,
            pair(a ^ 2, b),
            pair(c, 0xff),
            pair(0xfe, d),
            pair(e, f),
        )
    }

    /// Its full name.
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{DOMAIN}", self.name.to_ascii_lowercase())
    }

    /// Whether it runs Windows.
    pub(crate) fn is_windows(&self) -> bool {
        self.station.stack == Stack::Windows
    }
}

/// A server of the outside.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) station: Station,
    /// Whether it speaks TLS; plain HTTP otherwise.
    pub(crate) encrypted: bool,
    /// Key of everything that is constant about it (pages, certificate).
    pub(crate) seed: u64,
}

impl Site {
    /// Its IPv4 address.
    pub(crate) fn v4(&self) -> Ipv4Addr {
        match self.station.address {
            IpAddr::V4(address) => address,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        }
    }
}

/// Everybody of a plan.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) home: Network,
    pub(crate) seed: u64,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) gateway: Host,
    pub(crate) controller: Host,
    pub(crate) files: Host,
    pub(crate) web: Host,
    pub(crate) printer: Host,
    pub(crate) hosts: Vec<Host>,
    /// Sites that people read.
    pub(crate) sites: Vec<Site>,
    pub(crate) mail: Site,
    pub(crate) updates: Site,
    pub(crate) telemetry: Site,
    pub(crate) clock: Site,
}

impl World {
    /// The world of a plan.
    pub(crate) fn new(plan: &Plan) -> Self {
        let random = Random::new(plan.seed).fork("world", 0);
        let home = plan.home;
        let server = |number: u32, name: &str, role: Role, stack: Stack| {
            let mut random = random.fork("server", u64::from(number));
            let station = near(home.address(number), stack, &mut random);
            Host {
                number: usize::MAX,
                name: name.to_owned(),
                user: "svc-backup".to_owned(),
                role,
                station,
                browser: Browser::ServerAgent,
            }
        };
        let gateway = server(1, "GW01", Role::Gateway, Stack::Linux);
        let outside = Outside {
            gateway: gateway.station.mac,
        };
        let room = home.size().saturating_sub(FIRST_HOST + 1) as usize;
        let count = plan.hosts.clamp(1, room);
        let site = |number: u64, name: &str, encrypted: bool| {
            let mut random = random.fork("site", number);
            Site {
                name: name.to_owned(),
                station: outside.station(&mut random),
                encrypted,
                seed: random.next(),
            }
        };
        Self {
            home,
            seed: plan.seed,
            start: plan.start_nanos,
            end: plan.end_nanos(),
            controller: server(10, "DC01", Role::DomainController, Stack::Windows),
            files: server(11, "FS01", Role::FileServer, Stack::Windows),
            web: server(15, "WEB01", Role::WebServer, Stack::Linux),
            printer: server(20, "PRN-2F-01", Role::Printer, Stack::Linux),
            hosts: people(home, count, &random),
            sites: SITES
                .iter()
                .enumerate()
                .map(|(number, name)| site(number as u64, name, number % 3 != 0))
                .collect(),
            mail: site(100, "smtp.kumo-mail.example", true),
            updates: site(101, "download.update-works.example", false),
            telemetry: site(102, "telemetry.kaede-apps.example", true),
            clock: site(103, "ntp.toki-net.example", false),
            gateway,
        }
    }

    /// A machine of the outside that nobody has met.
    pub(crate) fn stranger(&self, random: &mut Random) -> Station {
        Outside {
            gateway: self.gateway.station.mac,
        }
        .station(random)
    }

    /// Every machine of the office.
    pub(crate) fn machines(&self) -> impl Iterator<Item = &Host> {
        [
            &self.gateway,
            &self.controller,
            &self.files,
            &self.web,
            &self.printer,
        ]
        .into_iter()
        .chain(&self.hosts)
    }

    /// The machines as the outside of this crate sees them.
    pub(crate) fn inventory(&self) -> Vec<Inventory> {
        self.machines()
            .map(|host| Inventory {
                name: host.name.clone(),
                role: host.role,
                address: host.v4(),
                mac: host.station.mac,
            })
            .collect()
    }
}

struct Outside {
    gateway: Mac,
}

impl Outside {
    fn station(&self, random: &mut Random) -> Station {
        Station {
            mac: self.gateway,
            address: outside_address(random).into(),
            stack: if random.chance(0.85) {
                Stack::Linux
            } else {
                Stack::Windows
            },
            delay: random.between(4 * MILLISECOND, 160 * MILLISECOND),
            hops: random.count(7, 19) as u8,
        }
    }
}

/// First octets of blocks that their owners do not announce to the Internet.
const SILENT_BLOCKS: [u8; 8] = [6, 11, 21, 22, 26, 28, 30, 33];

fn outside_address(random: &mut Random) -> Ipv4Addr {
    let host = random.count(4, 251) as u8;
    match random.below(8) {
        0 => Ipv4Addr::new(192, 0, 2, host),
        1 => Ipv4Addr::new(198, 51, 100, host),
        2 => Ipv4Addr::new(203, 0, 113, host),
        3 => Ipv4Addr::new(
            198,
            18 + random.below(2) as u8,
            random.below(256) as u8,
            host,
        ),
        _ => {
            let [second, third] = random.array();
            Ipv4Addr::new(*random.pick(&SILENT_BLOCKS), second, third, host)
        }
    }
}

fn near(address: Ipv4Addr, stack: Stack, random: &mut Random) -> Station {
    const VENDORS: [[u8; 3]; 6] = [
        [0x00, 0x14, 0x22],
        [0x3c, 0x52, 0x82],
        [0x54, 0xbf, 0x64],
        [0x98, 0xfa, 0x9b],
        [0xa4, 0xbb, 0x6d],
        [0xe4, 0x54, 0xe8],
    ];
    const APPLE: [u8; 3] = [0xf0, 0x18, 0x98];
    let [a, b, c] = if stack == Stack::Apple {
        APPLE
    } else {
        *random.pick(&VENDORS)
    };
    let [d, e, f] = random.array();
    Station {
        mac: [a, b, c, d, e, f],
        address: address.into(),
        stack,
        delay: random.between(90 * MICROSECOND, 400 * MICROSECOND),
        hops: 0,
    }
}

const DEPARTMENTS: [&str; 6] = ["EIGYO", "KEIRI", "SOMU", "SEIZO", "KAIHATSU", "HONSHA"];
const FAMILY_NAMES: [&str; 24] = [
    "sato",
    "suzuki",
    "takahashi",
    "tanaka",
    "ito",
    "yamamoto",
    "watanabe",
    "nakamura",
    "kobayashi",
    "kato",
    "yoshida",
    "yamada",
    "sasaki",
    "yamaguchi",
    "matsumoto",
    "inoue",
    "kimura",
    "hayashi",
    "shimizu",
    "saito",
    "mori",
    "abe",
    "ikeda",
    "hashimoto",
];

/// The domains that people of the office read.
const SITES: [&str; 21] = [
    "www.asahi-bento.example",
    "news.machikado.example",
    "search.shirube.example",
    "www.kawara-press.example",
    "portal.kumo-office.example",
    "video.hikari-stream.example",
    "weather.soramoyo.example",
    "shop.nagomi-stationery.example",
    "maps.michibiki.example",
    "blog.minato-machinery.example",
    "www.sakura-bank.example",
    "travel.tabiji.example",
    "recipes.daidokoro.example",
    "forum.denki-ya.example",
    "cdn.hayate-edge.example",
    "www.ministry-forms.example",
    "jobs.mirai-works.example",
    "wiki.monoshiri.example",
    "parts.tekkou-center.example",
    "chat.kotonoha.example",
    "ads.koukoku-net.example",
];

fn people(home: Network, count: usize, random: &Random) -> Vec<Host> {
    (0..count)
        .map(|number| {
            let mut random = random.fork("host", number as u64);
            let stack = if random.chance(0.12) {
                Stack::Apple
            } else {
                Stack::Windows
            };
            let department = random.pick(&DEPARTMENTS);
            let family = FAMILY_NAMES[number % FAMILY_NAMES.len()];
            let suffix = number / FAMILY_NAMES.len();
            Host {
                number,
                name: if stack == Stack::Apple {
                    format!("MAC-{department}-{:03}", number + 1)
                } else {
                    format!("{department}-PC{:03}", number + 1)
                },
                user: if suffix == 0 {
                    family.to_owned()
                } else {
                    format!("{family}{suffix}")
                },
                role: Role::Workstation,
                station: near(home.address(FIRST_HOST + number as u32), stack, &mut random),
                browser: Browser::of(stack, &mut random),
            }
        })
        .collect()
}
