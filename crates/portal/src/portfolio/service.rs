//! Puts the customers together, worst first.

use super::model::{CustomerState, Portfolio};
use super::queries;
use crate::context::Context;
use crate::dashboard::{SensorCounts, SeverityCounts};
use crate::fleet::SensorState;
use crate::tenancy::{self, Scope, TenantId, TenantKind, TenantName, TenantView};
use crate::{Error, limits};
use event::Timestamp;
use std::cmp::Reverse;
use std::collections::HashMap;

/// All customers that the caller looks after, the worst first: what is overdue, then what waits by severity, then silent
/// sensors.
///
/// # Errors
/// Forbidden for people who look after none, or the database fails.
pub async fn portfolio(context: &Context, scope: &Scope) -> Result<Portfolio, Error> {
    let reach = tenancy::service::reach(scope)?;
    let tenants = tenancy::service::list(context, scope).await?;
    let is_customer = |tenant: &TenantView| tenant.kind == TenantKind::Customer;
    let mut states: HashMap<TenantId, CustomerState> = tenants
        .into_iter()
        .filter(is_customer)
        .map(|tenant| (tenant.id, untroubled(tenant)))
        .collect();
    let now = context.clock.micros();
    let portal = Scope::system();
    let mut connection = context.database.read(&portal).await?;
    for found in queries::open(&mut connection, &portal, reach, now).await? {
        if let Some(state) = states.get_mut(&found.tenant) {
            count(state, &found);
        }
    }
    for (tenant, last) in queries::heartbeats(&mut connection, &portal, reach).await? {
        if let Some(state) = states.get_mut(&tenant) {
            state.sensors.add(SensorState::at(now, last));
        }
    }
    let mut items: Vec<CustomerState> = states.into_values().collect();
    items.sort_by_cached_key(|state| (Reverse(urgency(state)), state.tenant.name.clone()));
    let counted =
        |is: fn(&CustomerState) -> bool| items.iter().filter(|state| is(state)).count() as u64;
    let (waiting, overdue) = (
        counted(|state| state.needs_action > 0),
        counted(|state| state.overdue > 0),
    );
    let silent = counted(|state| state.sensors.offline > 0);
    let customers = items.len() as u64;
    items.truncate(limits::PORTFOLIO_CUSTOMERS_MAX);
    Ok(Portfolio {
        customers,
        waiting,
        overdue,
        silent,
        items,
    })
}

fn untroubled(tenant: TenantView) -> CustomerState {
    CustomerState {
        tenant: TenantName {
            id: tenant.id,
            name: tenant.name,
        },
        partner: tenant.partner,
        open: SeverityCounts::default(),
        needs_action: 0,
        overdue: 0,
        next_due: None,
        sensors: SensorCounts::default(),
    }
}

fn count(state: &mut CustomerState, found: &queries::OpenIncidents) {
    let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
    state.open.add(found.severity, unsigned(found.open));
    state.needs_action += unsigned(found.waiting);
    state.overdue += unsigned(found.overdue);
    let due = found.next_due.map(Timestamp::from_micros);
    state.next_due = match (state.next_due, due) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
}

/// By what one customer comes before another.
fn urgency(state: &CustomerState) -> [u64; 6] {
    let open = &state.open;
    [
        state.overdue,
        if state.needs_action > 0 {
            open.critical
        } else {
            0
        },
        if state.needs_action > 0 { open.high } else { 0 },
        state.needs_action,
        state.sensors.offline,
        open.critical + open.high + open.medium,
    ]
}
