//! A drop that stands before a site.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
    selling::drops::{CreateDropError, reserve_partition},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::json;
use shared::{
    decide::failure::OnFailure,
    drops::{DropState, FailurePolicy, Fulfilment, Limits},
    ids::{DropId, ProductId, SellerId, VariantId},
};
use sqlx::{PgConnection, PgPool};

/// Passes given per second: more than any line lets through, unless its own rate is higher.
const ORDER_RATE: f64 = 200.0;

/// A site to protect.
#[derive(Clone, Debug)]
pub struct NewSite {
    /// The drop that stands before it. An existing one with this id is left as it is.
    pub drop_id: DropId,
    /// The product made for it, since each drop has one.
    pub product_id: ProductId,
    /// That product's only variant, which everybody in its line wants.
    pub variant_id: VariantId,
    /// The tenant whose site it is.
    pub seller_id: SellerId,
    /// 1 to 200 characters.
    pub title: String,
    /// Where the site begins, such as `https://shop.example/`.
    pub site_url: String,
    /// Further origins to which those may be sent who are let in.
    pub return_origins: Vec<String>,
    /// When its line opens.
    pub opens_at: Timestamp,
    /// When nobody is let in any more; `None` for no end.
    pub closes_at: Option<Timestamp>,
    /// People let in per minute; fractions are allowed.
    pub per_minute: f64,
    /// People inside at one time, at most.
    pub max_inside: u32,
    /// Visits in all, from 1; each shopper may have one. `None` for no end of them. Not where `manual` is
    /// true, nor where the gate may be open.
    pub max_visits: Option<i32>,
    /// How long a pass is good, and a visit lasts at most.
    pub pass_seconds: i32,
    /// Whether only those may join who the seller's own site says are its members.
    pub members_only: bool,
    /// Whether those who are absent near the front of the line are passed over.
    pub presence: bool,
    /// Whether the seller counts people in by hand; `per_minute` says nothing then.
    pub manual: bool,
    /// What its gate does while the line gives no answer. Only where everybody may join may it be open.
    pub on_failure: OnFailure,
}

impl NewSite {
    /// `per_minute` of a site whose seller counts people in: passes are to be given at once.
    pub const MANUAL_PER_MINUTE: f64 = 6_000_000.0;
    /// `max_inside` of such a site, unless its seller says otherwise.
    pub const MANUAL_INSIDE: u32 = 10_000_000;
    /// `pass_seconds` of such a site, likewise: a quarter of an hour.
    pub const MANUAL_PASS_SECONDS: i32 = 900;

    fn limits(&self) -> Limits {
        let admission_rate_per_second = self.per_minute / 60.0;
        Limits {
            admission_rate_per_second,
            occupancy_cap: self.max_inside,
            order_rate_per_second: ORDER_RATE.max(admission_rate_per_second),
            // Theirs to set who run the installation. Nobody can tell who has come to a site.
            line_cap: None,
            no_show_percent: None,
        }
    }
}

/// Puts a drop before a site: with a product and a variant made for it, as many units as visits or none,
/// and a partition of its own out of `partition_limit`, all in one transaction.
///
/// # Errors
///
/// Returns [`CreateDropError`] when the drop would be one too many.
pub async fn protect(
    pool: &PgPool,
    site: &NewSite,
    partition_limit: u16,
    actor: &str,
) -> Result<(), CreateDropError> {
    let mut transaction = pool.begin().await.doing("begin to protect a site")?;
    let connection = &mut *transaction;
    // It may be there from a first try whose answer was lost; a product made for this one goes with the
    // transaction.
    if !insert(connection, site).await? {
        return Ok(());
    }
    insert_stock(connection, site).await?;
    if site.manual {
        insert_counter(connection, site).await?;
    }
    reserve_partition(connection, site.drop_id, partition_limit).await?;
    let entry = AuditEntry {
        actor,
        action: "drop.create",
        drop_id: Some(site.drop_id),
        seller_id: Some(site.seller_id),
        old: None,
        new: Some(json!({
            "state": DropState::Scheduled,
            "fulfilment": Fulfilment::Pass,
            "site_url": site.site_url,
            "return_origins": site.return_origins,
            "opens_at": site.opens_at,
            "closes_at": site.closes_at,
            "max_visits": site.max_visits,
            "pass_seconds": site.pass_seconds,
            "members_only": site.members_only,
            "presence": site.presence,
            "manual": site.manual,
            "failure_policy": site.on_failure.policy(),
            "failure_per_minute": site.on_failure.per_minute(),
            "limits": site.limits(),
        })),
        why: "a site to protect",
    };
    audit::write(connection, &entry).await?;
    Ok(transaction.commit().await.doing("commit a protected site")?)
}

