//! Searches of a directory (LDAP) as attackers make them before they choose a target (MITRE ATT&CK T1087.002, T1069.002,
//! T1482, T1558): accounts that can be roasted, delegation, administrators, trusts, local administrator passwords.
//! One such search may be an administrator's; several kinds of them within minutes are a map being drawn.

use super::ends::ends;
use crate::model::{Context, Model, Verdict};
use crate::{limits, table::Table};
use event::{Communication, Detection, Event, Severity, Stage, Text, Timestamp, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

const WINDOW_NS: u64 = 900_000_000_000;
/// Kinds of search within the window that draw a map.
const KINDS_MIN: usize = 3;
/// The rule of Active Directory that compares bits (MS-ADTS 3.1.1.3.4.4.1), and bits of `userAccountControl`.
const BITS: &str = "1.2.840.113556.1.4.803:=";
const NO_PREAUTHENTICATION: &str = "4194304";
const DELEGATION: &str = "524288";
const PASSWORD_NOT_NEEDED: &str = "32";

/// A kind of search: what it looks for, what one alone is worth.
struct Kind {
    key: &'static str,
    belief: f32,
    ja: &'static str,
    en: &'static str,
}

const KINDS: [Kind; 9] = [
    kind(
        "roastable_users",
        0.5,
        "事前認証が不要な利用者",
        "users without pre-authentication",
    ),
    kind(
        "service_accounts",
        0.4,
        "サービス用アカウント（SPN を持つ利用者）",
        "users that services run as",
    ),
    kind(
        "delegation",
        0.42,
        "委任を許された機器や利用者",
        "machines and users trusted for delegation",
    ),
    kind(
        "administrators",
        0.3,
        "管理者のアカウント",
        "administrators",
    ),
    kind(
        "local_passwords",
        0.45,
        "各機器の管理者パスワード（LAPS）",
        "stored passwords of local administrators (LAPS)",
    ),
    kind(
        "password_not_needed",
        0.42,
        "パスワードが不要な利用者",
        "users that need no password",
    ),
    kind(
        "trusts",
        0.2,
        "他ドメインとの信頼関係",
        "trusts between domains",
    ),
    kind(
        "all_accounts",
        0.2,
        "すべての利用者や機器の一覧",
        "all users or computers",
    ),
    kind("permissions", 0.25, "アクセス権の設定", "permissions"),
];

const fn kind(key: &'static str, belief: f32, ja: &'static str, en: &'static str) -> Kind {
    Kind {
        key,
        belief,
        ja,
        en,
    }
}

/// The model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct DirectorySearches {
    clients: Table<IpAddr, Client>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Client {
    /// By the place of the kind in the list.
    kinds: BTreeMap<usize, Timestamp>,
    told: usize,
}

impl DirectorySearches {
    pub fn new() -> Self {
        Self {
            clients: Table::new(limits::HOSTS_MAX),
        }
    }
}

impl Model for DirectorySearches {
    fn event(&mut self, _: &Context<'_>, event: &Event, out: &mut Vec<Detection>) {
        if event.kind != "ldap" {
            return;
        }
        let Some(search) = event
            .body
            .at("ldap.request.search_request")
            .and_then(Value::as_record)
        else {
            return;
        };
        let filter = search
            .text("filter.value")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let wanted: String = search
            .member("attributes")
            .map_or(&[][..], Value::as_list)
            .iter()
            .filter_map(Value::as_text)
            .map(|name| format!(" {}", name.to_ascii_lowercase()))
            .collect();
        let found = kinds(&filter, &wanted);
        let (Some((client, server)), false) = (ends(None, event), found.is_empty()) else {
            return;
        };
        let state = self.clients.touch(client.ip, event.time, Client::default);
        state
            .kinds
            .retain(|_, at| event.time.since(*at) <= WINDOW_NS);
        for place in found {
            state.kinds.insert(place, event.time);
        }
        if let Some(verdict) = state.judge() {
            out.push(verdict.about(event.time, client, Some(server), None, event.to_record()));
        }
    }
}

impl Client {
    fn judge(&mut self) -> Option<Verdict> {
        let searched: Vec<&Kind> = self.kinds.keys().filter_map(|at| KINDS.get(*at)).collect();
        let count = searched.len();
        if count <= self.told {
            return None;
        }
        self.told = count;
        let best = searched.iter().map(|one| one.belief).fold(0.0, f32::max);
        let belief = if count >= KINDS_MIN {
            (best.max(0.42) + 0.06 * count as f32).min(0.85)
        } else {
            best + 0.04 * (count - 1) as f32
        };
        let list = |words: &dyn Fn(&Kind) -> &'static str, between: &str| {
            let words: Vec<&str> = searched.iter().map(|one| words(one)).collect();
            words.join(between)
        };
        let (ja, en) = (list(&|one| one.ja, "、"), list(&|one| one.en, ", "));
        Some(Verdict {
            id: "directory_enumeration",
            name: "searches of the directory as attackers make them".to_owned(),
            communication: Some(Communication::ReconAccess),
            stage: Stage::Reconnaissance,
            severity: Severity::Medium,
            confidence: belief,
            technique: &["T1087.002", "T1069.002", "T1482"],
            reasons: vec![Text::new(
                format!("15分以内に、ディレクトリから次の {count} 種類の情報を検索しました：{ja}"),
                format!(
                    "searched the directory for {count} kind(s) of things within 15 minutes: {en}"
                ),
            )],
        })
    }
}

