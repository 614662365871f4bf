//! The drops that workers look after.

use crate::{DatabaseError, Doing, selling::drops};
use jiff::Timestamp;
use shared::{
    drops::{DropMode, DropState, Fulfilment, Limits},
    ids::{DropId, SellerId, VariantId},
    line::{Epoch, LaneShare, ServedNumbers},
    text_enum,
};
use sqlx::PgPool;

text_enum! {
    /// What Postgres knows of a drop's line in Redis.
    EpochState {
        /// The drop has none, or none any more.
        None = "none",
        /// The line is being built.
        Rebuilding = "rebuilding",
        /// The line can be used.
        Open = "open",
    }
}

/// A drop that the workers look after.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveDrop {
    /// Names the drop.
    pub id: DropId,
    /// Where it is in its life.
    pub state: DropState,
    /// What an admission leads to.
    pub fulfilment: Fulfilment,
    /// Whether there is an end of what it gives: of units, or of visits.
    pub has_stock: bool,
    /// What the operator lets it do.
    pub mode: DropMode,
    /// When maintenance is said to end; told, and nothing more.
    pub mode_until: Option<Timestamp>,
    /// The seller's or an operator's message to those who wait, as it is kept.
    pub message: Option<String>,
    /// When it opens; [`Timestamp::MAX`] without a time.
    pub opens_at: Timestamp,
    /// When it closes; `None` for no end.
    pub closes_at: Option<Timestamp>,
    /// How fast it goes.
    pub limits: Limits,
    /// Raised with each change of limits, mode, message or times.
    pub limits_version: i64,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: u32,
    /// How long the units of an order stay held, or how long a pass is good, seconds.
    pub hold_seconds: u32,
    /// How long a shopper may not join again whose hold ran out unpaid, seconds; 0 for no time.
    pub cooldown_seconds: u32,
    /// The seller whose members alone may join; `None` for anybody.
    pub members_of: Option<SellerId>,
    /// Whether only those may join who have redeemed a code.
    pub invite_only: bool,
    /// The lanes beside the normal one, by number.
    pub lanes: Vec<LaneShare>,
    /// Whether those who are absent near the front of the line are passed over.
    pub presence: bool,
    /// Whose numbers may come in, where the seller counts people in by hand.
    pub served: Option<ServedNumbers>,
    /// Its partition of `queue-events` and `order-commands`.
    pub partition: i32,
    /// Generation of its line in Redis.
    pub epoch: Epoch,
    /// Whether that line can be used.
    pub epoch_state: EpochState,
    /// Where the drop's own room events begin: generation and offset.
    pub events_start: (i64, i64),
    /// What it sells, in the order of the ids.
    pub variants: Vec<VariantId>,
}

/// The live drops for which a further condition holds.
macro_rules! select_live_drops {
    ($condition:literal $(, $argument:expr)*) => {
        sqlx::query!(
            r#"select d.id, d.state, d.fulfilment,
                 d.fulfilment <> 'pass' or d.max_visits is not null as "has_stock!",
                 d.mode, d.mode_until, d.message, d.opens_at, d.closes_at,
                 d.admission_rate_per_second, d.occupancy_cap, d.order_rate_per_second, d.line_cap,
                 d.no_show_percent, d.limits_version, d.max_units_per_ticket,
                 d.hold_seconds, d.cooldown_seconds, d.seller_id, d.members_only, d.invite_only,
                 d.presence, d.partition as "partition!", d.epoch, d.epoch_state,
                 d.events_start_generation, d.events_start_offset,
                 r.serving_counter as "serving_counter?", r.reset_number as "reset_number?",
                 array(select i.variant_id from inventory i where i.drop_id = d.id
                       order by i.variant_id) as "variants!: Vec<VariantId>",
                 array(select l.lane from drop_lanes l where l.drop_id = d.id order by l.lane)
                     as "lanes!",
                 array(select l.share_percent from drop_lanes l where l.drop_id = d.id
                       order by l.lane) as "lane_percents!"
             from drops d left join aws_rooms r on r.drop_id = d.id
             where d.prepared
                 and (d.state in ('scheduled', 'open') or d.epoch_state <> 'none')"#
                + $condition
            $(, $argument)*
        )
        .map(|row| LiveDrop {
            id: row.id,
            state: row.state,
            fulfilment: row.fulfilment,
            has_stock: row.has_stock,
            mode: row.mode,
            mode_until: row.mode_until.map(jiff_sqlx::Timestamp::to_jiff),
            message: row.message,
            opens_at: row.opens_at.map_or(Timestamp::MAX, jiff_sqlx::Timestamp::to_jiff),
            closes_at: row.closes_at.map(jiff_sqlx::Timestamp::to_jiff),
            limits: Limits {
                admission_rate_per_second: row.admission_rate_per_second,
                occupancy_cap: row.occupancy_cap.cast_unsigned(),
                order_rate_per_second: row.order_rate_per_second,
                line_cap: row.line_cap.map(i32::cast_unsigned),
                no_show_percent: row.no_show_percent.and_then(|percent| percent.try_into().ok()),
            },
            limits_version: row.limits_version,
            max_units_per_ticket: row.max_units_per_ticket.cast_unsigned(),
            hold_seconds: row.hold_seconds.cast_unsigned(),
            cooldown_seconds: row.cooldown_seconds.cast_unsigned(),
            members_of: row.members_only.then_some(row.seller_id),
            invite_only: row.invite_only,
            lanes: lanes(&row.lanes, &row.lane_percents),
            presence: row.presence,
            served: row.reset_number.zip(row.serving_counter).map(|(number, counter)| {
                ServedNumbers::new(number.cast_unsigned(), counter)
            }),
            partition: row.partition,
            epoch: Epoch(row.epoch.cast_unsigned()),
            epoch_state: row.epoch_state,
            events_start: (row.events_start_generation, row.events_start_offset),
            variants: row.variants,
        })
    };
}

fn lanes(lanes: &[i16], percents: &[i16]) -> Vec<LaneShare> {
    lanes.iter().zip(percents).map(|(lane, percent)| drops::lane_share(*lane, *percent)).collect()
}

/// Lists the drops whose partition is there, and that are about to open, open, or over with a line
/// that is not empty yet.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn live_drops(pool: &PgPool) -> Result<Vec<LiveDrop>, DatabaseError> {
    select_live_drops!(" order by d.id").fetch_all(pool).await.doing("read live drops")
}

/// Looks up one of the [`live_drops`].
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn live_drop(pool: &PgPool, drop_id: DropId) -> Result<Option<LiveDrop>, DatabaseError> {
    // A statement of its own, whose plan goes by the id and never through all that are alive.
    select_live_drops!(" and d.id = $1", drop_id as DropId)
        .fetch_optional(pool)
        .await
        .doing("read a live drop")
}
