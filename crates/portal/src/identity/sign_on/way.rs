//! The way of a person to the tenant's service and back.
//!
//! The browser carries one secret in a cookie. What the service and its address bar see (state, nonce, the challenge of PKCE) is
//! derived from it: whoever reads along there can neither finish the way nor begin it for somebody else.

use super::claims::{Known, domain_of};
use super::provider::{Exchange, Provider};
use super::queries::{self, Stored};
use super::settings::{refused, registration};
use super::taking::{Taking, take_in};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::identity::factors::queries::{begin_ceremony, ceremony, end_ceremony};
use crate::identity::service::{SignedIn, checked_email};
use crate::identity::sessions::{self, OpenSession, Visitor};
use crate::tenancy::{Id, Scope, TenantId};
use crate::text::shortened;
use crate::{Code, Error, limits, secret};
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow};
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

pub use super::settings::path_of;

const KIND: &str = "sign_on";
const MINUTES: i64 = 10;
const MICROS_PER_MINUTE: i64 = 60_000_000;
/// The service's clock may be behind ours by so much.
const SKEW_SECONDS: i64 = 60;

/// What waits while somebody is at the service.
#[derive(Serialize, Deserialize)]
struct Waiting {
    /// Where to go on to.
    next: String,
    /// When the way began, in seconds.
    began_at: i64,
    /// Digest of the session whose owner proves himself anew; empty for whoever signs in.
    session: String,
}

/// The way to the service.
pub struct Begun {
    /// Where to send the browser.
    pub address: String,
    /// What the browser must bring back in a cookie.
    pub token: String,
}

/// Who has come back.
pub struct Finished {
    /// What becomes of it; nothing where somebody proved himself anew.
    pub signed_in: Option<SignedIn>,
    /// Where to go on to.
    pub next: String,
}

/// What the service sends back.
#[derive(Default, Deserialize)]
pub struct Returned {
    /// To be exchanged for the token.
    #[serde(default)]
    pub code: String,
    /// What was sent to the service.
    #[serde(default)]
    pub state: String,
    /// What went wrong at the service.
    #[serde(default)]
    pub error: String,
    /// Which service sends it (RFC 9207), if it says so.
    #[serde(default)]
    pub iss: String,
}

/// The tenant that a link names.
pub fn tenant_of(text: &str) -> Option<TenantId> {
    Id::stored(text).ok()
}

fn derived(token: &str, what: &str) -> String {
    secret::hash(&format!("{what} {token}"))
}

/// The tenant's service, as it is set up and as it describes itself.
async fn service(context: &Context, tenant: TenantId) -> Result<(Stored, Arc<Provider>), Error> {
    let scope = Scope::system_in(tenant);
    let stored = {
        let mut connection = context.database.read(&scope).await?;
        queries::one(&mut connection, &scope).await?
    };
    let stored = stored.ok_or(Code::NotFound)?;
    let seconds = context.clock.now().seconds();
    let providers = &context.providers;
    let provider = providers
        .find(&context.outbound, &stored.issuer, seconds)
        .await
        .map_err(|reason| refused(Code::SignOnUnreachable, reason))?;
    Ok((stored, provider))
}

/// Sends somebody to the service of a tenant.
///
/// # Errors
/// Not found when there is no such tenant or it has none, without difference; the service cannot be reached; or the
/// database fails.
pub async fn begin(context: &Context, tenant: TenantId, next: &str) -> Result<Begun, Error> {
    let scope = Scope::system_in(tenant);
    go(context, tenant, &scope, next, String::new()).await
}

/// Sends the owner of a session to his tenant's service, to prove anew who he is.
///
/// # Errors
/// As [`begin`].
pub async fn begin_proof(
    context: &Context,
    session: &OpenSession,
    next: &str,
) -> Result<Begun, Error> {
    let hash = session.token_hash.clone();
    go(context, session.tenant, &session.home, next, hash).await
}

async fn go(
    context: &Context,
    tenant: TenantId,
    scope: &Scope,
    next: &str,
    session: String,
) -> Result<Begun, Error> {
    let (stored, provider) = service(context, tenant).await?;
    let token = secret::random_token();
    let client = provider
        .client(&registration(context, tenant, &stored)?)
        .map_err(|reason| refused(Code::SignOnUnreachable, reason))?;
    let state = CsrfToken::new(derived(&token, "state"));
    let nonce = Nonce::new(derived(&token, "nonce"));
    let verifier = PkceCodeVerifier::new(derived(&token, "verifier"));
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let mut request = client
        .authorize_url(flow, move || state, move || nonce)
        .add_scope(openidconnect::Scope::new("email".to_owned()))
        .add_scope(openidconnect::Scope::new("profile".to_owned()))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    if !session.is_empty() {
        request = request
            .set_max_age(Duration::ZERO)
            .add_prompt(CoreAuthPrompt::Login);
    }
    let waiting = Waiting {
        next: next.to_owned(),
        began_at: context.clock.now().seconds(),
        session,
    };
    let now = context.clock.micros();
    let times = (now, now.saturating_add(MINUTES * MICROS_PER_MINUTE));
    let (hash, kept) = (secret::hash(&token), serde_json::to_string(&waiting)?);
    let mut transaction = context.database.write(scope).await?;
    begin_ceremony(&mut transaction, scope, &hash, KIND, &kept, times).await?;
    transaction.commit().await?;
    let (address, _, _) = request.url();
    Ok(Begun {
        address: address.to_string(),
        token,
    })
}

