//! The alarms that there are, and their words.

use crate::locale::Localized as _;
use event::{Language, Severity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What can be wrong with a sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// It is not heard from. Its value: for how many seconds.
    Offline,
    /// Nothing arrives at its interfaces. Its value: for how many seconds.
    NoTraffic,
    /// Of most connections only one side arrives. Its value: how many, in thousandths.
    OneDirection,
    /// Packets are lost. Its value: how many, in millionths.
    PacketLoss,
    /// More than 1 Gbit/s arrives. Its value: how much, in Mbit/s.
    OverRate,
    /// Its disk is nearly full. Its value: what is free, in thousandths.
    DiskNearlyFull,
    /// Its clock differs from the portal's. Its value: by how much, in milliseconds.
    ClockOff,
    /// Its rules and indicators are old. Its value: how many days.
    ContentOld,
}

impl AlarmKind {
    /// Every kind, the worst first.
    pub const ALL: [Self; 8] = [
        Self::Offline,
        Self::NoTraffic,
        Self::OneDirection,
        Self::PacketLoss,
        Self::DiskNearlyFull,
        Self::OverRate,
        Self::ClockOff,
        Self::ContentOld,
    ];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::NoTraffic => "no_traffic",
            Self::OneDirection => "one_direction",
            Self::PacketLoss => "packet_loss",
            Self::OverRate => "over_rate",
            Self::DiskNearlyFull => "disk_nearly_full",
            Self::ClockOff => "clock_off",
            Self::ContentOld => "content_old",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }

    /// How urgent it is: high where the sensor is blind.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Offline | Self::NoTraffic | Self::OneDirection => Severity::High,
            Self::PacketLoss | Self::DiskNearlyFull | Self::OverRate => Severity::Medium,
            Self::ClockOff | Self::ContentOld => Severity::Medium,
        }
    }

    /// In a few words.
    pub fn title(self, language: Language) -> String {
        language.say(&format!("portal.alarm.{}", self.key()))
    }

    /// What was measured, what that means, and what to do.
    pub fn advice(self, language: Language, value: i64) -> String {
        let key = format!("portal.alarm.{}_advice", self.key());
        language.say_with(&key, &[("value", &self.shown(value))])
    }

    /// The value as people read it; the unit stands in the text.
    fn shown(self, value: i64) -> String {
        #[expect(clippy::cast_precision_loss, reason = "it is rounded anyway")]
        let value_f = value as f64;
        match self {
            Self::Offline | Self::NoTraffic => (value / 60).to_string(),
            Self::OneDirection | Self::DiskNearlyFull => (value / 10).to_string(),
            Self::PacketLoss => format!("{:.2}", value_f / 10_000.0),
            Self::OverRate => format!("{:.1}", value_f / 1000.0),
            Self::ClockOff => format!("{:.1}", value_f / 1000.0),
            Self::ContentOld => value.to_string(),
        }
    }
}
