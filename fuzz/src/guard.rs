//! Runs signatures over flows by what a sensor's worker does it with.

use detect::signature::{Alert, Audience, EngineState, Inspector, Ruleset, Thresholds};
use event::{Event, Record};
use flow::Conversation;
use std::sync::Arc;

/// Reads all alerts and events as a log would.
pub struct Guard {
    thresholds: Thresholds,
}

impl Guard {
    /// Listens to flows with these rules.
    pub fn over(rules: Arc<Ruleset>) -> Inspector<Self> {
        let guard = Self {
            thresholds: Thresholds::new(),
        };
        Inspector::new(rules, guard)
    }
}

impl Audience for Guard {
    fn event(&mut self, event: Event) {
        read_again(&event);
    }

    fn judged(&mut self, _: Option<&mut Conversation<EngineState>>, alerts: &mut Vec<Alert>) {
        for alert in alerts.drain(..) {
            self.thresholds.decide(&alert);
            let mut event = alert.event();
            alert.tell_payload(&mut event);
            read_again(&event);
            std::hint::black_box(alert.target());
        }
    }
}

fn read_again(event: &Event) {
    let text = serde_json::to_string(event).expect("events are plain values");
    let read: Record = serde_json::from_str(&text).expect("events can be read again");
    std::hint::black_box(read);
}
