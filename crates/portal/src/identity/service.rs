//! Signing in and out, sessions, what users change about themselves.

use super::model::Means;
use super::model::{NewUser, PasswordChange, ProfileChange, User};
use super::sessions::{self, OpenSession, Visitor};
use super::throttle::Attempt;
use super::{PasswordHasher, browsers, factors, queries};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::database::Connection;
use crate::http::causes;
use crate::tenancy::{Action, Resource, Role, Scope, TenantId, UserId};
use crate::text::checked_name;
use crate::{Code, Error, limits, tenancy};
use serde_json::json;
use std::net::IpAddr;

/// Takes in a user.
///
/// # Errors
/// When the address is taken, or name, address or password cannot be one.
pub async fn create(context: &Context, scope: &Scope, mut new: NewUser) -> Result<UserId, Error> {
    new.email = checked_email(&new.email)?;
    new.name = checked_name("name", &new.name)?;
    let tenant = tenancy::service::name(context, scope).await?;
    let own_words = [new.name.as_str(), &new.email, &tenant];
    PasswordHasher::check_new(&new.password, false, &own_words)?;
    tenancy::service::require_home_of(context, scope.tenant()?, new.role).await?;
    let hash = context.passwords.hash(new.password.clone()).await?;
    let mut transaction = context.database.write(scope).await?;
    let id = queries::insert(&mut transaction, scope, &new, &hash, context.clock.micros()).await?;
    let detail = json!({ "role": new.role.key(), "email": new.email });
    let target = Target::of("person", id, &new.name);
    audit::service::write(
        context,
        &mut transaction,
        scope,
        Act::PersonCreated,
        target,
        detail,
    )
    .await?;
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
    let mut connection = context.database.read(scope).await?;
    queries::one(&mut connection, scope, id)
        .await?
        .ok_or_else(|| Code::NotFound.into())
}

/// Trimmed, lower case, with something on both sides of one `@`.
pub(crate) fn checked_email(text: &str) -> Result<String, Error> {
    let email = text.trim().to_lowercase();
    let parsed = email.parse::<lettre::Address>().is_ok();
    if !parsed || email.chars().count() > limits::EMAIL_CHARS_MAX {
        return Err(Error::invalid("email is not a mail address"));
    }
    Ok(email)
}

/// What becomes of a right password.
pub enum SignedIn {
    /// A session has begun: the token for its cookie.
    Session(String),
    /// A second factor is asked for: the token for the cookie of the step between.
    SecondStep(String),
}

/// Signs in by password. Unknown address and wrong password take the same time and look the same.
///
/// # Errors
/// Sign-in failed, or too many attempts.
pub async fn sign_in(
    context: &Context,
    email: &str,
    password: String,
    visitor: &Visitor,
) -> Result<SignedIn, Error> {
    let email = email.trim().to_lowercase();
    if email.chars().count() > limits::EMAIL_CHARS_MAX {
        return Err(Code::SignInFailed.into());
    }
    let browser = browsers::known_by_email(context, visitor, &email).await?;
    let attempt = Attempt {
        account: &email,
        address: visitor.address,
        browser,
    };
    attempt.take(context).await?;
    let found = {
        let mut connection = context.database.read(&Scope::system()).await?;
        queries::by_email(&mut connection, &Scope::system(), &email).await?
    };
    let hash = found.as_ref().map(|(_, _, hash)| hash.clone());
    let fits = context.passwords.verify(password, hash).await?;
    let (user, tenant) = match (found, fits) {
        (Some((user, tenant, _)), true) => (user, tenant),
        (Some((user, tenant, _)), false) => {
            note_failure(context, tenant, user, &email, visitor.address);
            return Err(Code::SignInFailed.into());
        }
        (None, _) => return Err(Code::SignInFailed.into()),
    };
    attempt.succeeded(context).await?;
    // The role plays no part in beginning a session; it is read anew with every request.
    let scope = Scope::user(tenant, user, Role::Viewer);
    let mut transaction = context.database.write(&scope).await?;
    let signed_in = if factors::service::has_any(&mut transaction, &scope).await? {
        let step = factors::service::begin_step(context, &mut transaction, &scope, Means::Password)
            .await?;
        SignedIn::SecondStep(step)
    } else {
        let means = Means::Password;
        SignedIn::Session(sessions::begin(context, &mut transaction, &scope, visitor, means).await?)
    };
    transaction.commit().await?;
    Ok(signed_in)
}

/// Checks that a password may be somebody's new one.
///
/// # Errors
/// When it is too short or long, well known, or made of the person's own words; or the database fails.
pub(crate) async fn check_new_password(
    context: &Context,
    scope: &Scope,
    user: &User,
    password: &str,
) -> Result<(), Error> {
    let tenant = tenancy::service::name(context, scope).await?;
    let has_second_factor = {
        let mut connection = context.database.read(scope).await?;
        factors::service::has_any_of(&mut connection, scope, user.id).await?
    };
    let own_words = [user.name.as_str(), &user.email, &tenant];
    PasswordHasher::check_new(password, has_second_factor, &own_words)
}

/// Writes to the audit log of somebody's tenant that somebody else, or he himself, did not get in. Apart from the request:
/// the time of its answer does not tell that the address is known.
fn note_failure(context: &Context, tenant: TenantId, user: UserId, email: &str, address: IpAddr) {
    let target = Target::of("person", user, email);
    let context = context.clone();
    let noted = async move {
        let scope = Scope::system_in(tenant);
        let mut transaction = context.database.write(&scope).await?;
        let detail = json!({ "address": address.to_string() });
        let act = Act::SignInFailed;
        audit::service::write(&context, &mut transaction, &scope, act, target, detail).await?;
        transaction.commit().await
    };
    tokio::spawn(async move {
        let noted: Result<(), Error> = noted.await;
        if let Err(error) = noted {
            tracing::error!(error = causes(&error), "cannot note a failed sign-in");
        }
    });
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
    let mut transaction = context.database.write(scope).await?;
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
    let scope = &session.home;
    scope.authorize(Action::Update, Resource::Profile)?;
    check_new_password(context, scope, &session.user, &change.new).await?;
    let attempt = Attempt {
        account: &session.user.email,
        address,
        browser: Some(&session.token_hash),
    };
    attempt.take(context).await?;
    let current = {
        let mut connection = context.database.read(scope).await?;
        queries::own_password_hash(&mut connection, scope).await?
    };
    if !context
        .passwords
        .verify(change.current, Some(current))
        .await?
    {
        return Err(Code::PasswordWrong.into());
    }
    attempt.succeeded(context).await?;
    let hash = context.passwords.hash(change.new).await?;
    let mut transaction = context.database.write(scope).await?;
    queries::replace_own_password(&mut transaction, scope, &hash, &session.token_hash).await?;
    let detail = json!({ "address": address.to_string() });
    let (act, target) = (Act::PasswordChanged, Target::none());
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await?;
    Ok(())
}
