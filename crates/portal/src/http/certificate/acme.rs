//! A certificate by ACME (RFC 8555). The authority looks at our own port whether the name is ours (RFC 8737), so nothing but the
//! port of TLS has to be open to it.

use super::{Certificates, certified, wrong};
use crate::context::Context;
use crate::database::make_private_folder;
use crate::settings::AcmeSettings;
use crate::{Error, limits};
use instant_acme::{
    Account, AccountBuilder, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier,
    NewAccount, NewOrder, OrderStatus, RetryPolicy,
};
use link::files;
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::sign::CertifiedKey;
use rustls_pki_types::PrivateKeyDer;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::watch;

const ACCOUNT: &str = "account.json";
const CERTIFICATE: &str = "certificate.pem";
const LOOK_EVERY: Duration = Duration::from_secs(6 * 3600);
const RETRY_FIRST: Duration = Duration::from_secs(60);
const AUTHORITY_PATIENCE: Duration = Duration::from_secs(120);

/// What was fetched last.
pub struct Kept {
    /// The chain and its key.
    pub key: CertifiedKey,
    /// Seconds since 1970 when it begins and ends to be good.
    pub good: (i64, i64),
}

impl Kept {
    /// The authority's own advice: when two thirds of its time are over.
    pub fn is_to_be_renewed(&self, now_seconds: i64) -> bool {
        let (from, until) = self.good;
        now_seconds >= until.saturating_sub(until.saturating_sub(from) / 3)
    }
}

/// Whether the settings make sense.
///
/// # Errors
/// When they do not.
pub fn check(settings: &AcmeSettings) -> Result<(), Error> {
    if settings.names.is_empty() || settings.names.len() > limits::ACME_NAMES_MAX {
        let reason = format!(
            "name the portal's host names, one to {}",
            limits::ACME_NAMES_MAX
        );
        return Err(wrong("acme.names", reason));
    }
    if !settings.terms_agreed {
        let reason = "set it to true when you agree to the authority's terms of service";
        return Err(wrong("acme.terms_agreed", reason));
    }
    if !settings.directory.starts_with("https://") {
        return Err(wrong("acme.directory", "not an https:// address"));
    }
    Ok(())
}

fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("acme")
}

/// The certificate that was fetched last, if there is one.
///
/// # Errors
/// When its file is there and cannot be used.
pub fn kept(data_dir: &Path) -> Result<Option<Kept>, Error> {
    let path = folder(data_dir).join(CERTIFICATE);
    let Some(pem) = read_if_there(&path)? else {
        return Ok(None);
    };
    parsed(&pem).map(Some).map_err(|reason| {
        let reason = format!(
            "{}: {reason}; remove the file to fetch anew",
            path.display()
        );
        wrong("acme", reason)
    })
}

/// Key and chain in one PEM text, so that a new pair takes the old one's place in one step.
fn parsed(pem: &[u8]) -> Result<Kept, String> {
    let key = certified(pem, pem)?;
    let leaf = key.cert.first().ok_or("no certificate in it")?;
    let (_, leaf) = x509_parser::parse_x509_certificate(leaf).map_err(|error| error.to_string())?;
    let good = leaf.validity();
    let good = (good.not_before.timestamp(), good.not_after.timestamp());
    Ok(Kept { key, good })
}

