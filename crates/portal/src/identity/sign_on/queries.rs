//! Statements on sign-on services and on who is known to them.

use crate::Error;
use crate::database::{Connection, query};
use crate::locale::language_from_key;
use crate::tenancy::{Id, Role, Scope, UserId};
use event::Language;

/// A tenant's service as it is stored; the secret is sealed, and empty where there is none.
#[derive(Clone)]
pub struct Stored {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
    pub domains: Vec<String>,
    pub new_role: Option<Role>,
    pub is_required: bool,
    pub is_trusted: bool,
}

/// The service of the scope's tenant.
pub async fn one(connection: &mut Connection, scope: &Scope) -> Result<Option<Stored>, Error> {
    let row = query(
        "SELECT issuer, client_id, client_secret, domains, new_role, is_required, is_trusted FROM sign_on WHERE tenant_id = $1",
    )
    .bind(scope.tenant()?.to_string())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let domains: &str = row.try_get("domains")?;
        Ok(Stored {
            issuer: row.try_get("issuer")?,
            client_id: row.try_get("client_id")?,
            client_secret: row.try_get("client_secret")?,
            domains: domains.split_whitespace().map(str::to_owned).collect(),
            new_role: Role::from_key(row.try_get("new_role")?),
            is_required: row.try_get::<i64, _>("is_required")? != 0,
            is_trusted: row.try_get::<i64, _>("is_trusted")? != 0,
        })
    })
    .transpose()
}

/// Puts a service in place of the one of the scope's tenant.
pub async fn put(connection: &mut Connection, scope: &Scope, stored: &Stored) -> Result<(), Error> {
    query(
        "INSERT INTO sign_on (tenant_id, issuer, client_id, client_secret, domains, new_role, is_required, is_trusted)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id) DO UPDATE SET issuer = excluded.issuer, client_id = excluded.client_id,
             client_secret = excluded.client_secret, domains = excluded.domains, new_role = excluded.new_role,
             is_required = excluded.is_required, is_trusted = excluded.is_trusted",
    )
    .bind(scope.tenant()?.to_string())
    .bind(&stored.issuer)
    .bind(&stored.client_id)
    .bind(&stored.client_secret)
    .bind(stored.domains.join(" "))
    .bind(stored.new_role.map_or("", Role::key))
    .bind(i64::from(stored.is_required))
    .bind(i64::from(stored.is_trusted))
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the service of the scope's tenant and who is known to it; how many services there were.
pub async fn delete(connection: &mut Connection, scope: &Scope) -> Result<u64, Error> {
    let tenant = scope.tenant()?.to_string();
    query("DELETE FROM sign_on_subjects WHERE tenant_id = $1")
        .bind(&tenant)
        .execute(&mut *connection)
        .await?;
    query("DELETE FROM sign_on WHERE tenant_id = $1")
        .bind(tenant)
        .execute(connection)
        .await
}

/// Whether the scope's person may come in by the service only, as far as the service is concerned, and what he is.
pub async fn required_of(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<Option<Role>, Error> {
    let row = query(
        "SELECT u.role FROM sign_on s JOIN users u ON u.tenant_id = s.tenant_id
         WHERE s.tenant_id = $1 AND s.is_required = 1 AND u.id = $2",
    )
    .bind(scope.tenant()?.to_string())
    .bind(scope.user_id()?.to_string())
    .fetch_optional(connection)
    .await?;
    row.map(|row| Role::from_key(row.try_get("role")?).ok_or(Error::Stored { what: "role" }))
        .transpose()
}

/// Ends the open sessions of the scope's tenant that began otherwise, but of the given roles.
pub async fn end_other_sessions(
    connection: &mut Connection,
    scope: &Scope,
    spared: [Role; 2],
) -> Result<(), Error> {
    query(
        "DELETE FROM sessions WHERE tenant_id = $1 AND means NOT IN ('sign_on', 'sign_on_alone', 'sign_on_code')
         AND user_id IN (SELECT id FROM users WHERE tenant_id = $1 AND role NOT IN ($2, $3))",
    )
    .bind(scope.tenant()?.to_string())
    .bind(spared[0].key())
    .bind(spared[1].key())
    .execute(connection)
    .await?;
    Ok(())
}

/// Who of the scope's tenant is known to a service by its own name.
pub async fn by_subject(
    connection: &mut Connection,
    scope: &Scope,
    issuer: &str,
    subject: &str,
) -> Result<Option<UserId>, Error> {
    let row = query(
        "SELECT u.id FROM sign_on_subjects s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
         WHERE s.tenant_id = $1 AND s.issuer = $2 AND s.subject = $3 AND u.removed_at IS NULL",
    )
    .bind(scope.tenant()?.to_string())
    .bind(issuer)
    .bind(subject)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Id::stored(row.try_get("id")?)).transpose()
}

/// Who of the scope's tenant has an address.
pub async fn by_email(
    connection: &mut Connection,
    scope: &Scope,
    email: &str,
) -> Result<Option<UserId>, Error> {
    let row =
        query("SELECT id FROM users WHERE tenant_id = $1 AND email = $2 AND removed_at IS NULL")
            .bind(scope.tenant()?.to_string())
            .bind(email)
            .fetch_optional(connection)
            .await?;
    row.map(|row| Id::stored(row.try_get("id")?)).transpose()
}

/// From now on a person is known to a service by its name for him; false when he is known to it by another one.
pub async fn bind(
    connection: &mut Connection,
    scope: &Scope,
    user: UserId,
    (issuer, subject): (&str, &str),
    now: i64,
) -> Result<bool, Error> {
    let bound = query(
        "INSERT INTO sign_on_subjects (tenant_id, issuer, subject, user_id, bound_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
    )
    .bind(scope.tenant()?.to_string())
    .bind(issuer)
    .bind(subject)
    .bind(user.to_string())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(bound > 0)
}

/// Somebody is known to no service any more.
pub async fn unbind(connection: &mut Connection, scope: &Scope, user: UserId) -> Result<(), Error> {
    query("DELETE FROM sign_on_subjects WHERE tenant_id = $1 AND user_id = $2")
        .bind(scope.tenant()?.to_string())
        .bind(user.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Somebody who was invited.
pub struct Invited {
    pub name: String,
    pub role: Role,
    pub language: Language,
}

/// Spends the invitation of an address, where there is one that is still good.
pub async fn take_invitation(
    connection: &mut Connection,
    scope: &Scope,
    email: &str,
    now: i64,
) -> Result<Option<Invited>, Error> {
    let row = query(
        "DELETE FROM invitations WHERE tenant_id = $1 AND email = $2 AND expires_at > $3 RETURNING name, role, language",
    )
    .bind(scope.tenant()?.to_string())
    .bind(email)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    let stored = |what| Error::Stored { what };
    row.map(|row| {
        Ok(Invited {
            name: row.try_get("name")?,
            role: Role::from_key(row.try_get("role")?).ok_or_else(|| stored("role"))?,
            language: language_from_key(row.try_get("language")?)
                .ok_or_else(|| stored("language"))?,
        })
    })
    .transpose()
}
