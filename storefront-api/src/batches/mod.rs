//! What is asked at the same moment, done together.
//!
//! Many shoppers pay and look at one moment, and each statement costs Postgres a round trip, a
//! snapshot and, where it changes something, a flush. So requests of one kind that come while
//! another statement of that kind is under way share the next one. When nothing is under way,
//! nothing waits.
//!
//! | module | holds |
//! |---|---|
//! | `gatherer` | requests of one kind that wait for the next statement |
//! | `together` | one statement for many, and what becomes of them when it fails |
//! | `kinds` | what is done together |
//! | `joins` | people who are put in line, in one step of the line |

mod gatherer;
mod joins;
mod kinds;
mod together;

use crate::{ApiError, time_limit::in_time};
use database::{
    PgPool,
    money::payments::{PayOutcome, PaymentWish, ProviderEvent},
    ordering::order_views::OrderView,
};
use gatherer::Gatherer;
use joins::JoinGatherer;
use kinds::{OrderLooks, PassLooks, Payments, ProviderEvents};
use queue::Queue;
use shared::{
    ids::{DropId, OrderId, ShopperId, TicketId},
    lifecycle::TicketState,
    line::{JoinOutcome, JoinRequest},
};

/// Takes single requests and hands them on together.
///
/// Each kind waits for itself only: however many look, no payment stands behind them.
pub(crate) struct Batches {
    payments: Gatherer<Payments>,
    order_looks: Gatherer<OrderLooks>,
    pass_looks: Gatherer<PassLooks>,
    provider_events: Gatherer<ProviderEvents>,
    joins: JoinGatherer,
}

impl Batches {
    /// Begins to gather, on tasks of the runtime that it is called in.
    pub(crate) fn new(pool: &PgPool, queue: &Queue) -> Self {
        Self {
            payments: Gatherer::new(Payments(pool.clone())),
            order_looks: Gatherer::new(OrderLooks(pool.clone())),
            pass_looks: Gatherer::new(PassLooks(pool.clone())),
            provider_events: Gatherer::new(ProviderEvents(pool.clone())),
            joins: JoinGatherer::new(queue.clone()),
        }
    }

    /// Begins a payment, or tells why not.
    pub(crate) async fn pay(&self, wish: PaymentWish) -> Result<PayOutcome, ApiError> {
        self.payments.ask(wish).await
    }

    /// Finds an order, if this shopper has it. Waits no longer than for one statement, however many
    /// are before it.
    pub(crate) async fn find_order(
        &self,
        shopper_id: ShopperId,
        order_id: OrderId,
    ) -> Result<Option<OrderView>, ApiError> {
        in_time(self.order_looks.ask((shopper_id, order_id))).await?
    }

    /// Reads the state of a pass; `None` if the ticket has no order in this drop.
    pub(crate) async fn find_pass_state(
        &self,
        drop_id: DropId,
        ticket_id: TicketId,
    ) -> Result<Option<TicketState>, ApiError> {
        in_time(self.pass_looks.ask((drop_id, ticket_id))).await?
    }

    /// Takes in what the provider says that happened, and returns whether it was new.
    pub(crate) async fn receive(&self, event: ProviderEvent) -> Result<bool, ApiError> {
        self.provider_events.ask(event).await
    }

    /// Puts somebody in the line of a drop, or tells why not.
    pub(crate) async fn join(
        &self,
        drop_id: DropId,
        request: JoinRequest,
    ) -> Result<JoinOutcome, ApiError> {
        self.joins.ask(drop_id, request).await
    }
}
