//! Live capture: an AF_PACKET socket with a TPACKET_V3 ring
//! (kernel documentation, networking/packet_mmap).
//!
//! The kernel fills blocks of a memory area that both sides map; each block belongs to the
//! kernel or to us, as its status word says. Frames are copied from a block into a [`Batch`],
//! with the VLAN tag put back that the kernel takes out, and the block is given back at once.

use crate::socket::{bind, hardware_type, interface_index, open_socket, set_option};
use crate::{Batch, Filled, Frame, Source};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

const LINK_ETHERNET: u32 = 1;
const LINK_RAW_IP: u32 = 101;
const FRAME_BYTES: u32 = 2048;
const ETHERNET_ADDRESSES_LEN: usize = 12;
const DEFAULT_VLAN_PROTOCOL: u16 = 0x8100;

/// How to capture.
#[derive(Clone, Debug)]
pub struct RingSettings {
    /// Name of the interface.
    pub interface: String,
    /// Size of one block in bytes, a multiple of the page size.
    pub block_bytes: u32,
    /// Number of blocks.
    pub blocks: u32,
    /// After this time a block that is not full is handed over all the same.
    pub block_timeout_ms: u32,
    /// Rings with the same group share the interface's flows among them, each flow to one ring.
    pub fanout_group: Option<u16>,
    /// Also see what is not addressed to this machine, as on a mirror port.
    pub promiscuous: bool,
}

impl RingSettings {
    /// 64 MiB of ring, as much as 1 Gbit/s brings in half a second. Blocks are handed over when they are full or their time is
    /// over: many small ones last for many seconds where little comes.
    pub fn new(interface: impl Into<String>) -> Self {
        Self {
            interface: interface.into(),
            block_bytes: 1 << 18,
            blocks: 256,
            block_timeout_ms: 50,
            fanout_group: None,
            promiscuous: true,
        }
    }
}

/// Why an interface cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    /// No such interface.
    #[error("there is no network interface named {0}")]
    NoInterface(String),
    /// Neither root nor CAP_NET_RAW.
    #[error(
        "watching {0} needs the right to capture packets (CAP_NET_RAW): run as root, or give it to the program with 'setcap cap_net_raw+ep'"
    )]
    NotAllowed(String),
    /// Anything else.
    #[error("cannot {step} on {interface}: {source}")]
    System {
        /// What was tried.
        step: &'static str,
        /// Where.
        interface: String,
        /// What the system said.
        source: io::Error,
    },
}

/// What the kernel counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RingCounters {
    /// Frames that arrived, the dropped ones included.
    pub packets: u64,
    /// Frames dropped because the ring was full.
    pub drops: u64,
}

/// A ring on one interface.
pub struct Ring {
    socket: OwnedFd,
    map: Map,
    settings: RingSettings,
    link: u32,
    loopback: bool,
    block: u32,
    frames: u64,
    counters: RingCounters,
}

/// The shared memory; unmapped when dropped.
struct Map {
    start: *mut u8,
    len: usize,
}

// SAFETY: the map is used by its one owner only; nothing in it depends on the thread.
#[allow(unsafe_code)]
unsafe impl Send for Map {}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: start and len are those of one successful mmap, and nobody uses it any more.
        #[allow(unsafe_code)]
        unsafe {
            libc::munmap(self.start.cast(), self.len);
        }
    }
}

