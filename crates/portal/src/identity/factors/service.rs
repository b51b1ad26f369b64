//! What people do with their second factors, and the step between password and session.

use super::model::{Factors, RecoveryCodes, TotpOffer};
use super::{queries, totp};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::database::Connection;
use crate::identity::model::Means;
use crate::identity::sessions::{self, OpenSession, Visitor};
use crate::identity::throttle::Attempt;
use crate::identity::{browsers, sign_on};
use crate::tenancy::{Action, Resource, Role, Scope, UserId};
use crate::{Code, Error, limits, seal, secret};
use serde_json::json;
use std::net::IpAddr;

const STEP_KIND: &str = "second_step";
const MICROS_PER_MINUTE: i64 = 60_000_000;
const STEP_MINUTES: i64 = 10;
/// Letters and digits that nobody mistakes for one another; 32 of them, five bits each.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Whether the scope's user has a second factor.
///
/// # Errors
/// When the database fails.
pub async fn has_any(connection: &mut Connection, scope: &Scope) -> Result<bool, Error> {
    has_any_of(connection, scope, scope.user_id()?).await
}

/// Whether somebody of the scope's tenant has a second factor.
///
/// # Errors
/// When the database fails.
pub async fn has_any_of(
    connection: &mut Connection,
    scope: &Scope,
    user: UserId,
) -> Result<bool, Error> {
    Ok(queries::count(connection, scope, user).await? > 0)
}

/// Forgets all factors of somebody who is removed or has lost them, and who he is at the tenant's sign-on service.
///
/// # Errors
/// When the database fails.
pub async fn forget_all(
    connection: &mut Connection,
    scope: &Scope,
    user: UserId,
) -> Result<(), Error> {
    sign_on::queries::unbind(connection, scope, user).await?;
    queries::delete_all(connection, scope, user).await
}

/// The own factors.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn factors(context: &Context, session: &OpenSession) -> Result<Factors, Error> {
    let scope = &session.home;
    scope.authorize(Action::Read, Resource::Profile)?;
    let mut connection = context.database.read(scope).await?;
    let totp = queries::totp(&mut connection, scope).await?;
    let passkeys = queries::passkeys(&mut connection, scope).await?;
    Ok(Factors {
        totp: totp.is_some_and(|totp| totp.is_confirmed),
        passkeys: passkeys.into_iter().map(|(view, _)| view).collect(),
        recovery_codes_left: queries::codes_left(&mut connection, scope).await?,
    })
}

/// A secret for an authenticator app, good once it is confirmed.
///
/// # Errors
/// Forbidden; there is an app already; or the database fails.
pub async fn offer_totp(context: &Context, session: &OpenSession) -> Result<TotpOffer, Error> {
    let scope = &session.home;
    scope.authorize(Action::Update, Resource::Profile)?;
    let secret = totp::new_secret();
    let mut transaction = context.database.write(scope).await?;
    let known = queries::totp(&mut transaction, scope).await?;
    if known.is_some_and(|known| known.is_confirmed) {
        return Err(Code::FactorLimit.into());
    }
    let now = context.clock.micros();
    let sealed = context.seal.seal(&purpose(scope)?, &secret)?;
    queries::put_totp(&mut transaction, scope, &sealed, now).await?;
    transaction.commit().await?;
    totp::offer(&secret, &session.user.email)
}

/// What a secret is sealed for: it is of no use in another person's row.
fn purpose(scope: &Scope) -> Result<String, Error> {
    let (tenant, user) = (scope.tenant()?, scope.user_id()?);
    Ok(format!("authenticator app of {user} in {tenant}"))
}

/// Seals the secrets that earlier versions left in plain text.
///
/// # Errors
/// When the database fails.
pub async fn seal_secrets(context: &Context) -> Result<(), Error> {
    let system = Scope::system();
    let mut transaction = context.database.write(&system).await?;
    let stored = queries::every_totp(&mut transaction, &system).await?;
    for (tenant, user, secret) in stored {
        if !seal::is_sealed(&secret) {
            let scope = Scope::user(tenant, user, Role::Viewer);
            let sealed = context.seal.seal(&purpose(&scope)?, &secret)?;
            queries::reseal_totp(&mut transaction, &scope, &sealed).await?;
        }
    }
    transaction.commit().await
}

/// Confirms the authenticator app by a code of it.
///
/// # Errors
/// Code wrong; there is no offer; or the database fails.
pub async fn confirm_totp(
    context: &Context,
    session: &OpenSession,
    code: &str,
) -> Result<(), Error> {
    let scope = &session.home;
    scope.authorize(Action::Update, Resource::Profile)?;
    let now = context.clock.now();
    let mut transaction = context.database.write(scope).await?;
    let known = queries::totp(&mut transaction, scope).await?;
    let Some(known) = known.filter(|known| !known.is_confirmed) else {
        return Err(Code::NotFound.into());
    };
    let secret = context.seal.unseal(&purpose(scope)?, &known.secret)?;
    let step = totp::step_of(&secret, code.trim(), now.seconds())?;
    let step = step.ok_or(Code::CodeWrong)?;
    queries::take_step(&mut transaction, scope, step, now.micros()).await?;
    let (act, target) = (Act::TotpAdded, Target::none());
    audit::service::write(context, &mut transaction, scope, act, target, json!({})).await?;
    transaction.commit().await
}

/// Forgets the authenticator app.
///
/// # Errors
/// Not found when there is none; or the database fails.
pub async fn remove_totp(context: &Context, session: &OpenSession) -> Result<(), Error> {
    let scope = &session.home;
    scope.authorize(Action::Update, Resource::Profile)?;
    let mut transaction = context.database.write(scope).await?;
    if queries::delete_totp(&mut transaction, scope, session.user.id).await? == 0 {
        return Err(Code::NotFound.into());
    }
    let (act, target) = (Act::TotpRemoved, Target::none());
    audit::service::write(context, &mut transaction, scope, act, target, json!({})).await?;
    transaction.commit().await
}

