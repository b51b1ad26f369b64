//! Setting a sign-on service up.

use super::model::{NewSignOn, SignOnSettings, SignOnView};
use super::provider::Registration;
use super::queries::{self, Stored};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::error::Refusal;
use crate::identity::service::checked_email;
use crate::notify::Target as Address;
use crate::tenancy::{Action, Resource, Role, Scope, TenantId};
use crate::{Code, Error, limits, tenancy};
use serde_json::json;

/// Who may always come in otherwise: the service may be set up wrongly, or be down.
const RUNNERS: [Role; 2] = [Role::Administrator, Role::Operator];
/// Where everybody gets an address: nobody is made a person of the tenant for having one.
const PUBLIC_DOMAINS: [&str; 16] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "outlook.jp",
    "hotmail.com",
    "hotmail.co.jp",
    "live.jp",
    "msn.com",
    "yahoo.com",
    "yahoo.co.jp",
    "ymail.ne.jp",
    "icloud.com",
    "me.com",
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "proton.me",
];

/// The sign-on service of the scope's tenant.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn view(context: &Context, scope: &Scope) -> Result<SignOnView, Error> {
    scope.authorize(Action::Read, Resource::Person)?;
    let tenant = scope.tenant()?;
    let mut connection = context.database.read(scope).await?;
    let stored = queries::one(&mut connection, scope).await?;
    Ok(SignOnView {
        redirect_uri: redirect_uri(context, tenant),
        link: format!("{}{}", context.settings.public_url(), path_of(tenant)),
        settings: stored.map(|stored| SignOnSettings {
            has_secret: !stored.client_secret.is_empty(),
            issuer: stored.issuer,
            client_id: stored.client_id,
            domains: stored.domains,
            new_role: stored.new_role,
            is_required: stored.is_required,
            is_trusted: stored.is_trusted,
        }),
    })
}

/// Where people of a tenant begin.
pub fn path_of(tenant: TenantId) -> String {
    format!("/sign-in/company/{tenant}")
}

/// An address of each tenant's own: no code that another tenant's service gave is ever shown to this one's (RFC 9700, section
/// 4.4.2).
fn redirect_uri(context: &Context, tenant: TenantId) -> String {
    let url = context.settings.public_url();
    format!("{url}{}/return", path_of(tenant))
}

/// What the secret is sealed for: of no use to another tenant, or at another service.
fn purpose(tenant: TenantId, issuer: &str) -> String {
    format!("single sign-on of {tenant} at {issuer}")
}

/// How the portal is known to a tenant's service.
///
/// # Errors
/// When the secret does not open.
pub fn registration(
    context: &Context,
    tenant: TenantId,
    stored: &Stored,
) -> Result<Registration, Error> {
    let sealed = &stored.client_secret;
    let client_secret = if sealed.is_empty() {
        String::new()
    } else {
        let purpose = purpose(tenant, &stored.issuer);
        context.seal.unseal(&purpose, sealed)?
    };
    Ok(Registration {
        client_id: stored.client_id.clone(),
        client_secret,
        redirect_uri: redirect_uri(context, tenant),
    })
}

/// Uses a service from now on.
///
/// # Errors
/// Forbidden; invalid request; the service does not answer as one; or the database fails.
pub async fn set(context: &Context, scope: &Scope, new: NewSignOn) -> Result<SignOnView, Error> {
    scope.authorize(Action::Update, Resource::Person)?;
    let tenant = scope.tenant()?;
    let mut stored = checked(&new)?;
    if let Some(role) = stored.new_role {
        tenancy::service::require_home_of(context, tenant, role).await?;
    }
    let seconds = context.clock.now().seconds();
    let providers = &context.providers;
    let asked = providers.ask(&context.outbound, &stored.issuer, seconds);
    asked
        .await
        .map_err(|reason| refused(Code::SignOnUnreachable, reason))?;
    let mut transaction = context.database.write(scope).await?;
    let before = queries::one(&mut transaction, scope).await?;
    let kept =
        before.filter(|one| one.issuer == stored.issuer && one.client_id == stored.client_id);
    stored.client_secret = match new.client_secret.as_deref() {
        Some("") => String::new(),
        Some(secret) => context
            .seal
            .seal(&purpose(tenant, &stored.issuer), secret)?,
        None => kept.map(|one| one.client_secret).unwrap_or_default(),
    };
    queries::put(&mut transaction, scope, &stored).await?;
    if stored.is_required {
        queries::end_other_sessions(&mut transaction, scope, RUNNERS).await?;
    }
    let detail = json!({
        "issuer": stored.issuer, "client_id": stored.client_id, "domains": stored.domains,
        "new_role": stored.new_role, "is_required": stored.is_required, "is_trusted": stored.is_trusted,
    });
    let (act, target) = (Act::SignOnChanged, Target::none());
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await?;
    context.hub.rights_changed(tenant, None);
    view(context, scope).await
}

