//! Internet messages (RFC 5322) with their parts (RFC 2045 to 2049), read line by line as they pass:
//! headers, attachments decoded, addresses of web pages in the text. Whoever carries messages
//! (SMTP, later others) gives the lines and hears what is in them.

mod attachments;
mod email;
mod header;
mod message;
#[cfg(test)]
mod tests;
mod transfer;
mod url;

pub use attachments::Attachments;
pub use email::Email;
pub use message::{Message, Told};

// What can be wrong with a message; the protocol that carries it has these among its anomalies.
const LONG_LINE: &str = "mime_long_line";
const LONG_ENCODED_LINE: &str = "mime_long_enc_line";
const LONG_HEADER_NAME: &str = "mime_long_header_name";
const LONG_HEADER_VALUE: &str = "mime_long_header_value";
const LONG_BOUNDARY: &str = "mime_long_boundary";
const LONG_FILE_NAME: &str = "mime_long_filename";
const MALFORMED: &str = "mime_malformed_msg";
const INVALID_BASE64: &str = "mime_invalid_base64";
const INVALID_QUOTED_PRINTABLE: &str = "mime_invalid_qp";
const TOO_DEEP: &str = "mime_too_deep";
