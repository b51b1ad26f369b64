//! Every limit of this crate, in one place.

/// Frames in a batch.
pub const BATCH_FRAMES_MAX: usize = 512;
/// Bytes of frames in a batch, beyond which no further frame is put in. Small enough to be still in the processor's
/// nearest caches when it is worked on, large enough that handing it over is nothing.
pub const BATCH_BYTES_MAX: usize = 128 * 1024;
/// A captured frame; libpcap's own limit (`MAXIMUM_SNAPLEN`).
pub const FRAME_BYTES_MAX: u32 = 262_144;
/// A block of a pcapng file; larger ones of unknown kinds are passed over, larger packets are damage.
pub const BLOCK_BYTES_MAX: u32 = 16 * 1024 * 1024;
/// Interfaces described in one section of a pcapng file.
pub const INTERFACES_MAX: usize = 4096;
/// Window of a zstd stream, as a power of two: 128 MiB, what `zstd -19 --long` makes at most by default.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 27;
