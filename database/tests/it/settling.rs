//! Many answers at once.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    money::payments::{self, Answer, Conclusion, PaymentWish},
    ordering::holds::{self, Outcome},
};
use shared::ids::{OrderId, PaymentId, ShopperId};
use std::time::Duration;

/// What was done for an order before its answer comes, and the answer.
#[derive(Clone, Copy, Debug)]
enum Way {
    Authorized,
    Declined,
    GivenUp,
    Unknown,
    InReview,
    Captured,
    CaptureDeclined,
    Voided,
    FoundCaptured,
    Refunded,
}

const WAYS: [Way; 10] = [
    Way::Authorized,
    Way::Declined,
    Way::GivenUp,
    Way::Unknown,
    Way::InReview,
    Way::Captured,
    Way::CaptureDeclined,
    Way::Voided,
    Way::FoundCaptured,
    Way::Refunded,
];

impl Way {
    /// The payment whose answer it is.
    const fn kind(self) -> &'static str {
        match self {
            Self::Authorized | Self::Declined | Self::GivenUp | Self::Unknown | Self::InReview => {
                "authorize"
            }
            Self::Captured | Self::CaptureDeclined => "capture",
            Self::Voided | Self::FoundCaptured => "void",
            Self::Refunded => "refund",
        }
    }

    fn conclusion(self, n: usize) -> Conclusion {
        match self {
            Self::Authorized => authorized(n),
            Self::Declined => Conclusion::AuthorizationDeclined { code: "card_declined".into() },
            Self::GivenUp => Conclusion::GivenUp { code: "not_found" },
            Self::Unknown => Conclusion::Unknown { provider_id: None, why: "a timeout".into() },
            Self::InReview => Conclusion::NeedsReview { code: "amount_mismatch" },
            Self::Captured => Conclusion::Captured,
            Self::CaptureDeclined => Conclusion::CaptureDeclined { code: "no_funds".into() },
            Self::Voided => Conclusion::Voided,
            Self::FoundCaptured => Conclusion::FoundCaptured,
            Self::Refunded => Conclusion::Refunded,
        }
    }
}

fn authorized(n: usize) -> Conclusion {
    Conclusion::Authorized { provider_id: format!("pay_{n}") }
}

fn answer(payment_id: PaymentId, conclusion: Conclusion) -> Answer {
    Answer { payment_id, conclusion, ask_again_in: Duration::from_secs(60) }
}

async fn settle(test_drop: &TestDrop, answers: Vec<Answer>) -> Outcome {
    payments::settle(&test_drop.pool, test_drop.drop_id, answers).await.unwrap()
}

/// Orders of every way, each before its answer.
struct Sale {
    test_drop: TestDrop,
    orders: Vec<OrderId>,
}

impl Sale {
    async fn of(n: usize) -> Self {
        let units = i32::try_from(n).unwrap();
        let test_drop = TestDrop::new(DropOptions { units, ..DropOptions::default() }).await;
        let commands = test_drop.commands(n);
        test_drop.process(&commands).await;
        let orders: Vec<OrderId> =
            commands.iter().map(|command| command.ticket_id.into()).collect();
        let sale = Self { test_drop, orders };
        let shoppers: Vec<ShopperId> = commands.iter().map(|command| command.shopper_id).collect();
        sale.advance(&shoppers).await;
        sale
    }

    async fn advance(&self, shoppers: &[ShopperId]) {
        let pool = &self.test_drop.pool;
        let orders = self.orders.iter().zip(shoppers);
        let wishes = orders.map(|(id, shopper_id)| PaymentWish::new(*id, *shopper_id, "pm"));
        payments::begin_authorizations(pool, wishes.collect()).await.unwrap();
        let late = self.of_kinds(&["void"]);
        sqlx::query("update orders set hold_expires_at = now() where id = any($1)")
            .bind(late.iter().map(|(_, id)| *id).collect::<Vec<_>>())
            .execute(pool)
            .await
            .unwrap();
        holds::expire_due(pool, self.test_drop.drop_id, i64::MAX).await.unwrap();
        let beyond = self.of_kinds(&["void", "capture", "refund"]);
        self.settle_all(&beyond, "authorize", authorized).await;
        sqlx::query("update drops set state = 'cancelled'").execute(pool).await.unwrap();
        let refunded = self.of_kinds(&["refund"]);
        self.settle_all(&refunded, "capture", |_| Conclusion::Captured).await;
        sqlx::query("update drops set state = 'open'").execute(pool).await.unwrap();
    }

