//! Signing in and out, sessions, what users change about themselves.

use super::model::{NewUser, PasswordChange, ProfileChange, User};
use super::{PasswordHasher, queries};
use crate::context::Context;
use crate::database::Connection;
use crate::error::Refusal;
use crate::tenancy::{Action, Resource, Role, Scope, TenantId, UserId};
use crate::text::checked_name;
use crate::{Code, Error, limits, secret};
use std::net::IpAddr;

const MICROS_PER_MINUTE: i64 = 60_000_000;

/// A session in use: who, and by which token (only its hash).
pub struct OpenSession {
    /// Who asks.
    pub scope: Scope,
    /// The user's tenant.
    pub tenant: TenantId,
    /// The user.
    pub user: User,
    /// Hash of the cookie's token.
    pub token_hash: String,
    /// What unsafe requests must carry.
    pub csrf_token: String,
}

/// Takes in a user.
///
/// # Errors
/// When the address is taken, or name, address or password cannot be one.
pub async fn create(context: &Context, scope: &Scope, mut new: NewUser) -> Result<UserId, Error> {
    new.email = checked_email(&new.email)?;
    new.name = checked_name("name", &new.name)?;
    PasswordHasher::check_new(&new.password)?;
    let hash = context.passwords.hash(new.password.clone()).await?;
    let mut transaction = context.database.write().await?;
    let id = queries::insert(&mut transaction, scope, &new, &hash, context.clock.micros()).await?;
    transaction.commit().await?;
    Ok(id)
}

/// The users of the scope's tenant, for other areas within a transaction of theirs.
///
/// # Errors
/// When the database fails.
pub(crate) async fn users(connection: &mut Connection, scope: &Scope) -> Result<Vec<User>, Error> {
    queries::all(connection, scope).await
}

/// A user of the scope's tenant, for other areas.
///
/// # Errors
/// Not found, or the database fails.
pub(crate) async fn user(context: &Context, scope: &Scope, id: UserId) -> Result<User, Error> {
    let mut connection = context.database.read().await?;
    queries::one(&mut connection, scope, id)
        .await?
        .ok_or_else(|| Code::NotFound.into())
}

/// Trimmed, lower case, with something on both sides of one `@`.
fn checked_email(text: &str) -> Result<String, Error> {
    let email = text.trim().to_lowercase();
    let parsed = email.parse::<lettre::Address>().is_ok();
    if !parsed || email.chars().count() > limits::EMAIL_CHARS_MAX {
        return Err(Error::invalid("email is not a mail address"));
    }
    Ok(email)
}

/// Signs in: a token for the cookie. Unknown address and wrong password take the same time and look the same.
///
/// # Errors
/// Sign-in failed, or too many attempts.
pub async fn sign_in(
    context: &Context,
    email: &str,
    password: String,
    address: IpAddr,
) -> Result<String, Error> {
    let email = email.trim().to_lowercase();
    if email.chars().count() > limits::EMAIL_CHARS_MAX {
        return Err(Code::SignInFailed.into());
    }
    let seconds = context.clock.now().seconds();
    if let Err(wait) = context.throttle.attempt(&email, address, seconds) {
        return Err(Error::Refused(Refusal {
            code: Code::TooManyAttempts,
            detail: None,
            retry_after_seconds: Some(wait),
        }));
    }
    let found = {
        let mut connection = context.database.read().await?;
        queries::by_email(&mut connection, &Scope::system(), &email).await?
    };
    let hash = found.as_ref().map(|(_, _, hash)| hash.clone());
    let fits = context.passwords.verify(password, hash).await?;
    let (Some((user, tenant, _)), true) = (found, fits) else {
        return Err(Code::SignInFailed.into());
    };
    context.throttle.succeeded(&email, address);
    let token = secret::random_token();
    let now = context.clock.micros();
    let hours = i64::from(context.settings.session_hours_max);
    let expires_at = now.saturating_add(hours.saturating_mul(60 * MICROS_PER_MINUTE));
    // The role plays no part in beginning a session; it is read anew with every request.
    let scope = Scope::user(tenant, user, Role::Viewer);
    let mut transaction = context.database.write().await?;
    queries::insert_session(
        &mut transaction,
        &scope,
        &secret::hash(&token),
        now,
        expires_at,
    )
    .await?;
    transaction.commit().await?;
    Ok(token)
}

