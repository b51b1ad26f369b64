//! Bounds of Sigma rules and of what they remember. A rule beyond one is refused by name; memory beyond one gives up
//! what was touched longest ago.

/// Bytes of one rule file.
pub const FILE_BYTES_MAX: usize = 1 << 20;
/// Documents in one file.
pub const DOCUMENTS_MAX: usize = 2_000;
/// Values of one document, repeated ones (aliases) included.
pub const NODES_MAX: usize = 50_000;
/// Lists and maps within each other.
pub const DEPTH_MAX: usize = 24;
/// Rules of one collection.
pub const RULES_MAX: usize = 50_000;
/// Problems that are kept; more are counted.
pub const PROBLEMS_MAX: usize = 5_000;
/// Bytes of one condition.
pub const CONDITION_BYTES_MAX: usize = 16 * 1024;
/// Brackets and negations within each other in a condition.
pub const CONDITION_DEPTH_MAX: usize = 32;
/// Patterns of one rule, after modifiers multiplied them.
pub const PATTERNS_MAX: usize = 40_000;
/// Bytes of one pattern.
pub const PATTERN_BYTES_MAX: usize = 8 * 1024;
/// Wildcards in one pattern.
pub const WILDCARDS_MAX: usize = 64;
/// Bytes of one regular expression.
pub const REGEX_BYTES_MAX: usize = 4 * 1024;
/// Bytes that a compiled regular expression may take.
pub const REGEX_SIZE_MAX: usize = 512 * 1024;
/// With so many bytes each counts against the sum of them all.
pub const REGEX_SIZE_USUAL: usize = 64 * 1024;
/// That sum for one collection.
pub const REGEX_SIZE_TOTAL_MAX: usize = 512 << 20;
/// Bytes of automaton that matching with one regular expression may build.
pub const REGEX_CACHE_MAX: usize = 256 * 1024;
/// Groups within each other in a regular expression.
pub const REGEX_DEPTH_MAX: u32 = 64;
/// Bytes of a value of an event that rules look at.
pub const VALUE_BYTES_MAX: usize = 16 * 1024;
/// Values of one field of an event that rules look at.
pub const VALUES_MAX: usize = 256;
/// Texts of one event that rules without field look at.
pub const TEXTS_MAX: usize = 256;
/// Rules that one correlation joins.
pub const MEMBERS_MAX: usize = 64;
/// Fields by which one correlation groups.
pub const GROUP_FIELDS_MAX: usize = 16;
/// Correlations upon correlations.
pub const CHAIN_MAX: usize = 8;
/// Bytes of the values by which a group is known.
pub const GROUP_BYTES_MAX: usize = 512;
/// Groups that all correlations together follow.
pub const GROUPS_MAX: usize = 16_384;
/// Matches remembered in one group.
pub const ENTRIES_MAX: usize = 10_000;
/// Matches remembered in all groups.
pub const ENTRIES_TOTAL_MAX: usize = 250_000;
/// Shares of file servers that are remembered by flow and tree.
pub const SHARES_MAX: usize = 8_192;
/// Matches of one event that are told.
pub const MATCHES_MAX: usize = 64;
/// Matches that wait to be written.
pub const UNTOLD_MAX: usize = 65_536;
/// Longest window of a correlation: 30 days, in seconds.
pub const TIMESPAN_S_MAX: u64 = 30 * 86_400;
