//! Notification as the API shows it: how people want to be told, where else to tell, and what became of it.

use crate::identity::MailThreshold;
use crate::incidents::BusinessDays;
use crate::tenancy::{Id, UserId};
use event::{Language, Severity, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::TimeOfDay;

/// Marks identifiers of deliveries.
pub enum DeliveryKind {}
/// Marks identifiers of push subscriptions.
pub enum SubscriptionKind {}
/// Marks identifiers of endpoints.
pub enum EndpointKind {}

/// One message to one person by one way.
pub type DeliveryId = Id<DeliveryKind>;
/// A browser that takes push messages.
pub type SubscriptionId = Id<SubscriptionKind>;
/// An address of a tenant's own system.
pub type EndpointId = Id<EndpointKind>;

/// By which way somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail to a person.
    Mail,
    /// Web Push to a browser of a person.
    Push,
    /// Our own JSON, signed, to a system of the tenant.
    Webhook,
    /// An incoming webhook of Slack.
    Slack,
    /// A workflow of Microsoft Teams.
    Teams,
    /// The Messaging API of LINE.
    Line,
    /// A log server: RFC 5424 with CEF.
    Syslog,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 7] = [
        Self::Mail,
        Self::Push,
        Self::Webhook,
        Self::Slack,
        Self::Teams,
        Self::Line,
        Self::Syslog,
    ];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Push => "push",
            Self::Webhook => "webhook",
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::Line => "line",
            Self::Syslog => "syslog",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }
}

/// Why somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// An incident is new.
    Raised,
    /// An incident became more severe.
    Grew,
    /// Nobody has stirred.
    Escalated,
    /// Nobody of the customer has stirred: its partner is told.
    EscalatedToPartner,
    /// The summary of a while.
    Digest,
    /// Something is wrong with a sensor.
    AlarmOpened,
    /// It is right again.
    AlarmClosed,
    /// Somebody tries whether it works.
    Test,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Raised,
        Self::Grew,
        Self::Escalated,
        Self::EscalatedToPartner,
        Self::Digest,
        Self::AlarmOpened,
        Self::AlarmClosed,
        Self::Test,
    ];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Grew => "grew",
            Self::Escalated => "escalated",
            Self::EscalatedToPartner => "escalated_to_partner",
            Self::Digest => "digest",
            Self::AlarmOpened => "alarm_opened",
            Self::AlarmClosed => "alarm_closed",
            Self::Test => "test",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits to be sent: for its turn, for the end of quiet hours, or to be tried again.
    Waiting,
    /// Waits for the summary that it will be part of.
    Gathered,
    /// Handed over to a server that confirms nothing (syslog over UDP).
    Sent,
    /// The next server on the way has confirmed that it took it.
    Accepted,
    /// The person has opened the incident.
    Opened,
    /// Given up; the reason stands beside.
    Failed,
    /// Not sent, since later news said more.
    Superseded,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Gathered,
        Self::Sent,
        Self::Accepted,
        Self::Opened,
        Self::Failed,
        Self::Superseded,
    ];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Gathered => "gathered",
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Opened => "opened",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }
}

/// A line of the ledger.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Identifier.
    #[schema(value_type = String, format = Uuid)]
    pub id: DeliveryId,
    /// By which way.
    pub channel: Channel,
    /// To whom; none when it goes to a system of the tenant. Of `escalated_to_partner` a person of the tenant's partner.
    pub person: Option<String>,
    /// Which browser of the person, or which system of the tenant; empty for mails.
    pub label: String,
    /// Why.
    pub reason: Reason,
    /// The severity that it tells of.
    pub severity: Severity,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong at the last try that did.
    pub last_error: Option<String>,
    /// When it was stored.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it is tried next, of one that waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// When it was handed over.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// When the next server confirmed it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub accepted_at: Option<Timestamp>,
    /// When the person opened the incident.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub opened_at: Option<Timestamp>,
}

/// Lines of the ledger, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeliveryList {
    /// The lines.
    pub items: Vec<Delivery>,
}

/// How often incidents below the threshold of mails are summed up in one mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Digest {
    /// Never.
    #[default]
    None,
    /// At every full hour.
    Hourly,
    /// At eight in the morning.
    Daily,
}

impl Digest {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::None, Self::Hourly, Self::Daily];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }
}

/// Hours in which a person is left in peace, in the tenant's time zone; over midnight where `until` is earlier than `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// First minute, e.g. `22:00`.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub from: TimeOfDay,
    /// First minute after, e.g. `07:00`.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub until: TimeOfDay,
}

/// How a person wants to be told. The threshold and language of mails stand in the person's profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// From which severity on push messages are sent.
    pub push_from: MailThreshold,
    /// How incidents below the threshold of mails are summed up.
    pub digest: Digest,
    /// When to be left in peace.
    pub quiet_hours: Option<QuietHours>,
    /// From which severity on that does not hold.
    pub quiet_broken_from: MailThreshold,
    /// Whether the subject of mails may name machines. Whoever sees a telephone on a table reads subjects.
    pub subject_names_host: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            push_from: MailThreshold::Medium,
            digest: Digest::None,
            quiet_hours: None,
            quiet_broken_from: MailThreshold::Critical,
            subject_names_host: false,
        }
    }
}

