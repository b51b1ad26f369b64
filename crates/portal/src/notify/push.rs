//! Web Push: messages encrypted for one browser (RFC 8291, RFC 8188) by a sender that push services know again (VAPID,
//! RFC 8292). Built on the cryptography that TLS brings anyway.

use super::outbound::Target;
use crate::secret;
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

/// Bytes of an uncompressed point of P-256.
const PUBLIC_KEY_BYTES: usize = 65;
const AUTH_SECRET_BYTES: usize = 16;
const SALT_BYTES: usize = 16;
const RECORD_BYTES: u32 = 4096;
/// Messages are filled up to a multiple of this, so that their length tells nothing.
const PADDED_TO_BYTES: usize = 512;
const TOKEN_HOURS: i64 = 12;

/// The keys of a browser's subscription.
#[derive(Clone, Debug)]
pub struct Recipient {
    public_key: Vec<u8>,
    auth_secret: Vec<u8>,
}

impl Recipient {
    /// From base64url, as browsers give them; None when they cannot be keys.
    pub fn parse(public_key: &str, auth_secret: &str) -> Option<Self> {
        let decode = |text: &str| {
            BASE64_URL_SAFE_NO_PAD
                .decode(text.trim_end_matches('='))
                .ok()
        };
        let (public_key, auth_secret) = (decode(public_key)?, decode(auth_secret)?);
        if public_key.len() != PUBLIC_KEY_BYTES || auth_secret.len() != AUTH_SECRET_BYTES {
            return None;
        }
        let recipient = Self {
            public_key,
            auth_secret,
        };
        // Whether the point is on the curve shows when something is encrypted for it.
        recipient.encrypt(b"").map(|_| recipient)
    }

    /// Encrypts a message; None when the keys cannot be used.
    pub fn encrypt(&self, message: &[u8]) -> Option<Vec<u8>> {
        let own = PrivateKey::generate(&ECDH_P256).ok()?;
        let salt: [u8; SALT_BYTES] = secret::random_bytes();
        self.encrypt_with(message, &own, &salt, PADDED_TO_BYTES)
    }

    fn encrypt_with(
        &self,
        message: &[u8],
        own: &PrivateKey,
        salt: &[u8],
        padded_to: usize,
    ) -> Option<Vec<u8>> {
        let own_public = own.compute_public_key().ok()?;
        let (key, nonce) = self.keys(own, own_public.as_ref(), salt)?;
        let mut record = message.to_vec();
        // The end of the last record, then padding (RFC 8188, section 2).
        record.push(2);
        record.resize(record.len().next_multiple_of(padded_to), 0);
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut record)
            .ok()?;
        let mut body = Vec::with_capacity(SALT_BYTES + 5 + PUBLIC_KEY_BYTES + record.len());
        body.extend_from_slice(salt);
        body.extend_from_slice(&RECORD_BYTES.to_be_bytes());
        body.push(u8::try_from(PUBLIC_KEY_BYTES).ok()?);
        body.extend_from_slice(own_public.as_ref());
        body.extend_from_slice(&record);
        Some(body)
    }

    /// Key and nonce of the one record (RFC 8291, section 3.4).
    fn keys(
        &self,
        own: &PrivateKey,
        own_public: &[u8],
        salt: &[u8],
    ) -> Option<(LessSafeKey, Nonce)> {
        let theirs = UnparsedPublicKey::new(&ECDH_P256, &self.public_key);
        let shared = agreement::agree(own, theirs, (), |shared| Ok(shared.to_vec())).ok()?;
        content_keys(
            &shared,
            &self.auth_secret,
            &self.public_key,
            own_public,
            salt,
        )
    }
}

fn content_keys(
    shared: &[u8],
    auth: &[u8],
    browser: &[u8],
    sender: &[u8],
    salt: &[u8],
) -> Option<(LessSafeKey, Nonce)> {
    let info = [b"WebPush: info\0".as_slice(), browser, sender].concat();
    let input = expanded(&extracted(auth, shared), &info);
    let key = extracted(salt, &input);
    let content_key = expanded(&key, b"Content-Encoding: aes128gcm\0");
    let nonce = expanded(&key, b"Content-Encoding: nonce\0");
    let content_key = UnboundKey::new(&AES_128_GCM, content_key.get(..16)?).ok()?;
    let nonce = Nonce::try_assume_unique_for_key(nonce.get(..12)?).ok()?;
    Some((LessSafeKey::new(content_key), nonce))
}

/// The first step of HKDF (RFC 5869) with SHA-256.
fn extracted(salt: &[u8], input: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(HMAC_SHA256, salt);
    hmac::sign(&key, input).as_ref().to_vec()
}

/// The second step, for up to 32 bytes.
fn expanded(key: &[u8], info: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(HMAC_SHA256, key);
    hmac::sign(&key, &[info, &[1]].concat()).as_ref().to_vec()
}

/// The key by which push services know this portal.
pub struct VapidKey(EcdsaKeyPair);

impl VapidKey {
    /// A new one, in the form that the database keeps.
    pub fn generate() -> Option<String> {
        let pair =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .ok()?;
        Some(BASE64_STANDARD.encode(pair.as_ref()))
    }

    /// From the form that the database keeps.
    pub fn stored(text: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(text).ok()?;
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes)
            .ok()
            .map(Self)
    }

    /// What browsers subscribe with, base64url.
    pub fn public(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref())
    }

    /// The header `Authorization` for a push service. `contact` is how its operator reaches ours.
    pub fn authorization(
        &self,
        target: &Target,
        contact: &str,
        now_seconds: i64,
    ) -> Option<String> {
        let expires = now_seconds.saturating_add(TOKEN_HOURS * 3600);
        let claims = serde_json::json!({ "aud": target.origin(), "exp": expires, "sub": contact });
        let head = BASE64_URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let signed = format!(
            "{head}.{}",
            BASE64_URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature.as_ref());
        Some(format!("vapid t={signed}.{signature}, k={}", self.public()))
    }
}

