//! Joining, looking and leaving. They come by the thousand, so their spans are for `debug`: at
//! `info` the span of the request says which route it is.

mod cookie;
pub(crate) mod join;
pub(crate) mod join_several;
mod lane;
pub(crate) mod leave;
mod position;
pub(crate) mod status;

use crate::room::{EtaReason, Rise};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    drop_message::DropMessage,
    drops::{CloseReason, DropMode},
    ids::{TicketId, VariantId},
    line::ShownState,
};
use utoipa::ToSchema;

/// Where a ticket stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketView {
    pub(super) ticket_id: TicketId,
    pub(super) state: ShownState,
    /// What it waits for, or waited for.
    variant_id: VariantId,
    /// The lane it stands in; 0 is the normal one.
    lane: u8,
    /// Generation of the room's state.
    pub(super) epoch: u32,
    /// Number of the last room event that the answer takes into account.
    #[schema(example = 77)]
    pub(super) evn: u64,
    /// People ahead + 1, while the ticket waits.
    #[schema(example = 42)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<u64>,
    /// People waiting for the same, while the ticket does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waiting: Option<u64>,
    /// Units of what it wants that nobody has yet, while the ticket waits.
    #[schema(example = 180)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) units_left: Option<u32>,
    /// Units of it that are held for those who were let in; they may come back.
    #[schema(example = 20)]
    #[serde(skip_serializing_if = "Option::is_none")]
    units_held: Option<u32>,
    /// Seconds after which half of such waits are over, while the ticket waits and that can be told.
    #[schema(example = 240)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) eta_p50_s: Option<u32>,
    /// Seconds after which nine in ten are.
    #[schema(example = 290)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) eta_p90_s: Option<u32>,
    /// Why the first is more than a fifth longer than the one that was seen, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    eta_reason: Option<EtaReason>,
    /// How likely it is that the wanted units are left at the turn, in percent and steps of five.
    #[schema(example = 95)]
    #[serde(skip_serializing_if = "Option::is_none")]
    odds_percent: Option<u8>,
    /// Whether every unit of it that is not sold is held by others.
    pub(super) standby: bool,
    /// Why the position is higher than what was seen, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rise: Option<Rise>,
    /// Why it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<CloseReason>,
    /// When to ask again.
    #[schema(example = 3000)]
    pub(super) refresh_after_ms: u64,
    /// What the seller or an operator lets the room do.
    pub(super) mode: DropMode,
    /// When maintenance is said to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode_until: Option<Timestamp>,
    /// The seller's or an operator's message to those who wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<DropMessage>,
}
