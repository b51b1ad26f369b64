//! The pcapng format (draft-ietf-opsawg-pcapng): sections, interfaces, packets; every other
//! kind of block is passed over.

use crate::file::Input;
use crate::limits::{BLOCK_BYTES_MAX, FRAME_BYTES_MAX, INTERFACES_MAX};
use crate::pcap::ByteOrder;
use crate::{Damage, Frame};

/// Block type of a section header, the same in both byte orders.
pub(crate) const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
const INTERFACE_DESCRIPTION: u32 = 1;
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

const OPTION_END: u16 = 0;
const OPTION_TSRESOL: u16 = 9;
const OPTION_TSOFFSET: u16 = 14;

#[derive(Clone, Copy)]
struct Interface {
    link: u32,
    snap_len: u32,
    /// Length of a tick as a fraction of a second.
    ticks_per_second: u64,
    offset_seconds: i64,
}

pub(crate) struct Reader {
    order: ByteOrder,
    interfaces: Vec<Interface>,
    /// Time of the last frame: simple packets have none of their own.
    last_nanos: i64,
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads the first section header, whose block type has been read.
    pub(crate) fn new(input: &mut Input) -> Result<Self, Damage> {
        let mut reader = Self {
            order: ByteOrder { big: false },
            interfaces: Vec::new(),
            last_nanos: 0,
            buffer: Vec::new(),
        };
        reader.section(input)?;
        Ok(reader)
    }

