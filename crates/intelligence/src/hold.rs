//! Lists that cannot be right are held back as a whole.
//!
//! Single entries that would match the customer's own machines or half the world are left out anyway, and names that
//! everybody uses are braked. When there are many of them, something is wrong with the list itself: it is empty or
//! mixed up at its source, or somebody got at it; then the rest of it is not to be believed either.

use crate::brake::Brakes;
use crate::entry::{Parsed, Refusal};
use crate::limits;
use event::Text;

/// What is wrong with a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldReason {
    /// Names and addresses that everybody uses.
    Popular,
    /// Private and reserved addresses.
    Reserved,
    /// Its networks together are a large part of the internet.
    Wide,
    /// It had entries and has none.
    Emptied,
}

/// A list that is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its name.
    pub list: String,
    /// The file, with the member of an archive.
    pub file: String,
    /// What is wrong with it.
    pub reason: HoldReason,
    /// How many entries show it (of `Wide`: how many addresses).
    pub count: u64,
    /// Entries that it has.
    pub entries: usize,
    /// The first that show it.
    pub examples: Vec<String>,
    /// Entries of before that stay in force instead; None where there are none.
    pub kept: Option<usize>,
}

/// Shares from which a list is held, in thousandths of its entries, with the number from which shares count at all.
const POPULAR_PER_MILLE: u64 = 10;
const POPULAR_MIN: u64 = 3;
/// So many household names are a mistake in a list of any length.
const POPULAR_ALWAYS: u64 = 50;
const RESERVED_PER_MILLE: u64 = 50;
const RESERVED_MIN: u64 = 5;
const RESERVED_ALWAYS: u64 = 1000;
/// IPv4 addresses of one list: a 128th of all there are.
const WIDE_V4_ADDRESSES: u64 = 1 << 25;
/// IPv6 networks of /32, as they are given to providers.
const WIDE_V6_NETWORKS: u64 = 4096;

/// What one list holds, as far as it may be wrong.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    entries: u64,
    not_understood: u64,
    popular: (u64, Vec<String>),
    reserved: (u64, Vec<String>),
    wide: (u64, Vec<String>),
    wide_v6: u64,
}

fn note(of: &mut (u64, Vec<String>), by: u64, text: &str) {
    of.0 = of.0.saturating_add(by);
    if of.1.len() < limits::EXAMPLES_MAX {
        of.1.push(text.chars().take(80).collect());
    }
}

impl Tally {
    /// An entry that is taken, as the list has it.
    pub(crate) fn taken(&mut self, parsed: &Parsed, text: &str) {
        self.entries = self.entries.saturating_add(1);
        match parsed {
            Parsed::Network { bits, prefix } if *prefix < 128 => {
                // IPv4 is the last 32 bits.
                if *prefix >= 96 && bits >> 32 == 0xffff {
                    let addresses = 1_u64 << 128_u8.saturating_sub(*prefix);
                    if addresses >= 1 << 16 {
                        note(&mut self.wide, addresses, text);
                    } else {
                        self.wide.0 = self.wide.0.saturating_add(addresses);
                    }
                } else if *prefix <= 32 {
                    let networks = 1_u64 << 32_u8.saturating_sub(*prefix);
                    self.wide_v6 = self.wide_v6.saturating_add(networks);
                    note(&mut self.wide, 0, text);
                }
            }
            _ if Brakes::is_household(parsed) => note(&mut self.popular, 1, text),
            _ => {}
        }
    }

    /// An entry that is left out.
    pub(crate) fn refused(&mut self, refusal: Refusal, text: &str) {
        match refusal {
            Refusal::Reserved => note(&mut self.reserved, 1, text),
            Refusal::TooWide => note(&mut self.wide, WIDE_V4_ADDRESSES, text),
            Refusal::Unknown => self.not_understood = self.not_understood.saturating_add(1),
            Refusal::TooBroad => {}
        }
    }

    pub(crate) const fn entries(&self) -> u64 {
        self.entries
    }

    /// What holds the list back, if anything: the reason, how many show it, some of them.
    pub(crate) fn judge(self, before: usize) -> Option<(HoldReason, u64, Vec<String>)> {
        let is_many = |count: u64, least: u64, per_mille: u64, always: u64| {
            count >= always
                || count >= least
                    && count.saturating_mul(1000)
                        >= self
                            .entries
                            .saturating_add(self.reserved.0)
                            .saturating_mul(per_mille)
        };
        let popular = self.popular.0;
        let reserved = self.reserved.0;
        if is_many(popular, POPULAR_MIN, POPULAR_PER_MILLE, POPULAR_ALWAYS) {
            return Some((HoldReason::Popular, popular, self.popular.1));
        }
        if is_many(reserved, RESERVED_MIN, RESERVED_PER_MILLE, RESERVED_ALWAYS) {
            return Some((HoldReason::Reserved, reserved, self.reserved.1));
        }
        if self.wide.0 >= WIDE_V4_ADDRESSES || self.wide_v6 >= WIDE_V6_NETWORKS {
            return Some((HoldReason::Wide, self.wide.0, self.wide.1));
        }
        let is_broken = self.not_understood > 0 && before > 0;
        (self.entries == 0 && (is_broken || before >= EMPTIED_MIN))
            .then(|| (HoldReason::Emptied, 0, Vec::new()))
    }
}

/// A list of fewer entries may well become empty, as long as nothing else stands in it.
const EMPTIED_MIN: usize = 50;

impl Held {
    /// What, why, and what to do.
    pub fn text(&self) -> Text {
        let examples = self.examples.join(", ");
        let (what_ja, what_en) = match self.reason {
            HoldReason::Popular => (
                format!(
                    "誰もが使う有名なサイトやサービスが {} 件含まれています(例: {examples})。このまま使うと、普段の通信が攻撃と判断されます",
                    self.count
                ),
                format!(
                    "it names {} sites or services that everybody uses (such as {examples}); with it ordinary traffic would look like an attack",
                    self.count
                ),
            ),
            HoldReason::Reserved => (
                format!(
                    "社内などで使われるアドレスが {} 件含まれています(例: {examples})。このまま使うと、社内の通信が攻撃と判断されます",
                    self.count
                ),
                format!(
                    "it names {} private or reserved addresses (such as {examples}); with it your own machines would look like attackers",
                    self.count
                ),
            ),
            HoldReason::Wide => (
                format!(
                    "広すぎるアドレス範囲が含まれています(例: {examples})。インターネットの大きな部分と一致してしまいます"
                ),
                format!("its networks (such as {examples}) cover a large part of the internet"),
            ),
            HoldReason::Emptied => (
                "前回は内容があったのに、今回は使える項目が一つもありません".to_owned(),
                "it had entries before and has none now".to_owned(),
            ),
        };
        let (kept_ja, kept_en) = match self.kept {
            Some(kept) => (
                format!("前回までの {kept} 件を引き続き使います。"),
                format!("The {kept} entries of before stay in force. "),
            ),
            None => (
                "このリストは使われません。".to_owned(),
                "Nothing of it is used. ".to_owned(),
            ),
        };
        Text::new(
            format!(
                "リスト「{}」の読み込みを保留しました。{what_ja}。{kept_ja}提供元に問い合わせるか、誤った項目を除いてから読み込み直してください。",
                self.list
            ),
            format!(
                "the list {:?} is held back: {what_en}. {kept_en}Ask its source, or take the wrong entries out and load it again.",
                self.list
            ),
        )
    }
}
