//! Orders as their shoppers see them, with the way they came.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use serde::Deserialize;
use shared::{
    ids::{DropId, OrderId, ShopperId},
    lifecycle::TicketState,
};
use sqlx::{FromRow, PgPool, Row, postgres::PgRow, types::Json};
use uuid::Uuid;

/// An order with its timeline.
#[derive(Clone, Debug)]
pub struct OrderView {
    /// Its id, which is its ticket's.
    pub id: OrderId,
    /// The drop.
    pub drop_id: DropId,
    /// What the drop is called.
    pub drop_title: String,
    /// Where it is.
    pub state: TicketState,
    /// Why, where a reason exists.
    pub reason: Option<String>,
    /// How many units.
    pub units: i32,
    /// Price of all units, minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Until when the units are held, while they are.
    pub hold_expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Every state it was in, first one first.
    pub timeline: Vec<Transition>,
}

/// A step of an order.
#[derive(Clone, Debug, Deserialize)]
pub struct Transition {
    /// The state reached.
    pub state: TicketState,
    /// When.
    pub at: Timestamp,
    /// Why, where a reason exists.
    pub reason: Option<String>,
}

impl FromRow<'_, PgRow> for OrderView {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let moment = |column| -> Result<Timestamp, sqlx::Error> {
            Ok(row.try_get::<jiff_sqlx::Timestamp, _>(column)?.to_jiff())
        };
        let state: &str = row.try_get("state")?;
        let hold: Option<jiff_sqlx::Timestamp> = row.try_get("hold_expires_at")?;
        Ok(Self {
            id: OrderId::from_uuid(row.try_get("id")?),
            drop_id: DropId::from_uuid(row.try_get("drop_id")?),
            drop_title: row.try_get("drop_title")?,
            state: state.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            reason: row.try_get("reason")?,
            units: row.try_get("units")?,
            amount_minor: row.try_get("amount_minor")?,
            currency: row.try_get("currency")?,
            hold_expires_at: hold.map(jiff_sqlx::Timestamp::to_jiff),
            created_at: moment("created_at")?,
            updated_at: moment("updated_at")?,
            timeline: row.try_get::<Json<Vec<Transition>>, _>("timeline")?.0,
        })
    }
}

/// Orders of the shopper $1; one statement, so that state and timeline are of one moment.
macro_rules! select_orders {
    ($rest:literal) => {
        concat!(
            "select o.id, o.drop_id, d.title as drop_title, o.state, o.reason, o.units,
                 o.amount_minor, o.currency, o.created_at, o.updated_at,
                 (select h.expires_at from holds h
                     where h.order_id = o.id and h.state = 'held') as hold_expires_at,
                 coalesce((
                     select json_agg(json_build_object('state', t.to_state, 'at', t.at,
                         'reason', t.reason) order by t.sequence)
                     from ticket_transitions t where t.order_id = o.id), '[]') as timeline
             from orders o join drops d on d.id = o.drop_id
             where o.shopper_id = $1",
            $rest
        )
    };
}

/// Reads orders of a shopper, newest first, from below `before`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list_of_shopper(
    pool: &PgPool,
    shopper_id: ShopperId,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<OrderView>, DatabaseError> {
    sqlx::query_as(select_orders!(
        " and ($2::uuid is null or o.id < $2) order by o.id desc limit $3"
    ))
    .bind(shopper_id.as_uuid())
    .bind(before)
    .bind(limit)
    .fetch_all(pool)
    .await
    .doing("list orders")
}

/// Finds an order of a shopper.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_of_shopper(
    pool: &PgPool,
    shopper_id: ShopperId,
    id: OrderId,
) -> Result<Option<OrderView>, DatabaseError> {
    sqlx::query_as(select_orders!(" and o.id = $2"))
        .bind(shopper_id.as_uuid())
        .bind(id.as_uuid())
        .fetch_optional(pool)
        .await
        .doing("find an order")
}
