//! The chain of hashes.
//!
//! `hash = SHA-256(previous hash, newline, canonical entry)`, hexadecimal. The canonical entry is the JSON array, without
//! spaces, of tenant, sequence, microseconds since 1970, kind, identifier and name of the actor, act, kind, identifier and
//! name of the target, and the detail's text. The first entry's previous hash is 64 zeros.

use super::model::AuditEntry;
use crate::secret;
use crate::tenancy::TenantId;

/// What stands before the first entry.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of an entry; its own field `hash` plays no part.
pub fn hash(previous: &str, tenant: TenantId, entry: &AuditEntry) -> String {
    let canonical = serde_json::json!([
        tenant.to_string(),
        entry.sequence,
        entry.at.micros(),
        entry.actor_kind.key(),
        entry.actor_id,
        entry.actor_name,
        entry.act.key(),
        entry.target.kind,
        entry.target.id,
        entry.target.name,
        entry.detail,
    ]);
    secret::hash(&format!("{previous}\n{canonical}"))
}
