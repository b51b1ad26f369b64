//! What is kept of a message: for rules, and for the `email` object of events.

use super::header::{decoded_words, list_items};
use crate::limits::{
    MIME_ATTACHMENTS_MAX, MIME_FILE_INSPECTED_BYTES_MAX, MIME_FILES_INSPECTED_BYTES_MAX,
    MIME_KEPT_HEADER_BYTES_MAX, MIME_KEPT_HEADERS_MAX, MIME_URLS_MAX,
};
use crate::protocol::Fields;

/// A message.
#[derive(Debug, Default)]
pub struct Email {
    /// How far it was read.
    pub status: &'static str,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    header_bytes: usize,
    /// Names of attachments.
    pub attachments: Vec<Vec<u8>>,
    /// Addresses of web pages in its text, each once.
    pub urls: Vec<Vec<u8>>,
    /// Beginnings of attachments.
    pub files: Vec<Vec<u8>>,
    file_bytes: usize,
    /// The last of `files` is still on its way.
    is_file_open: bool,
}

impl Email {
    /// Another header.
    pub fn header(&mut self, name: &[u8], value: &[u8]) {
        let bytes = name.len().saturating_add(value.len());
        let after = self.header_bytes.saturating_add(bytes);
        if self.headers.len() < MIME_KEPT_HEADERS_MAX && after <= MIME_KEPT_HEADER_BYTES_MAX {
            self.header_bytes = after;
            self.headers.push((name.to_vec(), value.to_vec()));
        }
    }

    /// Another attachment.
    pub fn begin_file(&mut self, name: &[u8]) {
        self.is_file_open = self.attachments.len() < MIME_ATTACHMENTS_MAX;
        if self.is_file_open {
            self.attachments.push(name.to_vec());
            self.files.push(Vec::new());
        }
    }

    /// Its next bytes.
    pub fn file_data(&mut self, bytes: &[u8]) {
        if let Some(file) = self.files.last_mut()
            && self.is_file_open
        {
            let room = MIME_FILE_INSPECTED_BYTES_MAX
                .saturating_sub(file.len())
                .min(MIME_FILES_INSPECTED_BYTES_MAX.saturating_sub(self.file_bytes));
            let kept = bytes.get(..room).unwrap_or(bytes);
            file.extend_from_slice(kept);
            self.file_bytes = self.file_bytes.saturating_add(kept.len());
        }
    }

    /// Another address in the text.
    pub fn url(&mut self, url: &[u8]) {
        if self.urls.len() < MIME_URLS_MAX && !self.urls.iter().any(|known| known == url) {
            self.urls.push(url.to_vec());
        }
    }

    /// Values of the headers of a name.
    pub fn values<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    /// The first header of a name as it stands, and with its encoded words undone.
    pub fn visit(&self, name: &[u8], visit: &mut dyn FnMut(&[u8])) {
        if let Some(value) = self.values(name).next() {
            visit(value);
            if let Some(decoded) = decoded_words(value) {
                visit(&decoded);
            }
        }
    }

    /// Writes the object's values, as Suricata names them.
    pub fn fields(&self, fields: &mut dyn Fields) {
        fields.bytes("status", self.status.as_bytes());
        if let Some(from) = self.values(b"From").next() {
            fields.bytes("from", from);
        }
        for (name, header) in [("to", &b"To"[..]), ("cc", b"Cc")] {
            let items = self.values(header).next().map(list_items);
            list(name, items.unwrap_or_default().into_iter(), fields);
        }
        let named = self.attachments.iter().filter(|name| !name.is_empty());
        list("attachment", named.map(Vec::as_slice), fields);
        list("url", self.urls.iter().map(Vec::as_slice), fields);
        list("received", self.values(b"Received"), fields);
        for (name, header) in SINGLE {
            if let Some(value) = self.values(header).next() {
                fields.bytes(name, value);
            }
        }
    }
}

/// Headers that are told as they stand.
const SINGLE: [(&str, &[u8]); 7] = [
    ("message_id", b"Message-ID"),
    ("subject", b"Subject"),
    ("date", b"Date"),
    ("x_mailer", b"X-Mailer"),
    ("user_agent", b"User-Agent"),
    ("reply_to", b"Reply-To"),
    ("x_originating_ip", b"X-Originating-IP"),
];

fn list<'a>(name: &'static str, values: impl Iterator<Item = &'a [u8]>, fields: &mut dyn Fields) {
    let mut values = values.peekable();
    if values.peek().is_some() {
        fields.begin_list(name);
        for value in values {
            fields.bytes("", value);
        }
        fields.end();
    }
}
