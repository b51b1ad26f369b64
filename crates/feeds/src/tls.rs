//! TLS towards servers of feeds: the system's authorities, or those that a feed names.

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;

/// Certificates and keys as text (PEM).
#[derive(Default)]
pub(crate) struct Identity {
    /// Ours, with its chain, and its key.
    pub(crate) own: Option<(String, String)>,
    /// Whom to trust; the system decides where none is given.
    pub(crate) authority: Option<String>,
}

/// TLS 1.2 and 1.3.
pub(crate) fn config(identity: &Identity) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    match &identity.authority {
        Some(pem) => {
            for authority in certificates(pem)? {
                roots
                    .add(authority)
                    .map_err(|error| format!("an authority cannot be used: {error}"))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err("no authority to trust: name one with authority_file".to_owned());
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots);
    let config = match &identity.own {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
                .map_err(|error| format!("the key cannot be read: {error}"))?;
            builder
                .with_client_auth_cert(certificates(certificate)?, key)
                .map_err(|error| format!("the certificate cannot be used: {error}"))?
        }
    };
    Ok(Arc::new(config))
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err("no certificate in the file".to_owned()),
        Err(error) => Err(format!("a certificate cannot be read: {error}")),
    }
}
