//! Statements on people, invitations and links for new passwords.

use super::model::{Invitation, InvitationId, Person};
use crate::Error;
use crate::database::{Connection, Row, query, scalar};
use crate::locale::{Localized as _, language_from_key};
use crate::tenancy::{Id, Role, Scope, TenantId, UserId};
use event::Timestamp;

const PERSON_COLUMNS: &str = "id, email, name, role, created_at, last_signed_in_at,
    (SELECT COUNT(*) FROM totp_secrets t WHERE t.tenant_id = users.tenant_id AND t.user_id = users.id AND t.confirmed_at IS NOT NULL)
  + (SELECT COUNT(*) FROM passkeys p WHERE p.tenant_id = users.tenant_id AND p.user_id = users.id) AS factors";
const INVITATION_COLUMNS: &str =
    "i.id, i.email, i.name, i.role, i.language, u.name AS invited_by, i.created_at, i.expires_at";

fn role(row: &Row) -> Result<Role, Error> {
    Role::from_key(row.try_get("role")?).ok_or(Error::Stored { what: "role" })
}

fn person(row: &Row) -> Result<Person, Error> {
    let factors: i64 = row.try_get("factors")?;
    let last: Option<i64> = row.try_get("last_signed_in_at")?;
    Ok(Person {
        id: Id::stored(row.try_get("id")?)?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        role: role(row)?,
        has_second_factor: factors > 0,
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        last_signed_in_at: last.map(Timestamp::from_micros),
    })
}

