//! The hello of Google's QUIC: tags with values, in the open.

use crate::cursor::Cursor;
use crate::limits::QUIC_TAGS_MAX;
use crate::text::find;
use crate::tls::fingerprint::Fingerprint;

/// What a client says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Hello {
    /// Tags in order, as text.
    pub tags: Vec<String>,
    /// Host asked for.
    pub server_name: Option<Vec<u8>>,
    /// Program.
    pub user_agent: Option<Vec<u8>>,
}

impl Hello {
    /// `46,PAD-SNI-VER-...`: version and tags.
    pub fn fingerprint(&self, version: u8) -> Fingerprint {
        Fingerprint::new(format!("{version:02},{}", self.tags.join("-")))
    }
}

/// Looks for a `CHLO` in what is not sealed and reads it.
pub fn hello(bytes: &[u8]) -> Option<Hello> {
    let at = find(bytes, b"CHLO")?;
    let mut cursor = Cursor::new(bytes.get(at.checked_add(4)?..)?);
    let count = usize::from(cursor.u16_le()?);
    cursor.skip(2)?;
    if count > QUIC_TAGS_MAX {
        return None;
    }
    let mut index = Vec::with_capacity(count);
    for _ in 0..count {
        index.push((cursor.array::<4>()?, cursor.u32_le()?));
    }
    let values = cursor.rest();
    let mut hello = Hello::default();
    let mut start = 0usize;
    for (tag, end) in index {
        let end = usize::try_from(end).ok()?;
        // The hello may go on in another packet; what is here is told.
        let value = values.get(start..end);
        start = end;
        match &tag {
            b"SNI\0" => hello.server_name = value.map(<[u8]>::to_vec),
            b"UAID" => hello.user_agent = value.map(<[u8]>::to_vec),
            _ => {}
        }
        let name: Vec<u8> = tag.into_iter().filter(|byte| *byte != 0).collect();
        hello.tags.push(String::from_utf8_lossy(&name).into_owned());
    }
    Some(hello)
}
