//! What is done with tenants.

use super::queries::{self, Reach};
use super::{
    Action, Actor, NewTenant, Place, Resource, Role, Scope, TenantChange, TenantId, TenantKind,
    TenantName, TenantView, Visit,
};
use crate::audit::{Act, Target};
use crate::context::Context;
use crate::text::checked_name;
use crate::{Code, Error, audit, limits};
use serde_json::json;

const MICROS_PER_MINUTE: i64 = 60_000_000;
/// After so long without a request, the next one is another visit.
const VISIT_ENDS_AFTER: i64 = 30 * MICROS_PER_MINUTE;
const VISITS_SHOWN: i64 = 100;

/// Takes in a tenant, on the word of the portal itself or of the operator.
///
/// # Errors
/// When the name is empty or too long, the partner is none, a partner is to have a partner, or the database fails.
pub async fn create(
    context: &Context,
    scope: &Scope,
    mut new: NewTenant,
) -> Result<TenantId, Error> {
    scope.authorize(Action::Create, Resource::Customers)?;
    if new.kind == TenantKind::Operator && scope.user_id().is_ok() {
        return Err(Error::invalid("kind is not customer or partner"));
    }
    new.name = checked_name("name", &new.name)?;
    require_countable(new.licensed_endpoints)?;
    if let Some(partner) = new.partner {
        if new.kind != TenantKind::Customer {
            return Err(Error::invalid("only a customer has a partner"));
        }
        partner_named(context, partner).await?;
    }
    let id = TenantId::generate();
    let portal = Scope::system();
    let mut transaction = context.database.write(&portal).await?;
    queries::insert(&mut transaction, &portal, id, &new, context.clock.micros()).await?;
    if scope.user_id().is_ok() {
        let target = Target::of("tenant", id, &new.name);
        let detail = json!({
            "kind": new.kind.key(),
            "partner": new.partner.map(|partner| partner.to_string()),
            "licensed_endpoints": new.licensed_endpoints,
        });
        let act = Act::TenantCreated;
        audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    }
    transaction.commit().await?;
    Ok(id)
}

fn require_countable(endpoints: Option<u64>) -> Result<(), Error> {
    let most = limits::LICENSED_ENDPOINTS_MAX;
    if endpoints.is_some_and(|endpoints| endpoints > most) {
        return Err(Error::invalid(format!(
            "licensed_endpoints is more than {most}"
        )));
    }
    Ok(())
}

async fn partner_named(context: &Context, id: TenantId) -> Result<TenantName, Error> {
    match find(context, id).await? {
        Some(found) if found.kind == TenantKind::Partner => Ok(TenantName {
            id,
            name: found.name,
        }),
        _ => Err(Error::invalid("partner is none")),
    }
}

async fn find(context: &Context, id: TenantId) -> Result<Option<TenantView>, Error> {
    let portal = Scope::system();
    let mut connection = context.database.read(&portal).await?;
    queries::one(&mut connection, &portal, id).await
}

/// The name of the one tenant of a scope.
///
/// # Errors
/// When the scope is not of one tenant, or the database fails.
pub async fn name(context: &Context, scope: &Scope) -> Result<String, Error> {
    let mut connection = context.database.read(scope).await?;
    queries::name(&mut connection, scope).await
}

/// The tenant that the scope stays within.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn current(context: &Context, scope: &Scope) -> Result<TenantView, Error> {
    scope.authorize(Action::Read, Resource::Tenant)?;
    let found = find(context, scope.tenant()?).await?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Whether people of a role may be at home in a tenant.
///
/// # Errors
/// Invalid request when they may not; not found; or the database fails.
pub(crate) async fn require_home_of(
    context: &Context,
    tenant: TenantId,
    role: Role,
) -> Result<(), Error> {
    let found = find(context, tenant).await?.ok_or(Code::NotFound)?;
    if found.kind == role.home() {
        Ok(())
    } else {
        let kind = found.kind.key();
        let role = role.key();
        Err(Error::invalid(format!("role {role} is none of a {kind}")))
    }
}

/// The scope in which a member of staff works in the data of a tenant that is not the own one; the visit is noted, for the
/// tenant to see.
///
/// # Errors
/// As [`scope_inside`].
pub(crate) async fn enter(
    context: &Context,
    home: TenantId,
    scope: &Scope,
    tenant: TenantId,
) -> Result<Scope, Error> {
    let inside = scope_inside(context, home, scope, tenant).await?;
    note_visit(context, &inside).await?;
    Ok(inside)
}

/// The scope in which a member of staff may work in the data of a tenant that is not the own one.
///
/// # Errors
/// Not found when there is no such tenant or the person does not look after it, without difference; or the database fails.
pub(crate) async fn scope_inside(
    context: &Context,
    home: TenantId,
    scope: &Scope,
    tenant: TenantId,
) -> Result<Scope, Error> {
    let role = scope.role().ok_or(Code::NotFound)?;
    let found = find(context, tenant).await?.ok_or(Code::NotFound)?;
    let is_looked_after = match role.home() {
        TenantKind::Operator => true,
        TenantKind::Partner => found
            .partner
            .as_ref()
            .is_some_and(|partner| partner.id == home),
        TenantKind::Customer => false,
    };
    if !is_looked_after {
        return Err(Code::NotFound.into());
    }
    let place = if found.partner_may_act {
        Place::AllowingCustomer
    } else {
        Place::Customer
    };
    Ok(Scope::visitor(tenant, scope.user_id()?, role, place))
}