#[cfg(test)]
pub mod browser {
    //! The other end of Web Push, for tests: a browser that decrypts.

    use super::{ECDH_P256, PUBLIC_KEY_BYTES, SALT_BYTES, content_keys};
    use crate::secret;
    use aws_lc_rs::aead::Aad;
    use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey};
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    pub struct TestBrowser {
        pub key: PrivateKey,
        pub auth: Vec<u8>,
    }

    impl TestBrowser {
        pub fn new() -> Self {
            let auth: [u8; 16] = secret::random_bytes();
            Self {
                key: PrivateKey::generate(&ECDH_P256).unwrap(),
                auth: auth.to_vec(),
            }
        }

        pub fn public(&self) -> String {
            BASE64_URL_SAFE_NO_PAD.encode(self.key.compute_public_key().unwrap())
        }

        pub fn auth(&self) -> String {
            BASE64_URL_SAFE_NO_PAD.encode(&self.auth)
        }

        /// What a message says; None when it is not for this browser.
        pub fn decrypt(&self, body: &[u8]) -> Option<Vec<u8>> {
            let (salt, rest) = body.split_at_checked(SALT_BYTES)?;
            let (head, rest) = rest.split_at_checked(5)?;
            assert_eq!(usize::from(*head.get(4)?), PUBLIC_KEY_BYTES);
            let (sender, record) = rest.split_at_checked(PUBLIC_KEY_BYTES)?;
            let theirs = UnparsedPublicKey::new(&ECDH_P256, sender);
            let shared =
                agreement::agree(&self.key, theirs, (), |shared| Ok(shared.to_vec())).ok()?;
            let own = self.key.compute_public_key().ok()?;
            let (key, nonce) = content_keys(&shared, &self.auth, own.as_ref(), sender, salt)?;
            let mut record = record.to_vec();
            let opened = key.open_in_place(nonce, Aad::empty(), &mut record).ok()?;
            let end = opened.iter().rposition(|byte| *byte != 0)?;
            assert_eq!(opened.get(end), Some(&2));
            Some(opened.get(..end)?.to_vec())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::browser::TestBrowser;
    use super::{BASE64_URL_SAFE_NO_PAD, ECDH_P256, PrivateKey, Recipient, Target, VapidKey};
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use base64::Engine as _;

    /// RFC 8291, appendix A.
    #[test]
    fn the_example_of_the_rfc_comes_out() {
        let recipient = Recipient::parse(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        )
        .unwrap();
        let own = BASE64_URL_SAFE_NO_PAD
            .decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
            .unwrap();
        let own = PrivateKey::from_private_key(&ECDH_P256, &own).unwrap();
        let salt = BASE64_URL_SAFE_NO_PAD
            .decode("DGv6ra1nlYgDCS1FRnbzlw")
            .unwrap();
        let message = b"When I grow up, I want to be a watermelon";
        let body = recipient.encrypt_with(message, &own, &salt, 1).unwrap();
        assert_eq!(
            BASE64_URL_SAFE_NO_PAD.encode(body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn only_the_browser_reads_a_message_and_all_are_of_one_length() {
        let browser = TestBrowser::new();
        let recipient = Recipient::parse(&browser.public(), &browser.auth()).unwrap();
        let one = recipient.encrypt(b"short").unwrap();
        let other = recipient.encrypt("長いお知らせ".as_bytes()).unwrap();
        assert_eq!(one.len(), other.len());
        assert_eq!(browser.decrypt(&one).unwrap(), b"short");
        assert_eq!(browser.decrypt(&other).unwrap(), "長いお知らせ".as_bytes());
        assert!(TestBrowser::new().decrypt(&one).is_none());
    }

    #[test]
    fn what_cannot_be_keys_is_refused() {
        let browser = TestBrowser::new();
        let off_the_curve = BASE64_URL_SAFE_NO_PAD.encode([4_u8; 65]);
        for (public, auth) in [
            ("", browser.auth().as_str()),
            (browser.public().as_str(), ""),
            (browser.public().as_str(), "!!!!"),
            (off_the_curve.as_str(), browser.auth().as_str()),
            (browser.auth().as_str(), browser.public().as_str()),
        ] {
            assert!(Recipient::parse(public, auth).is_none(), "{public} {auth}");
        }
    }

    #[test]
    fn push_services_can_check_who_sends() {
        let key = VapidKey::stored(&VapidKey::generate().unwrap()).unwrap();
        let target = Target::parse("https://push.example.net/send/abc?x=1").unwrap();
        let header = key
            .authorization(&target, "mailto:ops@example.jp", 1000)
            .unwrap();
        let (token, public) = header
            .strip_prefix("vapid t=")
            .unwrap()
            .split_once(", k=")
            .unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let public = BASE64_URL_SAFE_NO_PAD.decode(public).unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
            .verify(
                signed.as_bytes(),
                &BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap(),
            )
            .unwrap();
        let claims = BASE64_URL_SAFE_NO_PAD
            .decode(signed.split_once('.').unwrap().1)
            .unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(
            claims,
            serde_json::json!({ "aud": "https://push.example.net", "exp": 1000 + 12 * 3600, "sub": "mailto:ops@example.jp" })
        );
        assert!(VapidKey::stored("no key").is_none());
    }
}
