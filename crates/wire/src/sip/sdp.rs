//! Description of a media session (RFC 8866).

use crate::limits::SDP_LINES_MAX;

/// A session. Texts are as on the wire, without the letter and `=`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// `o=`
    pub origin: Option<Vec<u8>>,
    /// `s=`
    pub name: Option<Vec<u8>>,
    /// `i=`
    pub information: Option<Vec<u8>>,
    /// `u=`
    pub uri: Option<Vec<u8>>,
    /// `e=`
    pub email: Option<Vec<u8>>,
    /// `p=`
    pub phone: Option<Vec<u8>>,
    /// `c=`
    pub connection: Option<Vec<u8>>,
    /// `b=`
    pub bandwidths: Vec<Vec<u8>>,
    /// `t=`
    pub time: Option<Vec<u8>>,
    /// `r=`
    pub repeat: Option<Vec<u8>>,
    /// `z=`
    pub zone: Option<Vec<u8>>,
    /// `k=`
    pub key: Option<Vec<u8>>,
    /// `a=`
    pub attributes: Vec<Vec<u8>>,
    /// What begins with `m=`.
    pub media: Vec<Media>,
}

/// One stream of media.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// `m=`
    pub media: Vec<u8>,
    /// `i=`
    pub information: Option<Vec<u8>>,
    /// `c=`
    pub connection: Option<Vec<u8>>,
    /// `b=`
    pub bandwidths: Vec<Vec<u8>>,
    /// `k=`
    pub key: Option<Vec<u8>>,
    /// `a=`
    pub attributes: Vec<Vec<u8>>,
}

/// Reads a body; None where it does not begin as a description does.
pub fn session(body: &[u8]) -> Option<Session> {
    if !body.starts_with(b"v=") {
        return None;
    }
    let mut session = Session::default();
    for line in body.split(|byte| *byte == b'\n').take(SDP_LINES_MAX) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let [letter, b'=', value @ ..] = line else {
            continue;
        };
        let value = value.to_vec();
        if *letter == b'm' {
            session.media.push(Media {
                media: value,
                ..Media::default()
            });
        } else if let Some(media) = session.media.last_mut() {
            media.take(*letter, value);
        } else {
            session.take(*letter, value);
        }
    }
    Some(session)
}

impl Session {
    fn take(&mut self, letter: u8, value: Vec<u8>) {
        let slot = match letter {
            b'o' => &mut self.origin,
            b's' => &mut self.name,
            b'i' => &mut self.information,
            b'u' => &mut self.uri,
            b'e' => &mut self.email,
            b'p' => &mut self.phone,
            b'c' => &mut self.connection,
            b't' => &mut self.time,
            b'r' => &mut self.repeat,
            b'z' => &mut self.zone,
            b'k' => &mut self.key,
            b'b' => return self.bandwidths.push(value),
            b'a' => return self.attributes.push(value),
            _ => return,
        };
        slot.get_or_insert(value);
    }
}

impl Media {
    fn take(&mut self, letter: u8, value: Vec<u8>) {
        let slot = match letter {
            b'i' => &mut self.information,
            b'c' => &mut self.connection,
            b'k' => &mut self.key,
            b'b' => return self.bandwidths.push(value),
            b'a' => return self.attributes.push(value),
            _ => return,
        };
        slot.get_or_insert(value);
    }
}
