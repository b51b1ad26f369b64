//! Every bound of this crate. Beyond a bound the oldest entry gives way.

/// Endpoints that the inventory remembers.
pub const ENDPOINTS_MAX: usize = 8_192;
/// Bytes kept of a name that came from the network.
pub const NAME_BYTES_MAX: usize = 256;
/// Hosts with a story under way.
pub const STORIES_MAX: usize = 4_096;
/// Stories that are closed and may go on.
pub const STORIES_RESTING_MAX: usize = 512;
/// Machines in one story beside its first.
pub const STORY_HOSTS_MAX: usize = 50;
/// Bytes of JSON of the events in one story; beyond them only outlines are carried along.
pub const STORY_EVENT_BYTES_MAX: usize = 128 * 1024;
/// Names, addresses, files or accounts by which one line of evidence can be joined.
pub const TRACES_MAX: usize = 32;
/// Questions between the customer's machines that are remembered.
pub const QUESTIONS_MAX: usize = 16_384;
/// Lines of evidence in one story.
pub const LINES_MAX: usize = 100;
/// Other ends named in one story.
pub const PEERS_MAX: usize = 50;
/// Other ends that one line of evidence names beside its first.
pub const ALSO_MAX: usize = 12;
/// Reasons kept of one detection.
pub const REASONS_MAX: usize = 8;
/// Techniques kept of one detection.
pub const TECHNIQUES_MAX: usize = 8;
/// Bytes of the JSON of one piece of evidence; a larger event is shortened to its outline.
pub const EVIDENCE_BYTES_MAX: usize = 16 * 1024;
/// Sources that a scan detector watches at once.
pub const SCAN_SOURCES_MAX: usize = 4_096;
/// Targets remembered for one source.
pub const SCAN_TARGETS_MAX: usize = 2_048;
/// Flows whose answer is awaited.
pub const SCAN_PENDING_MAX: usize = 65_536;
/// Pairs of host and destination that one behaviour model watches.
pub const PAIRS_MAX: usize = 16_384;
/// Hosts that one behaviour model watches.
pub const HOSTS_MAX: usize = 4_096;
/// Times kept of one pair of host and destination.
pub const TIMES_MAX: usize = 64;
/// Web transactions remembered of one host.
pub const TRAIL_MAX: usize = 256;
/// Names remembered of one host or one domain.
pub const NAMES_MAX: usize = 512;
/// Answers of one behaviour model to one event.
pub const VERDICTS_MAX: usize = 16;
/// Flows of detections that wait to be asked for.
pub const DETECTED_FLOWS_MAX: usize = 65_536;
/// Calls after which a server's connection back is awaited.
pub const COERCIONS_MAX: usize = 1_024;
/// Missing domains remembered of one host.
pub const MISSING_MAX: usize = 64;
/// Pairs of host and registered domain whose names are counted.
pub const DOMAINS_MAX: usize = 65_536;
/// Different fronts of names, and different answers, remembered of one host and domain.
pub const FRONTS_MAX: usize = 512;
/// Pairs of host and destination whose rhythm is watched; most hold a few calls.
pub const BEACON_PAIRS_MAX: usize = 200_000;
/// Sites whose callers are known.
pub const SITES_MAX: usize = 100_000;
