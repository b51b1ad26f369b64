//! A sign-on service on loopback: discovery, keys, the page of signing in, and the exchange of codes, with keys of its own.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use axum::extract::{Form, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

pub const SECRET: &str = "a secret & more";
pub const KEYS: &str = "/keys";
pub const TOKEN: &str = "/token";
pub const DISCOVERY: &str = "/.well-known/openid-configuration";

pub fn text(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn part(value: &Value) -> String {
    text(value.to_string().as_bytes())
}

pub enum Signer {
    Curve(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Signer {
    pub fn curve() -> Self {
        Self::Curve(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    const fn algorithm(&self) -> &'static str {
        match self {
            Self::Curve(_) => "ES256",
            Self::Rsa(_) => "RS256",
        }
    }

    fn public(&self, kid: &str) -> Value {
        match self {
            Self::Curve(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = (text(&point[1..33]), text(&point[33..]));
                json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": kid, "x": x, "y": y })
            }
            Self::Rsa(key) => {
                let public = key.public_key();
                let n = text(public.modulus().big_endian_without_leading_zero());
                let e = text(public.exponent().big_endian_without_leading_zero());
                json!({ "kty": "RSA", "alg": "RS256", "kid": kid, "n": n, "e": e })
            }
        }
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Curve(key) => key.sign(&random, text).unwrap().as_ref().to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature)
                    .unwrap();
                signature
            }
        }
    }
}

type Asked = HashMap<String, String>;
type Forge = Box<dyn Fn(&Inside, Value) -> String + Send>;

/// What an endpoint does instead of answering.
#[derive(Clone, Copy)]
pub enum Trick {
    /// It says more than anybody wants to read.
    Huge,
    /// It sends to itself, again and again.
    Loop,
}

pub struct Inside {
    pub issuer: String,
    signer: Signer,
    pub kid: String,
    shown: Vec<Value>,
    /// Who has signed in at the service, in claims; null takes one away.
    pub person: Value,
    codes: HashMap<String, Asked>,
    /// What the last browser came with.
    pub asked: Asked,
    /// Makes the token, where it is not the right one.
    pub forge: Option<Forge>,
    pub tricks: HashMap<&'static str, Trick>,
    /// How often each path was asked for.
    pub counts: HashMap<String, usize>,
}

impl Inside {
    /// A token signed by the service's key.
    pub fn signed(&self, claims: &Value) -> String {
        let head = json!({ "alg": self.signer.algorithm(), "kid": self.kid });
        self.signed_as(&head, claims)
    }

    pub fn signed_as(&self, head: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", part(head), part(claims));
        let signature = self.signer.sign(signed.as_bytes());
        format!("{signed}.{}", text(&signature))
    }

    /// The public key as the world knows it.
    pub fn public(&self) -> Value {
        self.signer.public(&self.kid)
    }
}

/// A sign-on service.
#[derive(Clone)]
pub struct Service(Arc<Mutex<Inside>>);

impl Service {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let signer = Signer::curve();
        let service = Self(Arc::new(Mutex::new(Inside {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            shown: vec![signer.public("one")],
            signer,
            kid: "one".to_owned(),
            person: json!({}),
            codes: HashMap::new(),
            asked: HashMap::new(),
            forge: None,
            tricks: HashMap::new(),
            counts: HashMap::new(),
        })));
        let router = Router::new()
            .route(DISCOVERY, get(describe))
            .route(KEYS, get(keys))
            .route("/authorize", get(authorize))
            .route(TOKEN, post(token))
            .layer(from_fn_with_state(service.clone(), counted))
            .with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    pub fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap()
    }

    pub fn issuer(&self) -> String {
        self.inside().issuer.clone()
    }

    /// Who signs in from now on; other claims as they come.
    pub fn is_visited_by(&self, subject: &str, email: &str, more: Value) {
        let mut person = json!({ "sub": subject, "email": email, "email_verified": true });
        for (name, value) in more.as_object().unwrap() {
            person[name] = value.clone();
        }
        self.inside().person = person;
    }

    /// Makes the next tokens itself.
    pub fn forges(&self, forge: impl Fn(&Inside, Value) -> String + Send + 'static) {
        self.inside().forge = Some(Box::new(forge));
    }

    pub fn count(&self, path: &str) -> usize {
        self.inside().counts.get(path).copied().unwrap_or_default()
    }

    /// Signs by another key from now on; shows it or not.
    pub fn turn(&self, signer: Signer, kid: &str, is_shown: bool) {
        let mut inside = self.inside();
        if is_shown {
            inside.shown = vec![signer.public(kid)];
        }
        inside.signer = signer;
        inside.kid = kid.to_owned();
    }

    /// A browser comes to the page of signing in; where it is sent then.
    pub async fn visit(&self, address: &str) -> String {
        let (page, pairs) = address.split_once('?').unwrap();
        assert_eq!(page, format!("{}/authorize", self.issuer()));
        let query = Query::try_from_uri(&format!("/?{pairs}").parse().unwrap()).unwrap();
        let answer = authorize(State(self.clone()), query).await;
        let location = &answer.headers()[header::LOCATION];
        location.to_str().unwrap().to_owned()
    }
}

