//! Captures on their way to the portal.
//!
//! The files of the evidence folder are the queue: a parcel is a flow, the incidents that its packets belong to, and how
//! much the portal has. A piece begins where the portal says that its copy ends, so nothing arrives twice; what the budget
//! of the folder removes before it was taken is not brought. Parcels are on disk before the incidents that name them, so
//! that no restart forgets one.

use super::EvidenceFolder;
use crate::limits::{
    PARCEL_INCIDENTS_MAX, PARCEL_QUIET_S, PARCEL_REST_S, PARCELS_LOOKED_AT_MAX, PARCELS_MAX,
};
use event::{Incident, Timestamp};
use link::limits::PIECE_BYTES_MAX;
use link::{CapturePiece, PieceTaken};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes before the first packet of a capture, and before each packet's own bytes.
const FILE_HEADER_LEN: usize = 24;
const PACKET_HEADER_LEN: usize = 16;

#[derive(Debug, Serialize, Deserialize)]
struct Parcel {
    flow: u64,
    incidents: Vec<String>,
    /// Of these, the portal has heard of so many.
    told: usize,
    /// Bytes that the portal has.
    have: u64,
    /// Seconds of the moment when somebody last asked for it, or it last went on.
    moved: i64,
    /// Not looked at before.
    #[serde(skip)]
    rests_until: i64,
    /// Incidents named in the piece that is on its way.
    #[serde(skip)]
    named: usize,
}

/// Flows whose packets the portal is to have.
pub(crate) struct Parcels {
    folder: Option<Arc<Mutex<EvidenceFolder>>>,
    path: PathBuf,
    /// The one that was looked at longest ago is the first.
    waiting: VecDeque<Parcel>,
    /// The portal knows nothing of packets.
    is_unwanted: bool,
}

impl Parcels {
    /// Those of before, kept in this file. Without a folder of evidence there never are any.
    pub fn open(path: PathBuf, folder: Option<Arc<Mutex<EvidenceFolder>>>) -> Self {
        let kept = fs::read(&path).ok();
        let waiting = kept.and_then(|content| serde_json::from_slice(&content).ok());
        Self {
            folder,
            path,
            waiting: waiting.unwrap_or_default(),
            is_unwanted: false,
        }
    }

    /// The flows that these incidents rest on are to be brought. On disk when this returns.
    pub fn note(&mut self, incidents: &[Incident], now: Timestamp) -> io::Result<()> {
        if self.folder.is_none() {
            return Ok(());
        }
        for incident in incidents {
            for line in &incident.detections {
                if let Some(flow) = line.event.number("flow_id") {
                    self.add(flow, &incident.incident_id, now.seconds());
                }
            }
        }
        self.store()
    }

    fn add(&mut self, flow: u64, incident: &str, now: i64) {
        let Some(known) = self.waiting.iter_mut().find(|known| known.flow == flow) else {
            if self.waiting.len() >= PARCELS_MAX {
                self.waiting.pop_front();
            }
            self.waiting.push_back(Parcel {
                flow,
                incidents: vec![incident.to_owned()],
                told: 0,
                have: 0,
                moved: now,
                rests_until: 0,
                named: 0,
            });
            return;
        };
        known.moved = now;
        let is_new = !known.incidents.iter().any(|id| id == incident);
        if is_new && known.incidents.len() < PARCEL_INCIDENTS_MAX {
            known.incidents.push(incident.to_owned());
        }
    }

    /// Keeps them for the next run.
    pub fn store(&self) -> io::Result<()> {
        if self.folder.is_none() {
            return Ok(());
        }
        let temporary = self.path.with_extension("new");
        let mut file = File::create(&temporary)?;
        file.write_all(&serde_json::to_vec(&self.waiting)?)?;
        file.sync_all()?;
        fs::rename(&temporary, &self.path)
    }

