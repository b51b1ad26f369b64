//! What a client says of itself (MS-RDPBCGR 2.2.1.3).

use crate::cursor::Cursor;
use crate::limits::RDP_CHANNELS_MAX;
use crate::text::find;

/// A client's data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// What the core block says.
    pub core: Option<Core>,
    /// Names of virtual channels.
    pub channels: Vec<Vec<u8>>,
}

/// The core block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Core {
    /// Version of the protocol.
    pub version: u32,
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
    /// Code of the colour depth.
    pub color: u16,
    /// Bits of a pixel, where more than the code allows are spoken of.
    pub high_color: Option<u16>,
    /// Language of the keyboard.
    pub keyboard_layout: u32,
    /// Build of the operating system.
    pub build: u32,
    /// Name of the computer.
    pub name: Vec<u8>,
    /// Kind of keyboard.
    pub keyboard_type: u32,
    /// Keys with F.
    pub function_keys: u32,
    /// Version of the program.
    pub product_id: Option<u16>,
    /// Bits of what it can.
    pub capabilities: Option<u16>,
    /// Identity of the program.
    pub id: Option<Vec<u8>>,
    /// Kind of connection.
    pub connection: Option<u8>,
}

/// Key in the conference's request before the client's blocks (T.124).
const CLIENT_KEY: &[u8] = b"Duca";

/// Reads MCS connect initial, as far as the client's blocks.
pub fn client(bytes: &[u8]) -> Option<Client> {
    let after_key = find(bytes, CLIENT_KEY)?.checked_add(CLIENT_KEY.len())?;
    let mut cursor = Cursor::new(bytes.get(after_key..)?);
    // A length of one or two bytes (PER, X.691, 10.9).
    if cursor.u8()? & 0x80 != 0 {
        cursor.skip(1)?;
    }
    let mut client = Client::default();
    while let (Some(kind), Some(length)) = (cursor.u16_le(), cursor.u16_le()) {
        let Some(content) = usize::from(length).checked_sub(4) else {
            break;
        };
        let Some(block) = cursor.take(content) else {
            break;
        };
        match kind {
            0xc001 => client.core = core(block),
            0xc003 => client.channels = channels(block),
            _ => {}
        }
    }
    Some(client)
}

fn core(block: &[u8]) -> Option<Core> {
    let mut cursor = Cursor::new(block);
    let mut core = Core {
        version: cursor.u32_le()?,
        width: cursor.u16_le()?,
        height: cursor.u16_le()?,
        color: cursor.u16_le()?,
        ..Core::default()
    };
    cursor.skip(2)?;
    core.keyboard_layout = cursor.u32_le()?;
    core.build = cursor.u32_le()?;
    core.name = wide_text(cursor.take(32)?);
    core.keyboard_type = cursor.u32_le()?;
    cursor.skip(4)?;
    core.function_keys = cursor.u32_le()?;
    cursor.skip(64)?;
    // What follows is optional.
    let _ = optional(&mut cursor, &mut core);
    Some(core)
}

fn optional(cursor: &mut Cursor<'_>, core: &mut Core) -> Option<()> {
    cursor.skip(2)?;
    core.product_id = Some(cursor.u16_le()?);
    cursor.skip(4)?;
    core.high_color = Some(cursor.u16_le()?);
    cursor.skip(2)?;
    core.capabilities = Some(cursor.u16_le()?);
    core.id = Some(wide_text(cursor.take(64)?));
    core.connection = Some(cursor.u8()?);
    Some(())
}

/// Text of two bytes a letter up to the first zero, as UTF-8.
fn wide_text(bytes: &[u8]) -> Vec<u8> {
    let units = bytes
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| u16::from_le_bytes(*pair));
    let text = char::decode_utf16(units.take_while(|unit| *unit != 0));
    text.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect::<String>()
        .into_bytes()
}

