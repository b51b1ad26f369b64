//! Every limit of fetching, in one place.

use std::time::Duration;

/// Bytes of one answer.
pub const ANSWER_BYTES_MAX: usize = 256 << 20;
/// Bytes of one feed's file.
pub const FEED_BYTES_MAX: usize = 512 << 20;
/// Bytes of what a server says of itself: discovery, api roots, lists of collections, errors.
pub const DESCRIPTION_BYTES_MAX: usize = 4 << 20;
/// Pages of one collection in one poll.
pub const PAGES_MAX: usize = 10_000;
/// Pages without any object, one after the other.
pub const EMPTY_PAGES_MAX: usize = 3;
/// Api roots of a server.
pub const API_ROOTS_MAX: usize = 32;
/// Collections of an api root.
pub const COLLECTIONS_MAX: usize = 500;
/// Objects kept of one feed.
pub const OBJECTS_MAX: usize = 2_000_000;
/// Events of a MISP feed.
pub const EVENTS_MAX: usize = 100_000;
/// Objects asked for at once.
pub const PAGE_OBJECTS: usize = 1_000;
/// Time for one question and its answer, where a feed names no other.
pub const ANSWER_TIME_MAX: Duration = Duration::from_secs(120);
/// Time for all of a feed.
pub const FEED_TIME_MAX: Duration = Duration::from_secs(3_600);
/// The longest that a server may ask to wait before a second try.
pub const RETRY_TIME_MAX: Duration = Duration::from_secs(30);
/// Tries of one question.
pub const TRIES_MAX: usize = 3;
/// Bytes of a file of secrets or certificates.
pub const SECRET_BYTES_MAX: u64 = 1 << 20;
/// Feeds in one configuration.
pub const FEEDS_MAX: usize = 500;
