//! Messages as values.

/// Properties of version 5 in the order of the message.
pub type Properties = Vec<Property>;

/// A property (MQTT 5.0, 2.2.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// A number, by name.
    Number(&'static str, u32),
    /// A text, by name.
    Text(&'static str, Vec<u8>),
    /// Bytes, by name.
    Bytes(&'static str, Vec<u8>),
    /// A name and a value that the programs agreed on.
    User(Vec<u8>, Vec<u8>),
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Number of its type, 0 to 15.
    pub kind: u8,
    /// Low bits of the first byte: 8 dup, 6 quality of service, 1 retain.
    pub flags: u8,
    /// What it says.
    pub body: Body,
}

impl Message {
    /// Quality of service.
    pub const fn quality(&self) -> u8 {
        (self.flags >> 1) & 3
    }

    /// Bytes that it holds.
    pub fn held_bytes(&self) -> usize {
        const OVERHEAD: usize = 128;
        let lengths = match &self.body {
            Body::Connect(connect) => connect.client_id.len(),
            Body::Publish { topic, payload, .. } => topic.len().saturating_add(payload.len()),
            Body::Subscribe { topics, .. } => topics
                .iter()
                .map(|(topic, _)| topic.len().saturating_add(32))
                .sum(),
            Body::Unsubscribe { topics, .. } => topics
                .iter()
                .map(|topic| topic.len().saturating_add(32))
                .sum(),
            _ => 0,
        };
        lengths.saturating_add(OVERHEAD)
    }
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `CONNECT`
    Connect(Box<Connect>),
    /// `CONNACK`
    ConnectAnswer {
        /// The server remembers the client.
        session_present: bool,
        /// 0 is welcome.
        code: u8,
        /// Version 5.
        properties: Option<Properties>,
    },
    /// `PUBLISH`
    Publish {
        /// Topic.
        topic: Vec<u8>,
        /// Where the quality of service is above 0.
        id: Option<u16>,
        /// Version 5.
        properties: Option<Properties>,
        /// What is published.
        payload: Vec<u8>,
    },
    /// `PUBACK`, `PUBREC`, `PUBREL`, `PUBCOMP`, `UNSUBACK`
    Answer {
        /// Message answered.
        id: u16,
        /// Version 5; several in `UNSUBACK`.
        codes: Vec<u8>,
        /// Version 5.
        properties: Option<Properties>,
    },
    /// `SUBSCRIBE`
    Subscribe {
        /// Identifies the message.
        id: u16,
        /// Version 5.
        properties: Option<Properties>,
        /// Topics with the quality of service asked for.
        topics: Vec<(Vec<u8>, u8)>,
    },
    /// `SUBACK`
    SubscribeAnswer {
        /// Message answered.
        id: u16,
        /// Version 5.
        properties: Option<Properties>,
        /// Qualities granted.
        granted: Vec<u8>,
    },
    /// `UNSUBSCRIBE`
    Unsubscribe {
        /// Identifies the message.
        id: u16,
        /// Version 5.
        properties: Option<Properties>,
        /// Topics.
        topics: Vec<Vec<u8>>,
    },
    /// `DISCONNECT`, `AUTH`
    Reason {
        /// Version 5.
        code: Option<u8>,
        /// Version 5.
        properties: Option<Properties>,
    },
    /// `PINGREQ`, `PINGRESP`, types that are not assigned
    Empty,
    /// Longer than the limit: its length.
    Truncated(u64),
}

/// `CONNECT`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connect {
    /// `MQTT` or `MQIsdp`
    pub protocol: Vec<u8>,
    /// 3, 4 or 5.
    pub version: u8,
    /// Bits of MQTT 3.1.1, 3.1.2.3.
    pub flags: u8,
    /// Version 5.
    pub properties: Option<Properties>,
    /// Name of the client.
    pub client_id: Vec<u8>,
    /// What the server publishes when the client is lost.
    pub will: Option<Will>,
    /// Name of the user.
    pub username: Option<Vec<u8>>,
    /// Password.
    pub password: Option<Vec<u8>>,
}

/// What the server publishes when the client is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Will {
    /// Version 5.
    pub properties: Option<Properties>,
    /// Topic.
    pub topic: Vec<u8>,
    /// What is published.
    pub message: Vec<u8>,
}
