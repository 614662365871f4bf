//! Everything that changes orders of one drop, at once: nobody waits in a circle.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    PgPool,
    money::payments::{self, Answer, Conclusion, DuePayment, PaymentKind, PaymentWish},
    ordering::holds::{self, Cancelled, UnitChoice},
};
use shared::{
    drops::Fulfilment,
    ids::{DropId, OrderId, ShopperId},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// Each kind of change is made at least as often.
const ENOUGH: usize = 40;
/// Units held at a time: enough for everybody, and few to look through.
const ON_HAND: i64 = 300;
/// Who waits in a circle is told so after a second; this is for a machine that is slow.
const AT_MOST: Duration = Duration::from_secs(240);

#[derive(Debug, Default)]
struct Counts {
    paid: AtomicUsize,
    swept: AtomicUsize,
    cancelled: AtomicUsize,
    chosen: AtomicUsize,
    answered: AtomicUsize,
    is_over: AtomicBool,
}

impl Counts {
    fn are_enough(&self) -> bool {
        let all = [&self.paid, &self.swept, &self.cancelled, &self.chosen];
        all.iter().all(|count| count.load(Ordering::Relaxed) >= ENOUGH)
    }
}

/// What the tasks work on.
#[derive(Clone)]
struct Work {
    pool: PgPool,
    drop_id: DropId,
    counts: Arc<Counts>,
}

impl Work {
    fn goes_on(&self) -> bool {
        !self.counts.is_over.load(Ordering::Relaxed)
    }

    async fn some_reserved(&self) -> Vec<(OrderId, ShopperId)> {
        sqlx::query_as(
            "select id, shopper_id from orders where state = 'reserved' order by random() limit 4",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }

    async fn pay(self) {
        while self.goes_on() {
            let some = self.some_reserved().await.into_iter();
            let wishes = some.map(|(id, shopper_id)| PaymentWish::new(id, shopper_id, "pm"));
            payments::begin_authorizations(&self.pool, wishes.collect()).await.unwrap();
            tokio::task::yield_now().await;
        }
    }

    async fn cancel(self) {
        while self.goes_on() {
            for (order_id, shopper_id) in self.some_reserved().await.into_iter().take(1) {
                let done = holds::cancel_order(&self.pool, order_id, shopper_id).await.unwrap();
                if let Cancelled::Done(outcome) = done {
                    self.counts.cancelled.fetch_add(outcome.ended.len(), Ordering::Relaxed);
                }
            }
            tokio::task::yield_now().await;
        }
    }

    async fn choose(self) {
        while self.goes_on() {
            for (order_id, shopper_id) in self.some_reserved().await.into_iter().take(1) {
                let choice =
                    holds::choose_units(&self.pool, order_id, shopper_id, 1).await.unwrap();
                if choice == (UnitChoice::Done { units_back: 1 }) {
                    self.counts.chosen.fetch_add(1, Ordering::Relaxed);
                }
            }
            tokio::task::yield_now().await;
        }
    }

    async fn sweep(self) {
        while self.goes_on() {
            sqlx::query(
                "update orders set hold_expires_at = now() where id in (select id from orders
                     where hold_expires_at is not null order by random() limit 4
                     for update skip locked)",
            )
            .execute(&self.pool)
            .await
            .unwrap();
            let swept = holds::expire_due(&self.pool, self.drop_id, 7).await.unwrap();
            self.counts.swept.fetch_add(swept.ended.len(), Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    }

    async fn settle(self) {
        while self.goes_on() {
            let no_one = BTreeMap::new();
            let lease = Duration::from_secs(30);
            let due = payments::claim(&self.pool, 16, &no_one, 16, 16, lease).await.unwrap();
            let n = || self.counts.answered.fetch_add(1, Ordering::Relaxed);
            let answers = due.iter().map(|due| answer(n(), due)).collect();
            let settled = payments::settle(&self.pool, self.drop_id, answers).await.unwrap();
            let is_paid = settled.ended.iter().filter(|order| order.state.as_str() == "confirmed");
            self.counts.paid.fetch_add(is_paid.count(), Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    }
}

/// Two of three say yes; the others no, or nothing.
fn answer(n: usize, due: &DuePayment) -> Answer {
    let conclusion = match (due.kind, n % 6) {
        (PaymentKind::Authorize, 0) => {
            Conclusion::Unknown { provider_id: None, why: "a timeout".into() }
        }
        (PaymentKind::Authorize, 1) => Conclusion::AuthorizationDeclined { code: "no".into() },
        (PaymentKind::Authorize, _) => Conclusion::Authorized { provider_id: due.key() },
        (PaymentKind::Capture, 0 | 1) => Conclusion::CaptureDeclined { code: "no".into() },
        (PaymentKind::Capture, _) => Conclusion::Captured,
        (PaymentKind::Void, 0 | 1) => Conclusion::FoundCaptured,
        (PaymentKind::Void, _) => Conclusion::Voided,
        (PaymentKind::Refund, _) => Conclusion::Refunded,
    };
    Answer { payment_id: due.id, conclusion, ask_again_in: Duration::ZERO }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_answers_sweeps_cancels_and_payments_at_once_never_deadlock() {
    let test_drop = TestDrop::new(DropOptions {
        units: 200_000,
        fulfilment: Fulfilment::Checkout,
        ..DropOptions::default()
    })
    .await;
    let (pool, drop_id) = (test_drop.pool.clone(), test_drop.drop_id);
    let work = Work { pool, drop_id, counts: Arc::default() };
    let tasks = [
        tokio::spawn(work.clone().pay()),
        tokio::spawn(work.clone().cancel()),
        tokio::spawn(work.clone().choose()),
        tokio::spawn(work.clone().sweep()),
        tokio::spawn(work.clone().settle()),
        tokio::spawn(work.clone().settle()),
    ];
    let deadline = Instant::now() + AT_MOST;
    while !work.counts.are_enough() && tasks.iter().all(|task| !task.is_finished()) {
        assert!(Instant::now() < deadline, "it goes on, but too slowly: {:?}", work.counts);
        if test_drop.number("select reserved::bigint from inventory").await > ON_HAND {
            tokio::task::yield_now().await;
            continue;
        }
        let command = || test_drop.command(ShopperId::generate(), 2);
        let commands: Vec<_> = (0..10).map(|_| command()).collect();
        test_drop.process(&commands).await;
    }
    work.counts.is_over.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    test_drop.assert_invariants().await;
}