/// Everybody of the tenant who has not left.
pub async fn people(connection: &mut Connection, scope: &Scope) -> Result<Vec<Person>, Error> {
    let rows = query(format!(
        "SELECT {PERSON_COLUMNS} FROM users WHERE tenant_id = $1 AND removed_at IS NULL ORDER BY name, id"
    ))
    .bind(scope.tenant()?.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(person).collect()
}

/// Somebody of the tenant who has not left.
pub async fn one(
    connection: &mut Connection,
    scope: &Scope,
    id: UserId,
) -> Result<Option<Person>, Error> {
    let row = query(format!(
        "SELECT {PERSON_COLUMNS} FROM users WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL"
    ))
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(person).transpose()
}

/// How many people of a role the tenant has.
pub async fn count(connection: &mut Connection, scope: &Scope, role: Role) -> Result<i64, Error> {
    scalar("SELECT COUNT(*) FROM users WHERE tenant_id = $1 AND role = $2 AND removed_at IS NULL")
        .bind(scope.tenant()?.to_string())
        .bind(role.key())
        .fetch_one(connection)
        .await
}

/// How many people and invitations the tenant has.
pub async fn count_all(connection: &mut Connection, scope: &Scope) -> Result<i64, Error> {
    scalar(
        "SELECT (SELECT COUNT(*) FROM users WHERE tenant_id = $1 AND removed_at IS NULL)
             + (SELECT COUNT(*) FROM invitations WHERE tenant_id = $1)",
    )
    .bind(scope.tenant()?.to_string())
    .fetch_one(connection)
    .await
}

/// Changes what somebody may do.
pub async fn set_role(
    connection: &mut Connection,
    scope: &Scope,
    id: UserId,
    role: Role,
) -> Result<(), Error> {
    query("UPDATE users SET role = $3 WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .bind(role.key())
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes everything of somebody by which he could sign in or be written to; the name stays for the history.
pub async fn remove(
    connection: &mut Connection,
    scope: &Scope,
    id: UserId,
    now: i64,
) -> Result<(), Error> {
    let tenant = scope.tenant()?.to_string();
    for table in ["sessions", "password_links"] {
        query(format!(
            "DELETE FROM {table} WHERE tenant_id = $1 AND user_id = $2"
        ))
        .bind(&tenant)
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
    }
    query(
        "UPDATE users SET removed_at = $3, email = $4, password_hash = '', mail_on_incident = 'none'
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind(tenant)
    .bind(id.to_string())
    .bind(now)
    .bind(format!("removed:{id}"))
    .execute(connection)
    .await?;
    Ok(())
}

fn invitation(row: &Row, now: i64) -> Result<Invitation, Error> {
    let expires_at = row.try_get("expires_at")?;
    Ok(Invitation {
        id: Id::stored(row.try_get("id")?)?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        role: role(row)?,
        language: language_from_key(row.try_get("language")?)
            .ok_or(Error::Stored { what: "language" })?,
        invited_by: row
            .try_get::<Option<String>, _>("invited_by")?
            .unwrap_or_default(),
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        expires_at: Timestamp::from_micros(expires_at),
        has_expired: expires_at <= now,
    })
}

/// Invitations of the tenant that wait, the newest first.
pub async fn invitations(
    connection: &mut Connection,
    scope: &Scope,
    now: i64,
) -> Result<Vec<Invitation>, Error> {
    let rows = query(format!(
        "SELECT {INVITATION_COLUMNS} FROM invitations i LEFT JOIN users u ON u.id = i.invited_by
         WHERE i.tenant_id = $1 ORDER BY i.created_at DESC, i.id DESC"
    ))
    .bind(scope.tenant()?.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| invitation(row, now)).collect()
}

/// An invitation of the tenant.
pub async fn one_invitation(
    connection: &mut Connection,
    scope: &Scope,
    id: InvitationId,
    now: i64,
) -> Result<Option<Invitation>, Error> {
    let row = query(format!(
        "SELECT {INVITATION_COLUMNS} FROM invitations i LEFT JOIN users u ON u.id = i.invited_by
         WHERE i.tenant_id = $1 AND i.id = $2"
    ))
    .bind(scope.tenant()?.to_string())
    .bind(id.to_string())
    .fetch_optional(connection)
    .await?;
    row.map(|row| invitation(&row, now)).transpose()
}

/// Whether somebody of the tenant has this address.
pub async fn is_known(
    connection: &mut Connection,
    scope: &Scope,
    email: &str,
) -> Result<bool, Error> {
    let count: i64 = scalar("SELECT COUNT(*) FROM users WHERE tenant_id = $1 AND email = $2")
        .bind(scope.tenant()?.to_string())
        .bind(email)
        .fetch_one(connection)
        .await?;
    Ok(count > 0)
}

/// Keeps an invitation; false when the address is invited already.
pub async fn invite(
    connection: &mut Connection,
    scope: &Scope,
    invitation: &Invitation,
    token_hash: &str,
) -> Result<bool, Error> {
    let by = scope.user_id().map(|id| id.to_string()).unwrap_or_default();
    let inserted = query(
        "INSERT INTO invitations (tenant_id, id, email, name, role, language, token_hash, invited_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (tenant_id, email) DO NOTHING",
    )
    .bind(scope.tenant()?.to_string())
    .bind(invitation.id.to_string())
    .bind(&invitation.email)
    .bind(&invitation.name)
    .bind(invitation.role.key())
    .bind(invitation.language.key())
    .bind(token_hash)
    .bind(by)
    .bind(invitation.created_at.micros())
    .bind(invitation.expires_at.micros())
    .execute(connection)
    .await?;
    Ok(inserted == 1)
}

/// Gives an invitation a new link; the one before is good no longer.
pub async fn renew_invitation(
    connection: &mut Connection,
    scope: &Scope,
    invitation: &Invitation,
    token_hash: &str,
) -> Result<(), Error> {
    query(
        "UPDATE invitations SET token_hash = $3, created_at = $4, expires_at = $5 WHERE tenant_id = $1 AND id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(invitation.id.to_string())
    .bind(token_hash)
    .bind(invitation.created_at.micros())
    .bind(invitation.expires_at.micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends an invitation; false when it was gone.
pub async fn delete_invitation(
    connection: &mut Connection,
    scope: &Scope,
    id: InvitationId,
) -> Result<bool, Error> {
    let deleted = query("DELETE FROM invitations WHERE tenant_id = $1 AND id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(deleted == 1)
}

/// The invitation of a link that is still good, before anybody is known.
pub async fn invitation_of(
    connection: &mut Connection,
    scope: &Scope,
    token_hash: &str,
    now: i64,
) -> Result<Option<(TenantId, Invitation)>, Error> {
    scope.require_all_tenants()?;
    let row = query(format!(
        "SELECT i.tenant_id, {INVITATION_COLUMNS} FROM invitations i LEFT JOIN users u ON u.id = i.invited_by
         WHERE i.token_hash = $1 AND i.expires_at > $2"
    ))
    .bind(token_hash)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok((
            Id::stored(row.try_get("tenant_id")?)?,
            invitation(&row, now)?,
        ))
    })
    .transpose()
}

/// Keeps the one link by which somebody sets a new password.
pub async fn put_password_link(
    connection: &mut Connection,
    scope: &Scope,
    user: UserId,
    token_hash: &str,
    now: i64,
    expires_at: i64,
) -> Result<(), Error> {
    query(
        "INSERT INTO password_links (tenant_id, user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET token_hash = excluded.token_hash,
             created_at = excluded.created_at, expires_at = excluded.expires_at",
    )
    .bind(scope.tenant()?.to_string())
    .bind(user.to_string())
    .bind(token_hash)
    .bind(now)
    .bind(expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whose link this is, before anybody is known.
pub async fn password_link(
    connection: &mut Connection,
    scope: &Scope,
    token_hash: &str,
    now: i64,
) -> Result<Option<(TenantId, UserId)>, Error> {
    scope.require_all_tenants()?;
    let row = query(
        "SELECT tenant_id, user_id FROM password_links WHERE token_hash = $1 AND expires_at > $2",
    )
    .bind(token_hash)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok((
            Id::stored(row.try_get("tenant_id")?)?,
            Id::stored(row.try_get("user_id")?)?,
        ))
    })
    .transpose()
}

/// Sets somebody's password, ends all sessions and the link.
pub async fn reset_password(
    connection: &mut Connection,
    scope: &Scope,
    user: UserId,
    password_hash: &str,
) -> Result<(), Error> {
    let tenant = scope.tenant()?.to_string();
    query("UPDATE users SET password_hash = $3 WHERE tenant_id = $1 AND id = $2")
        .bind(&tenant)
        .bind(user.to_string())
        .bind(password_hash)
        .execute(&mut *connection)
        .await?;
    for table in ["sessions", "password_links"] {
        query(format!(
            "DELETE FROM {table} WHERE tenant_id = $1 AND user_id = $2"
        ))
        .bind(&tenant)
        .bind(user.to_string())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
