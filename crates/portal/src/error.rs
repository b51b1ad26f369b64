//! What can go wrong, told apart by whose move is next.

use axum::http::StatusCode;
use std::path::PathBuf;

/// Why the portal did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's move: the request cannot be met as it stands.
    #[error("{}", .0.code.key())]
    Refused(Refusal),
    /// The database failed.
    #[error("database failed")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("tables of the database could not be brought up to date")]
    Migration(#[source] Box<sqlx::migrate::MigrateError>),
    /// A file could not be read or made.
    #[error("cannot use {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A port could not be opened.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A setting makes no sense.
    #[error("setting {name}: {reason}")]
    Setting {
        /// Which, as the settings file names it.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A row holds what this version cannot have written.
    #[error("unreadable {what} in the database")]
    Stored {
        /// What kind of value.
        what: &'static str,
    },
    /// The certificate authority of sensors cannot be used.
    #[error("certificates of sensors")]
    Authority(#[from] link::AuthorityError),
    /// No certificate could be fetched for browsers.
    #[error("no certificate: {reason}")]
    Certificate {
        /// What the authority, or the way to it, said.
        reason: String,
    },
    /// A program that the portal runs failed.
    #[error("{name}: {reason}")]
    Tool {
        /// Which.
        name: &'static str,
        /// What it said.
        reason: String,
    },
    /// A value could not be written as JSON.
    #[error("cannot write JSON")]
    Json(#[from] serde_json::Error),
}

/// A request that cannot be met, and what to tell the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub code: Code,
    /// Which part of the request, in technical words.
    pub detail: Option<String>,
    /// When to try again, in seconds.
    pub retry_after_seconds: Option<u64>,
}

/// What is wrong with a request: stable names that programs may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the messages in locales say it")]
pub enum Code {
    SignInRequired,
    SignInFailed,
    TooManyAttempts,
    CsrfFailed,
    OriginRefused,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    InvalidRequest,
    InvalidJson,
    TooLarge,
    UnsupportedMediaType,
    PasswordWrong,
    PasswordTooShort,
    PasswordTooLong,
    EmailTaken,
    AlreadyInvited,
    LastAdministrator,
    PeopleLimit,
    LinkRefused,
    PasswordKnown,
    PasswordBreached,
    ProofRequired,
    SecondFactorRequired,
    SecondFactorDue,
    CodeWrong,
    PasskeyRefused,
    FactorLimit,
    SignOnRequired,
    SignOnRefused,
    SignOnUnreachable,
    SecretRefused,
    SensorBarred,
    SensorLimit,
    SuppressionLimit,
    SiteNameTaken,
    SiteLimit,
    SiteInUse,
    ViewLimit,
    TooManyStreams,
    EndpointLimit,
    NoSuchWay,
    Internal,
    Unavailable,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 44] = [
        Self::SignInRequired,
        Self::SignInFailed,
        Self::TooManyAttempts,
        Self::CsrfFailed,
        Self::OriginRefused,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::InvalidRequest,
        Self::InvalidJson,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::PasswordWrong,
        Self::PasswordTooShort,
        Self::PasswordTooLong,
        Self::EmailTaken,
        Self::AlreadyInvited,
        Self::LastAdministrator,
        Self::PeopleLimit,
        Self::LinkRefused,
        Self::PasswordKnown,
        Self::PasswordBreached,
        Self::ProofRequired,
        Self::SecondFactorRequired,
        Self::SecondFactorDue,
        Self::CodeWrong,
        Self::PasskeyRefused,
        Self::FactorLimit,
        Self::SignOnRequired,
        Self::SignOnRefused,
        Self::SignOnUnreachable,
        Self::SecretRefused,
        Self::SensorBarred,
        Self::SensorLimit,
        Self::SuppressionLimit,
        Self::SiteNameTaken,
        Self::SiteLimit,
        Self::SiteInUse,
        Self::ViewLimit,
        Self::TooManyStreams,
        Self::EndpointLimit,
        Self::NoSuchWay,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The name in `code` of a problem and in the locale key `portal.error.<name>`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::SignInRequired => "sign_in_required",
            Self::SignInFailed => "sign_in_failed",
            Self::TooManyAttempts => "too_many_attempts",
            Self::CsrfFailed => "csrf_failed",
            Self::OriginRefused => "origin_refused",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidJson => "invalid_json",
            Self::TooLarge => "too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::PasswordWrong => "password_wrong",
            Self::PasswordTooShort => "password_too_short",
            Self::PasswordTooLong => "password_too_long",
            Self::EmailTaken => "email_taken",
            Self::AlreadyInvited => "already_invited",
            Self::LastAdministrator => "last_administrator",
            Self::PeopleLimit => "people_limit",
            Self::LinkRefused => "link_refused",
            Self::PasswordKnown => "password_known",
            Self::PasswordBreached => "password_breached",
            Self::ProofRequired => "proof_required",
            Self::SecondFactorRequired => "second_factor_required",
            Self::SecondFactorDue => "second_factor_due",
            Self::CodeWrong => "code_wrong",
            Self::PasskeyRefused => "passkey_refused",
            Self::FactorLimit => "factor_limit",
            Self::SignOnRequired => "sign_on_required",
            Self::SignOnRefused => "sign_on_refused",
            Self::SignOnUnreachable => "sign_on_unreachable",
            Self::SecretRefused => "secret_refused",
            Self::SensorBarred => "sensor_barred",
            Self::SensorLimit => "sensor_limit",
            Self::SuppressionLimit => "suppression_limit",
            Self::SiteNameTaken => "site_name_taken",
            Self::SiteLimit => "site_limit",
            Self::SiteInUse => "site_in_use",
            Self::ViewLimit => "view_limit",
            Self::TooManyStreams => "too_many_streams",
            Self::EndpointLimit => "endpoint_limit",
            Self::NoSuchWay => "no_such_way",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    /// The HTTP status that goes with it.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::SignInRequired
            | Self::SignInFailed
            | Self::SecretRefused
            | Self::SignOnRefused => StatusCode::UNAUTHORIZED,
            Self::TooManyAttempts | Self::TooManyStreams => StatusCode::TOO_MANY_REQUESTS,
            Self::CsrfFailed | Self::OriginRefused | Self::Forbidden | Self::SensorBarred => {
                StatusCode::FORBIDDEN
            }
            Self::ProofRequired
            | Self::SecondFactorRequired
            | Self::SecondFactorDue
            | Self::SignOnRequired => StatusCode::FORBIDDEN,
            Self::SignOnUnreachable => StatusCode::BAD_GATEWAY,
            Self::NotFound | Self::LinkRefused => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::InvalidRequest | Self::InvalidJson => StatusCode::BAD_REQUEST,
            Self::PasswordWrong
            | Self::PasswordTooShort
            | Self::PasswordTooLong
            | Self::PasswordKnown
            | Self::PasswordBreached
            | Self::CodeWrong
            | Self::PasskeyRefused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::AlreadyInvited
            | Self::LastAdministrator
            | Self::PeopleLimit
            | Self::FactorLimit
            | Self::EmailTaken
            | Self::SensorLimit
            | Self::SuppressionLimit
            | Self::SiteNameTaken
            | Self::SiteLimit
            | Self::SiteInUse
            | Self::ViewLimit
            | Self::EndpointLimit
            | Self::NoSuchWay => StatusCode::CONFLICT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Refused(Refusal {
            code,
            detail: None,
            retry_after_seconds: None,
        })
    }
}

impl Error {
    /// The request is wrong in a way that `detail` names.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::Refused(Refusal {
            code: Code::InvalidRequest,
            detail: Some(detail.into()),
            retry_after_seconds: None,
        })
    }

    /// What a caller is refused with; None when the fault is the portal's own.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            _ => None,
        }
    }
}
