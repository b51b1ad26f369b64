//! Work inside: logging on in the morning, mistyped passwords, files of the shares, printing, what administrators do.

use super::deed::{Answer, Found, HOUR, MINUTE, texts};
use super::event::RESOLVER;
use super::{DOMAIN, Kind, Scene, name};
use event::{Record, Transport, Value};
use std::net::Ipv4Addr;

const SECOND: u64 = 1_000;
/// Servers of files.
const FILES: [Ipv4Addr; 3] = [
    Ipv4Addr::new(10, 0, 0, 20),
    Ipv4Addr::new(10, 0, 0, 21),
    Ipv4Addr::new(10, 0, 0, 22),
];
const SERVICES: &str = "367abb81-9844-35f1-ad32-98f038001003";
const SHARES: &str = "4b324fc8-1670-01d3-1278-5a47bf6ee188";
const WMI: &str = "9556dc99-828c-11cf-a37e-00aa003240c7";
const AES: &str = "aes256-cts-hmac-sha1-96";

/// Administrators' desks: the first two are registered, the third is not.
pub const ADMINISTRATORS: usize = 3;

/// A day's work.
pub fn work(scene: &mut Scene<'_>, (from, until): (u64, u64)) {
    log_on(scene, from);
    let mut at = from + 90 * MINUTE;
    while at < until {
        policy(scene, at);
        at += scene.wait(100 * MINUTE);
    }
    for _ in 0..scene.random.count(2, 10) {
        let at = scene.moment((from, until));
        files(scene, at);
    }
    for _ in 0..scene.random.count(0, 5) {
        let at = scene.moment((from, until));
        print(scene, at);
    }
    if scene.random.chance(0.05) {
        let at = scene.moment((from, until));
        colleague(scene, at);
    }
    old_password(scene, (from, until));
    in_bulk(scene, (from, until));
    if administrators(scene).contains(&scene.machine.number) {
        administer(scene, (from, until));
    }
}

/// Numbers of the administrators' desks.
fn administrators(scene: &Scene<'_>) -> Vec<u32> {
    let desks = scene
        .office
        .machines
        .iter()
        .filter(|one| one.kind == Kind::Desk);
    desks.map(|one| one.number).take(ADMINISTRATORS).collect()
}

fn user(scene: &Scene<'_>) -> String {
    format!("u{:04}", 1_000 + scene.machine.number)
}

