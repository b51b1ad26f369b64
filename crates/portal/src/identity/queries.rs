//! Statements on users and sessions.

use super::model::{MailThreshold, NewUser, User};
use crate::database::{Connection, Row, query, scalar};
use crate::locale::{Localized as _, language_from_key};
use crate::tenancy::{Id, Role, Scope, TenantId, UserId};
use crate::{Code, Error};
use event::Language;

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
    let row = query("SELECT id, tenant_id, password_hash FROM users WHERE email = $1")
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
        "SELECT {USER_COLUMNS} FROM users WHERE tenant_id = $1 AND id = $2"
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
        "SELECT {USER_COLUMNS} FROM users WHERE tenant_id = $1 ORDER BY id"
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
    query("DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND token_hash <> $3")
        .bind(&tenant)
        .bind(&user)
        .bind(kept_session)
        .execute(connection)
        .await?;
    Ok(())
}

/// Begins a session, and forgets those that have ended.
pub async fn insert_session(
    connection: &mut Connection,
    scope: &Scope,
    token_hash: &str,
    now: i64,
    expires_at: i64,
) -> Result<(), Error> {
    query("DELETE FROM sessions WHERE expires_at <= $1")
        .bind(now)
        .execute(&mut *connection)
        .await?;
    query(
        "INSERT INTO sessions (token_hash, tenant_id, user_id, created_at, last_used_at, expires_at)
         VALUES ($1, $2, $3, $4, $4, $5)",
    )
    .bind(token_hash)
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(now)
    .bind(expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// A session that is still good.
pub struct StoredSession {
    pub tenant: TenantId,
    pub user: User,
    pub last_used_at: i64,
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
        "SELECT s.tenant_id, s.last_used_at, u.id, u.email, u.name, u.language, u.role, u.mail_on_incident, u.mail_language
         FROM sessions s JOIN users u ON u.id = s.user_id AND u.tenant_id = s.tenant_id
         WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_used_at > $3",
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
