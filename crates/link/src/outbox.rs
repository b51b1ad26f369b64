//! What a sensor must not lose: incidents on their way, and the state that grows the next ones.
//!
//! Both are committed together. `state` is replaced in one step and holds the state with the
//! incidents that belong to it, under a number counting up; then the incidents go into the queue,
//! each under that number. If the process dies in between, the next start finds the number
//! missing in the queue and puts the incidents in: none is lost, none is there twice.

use crate::files;
use crate::queue::{Queue, QueueError};
use event::Incident;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// Why nothing could be kept.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The queue refuses.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The state cannot be written or read.
    #[error("cannot keep the sensor's state in {path}: {source}")]
    State {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
}

#[derive(Serialize, Deserialize)]
struct Committed {
    number: u64,
    incidents: Vec<Incident>,
    state: serde_json::Value,
}

#[derive(Serialize, Deserialize)]
struct Queued {
    number: u64,
    incident: Incident,
}

/// Incidents that wait, and the state committed with them.
pub struct Outbox {
    queue: Queue,
    state_path: PathBuf,
    marker_path: PathBuf,
    number: u64,
}

impl Outbox {
    /// Opens the outbox of a folder and gives the state committed last, if there is one that
    /// can be read.
    pub fn open(folder: &Path) -> Result<(Self, Option<serde_json::Value>), OutboxError> {
        let queue = Queue::open(&folder.join("queue"))?;
        let mut outbox = Self {
            queue,
            state_path: folder.join("state"),
            marker_path: folder.join("queued"),
            number: 0,
        };
        let content = files::read_if_there(&outbox.state_path)
            .map_err(|source| outbox.state_error(source))?;
        let committed: Option<Committed> =
            content.and_then(|content| serde_json::from_slice(&content).ok());
        let Some(committed) = committed else {
            return Ok((outbox, None));
        };
        outbox.number = committed.number;
        if outbox.queued_number()? < committed.number {
            outbox.enqueue(committed.number, &committed.incidents)?;
        }
        Ok((outbox, Some(committed.state)))
    }

    /// The highest number whose incidents are known to have gone into the queue.
    fn queued_number(&self) -> Result<u64, OutboxError> {
        let marker =
            files::read_if_there(&self.marker_path).map_err(|source| self.state_error(source))?;
        let marked = marker
            .and_then(|content| String::from_utf8_lossy(&content).trim().parse().ok())
            .unwrap_or(0);
        // The marker is written after the queue: records that still wait may be newer.
        let waiting = self.queue.peek(usize::MAX, usize::MAX)?;
        let newest = waiting
            .iter()
            .filter_map(|(_, payload)| serde_json::from_slice::<Queued>(payload).ok())
            .map(|queued| queued.number)
            .max()
            .unwrap_or(0);
        Ok(newest.max(marked))
    }

    /// Keeps changed incidents with the state that they came from; both are on disk when this
    /// returns. After an error nothing is kept, and the same call may be made again.
    pub fn commit(
        &mut self,
        incidents: &[Incident],
        state: &impl Serialize,
    ) -> Result<(), OutboxError> {
        let number = self.number + 1;
        let to_value = |error: serde_json::Error| self.state_error(io::Error::other(error));
        let committed = Committed {
            number,
            incidents: incidents.to_vec(),
            state: serde_json::to_value(state).map_err(to_value)?,
        };
        let content = serde_json::to_vec(&committed).map_err(to_value)?;
        files::replace(&self.state_path, &content).map_err(|source| self.state_error(source))?;
        self.number = number;
        self.enqueue(number, incidents)
    }

    fn enqueue(&mut self, number: u64, incidents: &[Incident]) -> Result<(), OutboxError> {
        let mut payloads = Vec::with_capacity(incidents.len());
        for incident in incidents {
            let queued = Queued {
                number,
                incident: incident.clone(),
            };
            let payload = serde_json::to_vec(&queued)
                .map_err(|error| self.state_error(io::Error::other(error)))?;
            payloads.push(payload);
        }
        self.queue.push(payloads.iter().map(Vec::as_slice))?;
        if !payloads.is_empty() {
            files::replace(&self.marker_path, number.to_string().as_bytes())
                .map_err(|source| self.state_error(source))?;
        }
        Ok(())
    }

    /// The oldest incidents that wait.
    pub fn waiting(
        &self,
        messages_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<crate::Delivery>, OutboxError> {
        let found = self.queue.peek(messages_max, bytes_max)?;
        Ok(found
            .into_iter()
            .filter_map(|(message_id, payload)| {
                let queued: Queued = serde_json::from_slice(&payload).ok()?;
                Some(crate::Delivery {
                    message_id,
                    incident: queued.incident,
                })
            })
            .collect())
    }

    /// Forgets incidents that the portal has on its disk.
    pub fn acknowledge(&mut self, message_id: u64) -> Result<(), OutboxError> {
        Ok(self.queue.acknowledge(message_id)?)
    }

    /// Number of incidents that wait.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Incidents given up because too many waited.
    pub fn given_up(&self) -> u64 {
        self.queue.given_up()
    }

    fn state_error(&self, source: io::Error) -> OutboxError {
        OutboxError::State {
            path: self.state_path.display().to_string(),
            source,
        }
    }
}