/// What holds for all people of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantNotification {
    /// Time zone of quiet hours and summaries, a name of the IANA database.
    pub time_zone: String,
    /// After how many minutes without anybody opening an incident the next person is told; none: never.
    #[schema(minimum = 1, maximum = 1440)]
    pub escalate_after_minutes: Option<u32>,
    /// From which severity on.
    pub escalate_from: MailThreshold,
    /// Whom to tell, in this order.
    #[schema(max_items = 10)]
    pub escalate_to: Vec<UserId>,
    /// Whether the tenant's partner is told after them; it is told only while the tenant lets it act (`partner_may_act`).
    #[serde(default)]
    pub escalate_to_partner: bool,
    /// On which days deadlines fall.
    #[serde(default)]
    pub business_days: BusinessDays,
}

impl Default for TenantNotification {
    fn default() -> Self {
        Self {
            time_zone: "Asia/Tokyo".to_owned(),
            escalate_after_minutes: None,
            escalate_from: MailThreshold::High,
            escalate_to: Vec::new(),
            escalate_to_partner: false,
            business_days: BusinessDays::default(),
        }
    }
}

/// A tenant's settings and the people who can be told.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TenantNotificationView {
    /// The settings.
    pub settings: TenantNotification,
    /// The people of the tenant.
    pub people: Vec<crate::incidents::PersonName>,
    /// The tenant's partner, where it has one.
    pub partner: Option<EscalationPartner>,
}

/// The partner as the last step of escalation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EscalationPartner {
    /// Its name.
    pub name: String,
    /// Whether the tenant lets it act: without that it is not told.
    pub may_act: bool,
}

/// A browser that takes push messages.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PushSubscription {
    /// Identifier.
    #[schema(value_type = String, format = Uuid)]
    pub id: SubscriptionId,
    /// What it calls itself.
    pub device: String,
    /// SHA-256 of its address, by which a browser knows itself.
    pub endpoint_hash: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When its push service last took a message.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub accepted_at: Option<Timestamp>,
}

/// The own browsers that take push messages.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PushState {
    /// The key to subscribe with (`applicationServerKey`), base64url.
    pub public_key: String,
    /// The browsers.
    pub subscriptions: Vec<PushSubscription>,
}

/// A browser's own `PushSubscription`, as its `toJSON` gives it, and a name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPushSubscription {
    /// Address at the browser's push service.
    #[schema(max_length = 1000)]
    pub endpoint: String,
    /// The keys that messages are encrypted for.
    pub keys: PushKeys,
    /// What to call it.
    #[schema(max_length = 100)]
    pub device: String,
}

/// Keys of a subscription (RFC 8291), base64url.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushKeys {
    /// The browser's public key.
    pub p256dh: String,
    /// The secret that both share.
    pub auth: String,
}

/// An address of a system of the tenant.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Endpoint {
    /// Identifier.
    #[schema(value_type = String, format = Uuid)]
    pub id: EndpointId,
    /// Name.
    pub name: String,
    /// What is spoken there: anything but mail and push.
    pub channel: Channel,
    /// `https://` for webhooks and chats; `udp://`, `tcp://` or `tls://` with host and port for log servers. Of an address
    /// that is itself a secret (Slack, Teams) only the host is shown.
    pub address: String,
    /// User or group of LINE.
    pub recipient: String,
    /// From which severity on.
    pub severity_from: EndpointThreshold,
    /// Language of texts.
    pub language: Language,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// What became of the last message.
    pub last: Option<Delivery>,
}

/// From which severity on a system is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum EndpointThreshold {
    Low,
    #[default]
    Medium,
    High,
    Critical,
}

impl EndpointThreshold {
    /// Every threshold.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The severity.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|known| known.severity().key() == key)
    }
}

/// The systems of a tenant that are told.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EndpointList {
    /// By name.
    pub items: Vec<Endpoint>,
}

/// A system to be told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    /// Name.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What is spoken there.
    pub channel: Channel,
    /// Where; not for LINE, whose address is known.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub address: String,
    /// User or group of LINE.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub recipient: String,
    /// Channel access token of LINE. Secrets of webhooks are made here.
    #[serde(default)]
    #[schema(max_length = 500, format = Password)]
    pub token: String,
    /// From which severity on.
    #[serde(default)]
    pub severity_from: EndpointThreshold,
    /// Language of texts.
    #[serde(default)]
    pub language: Language,
}

/// A change of a system; what is left out stays. What is spoken there stays, too.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EndpointChange {
    /// Name.
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// Where; not for LINE.
    #[schema(max_length = 1000)]
    pub address: Option<String>,
    /// User or group of LINE.
    #[schema(max_length = 100)]
    pub recipient: Option<String>,
    /// Channel access token of LINE.
    #[schema(max_length = 500, format = Password)]
    pub token: Option<String>,
    /// From which severity on.
    pub severity_from: Option<EndpointThreshold>,
    /// Language of texts.
    pub language: Option<Language>,
}

/// A system, and the secret that signs what it is sent: shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EndpointWithSecret {
    /// The system.
    pub endpoint: Endpoint,
    /// The secret (Standard Webhooks: `whsec_` and base64); none where nothing is signed.
    pub secret: Option<String>,
}

/// What to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationTest {
    /// Mail or push.
    pub channel: Channel,
}
