//! Statements on second factors and on what waits for a second step.

use super::model::{PasskeyId, PasskeyView};
use crate::Error;
use crate::database::{Connection, query, scalar};
use crate::tenancy::{Id, Scope, TenantId, UserId};
use event::Timestamp;

/// How many factors somebody has beside the password.
pub async fn count(connection: &mut Connection, scope: &Scope, user: UserId) -> Result<i64, Error> {
    scalar(
        "SELECT (SELECT COUNT(*) FROM totp_secrets WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NOT NULL)
             + (SELECT COUNT(*) FROM passkeys WHERE tenant_id = $1 AND user_id = $2)",
    )
    .bind(scope.tenant()?.to_string())
    .bind(user.to_string())
    .fetch_one(connection)
    .await
}

/// The secret of an authenticator app.
pub struct StoredTotp {
    pub secret: String,
    pub is_confirmed: bool,
    pub last_step: i64,
}

/// The own authenticator app.
pub async fn totp(connection: &mut Connection, scope: &Scope) -> Result<Option<StoredTotp>, Error> {
    let row = query(
        "SELECT secret, confirmed_at, last_step FROM totp_secrets WHERE tenant_id = $1 AND user_id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(StoredTotp {
            secret: row.try_get("secret")?,
            is_confirmed: row.try_get::<Option<i64>, _>("confirmed_at")?.is_some(),
            last_step: row.try_get("last_step")?,
        })
    })
    .transpose()
}

