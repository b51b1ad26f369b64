//! From what a message tells to what is kept of it, and to files.

use super::{Email, Told};
use crate::limits::FILES_CLOSED_LATE_MAX;
use crate::protocol::{Direction, FileStart, Visitor};

/// The attachments of a conversation's messages, one after the other.
#[derive(Debug, Default)]
pub struct Attachments {
    next: u64,
    open: Option<u64>,
    /// Ended, and told so with their message.
    ended: Vec<(u64, bool)>,
}

impl Attachments {
    /// Takes down what a message tells; `place` is its transaction and the way it travels.
    pub fn take(
        &mut self,
        told: Told<'_>,
        email: &mut Email,
        place: (u64, Direction),
        visitor: &mut dyn Visitor,
    ) {
        let (transaction_id, direction) = place;
        match told {
            Told::Header(name, value) => email.header(name, value),
            Told::Url(url) => email.url(url),
            Told::FileBegin(name) => {
                email.begin_file(name);
                let id = self.next;
                self.next = id.saturating_add(1);
                self.open = Some(id);
                visitor.file_open(&FileStart {
                    id,
                    name,
                    direction,
                    transaction_id,
                    announced_size: None,
                    transaction: None,
                });
            }
            Told::FileData(bytes) => {
                email.file_data(bytes);
                if let Some(id) = self.open {
                    visitor.file_data(id, bytes);
                }
            }
            Told::FileGap(missing) => {
                if let Some(id) = self.open {
                    visitor.file_gap(id, missing);
                }
            }
            Told::FileEnd(complete) => {
                let Some(id) = self.open.take() else {
                    return;
                };
                // Told with the whole message, unless there are too many of them.
                if self.ended.len() < FILES_CLOSED_LATE_MAX {
                    self.ended.push((id, complete));
                } else {
                    visitor.file_close(id, complete);
                }
            }
            Told::Anomaly(name) => visitor.anomaly(name, direction, Some(transaction_id)),
        }
    }

    /// The message ended.
    pub fn end(&mut self, visitor: &mut dyn Visitor) {
        for (id, complete) in self.ended.drain(..) {
            visitor.file_close(id, complete);
        }
    }
}
