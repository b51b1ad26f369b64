//! A DNS message as values. All text lives in one arena, so that a message is a few vectors
//! that a parser can fill again and again.

/// A stretch of [`Message::text`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// The fixed part (RFC 1035, 4.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Chosen by who asks.
    pub id: u16,
    /// All sixteen flag bits.
    pub flags: u16,
    /// Entries announced: questions, answers, authorities, additionals.
    pub counts: [u16; 4],
}

impl Header {
    /// QR: it is an answer.
    pub const fn is_response(self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// What is asked for: 0 query, 4 notify, 5 update.
    pub const fn opcode(self) -> u8 {
        ((self.flags >> 11) & 0x0f) as u8
    }

    /// How it went: 0 well, 3 no such name.
    pub const fn rcode(self) -> u8 {
        (self.flags & 0x0f) as u8
    }

    /// One of the flag bits.
    pub const fn has(self, bit: u16) -> bool {
        self.flags & bit != 0
    }
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Name, dotted, without the final dot.
    pub name: Span,
    /// Type.
    pub kind: u16,
    /// Class; mDNS uses the highest bit for itself.
    pub class: u16,
}

/// Which part of the message a record stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Answers.
    Answer,
    /// Who is responsible.
    Authority,
    /// What may be of use.
    Additional,
}

/// A resource record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it stands.
    pub section: Section,
    /// Name, dotted.
    pub name: Span,
    /// Type.
    pub kind: u16,
    /// Class; mDNS uses the highest bit for itself.
    pub class: u16,
    /// How long it may be kept, in seconds.
    pub ttl: u32,
    /// What it says.
    pub data: Data,
}

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// A.
    Address4([u8; 4]),
    /// AAAA.
    Address6([u8; 16]),
    /// CNAME, NS, PTR, DNAME.
    Name(Span),
    /// MX.
    Exchange {
        /// Lower is better.
        preference: u16,
        /// Host.
        name: Span,
    },
    /// SOA.
    Authority {
        /// Primary server.
        server: Span,
        /// Who to write to.
        mailbox: Span,
        /// Serial, refresh, retry, expire (seconds), minimum (seconds).
        numbers: [u32; 5],
    },
    /// SRV (RFC 2782).
    Service {
        /// Lower is better.
        priority: u16,
        /// Share among equals.
        weight: u16,
        /// Port.
        port: u16,
        /// Host.
        name: Span,
    },
    /// TXT: a stretch of [`Message::strings`].
    Text(Span),
    /// SSHFP (RFC 4255).
    Fingerprint {
        /// Key's algorithm.
        algorithm: u8,
        /// Digest's kind.
        kind: u8,
        /// Digest.
        digest: Span,
    },
    /// SVCB and HTTPS (RFC 9460).
    Binding {
        /// 0 is an alias.
        priority: u16,
        /// Host.
        name: Span,
        /// Parameters as on the wire.
        parameters: Span,
    },
    /// NULL, OPT and everything else: as on the wire.
    Raw(Span),
}

/// A whole message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The fixed part.
    pub header: Header,
    /// What is asked.
    pub questions: Vec<Question>,
    /// Records of all sections, in order.
    pub records: Vec<Record>,
    /// Character strings of TXT records.
    pub strings: Vec<Span>,
    /// Arena of all names and raw data.
    pub text: Vec<u8>,
}

impl Message {
    /// The bytes of a stretch.
    pub fn bytes(&self, span: Span) -> &[u8] {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// The strings of a TXT record.
    pub fn texts(&self, span: Span) -> impl Iterator<Item = &[u8]> {
        self.strings
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
            .iter()
            .map(|string| self.bytes(*string))
    }

    /// Forgets everything but the room.
    pub fn clear(&mut self) {
        self.header = Header::default();
        self.questions.clear();
        self.records.clear();
        self.strings.clear();
        self.text.clear();
    }

    /// The records of one section.
    pub fn section(&self, section: Section) -> impl Iterator<Item = &Record> {
        self.records
            .iter()
            .filter(move |record| record.section == section)
    }

    /// The name in a record's data, where its type has one.
    pub const fn name_in(record: &Record) -> Option<Span> {
        match record.data {
            Data::Name(name)
            | Data::Exchange { name, .. }
            | Data::Service { name, .. }
            | Data::Binding { name, .. }
            | Data::Authority { server: name, .. } => Some(name),
            _ => None,
        }
    }
}
