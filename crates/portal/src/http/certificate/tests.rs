//! Certificates from files that change, and from a real ACME server on loopback.

use super::acme::{self, Kept};
use super::{Certificates, files};
use crate::settings::{AcmeSettings, Settings, TlsSettings};
use crate::testing::World;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;

fn pair(folder: &Path, name: &str) -> (TlsSettings, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let tls = TlsSettings {
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
    };
    std::fs::write(&tls.certificate, made.cert.pem()).unwrap();
    std::fs::write(&tls.key, made.signing_key.serialize_pem()).unwrap();
    (tls, made.cert.der().clone())
}

fn served(certificates: &Certificates) -> CertificateDer<'static> {
    let served = certificates.served.read().unwrap();
    served.as_ref().unwrap().cert[0].clone()
}

#[test]
fn files_that_change_are_taken_up_and_broken_ones_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (tls, first) = pair(folder.path(), "first.test");
    let settings = Settings {
        tls: Some(tls.clone()),
        ..Settings::default()
    };
    let certificates = Certificates::of(&settings).unwrap().unwrap();
    let mut known = files::written(&tls);
    assert_eq!(served(&certificates), first);
    assert!(!files::take_up_change(&tls, &certificates, &mut known));

    let (_, second) = pair(folder.path(), "second.test");
    // As if it were written later: two writings may fall into one tick of the file system's clock.
    known = None;
    assert!(files::take_up_change(&tls, &certificates, &mut known));
    assert_eq!(served(&certificates), second);

    for broken in [
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        std::fs::write(&tls.certificate, broken).unwrap();
        known = None;
        assert!(!files::take_up_change(&tls, &certificates, &mut known));
        assert!(!files::take_up_change(&tls, &certificates, &mut known));
        assert_eq!(served(&certificates), second);
    }
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (tls, _) = pair(one.path(), "one.test");
    let (stranger, _) = pair(other.path(), "other.test");
    let mixed = TlsSettings {
        key: stranger.key,
        ..tls
    };
    let settings = Settings {
        tls: Some(mixed),
        ..Settings::default()
    };
    let error = Certificates::of(&settings).unwrap_err().to_string();
    assert!(error.starts_with("setting tls: "), "{error}");
}

fn acme_settings(names: &[&str]) -> AcmeSettings {
    AcmeSettings {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        terms_agreed: true,
        contact: Some("it@example.jp".to_owned()),
        directory: "https://127.0.0.1:14000/dir".to_owned(),
        authority_file: None,
    }
}

