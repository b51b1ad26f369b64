//! Log-ons of machines at a domain controller (MS-NRPC). A machine authenticates once when it starts; the flaw
//! CVE-2020-1472 ("Zerologon") needs 256 attempts on average, each a challenge and an authentication in a row.

use super::act::Act;
use super::call::Deed;
use crate::model::Verdict;
use crate::{limits, table::Table};
use event::{Communication, Detection, Event, Severity, Stage, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

const WINDOW_NS: u64 = 60_000_000_000;
/// Attempts within the window that no machine makes by itself.
const ATTEMPTS_MIN: usize = 8;
const ATTEMPTS_SURE: usize = 16;
/// With so many before it, a change of the machine's password is the attack's success.
const BEFORE_CHANGE_MIN: usize = 5;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MachineLogOns {
    pairs: Table<(IpAddr, IpAddr), Series>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Series {
    times: Vec<Timestamp>,
    told: usize,
}

impl MachineLogOns {
    pub fn new() -> Self {
        Self {
            pairs: Table::new(limits::PAIRS_MAX),
        }
    }

    /// Sees an authentication, or a change of a machine's password.
    pub fn see(&mut self, event: &Event, deed: &Deed) -> Option<Detection> {
        let key = (deed.client.ip, deed.server.ip);
        let series = self.pairs.touch(key, event.time, Series::default);
        series.times.retain(|at| event.time.since(*at) <= WINDOW_NS);
        let changed = deed.act == Act::MachinePasswordSet;
        if !changed {
            if series.times.len() >= limits::TIMES_MAX {
                series.times.remove(0);
            }
            series.times.push(event.time);
        }
        let count = series.times.len();
        let belief = if changed && count >= BEFORE_CHANGE_MIN {
            0.93
        } else if changed || count < ATTEMPTS_MIN || count < series.told.saturating_mul(2) {
            return None;
        } else if count >= ATTEMPTS_SURE {
            0.85
        } else {
            0.66
        };
        series.told = count;
        let mut reasons = vec![Text::new(
            format!(
                "1分以内に、ドメインコントローラーへ機器アカウントの認証を {count} 回繰り返しました（通常は起動時に1回程度です）"
            ),
            format!(
                "authenticated as a machine {count} times within a minute at a domain controller, where one attempt is usual"
            ),
        )];
        if changed {
            reasons.push(Text::new(
                "その直後に機器アカウントのパスワードを変更しており、攻撃が成功した可能性があります",
                "right after that it changed the machine's password, so the attack may have succeeded",
            ));
        }
        let verdict = Verdict {
            id: if changed {
                "zerologon_success"
            } else {
                "zerologon"
            },
            name: "machine log-ons in a row at a domain controller (Zerologon)".to_owned(),
            communication: Some(Communication::LateralMovement),
            stage: Stage::LateralMovement,
            severity: Severity::High,
            confidence: belief,
            technique: &["T1210", "T1068"],
            reasons,
        };
        Some(verdict.about(
            event.time,
            deed.client,
            Some(deed.server),
            None,
            event.to_record(),
        ))
    }
}
