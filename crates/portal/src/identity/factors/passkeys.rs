//! Passkeys (WebAuthn): discoverable, verified by the authenticator, and therefore enough alone to sign in.

use super::model::{NewPasskey, PasskeyAnswer, PasskeyChallenge, PasskeyId, PasskeyView};
use super::queries::{self, Ceremony, KeptPasskey};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::http::causes;
use crate::identity::model::Means;
use crate::identity::sessions::{self, OpenSession, Visitor};
use crate::tenancy::{Action, Resource, Role, Scope, TenantId, UserId};
use crate::text::checked_name;
use crate::{Code, Error, limits, secret};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use event::Timestamp;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

const ADD_KIND: &str = "add_passkey";
const SIGN_IN_KIND: &str = "sign_in_by_passkey";
const CEREMONY_MICROS: i64 = 5 * 60_000_000;

/// What passkeys are bound to: the name by which browsers know the portal. On the machine itself that may be `localhost`,
/// where a browser reaches nothing else.
pub struct RelyingParty(Webauthn);

impl FromRequestParts<Context> for RelyingParty {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Error> {
        let host = parts.headers.get(header::HOST);
        let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
        let is_local = host == "localhost" || host.starts_with("localhost:");
        let origin = if is_local {
            format!("http://{host}")
        } else {
            context.settings.public_url()
        };
        let origin = Url::parse(&origin).map_err(|_| Code::PasskeyRefused)?;
        let name = origin.domain().ok_or(Code::PasskeyRefused)?.to_owned();
        let party = WebauthnBuilder::new(&name, &origin)
            .and_then(|builder| builder.rp_name("Hinomi").build())
            .map_err(refused)?;
        Ok(Self(party))
    }
}

fn refused(error: WebauthnError) -> Error {
    tracing::info!(reason = causes(&error), "passkey refused");
    Code::PasskeyRefused.into()
}

/// Asks the browser to make a passkey.
///
/// # Errors
/// Too many passkeys, or the database fails.
pub async fn begin_adding(
    context: &Context,
    session: &OpenSession,
    RelyingParty(party): &RelyingParty,
) -> Result<PasskeyChallenge, Error> {
    let scope = &session.home;
    scope.authorize(Action::Update, Resource::Profile)?;
    let mut transaction = context.database.write(scope).await?;
    let known = queries::passkeys(&mut transaction, scope).await?;
    if known.len() >= limits::PASSKEYS_MAX {
        return Err(Code::FactorLimit.into());
    }
    let mut excluded: Vec<CredentialID> = Vec::new();
    for (_, passkey) in &known {
        excluded.push(serde_json::from_str::<Passkey>(passkey)?.cred_id().clone());
    }
    let user = Uuid::parse_str(&session.user.id.to_string()).map_err(|_| Code::Internal)?;
    let (email, name) = (&session.user.email, &session.user.name);
    let (options, state) = party
        .start_passkey_registration(user, email, name, Some(excluded))
        .map_err(refused)?;
    let mut options = serde_json::to_value(options)?;
    // The library leaves it to the authenticator whether the key can be found without its identifier; to sign in without
    // a name it must.
    if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
        selection["residentKey"] = json!("required");
        selection["requireResidentKey"] = json!(true);
    }
    let state = serde_json::to_string(&state)?;
    let challenge = begin(context, &mut transaction, scope, ADD_KIND, &state, options).await?;
    transaction.commit().await?;
    Ok(challenge)
}

async fn begin(
    context: &Context,
    connection: &mut crate::database::Connection,
    scope: &Scope,
    kind: &str,
    state: &str,
    options: Value,
) -> Result<PasskeyChallenge, Error> {
    let ceremony = secret::random_token();
    let now = context.clock.micros();
    let times = (now, now.saturating_add(CEREMONY_MICROS));
    let hash = secret::hash(&ceremony);
    queries::begin_ceremony(connection, scope, &hash, kind, state, times).await?;
    Ok(PasskeyChallenge { ceremony, options })
}

/// Takes a ceremony, so that its challenge is answered once.
async fn take(context: &Context, token: &str, kind: &str) -> Result<Ceremony, Error> {
    let now = context.clock.micros();
    let (scope, hash) = (Scope::system(), secret::hash(token));
    let mut transaction = context.database.write(&scope).await?;
    let found = queries::ceremony(&mut transaction, &scope, &hash, kind, now).await?;
    queries::end_ceremony(&mut transaction, &scope, &hash).await?;
    transaction.commit().await?;
    found.ok_or_else(|| Code::PasskeyRefused.into())
}

/// Keeps the passkey that the browser made.
///
/// # Errors
/// Passkey refused; invalid name; or the database fails.
pub async fn add(
    context: &Context,
    session: &OpenSession,
    RelyingParty(party): &RelyingParty,
    new: NewPasskey,
) -> Result<PasskeyView, Error> {
    let scope = &session.home;
    scope.authorize(Action::Update, Resource::Profile)?;
    let name = checked_name("name", &new.name)?;
    let ceremony = take(context, &new.ceremony, ADD_KIND).await?;
    if ceremony.user != Some(session.user.id) {
        return Err(Code::PasskeyRefused.into());
    }
    let state: PasskeyRegistration = serde_json::from_str(&ceremony.state)?;
    let answer: RegisterPublicKeyCredential =
        serde_json::from_value(new.credential).map_err(|_| Code::PasskeyRefused)?;
    let passkey = party
        .finish_passkey_registration(&answer, &state)
        .map_err(refused)?;
    let now = context.clock.micros();
    let id = PasskeyId::generate();
    let kept = KeptPasskey {
        id,
        credential_id: &secret::hexadecimal(passkey.cred_id().as_ref()),
        name: &name,
        passkey: &serde_json::to_string(&passkey)?,
    };
    let mut transaction = context.database.write(scope).await?;
    if !queries::insert_passkey(&mut transaction, scope, &kept, now).await? {
        return Err(Code::PasskeyRefused.into());
    }
    let target = Target::of("passkey", id, &name);
    let act = Act::PasskeyAdded;
    audit::service::write(context, &mut transaction, scope, act, target, json!({})).await?;
    transaction.commit().await?;
    Ok(PasskeyView {
        id,
        name,
        created_at: Timestamp::from_micros(now),
        last_used_at: None,
    })
}

