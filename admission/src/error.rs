//! Every failure of this service. `codes` has the one table from each to its status and stable code.

mod codes;
mod conversions;

use axum::response::{IntoResponse, Response};
use database::DatabaseError;
use edge::Problem;
use jiff::Timestamp;
use queue::QueueError;
use shared::drops::{CloseReason, InvalidUnits};
use std::{error::Error, time::Duration};

/// Why a request could not be fulfilled. The texts are for people: what is wrong, and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("There is no drop with this id.")]
    DropNotFound,
    #[error("The drop has not opened yet. Join once it opens.")]
    NotOpen {
        /// `None` while no time is set.
        opens_at: Option<Timestamp>,
    },
    /// Nobody may join for now, whoever is in line already.
    #[error("Joining is stopped for now. Please try again later.")]
    Stopped,
    /// Nobody may join for some minutes; who asks again then is put in line.
    #[error("Joining is on hold for some minutes. Please try again shortly.")]
    Held,
    /// Nobody may join any more; those in line are served.
    #[error("Nobody else can join this line. Those who wait in it are served.")]
    Draining,
    #[error("The drop is under maintenance. Please try again later.")]
    Maintenance {
        /// When it is said to end.
        until: Option<Timestamp>,
        retry_after: Duration,
    },
    #[error("The line for this drop has ended.")]
    Ended(CloseReason),
    #[error("{0}")]
    Units(InvalidUnits),
    #[error("units must be a whole number of at least 1")]
    NotUnits,
    /// The ticket is for as many as it may have.
    #[error("units are chosen once they are held: please leave them out")]
    UnitsLater,
    #[error("This drop doesn't sell this variant.")]
    UnknownVariant,
    #[error("The ticket is missing or not valid. Join the line to get one.")]
    TicketInvalid,
    #[error("The ticket has expired. Join the line to get a new one.")]
    TicketExpired,
    #[error("The ticket belongs to another drop.")]
    TicketForeign,
    #[error("The ticket is another shopper's: only its own shopper may take it out of line.")]
    TicketOfAnother,
    /// Another instance has the key that the ticket was signed with.
    #[error("The ticket can't be checked here yet. Keep it, and try again shortly.")]
    TicketKeyUnknown,
    #[error("One call joins 1 to 10 rooms.")]
    RoomCount,
    #[error("Only members of the shop may join. Please come from the shop's own site.")]
    MembersOnly,
    #[error("This drop is for those with an invitation. Please redeem a code first.")]
    InviteNeeded,
    #[error("The grant of a lane is not valid, or not any more. Please redeem the code again.")]
    GrantInvalid,
    /// Another instance has the key that the grant was signed with.
    #[error("The grant of a lane can't be checked here yet. Keep it, and try again shortly.")]
    GrantKeyUnknown,
    #[error("The last hold wasn't paid for in time. Please join again a little later.")]
    CoolingDown {
        /// When they may.
        until: Option<Timestamp>,
        retry_after: Duration,
    },
    #[error("The room is at capacity. Please try again later.")]
    RoomFull,
    #[error("The line is being restored. Tickets keep their position; please try again shortly.")]
    Rebuilding { retry_after: Duration },
    /// More is asked than can be done now.
    #[error("Too many requests at once. Please try again shortly.")]
    Busy,
    #[error("The line can't be reached right now. Please try again shortly.")]
    Queue(#[source] QueueError),
    #[error("The drop can't be looked up right now. Please try again shortly.")]
    Database(#[from] DatabaseError),
    /// A problem that was made already.
    #[error("{}", .0.code())]
    Problem(Problem),
}

impl ApiError {
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Rebuilding { retry_after }
            | Self::Maintenance { retry_after, .. }
            | Self::CoolingDown { retry_after, .. } => Some(*retry_after),
            Self::Held => Some(Duration::from_secs(15)),
            Self::TicketKeyUnknown
            | Self::GrantKeyUnknown
            | Self::Busy
            | Self::Queue(_)
            | Self::Database(_) => Some(Duration::from_secs(1)),
            Self::RoomFull => Some(Duration::from_secs(30)),
            _ => None,
        }
    }

    /// A line that is being restored, with the usual pause.
    pub(crate) const fn rebuilding() -> Self {
        Self::Rebuilding { retry_after: Duration::from_secs(1) }
    }

    /// Maintenance that is said to end then. Whoever met it comes back once a minute at least, since it
    /// may end before.
    pub(crate) fn maintenance(until: Option<Timestamp>, now: Timestamp) -> Self {
        let left_ms = until.map_or(i64::MAX, |until| until.as_millisecond() - now.as_millisecond());
        let retry_after = Duration::from_millis(left_ms.clamp(5_000, 60_000).unsigned_abs());
        Self::Maintenance { until, retry_after }
    }

    /// Returns the answer that this is.
    pub(crate) fn into_problem(self) -> Problem {
        match self {
            Self::Problem(problem) => problem,
            error => error.into(),
        }
    }

    /// What failed on our side, if that is what happened.
    fn cause(&self) -> Option<&dyn Error> {
        match self {
            Self::Queue(error) => Some(error),
            Self::Database(error) => Some(error),
            _ => None,
        }
    }

    /// Adds what programs need beside the code.
    fn with_details(&self, problem: Problem) -> Problem {
        match self {
            Self::NotOpen { opens_at: Some(opens_at) } => {
                problem.error("opens_at", opens_at.to_string())
            }
            Self::Maintenance { until: Some(until), .. } => {
                problem.error("until", until.to_string())
            }
            Self::Ended(reason) => problem.error("reason", reason.as_str()),
            Self::CoolingDown { until: Some(until), .. } => {
                problem.error("until", until.to_string())
            }
            Self::Units(_) | Self::NotUnits | Self::UnitsLater => {
                problem.error("/units", self.to_string())
            }
            Self::UnknownVariant => problem.error("/variant_id", self.to_string()),
            Self::RoomCount => problem.error("/rooms", self.to_string()),
            _ => problem,
        }
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        if let Some(cause) = error.cause() {
            tracing::warn!(error = %cause, cause = ?cause.source(), "a request failed");
        }
        let (status, code) = error.status_and_code();
        let problem = error.with_details(Self::new(status, code).detail(error.to_string()));
        match error.retry_after() {
            Some(after) => problem.retry_after(after),
            None => problem,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.into_problem().into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_meets_maintenance_comes_back_when_it_may_be_over() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let retry_after = |left_s: i64| {
            let until = Timestamp::from_second(1_800_000_000 + left_s).unwrap();
            ApiError::maintenance(Some(until), now).retry_after().unwrap().as_secs()
        };
        assert_eq!([20, 3_600, 0, -90].map(retry_after), [20, 60, 5, 5]);
        let unknown = ApiError::maintenance(None, now);
        assert_eq!(unknown.retry_after(), Some(Duration::from_secs(60)));
    }
}
