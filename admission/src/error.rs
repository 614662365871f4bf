//! Every failure of this service, with its status and stable code.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use edge::Problem;
use jiff::Timestamp;
use queue::QueueError;
use shared::drops::{CloseReason, InvalidUnits};
use std::time::Duration;

/// Why a request was not answered as it wished.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// No drop has this id.
    #[error("There is no such drop.")]
    DropNotFound,
    /// It is too early.
    #[error("The drop is not open yet.")]
    NotOpen {
        /// When it opens, if that is known.
        opens_at: Option<Timestamp>,
    },
    /// An operator stopped the room.
    #[error("The drop is stopped for the moment.")]
    Stopped,
    /// It is too late.
    #[error("The line is over.")]
    Ended(CloseReason),
    /// No ticket can have this many units.
    #[error("{0}")]
    Units(InvalidUnits),
    /// `units` is no number of things.
    #[error("units must be a whole number of at least 1")]
    NotUnits,
    /// The drop does not sell this.
    #[error("The drop does not sell this variant.")]
    UnknownVariant,
    /// No ticket, or none of ours.
    #[error("This is no ticket of ours.")]
    TicketInvalid,
    /// The ticket's time is over.
    #[error("The ticket has expired.")]
    TicketExpired,
    /// The ticket is of another drop.
    #[error("The ticket is of another drop.")]
    TicketForeign,
    /// As many wait as may.
    #[error("The line is full.")]
    RoomFull,
    /// The line is being brought back; tickets stay valid.
    #[error("The line is being restored. Tickets keep their place.")]
    Rebuilding {
        /// When to try again.
        retry_after: Duration,
    },
    /// More is asked than can be done now.
    #[error("Too much at once. Please try again.")]
    Busy,
    /// Redis failed.
    #[error("The line cannot be reached.")]
    Queue(#[source] QueueError),
    /// The page may not do this.
    #[error("Pages of this origin may not do this.")]
    OriginRefused,
    /// A problem that was made already.
    #[error("{}", .0.code())]
    Problem(Problem),
}

impl ApiError {
    /// The one table from failure to status and stable code.
    #[must_use]
    pub fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::DropNotFound => (StatusCode::NOT_FOUND, "drop_not_found"),
            Self::NotOpen { .. } | Self::Stopped => (StatusCode::CONFLICT, "drop_not_open"),
            Self::Ended(CloseReason::SoldOut | CloseReason::NotEnough) => {
                (StatusCode::CONFLICT, "sold_out")
            }
            Self::Ended(_) => (StatusCode::CONFLICT, "drop_closed"),
            Self::Units(InvalidUnits::Zero) | Self::NotUnits => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid_units")
            }
            Self::Units(InvalidUnits::OverLimit { .. }) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "over_limit")
            }
            Self::UnknownVariant => (StatusCode::UNPROCESSABLE_ENTITY, "unknown_variant"),
            Self::TicketInvalid => (StatusCode::UNAUTHORIZED, "ticket_invalid"),
            Self::TicketExpired => (StatusCode::UNAUTHORIZED, "ticket_expired"),
            Self::TicketForeign => (StatusCode::FORBIDDEN, "ticket_foreign"),
            Self::RoomFull => (StatusCode::SERVICE_UNAVAILABLE, "room_full"),
            Self::Rebuilding { .. } => (StatusCode::SERVICE_UNAVAILABLE, "room_rebuilding"),
            Self::Busy | Self::Queue(_) => (StatusCode::SERVICE_UNAVAILABLE, "queue_unavailable"),
            Self::OriginRefused => (StatusCode::FORBIDDEN, "origin_refused"),
            Self::Problem(problem) => (problem.status(), problem.code()),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Rebuilding { retry_after } => Some(*retry_after),
            Self::Busy | Self::Queue(_) => Some(Duration::from_secs(1)),
            Self::RoomFull => Some(Duration::from_secs(30)),
            _ => None,
        }
    }

    /// A line that is being restored, with the usual pause.
    #[must_use]
    pub const fn rebuilding() -> Self {
        Self::Rebuilding { retry_after: Duration::from_secs(1) }
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        if error.is_epoch() { Self::rebuilding() } else { Self::Queue(error) }
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let (status, code) = error.status_and_code();
        let mut problem = Self::new(status, code).detail(error.to_string());
        match &error {
            ApiError::NotOpen { opens_at: Some(opens_at) } => {
                problem = problem.error("opens_at", opens_at.to_string());
            }
            ApiError::Ended(reason) => problem = problem.error("reason", reason.as_str()),
            ApiError::Units(_) | ApiError::NotUnits => {
                problem = problem.error("/units", error.to_string());
            }
            ApiError::UnknownVariant => problem = problem.error("/variant_id", error.to_string()),
            ApiError::Queue(source) => {
                tracing::warn!(error = %source, cause = ?std::error::Error::source(source), "a call to the line failed");
            }
            _ => {}
        }
        match error.retry_after() {
            Some(after) => problem.retry_after(after),
            None => problem,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            error => Problem::from(error).into_response(),
        }
    }
}
