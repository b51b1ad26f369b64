//! The worker's side: files that end go to the scanning threads and to the sink.

use super::ScanDoor;
use crate::settings::Settings;
use crate::told::Told;
use detect::signature::{EngineState, WishedFile};
use detect::yara::Scan;
use event::{Event, FlowRef};
use flow::{Conversation, File, FilePhase, Moment};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// A file that ended.
pub(crate) struct EndedFile {
    /// Its `fileinfo` event.
    pub event: Event,
    /// Whether that event is to be told (a `config` rule may have silenced it).
    pub is_told: bool,
    /// The flow and its number there.
    pub key: (u64, u64),
    /// What rules call it when they want it to be kept.
    pub wished: WishedFile,
    /// Its bytes, or its first ones.
    pub body: Arc<Vec<u8>>,
    /// Whether `body` is all that was seen.
    pub is_whole: bool,
    /// Whether bytes are missing in the middle.
    pub has_gaps: bool,
    /// Where it was complete.
    pub sha256: Option<[u8; 32]>,
    /// Whether a rule wants it to be kept.
    pub is_wanted: bool,
    /// The answer of the YARA rules.
    pub scan: Option<Receiver<Scan>>,
}

/// Bytes of a file that is larger than what is kept of it in memory.
pub(crate) struct FileRest {
    /// The flow and its number there.
    pub key: (u64, u64),
    /// What is kept in memory.
    pub body: Arc<Vec<u8>>,
    /// Where in the file `bytes` stand.
    pub offset: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A worker's files between their end and the moment when they are told.
pub(crate) struct FileDesk {
    scans: Option<ScanDoor>,
    stores: bool,
    ended: Vec<EndedFile>,
}

impl FileDesk {
    /// None where nobody wants to know the bytes of files.
    pub fn new(settings: &Settings, scans: Option<ScanDoor>) -> Option<Self> {
        settings.wants_files().then(|| Self {
            scans,
            stores: settings.store.is_some(),
            ended: Vec::new(),
        })
    }

    /// Other YARA rules from here on.
    pub fn replace_scans(&mut self, scans: Option<ScanDoor>) {
        self.scans = scans;
    }

    /// Bytes that are not kept in memory.
    pub fn rest(&self, flow: u64, file: &File, bytes: &[u8]) -> Option<Told> {
        self.stores.then(|| {
            Told::FileRest(Box::new(FileRest {
                key: (flow, file.id),
                body: Arc::clone(&file.body),
                offset: file.size.saturating_sub(bytes.len() as u64),
                bytes: bytes.to_vec(),
            }))
        })
    }

    /// A file changed its phase.
    pub fn phase(
        &mut self,
        flow: &Conversation<EngineState>,
        file: &File,
        phase: FilePhase,
        moment: Moment,
    ) {
        if phase == FilePhase::Begun || file.body.is_empty() {
            return;
        }
        let name = String::from_utf8_lossy(&file.name);
        let scan = self
            .scans
            .as_ref()
            .map(|door| door.hand_in(Arc::clone(&file.body), base_name(&name).to_owned()));
        let wished = WishedFile {
            id: file.id,
            transaction_id: file.transaction_id,
            direction: file.direction,
        };
        self.ended.push(EndedFile {
            event: without_body(flow, file, moment),
            is_told: false,
            wished,
            key: (flow.id, file.id),
            body: Arc::clone(&file.body),
            is_whole: file.is_kept_whole(),
            has_gaps: file.gaps,
            sha256: file.hashes.map(|hashes| hashes.sha256),
            is_wanted: flow.state.wants_file(wished),
            scan,
        });
    }

    /// What to tell of an event: that of a file that ended takes the file along.
    pub fn event(&mut self, event: Event) -> Told {
        if self.ended.is_empty() || event.kind != "fileinfo" {
            return Told::Event(event);
        }
        let flow = event.flow.map_or(0, |flow| flow.id);
        let key = (flow, event.number("fileinfo.file_id").unwrap_or(u64::MAX));
        match self.ended.iter().position(|ended| ended.key == key) {
            Some(place) => {
                let mut ended = self.ended.remove(place);
                ended.event = event;
                ended.is_told = true;
                Told::File(Box::new(ended))
            }
            None => Told::Event(event),
        }
    }

    /// Files whose event was silenced.
    pub fn silent(&mut self) -> Vec<EndedFile> {
        std::mem::take(&mut self.ended)
    }
}

/// What the wire calls a file may be a path.
fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// The event of a file as far as it can be said without its transaction.
fn without_body(flow: &Conversation<EngineState>, file: &File, moment: Moment) -> Event {
    let (source, dest) = flow.ends(file.direction);
    let mut event = Event::new(moment.time, "fileinfo");
    event.flow = Some(FlowRef { id: flow.id });
    event.source = Some(source);
    event.dest = Some(dest);
    event.transport = Some(flow.transport);
    event.vlan = flow.vlan.ids().to_vec();
    event.packet_number = Some(moment.packet_number);
    event.app_proto = Some(file.app_proto);
    event.tx_id = Some(file.transaction_id);
    event
}
