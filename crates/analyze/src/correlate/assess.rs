//! From evidence to judgement: which communications, how far, how bad, how sure.

use event::{Communication, Severity, Stage, ThreatClass};

/// A belief from here on speaks.
pub(crate) const BELIEVED: f32 = 0.5;
/// Beside something believed, a belief from here on is told as part of the story.
const TOLD: f32 = 0.35;
/// Evidence below this adds up only slowly, never to something believed, and not by repetition.
pub(crate) const WEAK: f32 = 0.4;
const WEAK_SUM_MAX: f32 = 0.45;

/// What one line of evidence weighs at the moment of judgement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight {
    pub communication: Option<Communication>,
    pub stage: Stage,
    pub severity: Severity,
    /// After repetition and decay.
    pub confidence: f32,
}

impl Weight {
    /// Ransomware that talks to its master is command and control as well.
    fn reports(&self) -> bool {
        self.communication == Some(Communication::Ransomware)
            && self.stage == Stage::CommandAndControl
    }
}

/// The judgement over a story.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Assessment {
    /// In the order of the table.
    pub communications: Vec<Communication>,
    /// The one that the title names.
    pub main: Option<Communication>,
    /// In order.
    pub stages: Vec<Stage>,
    pub class: ThreatClass,
    pub severity: Severity,
    pub confidence: f32,
    /// Whether malware must be taken to run on the host, as opposed to an attempt.
    pub infected: bool,
}

/// Judges; None while nothing is believed.
pub(crate) fn assess(weights: &[Weight]) -> Option<Assessment> {
    let over = |keep: &dyn Fn(&Weight) -> bool| {
        combine(
            weights
                .iter()
                .filter(|weight| keep(weight))
                .map(|w| w.confidence),
        )
    };
    let base = Severity::ALL
        .into_iter()
        .rev()
        .find(|severity| over(&|weight| weight.severity >= *severity) >= BELIEVED)?;
    let loud = base >= Severity::Medium;
    let of_communication = |wanted: Communication| {
        over(&|weight| {
            let reports = wanted == Communication::CommandAndControl && weight.reports();
            (weight.communication == Some(wanted) || reports)
                && (!loud || weight.severity >= Severity::Medium)
        })
    };
    let of_stage = |wanted: Stage| over(&|weight| weight.stage == wanted);
    let floor = if loud { TOLD } else { BELIEVED };
    let beliefs: Vec<(Communication, f32)> = Communication::ALL
        .into_iter()
        .map(|communication| (communication, of_communication(communication)))
        .filter(|(_, belief)| *belief >= floor)
        .collect();
    let stages: Vec<Stage> = Stage::ALL
        .into_iter()
        .filter(|stage| of_stage(*stage) >= floor)
        .collect();
    let believed = |stage: Stage| of_stage(stage) >= BELIEVED;
    let severity = escalate(base, &believed, &beliefs);
    let main = beliefs
        .iter()
        .filter(|(_, belief)| *belief >= BELIEVED)
        .min_by_key(|(communication, _)| gravity(*communication))
        .or_else(|| {
            beliefs
                .iter()
                .min_by_key(|(communication, _)| gravity(*communication))
        })
        .map(|(communication, _)| *communication);
    let infected = loud
        && [
            Stage::Installation,
            Stage::CommandAndControl,
            Stage::LateralMovement,
            Stage::Impact,
        ]
        .into_iter()
        .any(|stage| {
            // Tor is used by people, too.
            over(&|weight| {
                weight.stage == stage && weight.communication != Some(Communication::Tor)
            }) >= BELIEVED
        });
    Some(Assessment {
        communications: beliefs.iter().map(|(c, _)| *c).collect(),
        main,
        stages,
        class: main.map_or(ThreatClass::Suspicious, Communication::class),
        severity,
        confidence: over(&|weight| weight.severity >= base),
        infected,
    })
}

