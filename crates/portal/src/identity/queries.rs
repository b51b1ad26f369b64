//! Statements on users and sessions.

use super::model::{MailThreshold, Means, NewUser, SessionView, User};
use super::sessions::{SessionId, Visitor};
use crate::database::{Connection, Row, query, scalar};
use crate::locale::{Localized as _, language_from_key};
use crate::tenancy::{Id, Role, Scope, TenantId, UserId};
use crate::{Code, Error};
use event::{Language, Timestamp};

const USER_COLUMNS: &str = "id, email, name, language, role, mail_on_incident, mail_language";

fn user(row: &Row) -> Result<User, Error> {
    let stored = |what| Error::Stored { what };
    Ok(User {
        id: Id::stored(row.try_get("id")?)?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        language: language(row.try_get("language")?)?,
        role: Role::from_key(row.try_get("role")?).ok_or_else(|| stored("role"))?,
        mail_on_incident: MailThreshold::from_key(row.try_get("mail_on_incident")?)
            .ok_or_else(|| stored("mail threshold"))?,
        mail_language: language(row.try_get("mail_language")?)?,
    })
}

fn language(key: &str) -> Result<Language, Error> {
    language_from_key(key).ok_or(Error::Stored { what: "language" })
}

/// Takes in a user of the scope's tenant.
pub async fn insert(
    connection: &mut Connection,
    scope: &Scope,
    new: &NewUser,
    password_hash: &str,
    now: i64,
) -> Result<UserId, Error> {
    let id = UserId::generate();
    let inserted = query(
        "INSERT INTO users (id, tenant_id, email, name, role, language, password_hash, mail_on_incident, mail_language, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (email) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(scope.tenant()?.to_string())
    .bind(&new.email)
    .bind(&new.name)
    .bind(new.role.key())
    .bind(new.language.key())
    .bind(password_hash)
    .bind(MailThreshold::default().key())
    .bind(new.language.key())
    .bind(now)
    .execute(connection)
    .await?;
    if inserted == 0 {
        return Err(Code::EmailTaken.into());
    }
    Ok(id)
}

/// A user by mail address, before anybody is known: identifier, tenant, password hash.
pub async fn by_email(
    connection: &mut Connection,
    scope: &Scope,
    email: &str,
) -> Result<Option<(UserId, TenantId, String)>, Error> {
    scope.require_all_tenants()?;
    let row = query(
        "SELECT id, tenant_id, password_hash FROM users WHERE email = $1 AND removed_at IS NULL",
    )
    .bind(email)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok((
            Id::stored(row.try_get("id")?)?,
            Id::stored(row.try_get("tenant_id")?)?,
            row.try_get("password_hash")?,
        ))
    })
    .transpose()
}

/// The user that the scope is about.
pub async fn own(connection: &mut Connection, scope: &Scope) -> Result<User, Error> {
    let id = scope.user_id()?;
    one(connection, scope, id)
        .await?
        .ok_or_else(|| Code::SignInRequired.into())
}

/// A user of the scope's tenant.
pub async fn one(
    connection: &mut Connection,
    scope: &Scope,
    id: UserId,
) -> Result<Option<User>, Error> {
    let row = query(format!(
        "SELECT {USER_COLUMNS} FROM users WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL"
    ))
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(user).transpose()
}

