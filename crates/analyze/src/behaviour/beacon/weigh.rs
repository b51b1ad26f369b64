//! What each sign of a beacon weighs: every weight of the model stands here.
//!
//! Where so few hosts are watched that nobody knows what is usual, signs add up slowly, from a start that speaks only with
//! something odd. Where habits are known, signs are log-likelihood ratios (naive Bayes, after Good, Probability and the
//! Weighing of Evidence, 1950): how much more often an implant's calls have it than those of harmless programs of which a
//! thousand machines have several each.

use super::{BARE_ADDRESS, Layer, ODD_AGENT, ODD_PORT, POSTS, RANDOM_NAME, Rhythm, Standing};
use event::Text;

/// Evidence for a clock from which a series is told, in nats, and from which it counts in full.
const EVIDENCE_MIN: f32 = 6.5;
const EVIDENCE_FULL: f32 = 20.0;
/// What being new and alone asks for to count in full, and what few calls ask for.
const EVIDENCE_OF_NEW: f32 = 10.0;
const EVIDENCE_OF_FEW: f32 = 12.0;
/// Uneven calls have to be this many.
const UNEVEN_GAPS_MIN: usize = 8;
/// Deviation of the middle interval that still is even: a jitter of 50 % gives 0.25.
const DEVIATION_MAX: f32 = 0.32;
const DEVIATION_SMALL: f32 = 0.08;
/// A connection for each call at such a pace is what no ordinary program makes; seconds, and gaps of it.
const PACE_FAST_S: f32 = 15.0;
const FAST_GAPS_MIN: usize = 15;

/// Beliefs from which sums begin where habits are not known.
const EVEN: f32 = 0.32;
const UNEVEN: f32 = 0.27;
/// Log-odds from which sums begin where habits are known, and what clear evidence for a clock adds.
const PRIOR: f32 = -1.9;
const CLEAR_CLOCK: f32 = 0.8;
/// What being new and alone weighs.
const NEW: f32 = 2.2;
const LATE: f32 = 1.5;
/// Less than this is not worth a line.
const BELIEF_MIN: f32 = 0.2;
const BELIEF_MAX: f32 = 0.8;

/// When calls began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// When the host was first seen, or soon after.
    Habit,
    /// After some periods of a host that was first seen when the network was known.
    Late,
    /// When the host had been known for a day.
    New,
}

/// What is known of a series when it is weighed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs {
    pub rhythm: Rhythm,
    pub standing: Standing,
    pub layer: Layer,
    pub oddities: u8,
    pub same_size: bool,
    pub age: Age,
    /// A page that somebody left open may ask for them.
    pub by_page: bool,
}

/// A sign: what it weighs where habits are unknown (share) and known (nats), and its words.
struct Sign {
    is_there: bool,
    unknown: f32,
    known: f32,
    ja: &'static str,
    en: &'static str,
}

/// How far a value lies between two, 0 to 1.
fn share(value: f32, low: f32, high: f32) -> f32 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

impl Signs {
    /// The belief, and the signs that it rests on in words; None where no clock speaks.
    pub fn weigh(&self) -> Option<(f32, Vec<Text>)> {
        let Rhythm {
            deviation,
            evidence,
            gaps,
            ..
        } = self.rhythm;
        let is_apart = self.standing.is_alone || self.standing.is_new_place;
        let is_new = self.age == Age::New && is_apart;
        let few = gaps < UNEVEN_GAPS_MIN && !(is_new && evidence >= EVIDENCE_OF_FEW);
        if few || deviation > DEVIATION_MAX || evidence < EVIDENCE_MIN {
            return None;
        }
        let there = || self.table(is_new).filter(|sign| sign.is_there);
        let mut reasons = Vec::new();
        if self.standing.is_alone {
            let population = self.standing.population;
            reasons.push(Text::new(
                format!("見ている {population} 台のうち、この相手に通信するのはこの機器だけです"),
                format!("of {population} machines watched only this one calls there"),
            ));
        }
        reasons.extend(there().map(|sign| Text::new(sign.ja, sign.en)));
        let belief = if self.standing.is_known() {
            let clock = CLEAR_CLOCK * share(evidence, EVIDENCE_MIN, EVIDENCE_FULL);
            let odds = PRIOR + clock + there().map(|sign| sign.known).sum::<f32>();
            1.0 / (1.0 + (-odds).exp())
        } else {
            let even = deviation <= DEVIATION_SMALL;
            let start = if even { EVEN } else { UNEVEN };
            start + there().map(|sign| sign.unknown).sum::<f32>()
        };
        (belief >= BELIEF_MIN).then_some((belief.min(BELIEF_MAX), reasons))
    }

    fn table(&self, is_new: bool) -> impl Iterator<Item = Sign> {
        self.of_age(is_new).into_iter().chain(self.of_calls())
    }