/// New recovery codes; the old ones are good no longer.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn make_codes(context: &Context, session: &OpenSession) -> Result<RecoveryCodes, Error> {
    let scope = &session.home;
    scope.authorize(Action::Update, Resource::Profile)?;
    let codes: Vec<String> = (0..limits::RECOVERY_CODES).map(|_| new_code()).collect();
    let hashes: Vec<String> = codes.iter().map(|code| hash(code)).collect();
    let mut transaction = context.database.write(scope).await?;
    let now = context.clock.micros();
    queries::replace_codes(&mut transaction, scope, &hashes, now).await?;
    let (act, target) = (Act::RecoveryCodesMade, Target::none());
    audit::service::write(context, &mut transaction, scope, act, target, json!({})).await?;
    transaction.commit().await?;
    Ok(RecoveryCodes { codes })
}

/// Four groups of four: 80 random bits.
fn new_code() -> String {
    let letters: Vec<char> = secret::random_bytes::<16>()
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

/// As it is kept: people may type codes without hyphens, in capitals.
fn hash(code: &str) -> String {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    secret::hash(&format!("recovery {plain}"))
}

/// Spends a code of the authenticator app or a recovery code of the scope's user.
///
/// # Errors
/// Code wrong, or the database fails.
pub async fn spend_code(context: &Context, scope: &Scope, code: &str) -> Result<Means, Error> {
    let code = code.trim();
    let now = context.clock.now();
    let mut transaction = context.database.write(scope).await?;
    let totp = queries::totp(&mut transaction, scope).await?;
    if let Some(totp) = totp.filter(|totp| totp.is_confirmed) {
        let secret = context.seal.unseal(&purpose(scope)?, &totp.secret)?;
        let step = totp::step_of(&secret, code, now.seconds())?;
        if let Some(step) = step.filter(|step| *step > totp.last_step) {
            queries::take_step(&mut transaction, scope, step, now.micros()).await?;
            transaction.commit().await?;
            return Ok(Means::Totp);
        }
    }
    if !queries::spend_code(&mut transaction, scope, &hash(code)).await? {
        return Err(Code::CodeWrong.into());
    }
    let left = queries::codes_left(&mut transaction, scope).await?;
    let (act, target) = (Act::RecoveryCodeUsed, Target::none());
    let detail = json!({ "left": left });
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await?;
    Ok(Means::RecoveryCode)
}

/// The password was right, or the tenant's service vouches for him, and a second factor is asked for: a token for the step between.
///
/// # Errors
/// When the database fails.
pub async fn begin_step(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    first: Means,
) -> Result<String, Error> {
    let token = secret::random_token();
    let now = context.clock.micros();
    let until = now.saturating_add(STEP_MINUTES * MICROS_PER_MINUTE);
    let hash = secret::hash(&token);
    queries::begin_ceremony(
        connection,
        scope,
        &hash,
        STEP_KIND,
        first.key(),
        (now, until),
    )
    .await?;
    Ok(token)
}

/// Ends the step between with a code: a token for the session's cookie.
///
/// # Errors
/// Sign-in required when the step has ended; code wrong; too many attempts; or the database fails.
pub async fn finish_step(
    context: &Context,
    token: &str,
    code: &str,
    visitor: &Visitor,
) -> Result<String, Error> {
    let now = context.clock.micros();
    let system = Scope::system();
    let token_hash = secret::hash(token);
    let mut transaction = context.database.write(&system).await?;
    let found = queries::ceremony(&mut transaction, &system, &token_hash, STEP_KIND, now).await?;
    transaction.commit().await?;
    let Some((tenant, user, first)) = found
        .filter(|found| found.attempts <= limits::SECOND_STEP_ATTEMPTS_MAX)
        .and_then(|found| Some((found.tenant?, found.user?, found.state)))
    else {
        return Err(Code::SignInRequired.into());
    };
    let scope = Scope::user(tenant, user, Role::Viewer);
    let account = format!("code of {user}");
    // Codes are counted apart from passwords: who has only one of them spends only the attempts at the other.
    let attempt = Attempt {
        account: &account,
        address: visitor.address,
        browser: browsers::known(context, &scope, visitor).await?,
    };
    attempt.take(context).await?;
    let means = match spend_code(context, &scope, code).await {
        Ok(means) => means,
        Err(error) => {
            note_wrong_code(context, &scope, user, visitor.address).await?;
            return Err(error);
        }
    };
    attempt.succeeded(context).await?;
    let is_sign_on = Means::from_key(&first).is_some_and(Means::is_sign_on);
    let means = if is_sign_on { Means::SignOnCode } else { means };
    let mut transaction = context.database.write(&system).await?;
    queries::end_ceremony(&mut transaction, &system, &token_hash).await?;
    let token = sessions::begin(context, &mut transaction, &scope, visitor, means).await?;
    transaction.commit().await?;
    Ok(token)
}

async fn note_wrong_code(
    context: &Context,
    scope: &Scope,
    user: UserId,
    address: IpAddr,
) -> Result<(), Error> {
    let scope = Scope::system_in(scope.tenant()?);
    let mut transaction = context.database.write(&scope).await?;
    let detail = json!({ "address": address.to_string(), "by": "second_factor" });
    let target = Target::of("person", user, "");
    let act = Act::SignInFailed;
    audit::service::write(context, &mut transaction, &scope, act, target, detail).await?;
    transaction.commit().await
}