impl Ring {
    /// Opens the interface and begins to capture.
    pub fn open(settings: RingSettings) -> Result<Self, RingError> {
        let index = interface_index(&settings.interface)?;
        let socket = open_socket(&settings.interface)?;
        let step = |step| {
            let interface = settings.interface.clone();
            move |source| RingError::System {
                step,
                interface,
                source,
            }
        };
        set_option(
            &socket,
            libc::PACKET_VERSION,
            &(libc::tpacket_versions::TPACKET_V3 as libc::c_int),
        )
        .map_err(step("choose the ring format"))?;
        let request = libc::tpacket_req3 {
            tp_block_size: settings.block_bytes,
            tp_block_nr: settings.blocks,
            tp_frame_size: FRAME_BYTES,
            tp_frame_nr: settings.block_bytes / FRAME_BYTES * settings.blocks,
            tp_retire_blk_tov: settings.block_timeout_ms,
            tp_sizeof_priv: 0,
            tp_feature_req_word: 0,
        };
        set_option(&socket, libc::PACKET_RX_RING, &request).map_err(step("make the ring"))?;
        let map = map_ring(&socket, &settings).map_err(step("map the ring"))?;
        bind(&socket, index, libc::ETH_P_ALL as u16).map_err(step("bind"))?;
        if settings.promiscuous {
            let member = libc::packet_mreq {
                mr_ifindex: index as libc::c_int,
                mr_type: libc::PACKET_MR_PROMISC as libc::c_ushort,
                mr_alen: 0,
                mr_address: [0; 8],
            };
            set_option(&socket, libc::PACKET_ADD_MEMBERSHIP, &member)
                .map_err(step("listen to all packets"))?;
        }
        if let Some(group) = settings.fanout_group {
            let kind = libc::PACKET_FANOUT_HASH | libc::PACKET_FANOUT_FLAG_DEFRAG;
            set_option(
                &socket,
                libc::PACKET_FANOUT,
                &(u32::from(group) | kind << 16),
            )
            .map_err(step("share flows"))?;
        }
        let hardware = hardware_type(&socket).map_err(step("ask for the link type"))?;
        let loopback = hardware == libc::ARPHRD_LOOPBACK;
        Ok(Self {
            socket,
            map,
            link: if hardware == libc::ARPHRD_NONE {
                LINK_RAW_IP
            } else {
                LINK_ETHERNET
            },
            loopback,
            settings,
            block: 0,
            frames: 0,
            counters: RingCounters::default(),
        })
    }

    /// The interface's name.
    pub fn interface(&self) -> &str {
        &self.settings.interface
    }

    /// What the kernel counted since the ring was opened.
    pub fn counters(&mut self) -> RingCounters {
        let mut fresh = libc::tpacket_stats_v3 {
            tp_packets: 0,
            tp_drops: 0,
            tp_freeze_q_cnt: 0,
        };
        let mut len = size_of_val(&fresh) as libc::socklen_t;
        // SAFETY: fresh and len live through the call, and len is the size of fresh.
        #[allow(unsafe_code)]
        let result = unsafe {
            libc::getsockopt(
                self.socket.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                (&raw mut fresh).cast(),
                &raw mut len,
            )
        };
        if result == 0 {
            // Reading the counters sets them back.
            self.counters.packets += u64::from(fresh.tp_packets);
            self.counters.drops += u64::from(fresh.tp_drops);
        }
        self.counters
    }

    /// How much of the ring waits to be read, in percent.
    pub fn waiting_percent(&self) -> u8 {
        let blocks = self.settings.blocks;
        let waiting = (0..blocks)
            .take_while(|ahead| {
                let block = (self.block + ahead) % blocks;
                self.status_of(block).load(Ordering::Acquire) & libc::TP_STATUS_USER != 0
            })
            .count();
        (waiting * 100 / blocks.max(1) as usize) as u8
    }

    /// Waits until a block is handed over, at most `timeout_ms`.
    fn wait(&self, timeout_ms: i32) {
        let mut poll = libc::pollfd {
            fd: self.socket.as_raw_fd(),
            events: libc::POLLIN | libc::POLLERR,
            revents: 0,
        };
        // SAFETY: poll is one valid pollfd that lives through the call.
        #[allow(unsafe_code)]
        unsafe {
            libc::poll(&raw mut poll, 1, timeout_ms);
        }
    }

    fn block_start(&self, block: u32) -> *mut u8 {
        let offset = block as usize * self.settings.block_bytes as usize;
        // SAFETY: callers count blocks modulo their number, so block is below the number of blocks, so the offset lies inside the map.
        #[allow(unsafe_code)]
        unsafe {
            self.map.start.add(offset)
        }
    }

    fn status(&self) -> &AtomicU32 {
        self.status_of(self.block)
    }

    fn status_of(&self, block: u32) -> &AtomicU32 {
        let header = self.block_start(block).cast::<libc::tpacket_block_desc>();
        // SAFETY: every block begins with a tpacket_block_desc, aligned as the block size is a
        // multiple of the page size; the status is only ever used as an atomic by both sides.
        #[allow(unsafe_code)]
        unsafe {
            AtomicU32::from_ptr(&raw mut (*header).hdr.bh1.block_status)
        }
    }

