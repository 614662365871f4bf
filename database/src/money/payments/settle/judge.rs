//! All answers, in the order in which they came.

use super::{case::Case, decide::decide, decision::Decision, lock::LockedPayment};
use crate::{
    money::payments::{conclusion::Answer, due::PaymentKind, state::PaymentState},
    ordering::{
        changes::OrderChange,
        counters::{Count, Counted},
        order::Order,
    },
};
use jiff::Timestamp;
use shared::{
    ids::{OrderId, PaymentId},
    lifecycle::TicketState,
};
use std::{collections::BTreeMap, time::Duration};

/// A call is not made again sooner.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// A payment with what its answer does.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) payment: LockedPayment,
    pub(super) decision: Decision,
    /// When to call again, if the payment stays unknown.
    pub(super) ask_again_in: Duration,
    /// Of its order, after the answer.
    pub(super) order_state: TicketState,
}

/// Decides on each answer, with its order as the answers before have left it. Of two answers to one
/// payment the first counts, and one to a payment that is not locked does nothing.
pub(super) fn judge(
    orders: Vec<Order>,
    payments: Vec<LockedPayment>,
    answers: &[Answer],
    now: Timestamp,
) -> Vec<Judged> {
    let mut cases: BTreeMap<OrderId, Case> =
        orders.into_iter().map(|order| (order.id, Case::new(order))).collect();
    let mut open: BTreeMap<PaymentId, LockedPayment> =
        payments.into_iter().map(|payment| (payment.id, payment)).collect();
    let judged = answers.iter().filter_map(|answer| {
        let payment = open.remove(&answer.payment_id)?;
        let case = cases.get_mut(&payment.order_id)?;
        let decision = decide(case, &payment, &answer.conclusion, now);
        case.follow(&payment, &decision);
        let ask_again_in = answer.ask_again_in.max(SHORTEST_PAUSE);
        let order_state = case.order.state;
        Some(Judged { payment, decision, ask_again_in, order_state })
    });
    judged.collect()
}

/// The changes of orders, in the order in which they are made.
pub(super) fn order_changes(judged: &[Judged]) -> Vec<OrderChange> {
    judged.iter().flat_map(|one| one.decision.changes.iter().cloned()).collect()
}

/// Counts what was given back of what was sold. Money that was taken against our belief never
/// counted as paid.
pub(super) fn refund_counts(judged: &[Judged]) -> Vec<Count> {
    let is_refund = |one: &&Judged| {
        one.payment.kind == PaymentKind::Refund
            && one.decision.status == PaymentState::Succeeded
            && one.order_state == TicketState::Confirmed
    };
    let count = |one: &Judged| Count {
        what: Counted::Refunded,
        n: 1,
        amount_minor: one.payment.amount_minor,
    };
    judged.iter().filter(is_refund).map(count).collect()
}
