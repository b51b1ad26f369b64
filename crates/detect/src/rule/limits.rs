//! Limits of the rule reader. A rule beyond one is refused with a [`super::Problem`]; the others go on.

/// Bytes of one rule, continued lines joined.
pub const RULE_BYTES_MAX: usize = 64 * 1024;
/// Bytes of one rule file.
pub const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Options of one rule.
pub const OPTIONS_MAX: usize = 2_000;
/// Brackets and negations within each other in an address or port expression, and variables within variables.
pub const NESTING_MAX: usize = 16;
/// Members of all groups of one address or port expression.
pub const GROUP_MEMBERS_MAX: usize = 10_000;
/// Ranges that one resolved address or port set may have.
pub const RANGES_MAX: usize = 200_000;
/// Members looked at while one expression is resolved, variables followed.
pub const RESOLVE_STEPS_MAX: usize = 500_000;
/// Bytes of one content pattern.
pub const CONTENT_BYTES_MAX: usize = 8_192;
/// Bytes of one regular expression.
pub const PCRE_BYTES_MAX: usize = 8_192;
/// Buffers that one rule may select.
pub const BUFFERS_MAX: usize = 64;
/// Transforms of one buffer (as Suricata).
pub const TRANSFORMS_MAX: usize = 16;
/// Problems kept in full when a file is read; beyond, they are only counted.
pub const PROBLEMS_MAX: usize = 10_000;
/// Bytes of the source line that a problem shows.
pub const SHOWN_LINE_BYTES_MAX: usize = 200;