    /// The next piece to be brought, with its flow; those that rest are left out unless everything `is_due`.
    pub fn next(&mut self, now: Timestamp, is_due: bool) -> Option<(u64, CapturePiece)> {
        let folder = self.folder.clone().filter(|_| !self.is_unwanted)?;
        let now = now.seconds();
        let looked_at = if is_due {
            self.waiting.len()
        } else {
            self.waiting.len().min(PARCELS_LOOKED_AT_MAX)
        };
        for _ in 0..looked_at {
            let mut parcel = self.waiting.pop_front()?;
            let kept = lock(&folder).of_flow(parcel.flow);
            let is_told = parcel.told == parcel.incidents.len();
            let more = kept.filter(|kept| kept.bytes > parcel.have || !is_told);
            if let Some(kept) = more.filter(|_| is_due || parcel.rests_until <= now) {
                parcel.rests_until = now.saturating_add(PARCEL_REST_S);
                let piece = read_piece(&kept.path, parcel.have);
                // An empty one says what the capture belongs to as well.
                let is_worth_it =
                    |bytes: &Vec<u8>| !bytes.is_empty() || (parcel.have > 0 && !is_told);
                if let Some(bytes) = piece.ok().filter(is_worth_it) {
                    parcel.named = parcel.incidents.len();
                    let piece = CapturePiece {
                        capture: kept.name,
                        incident_ids: parcel.incidents.clone(),
                        offset: parcel.have,
                        bytes,
                    };
                    let flow = parcel.flow;
                    // At the front, so that a large one goes on until it is there.
                    self.waiting.push_front(parcel);
                    return Some((flow, piece));
                }
            }
            if now.saturating_sub(parcel.moved) < PARCEL_QUIET_S {
                self.waiting.push_back(parcel);
            }
        }
        None
    }

    /// What the portal said of a piece. With `is_last`, what does not move now never will.
    pub fn answered(&mut self, flow: u64, taken: PieceTaken, now: Timestamp, is_last: bool) {
        let Some(place) = self.waiting.iter().position(|known| known.flow == flow) else {
            return;
        };
        let Some(mut parcel) = self.waiting.remove(place) else {
            return;
        };
        match taken {
            PieceTaken::Have(bytes) if bytes != parcel.have || parcel.told != parcel.named => {
                parcel.have = bytes;
                parcel.told = parcel.named;
                parcel.moved = now.seconds();
                parcel.rests_until = 0;
                self.waiting.push_front(parcel);
            }
            // Nothing moves: others first.
            PieceTaken::Have(_) | PieceTaken::Unknown if !is_last => self.waiting.push_back(parcel),
            PieceTaken::Have(_) | PieceTaken::Unknown | PieceTaken::Enough => {}
        }
    }

    /// The portal is too old for packets; not asked again until the next start.
    pub fn are_unwanted(&mut self) {
        self.is_unwanted = true;
    }
}

fn lock(folder: &Mutex<EvidenceFolder>) -> std::sync::MutexGuard<'_, EvidenceFolder> {
    folder.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whole packets from a place on, at most so many as a piece holds; before the first one the header of the file.
