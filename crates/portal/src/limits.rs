//! Every limit of the portal, in one place.

/// Bytes of a JSON request body.
pub const REQUEST_BODY_BYTES_MAX: usize = 64 * 1024;
/// Bytes of one incident as JSON, as a sensor sends it.
pub const INCIDENT_BYTES_MAX: usize = 1024 * 1024;
/// Characters of the name that a sensor gives an incident.
pub const INCIDENT_ID_CHARS_MAX: usize = 200;
/// Characters of the text that incidents are searched by.
pub const SEARCH_TEXT_CHARS_MAX: usize = 16 * 1024;
/// Characters of a search.
pub const QUERY_CHARS_MAX: usize = 200;
/// Words of a search; each must be found.
pub const QUERY_WORDS_MAX: usize = 8;
/// Values of one filter.
pub const FILTER_VALUES_MAX: usize = 50;
/// Incidents on a page when the caller does not say.
pub const PAGE_LENGTH_DEFAULT: u64 = 25;
/// Incidents on a page at most.
pub const PAGE_LENGTH_MAX: u64 = 200;
/// Highest page number.
pub const PAGE_MAX: u64 = 1_000_000;
/// Rows of an export.
pub const EXPORT_ROWS_MAX: u64 = 50_000;
/// Characters of a note.
pub const NOTE_CHARS_MAX: usize = 4000;
/// Entries of an incident's history that are kept in view, the newest.
pub const HISTORY_ENTRIES_MAX: i64 = 500;
/// Characters of a name (tenant, user, sensor) or location.
pub const NAME_CHARS_MAX: usize = 100;
/// Characters of a mail address (RFC 5321, section 4.5.3.1.3).
pub const EMAIL_CHARS_MAX: usize = 254;
/// Characters of a new password at least (NIST SP 800-63B, section 3.1.1.2, for a password alone).
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Bytes of a password at most: hashing must stay cheap.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Password hashes computed at once; each takes 19 MiB.
pub const PASSWORD_HASHES_AT_ONCE: usize = 2;
/// Accounts and addresses whose failed sign-ins are remembered.
pub const THROTTLE_ENTRIES_MAX: usize = 20_000;
/// Sensors of a tenant.
pub const SENSORS_MAX: i64 = 1000;
/// Interfaces in a heartbeat.
pub const INTERFACES_MAX: usize = 32;
/// Characters of a version or interface name in a heartbeat.
pub const HEARTBEAT_NAME_CHARS_MAX: usize = 64;
/// Event streams of one tenant at once.
pub const STREAMS_PER_TENANT_MAX: usize = 100;
/// Events that wait for a slow reader of a stream; beyond, it is told to read anew.
pub const STREAM_BACKLOG_MAX: usize = 256;
/// Missed incidents that a stream repeats on resuming; beyond, it is told to read anew.
pub const STREAM_RESUME_MAX: i64 = 200;
/// Browser connections at once.
pub const CONNECTIONS_MAX: usize = 4096;
/// Days of a dashboard.
pub const DASHBOARD_DAYS_MAX: u32 = 366;