/// Writes at most once a minute.
async fn note_visit(context: &Context, scope: &Scope) -> Result<(), Error> {
    let now = context.clock.micros();
    let last = {
        let mut connection = context.database.read(scope).await?;
        queries::last_visit(&mut connection, scope).await?
    };
    let since = last.map_or(i64::MAX, |last| now.saturating_sub(last));
    if since < MICROS_PER_MINUTE {
        return Ok(());
    }
    let mut transaction = context.database.write(scope).await?;
    match last {
        Some(last) if since < VISIT_ENDS_AFTER => {
            queries::extend_visit(&mut transaction, scope, last, now).await?;
        }
        _ => {
            queries::begin_visit(&mut transaction, scope, now).await?;
            let role = json!({ "role": scope.role() });
            let target = Target::none();
            audit::service::write(
                context,
                &mut transaction,
                scope,
                Act::StaffEntered,
                target,
                role,
            )
            .await?;
        }
    }
    transaction.commit().await
}

/// Who of the partner and the operator was in the tenant's data, latest first.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn visits(context: &Context, scope: &Scope) -> Result<Vec<Visit>, Error> {
    scope.authorize(Action::Read, Resource::Tenant)?;
    let tenant = Scope::system_in(scope.tenant()?);
    // Names of employers are rows of other tenants.
    let mut connection = context.database.read(&Scope::system()).await?;
    queries::visits(&mut connection, &tenant, VISITS_SHOWN).await
}

/// Which tenants the caller looks after.
///
/// # Errors
/// Forbidden for people who look after none.
pub(crate) fn reach(scope: &Scope) -> Result<Reach, Error> {
    scope.authorize(Action::Read, Resource::Customers)?;
    match scope.role().map(Role::home) {
        Some(TenantKind::Operator) => Ok(Reach::All),
        Some(TenantKind::Partner) => Ok(Reach::CustomersOf(scope.tenant()?)),
        Some(TenantKind::Customer) | None => Err(Code::Forbidden.into()),
    }
}

/// The tenants that the caller looks after, by name.
///
/// # Errors
/// Forbidden for people who look after none, or the database fails.
pub async fn list(context: &Context, scope: &Scope) -> Result<Vec<TenantView>, Error> {
    let reach = reach(scope)?;
    let portal = Scope::system();
    let mut connection = context.database.read(&portal).await?;
    queries::all(&mut connection, &portal, reach).await
}

/// Changes the tenant that the scope stays within.
///
/// # Errors
/// Forbidden, also when a customer's administrator changes what is the operator's to change; invalid request; or the
/// database fails.
pub async fn change(
    context: &Context,
    scope: &Scope,
    change: TenantChange,
) -> Result<TenantView, Error> {
    scope.authorize(Action::Update, Resource::Tenant)?;
    let is_portal = scope.actor() == Actor::System;
    let is_operator = scope.role() == Some(Role::Operator);
    let is_operators =
        change.name.is_some() || change.partner.is_some() || change.licensed_endpoints.is_some();
    // What a customer allows its partner is nobody else's decision.
    let is_refused =
        (is_operators && !is_operator) || (change.partner_may_act.is_some() && is_operator);
    if is_refused && !is_portal {
        return Err(Code::Forbidden.into());
    }
    let mut tenant = current(context, scope).await?;
    if let Some(name) = change.name {
        tenant.name = checked_name("name", &name)?;
    }
    if let Some(partner) = change.partner {
        if tenant.kind != TenantKind::Customer {
            return Err(Error::invalid("only a customer has a partner"));
        }
        let partner = partner_named(context, partner).await?;
        // Leave was given to the old one.
        tenant.partner_may_act &= tenant.partner.as_ref() == Some(&partner);
        tenant.partner = Some(partner);
    }
    require_countable(change.licensed_endpoints)?;
    tenant.partner_may_act = change.partner_may_act.unwrap_or(tenant.partner_may_act);
    tenant.licensed_endpoints = change.licensed_endpoints.or(tenant.licensed_endpoints);
    let mut transaction = context.database.write(scope).await?;
    queries::update(&mut transaction, scope, &tenant).await?;
    let target = Target::of("tenant", tenant.id, &tenant.name);
    let detail = json!({
        "partner": tenant.partner.as_ref().map(|partner| &partner.name),
        "partner_may_act": tenant.partner_may_act,
        "licensed_endpoints": tenant.licensed_endpoints,
    });
    let act = Act::TenantChanged;
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await?;
    // Whoever looks in by leave that is no more looks in no longer.
    context.hub.rights_changed(tenant.id, None);
    Ok(tenant)
}
