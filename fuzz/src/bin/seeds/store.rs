//! Where seeds go: few and small ones, of as many shapes as possible.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Seeds of a target that come from the drill.
const SEEDS_MAX: usize = 60;
/// Bytes of a seed.
const SEED_BYTES_MAX: usize = 12_000;

/// The folder of all corpora.
pub struct Store {
    folder: PathBuf,
    counts: HashMap<String, usize>,
}

impl Store {
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            counts: HashMap::new(),
        }
    }

    /// Writes one seed, unless there are enough or it is too long.
    pub fn seed(&mut self, target: &str, bytes: &[u8]) -> io::Result<()> {
        let count = self.counts.entry(target.to_owned()).or_default();
        if *count >= SEEDS_MAX || bytes.is_empty() || bytes.len() > SEED_BYTES_MAX {
            return Ok(());
        }
        *count += 1;
        let folder = self.folder.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("seed-{count:03}")), bytes)
    }

    /// The seeds that somebody wrote: files `fuzz/seeds/<target>/*`.
    pub fn copy_hand_written(&mut self) -> io::Result<()> {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
        for target in fs::read_dir(seeds)? {
            let target = target?.path();
            if !target.is_dir() {
                continue;
            }
            let to = self.folder.join(target.file_name().unwrap_or_default());
            fs::create_dir_all(&to)?;
            for file in fs::read_dir(target)? {
                let file = file?.path();
                fs::copy(&file, to.join(file.file_name().unwrap_or_default()))?;
            }
        }
        Ok(())
    }

    /// Frames alone and a few together, one of each length.
    pub fn packets(&mut self, frames: &[Vec<u8>]) -> io::Result<()> {
        let mut lengths = std::collections::HashSet::new();
        let fresh: Vec<_> = frames
            .iter()
            .filter(|frame| lengths.insert(frame.len() / 8))
            .collect();
        for frame in &fresh {
            self.seed("packet", &[&[0][..], frame].concat())?;
            self.seed(
                "packet",
                &[&[4][..], frame.get(14..).unwrap_or_default()].concat(),
            )?;
        }
        for group in frames.chunks(12).step_by(frames.len() / 600 + 1) {
            let mut steps = vec![0];
            for frame in group {
                steps.push(0);
                steps.extend((frame.len() as u16).to_be_bytes());
                steps.extend(frame);
            }
            self.seed("frames", &steps)?;
        }
        Ok(())
    }

    /// A capture in each form.
    pub fn captures(&mut self, frames: &[Vec<u8>]) -> io::Result<()> {
        let few = || frames.iter().take(6);
        let mut pcap = Vec::new();
        let packets = few().enumerate().map(|(second, bytes)| drill::Packet {
            time_nanos: second as i64 * 1_000_000_000,
            bytes: bytes.clone(),
        });
        drill::write_pcap(&mut pcap, packets)?;
        let pcapng = pcapng(few());
        for plain in [pcap, pcapng] {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(&plain)?;
            self.seed("capture", &gzip.finish()?)?;
            self.seed("capture", &zstd::encode_all(&plain[..], 1)?)?;
            self.seed("capture", &plain)?;
        }
        Ok(())
    }
}

/// Blocks of <https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html>.
fn pcapng<'a>(frames: impl Iterator<Item = &'a Vec<u8>>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut block = |kind: u32, body: &[u8]| {
        let padded = body.len().next_multiple_of(4);
        let length = (padded as u32 + 12).to_le_bytes();
        file.extend(kind.to_le_bytes());
        file.extend(length);
        file.extend(body);
        file.resize(file.len() + padded - body.len(), 0);
        file.extend(length);
    };
    block(
        0x0a0d_0d0a,
        b"\x4d\x3c\x2b\x1a\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
    );
    // Ethernet, with a resolution of nanoseconds and an offset of a second.
    let options = b"\x09\0\x01\0\x09\0\0\0\x0e\0\x08\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    block(1, &[&b"\x01\0\0\0\0\0\x04\0"[..], options].concat());
    for (number, frame) in frames.enumerate() {
        let length = (frame.len() as u32).to_le_bytes();
        let head = [
            &[0; 8][..],
            &(number as u32).to_le_bytes(),
            &length,
            &length,
        ]
        .concat();
        block(6, &[&head[..], frame].concat());
        block(3, &[&length[..], frame].concat());
    }
    file
}
