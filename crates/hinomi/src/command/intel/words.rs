//! Fixed text of `hinomi intel`.

use crate::command::rules::Phrase;
use intelligence::Format;

pub const UNREADABLE: Phrase = Phrase::new("読み取れません", "cannot be read");
pub const MORE_NOT_SHOWN: Phrase = Phrase::new(
    "件の除外した項目は表示していません",
    "more that were left out, not shown",
);
pub const LEFT_OUT: Phrase = Phrase::new("件を除外", "left out");
pub const UNCHANGED: Phrase = Phrase::new("新しい内容はありません", "nothing new");
pub const FAILED: Phrase = Phrase::new(
    "取得できませんでした。前回までの内容を引き続き使います",
    "not fetched; what was there before stays in force",
);
pub const LISTS_READ: Phrase = Phrase::new("読み込んだリスト", "lists read");
pub const ENTRIES: Phrase = Phrase::new("使われる項目", "entries");
pub const REPEATED: Phrase = Phrase::new("重複する項目", "repeated entries");
pub const BRAKED: Phrase = Phrase::new(
    "無害なことが多いため、単独では攻撃と判断しない項目",
    "entries that a warning list names, which never make an incident alone",
);
pub const EXPIRED: Phrase = Phrase::new("期限が切れた項目", "entries that have expired");
pub const WARNINGS: Phrase = Phrase::new("警告リストの項目", "entries of warning lists");
pub const HELD: Phrase = Phrase::new("保留したリスト", "lists held back");
pub const LEFT_OUT_IN_ALL: Phrase = Phrase::new("除外した項目", "records left out");
pub const MEMORY_KIB: Phrase = Phrase::new("使用メモリー(KiB)", "memory (KiB)");

/// Lists of a format.
pub const fn format(format: Format) -> Phrase {
    match format {
        Format::Plain => Phrase::new("1行に1件のリスト", "plain lists"),
        Format::Columns => Phrase::new("CSV などの表", "lists with columns (CSV)"),
        Format::Maltrail => Phrase::new("maltrail のリスト", "maltrail trails"),
        Format::Stix => Phrase::new("STIX", "STIX documents"),
        Format::Misp => Phrase::new("MISP イベント", "MISP events"),
        Format::MispManifest => Phrase::new(
            "MISP フィードの目次(項目なし)",
            "manifests of MISP feeds (no entries)",
        ),
        Format::MispHashes => Phrase::new("MISP フィードのハッシュ", "hashes of MISP feeds"),
        Format::Warning => Phrase::new("警告リスト", "warning lists"),
        Format::JsonTexts => Phrase::new("JSON の配列", "JSON arrays"),
        Format::UnknownJson => Phrase::new("形式が分からない JSON", "JSON of no known form"),
    }
}
