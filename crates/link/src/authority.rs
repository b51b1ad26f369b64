//! The portal's own certificate authority: it signs the portal's link certificate and those of
//! sensors, and nothing else.

use crate::limits::{AUTHORITY_DAYS, CERTIFICATE_DAYS};
use crate::{files, tls};
use event::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateSigningRequestDer};
use std::io;
use std::path::Path;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

const SECONDS_PER_DAY: i64 = 86_400;

/// Why there is no authority, or no certificate.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Its files cannot be used.
    #[error("cannot use the certificate authority in {path}: {source}")]
    Files {
        /// Folder.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Its files, or a request, make no sense.
    #[error("certificate authority: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A TLS configuration could not be made of it.
    #[error("certificate authority: {0}")]
    Tls(#[from] rustls::Error),
}

/// The authority, with its key.
pub struct Authority {
    certificate_pem: String,
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// The authority of a folder; made anew when there is none.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, AuthorityError> {
        let io = |source| AuthorityError::Files {
            path: folder.display().to_string(),
            source,
        };
        let (certificate_path, key_path) =
            (folder.join("authority.pem"), folder.join("authority.key"));
        std::fs::create_dir_all(folder).map_err(io)?;
        let certificate = files::read_if_there(&certificate_path).map_err(io)?;
        let key = files::read_if_there(&key_path).map_err(io)?;
        let (certificate_pem, key) = match (certificate, key) {
            (Some(certificate), Some(key)) => (
                String::from_utf8_lossy(&certificate).into_owned(),
                KeyPair::from_pem(&String::from_utf8_lossy(&key))?,
            ),
            _ => {
                let key = KeyPair::generate()?;
                let certificate = authority_params(now)?.self_signed(&key)?.pem();
                // The key first: a certificate without its key would be of no use.
                files::replace(&key_path, key.serialize_pem().as_bytes()).map_err(io)?;
                files::replace(&certificate_path, certificate.as_bytes()).map_err(io)?;
                (certificate, key)
            }
        };
        let certificate = tls::certificates(&certificate_pem)?
            .into_iter()
            .next()
            .ok_or(rcgen::Error::CouldNotParseCertificate)?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key)?;
        Ok(Self {
            certificate_pem,
            certificate,
            issuer,
        })
    }

    /// SHA-256 of the authority's certificate, lower-case hexadecimal: part of enrolment codes.
    pub fn sha256(&self) -> String {
        tls::fingerprint(&self.certificate)
    }

    /// The authority's certificate.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// SHA-256 of the public key that a sensor's request is for, as
    /// [`SensorRef`](crate::SensorRef) has it.
    pub fn requested_key_sha256(csr_pem: &str) -> Result<String, AuthorityError> {
        let request = CertificateSigningRequestDer::from_pem_slice(csr_pem.as_bytes())
            .map_err(|_| rcgen::Error::CouldNotParseCertificationRequest)?;
        let (_, parsed) = X509CertificationRequest::from_der(&request)
            .map_err(|_| rcgen::Error::CouldNotParseCertificationRequest)?;
        Ok(tls::fingerprint(
            parsed.certification_request_info.subject_pki.raw,
        ))
    }

    /// Signs a sensor's request; what the request asks for beside its key is ignored. Gives the
    /// certificate as PEM.
    pub fn sign_sensor(
        &self,
        csr_pem: &str,
        sensor_id: &str,
        now: Timestamp,
    ) -> Result<String, AuthorityError> {
        let mut request = CertificateSigningRequestParams::from_pem(csr_pem)?;
        request.params = leaf_params(sensor_id, ExtendedKeyUsagePurpose::ClientAuth, now)?;
        Ok(request.signed_by(&self.issuer)?.pem())
    }

    /// What the portal listens with: a fresh key and certificate at every start.
    pub(crate) fn server_config(
        &self,
        now: Timestamp,
    ) -> Result<rustls::ServerConfig, AuthorityError> {
        let key = KeyPair::generate()?;
        let certificate = leaf_params("portal", ExtendedKeyUsagePurpose::ServerAuth, now)?
            .signed_by(&key, &self.issuer)?;
        let chain = vec![certificate.der().clone(), self.certificate.clone()];
        let key = tls::private_key(&key.serialize_pem())?;
        Ok(tls::server(self.certificate.clone(), chain, key)?)
    }
}

fn authority_params(now: Timestamp) -> Result<CertificateParams, rcgen::Error> {
    let mut params = params("Hinomi link authority", AUTHORITY_DAYS, now)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn leaf_params(
    name: &str,
    purpose: ExtendedKeyUsagePurpose,
    now: Timestamp,
) -> Result<CertificateParams, rcgen::Error> {
    let mut params = params(name, CERTIFICATE_DAYS, now)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![purpose];
    Ok(params)
}

fn params(name: &str, days: i64, now: Timestamp) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    // A day back: a sensor's clock may be behind the portal's.
    params.not_before = rcgen::date_time_ymd(1970, 1, 1)
        + std::time::Duration::from_secs((now.seconds() - SECONDS_PER_DAY).max(0) as u64);
    params.not_after =
        params.not_before + std::time::Duration::from_secs((days * SECONDS_PER_DAY) as u64);
    Ok(params)
}
