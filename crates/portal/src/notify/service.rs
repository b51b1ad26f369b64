//! How people want to be told, their browsers, what became of deliveries: what the API does for a person.

use super::hours;
use super::model::{
    Channel, DeliveryList, EscalationPartner, NewPushSubscription, NotificationTest, Preferences,
    PushState, Reason, SubscriptionId, TenantNotification, TenantNotificationView,
};
use super::outbound::Target as Address;
use super::push::{Recipient, VapidKey};
use super::queries::deliveries::{self, NewDelivery, Target};
use super::queries::{escalations, ledger, people};
use crate::audit::{self, Act};
use crate::context::Context;
use crate::database::Connection;
use crate::incidents::{self, IncidentKey, PersonName};
use crate::tenancy::{Action, Resource, Scope};
use crate::text::optional_name;
use crate::{Code, Error, identity, limits, tenancy};
use event::Severity;

/// Lines of the ledger that the settings show.
const OWN_SHOWN: i64 = 10;

/// How the person who asks wants to be told.
///
/// # Errors
/// When the database fails.
pub async fn preferences(context: &Context, scope: &Scope) -> Result<Preferences, Error> {
    scope.authorize(Action::Read, Resource::Profile)?;
    let mut connection = context.database.read(scope).await?;
    people::preferences_of(&mut connection, scope, scope.user_id()?).await
}

/// Keeps how the person who asks wants to be told.
///
/// # Errors
/// When the database fails.
pub async fn keep_preferences(
    context: &Context,
    scope: &Scope,
    wanted: &Preferences,
) -> Result<Preferences, Error> {
    scope.authorize(Action::Update, Resource::Profile)?;
    let mut transaction = context.database.write(scope).await?;
    people::keep_preferences(&mut transaction, scope, wanted).await?;
    transaction.commit().await?;
    Ok(*wanted)
}

/// What is needed to subscribe a browser, and the own browsers.
///
/// # Errors
/// When the database fails.
pub async fn push_state(context: &Context, scope: &Scope) -> Result<PushState, Error> {
    scope.authorize(Action::Read, Resource::Profile)?;
    let public_key = vapid_key(context).await?.public();
    let mut connection = context.database.read(scope).await?;
    let subscriptions = people::own_subscriptions(&mut connection, scope).await?;
    Ok(PushState {
        public_key,
        subscriptions,
    })
}

/// Takes in a browser of the person who asks; of too many the oldest goes.
///
/// # Errors
/// When address or keys cannot be any, or the database fails.
pub async fn subscribe(
    context: &Context,
    scope: &Scope,
    new: &NewPushSubscription,
) -> Result<PushState, Error> {
    scope.authorize(Action::Update, Resource::Profile)?;
    let device = optional_name("device", &new.device)?;
    let is_long = new.endpoint.chars().count() > limits::ADDRESS_CHARS_MAX;
    if is_long || Address::parse(&new.endpoint).is_err() {
        return Err(Error::invalid(
            "endpoint is not the address of a push service",
        ));
    }
    if Recipient::parse(&new.keys.p256dh, &new.keys.auth).is_none() {
        return Err(Error::invalid("keys are not those of a browser"));
    }
    let now = context.clock.micros();
    // The browser may have been that of a person of another tenant.
    let system = Scope::system();
    let keys = &new.keys;
    let mut transaction = context.database.write(&system).await?;
    people::forget_browser(
        &mut transaction,
        &system,
        &new.endpoint,
        &keys.p256dh,
        &keys.auth,
    )
    .await?;
    if !people::subscribe(&mut transaction, scope, new, &device, now).await? {
        return Err(Error::invalid(
            "another browser takes messages at this address",
        ));
    }
    let own = people::own_subscriptions(&mut transaction, scope).await?;
    let too_many = own.len().saturating_sub(limits::SUBSCRIPTIONS_MAX);
    for oldest in own.iter().take(too_many) {
        people::unsubscribe(&mut transaction, scope, oldest.id, None).await?;
    }
    transaction.commit().await?;
    push_state(context, scope).await
}

