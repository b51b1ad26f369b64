//! What the API does with a tenant's systems that are told.

use super::carry::{chat, syslog, webhook};
use super::model::{
    Channel, Endpoint, EndpointChange, EndpointId, EndpointList, EndpointWithSecret, NewEndpoint,
};
use super::outbound::Target as Address;
use super::queries::deliveries::{self, NewDelivery, Target};
use super::queries::endpoints::{self, Known};
use super::queries::ledger;
use super::service::test_delivery;
use crate::audit::{self, Act, Target as Audited};
use crate::context::Context;
use crate::database::Connection;
use crate::tenancy::{Action, Resource, Scope};
use crate::text::{checked_name, optional_name};
use crate::{Code, Error, limits};
use event::Timestamp;
use serde_json::json;

/// The systems of the tenant.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn list(context: &Context, scope: &Scope) -> Result<EndpointList, Error> {
    scope.authorize(Action::Read, Resource::Notification)?;
    let mut connection = context.database.read(scope).await?;
    let mut items = Vec::new();
    for known in endpoints::all(&mut connection, scope).await? {
        items.push(shown(&mut connection, scope, known.endpoint).await?);
    }
    Ok(EndpointList { items })
}

async fn shown(
    connection: &mut Connection,
    scope: &Scope,
    endpoint: Endpoint,
) -> Result<Endpoint, Error> {
    let last = ledger::last_of_endpoint(connection, scope, endpoint.id).await?;
    Ok(Endpoint { last, ..endpoint })
}

/// Takes in a system. The secret that signs what it is sent is shown this once.
///
/// # Errors
/// Forbidden; something cannot be what it should; too many; or the database fails.
pub async fn create(
    context: &Context,
    scope: &Scope,
    new: NewEndpoint,
) -> Result<EndpointWithSecret, Error> {
    scope.authorize(Action::Create, Resource::Notification)?;
    let (address, secret) = checked_ends(&new)?;
    let known = Known {
        endpoint: Endpoint {
            id: EndpointId::generate(),
            name: checked_name("name", &new.name)?,
            channel: new.channel,
            address: address.clone(),
            recipient: optional_name("recipient", &new.recipient)?,
            severity_from: new.severity_from,
            language: new.language,
            created_at: Timestamp::from_micros(context.clock.micros()),
            last: None,
        },
        address,
        secret,
    };
    let mut transaction = context.database.write(scope).await?;
    let count = endpoints::count(&mut transaction, scope).await?;
    if usize::try_from(count).unwrap_or(usize::MAX) >= limits::ENDPOINTS_MAX {
        return Err(Code::EndpointLimit.into());
    }
    endpoints::insert(&mut transaction, scope, &known).await?;
    // As it will be shown from now on.
    let stored = endpoints::one(&mut transaction, scope, known.endpoint.id).await?;
    note(
        context,
        &mut transaction,
        scope,
        Act::ChannelCreated,
        &stored.endpoint,
    )
    .await?;
    transaction.commit().await?;
    let secret = (known.endpoint.channel == Channel::Webhook).then_some(known.secret);
    Ok(EndpointWithSecret {
        endpoint: stored.endpoint,
        secret,
    })
}

/// The address and the secret of a new system.
fn checked_ends(new: &NewEndpoint) -> Result<(String, String), Error> {
    match new.channel {
        Channel::Mail | Channel::Push => {
            Err(Error::invalid("channel is a person's, not a system's"))
        }
        Channel::Line => {
            require_recipient(&new.recipient)?;
            Ok((chat::LINE_ADDRESS.to_owned(), checked_token(&new.token)?))
        }
        Channel::Webhook => {
            let address = checked_address(new.channel, &new.address)?;
            Ok((address, webhook::new_secret()))
        }
        Channel::Slack | Channel::Teams | Channel::Syslog => {
            Ok((checked_address(new.channel, &new.address)?, String::new()))
        }
    }
}

fn checked_address(channel: Channel, address: &str) -> Result<String, Error> {
    let address = address.trim();
    if address.chars().count() > limits::ADDRESS_CHARS_MAX {
        return Err(Error::invalid("address is too long"));
    }
    match channel {
        Channel::Syslog if !syslog::is_address(address) => Err(Error::invalid(
            "address is not udp://host, tcp://host or tls://host",
        )),
        Channel::Webhook | Channel::Slack | Channel::Teams if Address::parse(address).is_err() => {
            Err(Error::invalid("address is not https://host/path"))
        }
        Channel::Line => Err(Error::invalid("the address of LINE is known")),
        _ => Ok(address.to_owned()),
    }
}

fn checked_token(token: &str) -> Result<String, Error> {
    let token = token.trim();
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_token || token.chars().count() > limits::TOKEN_CHARS_MAX {
        return Err(Error::invalid(
            "token is not a channel access token of LINE",
        ));
    }
    Ok(token.to_owned())
}

