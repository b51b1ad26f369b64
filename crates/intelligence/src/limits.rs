//! Every limit of intelligence, in one place.

/// Entries of all lists together.
pub const INDICATORS_MAX: usize = 20_000_000;
/// Networks (ranges of addresses) among them.
pub const NETWORKS_MAX: usize = 500_000;
/// Lists: files, members of archives, events of a feed.
pub const LISTS_MAX: usize = 200_000;
/// Sources of one and the same indicator that are kept.
pub const SOURCES_OF_ONE_MAX: usize = 8;
/// Bytes of all notes, names of families, actors and techniques together; beyond, entries go without their note.
pub const STRING_BYTES_MAX: usize = 16 << 20;
/// Characters of a note.
pub const NOTE_CHARACTERS_MAX: usize = 200;
/// Characters of the name of a family, an actor, a technique.
pub const NAME_CHARACTERS_MAX: usize = 80;
/// Bytes of one line of a list.
pub const LINE_BYTES_MAX: usize = 8_192;
/// Columns of a line.
pub const COLUMNS_MAX: usize = 64;
/// Lines without a header from which the column of indicators is guessed.
pub const GUESS_LINES_MAX: usize = 40;
/// Records that were left out and are shown with their place; more are only counted.
pub const SKIPPED_SHOWN_MAX: usize = 50;
/// Lists of which the report has a line of its own; more are only counted.
pub const LISTS_SHOWN_MAX: usize = 10_000;
/// Entries shown of what holds a list back.
pub const EXAMPLES_MAX: usize = 5;
/// Hits told of one event.
pub const HITS_PER_EVENT_MAX: usize = 16;
/// Bytes of a JSON document.
pub const JSON_BYTES_MAX: u64 = 512 << 20;
/// Objects of a bundle, events or attributes of a document.
pub const OBJECTS_MAX: usize = 2_000_000;
/// Bytes that one file may unpack to.
pub const UNPACKED_BYTES_MAX: u64 = 4 << 30;
/// Members of an archive, or files below a folder.
pub const FILES_MAX: usize = 100_000;
/// Folders within folders.
pub const FOLDER_DEPTH_MAX: usize = 8;
/// Bytes of a STIX pattern.
pub const PATTERN_BYTES_MAX: usize = 64 << 10;
/// Parts of a STIX pattern.
pub const PATTERN_TOKENS_MAX: usize = 20_000;
/// Brackets within brackets of a STIX pattern.
pub const PATTERN_DEPTH_MAX: usize = 32;
/// Ways to fulfil a STIX pattern.
pub const PATTERN_WAYS_MAX: usize = 10_000;
/// Entries of all warning lists together.
pub const WARNINGS_MAX: usize = 5_000_000;
/// Substrings and regular expressions of all warning lists together: each is asked for each entry.
pub const WARNING_PATTERNS_MAX: usize = 2_000;
/// Bytes of a compiled regular expression of a warning list.
pub const WARNING_PATTERN_BYTES_MAX: usize = 1 << 20;
