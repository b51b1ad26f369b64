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
    /// Evidence of one source (the same kind of detector about the same other end) is not independent.
    pub source: u64,
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
    pub sureness: Sureness,
}

/// What the confidence rests on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sureness {
    /// The place of the strongest line among the weights.
    pub strongest: usize,
    /// Sources that speak independently of each other.
    pub sources: usize,
    /// Lines too weak to speak by themselves.
    pub weak: usize,
    /// The way in and what came of it were both seen.
    pub whole: bool,
}

impl Sureness {
    fn of(weights: &[Weight], believed: &dyn Fn(Stage) -> bool) -> Self {
        let strong = || weights.iter().filter(|weight| weight.confidence >= WEAK);
        let sources: std::collections::BTreeSet<u64> = strong().map(|w| w.source).collect();
        let strongest = weights
            .iter()
            .enumerate()
            .max_by(|(at, a), (other, b)| {
                let rank = |weight: &Weight| (weight.severity, weight.confidence);
                let by_rank = rank(a).partial_cmp(&rank(b));
                // Of equals the first.
                by_rank
                    .unwrap_or(std::cmp::Ordering::Equal)
                    .then(other.cmp(at))
            })
            .map_or(0, |(at, _)| at);
        Self {
            strongest,
            sources: sources.len(),
            weak: weights.len() - strong().count(),
            whole: entered(believed) && settled(believed),
        }
    }
}

fn entered(believed: &dyn Fn(Stage) -> bool) -> bool {
    believed(Stage::Delivery) || believed(Stage::Exploitation)
}

fn settled(believed: &dyn Fn(Stage) -> bool) -> bool {
    believed(Stage::Installation) || believed(Stage::CommandAndControl)
}

/// Judges; None while nothing is believed.
pub(crate) fn assess(weights: &[Weight]) -> Option<Assessment> {
    let over = |keep: &dyn Fn(&Weight) -> bool| {
        combine(
            weights
                .iter()
                .filter(|weight| keep(weight))
                .map(|weight| (weight.source, weight.confidence)),
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
        sureness: Sureness::of(weights, &believed),
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
    let ransomware = beliefs.iter().any(|(communication, belief)| {
        *communication == Communication::Ransomware && *belief >= BELIEVED
    });
    let spreads = believed(Stage::LateralMovement);
    let commanded = believed(Stage::CommandAndControl);
    if ransomware && base >= Severity::High || spreads && commanded {
        Severity::Critical
    } else if entered(believed) && settled(believed) {
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

/// How much further evidence of a source that has spoken counts, as an exponent of its doubt.
const SAME_SOURCE: f32 = 0.35;

/// Independent pieces of evidence together (noisy-or, Pearl 1988). Of one source the best counts whole and each other
/// one a little; weak pieces are rarely independent at all, so they count by the best of them and a little for each
/// other one.
fn combine(pieces: impl Iterator<Item = (u64, f32)>) -> f32 {
    let mut best: Vec<(u64, f32)> = Vec::new();
    let mut doubt = 1.0_f32;
    let mut weak_best: f32 = 0.0;
    let mut weak_others: f32 = -0.05;
    for (source, confidence) in pieces {
        let confidence = confidence.clamp(0.0, 0.99);
        if confidence < WEAK {
            weak_best = weak_best.max(confidence);
            weak_others += 0.05;
            continue;
        }
        match best.iter_mut().find(|(known, _)| *known == source) {
            Some((_, most)) => {
                doubt *= (1.0 - confidence.min(*most)).powf(SAME_SOURCE);
                *most = most.max(confidence);
            }
            None => best.push((source, confidence)),
        }
    }
    let weak = (weak_best + weak_others.max(0.0)).min(WEAK_SUM_MAX);
    if best.is_empty() {
        return weak;
    }
    for (_, confidence) in best {
        doubt *= 1.0 - confidence;
    }
    1.0 - doubt * (1.0 - 0.3 * weak)
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
            source: stage as u64,
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

    #[test]
    fn the_same_source_counts_less_than_another_one() {
        let alone = combine([(1, 0.5)].into_iter());
        let same = combine([(1, 0.5), (1, 0.5)].into_iter());
        let other = combine([(1, 0.5), (2, 0.5)].into_iter());
        assert!(alone < same && same < other, "{alone} {same} {other}");
        let turned = combine([(1, 0.7), (1, 0.5)].into_iter());
        let straight = combine([(1, 0.5), (1, 0.7)].into_iter());
        assert!((turned - straight).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn more_evidence_never_lowers_a_belief(
            mut some in proptest::collection::vec((0u64..4, 0.4f32..1.0), 0..20),
            one in (0u64..4, 0.4f32..1.0),
        ) {
            let before = combine(some.iter().copied());
            some.push(one);
            let after = combine(some.iter().copied());
            prop_assert!(after >= before - 1e-6 && after < 1.0 + 1e-6);
        }
    }
}
