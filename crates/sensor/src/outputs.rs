//! Where events and incidents go.

use event::{Event, Incident};
use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Somebody who takes what was found.
pub trait Outputs: Send {
    /// An event, alerts included.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// An incident that is new or has grown.
    fn incident(&mut self, incident: &Incident) -> io::Result<()>;
}

/// Nobody wants to know.
pub struct Silent;

impl Outputs for Silent {
    fn event(&mut self, _event: &Event) -> io::Result<()> {
        Ok(())
    }

    fn incident(&mut self, _incident: &Incident) -> io::Result<()> {
        Ok(())
    }
}

/// `events.jsonl` and `incidents.jsonl` in a folder, one JSON object a line. An incident is
/// written when it has come to its end, by [`Folder::finish_world`], so that it stands there once.
pub struct Folder {
    events: BufWriter<File>,
    incidents: BufWriter<File>,
    source: Option<String>,
    /// Memory of the line in work, used again.
    line: Vec<u8>,
    pending: Vec<Incident>,
}

#[derive(Serialize)]
struct IncidentLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pcap_filename: Option<&'a str>,
    #[serde(flatten)]
    incident: &'a Incident,
}

impl Folder {
    /// Makes the folder and the two files, which are emptied.
    pub fn create(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let open = |name| {
            File::create(folder.join(name)).map(|file| BufWriter::with_capacity(1 << 18, file))
        };
        Ok(Self {
            events: open("events.jsonl")?,
            incidents: open("incidents.jsonl")?,
            source: None,
            line: Vec::new(),
            pending: Vec::new(),
        })
    }

    /// What follows comes from this capture.
    pub fn set_source(&mut self, name: String) {
        self.source = Some(name);
    }

    /// What was told so far stands in the file of events.
    pub fn flush(&mut self) -> io::Result<()> {
        self.events.flush()
    }

    /// Writes the incidents of a world that has ended.
    pub fn finish_world(&mut self) -> io::Result<()> {
        for incident in std::mem::take(&mut self.pending) {
            self.write_incident(&incident)?;
        }
        self.events.flush()?;
        self.incidents.flush()
    }

    fn write_incident(&mut self, incident: &Incident) -> io::Result<()> {
        let line = IncidentLine {
            pcap_filename: self.source.as_deref(),
            incident,
        };
        serde_json::to_writer(&mut self.incidents, &line)?;
        self.incidents.write_all(b"\n")
    }
}

impl Outputs for Folder {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let further = self.source.as_deref().map(|name| ("pcap_filename", name));
        self.line.clear();
        event.write_line(further.as_slice(), &mut self.line);
        self.events.write_all(&self.line)
    }

    fn incident(&mut self, incident: &Incident) -> io::Result<()> {
        match self
            .pending
            .iter_mut()
            .find(|known| known.incident_id == incident.incident_id)
        {
            Some(known) => *known = incident.clone(),
            None => self.pending.push(incident.clone()),
        }
        Ok(())
    }
}