/// What a search looks for, as places in the list.
fn kinds(filter: &str, wanted: &str) -> Vec<usize> {
    let bits = |bit: &str| {
        filter.split(BITS).skip(1).any(|rest| {
            rest.strip_prefix(bit)
                .is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_digit()))
        })
    };
    let of_users = filter.contains("objectclass=user")
        || filter.contains("objectcategory=person")
        || filter.contains("objectcategory=user")
        || filter.contains("samaccounttype=805306368");
    let names_one = filter.contains("samaccountname=") && !filter.contains("samaccountname=*");
    let searched: [(&str, bool); 9] = [
        ("roastable_users", bits(NO_PREAUTHENTICATION)),
        (
            "service_accounts",
            filter.contains("serviceprincipalname=*") && !filter.contains("(objectclass=computer)"),
        ),
        (
            "delegation",
            bits(DELEGATION)
                || filter.contains("msds-allowedtodelegateto")
                || filter.contains("msds-allowedtoactonbehalf"),
        ),
        ("administrators", filter.contains("admincount=1")),
        (
            "local_passwords",
            wanted.contains(" ms-mcs-admpwd") || filter.contains("ms-mcs-admpwd"),
        ),
        ("password_not_needed", bits(PASSWORD_NOT_NEEDED)),
        ("trusts", filter.contains("trusteddomain")),
        (
            "all_accounts",
            of_users && !names_one
                || filter == "(objectclass=computer)"
                || filter == "(objectclass=group)",
        ),
        (
            "permissions",
            wanted.contains(" ntsecuritydescriptor") && wanted.contains(" admincount"),
        ),
    ];
    searched
        .into_iter()
        .filter(|(_, yes)| *yes)
        .filter_map(|(key, _)| KINDS.iter().position(|one| one.key == key))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{KINDS, kinds};

    #[test]
    fn searches_are_known_by_what_they_look_for() {
        let cases: [(&str, &str, &[&str]); 7] = [
            ("(&(objectclass=user)(samaccountname=ann))", "", &[]),
            ("(objectclass=*)", " subschemasubentry", &[]),
            (
                "(&(samaccounttype=805306368)(serviceprincipalname=*))",
                "",
                &["service_accounts", "all_accounts"],
            ),
            (
                "(useraccountcontrol:1.2.840.113556.1.4.803:=4194304)",
                "",
                &["roastable_users"],
            ),
            (
                "(useraccountcontrol:1.2.840.113556.1.4.803:=524288)",
                "",
                &["delegation"],
            ),
            ("(objectclass=trusteddomain)", "", &["trusts"]),
            (
                "(objectclass=x)",
                " ntsecuritydescriptor admincount",
                &["permissions"],
            ),
        ];
        for (filter, wanted, expected) in cases {
            let found: Vec<&str> = kinds(filter, wanted)
                .into_iter()
                .map(|place| KINDS[place].key)
                .collect();
            assert_eq!(found, expected, "{filter}");
        }
    }
}
