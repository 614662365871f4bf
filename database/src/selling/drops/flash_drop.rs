//! A drop with its product, variants and stock, as all reads of drops return it.

use super::lanes::DropLane;
use crate::selling::pictures::Picture;
use jiff::Timestamp;
use serde::Deserialize;
use shared::{
    decide::{failure::OnFailure, preview::LineFacts},
    drop_message::DropMessage,
    drops::{DropMode, DropState, Fulfilment, Limits},
    ids::{DropId, ProductId, SellerId, VariantId},
    line::RoomCounts,
    site::Site,
};

/// A drop with what it sells and how much is left.
#[derive(Clone, Debug)]
pub struct FlashDrop {
    /// Sorts by the time of creation.
    pub id: DropId,
    /// The tenant that sells it.
    pub seller_id: SellerId,
    /// The tenant's name, as shoppers see it.
    pub seller_name: String,
    /// The product that its variants belong to.
    pub product_id: ProductId,
    /// The product's name, as shoppers see it.
    pub product_name: String,
    /// What is sold, in the order of the ids, all in one currency; where people are let into a site, one
    /// with as many units as visits, or without any.
    pub variants: Vec<DropVariant>,
    /// 1 to 200 characters.
    pub title: String,
    /// Plain text, may be empty.
    pub description: String,
    /// Its own picture, or else that of its product.
    pub picture: Option<Picture>,
    /// What an admission leads to.
    pub fulfilment: Fulfilment,
    /// Where the site begins that it lets people into; `None` for a drop that sells units.
    pub site_url: Option<String>,
    /// Further origins to which those may be sent who are let in.
    pub return_origins: Vec<String>,
    /// How many visits its site gives in all; `None` for no end of them, or for a drop that sells units.
    pub max_visits: Option<u32>,
    /// Whether its seller counts people in by hand; the admission rate says nothing then.
    pub manual: bool,
    /// What the gate of its site does while the line gives no answer.
    pub on_failure: OnFailure,
    /// Where it is in its life.
    pub state: DropState,
    /// What the operator lets it do.
    pub mode: DropMode,
    /// When maintenance is said to end; told, and nothing more.
    pub mode_until: Option<Timestamp>,
    /// The message to those who wait, the seller's or an operator's.
    pub message: Option<DropMessage>,
    /// Why it ended: `closed`, `sold_out`, or the seller's words if it was cancelled.
    pub end_reason: Option<String>,
    /// When it opens; `None` until it is scheduled.
    pub opens_at: Option<Timestamp>,
    /// When it closes; `None` for no end.
    pub closes_at: Option<Timestamp>,
    /// When it ended; `None` until it has.
    pub ended_at: Option<Timestamp>,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: i32,
    /// Units of one customer, at most.
    pub max_units_per_customer: i32,
    /// How long units are held for an order, or how long a pass is good.
    pub hold_seconds: i32,
    /// How long a shopper may not join again whose hold ran out unpaid; 0 for no time.
    pub cooldown_seconds: i32,
    /// Whether only the seller's members may join.
    pub members_only: bool,
    /// Whether only those may join who have redeemed a code.
    pub invite_only: bool,
    /// The lanes beside the normal one, by number.
    pub lanes: Vec<DropLane>,
    /// Whether those who are absent near the front of the line are passed over.
    pub presence: bool,
    /// How fast it goes.
    pub limits: Limits,
    /// Raised with each change of limits, mode, message or times.
    pub limits_version: i64,
    /// When it was created.
    pub created_at: Timestamp,
}

impl FlashDrop {
    /// Returns the site that it lets people into; `None` if it sells units.
    #[must_use]
    pub fn site(&self) -> Option<Site> {
        Site::new(self.site_url.as_deref()?, &self.return_origins)
    }

    /// Whether there is an end of what it gives: of units, or of visits.
    #[must_use]
    pub const fn has_stock(&self) -> bool {
        self.fulfilment.sells() || self.max_visits.is_some()
    }

    /// Returns what a preview of other limits goes by.
    #[must_use]
    pub fn line_facts(&self, counts: &RoomCounts, ended_last_minute: u64) -> LineFacts {
        let units = self.units_available() + self.units_reserved();
        LineFacts {
            // Where people are counted in by hand, no limit says when.
            admits: self.mode.admits() && !self.manual,
            waiting: counts.waiting,
            occupied: counts.occupied,
            ended_last_minute,
            units: self.has_stock().then_some(units.unsigned_abs()),
        }
    }

    /// Returns the units given to the drop, those included that went back to the variants at its end.
    #[must_use]
    pub fn units_offered(&self) -> i64 {
        self.sum(|variant| variant.units_offered)
    }

    /// Returns the units that are free.
    #[must_use]
    pub fn units_available(&self) -> i64 {
        self.sum(|variant| variant.units_available)
    }

    /// Returns the units held for orders that are not over.
    #[must_use]
    pub fn units_reserved(&self) -> i64 {
        self.sum(|variant| variant.units_reserved)
    }

