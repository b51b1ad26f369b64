//! Decides who is told of an incident or an alarm, by which way and when, and stores that beside the incident.

use super::hours;
use super::model::{Channel, DeliveryId, Preferences, Reason, TenantNotification};
use super::queries::deliveries::{self, NewDelivery, Target};
use super::queries::endpoints::{self, Known};
use super::queries::escalations;
use super::queries::people::{self, Subscriber};
use crate::context::Context;
use crate::database::Connection;
use crate::fleet::{Alarm, AlarmId};
use crate::identity::User;
use crate::incidents::IncidentKey;
use crate::sites::queries::Sighting;
use crate::tenancy::{Role, Scope, UserId};
use crate::{Error, identity, sites, tenancy};
use event::Severity;
use std::collections::{HashMap, HashSet};

pub(super) const MICROS_PER_MINUTE: i64 = 60_000_000;

/// Stores who is to be told of an incident, within the transaction that stores the incident: it is not stored without them, nor
/// are they told without it. `reason` is that it is new or became more severe.
///
/// # Errors
/// When the database fails.
pub async fn announce(
    context: &Context,
    connection: &mut Connection,
    scope: &Scope,
    incident: IncidentKey,
    severity: Severity,
    reason: Reason,
) -> Result<(), Error> {
    let audience = Audience::of(connection, scope, Sighting::Incident(incident)).await?;
    let news = News {
        subject: Subject::Incident(incident),
        severity,
        reason,
        change_key: format!("{incident}:severity:{}", severity as i64),
        has_mailer: context.mailer.is_some(),
        now: context.clock.micros(),
    };
    deliveries::supersede(connection, scope, incident, severity).await?;
    let mut told = Vec::new();
    for user in &audience.users {
        told.extend(news.to_person(connection, scope, &audience, user).await?);
    }
    told.extend(
        audience
            .endpoints
            .iter()
            .filter_map(|known| news.to_system(known)),
    );
    deliveries::insert_all(connection, scope, &told).await?;
    if let Some(run_at) = audience.escalates_at(severity, news.now) {
        escalations::watch(connection, scope, incident, run_at).await?;
    }
    Ok(())
}

/// Stores who is to be told that an alarm opened or closed, within the transaction that opens or closes it: the customer's
/// administrators and contacts, the people of its partner, and those of the operator who look after sensors. Where it closed,
/// only who was told that it opened. To be called with a connection for all tenants: messages to staff are theirs.
///
/// # Errors
/// When the database fails.
pub async fn announce_alarm(
    context: &Context,
    connection: &mut Connection,
    alarm: &Alarm,
    reason: Reason,
) -> Result<(), Error> {
    let told = match reason {
        Reason::AlarmClosed => {
            let system = Scope::system();
            Some(deliveries::told_of_alarm(connection, &system, alarm.id).await?)
        }
        _ => None,
    };
    let news = News {
        subject: Subject::Alarm(alarm.id, told),
        severity: alarm.severity,
        reason,
        change_key: format!("alarm:{}:{}", alarm.id, reason.key()),
        has_mailer: context.mailer.is_some(),
        now: context.clock.micros(),
    };
    let customer = Scope::system_in(alarm.tenant);
    for tenant in tenancy::queries::responsible(connection, &customer).await? {
        let scope = Scope::system_in(tenant);
        let audience = Audience::of(connection, &scope, Sighting::Sensor(alarm.sensor)).await?;
        let minds = |user: &&User| {
            use Role::{Administrator, Analyst, Contact, Operator, Partner};
            matches!(
                user.role,
                Administrator | Contact | Partner | Analyst | Operator
            )
        };
        let people = audience.users.iter().filter(minds);
        let to_people = people.flat_map(|user| news.as_wished(&audience, user));
        let systems = audience.endpoints.iter();
        let to_systems = systems.filter_map(|known| news.to_system(known));
        let told: Vec<_> = to_people
            .chain(to_systems)
            .filter(|new| news.subject.concerns(new.target))
            .collect();
        deliveries::insert_all(connection, &scope, &told).await?;
    }
    Ok(())
}

/// Everybody of a tenant who may have to be told of something, and may see it.
pub(super) struct Audience {
    pub users: Vec<User>,
    preferences: HashMap<UserId, Preferences>,
    subscribers: Vec<Subscriber>,
    endpoints: Vec<Known>,
    pub settings: TenantNotification,
}

impl Audience {
    pub async fn of(
        connection: &mut Connection,
        scope: &Scope,
        sighting: Sighting,
    ) -> Result<Self, Error> {
        let mut users = identity::service::users(connection, scope).await?;
        let blind = sites::queries::blind_to(connection, scope, sighting).await?;
        users.retain(|user| !blind.contains(&user.id));
        Ok(Self {
            users,
            preferences: people::all_preferences(connection, scope).await?,
            subscribers: people::subscribers(connection, scope).await?,
            endpoints: endpoints::all(connection, scope).await?,
            settings: escalations::settings(connection, scope).await?,
        })
    }

    pub fn knows(&self, id: UserId) -> bool {
        self.users.iter().any(|user| user.id == id)
    }

    fn preferences(&self, user: UserId) -> Preferences {
        self.preferences.get(&user).copied().unwrap_or_default()
    }

    /// When a person may be told of something of this severity: now, or when quiet hours end.
    fn not_before(&self, user: UserId, severity: Severity, now: i64) -> i64 {
        let preferences = self.preferences(user);
        if preferences.quiet_broken_from.is_reached_by(severity) {
            return now;
        }
        let zone = hours::zone(&self.settings.time_zone);
        let until = zone
            .zip(preferences.quiet_hours)
            .and_then(|(zone, quiet)| hours::quiet_until(&zone, quiet, now));
        until.unwrap_or(now)
    }