/// Several stages of one attack on one host are worse than each alone.
fn escalate(
    base: Severity,
    believed: &dyn Fn(Stage) -> bool,
    beliefs: &[(Communication, f32)],
) -> Severity {
    if base < Severity::Medium {
        return base;
    }
    let entered = believed(Stage::Delivery) || believed(Stage::Exploitation);
    let settled = believed(Stage::Installation) || believed(Stage::CommandAndControl);
    let ransomware = beliefs.iter().any(|(communication, belief)| {
        *communication == Communication::Ransomware && *belief >= BELIEVED
    });
    let spreads = believed(Stage::LateralMovement);
    let commanded = believed(Stage::CommandAndControl);
    if ransomware && base >= Severity::High || spreads && commanded {
        Severity::Critical
    } else if entered && settled {
        base.max(Severity::High)
    } else {
        base
    }
}

/// 0 is the gravest.
const fn gravity(communication: Communication) -> u8 {
    match communication {
        Communication::Ransomware => 0,
        Communication::LateralMovement => 1,
        Communication::CommandAndControl => 2,
        Communication::MalwareDownload => 3,
        Communication::ExploitKitDownload => 4,
        Communication::ExploitSite => 5,
        Communication::CompromisedSite => 6,
        Communication::MalvertisingSite => 7,
        Communication::RedirectorSite => 8,
        Communication::ProfilingSite => 9,
        Communication::Tor => 10,
        Communication::ReconAccess => 11,
    }
}

/// Independent pieces of evidence together (noisy-or); weak ones are rarely independent, so
/// they count by the best of them and a little for each other one.
fn combine(confidences: impl Iterator<Item = f32>) -> f32 {
    let mut doubt = 1.0;
    let mut weak_best: f32 = 0.0;
    let mut weak_others: f32 = -0.05;
    for confidence in confidences {
        let confidence = confidence.clamp(0.0, 0.99);
        if confidence >= WEAK {
            doubt *= 1.0 - confidence;
        } else {
            weak_best = weak_best.max(confidence);
            weak_others += 0.05;
        }
    }
    let weak = (weak_best + weak_others.max(0.0)).min(WEAK_SUM_MAX);
    if doubt < 1.0 {
        1.0 - doubt * (1.0 - 0.3 * weak)
    } else {
        weak
    }
}

#[cfg(test)]
mod tests {
    use super::{Weight, assess, combine};
    use event::{Communication, Severity, Stage, ThreatClass};
    use proptest::prelude::*;

    fn weight(communication: Communication, stage: Stage, severity: Severity, c: f32) -> Weight {
        Weight {
            communication: Some(communication),
            stage,
            severity,
            confidence: c,
        }
    }

    #[test]
    fn weak_evidence_never_speaks_however_much_of_it() {
        let c2 = Communication::CommandAndControl;
        let weak = vec![weight(c2, Stage::CommandAndControl, Severity::High, 0.3); 500];
        assert_eq!(assess(&weak), None);
    }

    #[test]
    fn an_entry_with_what_follows_is_high_and_told_whole() {
        let story = [
            weight(
                Communication::RedirectorSite,
                Stage::Delivery,
                Severity::Medium,
                0.36,
            ),
            weight(
                Communication::ExploitSite,
                Stage::Exploitation,
                Severity::Medium,
                0.6,
            ),
            weight(
                Communication::CommandAndControl,
                Stage::CommandAndControl,
                Severity::Medium,
                0.6,
            ),
        ];
        let judged = assess(&story).unwrap();
        assert_eq!(judged.severity, Severity::High);
        assert_eq!(judged.communications.len(), 3);
        assert_eq!(judged.main, Some(Communication::CommandAndControl));
        assert_eq!(judged.class, ThreatClass::MalwareCommunication);
        assert!(judged.infected);
    }

    proptest! {
        #[test]
        fn more_evidence_never_lowers_a_belief(
            mut some in proptest::collection::vec(0.4f32..1.0, 0..20), one in 0.4f32..1.0,
        ) {
            let before = combine(some.iter().copied());
            some.push(one);
            let after = combine(some.iter().copied());
            prop_assert!(after >= before - 1e-6 && after < 1.0 + 1e-6);
        }
    }
}