    /// The next frame; None at the proper end.
    pub(crate) fn next(&mut self, input: &mut Input) -> Result<Option<Frame<'_>>, Damage> {
        loop {
            let Some(kind) = input.array::<4>("a block header is cut off")? else {
                return Ok(None);
            };
            if kind == SECTION_HEADER {
                self.section(input)?;
                continue;
            }
            let kind = self.order.u32(kind);
            let total = self.length(input)?;
            let body_len = total.checked_sub(12).ok_or_else(|| {
                input.damage(format!(
                    "a block claims {total} bytes, less than its own header"
                ))
            })?;
            let known = matches!(
                kind,
                INTERFACE_DESCRIPTION | PACKET | SIMPLE_PACKET | ENHANCED_PACKET
            );
            if !known {
                input.skip(u64::from(body_len), "a block is cut off")?;
                self.trailer(input, total)?;
                continue;
            }
            if total > BLOCK_BYTES_MAX {
                return Err(input.damage(format!("a block claims {total} bytes")));
            }
            input.body(&mut self.buffer, body_len as usize, "a block is cut off")?;
            self.trailer(input, total)?;
            match kind {
                INTERFACE_DESCRIPTION => self.interface(input)?,
                _ => {
                    let Packet {
                        interface,
                        time,
                        start,
                        len,
                        original_len,
                    } = self.packet(kind, input)?;
                    if let Some(nanos) = time {
                        self.last_nanos = nanos;
                    }
                    return Ok(Some(Frame {
                        time_nanos: self.last_nanos,
                        number: 0,
                        link: interface.link,
                        bytes: &self.buffer[start..start + len],
                        original_len,
                        checksums_ready: true,
                    }));
                }
            }
        }
    }

    fn length(&self, input: &mut Input) -> Result<u32, Damage> {
        match input.array::<4>("a block header is cut off")? {
            Some(bytes) => Ok(self.order.u32(bytes)),
            None => Err(input.damage("the file ends early: a block header is cut off")),
        }
    }

    /// The length at a block's end must be that at its beginning.
    fn trailer(&self, input: &mut Input, total: u32) -> Result<(), Damage> {
        let padding = u64::from(total.wrapping_neg() & 3);
        if padding > 0 {
            input.skip(padding, "a block is cut off")?;
        }
        let repeated = self.length(input)?;
        if repeated == total {
            Ok(())
        } else {
            Err(input.damage(format!(
                "a block begins with length {total} and ends with length {repeated}"
            )))
        }
    }

    /// A section header after its type: byte order, then everything starts anew.
    fn section(&mut self, input: &mut Input) -> Result<(), Damage> {
        let short = "the section header is cut off";
        let head = input
            .array::<8>(short)?
            .ok_or_else(|| input.damage(short))?;
        self.order.big = match head[4..] {
            [0x1a, 0x2b, 0x3c, 0x4d] => true,
            [0x4d, 0x3c, 0x2b, 0x1a] => false,
            _ => return Err(input.damage("the section header has no byte order")),
        };
        let total = self.order.u32_at(&head, 0);
        let rest = total
            .checked_sub(16)
            .filter(|_| (28..=BLOCK_BYTES_MAX).contains(&total))
            .ok_or_else(|| input.damage(format!("the section header claims {total} bytes")))?;
        input.skip(u64::from(rest), short)?;
        self.trailer(input, total)?;
        self.interfaces.clear();
        Ok(())
    }

    fn interface(&mut self, input: &Input) -> Result<(), Damage> {
        let body = &self.buffer;
        if body.len() < 8 {
            return Err(input.damage("an interface description is too short"));
        }
        if self.interfaces.len() >= INTERFACES_MAX {
            return Err(input.damage("too many interfaces in one section"));
        }
        let mut interface = Interface {
            link: u32::from(self.order.u16([body[0], body[1]])),
            snap_len: self.order.u32_at(body, 4),
            ticks_per_second: 1_000_000,
            offset_seconds: 0,
        };
        let mut rest = &body[8..];
        while let [a, b, c, d, after @ ..] = rest {
            let (code, len) = (self.order.u16([*a, *b]), self.order.u16([*c, *d]));
            let len = usize::from(len);
            if code == OPTION_END || len > after.len() {
                break;
            }
            let value = &after[..len];
            match (code, value) {
                (OPTION_TSRESOL, [resolution]) => {
                    interface.ticks_per_second = ticks_per_second(*resolution);
                }
                (OPTION_TSOFFSET, [_, _, _, _, _, _, _, _]) => {
                    let (first, second) =
                        (self.order.u32_at(value, 0), self.order.u32_at(value, 4));
                    let (high, low) = if self.order.big {
                        (first, second)
                    } else {
                        (second, first)
                    };
                    interface.offset_seconds = (u64::from(high) << 32 | u64::from(low)) as i64;
                }
                _ => {}
            }
            rest = after.get(len.next_multiple_of(4)..).unwrap_or(&[]);
        }
        self.interfaces.push(interface);
        Ok(())
    }

    fn packet(&self, kind: u32, input: &Input) -> Result<Packet, Damage> {
        let body = &self.buffer;
        let header_len = if kind == SIMPLE_PACKET { 4 } else { 20 };
        if body.len() < header_len {
            return Err(input.damage("a packet block is too short"));
        }
        let index = match kind {
            SIMPLE_PACKET => 0,
            PACKET => usize::from(self.order.u16([body[0], body[1]])),
            _ => self.order.u32_at(body, 0) as usize,
        };
        let interface = *self.interfaces.get(index).ok_or_else(|| {
            input.damage(format!(
                "a packet names interface {index}, which was not described"
            ))
        })?;
        let (time, captured, original_len) = if kind == SIMPLE_PACKET {
            let original = self.order.u32_at(body, 0);
            let limit = match interface.snap_len {
                0 => u32::MAX,
                snap_len => snap_len,
            };
            (
                None,
                original.min(limit).min((body.len() - 4) as u32),
                original,
            )
        } else {
            let [high, low, captured, original] =
                [4, 8, 12, 16].map(|at| self.order.u32_at(body, at));
            (Some(interface.nanos(high, low)), captured, original)
        };
        if captured > FRAME_BYTES_MAX || captured as usize > body.len() - header_len {
            return Err(input.damage(format!(
                "a packet claims {captured} bytes, more than its block holds"
            )));
        }
        Ok(Packet {
            interface,
            time,
            start: header_len,
            len: captured as usize,
            original_len,
        })
    }
}

struct Packet {
    interface: Interface,
    time: Option<i64>,
    start: usize,
    len: usize,
    original_len: u32,
}

impl Interface {
    fn nanos(&self, high: u32, low: u32) -> i64 {
        let ticks = u64::from(high) << 32 | u64::from(low);
        let nanos = u128::from(ticks) * 1_000_000_000 / u128::from(self.ticks_per_second);
        i64::try_from(nanos)
            .unwrap_or(i64::MAX)
            .saturating_add(self.offset_seconds.saturating_mul(1_000_000_000))
    }
}

/// `if_tsresol`: a power of ten, or of two with the upper bit set; what does not fit 64 bits
/// counts as microseconds.
fn ticks_per_second(resolution: u8) -> u64 {
    let power = u32::from(resolution & 0x7f);
    let base: u64 = if resolution & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(power).unwrap_or(1_000_000)
}
