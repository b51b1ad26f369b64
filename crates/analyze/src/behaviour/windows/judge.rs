//! From a deed, the machine's history and what was done beside it to a verdict.

use super::act::Act;
use super::call::Deed;
use super::history::{Client, HABIT_DAYS, News};
use crate::model::{Context, Verdict};
use event::{Detection, Event, Severity, Text};

const MINUTE_NS: u64 = 60_000_000_000;
const HOUR_NS: u64 = 60 * MINUTE_NS;
/// Deeds so close together are steps of one piece of work.
const STEP_NS: u64 = 10 * MINUTE_NS;
/// After so long a time without a deed it is new to the machine.
const OBSERVED_MIN_NS: u64 = 72 * HOUR_NS;

/// What a deed is seen in.
pub(super) struct Scene<'a> {
    pub context: &'a Context<'a>,
    pub event: &'a Event,
    pub deed: &'a Deed,
    pub server_is_controller: bool,
    /// How long anything has been watched.
    pub observed_ns: u64,
}

struct Case {
    belief: f32,
    severity: Severity,
    reasons: Vec<Text>,
}

impl Case {
    fn add(&mut self, weight: f32, ja: String, en: String) {
        self.belief += weight;
        self.reasons.push(Text::new(ja, en));
    }

    fn at_least(&mut self, belief: f32, ja: &'static str, en: &'static str) {
        self.belief = self.belief.max(belief);
        self.severity = Severity::High;
        self.reasons.push(Text::new(ja, en));
    }
}

/// Judges; None for what is no news.
pub(super) fn judge(scene: &Scene<'_>, client: &mut Client, news: News) -> Option<Detection> {
    let deed = scene.deed;
    let worth = deed.act.worth()?;
    let server = deed.server.ip;
    let mut case = Case {
        belief: worth.confidence,
        severity: worth.severity,
        reasons: vec![Text::new(
            format!("{}（相手：{server}）", worth.ja),
            format!("{} ({server})", worth.en),
        )],
    };
    beside(scene, client, worth.executes, &mut case);
    breadth(scene, client, &mut case);
    from_outside(scene, &mut case);
    habit(scene, client, &mut case);
    if !deed.done && deed.act != Act::ShareRefused {
        case.add(
            -0.06,
            "相手の機器はこの操作を拒否しました".to_owned(),
            "the other machine refused".to_owned(),
        );
    }
    let belief = case.belief.clamp(0.05, 0.93);
    if !client.is_surer(deed.act, belief) && news == News::Nothing {
        return None;
    }
    let (communication, stage) = deed.act.communication();
    let verdict = Verdict {
        id: worth.id,
        name: worth.en.to_owned(),
        communication: Some(communication),
        stage,
        severity: case.severity,
        confidence: belief,
        technique: worth.technique,
        reasons: case.reasons,
    };
    Some(verdict.about(
        scene.event.time,
        deed.client,
        Some(deed.server),
        None,
        scene.event.to_record(),
    ))
}

/// What the same machine did to the same server shortly before.
fn beside(scene: &Scene<'_>, client: &Client, executes: bool, case: &mut Case) {
    let deed = scene.deed;
    let did = |act| client.did(act, deed.server.ip, scene.event.time, STEP_NS);
    let runs = executes && deed.act != Act::ProgramPut;
    if runs && did(Act::ProgramPut) {
        case.at_least(
            0.86,
            "直前に同じ機器へプログラムを書き込んでおり、それを実行させたと考えられます",
            "it had just written a program there, which this makes run",
        );
    } else if runs && did(Act::ShareOpened) {
        case.add(
            0.06,
            "直前に同じ機器の管理用共有を開いています".to_owned(),
            "it had just opened an administrative share there".to_owned(),
        );
    }
    match deed.act {
        Act::SecretsReplicated if did(Act::DirectoryAsked) => case.at_least(
            0.84,
            "直前に対象のアカウントやコントローラーを調べています（ツールによる DCSync の手順です）",
            "it had just looked up the account or the controllers, as tools for DCSync do",
        ),
        Act::PrinterNotificationAsked if scene.server_is_controller => case.add(
            0.28,
            "相手はドメインコントローラーで、通常は印刷に使われません".to_owned(),
            "the other machine is a domain controller, where nobody prints".to_owned(),
        ),
        Act::PrinterDriverAdded if scene.server_is_controller => case.add(
            0.15,
            "相手はドメインコントローラーで、通常は印刷に使われません".to_owned(),
            "the other machine is a domain controller, where nobody prints".to_owned(),
        ),
        Act::ServiceStarted if did(Act::ServiceChanged) => case.add(
            0.25,
            "直前に同じ機器でサービスの設定を書き換えています".to_owned(),
            "it had just changed what a service there runs".to_owned(),
        ),
        _ => {}
    }
}

/// On how many machines it was done.
fn breadth(scene: &Scene<'_>, client: &Client, case: &mut Case) {
    let act = scene.deed.act;
    let (window_ns, each) = if act.is_look_around() {
        (STEP_NS, 0.1)
    } else {
        (HOUR_NS, 0.05)
    };
    let machines = client.breadth(act, scene.event.time, window_ns);
    if machines < 3 {
        return;
    }
    let minutes = window_ns / MINUTE_NS;
    case.add(
        (each * (machines - 1) as f32).min(0.45),
        format!("{minutes} 分以内に、同じ操作を {machines} 台の機器に対して行っています"),
        format!("it did the same to {machines} machines within {minutes} minutes"),
    );
}

/// Nobody outside administers machines inside.
fn from_outside(scene: &Scene<'_>, case: &mut Case) {
    let home = scene.context.home;
    if home.contains(scene.deed.server.ip) && !home.contains(scene.deed.client.ip) {
        case.add(
            0.2,
            "操作は社外の機器から行われました".to_owned(),
            "it came from a machine outside".to_owned(),
        );
    }
}

/// What is done every week is somebody's work.
fn habit(scene: &Scene<'_>, client: &Client, case: &mut Case) {
    let days = client.earlier_days(scene.deed.act);
    if days >= HABIT_DAYS {
        case.belief *= 0.55;
        case.reasons.push(Text::new(
            format!(
                "この機器は過去 {days} 日にも同じ操作をしており、日常の管理作業の可能性があります"
            ),
            format!(
                "the machine did this on {days} earlier days, so it may be daily administration"
            ),
        ));
    } else if days == 0 && scene.observed_ns >= OBSERVED_MIN_NS {
        let watched = scene.observed_ns / (24 * HOUR_NS);
        case.add(
            0.06,
            format!(
                "観測を始めてから {watched} 日間、この機器がこの操作をしたことはありませんでした"
            ),
            format!("in {watched} days of watching the machine had never done this"),
        );
    }
}
