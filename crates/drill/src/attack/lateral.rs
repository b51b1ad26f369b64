//! Spread inside: a program copied to administrative shares and started as a service, then remote desktops tried.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::protocol::program;
use crate::protocol::smb::{Access, Disposition, Smb, rpc};
use crate::random::Random;
use crate::tcp::{Side, Tcp, refused};
use crate::world::{Host, MILLISECOND, SECOND};

/// Machines that get the service, and that are tried by remote desktop.
const SERVICES: usize = 3;
const DESKTOPS: usize = 14;

struct Lateral {
    victim: Host,
    random: Random,
    services: Vec<Host>,
    desktops: Vec<Host>,
}

impl Lateral {
    /// Copies the program and has it started as a service.
    fn plant(&mut self, target: &Host, now: i64, out: &mut Outbox) -> i64 {
        let random = &mut self.random;
        let program = program::inert_program(random, 121_344);
        let mut smb = Smb::open(out, random, &self.victim, target, now);
        smb.connect(out, &target.name, "ADMIN$");
        smb.missing(out, "PSEXESVC.exe");
        let file = smb.create(
            out,
            "PSEXESVC.exe",
            Access::Change,
            Disposition::Overwrite,
            0,
        );
        smb.write(out, file, &program);
        smb.release(out, file);
        smb.connect(out, &target.name, "IPC$");
        let pipe = smb.create(out, "svcctl", Access::Change, Disposition::Open, 0);
        smb.call(out, pipe, &rpc::bind(), &rpc::bound());
        let manager: rpc::Handle = handle(random);
        let service: rpc::Handle = handle(random);
        let opened = [&manager[..], &[0; 4]].concat();
        let created = [&[0; 4], &service[..], &[0; 4]].concat();
        let closed = [0; 24];
        let calls: [(u16, Vec<u8>, &[u8]); 5] = [
            (rpc::OPEN_MANAGER, rpc::open_manager(&target.name), &opened),
            (
                rpc::CREATE_SERVICE,
                rpc::create_service(&manager, "PSEXESVC", "%SystemRoot%\\PSEXESVC.exe"),
                &created,
            ),
            (rpc::START_SERVICE, rpc::start_service(&service), &[0; 4]),
            (rpc::CLOSE_HANDLE, service.to_vec(), &closed),
            (rpc::CLOSE_HANDLE, manager.to_vec(), &closed),
        ];
        for (number, (operation, arguments, results)) in calls.iter().enumerate() {
            let call = 2 + number as u32;
            let request = rpc::request(call, *operation, arguments);
            smb.call(out, pipe, &request, &rpc::response(call, results));
        }
        smb.release(out, pipe);
        smb.close(out)
    }

    /// Tries a remote desktop: some answer and refuse, most are closed.
    fn knock(&mut self, target: &Host, now: i64, out: &mut Outbox) -> i64 {
        let random = &mut self.random;
        if !target.is_windows() || random.chance(0.6) {
            let port = out.port(self.victim.station.address);
            return refused(
                out,
                random,
                (&self.victim.station, port),
                (&target.station, 3389),
                now,
            );
        }
        let mut tcp = Tcp::open(
            out,
            random,
            &self.victim.station,
            (&target.station, 3389),
            now,
        );
        let cookie = format!("Cookie: mstshash={}\r\n", self.victim.user);
        tcp.client(out, &connection_request(&cookie));
        tcp.pause(out, 3 * MILLISECOND);
        tcp.server(
            out,
            &[
                3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0x1f, 8, 0, 2, 0, 0, 0,
            ],
        );
        tcp.pause(out, 20 * MILLISECOND);
        tcp.reset(out, Side::Client)
    }
}

/// The first packet of a remote desktop client (MS-RDPBCGR 2.2.1.1).
fn connection_request(cookie: &str) -> Vec<u8> {
    let length = 11 + cookie.len() + 8;
    let [high, low] = (length as u16).to_be_bytes();
    let mut bytes = vec![3, 0, high, low, (length - 5) as u8, 0xe0, 0, 0, 0, 0, 0];
    bytes.extend(cookie.as_bytes());
    bytes.extend([1, 0, 8, 0, 3, 0, 0, 0]);
    bytes
}

fn handle(random: &mut Random) -> rpc::Handle {
    let mut handle: rpc::Handle = random.array();
    handle[..4].fill(0);
    handle
}

impl Actor for Lateral {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        if let Some(target) = self.services.pop() {
            let done = self.plant(&target, now, out);
            return Some(done + self.random.between(200 * MILLISECOND, 2 * SECOND));
        }
        let target = self.desktops.pop()?;
        let done = self.knock(&target, now, out);
        Some(done + self.random.between(20 * MILLISECOND, 300 * MILLISECOND))
    }
}

pub(super) fn stage(scene: Scene) -> Staged {
    let world = &scene.world;
    let others: Vec<Host> = world
        .hosts
        .iter()
        .filter(|host| host.number != scene.victim.number)
        .cloned()
        .collect();
    let mut services: Vec<Host> = others
        .iter()
        .filter(|host| host.is_windows())
        .take(SERVICES - 1)
        .cloned()
        .collect();
    services.push(world.files.clone());
    let mut desktops: Vec<Host> = others.into_iter().take(DESKTOPS).collect();
    desktops.extend([world.controller.clone(), world.files.clone()]);
    let peers = services
        .iter()
        .chain(&desktops)
        .map(|host| host.v4().to_string());
    let mut peers: Vec<String> = peers.collect();
    peers.sort();
    peers.dedup();
    let random = scene.random.clone();
    let victim = scene.victim.clone();
    scene.staged(
        Lateral {
            victim,
            random,
            services,
            desktops,
        },
        peers,
    )
}