async fn counted(State(service): State<Service>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let trick = {
        let mut inside = service.inside();
        *inside.counts.entry(path.clone()).or_default() += 1;
        inside.tricks.get(path.as_str()).copied()
    };
    match trick {
        None => next.run(request).await,
        Some(Trick::Huge) => Json(json!({ "issuer": "x".repeat(300_000) })).into_response(),
        Some(Trick::Loop) => Redirect::temporary(&path).into_response(),
    }
}

async fn describe(State(service): State<Service>) -> Json<Value> {
    let issuer = service.issuer();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}{TOKEN}"),
        "jwks_uri": format!("{issuer}{KEYS}"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
    }))
}

async fn keys(State(service): State<Service>) -> Json<Value> {
    // One that nobody can read is no reason to refuse the others.
    let mut shown = service.inside().shown.clone();
    shown.push(json!({ "kty": "new", "kid": "new" }));
    Json(json!({ "keys": shown }))
}

async fn authorize(State(service): State<Service>, Query(asked): Query<Asked>) -> Response {
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], "portal");
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["scope"], "openid email profile");
    let mut inside = service.inside();
    let code = format!("code {}", inside.codes.len());
    let query = format!(
        "code={}&state={}&iss={}",
        code.replace(' ', "%20"),
        asked["state"],
        inside.issuer
    );
    let back = format!("{}?{query}", asked["redirect_uri"]);
    inside.asked = asked.clone();
    inside.codes.insert(code, asked);
    Redirect::to(&back).into_response()
}

async fn token(
    State(service): State<Service>,
    headers: HeaderMap,
    Form(form): Form<Asked>,
) -> Response {
    let mut inside = service.inside();
    let asked = inside.codes.remove(&form["code"]);
    let basic = BASE64_STANDARD.encode("portal:a+secret+%26+more");
    let is_right = |asked: &Asked| {
        headers["authorization"] == format!("Basic {basic}")
            && form["grant_type"] == "authorization_code"
            && form["redirect_uri"] == asked["redirect_uri"]
            && text(&Sha256::digest(form["code_verifier"].as_bytes())) == asked["code_challenge"]
    };
    let Some(asked) = asked.filter(is_right) else {
        let error = Json(json!({ "error": "invalid_grant" }));
        return (StatusCode::BAD_REQUEST, error).into_response();
    };
    let now = crate::testing::NOON.seconds();
    let mut claims = json!({
        "iss": inside.issuer, "aud": "portal", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
    });
    for (name, value) in inside.person.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let fields = claims.as_object_mut().unwrap();
    fields.retain(|_, value| !value.is_null());
    let token = match &inside.forge {
        Some(forge) => forge(&inside, claims),
        None => inside.signed(&claims),
    };
    Json(json!({ "token_type": "Bearer", "access_token": "x", "id_token": token })).into_response()
}