/// Forgets a browser of the person who asks.
///
/// # Errors
/// Not found, or the database fails.
pub async fn unsubscribe(
    context: &Context,
    scope: &Scope,
    id: SubscriptionId,
) -> Result<(), Error> {
    scope.authorize(Action::Update, Resource::Profile)?;
    let mut transaction = context.database.write(scope).await?;
    if !people::unsubscribe(&mut transaction, scope, id, Some(scope.user_id()?)).await? {
        return Err(Code::NotFound.into());
    }
    transaction.commit().await
}

/// Sends the person who asks a message by one way, to try whether it arrives.
///
/// # Errors
/// When there is no such way, or the database fails.
pub async fn test(
    context: &Context,
    scope: &Scope,
    wanted: &NotificationTest,
) -> Result<DeliveryList, Error> {
    scope.authorize(Action::Update, Resource::Profile)?;
    let mut transaction = context.database.write(scope).await?;
    let targets = own_targets(context, &mut transaction, scope, wanted.channel).await?;
    if targets.is_empty() {
        return Err(Code::NoSuchWay.into());
    }
    let now = context.clock.micros();
    for (target, label) in targets {
        let new = NewDelivery {
            user: Some(scope.user_id()?),
            label,
            ..test_delivery(target, wanted.channel, now)
        };
        deliveries::insert(&mut transaction, scope, &new).await?;
    }
    transaction.commit().await?;
    context.post_bell.notify_one();
    own_deliveries(context, scope).await
}

