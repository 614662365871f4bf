//! Failures of the API, and the one table from each to its status and stable code.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use database::{
    DatabaseError,
    selling::drops::{ChangeDropError, CreateDropError},
};
use edge::Problem;
use queue::QueueError;
use shared::{drops::DropState, lifecycle::TicketState};
use std::{error::Error, time::Duration};

const COME_BACK: Duration = Duration::from_secs(1);

/// Why a request was not answered as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Found out before a handler ran; says everything itself.
    #[error("{}", .0.code())]
    Problem(Box<Problem>),
    /// There is no such drop, or not for this caller.
    #[error("There is no such drop.")]
    DropNotFound,
    /// There is no such product, or not for this caller.
    #[error("There is no such product.")]
    ProductNotFound,
    /// The product has no such variant.
    #[error("The product has no such variant.")]
    VariantNotFound,
    /// There is no such order, or not for this caller.
    #[error("There is no such order.")]
    OrderNotFound,
    /// The variant has fewer units.
    #[error("Only {in_stock} units are in stock.")]
    NotEnoughStock {
        /// What it has.
        in_stock: i32,
    },
    /// The drop's state does not allow the change.
    #[error("A drop that is {0} cannot be changed so.")]
    DropWrongState(DropState),
    /// The order's state does not allow the change.
    #[error("An order that is {0} cannot be changed so.")]
    OrderWrongState(TicketState),
    /// The units are not held any more.
    #[error("The time to pay is over.")]
    HoldExpired,
    /// An operator's or seller's route without a key.
    #[error("This needs an API key: Authorization: Bearer sk_...")]
    ApiKeyRequired,
    /// The key is unknown or revoked.
    #[error("This API key is unknown or revoked.")]
    ApiKeyInvalid,
    /// The key is good, but not for this.
    #[error("This key may not do this.")]
    Forbidden,
    /// The name belongs to another request.
    #[error("This Idempotency-Key was used for another request.")]
    IdempotencyKeyReuse,
    /// The first request of this name is not finished.
    #[error("The first request with this Idempotency-Key is still running.")]
    IdempotencyKeyRunning,
    /// A name that we do not take.
    #[error("An Idempotency-Key has 1 to 255 visible ASCII characters.")]
    IdempotencyKeyInvalid,
    /// A page that we did not name.
    #[error("This cursor is not one of ours.")]
    InvalidCursor,
    /// A provider's callback that is not the provider's.
    #[error("The signature does not fit.")]
    CallbackForged,
    /// A provider's callback from too long ago, or from the future.
    #[error("The signature is too old or too new.")]
    CallbackStale,
    /// The line is being rebuilt.
    #[error("The waiting room is being rebuilt. Nobody loses a place.")]
    RoomRebuilding,
    /// Redis failed.
    #[error("The waiting room cannot be asked right now.")]
    Queue(#[from] QueueError),
    /// Postgres failed.
    #[error("This cannot be done right now.")]
    Database(#[from] DatabaseError),
}

impl ApiError {
    /// The one table from failure to status and stable code.
    #[must_use]
    pub fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Problem(problem) => (problem.status(), problem.code()),
            Self::DropNotFound => (StatusCode::NOT_FOUND, "drop_not_found"),
            Self::ProductNotFound => (StatusCode::NOT_FOUND, "product_not_found"),
            Self::VariantNotFound => (StatusCode::NOT_FOUND, "variant_not_found"),
            Self::OrderNotFound => (StatusCode::NOT_FOUND, "order_not_found"),
            Self::NotEnoughStock { .. } => (StatusCode::CONFLICT, "not_enough_stock"),
            Self::DropWrongState(_) => (StatusCode::CONFLICT, "drop_wrong_state"),
            Self::OrderWrongState(_) => (StatusCode::CONFLICT, "order_wrong_state"),
            Self::HoldExpired => (StatusCode::CONFLICT, "hold_expired"),
            Self::ApiKeyRequired => (StatusCode::UNAUTHORIZED, "api_key_required"),
            Self::ApiKeyInvalid => (StatusCode::UNAUTHORIZED, "api_key_invalid"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Self::IdempotencyKeyReuse => {
                (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reuse")
            }
            Self::IdempotencyKeyRunning => (StatusCode::CONFLICT, "idempotency_key_running"),
            Self::IdempotencyKeyInvalid => (StatusCode::BAD_REQUEST, "idempotency_key_invalid"),
            Self::InvalidCursor => (StatusCode::BAD_REQUEST, "invalid_cursor"),
            Self::CallbackForged => (StatusCode::UNAUTHORIZED, "callback_forged"),
            Self::CallbackStale => (StatusCode::UNAUTHORIZED, "callback_stale"),
            Self::RoomRebuilding => (StatusCode::SERVICE_UNAVAILABLE, "room_rebuilding"),
            Self::Queue(_) => (StatusCode::SERVICE_UNAVAILABLE, "queue_unavailable"),
            Self::Database(error) if error.is_transient() => {
                (StatusCode::SERVICE_UNAVAILABLE, "database_unavailable")
            }
            Self::Database(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<ChangeDropError> for ApiError {
    fn from(error: ChangeDropError) -> Self {
        match error {
            ChangeDropError::NotFound => Self::DropNotFound,
            ChangeDropError::WrongState(state) => Self::DropWrongState(state),
            ChangeDropError::Database(error) => Self::Database(error),
        }
    }
}

impl From<CreateDropError> for ApiError {
    fn from(error: CreateDropError) -> Self {
        match error {
            CreateDropError::VariantNotFound => Self::VariantNotFound,
            CreateDropError::NotEnoughStock { in_stock } => Self::NotEnoughStock { in_stock },
            CreateDropError::Database(error) => Self::Database(error),
        }
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let (status, code) = error.status_and_code();
        if let ApiError::Problem(problem) = error {
            return *problem;
        }
        if let Some(cause) = error.source() {
            tracing::warn!(code, error = %with_causes(cause), "answered with {status}: {code}");
        }
        let problem = Self::new(status, code).detail(error.to_string());
        match status {
            StatusCode::SERVICE_UNAVAILABLE => problem.retry_after(COME_BACK),
            _ => problem,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// A failure with everything that led to it, for the log.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
