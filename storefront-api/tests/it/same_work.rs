//! What is a stranger's costs what is not there: the same statements, with as many rows. How long each
//! took would be measured on a busy machine and show less.

use crate::shop::{Shop, Who};
use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex, PoisonError},
};
use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::set_default,
};
use uuid::Uuid;

/// Keys and drops are looked up now and then beside what is asked for, not each time.
const N_TRIES: usize = 5;

/// Hears which statements are sent to Postgres.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

/// One of them, with the rows that it found.
#[derive(Default)]
struct Told(String);

impl Statements {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut told = Told::default();
        event.record(&mut told);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(told.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if matches!(field.name(), "summary" | "rows_affected" | "rows_returned") {
            let _ = write!(self.0, "{field} = {value:?}; ");
        }
    }
}

/// Returns the statements that an answer costs, at least.
async fn cost(shop: &Shop, statements: &Statements, path: &str, who: &Who) -> Vec<String> {
    let mut tries = Vec::new();
    for _ in 0..N_TRIES {
        statements.take();
        shop.get(path, who).await.expect(404);
        tries.push(statements.take());
    }
    tries.into_iter().min_by_key(Vec::len).unwrap()
}

#[tokio::test]
async fn a_strangers_id_costs_the_statements_of_one_that_is_none() {
    let statements = Statements::default();
    // Everything in a test runs on its one thread.
    let _hearing = set_default(statements.clone());
    // With one subscriber in a process, a place in the code is silenced for all if the thread that comes
    // there first hears nothing, and that may be another test's.
    let _second = Dispatch::new(statements.clone());
    let shop = Shop::open().await;
    let (owner, stranger) = (shop.seller().await, shop.seller().await);
    let (shopper, other_shopper) = (shop.shopper().await, shop.shopper().await);
    let drop_id = shop.drop_of(&owner).await;
    let order_id = shop.order_of(&shopper, &drop_id).await;

    for (path, id, who) in [
        ("/v1/orders/", &order_id, &other_shopper),
        ("/v1/seller/drops/", &drop_id, &stranger.who),
        ("/v1/seller/products/", &owner.product_id, &stranger.who),
    ] {
        let foreign = cost(&shop, &statements, &format!("{path}{id}"), who).await;
        let none = format!("{path}{}", Uuid::now_v7());
        assert_eq!(foreign, cost(&shop, &statements, &none, who).await, "{path}");
        assert!(!foreign.is_empty(), "{path}");
    }
}
