//! What is done together.

use super::together::Together;
use database::{
    DatabaseError, PgPool,
    money::payments::{self, PayOutcome, PaymentWish, ProviderEvent},
    ordering::order_views::{self, OrderView},
    selling::passes,
};
use shared::{
    ids::{DropId, OrderId, ShopperId, TicketId},
    lifecycle::TicketState,
};

/// Shoppers pay.
#[derive(Clone)]
pub(super) struct Payments(pub(super) PgPool);

impl Together for Payments {
    const NAME: &'static str = "payments";
    const ONLY_READS: bool = false;
    type One = PaymentWish;
    type Answer = PayOutcome;

    async fn all(&self, wishes: Vec<PaymentWish>) -> Result<Vec<PayOutcome>, DatabaseError> {
        payments::begin_authorizations(&self.0, wishes).await
    }
}

/// Shoppers look at an order of theirs.
#[derive(Clone)]
pub(super) struct OrderLooks(pub(super) PgPool);

impl Together for OrderLooks {
    const NAME: &'static str = "looks at orders";
    const ONLY_READS: bool = true;
    type One = (ShopperId, OrderId);
    type Answer = Option<OrderView>;

    async fn all(
        &self,
        wanted: Vec<(ShopperId, OrderId)>,
    ) -> Result<Vec<Option<OrderView>>, DatabaseError> {
        order_views::find_of_shoppers(&self.0, &wanted).await
    }
}

/// The provider says that something happened.
#[derive(Clone)]
pub(super) struct ProviderEvents(pub(super) PgPool);

impl Together for ProviderEvents {
    const NAME: &'static str = "provider events";
    const ONLY_READS: bool = false;
    type One = ProviderEvent;
    type Answer = bool;

    async fn all(&self, events: Vec<ProviderEvent>) -> Result<Vec<bool>, DatabaseError> {
        payments::receive_events(&self.0, events).await
    }
}

/// Protected sites ask whether their visitors' passes are good.
#[derive(Clone)]
pub(super) struct PassLooks(pub(super) PgPool);

impl Together for PassLooks {
    const NAME: &'static str = "looks at passes";
    const ONLY_READS: bool = true;
    type One = (DropId, TicketId);
    type Answer = Option<TicketState>;

    async fn all(
        &self,
        wanted: Vec<(DropId, TicketId)>,
    ) -> Result<Vec<Option<TicketState>>, DatabaseError> {
        passes::states(&self.0, &wanted).await
    }
}