/// Forgets an own passkey.
///
/// # Errors
/// Not found when it is none of the own ones; or the database fails.
pub async fn remove(context: &Context, session: &OpenSession, id: PasskeyId) -> Result<(), Error> {
    let scope = &session.home;
    scope.authorize(Action::Update, Resource::Profile)?;
    let mut transaction = context.database.write(scope).await?;
    if queries::delete_passkey(&mut transaction, scope, id).await? == 0 {
        return Err(Code::NotFound.into());
    }
    let target = Target::of("passkey", id, "");
    let act = Act::PasskeyRemoved;
    audit::service::write(context, &mut transaction, scope, act, target, json!({})).await?;
    transaction.commit().await
}

/// Asks the browser for whichever passkey its owner chooses.
///
/// # Errors
/// When the database fails.
pub async fn begin_sign_in(
    context: &Context,
    RelyingParty(party): &RelyingParty,
) -> Result<PasskeyChallenge, Error> {
    let (options, state) = party.start_discoverable_authentication().map_err(refused)?;
    let mut options = serde_json::to_value(options)?;
    // Asked for by a button, not offered beside a form.
    if let Some(options) = options.as_object_mut() {
        options.remove("mediation");
    }
    let state = serde_json::to_string(&state)?;
    let scope = Scope::system();
    let mut transaction = context.database.write(&scope).await?;
    let kind = SIGN_IN_KIND;
    let challenge = begin(context, &mut transaction, &scope, kind, &state, options).await?;
    transaction.commit().await?;
    Ok(challenge)
}

/// Whose passkey answered. The authenticator has verified its owner by finger, face or PIN.
///
/// # Errors
/// Passkey refused, or the database fails.
async fn identify(
    context: &Context,
    RelyingParty(party): &RelyingParty,
    answer: PasskeyAnswer,
) -> Result<(TenantId, UserId), Error> {
    let ceremony = take(context, &answer.ceremony, SIGN_IN_KIND).await?;
    let state: DiscoverableAuthentication = serde_json::from_str(&ceremony.state)?;
    let credential: PublicKeyCredential =
        serde_json::from_value(answer.credential).map_err(|_| Code::PasskeyRefused)?;
    let (owner, credential_id) = party
        .identify_discoverable_authentication(&credential)
        .map_err(refused)?;
    let credential_id = secret::hexadecimal(credential_id);
    let system = Scope::system();
    let found = {
        let mut connection = context.database.read(&system).await?;
        queries::passkey_of(&mut connection, &system, &credential_id).await?
    };
    let (tenant, user, stored) = found.ok_or(Code::PasskeyRefused)?;
    if owner.to_string() != user.to_string() {
        return Err(Code::PasskeyRefused.into());
    }
    let mut passkey: Passkey = serde_json::from_str(&stored)?;
    let result = party
        .finish_discoverable_authentication_v2(&credential, state, &passkey)
        .map_err(refused)?;
    if !result.user_verified() {
        return Err(Code::PasskeyRefused.into());
    }
    passkey.update_credential(&result);
    let stored = serde_json::to_string(&passkey)?;
    let scope = Scope::user(tenant, user, Role::Viewer);
    let now = context.clock.micros();
    let mut transaction = context.database.write(&scope).await?;
    queries::use_passkey(&mut transaction, &scope, &credential_id, &stored, now).await?;
    transaction.commit().await?;
    Ok((tenant, user))
}

/// Signs in by passkey alone: a token for the session's cookie.
///
/// # Errors
/// Passkey refused, or the database fails.
pub async fn sign_in(
    context: &Context,
    party: &RelyingParty,
    answer: PasskeyAnswer,
    visitor: &Visitor,
) -> Result<String, Error> {
    let (tenant, user) = identify(context, party, answer).await?;
    let scope = Scope::user(tenant, user, Role::Viewer);
    let mut transaction = context.database.write(&scope).await?;
    let means = Means::Passkey;
    let token = sessions::begin(context, &mut transaction, &scope, visitor, means).await?;
    transaction.commit().await?;
    Ok(token)
}

/// Proves anew who the session's user is, by an own passkey.
///
/// # Errors
/// Passkey refused, or the database fails.
pub async fn prove(
    context: &Context,
    session: &OpenSession,
    party: &RelyingParty,
    answer: PasskeyAnswer,
) -> Result<(), Error> {
    session.home.authorize(Action::Update, Resource::Profile)?;
    let (_, user) = identify(context, party, answer).await?;
    if user != session.user.id {
        return Err(Code::PasskeyRefused.into());
    }
    sessions::note_proof(context, session).await
}
