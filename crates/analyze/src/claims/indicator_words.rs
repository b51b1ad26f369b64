//! Why an indicator counts, in words: which list, and what it says.

use crate::IndicatorHit;
use event::{Purpose, Text, Timestamp};

/// The reasons of a hit: the list first, then what is known of the entry, then what speaks against it.
pub(super) fn reasons(hit: &IndicatorHit) -> Vec<Text> {
    let facts = &hit.facts;
    let (list, value) = (&hit.list, &hit.value);
    let mut reasons = vec![Text::new(
        format!("脅威情報リスト「{list}」に載っている「{value}」と一致しました"),
        format!("matches {value:?} on the threat list {list:?}"),
    )];
    if let Some(known) = known(hit) {
        reasons.push(known);
    }
    if let (Some(first), last) = (facts.first_seen, facts.last_seen) {
        reasons.push(seen(first, last));
    }
    if let Some(note) = &facts.note {
        reasons.push(Text::new(
            format!("リストの説明: {note}"),
            format!("the list says: {note}"),
        ));
    }
    if !facts.other_lists.is_empty() {
        let lists = facts.other_lists.join(", ");
        reasons.push(Text::new(
            format!("ほかのリストにも載っています: {lists}"),
            format!("other lists have it as well: {lists}"),
        ));
    }
    if let (Some(warning), Some(name)) = (&facts.warning_list, &facts.harmless_name) {
        let name = crate::inventory::shortened(name);
        reasons.push(Text::new(
            format!(
                "ただし、この通信の行き先の名前は「{name}」で、無害なことが多いもののリスト「{warning}」に載っています。一つのアドレスを多くのサイトが共有していることがあるため、これだけでは攻撃と判断しません"
            ),
            format!(
                "but the connection is for {name:?}, which the list {warning:?} of what is often harmless has; many sites may share an address, so that this alone is taken for no attack"
            ),
        ));
    } else if let Some(warning) = &facts.warning_list {
        reasons.push(Text::new(
            format!(
                "ただし、無害なことが多いもののリスト「{warning}」にも載っているため、これだけでは攻撃と判断しません"
            ),
            format!(
                "but the list {warning:?} of what is often harmless has it too, so that this alone is taken for no attack"
            ),
        ));
    }
    reasons
}

/// What it is used for, by which malware, by whom, and how sure the source is.
fn known(hit: &IndicatorHit) -> Option<Text> {
    let facts = &hit.facts;
    let (mut ja, mut en) = (Vec::new(), Vec::new());
    if let Some(purpose) = facts.purpose {
        let (purpose_ja, purpose_en) = words(purpose);
        ja.push(format!("用途: {purpose_ja}"));
        en.push(format!("used for: {purpose_en}"));
    }
    for (name_ja, name_en, text) in [
        ("マルウェア", "malware", &facts.family),
        ("攻撃者グループ", "actor", &facts.actor),
        ("攻撃手法", "technique", &facts.technique),
    ] {
        if let Some(text) = text {
            ja.push(format!("{name_ja}: {text}"));
            en.push(format!("{name_en}: {text}"));
        }
    }
    if let Some(confidence) = facts.confidence {
        ja.push(format!("情報源による確かさ: {confidence}/100"));
        en.push(format!("confidence of its source: {confidence} of 100"));
    }
    (!ja.is_empty()).then(|| Text::new(ja.join("、"), en.join(", ")))
}

fn seen(first: Timestamp, last: Option<Timestamp>) -> Text {
    let day = |time: Timestamp| time.rfc3339().chars().take(10).collect::<String>();
    let first = day(first);
    match last.map(day).filter(|last| *last != first) {
        Some(last) => Text::new(
            format!("初めて確認された日: {first}、最後に確認された日: {last}"),
            format!("first seen {first}, last seen {last}"),
        ),
        None => Text::new(
            format!("初めて確認された日: {first}"),
            format!("first seen {first}"),
        ),
    }
}

const fn words(purpose: Purpose) -> (&'static str, &'static str) {
    match purpose {
        Purpose::CommandAndControl => ("マルウェアへの指令", "commanding malware"),
        Purpose::Malware => ("マルウェアの配布", "spreading malware"),
        Purpose::Ransomware => ("ランサムウェア", "ransomware"),
        Purpose::ExploitSite => ("ブラウザーへの攻撃", "attacking browsers"),
        Purpose::Redirector => ("攻撃サイトへの誘導", "leading to attacks"),
        Purpose::Malvertising => ("不正な広告", "malicious advertising"),
        Purpose::CompromisedSite => ("改ざんされたサイト", "a site that was tampered with"),
        Purpose::Phishing => ("パスワードなどをだまし取る偽サイト", "phishing"),
        Purpose::Tor => ("匿名ネットワーク Tor", "the anonymity network Tor"),
        Purpose::AnonymousProxy => ("身元を隠す中継サービス", "hiding who asks"),
        Purpose::Mining => ("暗号資産の採掘", "mining"),
        Purpose::Scanner => ("外部からの探索や攻撃", "scans and attacks from outside"),
        Purpose::Sinkhole => (
            "専門家が押さえた、マルウェアの元の接続先(接続した機器は感染しています)",
            "a former server of malware that researchers took over (who calls it is infected)",
        ),
        Purpose::Suspicious => ("注意が必要なもの", "something to keep an eye on"),
    }
}