    fn sum(&self, units: impl Fn(&DropVariant) -> i32) -> i64 {
        self.variants.iter().map(|variant| i64::from(units(variant))).sum()
    }
}

/// One of the variants that a drop sells, with its stock.
#[derive(Clone, Debug, Deserialize)]
pub struct DropVariant {
    /// Names the variant.
    pub id: VariantId,
    /// The variant's name, as shoppers see it.
    pub name: String,
    /// Price of one, minor units.
    pub price_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Units given to the drop, those included that went back to the variant at its end.
    pub units_offered: i32,
    /// Units that are free.
    pub units_available: i32,
    /// Units held for orders that are not over.
    pub units_reserved: i32,
}

/// Reads drops with their names and stock, those that meet a condition.
macro_rules! select_drops {
    ($condition:literal, $($argument:expr),+) => {
        sqlx::query!(
            r#"select d.id, d.seller_id, s.name as seller_name, d.product_id, p.name as product_name,
                 d.title, d.description, d.fulfilment, d.site_url, d.return_origins, d.max_visits,
                 d.manual, d.state, d.mode, d.mode_until, d.message, d.end_reason, d.opens_at,
                 d.closes_at, d.ended_at, d.max_units_per_ticket, d.max_units_per_customer, d.hold_seconds,
                 d.cooldown_seconds, d.admission_rate_per_second, d.occupancy_cap,
                 d.order_rate_per_second, d.line_cap, d.no_show_percent, d.limits_version,
                 d.members_only, d.invite_only, d.presence, d.created_at, d.failure_policy,
                 d.failure_per_minute,
                 pic.id as "picture_id?", pic.widths as "picture_widths?",
                 pic.height as "picture_height?", coalesce((
                     select json_agg(json_build_object('id', v.id, 'name', v.name,
                         'price_minor', v.price_minor, 'currency', v.currency,
                         'units_offered', i.offered, 'units_available', i.available,
                         'units_reserved', i.reserved) order by v.id)
                     from inventory i join variants v on v.id = i.variant_id
                     where i.drop_id = d.id), '[]') as "variants!: Json<Vec<DropVariant>>",
                 array(select l.lane from drop_lanes l where l.drop_id = d.id order by l.lane)
                     as "lanes!",
                 array(select l.name from drop_lanes l where l.drop_id = d.id order by l.lane)
                     as "lane_names!",
                 array(select l.share_percent from drop_lanes l where l.drop_id = d.id
                       order by l.lane) as "lane_percents!"
             from drops d
             join sellers s on s.id = d.seller_id
             join products p on p.id = d.product_id
             left join pictures pic on pic.id = coalesce(d.picture, p.picture)
             where "# + $condition,
            $($argument),+
        )
        .map(|row| $crate::selling::drops::FlashDrop {
            id: row.id,
            seller_id: row.seller_id,
            seller_name: row.seller_name,
            product_id: row.product_id,
            product_name: row.product_name,
            variants: row.variants.0,
            title: row.title,
            description: row.description,
            picture: $crate::selling::pictures::Picture::joined(
                row.picture_id,
                row.picture_widths,
                row.picture_height,
            ),
            fulfilment: row.fulfilment,
            site_url: row.site_url,
            return_origins: row.return_origins,
            max_visits: row.max_visits.map(i32::unsigned_abs),
            manual: row.manual,
            on_failure: shared::decide::failure::OnFailure::of(
                row.failure_policy,
                row.failure_per_minute.map(i32::unsigned_abs),
            ),
            state: row.state,
            mode: row.mode,
            mode_until: row.mode_until.map(jiff_sqlx::Timestamp::to_jiff),
            message: row
                .message
                .as_deref()
                .map(shared::drop_message::DropMessage::read),
            end_reason: row.end_reason,
            opens_at: row.opens_at.map(jiff_sqlx::Timestamp::to_jiff),
            closes_at: row.closes_at.map(jiff_sqlx::Timestamp::to_jiff),
            ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
            max_units_per_ticket: row.max_units_per_ticket,
            max_units_per_customer: row.max_units_per_customer,
            hold_seconds: row.hold_seconds,
            cooldown_seconds: row.cooldown_seconds,
            members_only: row.members_only,
            invite_only: row.invite_only,
            lanes: $crate::selling::drops::DropLane::rows(
                &row.lanes,
                row.lane_names,
                &row.lane_percents,
            ),
            presence: row.presence,
            limits: shared::drops::Limits {
                admission_rate_per_second: row.admission_rate_per_second,
                occupancy_cap: row.occupancy_cap.unsigned_abs(),
                order_rate_per_second: row.order_rate_per_second,
                line_cap: row.line_cap.map(i32::unsigned_abs),
                no_show_percent: row.no_show_percent.and_then(|percent| percent.try_into().ok()),
            },
            limits_version: row.limits_version,
            created_at: row.created_at.to_jiff(),
        })
    };
}

pub(super) use select_drops;
