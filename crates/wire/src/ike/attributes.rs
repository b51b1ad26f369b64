//! Attributes of a security association of version 1 (RFC 2409, appendix A).

use crate::cursor::Cursor;
use crate::limits::IKE_ITEMS_MAX;

/// An attribute: its number, and its value where it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Number of the attribute.
    pub kind: u16,
    /// Value; None where it is longer than eight bytes.
    pub value: Option<u64>,
}

/// Reads attributes as far as they make sense.
pub fn attributes(bytes: &[u8]) -> Vec<Attribute> {
    let mut cursor = Cursor::new(bytes);
    let mut found = Vec::new();
    while found.len() < IKE_ITEMS_MAX
        && let Some(attribute) = attribute(&mut cursor)
    {
        found.push(attribute);
    }
    found
}

fn attribute(cursor: &mut Cursor<'_>) -> Option<Attribute> {
    let kind = cursor.u16()?;
    let (kind, value) = if kind & 0x8000 != 0 {
        (kind & 0x7fff, Some(u64::from(cursor.u16()?)))
    } else {
        let length = cursor.u16()?;
        let bytes = cursor.take(length.into())?;
        let fits = bytes.len() <= 8;
        let value = bytes
            .iter()
            .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        (kind, fits.then_some(value))
    };
    Some(Attribute { kind, value })
}

impl Attribute {
    /// Name in rules and events.
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self.kind {
            1 => "alg_enc",
            2 => "alg_hash",
            3 => "alg_auth",
            4 => "alg_dh",
            5 => "sa_group_type",
            11 => "sa_life_type",
            12 => "sa_life_duration",
            13 => "alg_prf",
            14 => "sa_key_length",
            15 => "sa_field_size",
            _ => return None,
        })
    }

    /// Name under which events show the number itself.
    pub const fn raw_name(&self) -> &'static str {
        match self.kind {
            1 => "alg_enc_raw",
            2 => "alg_hash_raw",
            3 => "alg_auth_raw",
            4 => "alg_dh_raw",
            5 => "sa_group_type_raw",
            11 => "sa_life_type_raw",
            12 => "sa_life_duration_raw",
            13 => "alg_prf_raw",
            14 => "sa_key_length_raw",
            _ => "sa_field_size_raw",
        }
    }

    /// What the value is called.
    pub fn meaning(&self) -> &'static str {
        match (self.kind, self.value.unwrap_or(u64::MAX)) {
            (1, 1) => "EncDesCbc",
            (1, 2) => "EncIdeaCbc",
            (1, 3) => "EncBlowfishCbc",
            (1, 4) => "EncRc5R16B64Cbc",
            (1, 5) => "Enc3DesCbc",
            (1, 6) => "EncCastCbc",
            (1, 7) => "EncAesCbc",
            (1, 8) => "EncCamelliaCbc",
            (2, 1) => "HashMd5",
            (2, 2) => "HashSha",
            (2, 3) => "HashTiger",
            (2, 4) => "HashSha2_256",
            (2, 5) => "HashSha2_384",
            (2, 6) => "HashSha2_512",
            (3, 1) => "AuthPreSharedKey",
            (3, 2) => "AuthDssSignatures",
            (3, 3) => "AuthRsaSignatures",
            (3, 4) => "AuthEncryptionWithRsa",
            (3, 5) => "AuthRevisedEncryptionWithRsa",
            (4, 1) => "GroupDefault768BitModp",
            (4, 2) => "GroupAlternate1024BitModpGroup",
            (4, 5) => "GroupModp1536Bit",
            (4, 14) => "GroupModp2048Bit",
            (4, 15) => "GroupModp3072Bit",
            (4, 16) => "GroupModp4096Bit",
            (4, 17) => "GroupModp6144Bit",
            (4, 18) => "GroupModp8192Bit",
            (5, 1) => "GroupTypeModp",
            (5, 2) => "GroupTypeEcp",
            (5, 3) => "GroupTypeEc2n",
            (11, 1) => "LifeTypeSeconds",
            (11, 2) => "LifeTypeKilobytes",
            _ => "Unknown",
        }
    }
}