/// What can be told to be wrong without asking the service.
fn checked(new: &NewSignOn) -> Result<Stored, Error> {
    let (issuer, client_id) = (new.issuer.trim(), new.client_id.trim());
    let is_address = issuer.chars().count() <= limits::ADDRESS_CHARS_MAX
        && !issuer.contains(['?', '#'])
        && Address::parse(issuer).is_ok();
    if !is_address {
        return Err(Error::invalid("issuer is not https://host"));
    }
    let length = client_id.chars().count();
    if length == 0 || length > limits::TOKEN_CHARS_MAX {
        return Err(Error::invalid("client_id is empty or too long"));
    }
    let secret = new.client_secret.as_deref().unwrap_or_default();
    if secret.chars().count() > limits::TOKEN_CHARS_MAX {
        return Err(Error::invalid("client_secret is too long"));
    }
    let mut domains = Vec::new();
    for domain in &new.domains {
        let domain = domain.trim().trim_start_matches('@').to_lowercase();
        checked_email(&format!("x@{domain}"))
            .map_err(|_| Error::invalid("domains: one is not a mail domain"))?;
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    if domains.is_empty() || domains.len() > limits::SIGN_ON_DOMAINS_MAX {
        return Err(Error::invalid("domains: one at least, 20 at most"));
    }
    match new.new_role {
        None => {}
        Some(Role::Viewer | Role::Contact) => {
            let public = domains
                .iter()
                .find(|one| PUBLIC_DOMAINS.contains(&one.as_str()));
            if let Some(public) = public {
                return Err(Error::invalid(format!(
                    "new_role: everybody can have an address of {public}"
                )));
            }
        }
        Some(_) => return Err(Error::invalid("new_role is viewer or contact")),
    }
    Ok(Stored {
        issuer: issuer.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: String::new(),
        domains,
        new_role: new.new_role,
        is_required: new.is_required,
        is_trusted: new.is_trusted,
    })
}

/// Uses no service any more.
///
/// # Errors
/// Forbidden; not found when there is none; or the database fails.
pub async fn remove(context: &Context, scope: &Scope) -> Result<(), Error> {
    scope.authorize(Action::Update, Resource::Person)?;
    let mut transaction = context.database.write(scope).await?;
    if queries::delete(&mut transaction, scope).await? == 0 {
        return Err(Code::NotFound.into());
    }
    let (act, target) = (Act::SignOnChanged, Target::none());
    let detail = json!({ "removed": true });
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await
}

/// Passes where the scope's person may come in otherwise than by the service.
///
/// # Errors
/// Sign-on required, with where to begin; or the database fails.
pub async fn require_other_way(
    connection: &mut crate::database::Connection,
    scope: &Scope,
) -> Result<(), Error> {
    match queries::required_of(connection, scope).await? {
        Some(role) if !RUNNERS.contains(&role) => {
            Err(refused(Code::SignOnRequired, path_of(scope.tenant()?)))
        }
        _ => Ok(()),
    }
}

/// A refusal with its reason.
pub fn refused(code: Code, reason: String) -> Error {
    Error::Refused(Refusal {
        code,
        detail: Some(reason),
        retry_after_seconds: None,
    })
}
