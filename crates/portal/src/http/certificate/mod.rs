//! The certificate that browsers see: from files of the operator's, or fetched and renewed by ACME. A new one is served from the
//! next connection on; nobody is cut off for it.

mod acme;
mod files;

use crate::Error;
use crate::context::Context;
use crate::settings::Settings;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// The protocol by which an authority looks whether a name is ours (RFC 8737, section 6.2).
pub const CHALLENGE_PROTOCOL: &[u8] = b"acme-tls/1";

/// What is shown to whom.
#[derive(Debug, Default)]
pub struct Certificates {
    /// To browsers; None until the first has come.
    served: RwLock<Option<Arc<CertifiedKey>>>,
    /// To an authority that looks, by name.
    challenges: RwLock<HashMap<String, Arc<CertifiedKey>>>,
}

impl Certificates {
    /// What the settings ask for, with what there is already; None when browsers speak plain HTTP.
    ///
    /// # Errors
    /// When both ways are set, the files cannot be read, do not belong together, or ACME's settings make no sense.
    pub fn of(settings: &Settings) -> Result<Option<Arc<Self>>, Error> {
        let certificates = Arc::new(Self::default());
        match (&settings.tls, &settings.acme) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(wrong("acme", "set either tls or acme, not both"));
            }
            (Some(tls), None) => certificates.serve(files::read(tls)?),
            (None, Some(acme)) => {
                acme::check(acme)?;
                if let Some(kept) = acme::kept(&settings.data_dir)? {
                    certificates.serve(kept.key);
                }
            }
        }
        Ok(Some(certificates))
    }

    /// Takes part in handshakes. The challenge's protocol is offered only where somebody has asked an authority to look.
    ///
    /// # Errors
    /// When the library refuses its own defaults.
    pub fn acceptor(self: &Arc<Self>, settings: &Settings) -> Result<TlsAcceptor, Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong("tls", error))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Self>::clone(self));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        if settings.acme.is_some() {
            config.alpn_protocols.push(CHALLENGE_PROTOCOL.to_vec());
        }
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn serve(&self, key: CertifiedKey) {
        *self.served.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(key));
    }

    fn answer_challenge(&self, name: &str, key: CertifiedKey) {
        self.challenges
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), Arc::new(key));
    }

    fn forget_challenges(&self) {
        self.challenges
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let is_challenge = hello
            .alpn()
            .is_some_and(|mut protocols| protocols.any(|name| name == CHALLENGE_PROTOCOL));
        if is_challenge {
            let challenges = self
                .challenges
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            return challenges.get(hello.server_name()?).cloned();
        }
        self.served
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Keeps the certificate good until `closed`.
pub async fn look_after(
    context: Context,
    certificates: Arc<Certificates>,
    closed: watch::Receiver<bool>,
) {
    match (&context.settings.tls, &context.settings.acme) {
        (Some(tls), _) => files::follow(tls, &certificates, closed).await,
        (None, Some(acme)) => acme::renew(&context, acme, &certificates, closed).await,
        (None, None) => {}
    }
}

/// A chain and its key from PEM; an error in words when they do not belong together.
fn certified(chain: &[u8], key: &[u8]) -> Result<CertifiedKey, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    let chain = chain.map_err(|error| error.to_string())?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| error.to_string())?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map_err(|error| error.to_string())
}

fn wrong(name: &'static str, reason: impl ToString) -> Error {
    Error::Setting {
        name,
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests;
