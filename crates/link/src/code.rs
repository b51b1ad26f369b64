//! What a person copies from the portal to the sensor: the one-time secret together with the
//! fingerprint of the portal's authority, so that a new sensor trusts nobody else.

use std::fmt;
use std::str::FromStr;

const FINGERPRINT_DIGITS: usize = 64;

/// `<secret>.<SHA-256 of the authority's certificate in hexadecimal>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentCode {
    /// The one-time secret: letters, digits, `-` and `_`.
    pub secret: String,
    /// SHA-256 of the authority's certificate, lower-case hexadecimal.
    pub authority_sha256: String,
}

/// The text is no enrolment code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an enrolment code: copy the whole code from the portal's page of the sensor")]
pub struct BadCode;

impl FromStr for EnrolmentCode {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        let (secret, fingerprint) = text.trim().rsplit_once('.').ok_or(BadCode)?;
        let secret_ok = !secret.is_empty()
            && secret.len() <= 256
            && secret
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let fingerprint_ok = fingerprint.len() == FINGERPRINT_DIGITS
            && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !secret_ok || !fingerprint_ok {
            return Err(BadCode);
        }
        Ok(Self {
            secret: secret.to_owned(),
            authority_sha256: fingerprint.to_ascii_lowercase(),
        })
    }
}

impl fmt::Display for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.secret, self.authority_sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::EnrolmentCode;

    #[test]
    fn a_code_is_read_as_it_was_written() {
        let code = EnrolmentCode {
            secret: "abc-DEF_1".into(),
            authority_sha256: "0".repeat(64),
        };
        assert_eq!(format!(" {code}\n").parse(), Ok(code));
        for wrong in [
            "",
            "abc",
            "abc.123",
            &format!("a b.{}", "0".repeat(64)),
            &"0".repeat(64),
        ] {
            assert!(wrong.parse::<EnrolmentCode>().is_err(), "{wrong}");
        }
    }
}
