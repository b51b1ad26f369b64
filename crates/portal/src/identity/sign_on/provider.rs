//! What a sign-on service says of itself (OpenID Connect Discovery 1.0), its keys, and the exchange of a code. Asked through the
//! same guarded way out as webhooks; answers are kept for a while.

use super::claims::{Extra, TokenError};
use super::{claims, claims::Known};
use crate::http::causes;
use crate::limits;
use crate::notify::{Outbound, OutboundError, Target};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
    CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AsyncHttpClient, AuthType, AuthorizationCode, ClientId, ClientSecret, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenFields,
    IssuerUrl, Nonce, PkceCodeVerifier, RedirectUrl, StandardErrorResponse, StandardTokenResponse,
    TokenResponse as _,
};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// What a service said is believed for so long.
const KEPT_SECONDS: i64 = 3600;
/// A service that did not answer is left alone for so long, and one whose token names an unknown key is asked for its keys anew at
/// most so often: strangers make the portal ask.
const AGAIN_SECONDS: i64 = 30;

type Fields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
/// What a service signs.
pub type IdToken = openidconnect::IdToken<
    Extra,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
/// What it says by that.
pub type IdTokenClaims = openidconnect::IdTokenClaims<Extra, CoreGenderClaim>;
/// The portal at a service.
pub type Client = openidconnect::Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A service as it describes itself, with its keys.
pub struct Provider {
    metadata: CoreProviderMetadata,
    asked_at: i64,
    keys_asked_at: i64,
}

/// What is known of a service, or why nothing is.
#[derive(Clone)]
enum Memory {
    Answered(Arc<Provider>),
    Silent { reason: String, asked_at: i64 },
}

/// The services that were asked a short while ago.
#[derive(Default)]
pub struct Providers {
    known: Mutex<HashMap<String, Memory>>,
}

/// By what the portal proves itself, and where it wants people back.
pub struct Registration {
    pub client_id: String,
    pub client_secret: String,
    pub redirect_uri: String,
}

/// What a code is exchanged with.
pub struct Exchange {
    pub code: String,
    pub verifier: String,
    pub nonce: String,
}

impl Providers {
    /// The service of an issuer.
    ///
    /// # Errors
    /// What is wrong with it, for who set it up.
    pub async fn find(
        &self,
        outbound: &Outbound,
        issuer: &str,
        seconds: i64,
    ) -> Result<Arc<Provider>, String> {
        let known = self.lock().get(issuer).cloned();
        let age = |asked_at: i64| seconds.saturating_sub(asked_at);
        match known {
            Some(Memory::Answered(known)) if age(known.asked_at) < KEPT_SECONDS => Ok(known),
            Some(Memory::Silent { reason, asked_at }) if age(asked_at) < AGAIN_SECONDS => {
                Err(reason)
            }
            _ => self.ask(outbound, issuer, seconds).await,
        }
    }

    /// Asks a service what it says of itself now.
    ///
    /// # Errors
    /// What is wrong with it, for who set it up.
    pub async fn ask(
        &self,
        outbound: &Outbound,
        issuer: &str,
        seconds: i64,
    ) -> Result<Arc<Provider>, String> {
        match discovered(outbound, issuer).await {
            Ok(metadata) => Ok(self.keep(metadata, seconds, seconds)),
            Err(reason) => {
                let asked_at = seconds;
                let silent = Memory::Silent {
                    reason: reason.clone(),
                    asked_at,
                };
                self.put(issuer, silent);
                Err(reason)
            }
        }
    }

