//! Joining, looking and leaving.

pub mod join;
pub mod leave;
pub mod status;

use serde::Serialize;
use shared::{drops::DropMode, ids::TicketId, text_enum};
use utoipa::ToSchema;

text_enum! {
    /// Where a ticket is, in the words of this service.
    State {
        /// In line.
        Waiting = "waiting",
        /// Being let in.
        Admitting = "admitting",
        /// An order goes on: ask the storefront.
        Held = "held",
        /// The order is over: ask the storefront.
        Finished = "finished",
        /// Closed before its turn.
        Closed = "closed",
        /// Went away.
        Left = "left",
    }
}

/// Where a ticket stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketView {
    /// The ticket.
    #[schema(value_type = Uuid)]
    pub ticket_id: TicketId,
    /// Where it is.
    #[schema(value_type = String, example = "waiting")]
    pub state: State,
    /// Generation of the room's state.
    pub epoch: u32,
    /// Number of the last event that counts.
    pub evn: u64,
    /// People ahead + 1, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u64>,
    /// People who wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
    /// Why it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// When to ask again.
    pub refresh_after_ms: u64,
    /// What the operator lets the room do.
    #[schema(value_type = String, example = "running")]
    pub mode: DropMode,
    /// The operator's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
