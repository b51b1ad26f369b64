//! The sink's side: which flows are worth keeping, and what their captures are called.

use super::{EvidenceFolder, HeldFrame, file_name};
use crate::limits::EVIDENCE_CASES_MAX;
use event::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Flows of one world in which something was found.
pub(crate) struct Cases {
    folder: Option<Arc<Mutex<EvidenceFolder>>>,
    cases: HashMap<u64, Case>,
    /// Flows whose packets have not been asked for yet.
    wishes: Vec<u64>,
    /// Packets to be written, by flow.
    waiting: Vec<(u64, Vec<HeldFrame>)>,
}

struct Case {
    name: String,
    /// Packets have been written.
    begun: bool,
}

impl Cases {
    /// None yet; without a folder there never will be any.
    pub fn new(folder: Option<Arc<Mutex<EvidenceFolder>>>) -> Self {
        Self {
            folder,
            cases: HashMap::new(),
            wishes: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Whether there may be any.
    pub fn are_kept(&self) -> bool {
        self.folder.is_some()
    }

    /// Something was found in the flow: the name of its capture.
    pub fn open(&mut self, flow: u64, time: Timestamp) -> Option<&str> {
        self.folder.as_ref()?;
        if !self.cases.contains_key(&flow) {
            if self.cases.len() >= EVIDENCE_CASES_MAX {
                return None;
            }
            let case = Case {
                name: file_name(flow, time),
                begun: false,
            };
            self.cases.insert(flow, case);
            self.wishes.push(flow);
        }
        self.cases.get(&flow).map(|case| case.name.as_str())
    }

    /// Flows whose packets are to be asked for.
    pub fn take_wishes(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.wishes)
    }

    /// Packets of a flow.
    pub fn packets(&mut self, flow: u64, frames: Vec<HeldFrame>) {
        match self.waiting.iter_mut().find(|(known, _)| *known == flow) {
            Some((_, waiting)) => waiting.extend(frames),
            None => self.waiting.push((flow, frames)),
        }
    }

    /// Brings to disk what came.
    pub fn write(&mut self) {
        let Some(folder) = &self.folder else { return };
        let mut folder = lock(folder);
        for (flow, frames) in self.waiting.drain(..) {
            if let Some(case) = self.cases.get_mut(&flow) {
                folder.append(&case.name, &frames, !case.begun);
                case.begun |= !frames.is_empty();
            }
        }
    }

    /// What the folder did.
    pub fn counts(&self) -> super::EvidenceCounts {
        let folder = self.folder.as_ref();
        folder
            .map(|folder| lock(folder).counts())
            .unwrap_or_default()
    }
}

fn lock(folder: &Mutex<EvidenceFolder>) -> MutexGuard<'_, EvidenceFolder> {
    // Worlds follow one another: nobody else holds it now.
    folder.lock().unwrap_or_else(PoisonError::into_inner)
}
