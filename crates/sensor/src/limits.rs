//! Every limit of this crate, in one place.

/// Files being written to the store at the same time because they are larger than what is kept in memory; of more, the
/// oldest is given up.
pub const FILE_SPOOLS_MAX: usize = 64;
/// Files of a store that are written and wait for the disk at the same time. Where packets do not wait, further ones
/// are left out and counted.
pub const SETTLING_FILES_MAX: usize = 256;
/// Files in a store; of more, the oldest go.
pub const STORED_FILES_MAX: usize = 1_000_000;
/// Tags of rules that hold at the same time; of more, the oldest is given up.
pub const TAGS_MAX: usize = 4096;
/// Packets of a tag that is given in packets, that of the match among them (as in Suricata).
pub const TAG_PACKETS_MAX: u32 = 256;
/// Packets of a tag that is given in seconds or bytes.
pub const TAGGED_PACKETS_MAX: u32 = 10_000;
/// Threads that ask YARA rules.
pub const SCAN_THREADS_MAX: usize = 4;
/// Bytes of a flow's first packets that are held in case something is found in it.
pub const EVIDENCE_FIRST_BYTES_MAX: usize = 16 << 10;
/// Bytes of its first and its latest packets together that are held.
pub const EVIDENCE_BEFORE_BYTES_MAX: usize = 256 << 10;
/// Latest packets of a flow that are held.
pub const EVIDENCE_BEFORE_PACKETS_MAX: usize = 512;
/// Bytes of packets kept of a flow after something was found in it.
pub const EVIDENCE_AFTER_BYTES_MAX: usize = 1 << 20;
/// Bytes of packets that are held for all flows together.
pub const EVIDENCE_HELD_BYTES_MAX: usize = 64 << 20;
/// Flows of a worker whose packets are held; those that ended longest ago go first.
pub const EVIDENCE_FLOWS_MAX: usize = 65_536;
/// Lines of a capture's log in all flows of a worker that wait for an acknowledgement; more do not wait.
pub const LINES_WAITING_MAX: usize = 65_536;
/// Such lines of one flow.
pub const LINES_WAITING_PER_FLOW_MAX: usize = 1_024;
/// Flows for which a capture is being written at the same time.
pub const EVIDENCE_CASES_MAX: usize = 100_000;
/// Flows with listed addresses that are followed until they end; further ones are told when they end.
pub const LISTED_FLOWS_MAX: usize = 16_384;
/// Pairs of asker and listed address whose names are remembered; of more, the oldest is forgotten.
pub const LISTED_NAMES_MAX: usize = 16_384;
/// Names remembered of such a pair.
pub const NAMES_OF_ONE_MAX: usize = 8;
/// Seconds that a listed address waits for the connection's own name, which may say that it is harmless.
pub const NAME_WAIT_S: u64 = 5;
/// Folders of Sigma rules within each other.
pub const SIGMA_FOLDER_DEPTH_MAX: usize = 16;
/// Sigma rule files of one folder and those below it.
pub const SIGMA_FILES_MAX: usize = 100_000;
/// Bytes read of a Sigma rule file: one more than are taken, so that `analyze` says why when there are more.
pub const SIGMA_FILE_BYTES_MAX: u64 =
    (analyze::sigma_limits::FILE_BYTES_MAX as u64).saturating_add(1);
/// Folders above a rule in which its licence is looked for.
pub const LICENCE_FOLDERS_MAX: usize = 8;
/// Bytes of a licence that are looked at.
pub const LICENCE_BYTES_MAX: u64 = 4 * 1024;
/// Files and folders whose age is looked at.
pub const CONTENT_FILES_MAX: usize = 10_000;
/// Folders within each other in which they are looked for.
pub const CONTENT_FOLDER_DEPTH_MAX: usize = 8;