fn list(items: &[&'static str]) -> Value {
    Value::List(items.iter().map(|item| Value::from(*item)).collect())
}

/// One question of Kerberos with its answer.
fn ticket(scene: &mut Scene<'_>, at: u64, mut ask: Record, answer: Record) {
    let end = (RESOLVER, 88, scene.new_flow());
    ask.push("requested_encryptions", list(&[AES, "rc4-hmac"]));
    scene.event(at, "krb5", end, ask);
    scene.event(at + 4, "krb5", end, answer);
}

fn first_ticket(scene: &mut Scene<'_>, at: u64, is_right: bool) {
    let user = user(scene);
    let request = |proven: bool| {
        let mut ask = texts(&[("msg_type", "KRB_AS_REQ"), ("cname", &user)]);
        ask.push("preauthenticated", proven);
        ask
    };
    let error = |code: &str| {
        texts(&[
            ("msg_type", "KRB_ERROR"),
            ("failed_request", "KRB_AS_REQ"),
            ("error_code", code),
        ])
    };
    ticket(scene, at, request(false), error("KDC_ERR_PREAUTH_REQUIRED"));
    let answer = if is_right {
        texts(&[
            ("msg_type", "KRB_AS_REP"),
            ("cname", &user),
            ("encryption", AES),
        ])
    } else {
        error("KDC_ERR_PREAUTH_FAILED")
    };
    ticket(scene, at + 40, request(true), answer);
}

fn service_ticket(scene: &mut Scene<'_>, at: u64, service: &str, cipher: &str) {
    let user = user(scene);
    let mut ask = texts(&[("msg_type", "KRB_TGS_REQ"), ("sname", service)]);
    ask.push("preauthenticated", true);
    let answer = texts(&[
        ("msg_type", "KRB_TGS_REP"),
        ("cname", &user),
        ("sname", service),
        ("encryption", AES),
        ("ticket_encryption", cipher),
    ]);
    ticket(scene, at, ask, answer);
}

fn log_on(scene: &mut Scene<'_>, from: u64) {
    let name = format!("_ldap._tcp.dc._msdcs.{DOMAIN}");
    scene.ask(
        from,
        name,
        "SRV",
        Found::Text(format!("dc1.{DOMAIN}").into()),
    );
    let wrong = match scene.random.count(0, 1_000) {
        0..60 => scene.random.count(1, 3),
        60..66 => scene.random.count(3, 6),
        66 => scene.random.count(6, 10),
        _ => 0,
    };
    let mut at = from + 8 * SECOND;
    for _ in 0..wrong {
        first_ticket(scene, at, false);
        at += scene.wait(9 * SECOND);
    }
    first_ticket(scene, at, true);
    let services = [
        format!("ldap/dc1.{DOMAIN}"),
        format!("cifs/dc1.{DOMAIN}"),
        format!("cifs/files{}.{DOMAIN}", scene.machine.number % 3),
        format!("HTTP/portal.{DOMAIN}"),
    ];
    for (place, service) in services.iter().enumerate() {
        // An old store of files knows old ciphers only.
        let cipher = if place == 2 && scene.machine.number % 9 == 2 {
            "rc4-hmac"
        } else {
            AES
        };
        service_ticket(scene, at + 300 + place as u64 * 80, service, cipher);
    }
    policy(scene, at + SECOND);
    if scene.machine.number % 3 == 2 {
        // An old store of files knows names and passwords only.
        let mut body = texts(&[
            ("command", "SMB2_COMMAND_SESSION_SETUP"),
            ("status_code", "0x0"),
        ]);
        let user = user(scene);
        body.push("ntlmssp", texts(&[("user", &user)]));
        let end = (FILES[2], 445, scene.new_flow());
        scene.event(at + 2 * SECOND, "smb", end, body);
    }
}

/// Settings of the domain: a bind, a search, files of SYSVOL.
fn policy(scene: &mut Scene<'_>, at: u64) {
    let end = (RESOLVER, 389, scene.new_flow());
    let user = user(scene);
    let mut bind = Record::new();
    bind.push("bind_request", texts(&[("name", &user)]));
    let mut result = Record::new();
    result.push("bind_response", texts(&[("result_code", "success")]));
    let mut body = Record::new();
    body.push("request", bind);
    body.push("responses", Value::List(vec![Value::Record(result)]));
    scene.event(at, "ldap", end, body);
    search(
        scene,
        at + 20,
        &format!("(&(objectclass=user)(samaccountname={user}))"),
    );
    let smb = (RESOLVER, 445, scene.new_flow());
    share(scene, at + 60, smb, &format!("\\\\dc1.{DOMAIN}\\SYSVOL"));
}

fn search(scene: &mut Scene<'_>, at: u64, filter: &str) {
    let end = (RESOLVER, 389, scene.new_flow());
    let mut search = Record::new();
    search.push("filter", texts(&[("value", filter)]));
    let mut request = Record::new();
    request.push("search_request", search);
    let mut body = Record::new();
    body.push("request", request);
    scene.event(at, "ldap", end, body);
}

fn share(scene: &mut Scene<'_>, at: u64, end: (Ipv4Addr, u16, u64), name: &str) {
    let body = texts(&[
        ("command", "SMB2_COMMAND_TREE_CONNECT"),
        ("status", "STATUS_SUCCESS"),
        ("share", name),
    ]);
    scene.event(at, "smb", end, body);
}

fn open(
    scene: &mut Scene<'_>,
    at: u64,
    end: (Ipv4Addr, u16, u64),
    path: &str,
    disposition: &str,
    access: &str,
) {
    let body = texts(&[
        ("command", "SMB2_COMMAND_CREATE"),
        ("status", "STATUS_SUCCESS"),
        ("filename", path),
        ("disposition", disposition),
        ("access", access),
    ]);
    scene.event(at, "smb", end, body);
}

fn rename(scene: &mut Scene<'_>, at: u64, end: (Ipv4Addr, u16, u64), from: &str, to: &str) {
    let mut body = texts(&[
        ("command", "SMB2_COMMAND_SET_INFO"),
        ("status", "STATUS_SUCCESS"),
    ]);
    body.push("rename", texts(&[("from", from), ("to", to)]));
    scene.event(at, "smb", end, body);
}

/// A file written: name and what its first bytes are.
fn written(
    scene: &mut Scene<'_>,
    at: u64,
    end: (Ipv4Addr, u16, u64),
    (share, path): (&str, &str),
    magic: &str,
) {
    let mut file = texts(&[("filename", path), ("magic", magic)]);
    file.push("size", 48_000_u64);
    let mut body = Record::new();
    body.push(
        "smb",
        texts(&[
            ("command", "SMB2_COMMAND_WRITE"),
            ("status", "STATUS_SUCCESS"),
            ("share", share),
        ]),
    );
    body.push("fileinfo", file);
    scene.event(at, "fileinfo", end, body);
}

const KINDS: [(&str, &str); 5] = [
    ("docx", "Microsoft Word 2007+"),
    ("xlsx", "Microsoft Excel 2007+"),
    ("pdf", "PDF document, version 1.7"),
    ("jpg", "JPEG image data"),
    ("xlsx", "CDFV2 Encrypted"),
];

fn files(scene: &mut Scene<'_>, at: u64) {
    let server = FILES[(scene.machine.number % 3) as usize];
    let end = (server, 445, scene.new_flow());
    let name = format!(
        "\\\\files{}\\team{}",
        scene.machine.number % 3,
        scene.machine.number % 40
    );
    share(scene, at, end, &name);
    let mut at = at + 200;
    for _ in 0..scene.random.count(1, 6) {
        let (kind, magic) = *scene.random.pick(&KINDS);
        let path = format!("plans\\document{}.{kind}", scene.random.count(0, 900));
        open(scene, at, end, &path, "FILE_OPEN", "normal");
        if scene.random.chance(0.3) {
            // As office programs save: beside, then put in place.
            let beside = format!("plans\\~{}.tmp", scene.random.count(1_000, 9_999));
            open(
                scene,
                at + 4 * SECOND,
                end,
                &beside,
                "FILE_CREATE",
                "normal",
            );
            written(scene, at + 4_200, end, (&name, &beside), magic);
            rename(scene, at + 4_400, end, &path, &format!("{path}.bak"));
            rename(scene, at + 4_500, end, &beside, &path);
            open(
                scene,
                at + 4_600,
                end,
                &format!("{path}.bak"),
                "FILE_OPEN",
                "delete on close",
            );
        }
        at += scene.wait(20 * SECOND);
    }
}

fn print(scene: &mut Scene<'_>, at: u64) {
    let printers: Vec<Ipv4Addr> = scene
        .office
        .machines
        .iter()
        .filter(|one| one.kind == Kind::Printer)
        .map(|one| one.address)
        .collect();
    if printers.is_empty() {
        return;
    }
    let server = printers[scene.machine.number as usize % printers.len()];
    scene.flow(at, (server, 161), |flow| {
        (flow.transport, flow.app, flow.packets) = (Transport::Udp, Some("snmp"), 2);
    });
    scene.flow(at + 900, (server, 9_100), |flow| {
        (flow.app, flow.up, flow.down) = (Some("failed"), 900_000, 900);
    });
}

/// A folder on a colleague's machine.
fn colleague(scene: &mut Scene<'_>, at: u64) {
    let count = scene.office.machines.len();
    let other = scene.office.machines[scene.random.count(0, count)].address;
    let end = (other, 445, scene.new_flow());
    let mut body = texts(&[
        ("command", "SMB2_COMMAND_SESSION_SETUP"),
        ("status_code", "0x0"),
    ]);
    let user = user(scene);
    body.push("ntlmssp", texts(&[("user", &user)]));
    scene.event(at, "smb", end, body);
    share(scene, at + 30, end, "\\\\pc\\exchange");
    call(scene, at + 50, end, SHARES, 15);
}

fn call(
    scene: &mut Scene<'_>,
    at: u64,
    (server, _, flow): (Ipv4Addr, u16, u64),
    interface: &str,
    operation: u64,
) {
    let mut request = Record::new();
    request.push("opnum", operation);
    let mut body = texts(&[("response", "RESPONSE")]);
    body.push("req", request);
    body.push(
        "interfaces",
        Value::List(vec![Value::Record(texts(&[("uuid", interface)]))]),
    );
    scene.event(at, "dcerpc", (server, 49_667, flow), body);
}

/// A password was changed, and some program has the old one still.
fn old_password(scene: &mut Scene<'_>, (from, until): (u64, u64)) {
    if !scene.random.chance(1.0 / 75.0) {
        return;
    }
    let mut at = scene.moment((from, until));
    let hours = scene.random.count(1, 4) as u64;
    let end = (at + hours * HOUR).min(until);
    let manner = match scene.random.count(0, 4) {
        1 if scene.machine.number % 3 != 2 => 0,
        manner => manner,
    };
    let user = user(scene);
    while at < end {
        match manner {
            // Mail, by a server inside, every few minutes.
            0 => {
                let mut body = Record::new();
                body.push("request", texts(&[("command", "LOGIN"), ("args", &user)]));
                body.push("response", texts(&[("status", "NO")]));
                let end = (Ipv4Addr::new(10, 0, 0, 25), 143, scene.new_flow());
                scene.event(at, "imap", end, body);
                at += 5 * MINUTE;
            }
            // A drive of an old store of files: some tries at each look.
            1 => {
                for retry in 0..3 {
                    let mut body = texts(&[
                        ("command", "SMB2_COMMAND_SESSION_SETUP"),
                        ("status_code", "0xc000006d"),
                    ]);
                    body.push("ntlmssp", texts(&[("user", &user)]));
                    let end = (FILES[2], 445, scene.new_flow());
                    scene.event(at + retry * 300, "smb", end, body);
                }
                at += scene.wait(14 * MINUTE);
            }
            // A telephone or a service, by Kerberos.
            2 => {
                first_ticket(scene, at, false);
                at += 90 * SECOND;
            }
            // A page inside that asks for the password itself.
            _ => {
                let mut site = scene.office.helpers[0].clone();
                site.address = Ipv4Addr::new(10, 0, 0, 40);
                (site.channel, site.port) = (super::Channel::Http, 80);
                site.name = format!("portal.{DOMAIN}").into();
                scene.call(at, &site, |call| (call.status, call.down) = (401, 400));
                at += 2 * MINUTE;
            }
        }
    }
}

/// What people do to many files at once.
fn in_bulk(scene: &mut Scene<'_>, span: (u64, u64)) {
    let server = FILES[(scene.machine.number % 3) as usize];
    let end = (server, 445, scene.new_flow());
    let mut at = scene.moment(span);
    let name = "\\\\files\\archive";
    match scene.random.count(0, 4_000) {
        // Pictures get numbers.
        0..8 => {
            for file in 0..scene.random.count(20, 90) {
                rename(
                    scene,
                    at,
                    end,
                    &format!("p\\IMG_{file}.jpg"),
                    &format!("p\\trip-{file}.jpg"),
                );
                at += scene.wait(700);
            }
        }
        // Tables are given another ending.
        8..10 => {
            for file in 0..scene.random.count(10, 40) {
                rename(
                    scene,
                    at,
                    end,
                    &format!("d\\list{file}.txt"),
                    &format!("d\\list{file}.csv"),
                );
                at += scene.wait(2 * SECOND);
            }
        }
        // Old things are thrown away.
        10..20 => {
            for file in 0..scene.random.count(30, 160) {
                open(
                    scene,
                    at,
                    end,
                    &format!("old\\{file}.pdf"),
                    "FILE_OPEN",
                    "delete on close",
                );
                at += scene.wait(300);
            }
        }
        // A project with its notes is copied.
        20..24 => {
            for folder in 0..scene.random.count(4, 30) {
                let path = format!("src\\module{folder}\\readme.txt");
                open(scene, at, end, &path, "FILE_CREATE", "normal");
                written(scene, at + 20, end, (name, &path), "ASCII text");
                at += scene.wait(SECOND);
            }
        }
        // Papers are stored by a program that protects them, without form.
        24..25 => {
            for file in 0..scene.random.count(3, 14) {
                let path = format!("board\\minutes{file}.docx");
                written(scene, at, end, (name, &path), "data");
                at += scene.wait(6 * SECOND);
            }
        }
        // A folder is copied.
        25..50 => {
            for file in 0..scene.random.count(30, 120) {
                let (kind, magic) = *scene.random.pick(&KINDS);
                let path = format!("copy\\{file}.{kind}");
                open(scene, at, end, &path, "FILE_CREATE", "normal");
                written(scene, at + 20, end, (name, &path), magic);
                at += scene.wait(400);
            }
        }
        _ => {}
    }
}

/// An administrator's day.
fn administer(scene: &mut Scene<'_>, span: (u64, u64)) {
    let registered = administrators(scene)[..ADMINISTRATORS - 1].contains(&scene.machine.number);
    for server in 0..scene.random.count(1, 6) as u8 {
        let at = scene.moment(span);
        let end = (
            Ipv4Addr::new(10, 0, 0, 20 + server),
            3_389,
            scene.new_flow(),
        );
        let cookie = texts(&[("event_type", "initial_request"), ("cookie", "it-admin")]);
        scene.event(at, "rdp", end, cookie);
        scene.flow(
            at + 40,
            (Ipv4Addr::new(10, 0, 0, 40 + server), 22),
            |flow| {
                (flow.app, flow.up, flow.down, flow.seconds) = (Some("ssh"), 30_000, 90_000, 600);
            },
        );
    }
    for _ in 0..scene.random.count(0, 3) {
        let at = scene.moment(span);
        let count = scene.office.machines.len();
        let other = scene.office.machines[scene.random.count(0, count)].address;
        let end = (other, 445, scene.new_flow());
        share(scene, at, end, "\\\\pc\\C$");
        if registered && scene.random.chance(0.3) {
            // Help from afar: a program is put there and run.
            let put = ("\\\\pc\\ADMIN$", "helper.exe");
            written(
                scene,
                at + SECOND,
                end,
                put,
                "PE32+ executable (console) x86-64",
            );
            call(scene, at + 2 * SECOND, end, SERVICES, 12);
            call(scene, at + 3 * SECOND, end, SERVICES, 19);
        }
    }
    if scene.random.chance(0.5) {
        let at = scene.moment(span);
        search(scene, at, "(&(objectcategory=person)(objectclass=user))");
        if scene.random.chance(0.3) {
            search(scene, at + MINUTE, "(admincount=1)");
        }
    }
    if registered && scene.random.chance(0.2) {
        // What is installed where, asked of all.
        let mut at = scene.moment(span);
        for other in scene
            .office
            .machines
            .iter()
            .filter(|one| one.kind == Kind::Desk)
            .take(60)
        {
            let end = (other.address, 135, scene.new_flow());
            call(scene, at, end, WMI, 20);
            at += scene.wait(2 * SECOND);
        }
    }
    let probes = scene.random.count(0, 6) as u8;
    for target in 0..probes {
        let at = scene.moment(span);
        let answer = if scene.random.chance(0.3) {
            Answer::Silent
        } else {
            Answer::Talks
        };
        scene.flow(at, (Ipv4Addr::new(10, 7, 0, 20 + target), 0), |flow| {
            (flow.transport, flow.answer, flow.packets) = (Transport::Icmp, answer, 4);
            (flow.up, flow.down) = (92, 92);
        });
    }
    let name = format!("{}.{DOMAIN}", name::identifier(&mut scene.random));
    let at = scene.moment(span);
    scene.ask(at, name, "A", Found::Missing);
}
