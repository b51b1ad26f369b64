//! Test set-up: a portal over a real database in a folder of its own, two tenants, a clock that the test sets.

use crate::identity::NewUser;
use crate::settings::DatabaseSettings;
use crate::tenancy::{NewTenant, Role, Scope, TenantChange, TenantId, TenantKind};
use crate::{Clock, Context, ManualClock, Portal, Settings, fleet, http, incidents, live, tenancy};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use event::{Incident, Language, Timestamp};
use http_body_util::BodyExt as _;
use serde_json::Value;
use sqlx::Connection as _;
use tempfile::TempDir;
use tower::ServiceExt as _;

#[path = "../examples/archive/incidents.rs"]
pub mod archive;
#[path = "../examples/serve/samples.rs"]
pub mod samples;

pub const PASSWORD: &str = "a long enough password";

/// 2026-11-22T03:00:00Z, noon in Japan.
pub const NOON: Timestamp = Timestamp::new(1_795_316_400, 0);

/// The environment variable with the server's address, e.g. `postgresql://hinomi@localhost:5433`.
const POSTGRES: &str = "HINOMI_TEST_POSTGRES";

pub struct World {
    pub portal: Portal,
    pub clock: ManualClock,
    pub router: Router,
    pub folder: TempDir,
}

/// A tenant with an administrator and an enrolled sensor.
pub struct Side {
    pub tenant: TenantId,
    pub email: String,
    pub sensor: Scope,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// On SQLite whatever the test script says: for tests that look into its files.
    pub async fn in_files() -> Self {
        Self::with(|settings| settings.database = None).await
    }

    pub async fn with(adjust: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings {
            data_dir: folder.path().to_owned(),
            database: fresh_postgres().await,
            ..Settings::default()
        };
        adjust(&mut settings);
        let (clock, hand) = Clock::manual(NOON);
        let portal = Portal::open_at(settings, clock).await.unwrap();
        Self {
            router: http::router(portal.context().clone()),
            portal,
            clock: hand,
            folder,
        }
    }

    /// Another portal on the same database, its relay running as this one's; none where the database is for one.
    pub async fn beside(&self) -> Option<(Self, tokio::sync::watch::Sender<bool>)> {
        let shared = self.context().settings.database.clone()?;
        let first = self.folder.path().join("authority");
        let second = Self::with(|settings| {
            settings.database = Some(shared);
            let copy = settings.data_dir.join("authority");
            std::fs::create_dir(&copy).unwrap();
            std::fs::copy(
                self.folder.path().join("secrets.key"),
                settings.data_dir.join("secrets.key"),
            )
            .unwrap();
            for file in ["authority.pem", "authority.key"] {
                std::fs::copy(first.join(file), copy.join(file)).unwrap();
            }
        })
        .await;
        let closing = tokio::sync::watch::Sender::new(false);
        for context in [self.context(), second.context()] {
            tokio::spawn(live::relay::run(context.clone(), closing.subscribe()));
        }
        while !(self.context().hub.is_relayed() && second.context().hub.is_relayed()) {
            tokio::task::yield_now().await;
        }
        Some((second, closing))
    }

    pub fn context(&self) -> &Context {
        self.portal.context()
    }

    pub async fn side(&self, name: &str) -> Side {
        let tenant = self.portal.create_tenant(name).await.unwrap();
        let email = self.user(tenant, name, Role::Administrator).await;
        let key = format!("key of {name}");
        let made = self
            .portal
            .create_sensor(tenant, name, "hall")
            .await
            .unwrap();
        let context = self.context();
        fleet::service::enrol(context, &made.enrolment_secret, &key)
            .await
            .unwrap();
        let sensor = fleet::service::identify(context, &key).await.unwrap();
        Side {
            tenant,
            email,
            sensor,
        }
    }

    /// The operator, or a partner.
    pub async fn staff(&self, name: &str, kind: TenantKind) -> TenantId {
        let new = NewTenant {
            name: name.to_owned(),
            kind,
            ..NewTenant::default()
        };
        self.portal.take_in(new).await.unwrap()
    }