/// The session of a cookie's token; notes its use, at most once a minute.
///
/// # Errors
/// Sign-in required, when there is none or it has ended.
pub async fn resume(context: &Context, token: &str) -> Result<OpenSession, Error> {
    let token_hash = secret::hash(token);
    let now = context.clock.micros();
    let idle = i64::from(context.settings.session_idle_minutes).saturating_mul(MICROS_PER_MINUTE);
    let found = {
        let mut connection = context.database.read().await?;
        let used_after = now.saturating_sub(idle);
        queries::session(
            &mut connection,
            &Scope::system(),
            &token_hash,
            now,
            used_after,
        )
        .await?
    };
    let found = found.ok_or(Code::SignInRequired)?;
    let scope = Scope::user(found.tenant, found.user.id, found.user.role);
    if now.saturating_sub(found.last_used_at) >= MICROS_PER_MINUTE {
        let mut transaction = context.database.write().await?;
        queries::touch_session(&mut transaction, &scope, &token_hash, now).await?;
        transaction.commit().await?;
    }
    Ok(OpenSession {
        scope,
        tenant: found.tenant,
        user: found.user,
        token_hash,
        csrf_token: csrf_token(token),
    })
}

/// Whether a session is still good, without counting as use.
///
/// # Errors
/// When the database fails.
pub async fn is_open(context: &Context, token_hash: &str) -> Result<bool, Error> {
    let now = context.clock.micros();
    let idle = i64::from(context.settings.session_idle_minutes).saturating_mul(MICROS_PER_MINUTE);
    let mut connection = context.database.read().await?;
    let used_after = now.saturating_sub(idle);
    let found = queries::session(
        &mut connection,
        &Scope::system(),
        token_hash,
        now,
        used_after,
    )
    .await?;
    Ok(found.is_some())
}

/// Derived from the session's token, so that it needs no storage and ends with the session.
fn csrf_token(token: &str) -> String {
    secret::hash(&format!("csrf {token}"))
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub async fn sign_out(context: &Context, scope: &Scope, token_hash: &str) -> Result<(), Error> {
    let mut transaction = context.database.write().await?;
    queries::delete_session(&mut transaction, scope, token_hash).await?;
    transaction.commit().await?;
    Ok(())
}

/// Changes what users may change about themselves.
///
/// # Errors
/// When the name cannot be one, or the database fails.
pub async fn change_own(
    context: &Context,
    scope: &Scope,
    change: ProfileChange,
) -> Result<User, Error> {
    scope.authorize(Action::Update, Resource::Profile)?;
    let mut transaction = context.database.write().await?;
    let mut user = queries::own(&mut transaction, scope).await?;
    if let Some(name) = change.name {
        user.name = checked_name("name", &name)?;
    }
    user.language = change.language.unwrap_or(user.language);
    user.mail_on_incident = change.mail_on_incident.unwrap_or(user.mail_on_incident);
    user.mail_language = change.mail_language.unwrap_or(user.mail_language);
    queries::update_own(&mut transaction, scope, &user).await?;
    transaction.commit().await?;
    Ok(user)
}

/// Changes the own password and ends the user's other sessions.
///
/// # Errors
/// When the current password is wrong, guessed too often, or the new one cannot be one.
pub async fn change_own_password(
    context: &Context,
    session: &OpenSession,
    change: PasswordChange,
    address: IpAddr,
) -> Result<(), Error> {
    let scope = &session.scope;
    scope.authorize(Action::Update, Resource::Profile)?;
    PasswordHasher::check_new(&change.new)?;
    let seconds = context.clock.now().seconds();
    let account = &session.user.email;
    if let Err(wait) = context.throttle.attempt(account, address, seconds) {
        return Err(Error::Refused(Refusal {
            code: Code::TooManyAttempts,
            detail: None,
            retry_after_seconds: Some(wait),
        }));
    }
    let current = {
        let mut connection = context.database.read().await?;
        queries::own_password_hash(&mut connection, scope).await?
    };
    if !context
        .passwords
        .verify(change.current, Some(current))
        .await?
    {
        return Err(Code::PasswordWrong.into());
    }
    context.throttle.succeeded(account, address);
    let hash = context.passwords.hash(change.new).await?;
    let mut transaction = context.database.write().await?;
    queries::replace_own_password(&mut transaction, scope, &hash, &session.token_hash).await?;
    transaction.commit().await?;
    Ok(())
}
