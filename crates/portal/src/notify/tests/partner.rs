//! The partner as the last step of escalation: told where the customer wants it and lets it act, and nobody else of another
//! company ever.

use super::servers::{MailServer, WebServer};
use crate::Role;
use crate::notify::post;
use crate::notify::push::browser::TestBrowser;
use crate::tenancy::{TenantId, TenantKind};
use crate::testing::{Browser, NOON, Side, World, samples};
use axum::http::Method;
use event::Severity;
use serde_json::{Value, json};

/// A customer sold by a partner, another customer of another partner, and their people.
struct Stage {
    mail: MailServer,
    world: World,
    side: Side,
    partner: TenantId,
    pat: String,
}

impl Stage {
    async fn set() -> Self {
        let mail = MailServer::start().await;
        let settings = mail.settings();
        let world = World::with(|portal| {
            portal.smtp = Some(settings);
            portal.outgoing.networks = vec!["127.0.0.0/8".into()];
            portal.session_idle_minutes = 10_000;
            portal.session_hours_max = 1000;
        })
        .await;
        let (side, other) = (world.side("customer").await, world.side("other").await);
        let partner = world.staff("The partner", TenantKind::Partner).await;
        let foreign = world.staff("Foreign partner", TenantKind::Partner).await;
        world.sold_by(&side, partner, true).await;
        world.sold_by(&other, foreign, true).await;
        let pat = world.user(partner, "pat", Role::Partner).await;
        world.user(foreign, "fred", Role::Partner).await;
        let home = world.staff("Operator", TenantKind::Operator).await;
        world.user(home, "olga", Role::Analyst).await;
        Self {
            mail,
            world,
            side,
            partner,
            pat,
        }
    }

    /// The administrator, who has entered the order.
    async fn administrator(&self, order: Value) -> Browser<'_> {
        let browser = self.world.browser(&self.side.email).await;
        let view = browser.get("/api/v1/notifications").await.is(200).json();
        assert_eq!(
            view["partner"],
            json!({ "name": "The partner", "may_act": true })
        );
        let mut wanted = view["settings"].clone();
        for (name, value) in order.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        browser
            .send(Method::PUT, "/api/v1/notifications", wanted)
            .await
            .is(200);
        browser
    }

    /// A severe incident; its path in the API.
    async fn incident(&self, number: u64) -> String {
        let mut incident = samples::incident(number, NOON);
        incident.severity = Severity::High;
        self.world.accept(&self.side, &incident).await;
        let browser = self.world.browser(&self.side.email).await;
        let list = browser.get("/api/v1/incidents").await.is(200).json();
        let ids = list["items"].as_array().unwrap().iter();
        let newest = ids.map(|item| item["id"].as_str().unwrap()).max().unwrap();
        format!("/api/v1/incidents/{newest}")
    }

    async fn send(&self) -> u64 {
        post::send_due(self.world.context()).await.unwrap()
    }

    /// Lets the portal send after so many minutes; to whom it wrote.
    async fn after(&self, minutes: i64) -> Vec<String> {
        let before = self.mail.count();
        self.world.clock.advance_seconds(60 * minutes);
        self.send().await;
        let mails = self.mail.mails();
        let to = mails[before..].iter().map(|mail| {
            let (_, rest) = mail.to.split_once('<').unwrap();
            rest.split('@').next().unwrap().to_owned()
        });
        to.collect()
    }

    async fn ledger(&self, incident: &str) -> Vec<Value> {
        let browser = self.world.browser(&self.side.email).await;
        let path = format!("{incident}/deliveries");
        let ledger = browser.get(&path).await.is(200).json();
        ledger["items"].as_array().unwrap().clone()
    }
}

fn by_partner() -> Value {
    json!({ "escalate_after_minutes": 10, "escalate_from": "high", "escalate_to": [], "escalate_to_partner": true })
}

#[tokio::test]
async fn silence_reaches_the_partner_in_the_end_and_no_other() {
    let stage = Stage::set().await;
    let deputy = stage
        .world
        .user(stage.side.tenant, "deputy", Role::Contact)
        .await;
    let deputy = stage.world.browser(&deputy).await;
    let none = json!({ "mail_on_incident": "none" });
    deputy
        .send(Method::PATCH, "/api/v1/me", none.clone())
        .await
        .is(200);
    // Another of the partner's people does not want mails of this severity.
    let quiet = stage
        .world
        .user(stage.partner, "quinn", Role::Partner)
        .await;
    let quinn = stage.world.browser(&quiet).await;
    quinn.send(Method::PATCH, "/api/v1/me", none).await.is(200);
    let me = deputy.get("/api/v1/session").await.is(200).json();
    let mut order = by_partner();
    order["escalate_to"] = json!([me["user"]["id"]]);
    stage.administrator(order).await;

    let incident = stage.incident(1).await;
    assert_eq!(stage.after(0).await, ["customer-administrator"]);
    assert_eq!(stage.after(10).await, ["deputy-contact"]);
    assert_eq!(stage.after(9).await, [""; 0]);
    assert_eq!(stage.after(1).await, ["pat-partner"]);
    let mail = stage.mail.mails().pop().unwrap().data;
    // Long lines are broken in quoted-printable.
    let mail = mail.replace("=\n", "").replace("=3D", "=");
    assert!(mail.contains("At customer, nobody has opened"), "{mail}");
    let link = format!(
        "{}?tenant={}",
        incident.replace("/api/v1/", "/app/"),
        stage.side.tenant
    );
    assert!(mail.contains(&link), "{mail}");
    // That is the end of the order.
    assert_eq!(stage.after(1000).await, [""; 0]);

    let lines = stage.ledger(&incident).await;
    let told: Vec<_> = lines
        .iter()
        .map(|line| (&line["reason"], &line["person"], &line["state"]))
        .collect();
    assert_eq!(
        told,
        [
            (
                &json!("escalated_to_partner"),
                &json!("pat"),
                &json!("accepted")
            ),
            (&json!("escalated"), &json!("deputy"), &json!("accepted")),
            (&json!("raised"), &json!("customer"), &json!("accepted")),
        ]
    );
    // Pat follows the link: the customer sees that.
    let pat = stage.world.browser(&stage.pat).await;
    let opened = format!("{incident}/opened?tenant={}", stage.side.tenant);
    pat.send(Method::POST, &opened, json!({})).await.is(204);
    assert_eq!(stage.ledger(&incident).await[0]["state"], "opened");
}