    fn escalates_at(&self, severity: Severity, now: i64) -> Option<i64> {
        let minutes = self.settings.escalate_after_minutes?;
        let has_anybody =
            !self.settings.escalate_to.is_empty() || self.settings.escalate_to_partner;
        let asked = has_anybody && self.settings.escalate_from.is_reached_by(severity);
        asked.then(|| now.saturating_add(i64::from(minutes) * MICROS_PER_MINUTE))
    }
}

/// What is told.
pub(super) struct News {
    pub subject: Subject,
    pub severity: Severity,
    pub reason: Reason,
    pub change_key: String,
    pub has_mailer: bool,
    pub now: i64,
}

/// What news are about.
pub(super) enum Subject {
    /// An incident.
    Incident(IncidentKey),
    /// An alarm, and to which targets it is told, where not to all.
    Alarm(AlarmId, Option<HashSet<String>>),
}

impl Subject {
    fn concerns(&self, target: Target) -> bool {
        match self {
            Self::Alarm(_, Some(told)) => told.contains(&target.key()),
            Self::Alarm(_, None) | Self::Incident(_) => true,
        }
    }
}

impl News {
    async fn to_person(
        &self,
        connection: &mut Connection,
        scope: &Scope,
        audience: &Audience,
        user: &User,
    ) -> Result<Vec<NewDelivery>, Error> {
        let mut told = self.as_wished(audience, user);
        if !user.mail_on_incident.is_reached_by(self.severity)
            && let Some(digest) = self.digest(connection, scope, audience, user.id).await?
        {
            let run_at = audience.not_before(user.id, self.severity, self.now);
            told.extend(self.mail(user.id, run_at, Some(digest)));
        }
        Ok(told)
    }

    /// Tells a person by the ways whose thresholds are reached.
    pub fn as_wished(&self, audience: &Audience, user: &User) -> Vec<NewDelivery> {
        let run_at = audience.not_before(user.id, self.severity, self.now);
        let mut told = Vec::new();
        if user.mail_on_incident.is_reached_by(self.severity) {
            told.extend(self.mail(user.id, run_at, None));
        }
        if audience
            .preferences(user.id)
            .push_from
            .is_reached_by(self.severity)
        {
            told.extend(self.push(audience, user.id, run_at));
        }
        told
    }

    /// Tells a person by every way there is, whatever the person's thresholds: nobody else has stirred.
    pub fn pressing(&self, audience: &Audience, user: UserId) -> Vec<NewDelivery> {
        let run_at = audience.not_before(user, self.severity, self.now);
        let mail = self.mail(user, run_at, None);
        mail.into_iter()
            .chain(self.push(audience, user, run_at))
            .collect()
    }

    fn mail(&self, user: UserId, run_at: i64, digest: Option<DeliveryId>) -> Option<NewDelivery> {
        self.has_mailer.then(|| NewDelivery {
            user: Some(user),
            digest,
            ..self.delivery(Target::Mail(user), Channel::Mail, run_at)
        })
    }

    fn push(
        &self,
        audience: &Audience,
        user: UserId,
        run_at: i64,
    ) -> impl Iterator<Item = NewDelivery> {
        let own = audience
            .subscribers
            .iter()
            .filter(move |browser| browser.user == user);
        own.map(move |browser| NewDelivery {
            user: Some(user),
            label: browser.device.clone(),
            ..self.delivery(Target::Push(browser.id), Channel::Push, run_at)
        })
    }

    fn to_system(&self, known: &Known) -> Option<NewDelivery> {
        let endpoint = &known.endpoint;
        (self.severity >= endpoint.severity_from.severity()).then(|| NewDelivery {
            label: endpoint.name.clone(),
            ..self.delivery(Target::Endpoint(endpoint.id), endpoint.channel, self.now)
        })
    }

    /// The summary that will tell a person of this; None when the person wants none.
    async fn digest(
        &self,
        connection: &mut Connection,
        scope: &Scope,
        audience: &Audience,
        user: UserId,
    ) -> Result<Option<DeliveryId>, Error> {
        if !self.has_mailer {
            return Ok(None);
        }
        let wanted = audience.preferences(user).digest;
        let at = hours::zone(&audience.settings.time_zone)
            .and_then(|zone| hours::digest_at(&zone, wanted, self.now));
        let Some(at) = at else {
            return Ok(None);
        };
        let target = Target::Mail(user);
        let new = NewDelivery {
            incident: None,
            user: Some(user),
            reason: Reason::Digest,
            change_key: format!("digest:{at}"),
            ..self.delivery(
                target,
                Channel::Mail,
                audience.not_before(user, Severity::Low, at),
            )
        };
        match deliveries::insert(connection, scope, &new).await? {
            Some(id) => Ok(Some(id)),
            None => deliveries::find(connection, scope, target, &new.change_key).await,
        }
    }

    fn delivery(&self, target: Target, channel: Channel, run_at: i64) -> NewDelivery {
        let (incident, alarm) = match &self.subject {
            Subject::Incident(id) => (Some(*id), None),
            Subject::Alarm(id, _) => (None, Some(*id)),
        };
        NewDelivery {
            incident,
            alarm,
            user: None,
            target,
            channel,
            label: String::new(),
            reason: self.reason,
            severity: self.severity,
            change_key: self.change_key.clone(),
            digest: None,
            run_at,
            now: self.now,
        }
    }
}