/// Fetches a certificate when there is none or its time is nearly over, until `closed`.
pub async fn renew(
    context: &Context,
    settings: &AcmeSettings,
    certificates: &Certificates,
    mut closed: watch::Receiver<bool>,
) {
    let mut failures = 0;
    loop {
        let turn = tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return,
            turn = fetch_if_needed(context, settings, certificates) => turn,
        };
        certificates.forget_challenges();
        let wait = match turn {
            Ok(_) => {
                failures = 0;
                LOOK_EVERY
            }
            Err(error) => {
                let wait = retry_after(failures);
                failures += 1;
                let names = settings.names.join(", ");
                let minutes = wait.as_secs() / 60;
                tracing::error!(
                    error = crate::http::causes(&error),
                    names,
                    minutes,
                    "no certificate from the authority; is the portal's port reachable there as 443? trying again"
                );
                wait
            }
        };
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// A minute, then twice as long each time up to six hours: authorities count failures and lock out.
fn retry_after(failures: u32) -> Duration {
    RETRY_FIRST
        .saturating_mul(1 << failures.min(9))
        .min(LOOK_EVERY)
}

/// Fetches one when it is time; whether it was.
///
/// # Errors
/// When the authority refuses or cannot be reached, or the folder cannot be written.
pub async fn fetch_if_needed(
    context: &Context,
    settings: &AcmeSettings,
    certificates: &Certificates,
) -> Result<bool, Error> {
    let data_dir = &context.settings.data_dir;
    let now_seconds = context.clock.micros() / 1_000_000;
    let is_good = kept(data_dir)?.is_some_and(|kept| !kept.is_to_be_renewed(now_seconds));
    if is_good {
        return Ok(false);
    }
    let folder = folder(data_dir);
    make_private_folder(&folder)?;
    let account = account(settings, &folder).await?;
    let pem = order(&account, settings, certificates).await?;
    let kept = parsed(pem.as_bytes()).map_err(refused)?;
    replace(&folder.join(CERTIFICATE), pem.as_bytes())?;
    certificates.serve(kept.key);
    tracing::info!(
        names = settings.names.join(", "),
        "a new certificate is served"
    );
    Ok(true)
}

fn refused(error: impl ToString) -> Error {
    Error::Certificate {
        reason: error.to_string(),
    }
}

fn builder(settings: &AcmeSettings) -> Result<AccountBuilder, Error> {
    match &settings.authority_file {
        Some(file) => Account::builder_with_root(file),
        None => Account::builder(),
    }
    .map_err(refused)
}

/// The account at the authority, made at the first time.
async fn account(settings: &AcmeSettings, folder: &Path) -> Result<Account, Error> {
    let path = folder.join(ACCOUNT);
    if let Some(kept) = read_if_there(&path)? {
        let credentials: AccountCredentials = serde_json::from_slice(&kept)?;
        return builder(settings)?
            .from_credentials(credentials)
            .await
            .map_err(refused);
    }
    let contact: Vec<String> = settings
        .contact
        .iter()
        .map(|mail| format!("mailto:{mail}"))
        .collect();
    let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
    let new = NewAccount {
        contact: &contact,
        terms_of_service_agreed: settings.terms_agreed,
        only_return_existing: false,
    };
    let (account, credentials) = builder(settings)?
        .create(&new, settings.directory.clone(), None)
        .await
        .map_err(refused)?;
    replace(&path, &serde_json::to_vec(&credentials)?)?;
    Ok(account)
}

/// Orders a certificate for all names; key and chain as PEM.
async fn order(
    account: &Account,
    settings: &AcmeSettings,
    certificates: &Certificates,
) -> Result<String, Error> {
    let names: Vec<_> = settings
        .names
        .iter()
        .map(|name| Identifier::Dns(name.clone()))
        .collect();
    let mut order = account
        .new_order(&NewOrder::new(&names))
        .await
        .map_err(refused)?;
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization.map_err(refused)?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let mut challenge = authorization
            .challenge(ChallengeType::TlsAlpn01)
            .ok_or_else(|| refused("the authority does not look over TLS (tls-alpn-01)"))?;
        let name = challenge.identifier().to_string();
        let answer = answer(&name, challenge.key_authorization().digest().as_ref())?;
        certificates.answer_challenge(&name, answer);
        challenge.set_ready().await.map_err(refused)?;
    }
    let patience = RetryPolicy::new().timeout(AUTHORITY_PATIENCE);
    let status = order.poll_ready(&patience).await.map_err(refused)?;
    if status != OrderStatus::Ready {
        return Err(refused(why_not(&mut order).await));
    }
    let key = order.finalize().await.map_err(refused)?;
    let chain = order.poll_certificate(&patience).await.map_err(refused)?;
    Ok(format!("{key}\n{chain}"))
}

/// What the authority says of the names that it did not find to be ours.
async fn why_not(order: &mut instant_acme::Order) -> String {
    let mut reasons = Vec::new();
    let mut authorizations = order.authorizations();
    while let Some(Ok(authorization)) = authorizations.next().await {
        for challenge in &authorization.challenges {
            if let Some(problem) = &challenge.error {
                reasons.push(format!("{}: {problem}", authorization.identifier()));
            }
        }
    }
    match reasons.as_slice() {
        [] => "the order did not become ready".to_owned(),
        reasons => reasons.join("; "),
    }
}

/// The certificate that proves that a name is ours (RFC 8737, section 3).
fn answer(name: &str, digest: &[u8]) -> Result<CertifiedKey, Error> {
    let mut params = CertificateParams::new([name.to_owned()]).map_err(refused)?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let key = KeyPair::generate().map_err(refused)?;
    let certificate = params.self_signed(&key).map_err(refused)?;
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).map_err(refused)?;
    // Unchecked: the critical extension, which is all it is for, is one that TLS's own check does not know.
    Ok(CertifiedKey::new(vec![certificate.der().clone()], key))
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    files::read_if_there(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    files::replace(path, content).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}
