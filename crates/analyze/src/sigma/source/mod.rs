//! Which of our events a rule's log source means, and what they have for its fields.

mod made;
mod rpc;
mod tables;
mod values;
#[cfg(test)]
mod words;

pub(crate) use made::Made;
pub(crate) use tables::source_of;
pub(crate) use values::{Scene, Shares, values};

#[cfg(test)]
pub(crate) use words::tables_in_words;

/// What a log source stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meaning {
    /// Events of ours.
    Seen(&'static Source),
    /// A log of hosts, clouds or devices: kept until such logs are taken in.
    OtherLog,
}

/// A log as rules know it.
#[derive(Debug)]
pub(crate) struct Source {
    /// For people, e.g. `zeek dns`.
    pub name: &'static str,
    /// A rule runs on the first group that has all its fields, else on the one that has most of them.
    pub groups: &'static [&'static [&'static View]],
    /// What fields that we do not have mean: only a host's own log has them, so that the rule cannot be judged.
    pub needs_all_fields: bool,
}

/// A kind of event, as a log with fields.
#[derive(Debug)]
pub(crate) struct View {
    /// `event_type`.
    pub kind: &'static str,
    /// Which events of this kind.
    pub only: Only,
    /// Tables of fields, the first that has a name counts.
    pub tables: &'static [&'static [Row]],
    /// Any path of the event is a field.
    pub takes_paths: bool,
}

/// Names of a field in rules, and where our events have it.
pub(crate) type Row = (&'static [&'static str], Get);

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Get {
    /// At a dotted path of the body, through lists.
    Path(&'static str),
    /// Always the same.
    Constant(&'static str),
    /// Made from the event.
    Made(Made),
}

/// Which events of a kind a view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Only {
    Every,
    /// Text at a path.
    Text(&'static str, &'static str),
    /// Something at a path.
    Has(&'static str),
    /// Not what comes from outside to our own servers.
    OurClients,
    /// What comes to our own servers, or passes by strangers.
    OurServers,
    /// A file of a file server is opened, renamed or deleted.
    FileOpened,
    /// A connection to a share.
    ShareOpened,
    /// A remote call.
    RemoteCall,
}

/// The place of a field in the values of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Known(Get),
    /// A path that the rule itself names.
    Own(String),
    /// Any text of the event.
    Anywhere,
}

impl View {
    /// Where this kind of event has a field; None where it has not.
    pub fn place(&self, field: &str) -> Option<Place> {
        if field.is_empty() {
            return Some(Place::Anywhere);
        }
        let rows = self.tables.iter().flat_map(|table| table.iter());
        let mut fitting =
            rows.filter(|(names, _)| names.iter().any(|name| name.eq_ignore_ascii_case(field)));
        if let Some((_, get)) = fitting.next() {
            return Some(Place::Known(*get));
        }
        self.takes_paths.then(|| Place::Own(field.to_owned()))
    }
}
