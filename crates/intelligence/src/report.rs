//! What was read, and what was left out and why.

use crate::format::Format;
use crate::hold::Held;
use crate::limits;
use event::Text;
use std::collections::BTreeMap;
use std::fmt;

/// Why a record is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It has not the form of any indicator.
    NotUnderstood,
    /// A private, loopback or multicast address.
    Reserved,
    /// A name or network so short that it would match half the world.
    TooBroad,
    /// Its source says that it is not for detection (`to_ids` of MISP).
    NotForDetection,
    /// Its source took it back.
    TakenBack,
    /// A kind that cannot be seen in traffic, or is not looked for.
    OtherKind,
    /// A pattern in another language than STIX.
    OtherLanguage,
    /// A pattern with mistakes.
    BadPattern,
    /// A pattern that asks for several things at once, of which one alone would say too much.
    SeveralAtOnce,
    /// An object that is not as its format wants it.
    BadObject,
    /// More than a limit allows.
    BeyondLimit,
}

impl Reason {
    /// Name of the class, for programs.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NotUnderstood => "not-understood",
            Self::Reserved => "reserved-address",
            Self::TooBroad => "too-broad",
            Self::NotForDetection => "not-for-detection",
            Self::TakenBack => "taken-back",
            Self::OtherKind => "other-kind",
            Self::OtherLanguage => "other-language",
            Self::BadPattern => "bad-pattern",
            Self::SeveralAtOnce => "several-at-once",
            Self::BadObject => "bad-object",
            Self::BeyondLimit => "beyond-limit",
        }
    }

    /// In words.
    pub fn text(self) -> Text {
        let (ja, en) = match self {
            Self::NotUnderstood => (
                "インジケーターの形式として読み取れません",
                "not the form of any indicator",
            ),
            Self::Reserved => (
                "社内などで使われるアドレス(プライベート、ループバック、マルチキャスト)です",
                "an address for private use, loopback or multicast",
            ),
            Self::TooBroad => (
                "範囲が広すぎます。無関係な通信まで一致します",
                "so wide that it would match what is harmless",
            ),
            Self::NotForDetection => (
                "提供元が検知用ではないとしています(to_ids が false)",
                "its source says that it is not for detection (to_ids is false)",
            ),
            Self::TakenBack => ("提供元が取り消しました", "its source took it back"),
            Self::OtherKind => (
                "通信では確認できない種類です",
                "a kind that is not looked for in traffic",
            ),
            Self::OtherLanguage => (
                "STIX 以外の言語で書かれたパターンです",
                "a pattern in another language than STIX",
            ),
            Self::BadPattern => ("パターンの書式に誤りがあります", "a pattern with a mistake"),
            Self::SeveralAtOnce => (
                "複数の条件が同時に成り立つことを求めるパターンです。一つだけでは判断できません",
                "a pattern that wants several things at once; one of them alone would say too much",
            ),
            Self::BadObject => (
                "形式どおりに書かれていません",
                "not written as its format wants it",
            ),
            Self::BeyondLimit => ("上限を超えています", "beyond a limit"),
        };
        Text::new(ja, en)
    }
}

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line, from 1.
    Line(usize),
    /// An object, by its id or its number in the document, from 1.
    Object(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "{line}"),
            Self::Object(id) => f.write_str(id),
        }
    }
}

/// A record that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file, with the member of an archive.
    pub file: String,
    /// Where in it.
    pub place: Place,
    /// Why.
    pub reason: Reason,
    /// The record or what is wrong with it, cut short.
    pub text: String,
}

/// What became of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListReport {
    /// Its name in hits.
    pub name: String,
    /// The file, with the member of an archive.
    pub file: String,
    /// What it was recognised as.
    pub format: Format,
    /// Entries taken.
    pub entries: usize,
    /// Records left out.
    pub skipped: usize,
}

/// What happened while lists were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Lists read: files, members of archives.
    pub lists: usize,
    /// What became of each, up to `limits::LISTS_SHOWN_MAX`; those without anything of interest are left out.
    pub each: Vec<ListReport>,
    /// Entries taken.
    pub entries: usize,
    /// Entries that stood in a list before.
    pub repeated: usize,
    /// Entries that a warning list names: they say little by themselves.
    pub braked: usize,
    /// Entries that mean nothing any more, by the time given to the loader.
    pub expired: usize,
    /// Entries of warning lists.
    pub warnings: usize,
    /// Notes for which there was no room.
    pub notes_left_out: usize,
    /// Records left out, by reason.
    pub skipped: BTreeMap<Reason, usize>,
    /// The first of them.
    pub shown: Vec<Skipped>,
    /// Files in folders and archives that are no lists by their name.
    pub other_files: usize,
    /// Lists that are held back.
    pub held: Vec<Held>,
    /// Files that could not be read, or not to their end, with the reason.
    pub unreadable: Vec<(String, String)>,
}

impl LoadReport {
    pub(crate) fn skip(&mut self, file: &str, place: Place, reason: Reason, text: &str) {
        let count = self.skipped.entry(reason).or_default();
        *count = count.saturating_add(1);
        // Some of each reason.
        if self.shown.len() < limits::SKIPPED_SHOWN_MAX && *count <= limits::SKIPPED_SHOWN_MAX / 4 {
            self.shown.push(Skipped {
                file: file.to_owned(),
                place,
                reason,
                text: text.chars().take(120).collect(),
            });
        }
    }

    /// Records left out.
    pub fn skipped_total(&self) -> usize {
        self.skipped
            .values()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Records left out for one reason.
    pub fn skipped_for(&self, reason: Reason) -> usize {
        self.skipped.get(&reason).copied().unwrap_or(0)
    }
}