/// Inserts product, variant, drop and pace; `false` when the drop exists already.
async fn insert(connection: &mut PgConnection, site: &NewSite) -> Result<bool, DatabaseError> {
    let limits = site.limits();
    let inserted = sqlx::query!(
        "with product as (
             insert into products (id, seller_id, name)
             values ($2, $4, left('Visits to ' || $5::text, 200))
             on conflict (id) do nothing returning id),
         variant as (
             insert into variants (id, product_id, seller_id, name, price_minor, currency, stock)
             select $3, id, $4, 'Visit', 0, 'XXX', 0 from product),
         site as (
             insert into drops (id, seller_id, product_id, title, fulfilment, site_url,
                 return_origins, state, opens_at, closes_at, hold_seconds, members_only, presence,
                 admission_rate_per_second, occupancy_cap, order_rate_per_second, manual,
                 failure_policy, failure_per_minute, max_visits)
             select $1, $4, id, $5, 'pass', $6, $7, 'scheduled', $8, $9, $10, $11, $12, $13, $14,
                 $15, $16, $17, $18, $19
             from product on conflict (id) do nothing returning id)
         insert into order_paces (drop_id) select id from site",
        site.drop_id as DropId,
        site.product_id as ProductId,
        site.variant_id as VariantId,
        site.seller_id as SellerId,
        site.title,
        site.site_url,
        &site.return_origins as &[String],
        site.opens_at.to_sqlx(),
        site.closes_at.map(ToSqlx::to_sqlx),
        site.pass_seconds,
        site.members_only,
        site.presence,
        limits.admission_rate_per_second,
        i32::try_from(limits.occupancy_cap).unwrap_or(i32::MAX),
        limits.order_rate_per_second,
        site.manual,
        site.on_failure.policy() as FailurePolicy,
        site.on_failure.per_minute().map(|people| i32::try_from(people).unwrap_or(i32::MAX)),
        site.max_visits,
    )
    .execute(connection)
    .await
    .doing("protect a site")?;
    Ok(inserted.rows_affected() == 1)
}

/// Gives the drop a stock row like any other's, with as many units as there are visits, or none.
async fn insert_stock(connection: &mut PgConnection, site: &NewSite) -> Result<(), DatabaseError> {
    sqlx::query!(
        "with stock as (
             insert into inventory (drop_id, variant_id, seller_id, offered, total, available)
             values ($1, $2, $3, $4, $4, $4) returning version)
         insert into stock_moves
             (drop_id, variant_id, version, cause, d_available, d_reserved, d_sold)
         select $1, $2, version, 'carve', $4, 0, 0 from stock",
        site.drop_id as DropId,
        site.variant_id as VariantId,
        site.seller_id as SellerId,
        site.max_visits.unwrap_or_default(),
    )
    .execute(connection)
    .await
    .doing("give a site its visits")?;
    Ok(())
}

/// Begins to count: nobody may come in yet.
async fn insert_counter(
    connection: &mut PgConnection,
    site: &NewSite,
) -> Result<(), DatabaseError> {
    sqlx::query!("insert into aws_rooms (drop_id) values ($1)", site.drop_id as DropId)
        .execute(connection)
        .await
        .doing("begin to count people in")?;
    Ok(())
}
