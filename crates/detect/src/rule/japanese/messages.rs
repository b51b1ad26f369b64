//! Whole messages. The more particular ones come first.

use super::Form;

/// Of the reader, and of what cannot run.
pub(super) const MESSAGES: &[Form] = &[
    // What was expected.
    (
        "expected {}, found nothing",
        "{0}必要がありますが、何も書かれていません",
    ),
    (
        "expected {}, found `{}`",
        "{0}必要がありますが、`{1}` と書かれています",
    ),
    (
        "expected {}, found `{}`; did you mean `{}`?",
        "{0}必要がありますが、`{1}` と書かれています。`{2}` の間違いではありませんか",
    ),
    (
        "unknown keyword `{}`; did you mean `{}`?",
        "`{0}` というキーワードはありません。`{1}` の間違いではありませんか",
    ),
    ("unknown keyword `{}`", "`{0}` というキーワードはありません"),
    (
        "unknown protocol `{}`; did you mean `{}`?",
        "`{0}` というプロトコルはありません。`{1}` の間違いではありませんか",
    ),
    (
        "unknown protocol `{}`",
        "`{0}` というプロトコルはありません",
    ),
    // The header.
    (
        "`<-` is no direction; exchange the two sides and write `->`",
        "`<-` という向きはありません。左右を入れ替えて `->` と書いてください",
    ),
    (
        "`=>` is about both directions of a transaction: it needs an application protocol",
        "`=>` はトランザクションの両方向を対象にするため、アプリケーションプロトコルの指定が必要です",
    ),
    (
        "`accept` is for rules of a firewall, which let nothing else through; Hinomi only watches, so there is nothing to \
         accept",
        "`accept` は、許可したもの以外を通さないファイアウォール用のルールのアクションです。Hinomi は監視するだけなので、許可するものがありません",
    ),
    (
        "`{}` says nothing of packets or flows; leave out `{}`",
        "`{0}` にはパケットやフローの指定がありません。`{1}` を消してください",
    ),
    (
        "the range is empty: {} is above {}",
        "範囲が空です。{0} は {1} より大きい値です",
    ),
    (
        "the range is empty: its first number must not be above its second",
        "範囲が空です。最初の数は次の数以下でなければなりません",
    ),
    (
        "the range `{}` is empty: its first number must be below its second",
        "範囲 `{0}` が空です。最初の数は次の数より小さくなければなりません",
    ),
    (
        "the ends of a range are of two families",
        "範囲の両端で IPv4 と IPv6 が混ざっています",
    ),
    ("a `[` is never closed", "`[` が閉じられていません"),
    (
        "`]` without a `[` before it",
        "`]` に対応する `[` がありません",
    ),
    ("`!any` leaves nothing", "`!any` では対象が何も残りません"),
    ("`{}` leaves nothing{}", "`{0}` では対象が何も残りません{1}"),
    (
        "`{}` is no network mask",
        "`{0}` はネットマスクではありません",
    ),
    // The frame of a rule.
    (
        "the rule does not end with `)`",
        "ルールの末尾に `)` がありません",
    ),
    (
        "no `;` behind the last option, `{}`",
        "最後のオプション `{0}` の後に `;` がありません",
    ),
    ("the rule has no `sid`", "ルールに `sid` がありません"),
    ("the rule has no options", "ルールにオプションがありません"),
    (
        "`sid` 0 is not possible, rules count from 1",
        "`sid` に 0 は使えません。1 以上にしてください",
    ),
    (
        "`priority` 0 is not possible, 1 is the worst",
        "`priority` に 0 は使えません。1 が最も重大です",
    ),
    (
        "`{}` is too large, at most {} is possible",
        "`{0}` は大きすぎます。最大は {1} です",
    ),
    (
        "`{}` is out of range, {} to {} is possible",
        "`{0}` は範囲外です。{1} から {2} までにしてください",
    ),
    ("0 is not possible here", "ここに 0 は使えません"),
    (
        "`{}` stands twice in this rule",
        "このルールには `{0}` が2回書かれています",
    ),
    (
        "`{}` stands twice for the same content",
        "同じ content に `{0}` が2回書かれています",
    ),
    (
        "`{}` stands twice; write all in one",
        "`{0}` が2回書かれています。1つにまとめてください",
    ),
    (
        "`{}` stands twice; write all its words in one",
        "`{0}` が2回書かれています。1つにまとめてください",
    ),
    (
        "`{}` stands twice; the first counts",
        "`{0}` が2回書かれています。最初のものが有効です",
    ),
    (
        "`{}` stands twice; the last counts",
        "`{0}` が2回書かれています。最後のものが有効です",
    ),
    ("`{}` stands twice", "`{0}` が2回書かれています"),
    (
        "`{}` needs an argument: `{}`",
        "`{0}` には引数が必要です: `{1}`",
    ),
    (
        "`{}` needs an argument, found nothing after the colon",
        "`{0}` には引数が必要ですが、コロンの後に何も書かれていません",
    ),
    (
        "`{}` takes no argument, found `{}`",
        "`{0}` に引数は付けられません(`{1}` と書かれています)",
    ),
    (
        "a sticky buffer takes no argument (but `to_client` or `to_server`), found `{}`",
        "スティッキーバッファーに引数は付けられません(`to_client` と `to_server` を除く)。`{0}` と書かれています",
    ),
    (
        "`{}` takes one number, found more: `{}`",
        "`{0}` に書ける数は1つです。余分な部分: `{1}`",
    ),
    ("`{}` takes no value", "`{0}` に値は付けられません"),
    ("`{}` needs a value behind it", "`{0}` の後に値が必要です"),
    (
        "`{}` belongs to {}, but the rule is about {}",
        "`{0}` は {1} のためのものですが、このルールは {2} を対象にしています",
    ),
    (
        "asks for another version than {}: `{}`",
        "対応するバージョンは {0} ですが、別のバージョンが指定されています: `{1}`",
    ),
    (
        "asks for the keyword `{}`, which is not known",
        "キーワード `{0}` が必要とされていますが、対応していません",
    ),
    (
        "asks for the feature `{}`, which is not there",
        "機能 `{0}` が必要とされていますが、対応していません",
    ),
    // Text and bytes.
    (
        "the closing double quote is missing (a semicolon inside quotes is written `\\;`)",
        "閉じる二重引用符がありません(引用符の中のセミコロンは `\\;` と書きます)",
    ),
    (
        "a double quote inside the text is written `\\\"` or `|22|`",
        "文字列の中の二重引用符は `\\\"` か `|22|` と書きます",
    ),
    (
        "a double quote inside the text is written `\\\"`",
        "文字列の中の二重引用符は `\\\"` と書きます",
    ),
    (
        "a backslash at the end escapes nothing",
        "末尾のバックスラッシュの後に文字がありません",
    ),
    ("the content is empty", "content が空です"),
    ("the text is empty", "文字列が空です"),
    ("the expression is empty", "正規表現が空です"),
    (
        "the expression must have 1 to {} bytes",
        "正規表現は 1 から {0} バイトまでです",
    ),
    (
        "a hexadecimal byte has two digits, found one",
        "16進数の1バイトは2桁ですが、1桁しかありません",
    ),
    (
        "this `|` opens hexadecimal bytes that are never closed",
        "この `|` で始まる16進数が閉じられていません",
    ),
    (
        "{} bytes to read, {} to {} are possible",
        "読み取るバイト数 {0} は範囲外です。{1} から {2} までにしてください",
    ),
    ("longer than {} bytes", "{0} バイトを超えています"),
    // Contents and their places.
    (
        "`{}` of {} is shorter than the content of {} bytes, so it can never match",
        "`{0}` の {1} は content の {2} バイトより短いため、決して一致しません",
    ),
    (
        "`{}` and `{}`/`{}` exclude each other for the same content",
        "同じ content に `{0}` と `{1}`/`{2}` は併用できません",
    ),
    (
        "`{}` and `{}` exclude each other for the same content",
        "同じ content に `{0}` と `{1}` は併用できません",
    ),
    (
        "`{}` and `{}` exclude each other",
        "`{0}` と `{1}` は併用できません",
    ),
    (
        "`{}` and `{}` choose two buffers for one expression",
        "1つの正規表現に `{0}` と `{1}` の2つのバッファーが指定されています",
    ),
    (
        "`{}` is neither a number nor the result of a `byte_extract` or `byte_math` before it",
        "`{0}` は数でも、前にある `byte_extract` や `byte_math` の結果でもありません",
    ),
    (
        "`{}` is made after this content; put the option that makes it before",
        "`{0}` はこの content より後で作られます。作るオプションを前に移してください",
    ),
    (
        "`{}` looks like a number; the name of a result begins with a letter",
        "`{0}` は数に見えます。結果の名前は英字で始めてください",
    ),
    (
        "`fast_pattern` is already set for another content of this rule",
        "`fast_pattern` はこのルールの別の content にすでに指定されています",
    ),
    (
        "`fast_pattern:only` excludes negation, `distance`, `within`, `offset`, `depth` and `startswith`",
        "`fast_pattern:only` は、否定、`distance`、`within`、`offset`、`depth`、`startswith` と併用できません",
    ),
    (
        "a negated content with a place cannot be the fast pattern: the bytes may stand elsewhere",
        "位置を指定した否定の content は高速パターンにできません。同じバイト列が別の位置にあるかもしれないためです",
    ),
    (
        "bytes {} to {} are not within the content of {} bytes",
        "{0} から {1} バイト目は、{2} バイトの content の中にありません",
    ),
    (
        "`replace` needs a content that is there, not a negated one",
        "`replace` は否定の content には使えません",
    ),
    (
        "the replacement has {} bytes, the content {}; both must be equally long",
        "置き換え後は {0} バイト、content は {1} バイトです。同じ長さにしてください",
    ),
    (
        "nothing matches in {} before this relative content; it counts from the start",
        "この相対指定の content より前に {0} で一致するものがありません。先頭から数えます",
    ),
    // Buffers.
    (
        "`bsize` needs a sticky buffer before it (the payload has `dsize`)",
        "`bsize` の前にスティッキーバッファーが必要です(ペイロードには `dsize` を使います)",
    ),
    (
        "`{}` needs a sticky buffer before it",
        "`{0}` の前にスティッキーバッファーが必要です",
    ),
    (
        "`{}` needs a content before it",
        "`{0}` の前に content が必要です",
    ),
    (
        "`{}` needs an option before it",
        "`{0}` の前にオプションが必要です",
    ),
    (
        "`{}` cannot be used while the sticky buffer `{}` is selected; write `pkt_data;` before the content, or select `{}` instead",
        "スティッキーバッファー `{1}` が選ばれている間は `{0}` を使えません。content の前に `pkt_data;` と書くか、代わりに `{2}` を選んでください",
    ),
    (
        "this option is about `{}`, but the sticky buffer `{}` is still selected; write `pkt_data;` before it, or select `{}` instead",
        "このオプションは `{0}` を対象にしますが、スティッキーバッファー `{1}` が選ばれたままです。前に `pkt_data;` と書くか、代わりに `{2}` を選んでください",
    ),
    (
        "the sticky buffer `{}` is still selected; write `pkt_data;` before this",
        "スティッキーバッファー `{0}` が選ばれたままです。この前に `pkt_data;` と書いてください",
    ),
    (
        "the buffer `{}` is selected, but no option looks at it",
        "バッファー `{0}` が選ばれていますが、それを調べるオプションがありません",
    ),
    (
        "`{}` must stand directly behind the buffer; select `{}` again first",
        "`{0}` はバッファーの直後に書きます。先に `{1}` を選び直してください",
    ),
    (
        "`{}`: the content before it already has a buffer",
        "`{0}`: 前の content にはすでにバッファーが指定されています",
    ),
    (
        "`http.host` is always lower case, so a content with capitals can never match",
        "`http.host` は必ず小文字なので、大文字を含む content は決して一致しません",
    ),
    (
        "`{}` allows at most {} bytes, this content needs {}, so it can never match",
        "`{0}` で許されるのは最大 {1} バイトですが、この content には {2} バイト必要なため、決して一致しません",
    ),
    (
        "{} has bits outside the mask {}, so it can never match",
        "{0} にはマスク {1} の外のビットがあるため、決して一致しません",
    ),
    // Numbers and results.
    (
        "a bitmask of 0 leaves nothing",
        "ビットマスクが 0 では何も残りません",
    ),
    (
        "a multiplier of 0 leaves nothing",
        "0 を掛けると何も残りません",
    ),
    ("0 bytes leave nothing", "0 バイトでは何も残りません"),
    ("division by zero", "0 で割ることになります"),
    (
        "`dce` takes the byte order from the protocol, so it excludes `big`, `little`, `string`",
        "`dce` のバイト順はプロトコルで決まるため、`big`、`little`、`string` とは併用できません",
    ),
    // Memory, thresholds, lists.
    (
        "`{}` contradicts or repeats a word before it",
        "`{0}` は前の語と矛盾するか、重複しています",
    ),
    (
        "several names with `|` are possible with `isset` and `isnotset` only",
        "`|` で複数の名前を書けるのは `isset` と `isnotset` だけです",
    ),
    (
        "a name holds no space, found `{}`",
        "名前に空白は使えません: `{0}`",
    ),
    (
        "`track tx` is possible with `set` and `isset` only",
        "`track tx` は `set` と `isset` でだけ使えます",
    ),
    (
        "a time of 0 seconds is over at once",
        "0 秒ではすぐに終わってしまいます",
    ),
    (
        "only one `detection_filter` is possible in a rule, and no `threshold` beside it",
        "1つのルールに書ける `detection_filter` は1つで、`threshold` とは併用できません",
    ),
    (
        "`multiplier` must be 2 or more, or nothing grows",
        "`multiplier` は 2 以上でなければ増えていきません",
    ),
    (
        "`type backoff` has no `seconds`",
        "`type backoff` に `seconds` は指定できません",
    ),
    (
        "`detection_filter` has no `type`",
        "`detection_filter` に `type` は指定できません",
    ),
    (
        "`unique_on {}` is possible in `detection_filter` only",
        "`unique_on {0}` は `detection_filter` でだけ使えます",
    ),
    (
        "`xbits` needs `track ip_src`, `ip_dst`, `ip_pair` or `tx`",
        "`xbits` には `track` として `ip_src`、`ip_dst`、`ip_pair`、`tx` のどれかが必要です",
    ),
    (
        "`state` is both `load` and `save`, so it excludes them",
        "`state` は `load` と `save` の両方を意味するため、それらとは併用できません",
    ),
    ("a session has no side", "`session` に向きは指定できません"),
    ("`{}` needs `{}`", "`{0}` には `{1}` が必要です"),
    // Limits and refusals.
    (
        "rules with Lua scripts are refused: a rule file must not run code",
        "Lua スクリプトを使うルールは受け付けません。ルールファイルからコードを実行させないためです",
    ),
    (
        "a rule of more than {} bytes",
        "ルールが {0} バイトを超えています",
    ),
    (
        "more than {} brackets within each other",
        "かっこの入れ子が {0} 段を超えています",
    ),
    (
        "more than {} transforms on one buffer",
        "1つのバッファーに対する変換が {0} 個を超えています",
    ),
    (
        "more than {} buffers in one rule",
        "1つのルールのバッファーが {0} 個を超えています",
    ),
    ("more than {} options", "オプションが {0} 個を超えています"),
    ("more than {} members", "要素が {0} 個を超えています"),
    (
        "more than {} files: this and later ones are left out",
        "ファイルが {0} 個を超えています。これ以降は読み込みません",
    ),
    // Files.
    (
        "the folder cannot be read: {}",
        "フォルダーを読めません: {0}",
    ),
    (
        "the folder holds no *.rules file",
        "フォルダーに *.rules ファイルがありません",
    ),
    ("the file cannot be read: {}", "ファイルを読めません: {0}"),
    (
        "the file has more than {} bytes",
        "ファイルが {0} バイトを超えています",
    ),
    (
        "sid {} stands at {} as well, there as revision {}; this one, revision {}, is left out",
        "sid {0} は {1} にもあります(あちらはリビジョン {2})。こちらのリビジョン {3} は使われません",
    ),
    (
        "cannot run for want of {} ({})",
        "実行できません。不足: {0} ({1})",
    ),
    ("cannot run for want of {}", "実行できません。不足: {0}"),
];