async fn own_targets(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    channel: Channel,
) -> Result<Vec<(Target, String)>, Error> {
    match channel {
        Channel::Mail if context.mailer.is_some() => {
            Ok(vec![(Target::Mail(scope.user_id()?), String::new())])
        }
        Channel::Push => {
            let own = people::own_subscriptions(connection, scope).await?;
            Ok(own
                .into_iter()
                .map(|browser| (Target::Push(browser.id), browser.device))
                .collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// A message that tries whether a way works. One a second at most: the time is what it tells.
pub(super) fn test_delivery(target: Target, channel: Channel, now: i64) -> NewDelivery {
    NewDelivery {
        incident: None,
        alarm: None,
        user: None,
        target,
        channel,
        label: String::new(),
        reason: Reason::Test,
        severity: Severity::Low,
        change_key: format!("test:{}", now / 1_000_000),
        digest: None,
        run_at: now,
        now,
    }
}

/// What the person who asks was told last.
///
/// # Errors
/// When the database fails.
pub async fn own_deliveries(context: &Context, scope: &Scope) -> Result<DeliveryList, Error> {
    scope.authorize(Action::Read, Resource::Profile)?;
    let mut connection = context.database.read(scope).await?;
    let items = ledger::own(&mut connection, scope, OWN_SHOWN).await?;
    Ok(DeliveryList { items })
}

/// Everything that was told of an incident.
///
/// # Errors
/// Not found, or the database fails.
pub async fn incident_deliveries(
    context: &Context,
    scope: &Scope,
    incident: IncidentKey,
) -> Result<DeliveryList, Error> {
    scope.authorize(Action::Read, Resource::Incident)?;
    let mut connection = context.database.read(scope).await?;
    require_incident(&mut connection, scope, incident).await?;
    let items = ledger::of_incident(&mut connection, scope, incident).await?;
    Ok(DeliveryList { items })
}

/// Notes that the person who asks has opened an incident.
///
/// # Errors
/// Not found, or the database fails.
pub async fn opened(context: &Context, scope: &Scope, incident: IncidentKey) -> Result<(), Error> {
    scope.authorize(Action::Read, Resource::Incident)?;
    let mut transaction = context.database.write(scope).await?;
    require_incident(&mut transaction, scope, incident).await?;
    ledger::opened(&mut transaction, scope, incident, context.clock.micros()).await?;
    transaction.commit().await
}

async fn require_incident(
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
) -> Result<(), Error> {
    let found = incidents::queries::summaries(connection, scope, &[incident]).await?;
    if found.is_empty() {
        Err(Code::NotFound.into())
    } else {
        Ok(())
    }
}

/// What holds for all people of the tenant, and who they are.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn tenant_settings(
    context: &Context,
    scope: &Scope,
) -> Result<TenantNotificationView, Error> {
    scope.authorize(Action::Read, Resource::Notification)?;
    let mut connection = context.database.read(scope).await?;
    let settings = escalations::settings(&mut connection, scope).await?;
    let users = identity::service::users(&mut connection, scope).await?;
    let people = users
        .into_iter()
        .map(|user| PersonName {
            id: user.id,
            name: user.name,
        })
        .collect();
    let tenant = tenancy::service::current(context, scope).await?;
    Ok(TenantNotificationView {
        settings,
        people,
        partner: tenant.partner.map(|named| EscalationPartner {
            name: named.name,
            may_act: tenant.partner_may_act,
        }),
    })
}

/// Keeps what holds for all people of the tenant.
///
/// # Errors
/// Forbidden; unknown time zone or person; or the database fails.
pub async fn keep_tenant_settings(
    context: &Context,
    scope: &Scope,
    wanted: &TenantNotification,
) -> Result<TenantNotificationView, Error> {
    scope.authorize(Action::Update, Resource::Notification)?;
    if hours::zone(&wanted.time_zone).is_none() {
        return Err(Error::invalid(
            "time_zone is not a name of the IANA database",
        ));
    }
    let in_range = |minutes: u32| (1..=limits::ESCALATION_MINUTES_MAX).contains(&minutes);
    if !wanted.escalate_after_minutes.is_none_or(in_range) {
        return Err(Error::invalid("escalate_after_minutes is out of range"));
    }
    if wanted.escalate_to.len() > limits::ESCALATION_STEPS_MAX {
        return Err(Error::invalid("escalate_to has too many people"));
    }
    if wanted.business_days.weekdays.is_empty() {
        return Err(Error::invalid("business_days has no day of the week"));
    }
    let mut transaction = context.database.write(scope).await?;
    let users = identity::service::users(&mut transaction, scope).await?;
    let is_known = |id| users.iter().any(|user| user.id == id);
    if !wanted.escalate_to.iter().all(|id| is_known(*id)) {
        return Err(Error::invalid(
            "escalate_to names somebody who is not of this company",
        ));
    }
    escalations::keep_settings(&mut transaction, scope, wanted).await?;
    let detail = serde_json::to_value(wanted)?;
    let (act, target) = (Act::ChannelChanged, audit::Target::none());
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await?;
    tenant_settings(context, scope).await
}

/// On which days the tenant is at work.
///
/// # Errors
/// When the database fails.
pub async fn business_days(
    connection: &mut Connection,
    scope: &Scope,
) -> Result<incidents::BusinessDays, Error> {
    let settings = escalations::settings(connection, scope).await?;
    Ok(settings.business_days)
}

/// The key by which push services know this portal; made when first needed, one for all processes on a database.
///
/// # Errors
/// When it cannot be made, or the database fails.
pub(super) async fn vapid_key(context: &Context) -> Result<&VapidKey, Error> {
    let unusable = || Error::Stored {
        what: "key for push services",
    };
    let read_or_made = async || {
        let known = {
            let mut connection = context.database.read(&Scope::system()).await?;
            people::vapid_key(&mut connection).await?
        };
        let key = match known {
            Some(key) => key,
            None => {
                // Whoever writes first makes it; others read it here.
                let mut transaction = context.database.write(&Scope::system()).await?;
                match people::vapid_key(&mut transaction).await? {
                    Some(key) => key,
                    None => {
                        let key = VapidKey::generate().ok_or_else(unusable)?;
                        people::keep_vapid_key(&mut transaction, &key, context.clock.micros())
                            .await?;
                        transaction.commit().await?;
                        key
                    }
                }
            }
        };
        VapidKey::stored(&key).ok_or_else(unusable)
    };
    context.vapid_key.get_or_try_init(read_or_made).await
}
