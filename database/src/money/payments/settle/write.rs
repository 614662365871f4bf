//! What becomes of the payments, their calls and the ledger: one statement, since the orders, and
//! perhaps the stock, are locked meanwhile.

use super::judge::Judged;
use crate::{
    DatabaseError, Doing,
    money::payments::{due::PaymentKind, state::PaymentState},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::ids::{DropId, OrderId, PaymentId};
use sqlx::PgConnection;

/// Rows as columns, for `unnest`.
#[derive(Default)]
struct Columns<'a> {
    closed: ClosedColumns<'a>,
    done: Vec<PaymentId>,
    postponed: PostponedColumns,
    asked: AskedColumns<'a>,
    booked: BookedColumns<'a>,
}

#[derive(Default)]
struct ClosedColumns<'a> {
    ids: Vec<PaymentId>,
    statuses: Vec<PaymentState>,
    codes: Vec<Option<&'a str>>,
    provider_ids: Vec<Option<&'a str>>,
}

#[derive(Default)]
struct PostponedColumns {
    ids: Vec<PaymentId>,
    seconds: Vec<f64>,
}

#[derive(Default)]
struct AskedColumns<'a> {
    ids: Vec<PaymentId>,
    order_ids: Vec<OrderId>,
    kinds: Vec<PaymentKind>,
    source_ids: Vec<PaymentId>,
    amounts: Vec<i64>,
    currencies: Vec<&'a str>,
    payment_methods: Vec<Option<&'a str>>,
    provider_ids: Vec<Option<&'a str>>,
    statuses: Vec<PaymentState>,
}

#[derive(Default)]
struct BookedColumns<'a> {
    payment_ids: Vec<PaymentId>,
    order_ids: Vec<OrderId>,
    amounts: Vec<i64>,
    currencies: Vec<&'a str>,
}

/// Stores what the answers did to locked payments, writes the rows that follow with their calls,
/// and books what moved: two entries that add up to zero.
pub(super) async fn payments(
    conn: &mut PgConnection,
    drop_id: DropId,
    judged: &[Judged],
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let Columns { closed, done, postponed, asked, booked } = Columns::of(judged);
    sqlx::query!(
        "with closed as (
             update payments p set status = c.status, code = c.code,
                 provider_id = coalesce(c.provider_id, p.provider_id),
                 updated_at = case when p.status = c.status then p.updated_at else $2 end
             from unnest($3::uuid[], $4::text[], $5::text[], $6::text[])
                 c (id, status, code, provider_id)
             where p.id = c.id),
         done as (
             delete from payment_calls where payment_id = any($7)),
         postponed as (
             update payment_calls k set due_at = $2::timestamptz + make_interval(secs => w.seconds)
             from unnest($8::uuid[], $9::float8[]) w (id, seconds) where k.payment_id = w.id),
         asked as (
             insert into payments (id, order_id, drop_id, kind, source_id, amount_minor, currency,
                 payment_method, provider_id, status, created_at, updated_at)
             select a.id, a.order_id, $1::uuid, a.kind, a.source_id, a.amount_minor, a.currency,
                 a.payment_method, a.provider_id, a.status, $2::timestamptz, $2::timestamptz
             from unnest($10::uuid[], $11::uuid[], $12::text[], $13::uuid[], $14::bigint[],
                     $15::text[], $16::text[], $17::text[], $18::text[])
                 a (id, order_id, kind, source_id, amount_minor, currency, payment_method,
                     provider_id, status)
             on conflict do nothing returning id, drop_id, status),
         called as (
             insert into payment_calls (payment_id, drop_id, due_at)
             select id, drop_id, $2::timestamptz from asked where status = 'pending')
         insert into ledger_entries (payment_id, account, order_id, amount_minor, currency, at)
         select b.payment_id, side.account, b.order_id, side.sign * b.amount_minor, b.currency,
             $2::timestamptz
         from unnest($19::uuid[], $20::uuid[], $21::bigint[], $22::text[])
             b (payment_id, order_id, amount_minor, currency)
         cross join (values ('provider', 1), ('seller', -1)) side (account, sign)
         on conflict on constraint ledger_once do nothing",
        drop_id as DropId,
        at.to_sqlx(),
        closed.ids as Vec<PaymentId>,
        closed.statuses as Vec<PaymentState>,
        closed.codes as Vec<Option<&str>>,
        closed.provider_ids as Vec<Option<&str>>,
        done as Vec<PaymentId>,
        postponed.ids as Vec<PaymentId>,
        postponed.seconds as Vec<f64>,
        asked.ids as Vec<PaymentId>,
        asked.order_ids as Vec<OrderId>,
        asked.kinds as Vec<PaymentKind>,
        asked.source_ids as Vec<PaymentId>,
        asked.amounts as Vec<i64>,
        asked.currencies as Vec<&str>,
        asked.payment_methods as Vec<Option<&str>>,
        asked.provider_ids as Vec<Option<&str>>,
        asked.statuses as Vec<PaymentState>,
        booked.payment_ids as Vec<PaymentId>,
        booked.order_ids as Vec<OrderId>,
        booked.amounts as Vec<i64>,
        booked.currencies as Vec<&str>,
    )
    .execute(conn)
    .await
    .doing("store the provider's answers")?;
    Ok(())
}

impl<'a> Columns<'a> {
    fn of(judged: &'a [Judged]) -> Self {
        let mut columns = Self::default();
        for one in judged {
            columns.closed.push(one);
            match one.decision.status {
                PaymentState::Unknown => columns.postponed.push(one),
                _ => columns.done.push(one.payment.id),
            }
            columns.asked.push(one);
            columns.booked.push(one);
        }
        columns
    }
}

impl<'a> ClosedColumns<'a> {
    fn push(&mut self, one: &'a Judged) {
        let decision = &one.decision;
        self.ids.push(one.payment.id);
        self.statuses.push(decision.status);
        self.codes.push(decision.code.as_deref());
        self.provider_ids.push(decision.provider_id.as_deref());
        if let Some(made) = decision.made {
            self.ids.push(made);
            self.statuses.push(PaymentState::Succeeded);
            self.codes.push(None);
            self.provider_ids.push(None);
        }
    }
}

impl PostponedColumns {
    fn push(&mut self, one: &Judged) {
        self.ids.push(one.payment.id);
        self.seconds.push(one.ask_again_in.as_secs_f64());
    }
}

impl<'a> AskedColumns<'a> {
    fn push(&mut self, one: &'a Judged) {
        let Judged { payment, decision, .. } = one;
        let provider_id = decision.provider_id.as_deref().or(payment.provider_id.as_deref());
        for follow_up in &decision.follow_ups {
            self.ids.push(follow_up.id);
            self.order_ids.push(payment.order_id);
            self.kinds.push(follow_up.kind);
            self.source_ids.push(follow_up.source_id);
            self.amounts.push(payment.amount_minor);
            self.currencies.push(&payment.currency);
            self.payment_methods.push(payment.payment_method.as_deref());
            self.provider_ids.push(provider_id);
            self.statuses.push(follow_up.status);
        }
    }
}

impl<'a> BookedColumns<'a> {
    fn push(&mut self, one: &'a Judged) {
        let Some(booked) = one.decision.booked else { return };
        self.payment_ids.push(booked.payment_id);
        self.order_ids.push(one.payment.order_id);
        self.amounts.push(booked.amount_minor);
        self.currencies.push(&one.payment.currency);
    }
}
