//! Statements on how people want to be told, their browsers, and the portal's key for push services.

use crate::database::{Connection, Row, query};
use crate::identity::MailThreshold;
use crate::notify::hours::TimeOfDay;
use crate::notify::model::{Digest, Preferences, PushSubscription, QuietHours, SubscriptionId};
use crate::notify::push::Recipient;
use crate::tenancy::{Id, Scope, UserId};
use crate::{Error, secret};
use event::Timestamp;
use std::collections::HashMap;

fn preferences(row: &Row) -> Result<Preferences, Error> {
    let stored = |what| Error::Stored { what };
    let threshold = |name: &str| -> Result<MailThreshold, Error> {
        MailThreshold::from_key(row.try_get(name)?).ok_or_else(|| stored("threshold"))
    };
    let minute = |name: &str| -> Result<Option<TimeOfDay>, Error> {
        let minutes: Option<i64> = row.try_get(name)?;
        Ok(minutes.and_then(TimeOfDay::from_minutes))
    };
    let names_host: i64 = row.try_get("subject_names_host")?;
    Ok(Preferences {
        push_from: threshold("push_from")?,
        digest: Digest::from_key(row.try_get("digest")?).ok_or_else(|| stored("digest"))?,
        quiet_hours: minute("quiet_from")?
            .zip(minute("quiet_until")?)
            .map(|(from, until)| QuietHours { from, until }),
        quiet_broken_from: threshold("quiet_broken_from")?,
        subject_names_host: names_host != 0,
    })
}

/// How people of the tenant want to be told; who never said has no entry.
pub async fn all_preferences(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<HashMap<UserId, Preferences>, Error> {
    let rows = query("SELECT * FROM notify_preferences WHERE tenant_id = $1")
        .bind(scope.tenant()?.to_string())
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((Id::stored(row.try_get("user_id")?)?, preferences(row)?)))
        .collect()
}

