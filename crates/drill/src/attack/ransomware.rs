//! Files of the file server are read, overwritten with noise and renamed, one after the other and fast; every
//! folder gets a note.

use super::{Scene, Staged};
use crate::engine::{Actor, Outbox};
use crate::office::shares::{self, FOLDERS};
use crate::protocol::program;
use crate::protocol::smb::{Access, Disposition, Smb};
use crate::random::Random;
use crate::world::{Host, MICROSECOND, MILLISECOND, World};
use std::sync::Arc;

/// Files in each folder.
const FILES: usize = 18;

struct Ransomware {
    world: Arc<World>,
    victim: Host,
    random: Random,
    extension: String,
    session: Option<Smb>,
    /// Folder and file that are next.
    folder: usize,
    file: usize,
}

impl Ransomware {
    fn enter(&mut self, now: i64, out: &mut Outbox) -> Smb {
        let mut smb = Smb::open(out, &mut self.random, &self.victim, &self.world.files, now);
        smb.connect(out, &self.world.files.name, "public");
        smb
    }

    /// Rewrites one file, and the note before the first of a folder.
    fn rewrite(&mut self, smb: &mut Smb, out: &mut Outbox) {
        let folder = FOLDERS[self.folder];
        if self.file == 0 {
            let handle = smb.create(out, folder, Access::Folder, Disposition::Open, 0);
            let names = shares::names(self.world.seed, self.folder, FILES);
            smb.list(out, handle, &names);
            smb.release(out, handle);
            let name = format!("{folder}\\HOW_TO_RECOVER_FILES.txt");
            let note = smb.create(out, &name, Access::Change, Disposition::Create, 0);
            smb.write(out, note, NOTE.as_bytes());
            smb.release(out, note);
        }
        let name = &shares::names(self.world.seed, self.folder, FILES)[self.file];
        let path = format!("{folder}\\{name}");
        let length = self.random.count(12_000, 90_000);
        let kind = name.rsplit('.').next().unwrap_or_default();
        let content = program::document(&mut self.random, kind, length);
        let file = smb.create(out, &path, Access::Change, Disposition::Open, length);
        smb.read(out, file, &content);
        let noise = self.random.bytes(length + 256);
        smb.write(out, file, &noise);
        smb.rename(out, file, &format!("{path}.{}", self.extension));
        smb.release(out, file);
        smb.pause(
            out,
            self.random.between(300 * MICROSECOND, 30 * MILLISECOND),
        );
    }
}

impl Actor for Ransomware {
    fn act(&mut self, now: i64, out: &mut Outbox) -> Option<i64> {
        let Some(mut smb) = self.session.take() else {
            let smb = self.enter(now, out);
            let wake = smb.now();
            self.session = Some(smb);
            return Some(wake);
        };
        if self.folder == FOLDERS.len() {
            smb.close(out);
            return None;
        }
        self.rewrite(&mut smb, out);
        self.file += 1;
        if self.file == FILES {
            self.file = 0;
            self.folder += 1;
        }
        let wake = smb.now();
        self.session = Some(smb);
        Some(wake)
    }
}

pub(super) fn stage(mut scene: Scene) -> Staged {
    let actor = Ransomware {
        world: Arc::clone(&scene.world),
        victim: scene.victim.clone(),
        extension: scene.random.text("abcdefghijklmnopqrstuvwxyz", 6),
        random: scene.random.clone(),
        session: None,
        folder: 0,
        file: 0,
    };
    let peers = vec![scene.world.files.v4().to_string()];
    scene.staged(actor, peers)
}

const NOTE: &str = "All your files have been encrypted!\r\n\r\nTo get them back, do nothing: this note belongs to \
    a security exercise (drill).\r\nReal notes ask for payment here and give a .onion address.\r\nYour personal \
    ID: 0000-DRILL-0000\r\n";
