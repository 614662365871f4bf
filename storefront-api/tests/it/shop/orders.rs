//! Orders of a shop, and what the workers do with them.

use super::{Shop, Who};
use database::money::payments::{self, Conclusion, PaymentKind};
use shared::ids::{DropId, OrderId, PaymentId};
use std::time::Duration;

/// One unit reserved: stock and move, journal, counter, order.
const PLACE_ORDER: &str = "
    with stock as (
        update inventory set available = available - 1, reserved = reserved + 1,
            version = version + 1
        where drop_id = $2 returning drop_id, variant_id, seller_id, version),
    written as (
        insert into journal (drop_id, orders, sequences, states, reasons)
        values ($2, array[$1::uuid], array[1], array['reserved'], array[null::text])
        returning id, day),
    told as (
        insert into pending (consumer, journal_id, day, drop_id)
        select consumer, id, day, $2 from written, (values ('events'), ('line')) c (consumer)),
    moved as (
        insert into stock_moves (drop_id, variant_id, version, cause, d_available, d_reserved,
            d_sold, journal_id)
        select drop_id, variant_id, version, 'place', -1, 1, 0, id from stock, written),
    counted as (
        insert into drop_counters as c (drop_id, what, n, amount_minor)
        values ($2, 'placed', 1, 1250)
        on conflict (drop_id, what) do update
            set n = c.n + 1, amount_minor = c.amount_minor + 1250)
    insert into orders (id, drop_id, seller_id, shopper_id, variant_id, placed_by, score,
        amount_minor, admitted_at, processed_at, updated_at, hold_expires_at, units_asked,
        units_held, lane, is_only_one, currency, state)
    select $1, s.drop_id, s.seller_id, $3, s.variant_id, w.id, 1, 1250, now(), now(), now(),
        now() + interval '5 minutes', 1, 1, 0, true, 'EUR', 'reserved'
    from stock s, written w";

impl Shop {
    /// An order with a hold, as the workers write it.
    pub(crate) async fn order_of(&self, shopper: &Who, drop_id: &str) -> String {
        let id = OrderId::generate();
        sqlx::query(PLACE_ORDER)
            .bind(id)
            .bind(drop_id.parse::<DropId>().unwrap())
            .bind(self.shopper_id(shopper).await)
            .execute(&self.app.pool)
            .await
            .unwrap();
        id.to_string()
    }

    /// Has the provider answer the newest payment of an order that is of this kind, as the workers
    /// settle it.
    pub(crate) async fn provider_answers(
        &self,
        order_id: &str,
        kind: PaymentKind,
        conclusion: Conclusion,
    ) {
        let (payment_id, drop_id): (PaymentId, DropId) = sqlx::query_as(
            "select id, drop_id from payments where order_id = $1 and kind = $2
             order by attempt desc limit 1",
        )
        .bind(order_id.parse::<OrderId>().unwrap())
        .bind(kind)
        .fetch_one(&self.app.pool)
        .await
        .unwrap();
        let answer = payments::Answer { payment_id, conclusion, ask_again_in: Duration::ZERO };
        payments::settle(&self.app.pool, drop_id, vec![answer]).await.unwrap();
    }

    /// Has the provider decline the card that an order was to be paid with.
    pub(crate) async fn card_is_declined(&self, order_id: &str) {
        let conclusion = Conclusion::AuthorizationDeclined { code: "card_declined".into() };
        self.provider_answers(order_id, PaymentKind::Authorize, conclusion).await;
    }

    /// Has the provider set the money aside; the order is being captured then.
    pub(crate) async fn money_is_set_aside(&self, order_id: &str) {
        let conclusion = Conclusion::Authorized { provider_id: format!("pay_{order_id}") };
        self.provider_answers(order_id, PaymentKind::Authorize, conclusion).await;
    }
}
