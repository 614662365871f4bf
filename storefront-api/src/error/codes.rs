//! The one table from each failure to its status and stable code.

use super::ApiError;
use axum::http::StatusCode;

impl ApiError {
    /// Status and stable code of the answer.
    pub(crate) fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Problem(problem) => (problem.status(), problem.code()),
            Self::DropNotFound => (StatusCode::NOT_FOUND, "drop_not_found"),
            Self::ProductNotFound => (StatusCode::NOT_FOUND, "product_not_found"),
            Self::VariantNotFound => (StatusCode::NOT_FOUND, "variant_not_found"),
            Self::PictureNotFound => (StatusCode::NOT_FOUND, "picture_not_found"),
            Self::PictureUnsupported => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
            }
            Self::PictureTooLarge => (StatusCode::UNPROCESSABLE_ENTITY, "picture_too_large"),
            Self::PictureBroken => (StatusCode::UNPROCESSABLE_ENTITY, "picture_broken"),
            Self::TooManyPictures { .. } => (StatusCode::CONFLICT, "too_many_pictures"),
            Self::OrderNotFound => (StatusCode::NOT_FOUND, "order_not_found"),
            Self::PaymentNotFound => (StatusCode::NOT_FOUND, "payment_not_found"),
            Self::PassNotFound => (StatusCode::NOT_FOUND, "pass_not_found"),
            Self::PassInvalid => (StatusCode::UNPROCESSABLE_ENTITY, "pass_invalid"),
            Self::PassExpired => (StatusCode::CONFLICT, "pass_expired"),
            Self::PassRedeemed => (StatusCode::CONFLICT, "pass_redeemed"),
            Self::PassRevoked => (StatusCode::CONFLICT, "pass_revoked"),
            Self::PassForeign => (StatusCode::FORBIDDEN, "pass_foreign"),
            Self::PassOver(_) => (StatusCode::CONFLICT, "pass_over"),
            Self::NotEnoughStock { .. } => (StatusCode::CONFLICT, "not_enough_stock"),
            Self::SeveralCurrencies => (StatusCode::UNPROCESSABLE_ENTITY, "several_currencies"),
            Self::TooManyDrops { .. } => (StatusCode::CONFLICT, "too_many_drops"),
            Self::QuotaUsed { .. } => (StatusCode::CONFLICT, "quota_used"),
            Self::DropWrongState(_) => (StatusCode::CONFLICT, "drop_wrong_state"),
            Self::DropStoppedByOperator => (StatusCode::CONFLICT, "drop_stopped_by_operator"),
            Self::NotForAll => (StatusCode::CONFLICT, "not_for_all"),
            Self::LaneHasCodes => (StatusCode::CONFLICT, "lane_has_codes"),
            Self::LaneNotFound => (StatusCode::NOT_FOUND, "lane_not_found"),
            Self::LabelTaken => (StatusCode::CONFLICT, "label_taken"),
            Self::TooManyCodes => (StatusCode::CONFLICT, "too_many_codes"),
            Self::CodeRefused => (StatusCode::FORBIDDEN, "code_refused"),
            Self::LimitsPlanNotFound => (StatusCode::NOT_FOUND, "limits_plan_not_found"),
            Self::NothingToUndo => (StatusCode::CONFLICT, "nothing_to_undo"),
            Self::LoadLabOff => (StatusCode::FORBIDDEN, "load_lab_off"),
            Self::LoadRunNotFound => (StatusCode::NOT_FOUND, "load_run_not_found"),
            Self::LoadRunBusy => (StatusCode::CONFLICT, "load_run_busy"),
            Self::LoadRunWrongState(_) => (StatusCode::CONFLICT, "load_run_wrong_state"),
            Self::NotATestDrop => (StatusCode::CONFLICT, "not_a_test_drop"),
            Self::OrderWrongState(_) => (StatusCode::CONFLICT, "order_wrong_state"),
            Self::HoldExpired => (StatusCode::CONFLICT, "hold_expired"),
            Self::TooManyAttempts => (StatusCode::CONFLICT, "too_many_attempts"),
            Self::UnitsFixed => (StatusCode::CONFLICT, "units_fixed"),
            Self::UnitsNotHeld { .. } => (StatusCode::CONFLICT, "units_not_held"),
            Self::PaymentNotInReview => (StatusCode::CONFLICT, "payment_not_in_review"),
            Self::ApiKeyRequired => (StatusCode::UNAUTHORIZED, "api_key_required"),
            Self::ApiKeyInvalid => (StatusCode::UNAUTHORIZED, "api_key_invalid"),
            Self::ConsoleSessionRequired => (StatusCode::UNAUTHORIZED, "console_session_required"),
            Self::ConsoleLinkInvalid => (StatusCode::UNAUTHORIZED, "console_link_invalid"),
            Self::ConsoleHeaderRequired => (StatusCode::FORBIDDEN, "console_header_required"),
            Self::SellerNotFound => (StatusCode::NOT_FOUND, "seller_not_found"),
            Self::KeyNotFound => (StatusCode::NOT_FOUND, "key_not_found"),
            Self::KeyNameTaken => (StatusCode::CONFLICT, "key_name_taken"),
            Self::ProofNeeded(_) => (StatusCode::FORBIDDEN, "proof_needed"),
            Self::ProofInvalid(_) => (StatusCode::FORBIDDEN, "proof_invalid"),
            Self::JoinTokenInvalid => (StatusCode::UNAUTHORIZED, "join_token_invalid"),
            Self::JoinTokenUsed => (StatusCode::UNAUTHORIZED, "join_token_used"),
            Self::TicketRequired => (StatusCode::CONFLICT, "ticket_required"),
            Self::HandoffRefused => (StatusCode::FORBIDDEN, "handoff_refused"),
            Self::RoleTooLow(_) | Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Self::IdempotencyKeyReuse => {
                (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reuse")
            }
            Self::IdempotencyKeyRunning => (StatusCode::CONFLICT, "idempotency_key_running"),
            Self::IdempotencyKeyInvalid => (StatusCode::BAD_REQUEST, "idempotency_key_invalid"),
            Self::TooManyIdempotencyKeys => {
                (StatusCode::TOO_MANY_REQUESTS, "too_many_idempotency_keys")
            }
            Self::InvalidCursor => (StatusCode::BAD_REQUEST, "invalid_cursor"),
            Self::CallbackForged => (StatusCode::UNAUTHORIZED, "callback_forged"),
            Self::CallbackStale => (StatusCode::UNAUTHORIZED, "callback_stale"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
            Self::Queue(_) => (StatusCode::SERVICE_UNAVAILABLE, "queue_unavailable"),
            Self::PictureStore(_) => (StatusCode::SERVICE_UNAVAILABLE, "pictures_unavailable"),
            Self::Database(error) if error.is_transient() => {
                (StatusCode::SERVICE_UNAVAILABLE, "database_unavailable")
            }
            Self::Silence(_) => (StatusCode::SERVICE_UNAVAILABLE, "database_unavailable"),
            Self::Database(_) | Self::Batch(_) | Self::JoinBatch(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal")
            }
        }
    }
}
