//! What is done with suppressions.

use super::model::{NewSuppression, Suppression, SuppressionKey, SuppressionPreview, Suppressions};
use super::queries::{self, Stored};
use crate::audit::{self, Act, Target};
use crate::context::Context;
use crate::database::Connection;
use crate::incidents::hiding;
use crate::tenancy::{Action, Resource, Scope};
use crate::{Code, Error, limits};
use event::{Incident, SuppressionScope, covers};
use serde_json::json;

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// How far back a preview looks.
const PREVIEW_DAYS: u32 = 90;
const EXAMPLES: usize = 10;

/// A tenant's suppressions, newest first.
///
/// # Errors
/// Forbidden, or the database fails.
pub async fn all(context: &Context, scope: &Scope) -> Result<Suppressions, Error> {
    scope.authorize(Action::Read, Resource::Suppression)?;
    let mut connection = context.database.read(scope).await?;
    let items = queries::all(&mut connection, scope).await?;
    Ok(Suppressions { items })
}

/// What a suppression would have hidden of what was told.
///
/// # Errors
/// Forbidden; invalid request when the scope has no bounds; or the database fails.
pub async fn preview(
    context: &Context,
    scope: &Scope,
    wanted: SuppressionScope,
) -> Result<SuppressionPreview, Error> {
    scope.authorize(Action::Create, Resource::Suppression)?;
    let wanted = checked(wanted)?;
    let now = context.clock.micros();
    let since = now.saturating_sub(i64::from(PREVIEW_DAYS).saturating_mul(MICROS_PER_DAY));
    let mut connection = context.database.read(scope).await?;
    let mut ids = hiding::told_since(&mut connection, scope, &wanted, since).await?;
    let most = limits::PREVIEW_INCIDENTS_MAX;
    let complete = ids.len() <= most;
    ids.truncate(most);
    let mut preview = SuppressionPreview {
        days: PREVIEW_DAYS,
        incidents: 0,
        detections: 0,
        partly: 0,
        open: 0,
        complete,
        examples: Vec::new(),
    };
    let mut examples = Vec::new();
    for id in ids {
        let (told, incident) = hiding::told(&mut connection, scope, id).await?;
        let cover = covers(&[&wanted], &incident);
        if cover.is_whole {
            preview.incidents = preview.incidents.saturating_add(1);
            let detections = incident.detections.iter().map(|line| line.count.max(1));
            preview.detections = detections.fold(preview.detections, u64::saturating_add);
            preview.open = preview.open.saturating_add(u64::from(told.is_open()));
            examples.push(id);
        } else if cover.lines > 0 {
            preview.partly = preview.partly.saturating_add(1);
        }
    }
    examples.truncate(EXAMPLES);
    preview.examples = hiding::summaries(&mut connection, scope, &examples).await?;
    Ok(preview)
}

/// Makes a suppression and hides at once what is open and wholly covered.
///
/// # Errors
/// Forbidden; not found when the incident is not; invalid request; too many; or the database fails.
pub async fn create(
    context: &Context,
    scope: &Scope,
    new: NewSuppression,
) -> Result<Suppression, Error> {
    scope.authorize(Action::Create, Resource::Suppression)?;
    let wanted = checked(new.scope)?;
    let reason = checked_reason(&new.reason)?;
    if !(1..=limits::SUPPRESSION_DAYS_MAX).contains(&new.days) {
        let most = limits::SUPPRESSION_DAYS_MAX;
        return Err(Error::invalid(format!(
            "days is not a number from 1 to {most}"
        )));
    }
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    if queries::count_active(&mut transaction, scope, now).await? >= limits::SUPPRESSIONS_MAX {
        return Err(Code::SuppressionLimit.into());
    }
    if let Some(incident) = new.incident {
        hiding::told(&mut transaction, scope, incident).await?;
    }
    let stored = Stored {
        id: SuppressionKey::generate(),
        scope: &wanted,
        reason: &reason,
        incident: new.incident.map(|incident| incident.to_string()),
        now,
        expires_at: now.saturating_add(i64::from(new.days).saturating_mul(MICROS_PER_DAY)),
    };
    queries::insert(&mut transaction, scope, &stored).await?;
    let changes = hide_open(&mut transaction, scope, &wanted, now).await?;
    let made = queries::one(&mut transaction, scope, stored.id).await?;
    let target = Target::of("suppression", made.id, reason.as_str());
    let detail = json!({ "scope": made.scope, "days": new.days, "hidden": made.hidden });
    let act = Act::SuppressionCreated;
    audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    transaction.commit().await?;
    hiding::tell(context, scope, &changes)?;
    Ok(made)
}

