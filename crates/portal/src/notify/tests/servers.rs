//! The other ends: a mail server, and a web server that answers as told and keeps what it is sent.

use crate::settings::{SmtpSettings, SmtpTls};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::IntoResponse as _;
use http_body_util::BodyExt as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail server (RFC 5321, as much as is needed) that keeps what it takes.
pub struct MailServer {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    mails: Vec<Mail>,
    /// So many mails are put off with 451 before any is taken.
    refuse: u32,
    /// There is no such mailbox.
    unknown: Option<String>,
}

#[derive(Clone)]
pub struct Mail {
    pub to: String,
    pub data: String,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let kept = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&kept)));
            }
        });
        Self { address, seen }
    }

    pub fn settings(&self) -> SmtpSettings {
        SmtpSettings {
            host: self.address.ip().to_string(),
            port: Some(self.address.port()),
            tls: SmtpTls::None,
            user: None,
            password_file: None,
            password_env: None,
            from: "Hinomi <hinomi@portal.example.jp>".into(),
        }
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().mails.len()
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.seen.lock().unwrap().mails.clone()
    }

    pub fn unknown(&self, mailbox: &str) {
        self.seen.lock().unwrap().unknown = Some(mailbox.to_owned());
    }

    pub fn refuse(&self, count: u32) {
        self.seen.lock().unwrap().refuse = count;
    }
}

async fn converse(stream: TcpStream, seen: Arc<Mutex<Seen>>) -> Option<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 test ESMTP\r\n").await.ok()?;
    let mut to = String::new();
    while let Some(line) = lines.next_line().await.ok()? {
        let verb = line.get(..4).unwrap_or(&line).to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-test\r\n250 8BITMIME\r\n".to_owned(),
            "RCPT" => {
                let unknown = seen.lock().unwrap().unknown.clone();
                if unknown.is_some_and(|mailbox| line.contains(&mailbox)) {
                    "550 no such mailbox\r\n".to_owned()
                } else {
                    to = line;
                    "250 ok\r\n".to_owned()
                }
            }
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await.ok()?;
                let mut data = String::new();
                loop {
                    // Whoever is cut off before the dot has handed nothing over (RFC 5321, 4.1.1.4).
                    let line = lines.next_line().await.ok()??;
                    if line == "." {
                        break;
                    }
                    data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    data.push('\n');
                }
                let mut seen = seen.lock().unwrap();
                if seen.refuse > 0 {
                    seen.refuse -= 1;
                    "451 try again later\r\n".to_owned()
                } else {
                    seen.mails.push(Mail {
                        to: to.clone(),
                        data,
                    });
                    "250 taken\r\n".to_owned()
                }
            }
            "QUIT" => "221 bye\r\n".to_owned(),
            _ => "250 ok\r\n".to_owned(),
        };
        writing.write_all(answer.as_bytes()).await.ok()?;
    }
    Some(())
}

/// What a web server was sent.
#[derive(Clone)]
pub struct Sent {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Sent {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A web server that keeps what it is sent, and answers 201 where it was told nothing else.
#[derive(Clone)]
pub struct WebServer {
    pub address: SocketAddr,
    sent: Arc<Mutex<Vec<Sent>>>,
    answers: Arc<Mutex<Vec<(u16, &'static str)>>>,
}

impl WebServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            sent: Arc::default(),
            answers: Arc::default(),
        };
        let kept = server.clone();
        let router = axum::Router::new().fallback(move |request| kept.clone().take(request));
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    async fn take(self, request: Request<Body>) -> axum::response::Response {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        let path = parts.uri.path().to_owned();
        self.sent.lock().unwrap().push(Sent {
            path,
            headers: parts.headers,
            body,
        });
        let next = {
            let mut answers = self.answers.lock().unwrap();
            if answers.is_empty() {
                (201, "")
            } else {
                answers.remove(0)
            }
        };
        let status = StatusCode::from_u16(next.0).unwrap();
        let headers = [("location", "http://127.0.0.1:1/"), ("retry-after", "90")];
        (status, headers, next.1).into_response()
    }

    /// Answers the next requests so, one after the other.
    pub fn answer(&self, answers: &[(u16, &'static str)]) {
        self.answers.lock().unwrap().extend(answers);
    }

    pub fn count(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}
