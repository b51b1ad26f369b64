//! Sessions: begun, used, told apart by their owner, ended; and proving anew who one is before what is dangerous.

use super::model::{Means, Proof, SessionList, User};
use super::throttle::Attempt;
use super::{browsers, factors, queries, sign_on};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::database::Connection;
use crate::tenancy::{Action, Id, Resource, Scope, TenantId};
use crate::{Code, Error, secret, tenancy};
use serde_json::json;
use std::net::IpAddr;

const MICROS_PER_MINUTE: i64 = 60_000_000;
/// How long a proof of who one is lets do what is dangerous.
const PROOF_MINUTES: i64 = 10;

/// Marks identifiers of sessions.
pub enum SessionKind {}
/// A session; not its token.
pub type SessionId = Id<SessionKind>;

/// Whoever asks, as the connection and the browser say.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Where the request comes from.
    pub address: IpAddr,
    /// What the browser says that it is.
    pub agent: String,
    /// Digest of the browser's own token, where it has one.
    pub browser: Option<String>,
}

/// A session in use: who, and by which token (only its hash).
pub struct OpenSession {
    /// Who asks, within the tenant that the request is about.
    pub scope: Scope,
    /// Who asks, within the own tenant.
    pub home: Scope,
    /// The user's own tenant.
    pub tenant: TenantId,
    /// The user.
    pub user: User,
    /// By what it began.
    pub means: Means,
    /// Hash of the cookie's token.
    pub token_hash: String,
    /// What unsafe requests must carry.
    pub csrf_token: String,
    /// When the user last proved who he is, in microseconds.
    pub proved_at: i64,
    /// Whether the tenant demands a second factor that the user does not have: nothing else is done until then.
    pub lacks_factor: bool,
}

impl OpenSession {
    /// Passes when the user proved a short while ago who he is.
    ///
    /// # Errors
    /// Proof required.
    pub fn require_recent_proof(&self, context: &Context) -> Result<(), Error> {
        let age = context.clock.micros().saturating_sub(self.proved_at);
        if age <= PROOF_MINUTES * MICROS_PER_MINUTE {
            Ok(())
        } else {
            Err(Code::ProofRequired.into())
        }
    }
}

/// Begins a session of the scope's user, within the caller's transaction; the token for the cookie.
///
/// # Errors
/// Sign-on required, when the tenant's people come in by its service only; or the database fails.
pub async fn begin(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    visitor: &Visitor,
    means: Means,
) -> Result<String, Error> {
    if !means.is_sign_on() {
        sign_on::require_other_way(connection, scope).await?;
    }
    let token = secret::random_token();
    let now = context.clock.micros();
    let hours = i64::from(context.settings.session_hours_max);
    let new = queries::NewSession {
        id: SessionId::generate(),
        token_hash: secret::hash(&token),
        visitor,
        means,
        now,
        expires_at: now.saturating_add(hours.saturating_mul(60 * MICROS_PER_MINUTE)),
    };
    queries::insert_session(connection, scope, &new).await?;
    browsers::remember(connection, scope, visitor, now).await?;
    let detail = json!({ "address": visitor.address.to_string(), "by": means.key() });
    let (act, target) = (Act::SignedIn, Target::none());
    audit::service::write(context, connection, scope, act, target, detail).await?;
    Ok(token)
}

/// The session of a cookie's token; notes its use, at most once a minute.
///
/// # Errors
/// Sign-in required, when there is none or it has ended.
pub async fn resume(context: &Context, token: &str) -> Result<OpenSession, Error> {
    let token_hash = secret::hash(token);
    let found = stored(context, &token_hash).await?;
    let found = found.ok_or(Code::SignInRequired)?;
    let now = context.clock.micros();
    let scope = home(&found);
    if now.saturating_sub(found.last_used_at) >= MICROS_PER_MINUTE {
        let mut transaction = context.database.write(&scope).await?;
        queries::touch_session(&mut transaction, &scope, &token_hash, now).await?;
        transaction.commit().await?;
    }
    Ok(OpenSession {
        scope,
        home: scope,
        tenant: found.tenant,
        user: found.user,
        means: found.means,
        token_hash,
        csrf_token: csrf_token(token),
        proved_at: found.proved_at,
        lacks_factor: found.lacks_factor,
    })
}

/// Whether a session is still good, without counting as use.
///
/// # Errors
/// When the database fails.
pub async fn is_open(context: &Context, token_hash: &str) -> Result<bool, Error> {
    Ok(stored(context, token_hash).await?.is_some())
}

