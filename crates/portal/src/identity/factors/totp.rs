//! Codes of authenticator apps (RFC 6238) and their QR code.

use super::model::TotpOffer;
use crate::{Code, Error};
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;
use totp_rs::{Builder, Secret, Totp};

/// Empty squares around the code, as its standard asks.
const BORDER: i32 = 4;

fn totp(secret: &str, account: &str) -> Result<Totp, Error> {
    let stored = |_| Error::Stored {
        what: "secret of an authenticator app",
    };
    let secret = Secret::try_from_base32(secret).map_err(|_| Error::Stored {
        what: "secret of an authenticator app",
    })?;
    Builder::new()
        .with_secret(secret)
        .with_account_name(account.replace(':', " "))
        .with_issuer(Some("Hinomi"))
        .build()
        .map_err(stored)
}

/// A new secret, in base32.
pub fn new_secret() -> String {
    Secret::from(crate::secret::random_bytes::<20>().to_vec()).to_base32()
}

/// What the app needs.
pub fn offer(secret: &str, account: &str) -> Result<TotpOffer, Error> {
    let uri = totp(secret, account)?
        .to_url()
        .map_err(|_| Code::Internal)?;
    let code = QrCode::encode_text(&uri, QrCodeEcc::Medium).map_err(|_| Code::Internal)?;
    let mut qr_path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(qr_path, "M{} {}h1v1h-1z", x + BORDER, y + BORDER);
        }
    }
    Ok(TotpOffer {
        secret: secret.to_owned(),
        uri,
        qr_path,
        qr_size: code.size() + 2 * BORDER,
    })
}

/// The time step of a code that is good now, give or take one step.
pub fn step_of(secret: &str, code: &str, seconds: i64) -> Result<Option<i64>, Error> {
    let step = totp(secret, "hinomi")?.check(code, seconds.max(0).unsigned_abs());
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

#[cfg(test)]
mod tests {
    use super::{offer, step_of};

    /// RFC 6238, appendix B, the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (seconds, code, step) in [
            (59, "287082", 1),
            (1_111_111_109, "081804", 37_037_036),
            (1_234_567_890, "005924", 41_152_263),
        ] {
            assert_eq!(step_of(secret, code, seconds).unwrap(), Some(step));
            assert_eq!(step_of(secret, code, seconds + 30).unwrap(), Some(step));
            assert_eq!(step_of(secret, code, seconds + 61).unwrap(), None);
        }
        assert_eq!(step_of(secret, "", 59).unwrap(), None);
    }

    #[test]
    fn the_offer_names_us_and_the_account() {
        let offer = offer("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "a@example.jp").unwrap();
        assert!(
            offer.uri.starts_with("otpauth://totp/Hinomi:"),
            "{}",
            offer.uri
        );
        assert!(
            offer
                .uri
                .contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        );
        assert!(offer.qr_path.starts_with("M4 4h1v1h-1z") && offer.qr_size > 29);
    }
}
