//! The one table from each failure to its status and stable code.

use super::ApiError;
use axum::http::StatusCode;
use shared::drops::{CloseReason, InvalidUnits};

impl ApiError {
    /// Status and stable code of the answer.
    pub(crate) fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::DropNotFound => (StatusCode::NOT_FOUND, "drop_not_found"),
            Self::NotOpen { .. } => (StatusCode::CONFLICT, "drop_not_open"),
            Self::Stopped => (StatusCode::CONFLICT, "drop_stopped"),
            Self::Held => (StatusCode::SERVICE_UNAVAILABLE, "held"),
            Self::Draining => (StatusCode::CONFLICT, "drop_draining"),
            Self::Maintenance { .. } => (StatusCode::SERVICE_UNAVAILABLE, "drop_maintenance"),
            Self::Ended(CloseReason::SoldOut | CloseReason::NotEnough) => {
                (StatusCode::CONFLICT, "sold_out")
            }
            Self::Ended(_) => (StatusCode::CONFLICT, "drop_closed"),
            Self::Units(InvalidUnits::Zero) | Self::NotUnits | Self::UnitsLater => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid_units")
            }
            Self::Units(InvalidUnits::OverLimit { .. }) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "over_limit")
            }
            Self::UnknownVariant => (StatusCode::UNPROCESSABLE_ENTITY, "unknown_variant"),
            Self::RoomCount => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_rooms"),
            Self::TicketInvalid => (StatusCode::UNAUTHORIZED, "ticket_invalid"),
            Self::TicketExpired => (StatusCode::UNAUTHORIZED, "ticket_expired"),
            Self::TicketForeign => (StatusCode::FORBIDDEN, "ticket_foreign"),
            Self::TicketOfAnother => (StatusCode::FORBIDDEN, "ticket_of_another"),
            Self::TicketKeyUnknown => (StatusCode::SERVICE_UNAVAILABLE, "ticket_key_unknown"),
            Self::MembersOnly => (StatusCode::FORBIDDEN, "members_only"),
            Self::InviteNeeded => (StatusCode::FORBIDDEN, "invite_needed"),
            Self::GrantInvalid => (StatusCode::FORBIDDEN, "grant_invalid"),
            Self::GrantKeyUnknown => (StatusCode::SERVICE_UNAVAILABLE, "grant_key_unknown"),
            Self::CoolingDown { .. } => (StatusCode::CONFLICT, "cooling_down"),
            Self::RoomFull => (StatusCode::SERVICE_UNAVAILABLE, "room_full"),
            Self::Rebuilding { .. } => (StatusCode::SERVICE_UNAVAILABLE, "room_rebuilding"),
            Self::Busy | Self::Queue(_) | Self::Database(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "queue_unavailable")
            }
            Self::Problem(problem) => (problem.status(), problem.code()),
        }
    }
}