/// How a person wants to be told.
pub async fn preferences_of(
    connection: &mut Connection,
    scope: &Scope,
    user: UserId,
) -> Result<Preferences, Error> {
    let row = query("SELECT * FROM notify_preferences WHERE tenant_id = $1 AND user_id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(user.to_string())
        .fetch_optional(connection)
        .await?;
    let known = row.as_ref().map(preferences).transpose()?;
    Ok(known.unwrap_or_default())
}

/// Keeps how the person who asks wants to be told.
pub async fn keep_preferences(
    connection: &mut Connection,
    scope: &Scope,
    wanted: &Preferences,
) -> Result<(), Error> {
    query(
        "INSERT INTO notify_preferences (tenant_id, user_id, push_from, digest, quiet_from, quiet_until, quiet_broken_from,
            subject_names_host)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET push_from = excluded.push_from, digest = excluded.digest,
            quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
            quiet_broken_from = excluded.quiet_broken_from, subject_names_host = excluded.subject_names_host",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(wanted.push_from.key())
    .bind(wanted.digest.key())
    .bind(wanted.quiet_hours.map(|quiet| quiet.from.minutes()))
    .bind(wanted.quiet_hours.map(|quiet| quiet.until.minutes()))
    .bind(wanted.quiet_broken_from.key())
    .bind(i64::from(wanted.subject_names_host))
    .execute(connection)
    .await?;
    Ok(())
}

/// A browser, and what it takes to send to it.
#[derive(Clone, Debug)]
pub struct Subscriber {
    pub id: SubscriptionId,
    pub user: UserId,
    pub device: String,
    pub endpoint: String,
    pub public_key: String,
    pub auth_secret: String,
}

fn subscriber(row: &Row) -> Result<Subscriber, Error> {
    Ok(Subscriber {
        id: Id::stored(row.try_get("id")?)?,
        user: Id::stored(row.try_get("user_id")?)?,
        device: row.try_get("device")?,
        endpoint: row.try_get("endpoint")?,
        public_key: row.try_get("public_key")?,
        auth_secret: row.try_get("auth_secret")?,
    })
}

impl Subscriber {
    /// The keys that messages are encrypted for.
    pub fn recipient(&self) -> Option<Recipient> {
        Recipient::parse(&self.public_key, &self.auth_secret)
    }
}

/// Every browser of the tenant.
pub async fn subscribers(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Vec<Subscriber>, Error> {
    let rows = query("SELECT * FROM push_subscriptions WHERE tenant_id = $1 ORDER BY id")
        .bind(scope.tenant()?.to_string())
        .fetch_all(connection)
        .await?;
    rows.iter().map(subscriber).collect()
}

/// A browser of the tenant.
pub async fn subscriber_of(
    connection: &mut Connection,
    scope: &Scope,
    id: SubscriptionId,
) -> Result<Option<Subscriber>, Error> {
    let row = query("SELECT * FROM push_subscriptions WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(subscriber).transpose()
}

/// The browsers of the person who asks, oldest first.
pub async fn own_subscriptions(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Vec<PushSubscription>, Error> {
    let rows =
        query("SELECT * FROM push_subscriptions WHERE tenant_id = $1 AND user_id = $2 ORDER BY id")
            .bind(scope.tenant()?.to_string())
            .bind(scope.user_id()?.to_string())
            .fetch_all(connection)
            .await?;
    rows.iter()
        .map(|row| {
            let accepted_at: Option<i64> = row.try_get("accepted_at")?;
            Ok(PushSubscription {
                id: Id::stored(row.try_get("id")?)?,
                device: row.try_get("device")?,
                endpoint_hash: secret::hash(row.try_get("endpoint")?),
                created_at: Timestamp::from_micros(row.try_get("created_at")?),
                accepted_at: accepted_at.map(Timestamp::from_micros),
            })
        })
        .collect()
}

/// Takes in a browser of the person who asks.
pub async fn subscribe(
    connection: &mut Connection,
    scope: &Scope,
    new: &crate::notify::model::NewPushSubscription,
    device: &str,
    now: i64,
) -> Result<bool, Error> {
    let inserted = query(
        "INSERT INTO push_subscriptions (id, tenant_id, user_id, endpoint, public_key, auth_secret, device, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (endpoint) DO NOTHING",
    )
    .bind(SubscriptionId::generate().to_string())
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(&new.endpoint)
    .bind(&new.keys.p256dh)
    .bind(&new.keys.auth)
    .bind(device)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(inserted > 0)
}

/// Forgets the browser at an address, whosever it was: who holds its keys sits before it now.
pub async fn forget_browser(
    connection: &mut Connection,
    scope: &Scope,
    endpoint: &str,
    public_key: &str,
    auth_secret: &str,
) -> Result<(), Error> {
    scope.require_all_tenants()?;
    query("DELETE FROM push_subscriptions WHERE endpoint = $1 AND public_key = $2 AND auth_secret = $3")
        .bind(endpoint)
        .bind(public_key)
        .bind(auth_secret)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets a browser of the tenant; `user` when it has to be that person's. Whether there was one.
pub async fn unsubscribe(
    connection: &mut Connection,
    scope: &Scope,
    id: SubscriptionId,
    user: Option<UserId>,
) -> Result<bool, Error> {
    let text = match user {
        Some(_) => {
            "DELETE FROM push_subscriptions WHERE tenant_id = $1 AND id = $2 AND user_id = $3"
        }
        None => "DELETE FROM push_subscriptions WHERE tenant_id = $1 AND id = $2",
    };
    let mut statement = query(text)
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string());
    if let Some(user) = user {
        statement = statement.bind(user.to_string());
    }
    Ok(statement.execute(connection).await? > 0)
}

/// Notes that a browser's push service took a message.
pub async fn push_accepted(
    connection: &mut Connection,
    scope: &Scope,
    id: SubscriptionId,
    now: i64,
) -> Result<(), Error> {
    query("UPDATE push_subscriptions SET accepted_at = $3 WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// The key for push services, where one was made.
pub async fn vapid_key(connection: &mut Connection) -> Result<Option<String>, Error> {
    let row = query("SELECT private_key FROM vapid_keys WHERE id = 1")
        .fetch_optional(connection)
        .await?;
    row.map(|row| row.try_get("private_key")).transpose()
}

/// Keeps the key for push services.
pub async fn keep_vapid_key(connection: &mut Connection, key: &str, now: i64) -> Result<(), Error> {
    query("INSERT INTO vapid_keys (id, private_key, created_at) VALUES (1, $1, $2)")
        .bind(key)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}