/// Offers an own secret; one that was not confirmed is forgotten.
pub async fn put_totp(
    connection: &mut Connection,
    scope: &Scope,
    secret: &str,
    now: i64,
) -> Result<(), Error> {
    query(
        "INSERT INTO totp_secrets (tenant_id, user_id, secret, last_step, created_at) VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(secret)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Every secret there is, with whose it is.
pub async fn every_totp(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Vec<(TenantId, UserId, String)>, Error> {
    scope.require_all_tenants()?;
    let rows = query("SELECT tenant_id, user_id, secret FROM totp_secrets")
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok((
                Id::stored(row.try_get("tenant_id")?)?,
                Id::stored(row.try_get("user_id")?)?,
                row.try_get("secret")?,
            ))
        })
        .collect()
}

/// Puts the sealed form of an own secret in its place.
pub async fn reseal_totp(
    connection: &mut Connection,
    scope: &Scope,
    sealed: &str,
) -> Result<(), Error> {
    query("UPDATE totp_secrets SET secret = $3 WHERE tenant_id = $1 AND user_id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(scope.user_id()?.to_string())
        .bind(sealed)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes a code's time step, so that it is good no second time; the first one confirms the app.
pub async fn take_step(
    connection: &mut Connection,
    scope: &Scope,
    step: i64,
    now: i64,
) -> Result<(), Error> {
    query(
        "UPDATE totp_secrets SET last_step = $3, confirmed_at = COALESCE(confirmed_at, $4)
         WHERE tenant_id = $1 AND user_id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(step)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the authenticator app; how many there were.
pub async fn delete_totp(
    connection: &mut Connection,
    scope: &Scope,
    user: UserId,
) -> Result<u64, Error> {
    query("DELETE FROM totp_secrets WHERE tenant_id = $1 AND user_id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(user.to_string())
        .execute(connection)
        .await
}

/// Forgets all factors of somebody.
pub async fn delete_all(
    connection: &mut Connection,
    scope: &Scope,
    user: UserId,
) -> Result<(), Error> {
    delete_totp(connection, scope, user).await?;
    for table in ["passkeys", "recovery_codes", "known_browsers"] {
        query(format!(
            "DELETE FROM {table} WHERE tenant_id = $1 AND user_id = $2"
        ))
        .bind(scope.tenant()?.to_string())
        .bind(user.to_string())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Puts new recovery codes in place of the old ones.
pub async fn replace_codes(
    connection: &mut Connection,
    scope: &Scope,
    hashes: &[String],
    now: i64,
) -> Result<(), Error> {
    let (tenant, user) = (scope.tenant()?.to_string(), scope.user_id()?.to_string());
    query("DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2")
        .bind(&tenant)
        .bind(&user)
        .execute(&mut *connection)
        .await?;
    for hash in hashes {
        query("INSERT INTO recovery_codes (tenant_id, user_id, code_hash, created_at) VALUES ($1, $2, $3, $4)")
            .bind(&tenant)
            .bind(&user)
            .bind(hash)
            .bind(now)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Spends a recovery code; false when there is no such one.
pub async fn spend_code(
    connection: &mut Connection,
    scope: &Scope,
    hash: &str,
) -> Result<bool, Error> {
    let deleted = query(
        "DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2 AND code_hash = $3",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(hash)
    .execute(connection)
    .await?;
    Ok(deleted == 1)
}

/// How many own recovery codes are left.
pub async fn codes_left(connection: &mut Connection, scope: &Scope) -> Result<i64, Error> {
    scalar("SELECT COUNT(*) FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(scope.user_id()?.to_string())
        .fetch_one(connection)
        .await
}

/// The own passkeys, the oldest first, each with what the authenticator gave.
pub async fn passkeys(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Vec<(PasskeyView, String)>, Error> {
    let rows = query(
        "SELECT id, name, passkey, created_at, last_used_at FROM passkeys WHERE tenant_id = $1 AND user_id = $2 ORDER BY id",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let last: Option<i64> = row.try_get("last_used_at")?;
            let view = PasskeyView {
                id: Id::stored(row.try_get("id")?)?,
                name: row.try_get("name")?,
                created_at: Timestamp::from_micros(row.try_get("created_at")?),
                last_used_at: last.map(Timestamp::from_micros),
            };
            Ok((view, row.try_get("passkey")?))
        })
        .collect()
}

/// A passkey to keep.
pub struct KeptPasskey<'a> {
    pub id: PasskeyId,
    pub credential_id: &'a str,
    pub name: &'a str,
    pub passkey: &'a str,
}

/// Keeps an own passkey; false when the authenticator's key is kept already.
pub async fn insert_passkey(
    connection: &mut Connection,
    scope: &Scope,
    kept: &KeptPasskey<'_>,
    now: i64,
) -> Result<bool, Error> {
    let inserted = query(
        "INSERT INTO passkeys (tenant_id, id, user_id, credential_id, name, passkey, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential_id) DO NOTHING",
    )
    .bind(scope.tenant()?.to_string())
    .bind(kept.id.to_string())
    .bind(scope.user_id()?.to_string())
    .bind(kept.credential_id)
    .bind(kept.name)
    .bind(kept.passkey)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(inserted == 1)
}

/// Forgets an own passkey; how many there were.
pub async fn delete_passkey(
    connection: &mut Connection,
    scope: &Scope,
    id: PasskeyId,
) -> Result<u64, Error> {
    query("DELETE FROM passkeys WHERE tenant_id = $1 AND user_id = $2 AND id = $3")
        .bind(scope.tenant()?.to_string())
        .bind(scope.user_id()?.to_string())
        .bind(id.to_string())
        .execute(connection)
        .await
}

/// Whose passkey this is, before anybody is known: tenant, user, what the authenticator gave.
pub async fn passkey_of(
    connection: &mut Connection,
    scope: &Scope,
    credential_id: &str,
) -> Result<Option<(TenantId, UserId, String)>, Error> {
    scope.require_all_tenants()?;
    let row = query(
        "SELECT p.tenant_id, p.user_id, p.passkey FROM passkeys p JOIN users u ON u.id = p.user_id
         WHERE p.credential_id = $1 AND u.removed_at IS NULL",
    )
    .bind(credential_id)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok((
            Id::stored(row.try_get("tenant_id")?)?,
            Id::stored(row.try_get("user_id")?)?,
            row.try_get("passkey")?,
        ))
    })
    .transpose()
}

/// Notes the use of an own passkey.
pub async fn use_passkey(
    connection: &mut Connection,
    scope: &Scope,
    credential_id: &str,
    passkey: &str,
    now: i64,
) -> Result<(), Error> {
    query("UPDATE passkeys SET passkey = $3, last_used_at = $4 WHERE tenant_id = $1 AND credential_id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(credential_id)
        .bind(passkey)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Something that waits for its second step.
pub struct Ceremony {
    pub tenant: Option<TenantId>,
    pub user: Option<UserId>,
    pub state: String,
    pub attempts: i64,
}

/// Keeps what waits for its second step, and forgets what has waited too long.
pub async fn begin_ceremony(
    connection: &mut Connection,
    scope: &Scope,
    token_hash: &str,
    kind: &str,
    state: &str,
    (now, expires_at): (i64, i64),
) -> Result<(), Error> {
    query("DELETE FROM ceremonies WHERE expires_at <= $1")
        .bind(now)
        .execute(&mut *connection)
        .await?;
    let tenant = scope.only_tenant().map(|tenant| tenant.to_string());
    let user = scope.user_id().map(|user| user.to_string());
    query(
        "INSERT INTO ceremonies (tenant_id, user_id, token_hash, kind, state, attempts, expires_at)
         VALUES ($1, $2, $3, $4, $5, 0, $6)",
    )
    .bind(tenant.unwrap_or_default())
    .bind(user.unwrap_or_default())
    .bind(token_hash)
    .bind(kind)
    .bind(state)
    .bind(expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// What waits under a token, before anybody is known; counts how often it was asked for.
pub async fn ceremony(
    connection: &mut Connection,
    scope: &Scope,
    token_hash: &str,
    kind: &str,
    now: i64,
) -> Result<Option<Ceremony>, Error> {
    scope.require_all_tenants()?;
    let row = query(
        "UPDATE ceremonies SET attempts = attempts + 1 WHERE token_hash = $1 AND kind = $2 AND expires_at > $3
         RETURNING tenant_id, user_id, state, attempts",
    )
    .bind(token_hash)
    .bind(kind)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Ceremony {
            tenant: known(row.try_get("tenant_id")?)?,
            user: known(row.try_get("user_id")?)?,
            state: row.try_get("state")?,
            attempts: row.try_get("attempts")?,
        })
    })
    .transpose()
}

fn known<Kind>(text: &str) -> Result<Option<Id<Kind>>, Error> {
    match text {
        "" => Ok(None),
        text => Id::stored(text).map(Some),
    }
}

/// Ends what waited.
pub async fn end_ceremony(
    connection: &mut Connection,
    scope: &Scope,
    token_hash: &str,
) -> Result<(), Error> {
    scope.require_all_tenants()?;
    query("DELETE FROM ceremonies WHERE token_hash = $1")
        .bind(token_hash)
        .execute(connection)
        .await?;
    Ok(())
}