    /// Orders, with their numbers, whose answers are about payments of these kinds.
    fn of_kinds(&self, kinds: &[&str]) -> Vec<(usize, OrderId)> {
        let orders = self.orders.iter().copied().enumerate();
        orders.filter(|(n, _)| kinds.contains(&WAYS[n % WAYS.len()].kind())).collect()
    }

    async fn settle_all(
        &self,
        orders: &[(usize, OrderId)],
        kind: &str,
        conclusion: impl Fn(usize) -> Conclusion,
    ) {
        let mut answers = Vec::new();
        for (n, order_id) in orders {
            let payment_id = self.test_drop.payment(*order_id, kind).await;
            answers.push(answer(payment_id, conclusion(*n)));
        }
        settle(&self.test_drop, answers).await;
    }

    /// The answers, one for each order.
    async fn answers(&self) -> Vec<Answer> {
        let mut answers = Vec::new();
        for (n, order_id) in self.orders.iter().enumerate() {
            let way = WAYS[n % WAYS.len()];
            let payment_id = self.test_drop.payment(*order_id, way.kind()).await;
            answers.push(answer(payment_id, way.conclusion(n)));
        }
        answers
    }

    /// Tells of each order where it stands, with its payments, its ledger and its history.
    async fn story(&self) -> Vec<String> {
        sqlx::query_scalar(
            "select concat_ws(' ', o.state, o.reason, o.sequence, o.units_held, o.hold_expires_at
                     is null, '|', p.told, '|', l.told, '|', t.told)
             from unnest($1::uuid[]) with ordinality u (id, n) join orders o on o.id = u.id
             cross join lateral (select string_agg(concat_ws(' ', kind, status, code, provider_id,
                     attempt, amount_minor, (select kind from payments s where s.id = p.source_id)),
                     ', ' order by kind, attempt) as told
                 from payments p where p.order_id = o.id) p
             cross join lateral (select string_agg(concat_ws(' ', account, amount_minor), ', '
                     order by account, amount_minor) as told
                 from ledger_entries where order_id = o.id) l
             cross join lateral (select string_agg(concat_ws(' ', to_state, reason), ', '
                     order by sequence) as told
                 from ticket_transitions where order_id = o.id) t
             order by u.n",
        )
        .bind(&self.orders)
        .fetch_all(&self.test_drop.pool)
        .await
        .unwrap()
    }

    async fn counters(&self) -> Vec<(String, i64, i64)> {
        sqlx::query_as("select what, n, amount_minor from drop_counters order by what")
            .fetch_all(&self.test_drop.pool)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_batch_does_what_its_answers_do_one_by_one_and_a_second_time_nothing() {
    let (at_once, one_by_one) = tokio::join!(Sale::of(500), Sale::of(500));
    assert_eq!(at_once.story().await, one_by_one.story().await);
    let answers = at_once.answers().await;

    let outcome = settle(&at_once.test_drop, answers.clone()).await;
    let mut n_ended = 0;
    for answer in one_by_one.answers().await {
        n_ended += settle(&one_by_one.test_drop, vec![answer]).await.ended.len();
    }

    assert_eq!((outcome.ended.len(), outcome.journal.len()), (n_ended, 1));
    let story = at_once.story().await;
    assert_eq!(story, one_by_one.story().await);
    assert_eq!(at_once.test_drop.stock().await, one_by_one.test_drop.stock().await);
    assert_eq!(at_once.counters().await, one_by_one.counters().await);
    at_once.test_drop.assert_invariants().await;
    one_by_one.test_drop.assert_invariants().await;

    assert_eq!(settle(&at_once.test_drop, answers).await, Outcome::default());
    assert_eq!(at_once.story().await, story);
    at_once.test_drop.assert_invariants().await;
}

#[tokio::test]
async fn of_two_answers_to_one_payment_the_first_counts() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    let declined = Conclusion::CaptureDeclined { code: "no_funds".into() };
    let answers = vec![answer(capture, Conclusion::Captured), answer(capture, declined)];
    let outcome = settle(&test_drop, answers).await;
    assert_eq!(outcome.ended.len(), 1);
    assert_eq!(test_drop.state(order_id).await, "confirmed");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn answers_about_payments_of_another_drop_change_nothing() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    let other = shared::ids::DropId::generate();
    let answers = vec![answer(capture, Conclusion::Captured)];
    let outcome = payments::settle(&test_drop.pool, other, answers).await.unwrap();
    assert_eq!(outcome, Outcome::default());
    assert_eq!(test_drop.state(order_id).await, "capturing");
    test_drop.assert_invariants().await;
}