fn channels(block: &[u8]) -> Vec<Vec<u8>> {
    let mut cursor = Cursor::new(block);
    let count = cursor.u32_le().unwrap_or(0);
    let mut found = Vec::new();
    for _ in 0..count {
        let Some(entry) = cursor.array::<12>() else {
            break;
        };
        let name = entry.get(..8).unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        if found.len() >= RDP_CHANNELS_MAX {
            break;
        }
        found.push(name.to_vec());
    }
    found
}

impl Core {
    /// Version as events show it.
    pub fn version_name(&self) -> String {
        match self.version {
            0x0008_0001 => "v4".to_owned(),
            0x0008_0004 => "v5".to_owned(),
            0x0008_0005..=0x0008_0011 => {
                format!("v10.{}", self.version.saturating_sub(0x0008_0005))
            }
            other => format!("0x{other:08x}"),
        }
    }

    /// Bits of a pixel.
    pub const fn color_depth(&self) -> u16 {
        if let Some(bits) = self.high_color
            && bits != 0
        {
            return bits;
        }
        match self.color {
            0xca00 => 4,
            0xca01 => 8,
            0xca02 => 15,
            0xca03 => 16,
            0xca04 => 24,
            other => other,
        }
    }

    /// Kind of the connection, where the client vouches for it.
    pub fn connection_name(&self) -> Option<&'static str> {
        const IS_VALID: u16 = 0x0020;
        if self.capabilities? & IS_VALID == 0 {
            return None;
        }
        Some(match self.connection? {
            1 => "modem",
            2 => "low_broadband",
            3 => "satellite",
            4 => "high_broadband",
            5 => "wan",
            6 => "lan",
            7 => "autodetect",
            _ => return None,
        })
    }

    /// Windows of a build.
    pub fn build_name(&self) -> String {
        match self.build {
            528 | 1057 | 1381 => "Windows NT 4.0",
            2195 => "Windows 2000",
            2600 => "Windows XP",
            3790 => "Windows Server 2003",
            6000..=6002 => "Windows Vista",
            7600 | 7601 => "Windows 7",
            9200 => "Windows 8",
            9600 => "Windows 8.1",
            10_240..=19_999 => "Windows 10",
            22_000..=29_999 => "Windows 11",
            other => return format!("Build {other}"),
        }
        .to_owned()
    }

    /// Language of the keyboard (MS-LCID), the usual ones.
    pub fn keyboard_layout_name(&self) -> &'static str {
        match self.keyboard_layout & 0xffff {
            0x0402 => "bg-BG",
            0x0404 => "zh-TW",
            0x0405 => "cs-CZ",
            0x0406 => "da-DK",
            0x0407 => "de-DE",
            0x0408 => "el-GR",
            0x0409 => "en-US",
            0x040a => "es-ES",
            0x040b => "fi-FI",
            0x040c => "fr-FR",
            0x040e => "hu-HU",
            0x0410 => "it-IT",
            0x0411 => "ja-JP",
            0x0412 => "ko-KR",
            0x0413 => "nl-NL",
            0x0414 => "nb-NO",
            0x0415 => "pl-PL",
            0x0416 => "pt-BR",
            0x0418 => "ro-RO",
            0x0419 => "ru-RU",
            0x041d => "sv-SE",
            0x041f => "tr-TR",
            0x0422 => "uk-UA",
            0x0804 => "zh-CN",
            0x0807 => "de-CH",
            0x0809 => "en-GB",
            0x080a => "es-MX",
            0x0816 => "pt-PT",
            0x0c07 => "de-AT",
            0x0c09 => "en-AU",
            0x0c0c => "fr-CA",
            0x1009 => "en-CA",
            _ => "unknown",
        }
    }

    /// Kind of keyboard.
    pub const fn keyboard_type_name(&self) -> Option<&'static str> {
        Some(match self.keyboard_type {
            1 => "xt",
            2 => "ico",
            3 => "at",
            4 => "enhanced",
            5 => "1050",
            6 => "9140",
            7 => "jp",
            _ => return None,
        })
    }
}
