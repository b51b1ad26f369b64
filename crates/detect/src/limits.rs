//! Every limit of the engine, in one place. (The rule reader has its own.)

/// Bytes of payload kept with an alert.
pub const PAYLOAD_EXCERPT_BYTES_MAX: usize = 512;
/// Bytes shown before the first place at which a rule found something, where that lies further in.
pub const PAYLOAD_EXCERPT_LEAD_BYTES: usize = 64;
/// Places told with an alert.
pub const PLACES_PER_ALERT_MAX: usize = 32;
/// Buffers told with an alert.
pub const BUFFERS_PER_ALERT_MAX: usize = 16;
/// Alerts kept of one packet; more are dropped and counted.
pub const ALERTS_PER_PACKET_MAX: usize = 64;
/// Options of one rule on one buffer.
pub const STEPS_PER_BUFFER_MAX: usize = 256;
/// Numbers that one rule may extract.
pub const VARIABLES_PER_RULE_MAX: usize = 32;
/// Steps that the inspection of one rule on one buffer may take before it counts as no match.
pub const INSPECTION_STEPS_MAX: u32 = 4_000;
/// Backtracking steps of a regular expression (PCRE2's match limit).
pub const PCRE_MATCH_LIMIT: u32 = 50_000;
/// Bytes of a buffer that a regular expression looks at.
pub const PCRE_SUBJECT_BYTES_MAX: usize = 1 << 20;
/// Flow bits and counters that one flow remembers.
pub const FLOW_BITS_MAX: usize = 256;
/// Variables that expressions took down, and buffers measured, that one flow remembers.
pub const FLOW_VARIABLES_MAX: usize = 32;
/// Bytes kept of a group of an expression.
pub const CAPTURED_BYTES_MAX: usize = 1_024;
/// Different lists of rules without pattern that fit some flow, kept to be shared.
pub const SHARED_LISTS_MAX: usize = 4_096;
/// Kinds of flows, by what headers of rules tell apart, for which it is remembered which headers fit.
pub const ENDS_KINDS_MAX: usize = 65_536;
/// Things taken down while one rule is asked.
pub const NOTES_PER_MATCH_MAX: usize = 64;
/// Values that rules added to or took from all data sets together; beyond, nothing is added.
pub const DATASET_CHANGES_MAX: usize = 1_000_000;
/// Rules remembered per direction of a stream because their pattern was seen and the rest may follow.
pub const STREAM_CANDIDATES_MAX: usize = 64;
/// Rules remembered per direction of a stream with how far they have alerted.
pub const STREAM_ALERTED_MAX: usize = 256;
/// Hits on files remembered per flow, so that a file alerts once per rule.
pub const FILE_ALERTS_MAX: usize = 256;
/// Anomalies remembered while a packet is worked on.
pub const EVENTS_PER_PACKET_MAX: usize = 64;
/// Frames remembered per flow that fitted a part of a rule over several frames.
pub const FRAME_NOTES_MAX: usize = 64;
/// Events of the application protocol remembered per flow.
pub const EVENTS_PER_FLOW_MAX: usize = 32;
/// Rules that wait for their packet part while a packet is worked on.
pub const PENDING_PER_PACKET_MAX: usize = 256;
/// Bytes of all buffers of one side of a transaction copied for inspection.
pub const TRANSACTION_BYTES_MAX: usize = 16 << 20;
/// Instances of one buffer of a transaction that are looked at.
pub const INSTANCES_MAX: usize = 1_024;
/// Bytes that a decompressing transform may make.
pub const INFLATED_BYTES_MAX: usize = 1 << 20;
/// Flows of which a watch keeps how far its rule came.
pub const WATCHED_FLOWS_MAX: usize = 64;
/// Matches that a watch keeps.
pub const WATCHED_MATCHES_MAX: usize = 64;
/// Bytes that a watch shows of where a rule failed.
pub const WATCHED_BYTES_MAX: usize = 64;
/// Counters of thresholds, filters and host bits remembered; beyond, the oldest half is forgotten.
pub const THRESHOLD_ENTRIES_MAX: usize = 200_000;
/// Bad lines of a list of reputation kept in the report; more are only counted.
pub const BAD_LINES_SHOWN_MAX: usize = 20;
/// Bytes of one YARA file.
pub const YARA_FILE_BYTES_MAX: u64 = 256 << 20;
/// YARA files read.
pub const YARA_FILES_MAX: usize = 20_000;
/// Problems with YARA rules that are kept for the report; more are counted.
pub const YARA_PROBLEMS_MAX: usize = 1_000;
/// Places of one string that are counted in one file.
pub const YARA_MATCHES_PER_STRING_MAX: u32 = 1_000;
/// Places told of one YARA rule.
pub const YARA_MATCHES_TOLD_MAX: usize = 16;
/// Bytes shown of a place.
pub const YARA_STRING_BYTES_MAX: usize = 64;
/// YARA rules told of one file.
pub const YARA_RULES_TOLD_MAX: usize = 64;
/// Scores of all reputation lists together.
pub const REPUTATIONS_MAX: usize = 10_000_000;
