//! Options on packet, flow and memory, in words.

use super::bytes::number;
use crate::rule::ast::{
    BitOperation, DetectionFilter, Flow, FlowDirection, FlowInt, FlowIntOperation, FlowState,
    FragmentMode, Keyword, Named, Number, StreamMode, Threshold, ThresholdKind, Track,
};
use event::Text;

/// The option in words; None if it is shown as written.
pub(super) fn words(keyword: &Keyword) -> Option<Text> {
    Some(match keyword {
        Keyword::Flow(option) => flow(*option),
        Keyword::FlowBits(bits) => bit(bits.operation, &bits.names),
        Keyword::XBits(bits) => bit(bits.operation, std::slice::from_ref(&bits.name)),
        Keyword::HostBits(bits) => bit(bits.operation, &bits.names),
        Keyword::Number(option) => numbered(option),
        Keyword::Threshold(option) => threshold(*option),
        Keyword::DetectionFilter(option) => filter(option),
        Keyword::Event(event) => happened(event),
        Keyword::AppLayerProtocol(protocol) => {
            let name = &protocol.name;
            if protocol.negated {
                Text::new(
                    format!("アプリケーションのプロトコルが{name}ではない"),
                    format!("the application protocol is not {name}"),
                )
            } else {
                Text::new(
                    format!("アプリケーションのプロトコルが{name}"),
                    format!("the application protocol is {name}"),
                )
            }
        }
        Keyword::Flag("noalert") => Text::new("警報は出さない", "no alert is raised"),
        Keyword::Flag("sameip") => Text::new(
            "送信元と宛先のアドレスが同じ",
            "source and destination address are the same",
        ),
        Keyword::FileStore(_) => Text::new("ファイルを保存する", "the file is kept"),
        _ => return None,
    })
}

fn flow(flow: Flow) -> Text {
    let (mut ja, mut en) = (Vec::new(), Vec::new());
    match flow.state {
        Some(FlowState::Established) => {
            ja.push("接続が確立している");
            en.push("the connection is established");
        }
        Some(FlowState::NotEstablished) => {
            ja.push("接続が確立していない");
            en.push("the connection is not established");
        }
        Some(FlowState::Stateless) => {
            ja.push("接続の状態は問わない");
            en.push("in or out of a connection");
        }
        None => {}
    }
    match flow.direction {
        Some(FlowDirection::ToServer) => {
            ja.push("サーバーへ向かう");
            en.push("on the way to the server");
        }
        Some(FlowDirection::ToClient) => {
            ja.push("クライアントへ向かう");
            en.push("on the way to the client");
        }
        None => {}
    }
    match flow.stream {
        Some(StreamMode::OnlyStream) => {
            ja.push("組み立てたストリームだけを見る");
            en.push("in the reassembled stream only");
        }
        Some(StreamMode::NoStream) => {
            ja.push("一つ一つのパケットだけを見る");
            en.push("in single packets only");
        }
        None => {}
    }
    match flow.fragment {
        Some(FragmentMode::OnlyFragment) => {
            ja.push("断片から組み立てたパケットだけ");
            en.push("in packets put together from fragments only");
        }
        Some(FragmentMode::NoFragment) => {
            ja.push("断片から組み立てたパケットは除く");
            en.push("not in packets put together from fragments");
        }
        None => {}
    }
    Text::new(ja.join("、"), en.join(", "))
}

fn bit(operation: BitOperation, names: &[String]) -> Text {
    let names = names.join("|");
    match operation {
        BitOperation::IsSet => Text::new(
            format!("先に別のルールが印「{names}」を付けている"),
            format!("another rule has set the mark {names} before"),
        ),
        BitOperation::IsNotSet => Text::new(
            format!("印「{names}」が付いていない"),
            format!("the mark {names} is not set"),
        ),
        BitOperation::Set => Text::new(
            format!("印「{names}」を付ける"),
            format!("the mark {names} is set"),
        ),
        BitOperation::Unset => Text::new(
            format!("印「{names}」を消す"),
            format!("the mark {names} is taken away"),
        ),
        BitOperation::Toggle => Text::new(
            format!("印「{names}」を反転する"),
            format!("the mark {names} is turned over"),
        ),
    }
}

