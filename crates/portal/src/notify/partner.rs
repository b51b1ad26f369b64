//! The customer's partner, as the last step of escalation: who of it is told, and whose message may leave the customer's data.

use super::announce::{Audience, News};
use super::model::{Reason, TenantNotification};
use super::queries::deliveries::{Job, NewDelivery};
use crate::Error;
use crate::database::Connection;
use crate::incidents::IncidentKey;
use crate::sites::queries::Sighting;
use crate::tenancy::{self, Action, Place, Resource, Scope, TenantId};

/// The customer's partner, when the customer wants it told and lets it act.
///
/// # Errors
/// When the database fails.
pub async fn to_be_told(
    connection: &mut Connection,
    customer: &Scope,
    settings: &TenantNotification,
) -> Result<Option<TenantId>, Error> {
    if !settings.escalate_to_partner {
        return Ok(None);
    }
    tenancy::queries::partner_with_leave(connection, customer).await
}

/// What people of the partner are told, by their own wishes: those who may work on incidents of the customer.
///
/// # Errors
/// When the database fails.
pub async fn messages(
    connection: &mut Connection,
    partner: TenantId,
    incident: IncidentKey,
    news: &News,
) -> Result<Vec<NewDelivery>, Error> {
    let audience = Audience::of(
        connection,
        &Scope::system_in(partner),
        Sighting::Incident(incident),
    )
    .await?;
    let may_read = |role| {
        tenancy::policy::allows(
            role,
            Place::AllowingCustomer,
            Action::Read,
            Resource::Incident,
        )
    };
    let people = audience.users.iter().filter(|user| may_read(user.role));
    Ok(people
        .flat_map(|user| news.as_wished(&audience, user))
        .collect())
}

/// Whether a message is for a person of the customer's partner.
pub fn is_for_partner(job: &Job) -> bool {
    job.reason == Reason::EscalatedToPartner
}

/// Where the person of a message is at home: the message's own tenant, or its partner, which must still have leave when the
/// message is sent. Nobody else of another tenant is ever written to.
///
/// # Errors
/// When the database fails.
pub async fn home_of_reader(
    connection: &mut Connection,
    job: &Job,
) -> Result<Option<TenantId>, Error> {
    if !is_for_partner(job) {
        return Ok(Some(job.tenant));
    }
    tenancy::queries::partner_with_leave(connection, &Scope::system_in(job.tenant)).await
}