/// What a session that was opened before may see now of the tenant that it was opened for, without counting as use; none when
/// it has ended, or the tenant is looked after by others.
///
/// # Errors
/// When the database fails.
pub async fn scope_now(context: &Context, opened: &OpenSession) -> Result<Option<Scope>, Error> {
    let Some(found) = stored(context, &opened.token_hash).await? else {
        return Ok(None);
    };
    let home = home(&found);
    let tenant = opened.scope.tenant()?;
    if tenant == found.tenant {
        return Ok(Some(home));
    }
    match tenancy::service::scope_inside(context, found.tenant, &home, tenant).await {
        Ok(scope) => Ok(Some(scope)),
        Err(error) if error.code() == Some(Code::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the person of a session sees at home.
fn home(found: &queries::StoredSession) -> Scope {
    let scope = Scope::user(found.tenant, found.user.id, found.user.role);
    if found.is_limited {
        scope.limited_to_sites()
    } else {
        scope
    }
}

async fn stored(
    context: &Context,
    token_hash: &str,
) -> Result<Option<queries::StoredSession>, Error> {
    let now = context.clock.micros();
    let scope = Scope::system();
    let mut connection = context.database.read(&scope).await?;
    let used_after = used_after(context, now);
    queries::session(&mut connection, &scope, token_hash, now, used_after).await
}

/// Sessions that were not used since have ended.
fn used_after(context: &Context, now: i64) -> i64 {
    let idle = i64::from(context.settings.session_idle_minutes).saturating_mul(MICROS_PER_MINUTE);
    now.saturating_sub(idle)
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
    let mut transaction = context.database.write(scope).await?;
    queries::delete_session(&mut transaction, scope, token_hash).await?;
    let (act, target) = (Act::SignedOut, Target::none());
    audit::service::write(context, &mut transaction, scope, act, target, json!({})).await?;
    transaction.commit().await?;
    end_streams(context, scope)
}

/// The own sessions that are open.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn list(context: &Context, session: &OpenSession) -> Result<SessionList, Error> {
    let scope = &session.home;
    scope.authorize(Action::Read, Resource::Profile)?;
    let now = context.clock.micros();
    let mut connection = context.database.read(scope).await?;
    let used_after = used_after(context, now);
    let hash = &session.token_hash;
    let items = queries::own_sessions(&mut connection, scope, hash, now, used_after).await?;
    Ok(SessionList { items })
}

/// Ends one of the own sessions.
///
/// # Errors
/// Not found when it is none of the own ones; or the database fails.
pub async fn end(context: &Context, session: &OpenSession, id: SessionId) -> Result<(), Error> {
    let scope = &session.home;
    scope.authorize(Action::Update, Resource::Profile)?;
    let mut transaction = context.database.write(scope).await?;
    if queries::end_own_session(&mut transaction, scope, id).await? == 0 {
        return Err(Code::NotFound.into());
    }
    let target = Target::of("session", id, "");
    let act = Act::SessionEnded;
    audit::service::write(context, &mut transaction, scope, act, target, json!({})).await?;
    transaction.commit().await?;
    end_streams(context, scope)
}

/// Lets those live streams of the person end whose session has ended.
fn end_streams(context: &Context, scope: &Scope) -> Result<(), Error> {
    let user = scope.user_id()?;
    context.hub.rights_changed(scope.tenant()?, Some(user));
    Ok(())
}

/// Ends all of the own sessions but the one that asks.
///
/// # Errors
/// When the database fails.
pub async fn end_others(context: &Context, session: &OpenSession) -> Result<(), Error> {
    let scope = &session.home;
    scope.authorize(Action::Update, Resource::Profile)?;
    let mut transaction = context.database.write(scope).await?;
    queries::end_other_sessions(&mut transaction, scope, &session.token_hash).await?;
    let (act, target) = (Act::SessionEnded, Target::none());
    let detail = json!({ "all_others": true });
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await?;
    end_streams(context, scope)
}

/// Proves anew who the user is: by the code of the authenticator app where there is one, else by the password.
///
/// # Errors
/// Password or code wrong; too many attempts; or the database fails.
pub async fn prove(
    context: &Context,
    session: &OpenSession,
    proof: Proof,
    address: IpAddr,
) -> Result<(), Error> {
    let scope = &session.home;
    scope.authorize(Action::Update, Resource::Profile)?;
    let attempt = Attempt {
        account: &session.user.email,
        address,
        browser: Some(&session.token_hash),
    };
    attempt.take(context).await?;
    if let Some(password) = proof.password {
        let hash = {
            let mut connection = context.database.read(scope).await?;
            queries::own_password_hash(&mut connection, scope).await?
        };
        if !context.passwords.verify(password, Some(hash)).await? {
            return Err(Code::PasswordWrong.into());
        }
    } else {
        let code = proof.code.unwrap_or_default();
        factors::service::spend_code(context, scope, &code).await?;
    }
    attempt.succeeded(context).await?;
    note_proof(context, session).await
}

/// Notes that the user has proved who he is.
///
/// # Errors
/// When the database fails.
pub async fn note_proof(context: &Context, session: &OpenSession) -> Result<(), Error> {
    let scope = &session.home;
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    queries::prove_session(&mut transaction, scope, &session.token_hash, now).await?;
    let (act, target) = (Act::SteppedUp, Target::none());
    audit::service::write(context, &mut transaction, scope, act, target, json!({})).await?;
    transaction.commit().await
}