    /// What the time of their beginning says, and who calls.
    fn of_age(&self, is_new: bool) -> [Sign; 5] {
        let is_habit = self.standing.is_known() && self.age == Age::Habit;
        let little = self.standing.does_little_else;
        let clear = share(self.rhythm.evidence, EVIDENCE_MIN, EVIDENCE_OF_NEW);
        [
            sign(
                is_new,
                0.0,
                NEW * clear,
                "この機器を見始めてから1日以上たって、新しく始まった通信です",
                "the calls began more than a day after the machine was first seen",
            ),
            sign(
                self.age == Age::Late && self.standing.is_alone,
                0.0,
                LATE * clear,
                "この機器を見始めてしばらくたってから始まった、これまでどの機器も行っていない通信です",
                "the calls began a while after the machine was first seen, and nobody had made such before",
            ),
            sign(
                self.standing.is_known() && self.by_page,
                0.0,
                -1.9,
                "閲覧に使うプログラムからの通信で、まだ半日と続いていないため、開いたままのページかもしれず、割り引きました",
                "a program for reading calls, and has not for half a day yet: it may be a page left open; this counts for less",
            ),
            sign(
                is_habit && little,
                0.0,
                -3.0,
                "この機器はほかの相手とほとんど通信せず、見始めたときから続いているため、本来の働きと考えて割り引きました",
                "the machine calls hardly anything else and has done so since it was first seen, as its work may be; this counts for less",
            ),
            sign(
                is_habit && !little,
                0.0,
                -2.0,
                "この機器を見始めたころから続いているため、割り引きました",
                "it has called there since it was first seen; this counts for less",
            ),
        ]
    }

    /// What is odd about the calls themselves.
    fn of_calls(&self) -> [Sign; 7] {
        let odd = |bit: u8| self.oddities & bit != 0;
        let is_fast = matches!(self.layer, Layer::Tls | Layer::Flow)
            && self.rhythm.period <= PACE_FAST_S
            && self.rhythm.gaps >= FAST_GAPS_MIN;
        [
            sign(
                odd(BARE_ADDRESS) && self.layer != Layer::Flow,
                0.14,
                0.6,
                "名前ではなく IP アドレスを直接指定しています",
                "the destination is a bare address, not a name",
            ),
            sign(
                odd(RANDOM_NAME),
                0.14,
                0.7,
                "相手の名前が無作為な文字列に見えます",
                "the name of the destination looks drawn by lot",
            ),
            sign(
                odd(ODD_PORT),
                0.12,
                0.5,
                "一般的でないポート番号を使っています",
                "the port is an unusual one",
            ),
            sign(
                odd(ODD_AGENT),
                0.12,
                0.5,
                "ブラウザではない、または不自然な User-Agent です",
                "the user agent is no browser's, or missing",
            ),
            sign(
                odd(POSTS),
                0.06,
                0.3,
                "毎回データを送信（POST）しています",
                "each call sends data (POST)",
            ),
            sign(
                self.same_size,
                0.05,
                0.2,
                "毎回ほぼ同じ大きさです",
                "each call is of nearly the same size",
            ),
            sign(
                is_fast,
                0.24,
                0.9,
                "短い間隔で毎回新しく接続し直しています",
                "opens a new connection each time, at a short interval",
            ),
        ]
    }
}

/// A sign from its parts, in their order.
const fn sign(
    is_there: bool,
    unknown: f32,
    known: f32,
    ja: &'static str,
    en: &'static str,
) -> Sign {
    Sign {
        is_there,
        unknown,
        known,
        ja,
        en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(age: Age, population: usize) -> Signs {
        Signs {
            rhythm: Rhythm {
                period: 300.0,
                deviation: 0.1,
                evidence: 14.0,
                gaps: 20,
            },
            standing: Standing {
                population,
                is_alone: population >= 20,
                is_new_place: false,
                is_usual: false,
                place_since: event::Timestamp::default(),
                is_late_place: age != Age::Habit,
                does_little_else: false,
                browses: false,
            },
            layer: Layer::Tls,
            oddities: 0,
            same_size: false,
            age,
            by_page: false,
        }
    }

    fn belief(signs: Signs) -> f32 {
        signs.weigh().map_or(0.0, |(belief, _)| belief)
    }

    #[test]
    fn what_begins_late_and_is_alone_speaks_and_habits_do_not() {
        assert!(belief(signs(Age::New, 500)) >= 0.5);
        assert!(belief(signs(Age::Late, 500)) < belief(signs(Age::New, 500)));
        assert!(belief(signs(Age::Habit, 500)) < 0.3);
        let odd = Signs {
            oddities: BARE_ADDRESS | ODD_PORT,
            ..signs(Age::Habit, 500)
        };
        assert!(belief(odd) < 0.4, "{}", belief(odd));
        // Where few are watched only what is odd speaks.
        assert!(belief(signs(Age::Habit, 3)) < 0.4);
        let odd = Signs {
            standing: signs(Age::Habit, 3).standing,
            ..odd
        };
        assert!(belief(odd) >= 0.5);
    }

    #[test]
    fn a_page_left_open_waits_until_it_cannot_be_one() {
        let page = Signs {
            by_page: true,
            ..signs(Age::New, 500)
        };
        assert!(belief(page) < 0.4);
    }
}
