//! Fixed text of `hinomi rules`.

use event::Language;

/// One text in both languages, known when the program is built.
pub struct Phrase {
    ja: &'static str,
    en: &'static str,
}

impl Phrase {
    /// From both forms.
    pub const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { ja, en }
    }

    /// The form in one language.
    pub const fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::Ja => self.ja,
            Language::En => self.en,
        }
    }
}

pub const RULES_READ: Phrase = Phrase::new("読み込んだルール", "rules read");
pub const RULES_RUN: Phrase = Phrase::new("実行できるルール", "that run");
pub const COMMENTED_OUT: Phrase = Phrase::new("コメントアウト", "commented out");
pub const MORE_NOT_LISTED: Phrase = Phrase::new("件は表示していません", "more, not listed");
pub const MATCHES_WHEN: Phrase = Phrase::new(
    "次のすべてを満たすと一致します:",
    "It matches when all of this holds:",
);
pub const THEN: Phrase = Phrase::new("一致したとき:", "When it matches:");
pub const CANNOT_RUN: Phrase = Phrase::new(
    "このルールは実行できません。不足:",
    "This rule cannot run; it lacks:",
);
pub const MATCHED: Phrase = Phrase::new("一致しました。", "It matched.");
pub const NOT_MATCHED: Phrase = Phrase::new("一致しませんでした。", "It did not match.");
pub const NEVER_ASKED: Phrase = Phrase::new(
    "このルールが見る対象(プロトコル、ファイル、異常など)は、この通信記録に一度も現れませんでした。",
    "What the rule looks at (its protocol, a file, an anomaly ...) never occurred in this capture.",
);
pub const WRONG_CHECKSUMS: Phrase = Phrase::new(
    "チェックサムが正しくないため中身を見なかった TCP セグメント",
    "TCP segments whose content was not looked at because their checksum is wrong",
);
pub const IGNORE_CHECKSUMS: Phrase = Phrase::new(
    "受信側のホストも同じように破棄します。送信側のネットワークカードがチェックサムを計算する端末で取った通信記録なら、--ignore-checksums を付けてもう一度試してください。",
    "The receiving host drops them as well. If the capture was taken on a machine that leaves checksums to its network card, try again with --ignore-checksums.",
);
pub const TIMES_ASKED: Phrase = Phrase::new("照合した回数", "times asked");
pub const TIMES_MATCHED: Phrase = Phrase::new("一致した回数", "times matched");
pub const ALERTS: Phrase = Phrase::new("警報の数", "alerts");
pub const THINNED_OUT: Phrase = Phrase::new(
    "(一致と警報の差は、しきい値・抑制・印だけのルールによるものです)",
    "(matches without alert: thresholds, filters, noalert)",
);
pub const NEAREST: Phrase = Phrase::new("最も近かった接続:", "Flows that came nearest:");
pub const MATCHES: Phrase = Phrase::new("一致した接続:", "Flows that matched:");
pub const PACKET: Phrase = Phrase::new("パケット", "packet");
pub const SPEAKS: Phrase = Phrase::new("プロトコル", "speaks");
pub const UNKNOWN: Phrase = Phrase::new("不明", "unknown");
pub const FAILED: Phrase = Phrase::new(
    "成り立たなかった最初の条件",
    "first condition that does not hold",
);
pub const FOUND_THERE: Phrase = Phrase::new("実際の値", "found there");
pub const NO_BUFFER: Phrase = Phrase::new("対象の項目がありません", "that buffer is not there");
pub const BUFFER_BYTES: Phrase = Phrase::new("対象の長さ(バイト)", "bytes in the buffer");
pub const COUNTED_FROM: Phrase = Phrase::new("前の一致の終わり", "end of the match before");
pub const SEALED: Phrase = Phrase::new(
    "ペイロードは暗号化されているため、見ていません",
    "the payload is encrypted and is not looked at",
);
pub const NOT_THE_PLACE: Phrase = Phrase::new(
    "位置の条件はストリームの先頭から数えます。ここは先頭ではありません",
    "places are counted from the start of the stream, and this is not its start",
);
pub const HEADER: Phrase = Phrase::new("ヘッダー", "the header");
pub const DIFFERENT_TRANSPORT: Phrase =
    Phrase::new("IP上のプロトコルが違います", "another protocol over IP");
pub const DIFFERENT_APPLICATION: Phrase = Phrase::new(
    "アプリケーションのプロトコルが違います",
    "another application protocol",
);
pub const DIFFERENT_ENDS: Phrase =
    Phrase::new("アドレスかポートが違います", "other addresses or ports");
