//! A certificate that somebody else renews: its files are looked at now and then.

use super::{Certificates, certified, wrong};
use crate::Error;
use crate::settings::TlsSettings;
use rustls::sign::CertifiedKey;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;

const LOOK_EVERY: Duration = Duration::from_secs(60);

/// What the files hold.
///
/// # Errors
/// When one cannot be read or they do not belong together.
pub fn read(settings: &TlsSettings) -> Result<CertifiedKey, Error> {
    let chain = std::fs::read(&settings.certificate)
        .map_err(|error| wrong("tls.certificate", shown(&settings.certificate, &error)))?;
    let key = std::fs::read(&settings.key)
        .map_err(|error| wrong("tls.key", shown(&settings.key, &error)))?;
    certified(&chain, &key).map_err(|reason| wrong("tls", reason))
}

fn shown(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// When the files were written.
pub fn written(settings: &TlsSettings) -> Option<(SystemTime, SystemTime)> {
    let at = |path| {
        std::fs::metadata(path)
            .and_then(|data| data.modified())
            .ok()
    };
    Some((at(&settings.certificate)?, at(&settings.key)?))
}

/// Serves what the files hold whenever they change. What is wrong with them is said once; until it is mended, the old one serves.
pub async fn follow(
    settings: &TlsSettings,
    certificates: &Certificates,
    mut closed: watch::Receiver<bool>,
) {
    let mut known = written(settings);
    loop {
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        take_up_change(settings, certificates, &mut known);
    }
}

/// Looks once; whether a new certificate serves now.
pub fn take_up_change(
    settings: &TlsSettings,
    certificates: &Certificates,
    known: &mut Option<(SystemTime, SystemTime)>,
) -> bool {
    let now = written(settings);
    if now.is_none() || now == *known {
        return false;
    }
    *known = now;
    match read(settings) {
        Ok(key) => {
            certificates.serve(key);
            tracing::info!("serving the new certificate");
            true
        }
        Err(error) => {
            tracing::error!(
                error = crate::http::causes(&error),
                "the new certificate cannot be used, serving the old one"
            );
            false
        }
    }
}