#[tokio::test]
async fn without_leave_the_partner_is_not_told() {
    let stage = Stage::set().await;
    let administrator = stage.administrator(by_partner()).await;
    let allow = async |leave: bool| {
        let body = json!({ "partner_may_act": leave });
        let answer = administrator
            .send(Method::PATCH, "/api/v1/tenant", body)
            .await;
        answer.is(200);
    };
    allow(false).await;
    stage.incident(1).await;
    assert_eq!(stage.after(0).await, ["customer-administrator"]);
    assert_eq!(stage.after(1000).await, [""; 0]);

    // Leave that is withdrawn between storing and sending counts as well.
    allow(true).await;
    let second = stage.incident(2).await;
    assert_eq!(stage.after(0).await, ["customer-administrator"]);
    stage.mail.refuse(1);
    assert_eq!(stage.after(10).await, [""; 0]);
    allow(false).await;
    assert_eq!(stage.after(10).await, [""; 0]);
    let line = &stage.ledger(&second).await[0];
    assert_eq!(
        (&line["state"], &line["last_error"]),
        (
            &json!("failed"),
            &json!("the customer does not let its partner act any more")
        )
    );

    // A customer that does not ask for it has no partner in its order.
    allow(true).await;
    stage
        .administrator(json!({ "escalate_to_partner": false }))
        .await;
    stage.incident(3).await;
    assert_eq!(stage.after(0).await, ["customer-administrator"]);
    assert_eq!(stage.after(1000).await, [""; 0]);
}

#[tokio::test]
async fn the_partner_opens_an_incident_and_nobody_else_is_told() {
    let stage = Stage::set().await;
    stage.administrator(by_partner()).await;
    let incident = stage.incident(1).await;
    assert_eq!(stage.after(0).await, ["customer-administrator"]);
    let pat = stage.world.browser(&stage.pat).await;
    let opened = format!("{incident}/opened?tenant={}", stage.side.tenant);
    pat.send(Method::POST, &opened, json!({})).await.is(204);
    assert_eq!(stage.after(1000).await, [""; 0]);
    // The operator's people may have looked at it: that says nothing.
    let olga = stage.world.browser("olga-analyst@example.jp").await;
    let incident = stage.incident(2).await;
    assert_eq!(stage.after(0).await, ["customer-administrator"]);
    let opened = format!("{incident}/opened?tenant={}", stage.side.tenant);
    olga.send(Method::POST, &opened, json!({})).await.is(204);
    assert_eq!(stage.after(10).await, ["pat-partner"]);
}

#[tokio::test]
async fn a_partners_browser_is_told_and_forgotten_like_any_other() {
    let server = WebServer::start().await;
    let stage = Stage::set().await;
    stage.administrator(by_partner()).await;
    let pat = stage.world.browser(&stage.pat).await;
    let keys = TestBrowser::new();
    let body = json!({
        "endpoint": server.url("/pat"), "device": "Chrome",
        "keys": { "p256dh": keys.public(), "auth": keys.auth() },
    });
    pat.send(Method::POST, "/api/v1/me/push", body)
        .await
        .is(201);
    for (number, status, known) in [(1, 201, 1), (2, 410, 0)] {
        server.answer(&[(status, "")]);
        let incident = stage.incident(number).await;
        stage.after(0).await;
        stage.after(10).await;
        let sent = server.sent().pop().unwrap();
        let message = keys.decrypt(&sent.body).unwrap();
        let message: Value = serde_json::from_slice(&message).unwrap();
        let path = format!(
            "{}?tenant={}",
            incident.replace("/api/v1/", "/app/"),
            stage.side.tenant
        );
        assert_eq!(message["path"], path);
        let state = pat.get("/api/v1/me/push").await.is(200).json();
        let own = state["subscriptions"].as_array().unwrap();
        assert_eq!(own.len(), known);
        assert!(own.iter().all(|browser| !browser["accepted_at"].is_null()));
    }
    assert_eq!(server.count(), 2);
}