fn read_piece(path: &Path, offset: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(PIECE_BYTES_MAX as u64).read_to_end(&mut bytes)?;
    let mut end = if offset == 0 { FILE_HEADER_LEN } else { 0 };
    while let Some(header) = bytes.get(end..end.saturating_add(PACKET_HEADER_LEN)) {
        let length: [u8; 4] = header[8..12].try_into().unwrap_or_default();
        let next = (end + PACKET_HEADER_LEN).saturating_add(u32::from_le_bytes(length) as usize);
        if next > bytes.len() {
            break;
        }
        end = next;
    }
    // A file that is being begun has no header yet.
    bytes.truncate(if offset == 0 && end == FILE_HEADER_LEN {
        0
    } else {
        end
    });
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{EvidenceSettings, HeldFrame, file_name};
    use event::{EvidenceLine, Record};

    const NOW: Timestamp = Timestamp::new(1_790_000_000, 0);

    struct Desk {
        home: tempfile::TempDir,
        folder: Arc<Mutex<EvidenceFolder>>,
    }

    impl Desk {
        fn open() -> Self {
            let home = tempfile::tempdir().unwrap();
            let settings = EvidenceSettings {
                folder: home.path().join("evidence"),
                budget_bytes: 10 << 20,
            };
            let folder = Arc::new(Mutex::new(EvidenceFolder::open(&settings).unwrap()));
            Self { home, folder }
        }

        fn parcels(&self) -> Parcels {
            let path = self.home.path().join("packets.json");
            Parcels::open(path, Some(Arc::clone(&self.folder)))
        }

        /// So many packets of so many bytes.
        fn capture(&self, flow: u64, packets: usize, length: usize, begins: bool) {
            let frame = || HeldFrame {
                time_nanos: NOW.nanos(),
                link: 1,
                original_len: length as u32,
                bytes: vec![7; length].into(),
            };
            let frames: Vec<HeldFrame> = (0..packets).map(|_| frame()).collect();
            lock(&self.folder).append(&file_name(flow, NOW), &frames, begins);
        }

        fn content(&self, flow: u64) -> Vec<u8> {
            fs::read(lock(&self.folder).of_flow(flow).unwrap().path).unwrap()
        }
    }

    fn incident(id: &str, flow: u64) -> Incident {
        let mut event = Record::new();
        event.push("flow_id", flow);
        let line = serde_json::json!({
            "time": NOW, "detector": "signature", "id": "1:1", "name": "", "technique": [], "reasons": [],
            "stage": "delivery", "confidence": 0.5, "count": 1, "event": {},
        });
        let mut line: EvidenceLine = serde_json::from_value(line).unwrap();
        line.event = event;
        let incident = serde_json::json!({
            "incident_id": id, "revision": 1, "status": "open", "class": "suspicious", "communications": [],
            "stages": [], "severity": "low", "confidence": 0.5, "host": { "ip": "192.0.2.1" }, "peers": [],
            "first_seen": NOW, "last_seen": NOW, "detections": [], "title": { "ja": "", "en": "" },
            "summary": { "ja": "", "en": "" }, "actions": [],
        });
        let mut incident: Incident = serde_json::from_value(incident).unwrap();
        incident.detections = vec![line];
        incident
    }

    /// A portal that appends what fits.
    fn take(copy: &mut Vec<u8>, piece: &CapturePiece) -> PieceTaken {
        if piece.offset == copy.len() as u64 {
            copy.extend(&piece.bytes);
        }
        PieceTaken::Have(copy.len() as u64)
    }

    #[test]
    fn a_capture_arrives_whole_and_once_over_restarts_and_lost_answers() {
        let desk = Desk::open();
        desk.capture(7, 30, 60_000, true);
        let mut parcels = desk.parcels();
        parcels.note(&[incident("a", 7)], NOW).unwrap();
        let mut copy = Vec::new();
        let mut pieces = 0;
        for round in 0.. {
            // A restart each time, and every second answer is lost.
            parcels = desk.parcels();
            let Some((flow, piece)) = parcels.next(NOW, true) else {
                break;
            };
            assert!(piece.bytes.len() <= PIECE_BYTES_MAX);
            pieces += 1;
            let taken = take(&mut copy, &piece);
            if round % 2 == 1 {
                parcels.answered(flow, taken, NOW, false);
                parcels.store().unwrap();
            }
        }
        assert_eq!(copy, desk.content(7));
        assert_eq!(pieces, 4);
        // It grows: the rest follows, after a rest.
        desk.capture(7, 1, 100, false);
        let mut parcels = desk.parcels();
        let (flow, piece) = parcels.next(NOW, false).unwrap();
        parcels.answered(flow, take(&mut copy, &piece), NOW, false);
        assert_eq!(copy, desk.content(7));
        assert!(parcels.next(NOW, true).is_none());
        // Another incident rests on it as well: that is told without a byte.
        parcels.note(&[incident("b", 7)], NOW).unwrap();
        let (flow, piece) = parcels.next(NOW, false).unwrap();
        assert_eq!((piece.bytes.len(), piece.incident_ids.len()), (0, 2));
        parcels.answered(flow, take(&mut copy, &piece), NOW, false);
        assert!(parcels.next(NOW, true).is_none());
    }

    #[test]
    fn what_the_portal_does_not_want_is_not_offered_again() {
        let desk = Desk::open();
        desk.capture(1, 1, 100, true);
        desk.capture(2, 1, 100, true);
        let mut parcels = desk.parcels();
        let incidents = [incident("a", 1), incident("b", 2), incident("c", 3)];
        parcels.note(&incidents, NOW).unwrap();
        let (first, _) = parcels.next(NOW, false).unwrap();
        parcels.answered(first, PieceTaken::Enough, NOW, false);
        let (second, _) = parcels.next(NOW, false).unwrap();
        assert_ne!(first, second);
        // Not known yet: it rests.
        parcels.answered(second, PieceTaken::Unknown, NOW, false);
        assert!(parcels.next(NOW, false).is_none());
        let later = Timestamp::new(NOW.seconds() + PARCEL_REST_S, 0);
        assert_eq!(parcels.next(later, false).unwrap().0, second);
        parcels.answered(second, PieceTaken::Unknown, later, true);
        assert!(parcels.next(later, true).is_none());
        // Nobody asks for the third any longer, whose packets were never kept.
        let much_later = Timestamp::new(NOW.seconds() + PARCEL_QUIET_S, 0);
        assert!(parcels.next(much_later, false).is_none() && parcels.waiting.is_empty());
        parcels.note(&incidents, NOW).unwrap();
        parcels.are_unwanted();
        assert!(parcels.next(NOW, true).is_none());
    }
}