#[test]
fn settings_that_cannot_work_are_said_at_once() {
    let good = acme_settings(&["portal.test"]);
    let cases = [
        (acme_settings(&[]), "setting acme.names: "),
        (
            AcmeSettings {
                terms_agreed: false,
                ..good.clone()
            },
            "setting acme.terms_agreed: ",
        ),
        (
            AcmeSettings {
                directory: "http://authority.test/".to_owned(),
                ..good.clone()
            },
            "setting acme.directory: ",
        ),
    ];
    for (acme, beginning) in cases {
        let settings = Settings {
            acme: Some(acme),
            ..Settings::default()
        };
        let error = Certificates::of(&settings).unwrap_err().to_string();
        assert!(error.starts_with(beginning), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let both = Settings {
        tls: Some(pair(folder.path(), "portal.test").0),
        acme: Some(good),
        ..Settings::default()
    };
    let error = Certificates::of(&both).unwrap_err().to_string();
    assert!(error.contains("not both"), "{error}");
}

#[test]
fn a_certificate_is_renewed_when_a_third_of_its_time_is_left() {
    let made = rcgen::generate_simple_self_signed(["portal.test".to_owned()]).unwrap();
    let key = super::certified(
        made.cert.pem().as_bytes(),
        made.signing_key.serialize_pem().as_bytes(),
    )
    .unwrap();
    let kept = Kept {
        key,
        good: (1000, 1900),
    };
    let renewed: Vec<_> = [999, 1599, 1600, 1900, 5000]
        .map(|now| kept.is_to_be_renewed(now))
        .into();
    assert_eq!(renewed, [false, false, true, true, true]);
}

/// An ACME server of its own for a test; gone with it.
struct Authority {
    child: Child,
    settings: AcmeSettings,
    _folder: tempfile::TempDir,
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

impl Authority {
    /// Starts Pebble, which will look at `portal_port`; None where it is not installed.
    async fn start(portal_port: u16) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let (tls, certificate) = pair(folder.path(), "127.0.0.1");
        drop(certificate);
        let port = free_port();
        let config = serde_json::json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{}", free_port()),
            "certificate": tls.certificate,
            "privateKey": tls.key,
            "httpPort": free_port(),
            "tlsPort": portal_port,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": false,
        }});
        let path = folder.path().join("pebble.json");
        std::fs::write(&path, config.to_string()).unwrap();
        let spawned = Command::new("pebble")
            .args(["-config", path.to_str().unwrap()])
            .env("PEBBLE_VA_NOSLEEP", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let child = match spawned {
            Ok(child) => child,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => panic!("{error}"),
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let begun = std::time::Instant::now();
        while TcpStream::connect(address).await.is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "pebble does not start"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Some(Self {
            child,
            settings: AcmeSettings {
                directory: format!("https://127.0.0.1:{port}/dir"),
                authority_file: Some(tls.certificate),
                ..acme_settings(&["localhost"])
            },
            _folder: folder,
        })
    }
}

/// The certificate that a browser is shown.
async fn shown(address: SocketAddr) -> Option<CertificateDer<'static>> {
    /// Looks, and leaves judgement to the test.
    #[derive(Debug)]
    struct Looker;
    impl rustls::client::danger::ServerCertVerifier for Looker {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: rustls_pki_types::UnixTime,
        ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
            Ok(rustls::client::danger::ServerCertVerified::assertion())
        }
        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
        }
        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
        }
        fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
            rustls::crypto::aws_lc_rs::default_provider()
                .signature_verification_algorithms
                .supported_schemes()
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Looker))
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .ok()?;
    let chain = stream.get_ref().1.peer_certificates()?;
    Some(chain.first()?.clone().into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_looks_at_our_port_and_signs() {
    let port = free_port();
    let Some(authority) = Authority::start(port).await else {
        println!("skipped: pebble, an ACME server, is not installed");
        return;
    };
    let acme = authority.settings.clone();
    let world = World::with(|settings| {
        settings.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        settings.link_listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        settings.acme = Some(acme);
    })
    .await;
    let bound = world.portal.bind().await.unwrap();
    let address = bound.address().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(bound.serve(async {
        let _ = stopped.await;
    }));
    let begun = std::time::Instant::now();
    let leaf = loop {
        if let Some(leaf) = shown(address).await {
            break leaf;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no certificate");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let (_, parsed) = x509_parser::parse_x509_certificate(&leaf).unwrap();
    assert!(
        parsed.issuer().to_string().contains("Pebble"),
        "{}",
        parsed.issuer()
    );

    let data_dir = &world.portal.context().settings.data_dir;
    let kept = acme::kept(data_dir).unwrap().unwrap();
    assert_eq!(kept.key.cert[0], leaf);
    // The next start serves it, and asks nobody as long as it is good.
    let again = Certificates::of(&world.portal.context().settings)
        .unwrap()
        .unwrap();
    assert_eq!(served(&again), leaf);
    let settings = &authority.settings;
    let fetched = acme::fetch_if_needed(world.portal.context(), settings, &again).await;
    assert!(!fetched.unwrap());
    let pem = std::fs::read(data_dir.join("acme/certificate.pem")).unwrap();
    assert!(CertificateDer::pem_slice_iter(&pem).count() >= 1);
    stop.send(()).unwrap();
    serving.await.unwrap();
}

#[tokio::test]
async fn an_authority_that_cannot_be_reached_is_said_and_nothing_is_kept() {
    let world = World::with(|_| {}).await;
    let acme = AcmeSettings {
        directory: format!("https://127.0.0.1:{}/dir", free_port()),
        ..acme_settings(&["localhost"])
    };
    let certificates = Certificates::default();
    let error = acme::fetch_if_needed(world.portal.context(), &acme, &certificates).await;
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("no certificate: "), "{error}");
    assert!(certificates.served.read().unwrap().is_none());
}
