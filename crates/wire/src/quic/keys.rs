//! Keys of Initial packets, and opening them (RFC 9001, 5).

use super::packet::Long;
use super::version::Version;
use aws_lc_rs::aead::quic::{AES_128, HeaderProtectionKey};
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};

/// Bytes of the sample that the header's mask is made of.
const SAMPLE_BYTES: usize = 16;

/// Keys of both directions.
pub struct Keys {
    /// Version whose salt was taken.
    pub version: Version,
    /// What the client seals with.
    pub client: Key,
    /// What the server seals with.
    pub server: Key,
}

/// Keys of one direction.
pub struct Key {
    packet: LessSafeKey,
    header: HeaderProtectionKey,
    vector: [u8; 12],
}

/// Length of what is derived.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Expand-Label with an empty context (RFC 8446, 7.1).
fn expand<const N: usize>(secret: &Prk, label: &str) -> Option<[u8; N]> {
    let length = u16::try_from(N).ok()?.to_be_bytes();
    let label_length = [u8::try_from(label.len().checked_add(6)?).ok()?];
    let info = [
        &length[..],
        &label_length,
        b"tls13 ",
        label.as_bytes(),
        &[0],
    ];
    let mut bytes = [0; N];
    secret
        .expand(&info, Length(N))
        .and_then(|derived| derived.fill(&mut bytes))
        .ok()?;
    Some(bytes)
}

impl Keys {
    /// Derives the keys from the id that the client first chose for the server.
    pub fn derive(version: Version, destination: &[u8]) -> Option<Self> {
        let initial = Salt::new(HKDF_SHA256, version.salt()?).extract(destination);
        let side = |label| {
            let secret = expand::<32>(&initial, label)?;
            Key::derive(version, &secret)
        };
        Some(Self {
            version,
            client: side("client in")?,
            server: side("server in")?,
        })
    }
}

impl Key {
    fn derive(version: Version, secret: &[u8; 32]) -> Option<Self> {
        let secret = Prk::new_less_safe(HKDF_SHA256, secret);
        let [key, vector, header] = if version == Version::V2 {
            ["quicv2 key", "quicv2 iv", "quicv2 hp"]
        } else {
            ["quic key", "quic iv", "quic hp"]
        };
        let unbound = UnboundKey::new(&AES_128_GCM, &expand::<16>(&secret, key)?).ok()?;
        Some(Self {
            packet: LessSafeKey::new(unbound),
            header: HeaderProtectionKey::new(&AES_128, &expand::<16>(&secret, header)?).ok()?,
            vector: expand(&secret, vector)?,
        })
    }

    /// Opens a packet: its payload, or None where it was sealed with other keys.
    pub fn open(&self, packet: &Long<'_>) -> Option<Vec<u8>> {
        let sample_at = packet.number_at.checked_add(4)?;
        let sample = packet.bytes.get(sample_at..)?.get(..SAMPLE_BYTES)?;
        let [first_mask, masks @ ..] = self.header.new_mask(sample).ok()?;
        let (head, _) = packet.bytes.split_at_checked(packet.number_at)?;
        let mut head = head.to_vec();
        let first = head.first_mut()?;
        *first ^= first_mask & 0x0f;
        let number_bytes = usize::from(*first & 3).saturating_add(1);
        let sealed_at = packet.number_at.checked_add(number_bytes)?;
        let hidden = packet.bytes.get(packet.number_at..sealed_at)?;
        let mut nonce = self.vector;
        for (byte, mask) in hidden.iter().zip(masks) {
            head.push(byte ^ mask);
        }
        let shown = head.get(packet.number_at..)?;
        for (place, byte) in nonce.iter_mut().rev().zip(shown.iter().rev()) {
            *place ^= byte;
        }
        let mut sealed = packet.bytes.get(sealed_at..)?.to_vec();
        let length = self
            .packet
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(&head),
                &mut sealed,
            )
            .ok()?
            .len();
        sealed.truncate(length);
        Some(sealed)
    }
}

#[cfg(test)]
impl Key {
    /// Seals a packet: `head` up to its number, which is `number` in one byte.
    pub fn seal(&self, head: &[u8], number: u8, payload: &[u8]) -> Vec<u8> {
        let mut head = [head, &[number]].concat();
        let mut nonce = self.vector;
        nonce[11] ^= number;
        let mut sealed = payload.to_vec();
        self.packet
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(&head),
                &mut sealed,
            )
            .unwrap();
        let [first, mask, ..] = self.header.new_mask(&sealed[3..19]).unwrap();
        let last = head.len() - 1;
        head[0] ^= first & 0x0f;
        head[last] ^= mask;
        [head, sealed].concat()
    }
}