/// Takes somebody in who comes back from the service of a tenant, with the secret of his cookie. Each way is good once.
///
/// # Errors
/// Sign-on refused, whatever the reason; the tenant's audit log says which. Or the database fails.
pub async fn finish(
    context: &Context,
    tenant: TenantId,
    token: &str,
    returned: Returned,
    session: Option<&OpenSession>,
    visitor: &Visitor,
) -> Result<Finished, Error> {
    if token.is_empty() || !secret::equal(&derived(token, "state"), &returned.state) {
        return Err(Code::SignOnRefused.into());
    }
    let waiting = spent(context, tenant, token).await?;
    let (stored, provider) = match service(context, tenant).await {
        Err(error) if error.code() == Some(Code::NotFound) => {
            return Err(Code::SignOnRefused.into());
        }
        found => found?,
    };
    let known = match whom(context, tenant, &stored, &provider, token, returned).await {
        Ok(known) => known,
        Err(reason) => return Err(note(context, tenant, visitor, "", &reason).await?),
    };
    let taken = if waiting.session.is_empty() {
        take_in(context, tenant, &stored, &known, visitor).await
    } else {
        prove(context, &stored, &known, &waiting, session).await
    };
    match taken {
        Ok(signed_in) => Ok(Finished {
            signed_in,
            next: waiting.next,
        }),
        Err(Taking::Refused(reason)) => {
            Err(note(context, tenant, visitor, &known.email, reason).await?)
        }
        Err(Taking::Failed(error)) => Err(error),
    }
}

/// What waited under a secret; it waits no longer.
async fn spent(context: &Context, tenant: TenantId, token: &str) -> Result<Waiting, Error> {
    let (system, hash) = (Scope::system(), secret::hash(token));
    let now = context.clock.micros();
    let mut transaction = context.database.write(&system).await?;
    let found = ceremony(&mut transaction, &system, &hash, KIND, now).await?;
    end_ceremony(&mut transaction, &system, &hash).await?;
    transaction.commit().await?;
    // Of the tenant whose address the browser came back to, and no other.
    let found = found.filter(|found| found.tenant == Some(tenant));
    let found = found.ok_or(Code::SignOnRefused)?;
    Ok(serde_json::from_str(&found.state)?)
}

/// Whom the service vouches for, or why for nobody.
async fn whom(
    context: &Context,
    tenant: TenantId,
    stored: &Stored,
    provider: &Arc<Provider>,
    token: &str,
    returned: Returned,
) -> Result<Known, String> {
    if !returned.error.is_empty() {
        return Err(format!("the service said {}", returned.error));
    }
    if !returned.iss.is_empty() && returned.iss != stored.issuer {
        return Err(format!("the answer is of {}", returned.iss));
    }
    let registration = registration(context, tenant, stored).map_err(|error| error.to_string())?;
    let exchange = Exchange {
        code: returned.code,
        verifier: derived(token, "verifier"),
        nonce: derived(token, "nonce"),
    };
    let seconds = context.clock.now().seconds();
    let providers = &context.providers;
    let outbound = &context.outbound;
    let known = providers
        .exchange(outbound, provider, &registration, exchange, seconds)
        .await?;
    let domain = domain_of(&known.email).unwrap_or_default();
    if checked_email(&known.email).is_err() || !stored.domains.contains(&domain) {
        return Err(format!(
            "{} is of no mail domain that may come",
            known.email
        ));
    }
    if known.subject.is_empty() || known.subject.chars().count() > limits::SUBJECT_CHARS_MAX {
        return Err("the service's name for the person (sub) is empty or too long".to_owned());
    }
    Ok(known)
}

/// Writes down why somebody was not let in; he himself is told nothing but that.
async fn note(
    context: &Context,
    tenant: TenantId,
    visitor: &Visitor,
    email: &str,
    reason: &str,
) -> Result<Error, Error> {
    let scope = Scope::system_in(tenant);
    let mut transaction = context.database.write(&scope).await?;
    let reason = shortened(reason, limits::DELIVERY_ERROR_CHARS_MAX);
    let address = visitor.address.to_string();
    let detail = json!({ "address": address, "by": KIND, "reason": reason });
    let target = Target::of("person", "", email);
    let act = Act::SignInFailed;
    audit::service::write(context, &mut transaction, &scope, act, target, detail).await?;
    transaction.commit().await?;
    Ok(Code::SignOnRefused.into())
}

/// The owner of a session proved anew who he is: he himself, just now, in the browser of the session.
async fn prove(
    context: &Context,
    stored: &Stored,
    known: &Known,
    waiting: &Waiting,
    session: Option<&OpenSession>,
) -> Result<Option<SignedIn>, Taking> {
    let session = session
        .filter(|session| session.token_hash == waiting.session)
        .ok_or(Taking::Refused("the session that asked has ended"))?;
    let user = {
        let mut connection = context.database.read(&session.home).await?;
        let (scope, subject) = (&session.home, &known.subject);
        queries::by_subject(&mut connection, scope, &stored.issuer, subject).await?
    };
    if user != Some(session.user.id) {
        return Err(Taking::Refused("somebody else came back from the service"));
    }
    let since = waiting.began_at.saturating_sub(SKEW_SECONDS);
    if known.asked_at.is_none_or(|at| at < since) {
        return Err(Taking::Refused(
            "the service does not say that it has just asked who it is (auth_time)",
        ));
    }
    sessions::note_proof(context, session).await?;
    Ok(None)
}
