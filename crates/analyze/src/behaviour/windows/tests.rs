use super::{Windows, call, operations};
use crate::model::{Context, Model};
use crate::{FlowFact, FlowMoment, HomeNet, tcp_flags::*};
use event::{Detection, Endpoint, Event, Record, Timestamp, Transport, Value};

const SERVICES: &str = "367abb81-9844-35f1-ad32-98f038001003";
const REPLICATION: &str = "e3514235-4b06-11d1-ab04-00c04fc2dcd2";
const NETLOGON: &str = "12345678-1234-abcd-ef00-01234567cffb";
const EFS: &str = "c681d488-d850-11d0-8c52-00c04fd90f7e";
const SERVER: &str = "4b324fc8-1670-01d3-1278-5a47bf6ee188";

struct World {
    model: Windows,
    home: HomeNet,
    found: Vec<Detection>,
}

impl World {
    fn new() -> Self {
        Self {
            model: Windows::new(),
            home: HomeNet::default(),
            found: Vec::new(),
        }
    }

    fn event(&mut self, event: &Event) {
        let context = Context { home: &self.home };
        self.model.event(&context, event, &mut self.found);
    }

    fn flow(&mut self, fact: &FlowFact) {
        let context = Context { home: &self.home };
        self.model.flow(&context, fact, &mut self.found);
    }

    fn belief(&self, id: &str) -> f32 {
        let of_id = self.found.iter().filter(|one| one.id == id);
        of_id.map(|one| one.confidence).fold(0.0, f32::max)
    }

    fn nothing_believed(&self) -> bool {
        self.found.iter().all(|one| one.confidence < 0.4)
    }
}

fn between(kind: &'static str, second: i64, client: &str, server: &str, port: u16) -> Event {
    let mut event = Event::new(Timestamp::new(second, 0), kind);
    event.source = Some(Endpoint::new(client.parse().unwrap(), 50_000));
    event.dest = Some(Endpoint::new(server.parse().unwrap(), port));
    event.transport = Some(Transport::Tcp);
    event
}

fn interfaces(uuid: &str) -> Value {
    let mut one = Record::new();
    one.push("uuid", uuid.to_owned());
    Value::List(vec![Value::Record(one)])
}

fn call(second: i64, client: &str, server: &str, uuid: &str, operation: u64) -> Event {
    let mut event = between("dcerpc", second, client, server, 49_667);
    let mut request = Record::new();
    request.push("opnum", operation);
    let mut body = Record::new();
    body.push("response", "RESPONSE");
    body.push("req", Value::Record(request));
    body.push("interfaces", interfaces(uuid));
    event.body.push("dcerpc", Value::Record(body));
    event
}