    /// Gives a customer a partner, who may act for it or not.
    pub async fn sold_by(&self, side: &Side, partner: TenantId, may_act: bool) {
        let scope = Scope::system_in(side.tenant);
        let change = TenantChange {
            partner: Some(partner),
            ..TenantChange::default()
        };
        tenancy::service::change(self.context(), &scope, change)
            .await
            .unwrap();
        let change = TenantChange {
            partner_may_act: Some(may_act),
            ..TenantChange::default()
        };
        tenancy::service::change(self.context(), &scope, change)
            .await
            .unwrap();
    }

    /// A user with the test's password; the mail address.
    pub async fn user(&self, tenant: TenantId, name: &str, role: Role) -> String {
        let email = format!("{name}-{}@example.jp", role.key());
        let user = NewUser {
            email: email.clone(),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            role,
            language: Language::En,
        };
        self.portal.create_user(tenant, user).await.unwrap();
        email
    }

    pub async fn accept(&self, side: &Side, incident: &Incident) -> incidents::Accepted {
        incidents::accept(self.context(), &side.sensor, incident)
            .await
            .unwrap()
    }

    /// Accepts a sample incident; its path in the API.
    pub async fn sample(&self, side: &Side, number: u64) -> String {
        let incident = samples::incident(number, NOON);
        self.accept(side, &incident).await;
        let scope = Scope::system_in(side.tenant);
        let mut connection = self.context().database.read(&scope).await.unwrap();
        let query = incidents::IncidentQuery {
            page: 1,
            per_page: 200,
            ..Default::default()
        };
        let ids = incidents::queries::ids(&mut connection, &scope, &query, 200, 0)
            .await
            .unwrap();
        let newest = ids.iter().max_by_key(|id| id.to_string()).unwrap();
        format!("/api/v1/incidents/{newest}")
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// The answer as it is, its body not read.
    pub async fn router_answer(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A browser that has signed in.
    pub async fn browser(&self, email: &str) -> Browser<'_> {
        let request = Request::post("/api/v1/session")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(sign_in_body(email, PASSWORD)))
            .unwrap();
        let answer = self.send(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let cookie = answer
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        Browser {
            world: self,
            cookie,
            csrf: answer.json()["csrf_token"].as_str().unwrap().to_owned(),
        }
    }
}

/// Where the test script has started a PostgreSQL server for the tests, a new database in it.
pub async fn fresh_postgres() -> Option<DatabaseSettings> {
    let server = std::env::var(POSTGRES).ok()?;
    let name = format!("portal_{}", crate::secret::random_token());
    let mut connection = sqlx::PgConnection::connect(&format!("{server}/postgres"))
        .await
        .unwrap();
    let statement = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(statement)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    Some(DatabaseSettings {
        url: format!("{server}/{name}"),
        password_file: None,
        password_env: None,
    })
}

pub fn sign_in_body(email: &str, password: &str) -> String {
    serde_json::json!({ "email": email, "password": password }).to_string()
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub text: String,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn code(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text
        );
        self.json()["code"].as_str().unwrap().to_owned()
    }

    /// Passes an answer of this status.
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

#[derive(Clone)]
pub struct Browser<'a> {
    pub world: &'a World,
    pub cookie: String,
    pub csrf: String,
}

impl Browser<'_> {
    pub fn request(&self, method: Method, path: &str, body: Option<Value>) -> Request<Body> {
        let builder = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_LANGUAGE, "en")
            .header("x-csrf-token", &self.csrf);
        match body {
            Some(body) => builder
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => builder.body(Body::empty()),
        }
        .unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.world.send(self.request(Method::GET, path, None)).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        self.world
            .send(self.request(method, path, Some(body)))
            .await
    }

    /// Opens an endless answer.
    pub async fn open(&self, path: &str, last_event: Option<&str>) -> Response {
        let mut request = self.request(Method::GET, path, None);
        if let Some(id) = last_event {
            request
                .headers_mut()
                .insert("last-event-id", id.parse().unwrap());
        }
        self.world.router.clone().oneshot(request).await.unwrap()
    }
}