    /// Copies the frames of the current block, which is ours, into the batch.
    fn copy_block(&mut self, batch: &mut Batch) {
        let start = self.block_start(self.block);
        let len = self.settings.block_bytes as usize;
        // SAFETY: the block is inside the map, and while its status says that it is ours the
        // kernel does not write to it.
        #[allow(unsafe_code)]
        let block = unsafe { std::slice::from_raw_parts(start, len) };
        let Some(header) = read_struct::<libc::tpacket_block_desc>(block, 0) else {
            return;
        };
        // SAFETY: the union has one member, which the kernel has filled in.
        #[allow(unsafe_code)]
        let header = unsafe { header.hdr.bh1 };
        let mut at = header.offset_to_first_pkt as usize;
        for _ in 0..header.num_pkts {
            let Some(frame) = read_struct::<libc::tpacket3_hdr>(block, at) else {
                return;
            };
            let outgoing = is_outgoing(block, at);
            let from = at + usize::from(frame.tp_mac);
            // A frame on loopback is seen when it leaves and when it arrives: once is enough.
            if !(self.loopback && outgoing)
                && let Some(bytes) = block.get(from..from + frame.tp_snaplen as usize)
            {
                self.copy_frame(&frame, bytes, batch);
            }
            at += frame.tp_next_offset as usize;
        }
    }

    fn copy_frame(&mut self, header: &libc::tpacket3_hdr, bytes: &[u8], batch: &mut Batch) {
        self.frames += 1;
        let tagged = header.tp_status & libc::TP_STATUS_VLAN_VALID != 0
            && bytes.len() >= ETHERNET_ADDRESSES_LEN;
        let frame = Frame {
            time_nanos: i64::from(header.tp_sec) * 1_000_000_000 + i64::from(header.tp_nsec),
            number: self.frames,
            link: self.link,
            bytes,
            original_len: header.tp_len + if tagged { 4 } else { 0 },
            checksums_ready: header.tp_status & libc::TP_STATUS_CSUMNOTREADY == 0,
        };
        if !tagged {
            return batch.push(&frame);
        }
        let protocol = if header.tp_status & libc::TP_STATUS_VLAN_TPID_VALID == 0 {
            DEFAULT_VLAN_PROTOCOL
        } else {
            header.hv1.tp_vlan_tpid
        };
        let [a, b] = protocol.to_be_bytes();
        let [c, d] = (header.hv1.tp_vlan_tci as u16).to_be_bytes();
        let (addresses, rest) = bytes.split_at(ETHERNET_ADDRESSES_LEN);
        batch.push_parts(&frame, &[addresses, &[a, b, c, d], rest]);
    }
}

impl Source for Ring {
    /// Takes what there is; waits for the first frame for about twice the block timeout.
    fn fill(&mut self, batch: &mut Batch) -> Filled {
        let timeout_ms =
            i32::try_from(self.settings.block_timeout_ms.saturating_mul(2)).unwrap_or(1000);
        let mut waited = false;
        while !batch.is_full() {
            if self.status().load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
                if waited || !batch.is_empty() {
                    return Filled::Idle;
                }
                self.wait(timeout_ms);
                waited = true;
                continue;
            }
            self.copy_block(batch);
            self.status()
                .store(libc::TP_STATUS_KERNEL, Ordering::Release);
            self.block = (self.block + 1) % self.settings.blocks;
        }
        Filled::Full
    }
}

/// A copy of a structure that the kernel wrote at a place of a block.
fn read_struct<T: Copy>(block: &[u8], at: usize) -> Option<T> {
    let bytes = block.get(at..at.checked_add(size_of::<T>())?)?;
    // SAFETY: the bytes are as many as T has; T is one of libc's plain structures, for which any
    // bytes are a value; the read does not ask for alignment.
    #[allow(unsafe_code)]
    Some(unsafe { ptr::read_unaligned(bytes.as_ptr().cast::<T>()) })
}

/// The kernel puts a `sockaddr_ll` behind each frame's header.
fn is_outgoing(block: &[u8], at: usize) -> bool {
    let place = at + size_of::<libc::tpacket3_hdr>().next_multiple_of(libc::TPACKET_ALIGNMENT);
    read_struct::<libc::sockaddr_ll>(block, place)
        .is_some_and(|address| address.sll_pkttype == libc::PACKET_OUTGOING)
}

fn map_ring(socket: &OwnedFd, settings: &RingSettings) -> io::Result<Map> {
    let len = settings.block_bytes as usize * settings.blocks as usize;
    // SAFETY: a new shared mapping of the ring that the kernel has just made with this length.
    #[allow(unsafe_code)]
    let start = unsafe {
        libc::mmap(
            ptr::null_mut(),
            len,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED,
            socket.as_raw_fd(),
            0,
        )
    };
    if start == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    Ok(Map {
        start: start.cast(),
        len,
    })
}
