//! Alarms as the API shows them.

use super::kind::AlarmKind;
use crate::tenancy::{Id, SensorId, TenantId};
use event::{Language, Severity, Text, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Marks identifiers of alarms.
pub enum AlarmMark {}
/// An alarm.
pub type AlarmId = Id<AlarmMark>;

/// Something that is or was wrong with a sensor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alarm {
    /// Identifier.
    #[schema(value_type = String, format = Uuid)]
    pub id: AlarmId,
    /// Which sensor.
    pub sensor: SensorId,
    /// Its name.
    pub sensor_name: String,
    /// What is wrong.
    pub kind: AlarmKind,
    /// How urgent it is.
    pub severity: Severity,
    /// In a few words.
    pub title: Text,
    /// What was measured, what that means, and what to do.
    pub advice: Text,
    /// What was measured when it opened, in the unit of its kind.
    pub value: i64,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// Until when; none while it is open.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    /// Whose sensor it is.
    #[serde(skip, default = "TenantId::generate")]
    pub tenant: TenantId,
}

impl Alarm {
    /// The words of a kind in both languages.
    pub(super) fn words(kind: AlarmKind, value: i64) -> (Text, Text) {
        let both = |say: &dyn Fn(Language) -> String| Text {
            ja: say(Language::Ja).into(),
            en: say(Language::En).into(),
        };
        (
            both(&|language| kind.title(language)),
            both(&|language| kind.advice(language, value)),
        )
    }
}

/// Alarms, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AlarmList {
    /// At most the newest 200.
    pub items: Vec<Alarm>,
}

/// Which alarms.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct AlarmQuery {
    /// Only those of this sensor.
    #[param(value_type = Option<String>, format = Uuid)]
    pub sensor: Option<SensorId>,
    /// Only open ones, or only closed ones.
    pub open: Option<bool>,
}
