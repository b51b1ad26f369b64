//! A browser that has signed in, over HTTP on loopback.

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::error::Error;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

pub struct Browser {
    sender: SendRequest<Full<Bytes>>,
    address: SocketAddr,
    cookie: String,
    csrf: String,
}

/// How long an answer took, until its first bytes and until its last.
pub struct Took {
    pub first: Duration,
    pub last: Duration,
}

impl Browser {
    pub async fn sign_in(
        address: SocketAddr,
        email: &str,
        password: &str,
    ) -> Result<Self, Box<dyn Error>> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let (cookie, csrf) = (String::new(), String::new());
        let mut browser = Self {
            sender,
            address,
            cookie,
            csrf,
        };
        let body = json!({ "email": email, "password": password });
        let answer = browser.send("POST", "/api/v1/session", Some(body)).await?;
        let cookie = answer
            .headers()
            .get(header::SET_COOKIE)
            .ok_or("no cookie")?
            .to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let signed_in: Value = serde_json::from_slice(&answer.collect().await?.to_bytes())?;
        browser.csrf = signed_in["csrf_token"]
            .as_str()
            .ok_or("no token")?
            .to_owned();
        browser.cookie = cookie;
        Ok(browser)
    }

    async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Response<Incoming>, Box<dyn Error>> {
        let bytes = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.address.to_string())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, &self.cookie)
            .header("x-csrf-token", &self.csrf)
            .body(Full::new(bytes))?;
        let answer = self.sender.send_request(request).await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let text = answer.collect().await?.to_bytes();
        Err(format!(
            "{method} {path}: {status} {}",
            String::from_utf8_lossy(&text)
        )
        .into())
    }

    /// Posts something; the answer.
    pub async fn post(&mut self, path: &str, body: Value) -> Result<Value, Box<dyn Error>> {
        let answer = self.send("POST", path, Some(body)).await?;
        Ok(serde_json::from_slice(&answer.collect().await?.to_bytes())?)
    }

    /// Gets a page whole: how long it took, and what it was.
    pub async fn timed(&mut self, path: &str) -> Result<(Took, Bytes), Box<dyn Error>> {
        let begun = Instant::now();
        let mut answer = self.send("GET", path, None).await?;
        let mut first = None;
        let mut all = Vec::new();
        while let Some(frame) = answer.body_mut().frame().await {
            first.get_or_insert_with(|| begun.elapsed());
            all.extend_from_slice(&frame?.into_data().unwrap_or_default());
        }
        let last = begun.elapsed();
        Ok((
            Took {
                first: first.unwrap_or(last),
                last,
            },
            all.into(),
        ))
    }
}