/// Every user of the scope's tenant.
pub async fn all(connection: &mut Connection, scope: &Scope) -> Result<Vec<User>, Error> {
    let rows = query(format!(
        "SELECT {USER_COLUMNS} FROM users WHERE tenant_id = $1 AND removed_at IS NULL ORDER BY id"
    ))
    .bind(scope.tenant()?.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(user).collect()
}

/// Changes what users may change about themselves.
pub async fn update_own(
    connection: &mut Connection,
    scope: &Scope,
    user: &User,
) -> Result<(), Error> {
    query(
        "UPDATE users SET name = $3, language = $4, mail_on_incident = $5, mail_language = $6
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(&user.name)
    .bind(user.language.key())
    .bind(user.mail_on_incident.key())
    .bind(user.mail_language.key())
    .execute(connection)
    .await?;
    Ok(())
}

/// The hash of the own password.
pub async fn own_password_hash(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<String, Error> {
    let hash = scalar("SELECT password_hash FROM users WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(scope.user_id()?.to_string())
        .fetch_one(connection)
        .await?;
    Ok(hash)
}

/// Changes the own password and ends all own sessions but one.
pub async fn replace_own_password(
    connection: &mut Connection,
    scope: &Scope,
    password_hash: &str,
    kept_session: &str,
) -> Result<(), Error> {
    let tenant = scope.tenant()?.to_string();
    let user = scope.user_id()?.to_string();
    query("UPDATE users SET password_hash = $3 WHERE tenant_id = $1 AND id = $2")
        .bind(&tenant)
        .bind(&user)
        .bind(password_hash)
        .execute(&mut *connection)
        .await?;
    end_other_sessions(connection, scope, kept_session).await?;
    Ok(())
}

/// A session to begin.
pub struct NewSession<'a> {
    pub id: SessionId,
    pub token_hash: String,
    pub visitor: &'a Visitor,
    pub means: Means,
    pub now: i64,
    pub expires_at: i64,
}

/// Begins a session, and forgets those that have ended.
pub async fn insert_session(
    connection: &mut Connection,
    scope: &Scope,
    new: &NewSession<'_>,
) -> Result<(), Error> {
    let (tenant, user) = (scope.tenant()?.to_string(), scope.user_id()?.to_string());
    query("DELETE FROM sessions WHERE expires_at <= $1")
        .bind(new.now)
        .execute(&mut *connection)
        .await?;
    query(
        "INSERT INTO sessions (token_hash, tenant_id, user_id, created_at, last_used_at, proved_at, expires_at, id, address, agent, means)
         VALUES ($1, $2, $3, $4, $4, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&new.token_hash)
    .bind(&tenant)
    .bind(&user)
    .bind(new.now)
    .bind(new.expires_at)
    .bind(new.id.to_string())
    .bind(new.visitor.address.to_string())
    .bind(&new.visitor.agent)
    .bind(new.means.key())
    .execute(&mut *connection)
    .await?;
    query("UPDATE users SET last_signed_in_at = $3 WHERE tenant_id = $1 AND id = $2")
        .bind(tenant)
        .bind(user)
        .bind(new.now)
        .execute(connection)
        .await?;
    Ok(())
}

/// The own sessions that are open, the last used first.
pub async fn own_sessions(
    connection: &mut Connection,
    scope: &Scope,
    current: &str,
    now: i64,
    used_after: i64,
) -> Result<Vec<SessionView>, Error> {
    let rows = query(
        "SELECT id, token_hash, created_at, last_used_at, address, agent, means FROM sessions
         WHERE tenant_id = $1 AND user_id = $2 AND expires_at > $3 AND last_used_at > $4
         ORDER BY last_used_at DESC, id DESC",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(now)
    .bind(used_after)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let hash: String = row.try_get("token_hash")?;
            Ok(SessionView {
                id: Id::stored(row.try_get("id")?)?,
                is_this: hash == current,
                began_at: Timestamp::from_micros(row.try_get("created_at")?),
                last_used_at: Timestamp::from_micros(row.try_get("last_used_at")?),
                address: row.try_get("address")?,
                agent: row.try_get("agent")?,
                means: Means::from_key(row.try_get("means")?)
                    .ok_or(Error::Stored { what: "means" })?,
            })
        })
        .collect()
}

/// Ends one of the own sessions; how many there were.
pub async fn end_own_session(
    connection: &mut Connection,
    scope: &Scope,
    id: SessionId,
) -> Result<u64, Error> {
    query("DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND id = $3")
        .bind(scope.tenant()?.to_string())
        .bind(scope.user_id()?.to_string())
        .bind(id.to_string())
        .execute(connection)
        .await
}

/// Ends all of the own sessions but one.
pub async fn end_other_sessions(
    connection: &mut Connection,
    scope: &Scope,
    kept: &str,
) -> Result<(), Error> {
    query("DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND token_hash <> $3")
        .bind(scope.tenant()?.to_string())
        .bind(scope.user_id()?.to_string())
        .bind(kept)
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes when the user last proved who he is.
pub async fn prove_session(
    connection: &mut Connection,
    scope: &Scope,
    token_hash: &str,
    now: i64,
) -> Result<(), Error> {
    query("UPDATE sessions SET proved_at = $3 WHERE tenant_id = $1 AND token_hash = $2")
        .bind(scope.tenant()?.to_string())
        .bind(token_hash)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// A session that is still good.
pub struct StoredSession {
    pub tenant: TenantId,
    pub user: User,
    pub last_used_at: i64,
    pub proved_at: i64,
    pub means: Means,
    pub lacks_factor: bool,
    /// Whether the person sees some sites only.
    pub is_limited: bool,
}

/// The session of a token, before anybody is known.
pub async fn session(
    connection: &mut Connection,
    scope: &Scope,
    token_hash: &str,
    now: i64,
    used_after: i64,
) -> Result<Option<StoredSession>, Error> {
    scope.require_all_tenants()?;
    let row = query(
        "SELECT s.tenant_id, s.last_used_at, s.proved_at, s.means, u.id, u.email, u.name, u.language, u.role, u.mail_on_incident, u.mail_language,
             CAST(CASE WHEN t.requires_second_factor = 0 OR s.means IN ('passkey', 'sign_on') THEN 0
                 WHEN EXISTS (SELECT 1 FROM totp_secrets f WHERE f.tenant_id = s.tenant_id AND f.user_id = s.user_id AND f.confirmed_at IS NOT NULL) THEN 0
                 WHEN EXISTS (SELECT 1 FROM passkeys f WHERE f.tenant_id = s.tenant_id AND f.user_id = s.user_id) THEN 0
                 ELSE 1 END AS BIGINT) AS lacks_factor,
            (SELECT COUNT(*) FROM user_sites g WHERE g.tenant_id = u.tenant_id AND g.user_id = u.id) AS sites
         FROM sessions s JOIN users u ON u.id = s.user_id AND u.tenant_id = s.tenant_id
         JOIN tenants t ON t.id = s.tenant_id
         WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_used_at > $3 AND u.removed_at IS NULL",
    )
    .bind(token_hash)
    .bind(now)
    .bind(used_after)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(StoredSession {
            tenant: Id::stored(row.try_get("tenant_id")?)?,
            user: user(&row)?,
            last_used_at: row.try_get("last_used_at")?,
            proved_at: row.try_get("proved_at")?,
            means: Means::from_key(row.try_get("means")?).ok_or(Error::Stored { what: "means" })?,
            lacks_factor: row.try_get::<i64, _>("lacks_factor")? != 0,
            is_limited: row.try_get::<i64, _>("sites")? > 0,
        })
    })
    .transpose()
}

/// Notes that a session is in use.
pub async fn touch_session(
    connection: &mut Connection,
    scope: &Scope,
    token_hash: &str,
    now: i64,
) -> Result<(), Error> {
    query("UPDATE sessions SET last_used_at = $3 WHERE tenant_id = $1 AND token_hash = $2")
        .bind(scope.tenant()?.to_string())
        .bind(token_hash)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends a session.
pub async fn delete_session(
    connection: &mut Connection,
    scope: &Scope,
    token_hash: &str,
) -> Result<(), Error> {
    query("DELETE FROM sessions WHERE tenant_id = $1 AND token_hash = $2")
        .bind(scope.tenant()?.to_string())
        .bind(token_hash)
        .execute(connection)
        .await?;
    Ok(())
}