fn require_recipient(recipient: &str) -> Result<(), Error> {
    if recipient.trim().is_empty() {
        return Err(Error::invalid("recipient is empty; LINE needs one"));
    }
    Ok(())
}

/// Changes a system.
///
/// # Errors
/// Forbidden, not found, something cannot be what it should, or the database fails.
pub async fn change(
    context: &Context,
    scope: &Scope,
    id: EndpointId,
    change: EndpointChange,
) -> Result<Endpoint, Error> {
    scope.authorize(Action::Update, Resource::Notification)?;
    let mut transaction = context.database.write(scope).await?;
    let mut known = endpoints::one(&mut transaction, scope, id).await?;
    let channel = known.endpoint.channel;
    if let Some(name) = change.name {
        known.endpoint.name = checked_name("name", &name)?;
    }
    if let Some(address) = change.address {
        known.address = checked_address(channel, &address)?;
    }
    let is_line = channel == Channel::Line;
    if !is_line && (change.recipient.is_some() || change.token.is_some()) {
        return Err(Error::invalid("recipient and token are LINE's"));
    }
    if let Some(recipient) = change.recipient {
        require_recipient(&recipient)?;
        known.endpoint.recipient = optional_name("recipient", &recipient)?;
    }
    if let Some(token) = change.token {
        known.secret = checked_token(&token)?;
    }
    let endpoint = &mut known.endpoint;
    endpoint.severity_from = change.severity_from.unwrap_or(endpoint.severity_from);
    endpoint.language = change.language.unwrap_or(endpoint.language);
    let endpoint = keep(context, &mut transaction, scope, &known).await?;
    transaction.commit().await?;
    Ok(endpoint)
}

/// Gives a webhook a new secret, shown this once. From now on the old one signs nothing.
///
/// # Errors
/// Forbidden, not found, not a webhook, or the database fails.
pub async fn renew_secret(
    context: &Context,
    scope: &Scope,
    id: EndpointId,
) -> Result<EndpointWithSecret, Error> {
    scope.authorize(Action::Update, Resource::Notification)?;
    let mut transaction = context.database.write(scope).await?;
    let mut known = endpoints::one(&mut transaction, scope, id).await?;
    if known.endpoint.channel != Channel::Webhook {
        return Err(Error::invalid("only webhooks have a secret to renew"));
    }
    known.secret = webhook::new_secret();
    let endpoint = keep(context, &mut transaction, scope, &known).await?;
    transaction.commit().await?;
    Ok(EndpointWithSecret {
        endpoint,
        secret: Some(known.secret),
    })
}

/// Keeps a changed system, and notes who changed it; it as it is shown from now on.
async fn keep(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    known: &Known,
) -> Result<Endpoint, Error> {
    endpoints::update(connection, scope, known).await?;
    let stored = endpoints::one(connection, scope, known.endpoint.id).await?;
    note(
        context,
        connection,
        scope,
        Act::ChannelChanged,
        &stored.endpoint,
    )
    .await?;
    shown(connection, scope, stored.endpoint).await
}

/// Forgets a system. What it was told stays in the ledger.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn delete(context: &Context, scope: &Scope, id: EndpointId) -> Result<(), Error> {
    scope.authorize(Action::Delete, Resource::Notification)?;
    let mut transaction = context.database.write(scope).await?;
    let endpoint = endpoints::one(&mut transaction, scope, id).await?.endpoint;
    endpoints::delete(&mut transaction, scope, id).await?;
    note(
        context,
        &mut transaction,
        scope,
        Act::ChannelRemoved,
        &endpoint,
    )
    .await?;
    transaction.commit().await
}

/// Writes to the audit log what was done with a system; never its address, which may open it.
async fn note(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    act: Act,
    endpoint: &Endpoint,
) -> Result<(), Error> {
    let target = Audited::of("channel", endpoint.id, &endpoint.name);
    let detail = json!({ "channel": endpoint.channel, "severity_from": endpoint.severity_from });
    audit::service::write(context, connection, scope, act, target, detail).await
}

/// Sends a system a message, to try whether it arrives.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn test(context: &Context, scope: &Scope, id: EndpointId) -> Result<Endpoint, Error> {
    scope.authorize(Action::Update, Resource::Notification)?;
    let mut transaction = context.database.write(scope).await?;
    let endpoint = endpoints::one(&mut transaction, scope, id).await?.endpoint;
    let new = NewDelivery {
        label: endpoint.name.clone(),
        ..test_delivery(
            Target::Endpoint(id),
            endpoint.channel,
            context.clock.micros(),
        )
    };
    deliveries::insert(&mut transaction, scope, &new).await?;
    let endpoint = shown(&mut transaction, scope, endpoint).await?;
    transaction.commit().await?;
    context.post_bell.notify_one();
    Ok(endpoint)
}