/// Of those who look at rules that run: slow or useless ones.
pub(super) const REVIEWS: &[Form] = &[
    (
        "the longest content has {} bytes and occurs nearly everywhere, and the header leaves all ports open: the rule is looked at in full for most packets",
        "最も長い content が {0} バイトしかなく、ほとんどの通信に現れます。ヘッダーもすべてのポートを対象にしているため、大半のパケットでルール全体が調べられます",
    ),
    (
        "`{}` without a content of {} bytes or more beside it runs for every {} that the header lets through; a content that must be there would select the rule",
        "`{0}` と一緒に使う {1} バイト以上の content がないため、ヘッダーに合う{2}のたびに実行されます。必ず含まれる content を加えると、調べる対象を絞れます",
    ),
    (
        "the rule says nothing but its header, and that lets everything through: it matches nearly every packet",
        "ヘッダーのほかに条件がなく、そのヘッダーもすべてを対象にしています。ほとんどのパケットに一致します",
    ),
    (
        "a repeated group that ends in a repetition, such as (a+)+, tries very many ways before it fails",
        "(a+)+ のように繰り返しの中に繰り返しがあると、一致しないと分かるまでに非常に多くの組み合わせを試します",
    ),
    (
        "an expression that begins with `.*` or `.+` is tried from every byte on; leave it out, or begin with `^`",
        "`.*` や `.+` で始まる正規表現は、すべてのバイトから試されます。省くか、`^` で始めてください",
    ),
    (
        "no rule of these files sets the {} {}, so this rule can never match",
        "{0} {1} を設定するルールがこれらのファイルにないため、このルールは決して一致しません",
    ),
    (
        "the rule raises no alert, and no rule of these files asks for the {} {}: it does nothing",
        "このルールは警報を出さず、{0} {1} を調べるルールもこれらのファイルにありません。何の効果もありません",
    ),
    (
        "no number passes both tests of `{}`, so the rule can never match",
        "`{0}` の2つの条件を同時に満たす数はないため、このルールは決して一致しません",
    ),
    (
        "no number passes this test of `{}`",
        "`{0}` のこの条件を満たす数はありません",
    ),
    (
        "another content of this buffer holds these bytes, so the rule can never match",
        "同じバッファーの別の content にこのバイト列が含まれるため、このルールは決して一致しません",
    ),
    (
        "after `{}` these bytes cannot be there, so the rule can never match",
        "`{0}` の後にこのバイト列が現れることはないため、このルールは決して一致しません",
    ),
    (
        "a SYN without ACK comes before the connection is established, so the rule can never match",
        "ACK のない SYN は接続の確立より前に送られるため、このルールは決して一致しません",
    ),
    (
        "`{}` is about {}, the header about {}: the rule can never match",
        "`{0}` は {1} を対象にし、ヘッダーは {2} を対象にしています。このルールは決して一致しません",
    ),
    (
        "{} has no ports: those in the header are not looked at",
        "{0} にはポートがありません。ヘッダーのポートは無視されます",
    ),
    (
        "a threshold at every first match thins out nothing; `type limit` or `both` was meant?",
        "1回ごとのしきい値では警報は減りません。`type limit` か `both` の間違いではありませんか",
    ),
    (
        "says the same as sid {}: where one matches, both alert",
        "sid {0} と同じ内容です。一方が一致すると、両方が警報を出します",
    ),
];