/// Takes a suppression back and brings back what only it hid.
///
/// # Errors
/// Forbidden, not found, or the database fails.
pub async fn revoke(
    context: &Context,
    scope: &Scope,
    id: SuppressionKey,
) -> Result<Suppression, Error> {
    scope.authorize(Action::Delete, Resource::Suppression)?;
    let now = context.clock.micros();
    let mut transaction = context.database.write(scope).await?;
    queries::one(&mut transaction, scope, id).await?;
    let mut changes = Vec::new();
    if queries::revoke(&mut transaction, scope, id, now).await? {
        for incident in hiding::hidden_by(&mut transaction, scope, id).await? {
            let (_, story) = hiding::told(&mut transaction, scope, incident).await?;
            let by = hidden_by(&mut transaction, scope, &story, now).await?;
            let change = if by.is_empty() {
                hiding::bring_back(&mut transaction, scope, incident, now).await?
            } else {
                hiding::hide(&mut transaction, scope, incident, &by, now).await?
            };
            changes.push(change);
        }
        let target = Target::of("suppression", id, "");
        let detail = json!({ "brought_back": changes.len() });
        let act = Act::SuppressionRevoked;
        audit::service::write(context, &mut transaction, scope, act, target, detail).await?;
    }
    let revoked = queries::one(&mut transaction, scope, id).await?;
    transaction.commit().await?;
    hiding::tell(context, scope, &changes)?;
    Ok(revoked)
}

/// The suppressions that hide an incident; none when something in it is covered by none. Where the sensor says that one
/// covered it when it happened, that one counts also when it has ended since, if it says so by its scope and the time of the
/// packets; what was taken back does not count.
///
/// # Errors
/// When the database fails.
pub async fn hidden_by(
    connection: &mut Connection,
    scope: &Scope,
    incident: &Incident,
    now: i64,
) -> Result<Vec<SuppressionKey>, Error> {
    let mut holding = queries::active(connection, scope, now).await?;
    if !incident.suppressed_by.is_empty() {
        let late = now.saturating_sub(limits::SUPPRESSED_LATE_MICROS_MAX);
        let after = incident.last_seen.micros().max(late);
        let ended = queries::ending_within(connection, scope, after, now).await?;
        let is_named = |id: SuppressionKey| incident.suppressed_by.contains(&id.to_string());
        holding.extend(ended.into_iter().filter(|one| is_named(one.id)));
    }
    let scopes: Vec<&SuppressionScope> = holding.iter().map(|one| &one.scope).collect();
    let cover = covers(&scopes, incident);
    if !cover.is_whole {
        return Ok(Vec::new());
    }
    let by = cover.by.iter().filter_map(|place| holding.get(*place));
    Ok(by.map(|one| one.id).collect())
}

async fn hide_open(
    connection: &mut Connection,
    scope: &Scope,
    wanted: &SuppressionScope,
    now: i64,
) -> Result<Vec<hiding::Changed>, Error> {
    let mut changes = Vec::new();
    for id in hiding::open(connection, scope, wanted).await? {
        let (_, story) = hiding::told(connection, scope, id).await?;
        let by = hidden_by(connection, scope, &story, now).await?;
        if !by.is_empty() {
            changes.push(hiding::hide(connection, scope, id, &by, now).await?);
        }
    }
    Ok(changes)
}

fn checked_reason(reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    if reason.chars().count() > limits::ANSWER_CHARS_MAX {
        let most = limits::ANSWER_CHARS_MAX;
        return Err(Error::invalid(format!(
            "reason has more than {most} characters"
        )));
    }
    Ok(reason.to_owned())
}

/// A scope with bounds: rules or a peer; a machine alone would blind the watch to everything it does.
fn checked(mut wanted: SuppressionScope) -> Result<SuppressionScope, Error> {
    wanted.peer = wanted.peer.map(|peer| peer.trim().to_owned());
    if wanted.rules.is_empty() && wanted.peer.is_none() {
        return Err(Error::invalid("scope names neither rules nor a peer"));
    }
    if wanted.rules.len() > limits::SUPPRESSION_RULES_MAX {
        return Err(Error::invalid("scope names too many rules"));
    }
    let fits = |text: &str, most: usize| (1..=most).contains(&text.chars().count());
    let rules_fit = wanted
        .rules
        .iter()
        .all(|rule| fits(&rule.id, limits::RULE_ID_CHARS_MAX));
    let peer_fits = wanted
        .peer
        .as_deref()
        .is_none_or(|peer| fits(peer, limits::PEER_CHARS_MAX));
    if !rules_fit || !peer_fits {
        return Err(Error::invalid("a rule or the peer is empty or too long"));
    }
    Ok(wanted)
}