/// Whether the option changes a counter rather than asks for it.
pub(super) const fn changes(counter: &FlowInt) -> bool {
    matches!(
        counter.operation,
        FlowIntOperation::Assign(_) | FlowIntOperation::Add(_) | FlowIntOperation::Subtract(_)
    )
}

/// Keyword, Japanese, English.
static NUMBERS: &[(&str, &str, &str)] = &[
    ("dsize", "ペイロードの長さ", "the length of the payload"),
    ("ttl", "TTL", "the time to live"),
    ("itype", "ICMPのタイプ", "the ICMP type"),
    ("icode", "ICMPのコード", "the ICMP code"),
    ("urilen", "URIの長さ", "the length of the URI"),
    ("filesize", "ファイルの大きさ", "the size of the file"),
    ("dns.opcode", "DNSのオペコード", "the DNS opcode"),
    (
        "flow.age",
        "接続が始まってからの秒数",
        "the age of the flow in seconds",
    ),
];

fn numbered(option: &Number) -> Text {
    let known = NUMBERS.iter().find(|(name, _, _)| *name == option.keyword);
    let (ja, en) = known.map_or((option.keyword, option.keyword), |(_, ja, en)| (*ja, *en));
    let wanted = number(&option.comparison);
    Text::new(
        format!("{ja}が{}", wanted.ja),
        format!("{en} is {}", wanted.en),
    )
}

fn happened(event: &Named) -> Text {
    let names: Vec<String> = event
        .words
        .iter()
        .map(|(name, negated)| format!("{}{name}", if *negated { "!" } else { "" }))
        .collect();
    let names = names.join(", ");
    Text::new(
        format!("異常「{names}」が起きる({})", event.keyword),
        format!("the anomaly {names} happens ({})", event.keyword),
    )
}

fn tracked(track: Track) -> (&'static str, &'static str) {
    match track {
        Track::BySource => ("送信元ごとに", "for each source"),
        Track::ByDestination => ("宛先ごとに", "for each destination"),
        Track::ByBoth => ("送信元と宛先の組ごとに", "for each pair of hosts"),
        Track::ByRule => ("ルール全体で", "for the rule as a whole"),
        Track::ByFlow => ("接続ごとに", "for each flow"),
    }
}

fn threshold(threshold: Threshold) -> Text {
    let (ja_who, en_who) = tracked(threshold.track);
    let (count, seconds) = (threshold.count, threshold.seconds);
    match threshold.kind {
        ThresholdKind::Limit => Text::new(
            format!("警報は{ja_who}{seconds}秒間に最初の{count}回まで"),
            format!("only the first {count} matches in {seconds} s alert, {en_who}"),
        ),
        ThresholdKind::Threshold => Text::new(
            format!("警報は{ja_who}{seconds}秒間に{count}回一致するたびに1回"),
            format!("every {count} matches in {seconds} s alert once, {en_who}"),
        ),
        ThresholdKind::Both => Text::new(
            format!("警報は{ja_who}{seconds}秒間に{count}回一致したとき1回だけ"),
            format!("once in {seconds} s, after {count} matches, {en_who}"),
        ),
        ThresholdKind::Backoff { multiplier } => Text::new(
            format!("警報は{ja_who}{count}回目、その後は間隔を{multiplier}倍ずつ広げて"),
            format!("at match {count}, then ever {multiplier} times later, {en_who}"),
        ),
    }
}

fn filter(filter: &DetectionFilter) -> Text {
    let (ja_who, en_who) = tracked(filter.track);
    let (count, seconds) = (filter.count, filter.seconds);
    Text::new(
        format!("警報は{ja_who}{seconds}秒間に{count}回を超えて一致してから"),
        format!("alerts begin after {count} matches in {seconds} s, {en_who}"),
    )
}
