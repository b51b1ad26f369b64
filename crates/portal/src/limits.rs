//! Every limit of the portal, in one place.

/// Bytes of a JSON request body.
pub const REQUEST_BODY_BYTES_MAX: usize = 64 * 1024;
/// Names in one certificate.
pub const ACME_NAMES_MAX: usize = 20;
/// Bytes of one incident as JSON, as a sensor sends it.
pub const INCIDENT_BYTES_MAX: usize = 1024 * 1024;
/// Characters of the name that a sensor gives an incident.
pub const INCIDENT_ID_CHARS_MAX: usize = 200;
/// Characters of the text that incidents are searched by.
pub const SEARCH_TEXT_CHARS_MAX: usize = 16 * 1024;
/// Bytes of a query string that names a tenant.
pub const QUERY_STRING_BYTES_MAX: usize = 8 * 1024;
/// Machines that a customer's contract covers.
pub const LICENSED_ENDPOINTS_MAX: u64 = 10_000_000;
/// Customers on the first page of staff.
pub const PORTFOLIO_CUSTOMERS_MAX: usize = 500;
/// Bytes of memory for what lists of incidents are made of: about three million incidents.
pub const ARCHIVE_BYTES_MAX: usize = 768 * 1024 * 1024;
/// Incidents that a caller within the program hands over at once.
pub const ACCEPTED_AT_ONCE_MAX: usize = 5000;
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
/// Characters of an answer to a question at the end of an incident.
pub const ANSWER_CHARS_MAX: usize = 500;
/// People to whom incidents may be given.
pub const ASSIGNEES_MAX: i64 = 500;
/// Incidents changed at once.
pub const BULK_MAX: usize = 200;
/// Views that a person may keep.
pub const VIEWS_MAX: usize = 50;
/// Bytes of the query string of a view.
pub const VIEW_BYTES_MAX: usize = 2000;
/// Contact cards of a tenant.
pub const CONTACTS_MAX: usize = 10;
/// Characters of a telephone number.
pub const PHONE_CHARS_MAX: usize = 40;
/// Marks by which an incident is found as being like others.
pub const MARKS_MAX: usize = 250;
/// Marks of an incident by which others like it are looked for.
pub const ALIKE_MARKS_MAX: i64 = 40;
/// Incidents looked at for each mark.
pub const ALIKE_OF_MARK_MAX: i64 = 20;
/// Incidents shown as being alike.
pub const ALIKE_SHOWN_MAX: usize = 8;
/// Sites of a tenant.
pub const SITES_MAX: i64 = 100;
/// Sensors at a site, and people limited to it.
pub const SITE_MEMBERS_MAX: usize = 1000;
/// Suppressions of a tenant that hold at once.
pub const SUPPRESSIONS_MAX: i64 = 300;
/// So long after its end a suppression still hides what a sensor says it covered: for incidents that waited on its disk.
pub const SUPPRESSED_LATE_MICROS_MAX: i64 = 7 * 86_400_000_000;
/// Suppressions in a list, those that are over included.
pub const SUPPRESSIONS_SHOWN_MAX: i64 = 500;
/// Rules in one suppression.
pub const SUPPRESSION_RULES_MAX: usize = 20;
/// Days that a suppression holds at most.
pub const SUPPRESSION_DAYS_MAX: u32 = 365;
/// Characters of the name of a rule, indicator or model.
pub const RULE_ID_CHARS_MAX: usize = 300;
/// Characters of an other end, by name or address (RFC 1035, section 2.3.4).
pub const PEER_CHARS_MAX: usize = 253;
/// Incidents that a preview of a suppression looks at.
pub const PREVIEW_INCIDENTS_MAX: usize = 500;
/// Open incidents that a new suppression looks at.
pub const HIDDEN_AT_ONCE_MAX: usize = 1000;
/// Entries of an incident's history that are kept in view, the newest.
pub const HISTORY_ENTRIES_MAX: i64 = 500;
/// Characters of a name (tenant, user, sensor) or location.
pub const NAME_CHARS_MAX: usize = 100;
/// Characters of a mail address (RFC 5321, section 4.5.3.1.3).
pub const EMAIL_CHARS_MAX: usize = 254;
/// Characters of a new password at least, where there is a second factor.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Characters of a new password at least, where it stands alone (NIST SP 800-63B-4, section 3.1.1.2).
pub const PASSWORD_CHARS_MIN_ALONE: usize = 15;
/// Bytes of a password at most: hashing must stay cheap.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Password hashes computed at once; each takes 19 MiB.
pub const PASSWORD_HASHES_AT_ONCE: usize = 2;
/// Accounts and addresses whose failed sign-ins are remembered.
pub const THROTTLE_ENTRIES_MAX: i64 = 20_000;
/// Browsers in which a person is known.
pub const KNOWN_BROWSERS_MAX: i64 = 20;
/// Sensors of a tenant.
pub const SENSORS_MAX: i64 = 1000;
/// Interfaces in a heartbeat.
pub const INTERFACES_MAX: usize = 32;
/// Characters of a version or interface name in a heartbeat.
pub const HEARTBEAT_NAME_CHARS_MAX: usize = 64;
/// VLANs in a heartbeat.
pub const HEARTBEAT_VLANS_MAX: usize = 64;
/// Hours that the history of sensors reaches back, in steps of an hour.
pub const HISTORY_HOURS_MAX: u32 = 90 * 24;
/// Hours that it reaches back in steps of a minute.
pub const HISTORY_MINUTES_KEPT_HOURS: u32 = 48;
/// Points of a chart.
pub const HISTORY_POINTS_MAX: u32 = 3000;
/// Alarms that are shown at once.
pub const ALARMS_SHOWN_MAX: i64 = 200;
/// Days that an alarm is remembered after it closed.
pub const ALARMS_KEPT_DAYS: i64 = 365;
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
/// Characters of a target's name in the audit log.
pub const AUDIT_NAME_CHARS_MAX: usize = 200;
/// Bytes of what an entry of the audit log says beyond its columns.
pub const AUDIT_DETAIL_BYTES_MAX: usize = 4096;
/// Messages to people and systems on their way at once.
pub const SENDINGS_AT_ONCE: usize = 32;
/// Messages that a portal takes at a time, for what one reads the next needs as well.
pub const SENDINGS_TAKEN_MAX: usize = 200;
/// Connections to the mail server that are kept.
pub const MAIL_CONNECTIONS_MAX: u32 = 16;
/// Addresses of one name that are tried.
pub const ADDRESSES_OF_HOST_MAX: usize = 8;
/// Bytes of an answer of a system that somebody else has named.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// Characters of such an answer that the ledger keeps.
pub const ANSWER_CHARS_KEPT: usize = 200;
/// Characters of an address of such a system.
pub const ADDRESS_CHARS_MAX: usize = 1000;
/// Characters of a token that opens such a system.
pub const TOKEN_CHARS_MAX: usize = 500;
/// Systems of a tenant that are told.
pub const ENDPOINTS_MAX: usize = 50;
/// Browsers of a person that take push messages; beyond, the oldest goes.
pub const SUBSCRIPTIONS_MAX: usize = 20;
/// People in the order of escalation.
pub const ESCALATION_STEPS_MAX: usize = 10;
/// Minutes until somebody else is told.
pub const ESCALATION_MINUTES_MAX: u32 = 24 * 60;
/// Lines of the ledger that are shown at once.
pub const DELIVERIES_SHOWN_MAX: i64 = 200;
/// Incidents that a summary lists; beyond, they are counted.
pub const DIGEST_INCIDENTS_MAX: usize = 50;
/// Characters of what went wrong, as the ledger keeps it.
pub const DELIVERY_ERROR_CHARS_MAX: usize = 300;
/// People and waiting invitations of a tenant.
pub const PEOPLE_MAX: i64 = 1000;
/// Passkeys of one person.
pub const PASSKEYS_MAX: usize = 20;
/// Recovery codes of one person.
pub const RECOVERY_CODES: usize = 10;
/// Codes that may be tried after one right password.
pub const SECOND_STEP_ATTEMPTS_MAX: i64 = 10;
/// Characters of what a browser says that it is.
pub const AGENT_CHARS_MAX: usize = 200;
/// Bytes of an answer of a sign-on service.
pub const SIGN_ON_ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Sign-on services that are remembered.
pub const SIGN_ON_SERVICES_KEPT: usize = 1000;
/// Mail domains of those who may come by one.
pub const SIGN_ON_DOMAINS_MAX: usize = 20;
/// Characters of a service's name for a person (OpenID Connect Core 1.0, section 2).
pub const SUBJECT_CHARS_MAX: usize = 255;
