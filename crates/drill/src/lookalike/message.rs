//! DNS messages with any type of record and any bytes in labels (RFC 1035).

/// Numbers of record types.
pub(super) mod kind {
    pub(in super::super) const A: u16 = 1;
    pub(in super::super) const CNAME: u16 = 5;
    pub(in super::super) const NULL: u16 = 10;
    pub(in super::super) const PTR: u16 = 12;
    pub(in super::super) const MX: u16 = 15;
    pub(in super::super) const TXT: u16 = 16;
    pub(in super::super) const KEY: u16 = 25;
    pub(in super::super) const AAAA: u16 = 28;
    pub(in super::super) const SRV: u16 = 33;
    pub(in super::super) const TLSA: u16 = 52;
    pub(in super::super) const HTTPS: u16 = 65;
    /// iodine's own.
    pub(in super::super) const PRIVATE: u16 = 65_399;
}

/// A question and its answer.
pub(super) struct Look {
    /// Labels of any bytes.
    pub labels: Vec<Vec<u8>>,
    pub kind: u16,
    /// Type and data of the answer; none where there is no such name.
    pub answer: Option<(u16, Vec<u8>)>,
    pub ttl: u32,
}

impl Look {
    /// A question of a name under a zone.
    pub(super) fn new(front: &[u8], zone: &str, kind: u16) -> Self {
        // Long fronts become labels of at most 57 bytes, dots part them as well.
        let mut labels: Vec<Vec<u8>> = front
            .split(|byte| *byte == b'.')
            .flat_map(|part| part.chunks(57))
            .map(<[u8]>::to_vec)
            .collect();
        labels.extend(zone.split('.').map(|label| label.as_bytes().to_vec()));
        Self {
            labels,
            kind,
            answer: None,
            ttl: 60,
        }
    }

    /// The same with this answer.
    pub(super) fn with(self, kind: u16, data: Vec<u8>, ttl: u32) -> Self {
        Self {
            answer: Some((kind, data)),
            ttl,
            ..self
        }
    }

    pub(super) fn question(&self, id: u16) -> Vec<u8> {
        self.message(id, 0x0100)
    }

    pub(super) fn answer(&self, id: u16) -> Vec<u8> {
        let flags = if self.answer.is_some() {
            0x8180
        } else {
            0x8183
        };
        let mut bytes = self.message(id, flags);
        if let Some((kind, data)) = &self.answer {
            bytes[7] = 1;
            bytes.extend([0xc0, 12]);
            bytes.extend(kind.to_be_bytes());
            bytes.extend([0, 1]);
            bytes.extend(self.ttl.to_be_bytes());
            bytes.extend((data.len() as u16).to_be_bytes());
            bytes.extend(data);
        }
        bytes
    }

    fn message(&self, id: u16, flags: u16) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(300);
        for word in [id, flags, 1, 0, 0, 0] {
            bytes.extend(word.to_be_bytes());
        }
        bytes.extend(name(&self.labels));
        bytes.extend(self.kind.to_be_bytes());
        bytes.extend([0, 1]);
        bytes
    }
}

/// A name on the wire.
pub(super) fn name(labels: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in labels.iter().filter(|label| !label.is_empty()) {
        // The whole stays within 255 (RFC 1035, 2.3.4).
        if bytes.len() + label.len() > 250 {
            continue;
        }
        let label = &label[..label.len().min(63)];
        bytes.push(label.len() as u8);
        bytes.extend(label);
    }
    bytes.push(0);
    bytes
}

/// A text name on the wire.
pub(super) fn plain(text: &str) -> Vec<u8> {
    let labels: Vec<Vec<u8>> = text
        .split('.')
        .map(|label| label.as_bytes().to_vec())
        .collect();
    name(&labels)
}

/// Text as character strings.
pub(super) fn strings(text: &[u8]) -> Vec<u8> {
    text.chunks(255)
        .flat_map(|part| [&[part.len() as u8][..], part].concat())
        .collect()
}
