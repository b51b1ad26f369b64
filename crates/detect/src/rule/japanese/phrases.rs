//! Parts of messages. Most say what was expected, as what has to be done: they stand before 必要があります.

use super::Form;

pub(super) const PHRASES: &[Form] = &[
    // The header.
    ("an action ({})", "アクション({0})を書く"),
    ("a protocol", "プロトコルを書く"),
    ("a hook of {} ({})", "{0} のフック({1})のどれかを書く"),
    (
        "how far the action reaches (packet, flow)",
        "アクションの及ぶ範囲(packet、flow)を書く",
    ),
    ("a source address", "送信元アドレスを書く"),
    ("a source port", "送信元ポートを書く"),
    ("a destination address", "宛先アドレスを書く"),
    ("a destination port", "宛先ポートを書く"),
    ("a direction (->, <> or =>)", "向き(->、<>、=>)を書く"),
    ("`(` and the options", "`(` に続けてオプションを書く"),
    ("an option before the `;`", "`;` の前にオプションを書く"),
    ("a group that ends with `]`", "`]` で終わるグループを書く"),
    ("a member of the group", "グループの要素を書く"),
    ("the name of a variable", "変数の名前を書く"),
    (
        "an address, a network, a group, a variable or `any`",
        "アドレス、ネットワーク、グループ、変数、`any` のどれかを書く",
    ),
    (
        "a port, a range, a group, a variable or `any`",
        "ポート、範囲、グループ、変数、`any` のどれかを書く",
    ),
    (
        "a port on one side of the `:`",
        "`:` の少なくとも片側にポートを書く",
    ),
    // Numbers.
    (
        "a number or a name that stands for one",
        "数か、数を表す名前を書く",
    ),
    ("a number or the name of a variable", "数か変数の名前を書く"),
    ("a number or one of {}", "数か、次の語({0})のどれかを書く"),
    ("a number", "数を書く"),
    ("the number of bytes", "バイト数を書く"),
    ("an offset", "オフセットを書く"),
    ("a value to compare with", "比べる値を書く"),
    ("a value behind the operator", "演算子の後に値を書く"),
    (
        "an operator and a number (`>, 5000`)",
        "演算子と数(`>, 5000`)を書く",
    ),
    (
        "an operator (<, >, =, <=, >=, &, ^, each may follow a `!`)",
        "演算子(<, >, =, <=, >=, &, ^。前に `!` を付けられます)を書く",
    ),
    ("an operator ({})", "演算子({0})を書く"),
    ("an operator", "演算子を書く"),
    (
        "an index (a number, `any`, `all`, `all_or_absent`, `or_absent`)",
        "何番目か(数、`any`、`all`、`all_or_absent`、`or_absent`)を書く",
    ),
    ("hex, dec or oct", "hex、dec、oct のどれかを書く"),
    (
        "one of {} after a backslash",
        "バックスラッシュの後に {0} のどれかを書く",
    ),
    ("one of {}", "次の語({0})のどれかを書く"),
    // Texts.
    ("a text in double quotes", "二重引用符で囲んだ文字列を書く"),
    (
        "a hexadecimal digit or the closing `|`",
        "16進数の数字か、閉じる `|` を書く",
    ),
    (
        "a key of 1 to 255 bytes in hexadecimal digits",
        "1 から 255 バイトの鍵を16進数で書く",
    ),
    (
        "an expression between slashes ({})",
        "スラッシュで囲んだ正規表現({0})を書く",
    ),
    (
        "the slash that ends the expression (the last one is escaped)",
        "正規表現を閉じるスラッシュを書く(最後のスラッシュはエスケープされています)",
    ),
    (
        "the slash that ends the expression",
        "正規表現を閉じるスラッシュを書く",
    ),
    (
        "a flag of `pcre` (i, m, s, x, A, E, G, R, B, O, or a buffer letter)",
        "`pcre` のフラグ(i, m, s, x, A, E, G, R, B, O、またはバッファーを表す文字)を書く",
    ),
    ("a flag of `pcre` ({})", "`pcre` のフラグ({0})を書く"),
    // Names.
    ("a name for the result", "結果の名前を書く"),
    (
        "a name for a capture group",
        "キャプチャーグループの名前を書く",
    ),
    ("the name of a bit", "ビットの名前を書く"),
    ("the name of a counter", "カウンターの名前を書く"),
    ("the name of a class", "分類の名前を書く"),
    ("the name of a category", "カテゴリーの名前を書く"),
    ("the name of the set", "データセットの名前を書く"),
    ("the name of the list", "リストの名前を書く"),
    ("the name of a list file", "リストのファイル名を書く"),
    ("the name of a feature", "機能の名前を書く"),
    ("the name of a keyword", "キーワードの名前を書く"),
    ("the name of a frame", "フレームの名前を書く"),
    ("the name of an event", "イベントの名前を書く"),
    (
        "a system and an identifier ({})",
        "参照先の種類と番号({0})を書く",
    ),
    ("a system", "参照先の種類を書く"),
    ("an identifier behind the comma", "コンマの後に番号を書く"),
    ("a country code of two letters", "2文字の国コードを書く"),
    ("a date ({})", "日付({0})を書く"),
    ("an interface ({})", "インターフェースの UUID ({0})を書く"),
    // Choices.
    ("a side ({})", "{0} のどちら側かを書く"),
    ("a type ({})", "種類({0})を書く"),
    ("a unit ({})", "単位({0})を書く"),
    ("a mode ({})", "モード({0})を書く"),
    (
        "nothing, or a mode ({})",
        "何も書かないか、モード({0})を書く",
    ),
    ("a scope ({})", "範囲({0})を書く"),
    ("a command ({})", "操作({0})を書く"),
    ("a setting ({})", "設定({0})を書く"),
    ("a field ({})", "フィールド({0})を書く"),
    ("a direction ({})", "向き({0})を書く"),
    ("a byte order ({})", "バイト順({0})を書く"),
    ("a part of the configuration ({})", "設定の対象({0})を書く"),
    ("what to do ({})", "何をするか({0})を書く"),
    ("what to follow ({})", "何を追うか({0})を書く"),
    ("what to track ({})", "何ごとに数えるか({0})を書く"),
    ("what to count by ({})", "何ごとに数えるか({0})を書く"),
    (
        "which protocol is meant ({})",
        "どのプロトコルか({0})を書く",
    ),
    ("a modifier of {} ({})", "{0} の修飾語({1})を書く"),
    ("a word of {} ({})", "{0} の語({1})を書く"),
    ("a TCP flag ({})", "TCP フラグ({0})を書く"),
    (
        "flags (F, S, R, P, A, U, E, C, or 0 for none)",
        "フラグ(F, S, R, P, A, U, E, C。なしは 0)を書く",
    ),
    ("fragment bits ({})", "フラグメントのビット({0})を書く"),
    ("a fragment bit ({})", "フラグメントのビット({0})を書く"),
    (
        "an operation and a name (`set,name`), or `noalert`",
        "操作と名前(`set,name`)、または `noalert` を書く",
    ),
    ("an operation ({})", "操作({0})を書く"),
    (
        "<, <=, > or >= and a version",
        "<、<=、>、>= のどれかとバージョンを書く",
    ),
    ("{} or the end", "{0} を書くか、ここで終える"),
    ("the end of the version", "バージョンをここで終える"),
    ("the end of `{}`", "`{0}` をここで終える"),
    (
        "`track ip_src|ip_dst|ip_pair|tx` or `expire SECONDS`",
        "`track ip_src|ip_dst|ip_pair|tx` か `expire 秒数` を書く",
    ),
    (
        "double_overflow, bitstring_overflow, oversize_length N, absolute_offset N or relative_offset N",
        "double_overflow、bitstring_overflow、oversize_length N、absolute_offset N、relative_offset N のどれかを書く",
    ),
    // What stands in other messages.
    ("the payload", "ペイロード"),
    ("packet", "パケット"),
    ("transaction", "トランザクション"),
    ("negated pcre", "否定の pcre"),
    ("{} or {}", "{0} または {1}"),
    ("more variables than the limit", "変数が多すぎます"),
    (
        "more options on one buffer than the limit",
        "1つのバッファーに対するオプションが多すぎます",
    ),
    ("variable of another kind", "別の種類の変数"),
    ("negated event", "否定のイベント"),
    (
        "flow direction in which its buffers are known",
        "バッファーの内容が分かる向きの `flow`",
    ),
    (
        "one protocol with all its buffers",
        "すべてのバッファーを持つ1つのプロトコル",
    ),
    (
        "flowint with a number that does not fit",
        "大きすぎる数の flowint",
    ),
    (
        "base64_data without base64_decode",
        "base64_decode のない base64_data",
    ),
    ("{} without a list to load", "{0} で読み込むリスト"),
    ("cannot read {}", "{0} を読めません"),
    ("not a buffer of {}", "{0} のバッファーではありません"),
    ("no test of {}", "{0} の条件には対応していません"),
    (
        "the variable ${} is not set; set it with {}",
        "変数 ${0} が設定されていません。{1} で設定してください",
    ),
    (
        "the variables {} need each other in a circle",
        "変数 {0} が互いを参照し合っています",
    ),
    ("`{}` leaves nothing{}", "`{0}` では対象が何も残りません{1}"),
    (
        "`{}` has more than {} ranges",
        "`{0}` の範囲が {1} 個を超えています",
    ),
    (
        "; with HOME_NET=any, set EXTERNAL_NET=any as well",
        "。HOME_NET=any にするときは EXTERNAL_NET=any にもしてください",
    ),
];