    /// Whom a code stands for.
    ///
    /// # Errors
    /// Why nobody is believed, for the tenant's administrator.
    pub async fn exchange(
        &self,
        outbound: &Outbound,
        provider: &Arc<Provider>,
        registration: &Registration,
        exchange: Exchange,
        seconds: i64,
    ) -> Result<Known, String> {
        let http = Guarded(outbound);
        let client = provider.client(registration)?;
        let request = client
            .exchange_code(AuthorizationCode::new(exchange.code))
            .map_err(|error| causes(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(exchange.verifier));
        let answer = request.request_async(&http).await;
        let answer = answer.map_err(|error| causes(&error))?;
        let token = answer.id_token().ok_or("the service sent no ID token")?;
        let nonce = Nonce::new(exchange.nonce);
        match claims::check(&client, token, &nonce, seconds) {
            Err(TokenError::UnknownKey) => {
                let renewed = self.with_new_keys(outbound, provider, seconds).await?;
                let client = renewed.client(registration)?;
                claims::check(&client, token, &nonce, seconds)
            }
            checked => checked,
        }
        .map_err(|error| error.to_string())
    }

    /// The service with its keys as they are now, unless it was asked for them just before.
    async fn with_new_keys(
        &self,
        outbound: &Outbound,
        known: &Arc<Provider>,
        seconds: i64,
    ) -> Result<Arc<Provider>, String> {
        if seconds.saturating_sub(known.keys_asked_at) < AGAIN_SECONDS {
            return Ok(Arc::clone(known));
        }
        let http = Guarded(outbound);
        let keys = CoreJsonWebKeySet::fetch_async(known.metadata.jwks_uri(), &http).await;
        let keys = keys.map_err(|error| causes(&error));
        let metadata = known.metadata.clone();
        let metadata = match &keys {
            Ok(keys) => metadata.set_jwks(keys.clone()),
            Err(_) => metadata,
        };
        let kept = self.keep(metadata, known.asked_at, seconds);
        keys.map(|_| kept)
    }

    fn keep(
        &self,
        metadata: CoreProviderMetadata,
        asked_at: i64,
        keys_asked_at: i64,
    ) -> Arc<Provider> {
        let issuer = metadata.issuer().to_string();
        let provider = Arc::new(Provider {
            metadata,
            asked_at,
            keys_asked_at,
        });
        self.put(&issuer, Memory::Answered(Arc::clone(&provider)));
        provider
    }

    fn put(&self, issuer: &str, now: Memory) {
        let mut known = self.lock();
        if known.len() >= limits::SIGN_ON_SERVICES_KEPT {
            known.clear();
        }
        known.insert(issuer.to_owned(), now);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Memory>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provider {
    /// The portal at this service.
    ///
    /// # Errors
    /// When the portal's own address is none.
    pub fn client(&self, registration: &Registration) -> Result<Client, String> {
        let secret = registration.client_secret.clone();
        let secret = (!secret.is_empty()).then(|| ClientSecret::new(secret));
        let redirect = RedirectUrl::new(registration.redirect_uri.clone());
        let redirect = redirect.map_err(|error| error.to_string())?;
        let client_id = ClientId::new(registration.client_id.clone());
        let client = Client::from_provider_metadata(self.metadata.clone(), client_id, secret)
            .set_redirect_uri(redirect);
        let ways = self.metadata.token_endpoint_auth_methods_supported();
        let knows = |way| ways.is_some_and(|ways| ways.contains(&way));
        // Basic is what services speak that do not say (Discovery 1.0, section 3).
        let in_body = knows(CoreClientAuthMethod::ClientSecretPost)
            && !knows(CoreClientAuthMethod::ClientSecretBasic);
        Ok(if in_body {
            client.set_auth_type(AuthType::RequestBody)
        } else {
            client
        })
    }
}

async fn discovered(outbound: &Outbound, issuer: &str) -> Result<CoreProviderMetadata, String> {
    let url = IssuerUrl::new(issuer.to_owned()).map_err(|error| error.to_string())?;
    let http = Guarded(outbound);
    let metadata = CoreProviderMetadata::discover_async(url, &http).await;
    let metadata = metadata.map_err(|error| causes(&error))?;
    // Browsers are sent there.
    let is_secure = |address: &str| Target::parse(address).map(|target| target.is_secure);
    let page = metadata.authorization_endpoint().as_str();
    match (is_secure(issuer), is_secure(page)) {
        (Ok(true), Ok(true)) | (Ok(false), Ok(_)) => {}
        _ => return Err(format!("{page} does not begin with https://")),
    }
    if metadata.token_endpoint().is_none() {
        return Err("the service names no token_endpoint".to_owned());
    }
    Ok(metadata)
}

/// The guarded way out as the library wants it: bounded, without redirections, and not into the operator's own network.
struct Guarded<'a>(&'a Outbound);

impl<'c> AsyncHttpClient<'c> for Guarded<'_> {
    type Error = OutboundError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OutboundError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let address = request.uri().to_string();
            let most = limits::SIGN_ON_ANSWER_BYTES_MAX;
            let answer = self.0.whole(&address, request, most).await?;
            if answer.status().is_redirection() {
                return Err(OutboundError::Address("redirections are not followed"));
            }
            Ok(answer)
        })
    }
}