fn smb(second: i64, client: &str, server: &str, pairs: &[(&'static str, &str)]) -> Event {
    let mut event = between("smb", second, client, server, 445);
    let mut body = Record::new();
    for (name, value) in pairs {
        body.push(*name, (*value).to_owned());
    }
    event.body.push("smb", Value::Record(body));
    event
}

fn share(second: i64, client: &str, server: &str, name: &str) -> Event {
    let pairs = [
        ("command", "SMB2_COMMAND_TREE_CONNECT"),
        ("status", "STATUS_SUCCESS"),
        ("share", name),
    ];
    smb(second, client, server, &pairs)
}

fn program(second: i64, client: &str, server: &str) -> Event {
    let mut event = between("fileinfo", second, client, server, 445);
    event.app_proto = Some("smb");
    let mut carrier = Record::new();
    carrier.push("command", "SMB2_COMMAND_WRITE");
    carrier.push("share", "\\\\pc\\ADMIN$");
    event.body.push("smb", Value::Record(carrier));
    let mut file = Record::new();
    file.push("filename", "x.bin");
    file.push("magic", "PE32 executable (console) Intel 80386");
    event.body.push("fileinfo", Value::Record(file));
    event
}

const PC: &str = "192.168.1.5";
const DC: &str = "192.168.1.2";

#[test]
fn a_service_from_a_program_just_copied_is_sure() {
    let mut world = World::new();
    world.event(&share(1, PC, "192.168.1.9", "\\\\pc\\ADMIN$"));
    assert!(world.nothing_believed(), "{:?}", world.found);
    world.event(&program(2, PC, "192.168.1.9"));
    world.event(&call(3, PC, "192.168.1.9", SERVICES, 12));
    assert!(world.belief("program_on_admin_share") >= 0.6);
    assert!(world.belief("remote_service") >= 0.85);
    assert_eq!(world.found.last().unwrap().subject.ip.to_string(), PC);
}

#[test]
fn daily_administration_becomes_a_habit() {
    let mut world = World::new();
    for day in 0..6 {
        world.found.clear();
        world.event(&call(day * 86_400 + 100, PC, "192.168.1.9", SERVICES, 12));
        world.event(&call(
            day * 86_400 + 200,
            PC,
            &format!("192.168.1.{}", 20 + day),
            SERVICES,
            12,
        ));
    }
    assert!(!world.found.is_empty());
    assert!(world.nothing_believed(), "{:?}", world.found);
}

#[test]
fn looking_at_shares_speaks_only_in_breadth() {
    let mut world = World::new();
    for host in 10..13 {
        world.event(&call(1, PC, &format!("192.168.1.{host}"), SERVER, 15));
    }
    assert!(world.nothing_believed(), "{:?}", world.found);
    for host in 13..22 {
        world.event(&call(60, PC, &format!("192.168.1.{host}"), SERVER, 15));
    }
    assert!(world.belief("shares_listed") >= 0.5, "{:?}", world.found);
}

#[test]
fn only_controllers_replicate() {
    let mut world = World::new();
    world.event(&call(1, PC, DC, REPLICATION, 12));
    world.event(&call(2, PC, DC, REPLICATION, 3));
    assert!(world.belief("dcsync") >= 0.8);
    let mut world = World::new();
    // Another controller has answered somebody's log-on.
    world.event(&call(1, "192.168.1.77", "192.168.1.3", NETLOGON, 26));
    world.event(&call(2, "192.168.1.3", DC, REPLICATION, 3));
    assert!(world.found.is_empty(), "{:?}", world.found);
}

#[test]
fn one_machine_log_on_is_a_start_and_many_are_zerologon() {
    let mut world = World::new();
    for at in 0..4 {
        world.event(&call(at * 3_600, PC, DC, NETLOGON, 26));
    }
    assert!(world.found.is_empty());
    for at in 0..20 {
        world.event(&call(20_000 + at, PC, DC, NETLOGON, 26));
    }
    assert!(world.belief("zerologon") >= 0.8);
    world.event(&call(20_021, PC, DC, NETLOGON, 30));
    assert!(world.belief("zerologon_success") >= 0.9);
}

fn opened(second: i64, client: &str, server: &str) -> FlowFact {
    FlowFact {
        time: Timestamp::new(second, 0),
        flow: 1,
        moment: FlowMoment::Opened,
        client: Endpoint::new(client.parse().unwrap(), 60_000),
        server: Endpoint::new(server.parse().unwrap(), 445),
        transport: Transport::Tcp,
        start: Timestamp::new(second, 0),
        last: Timestamp::new(second, 0),
        packets_to_server: 1,
        packets_to_client: 0,
        bytes_to_server: 60,
        bytes_to_client: 0,
        flags_to_server: SYN,
        flags_to_client: 0,
        icmp_type: None,
        echoes_foreign: 0,
        app_proto: None,
    }
}

#[test]
fn a_server_that_comes_back_was_coerced_whichever_is_told_first() {
    let mut world = World::new();
    world.flow(&opened(10, DC, PC));
    world.event(&call(11, PC, DC, EFS, 0));
    assert!(world.belief("coerced_logon_seen") >= 0.8);
    let mut world = World::new();
    world.event(&call(10, PC, DC, EFS, 0));
    world.flow(&opened(12, DC, PC));
    assert!(world.belief("coerced_logon_seen") >= 0.8);
    let mut world = World::new();
    world.flow(&opened(10, DC, PC));
    world.event(&call(500, PC, DC, EFS, 0));
    assert_eq!(world.belief("coerced_logon_seen"), 0.0);
}

#[test]
fn administrative_shares_are_known_by_name() {
    let cases = [
        ("\\\\pc\\C$", true),
        ("\\\\pc\\admin$", true),
        ("D$", true),
        ("\\\\pc\\IPC$", false),
        ("\\\\pc\\print$", false),
        ("\\\\pc\\public", false),
        ("", false),
    ];
    for (name, expected) in cases {
        assert_eq!(call::is_admin_share(name), expected, "{name}");
    }
    assert!(operations::pipe("PSEXESVC-HOST-1-stdin").is_some());
    assert!(operations::pipe("\\pipe\\svcctl").is_some());
    assert!(operations::pipe("spoolss").is_none());
}

#[test]
fn the_model_survives_a_restart() {
    let mut world = World::new();
    world.event(&call(1, PC, DC, SERVICES, 12));
    world.event(&call(1, PC, DC, NETLOGON, 26));
    let state = serde_json::to_string(&world.model).unwrap();
    let model: Windows = serde_json::from_str(&state).unwrap();
    assert_eq!(serde_json::to_string(&model).unwrap(), state);
}
