//! A provider that lies, floods and redirects: the sandbox's cards for it, and a proxy where there is
//! no card.

use crate::{
    payments::{PATIENT, start},
    test_provider::TestProvider,
    test_proxy,
    test_worker::TestWorker,
};
use axum::{
    Json,
    http::{Method, header},
    response::{IntoResponse as _, Redirect, Response},
};
use database::money::payments::{Conclusion, claim};
use serde_json::Value;
use shared::ids::OrderId;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use worker::payments::{
    provider::ProviderClient,
    steps::{self, Called},
};

/// The money is held, but the answer to that says nothing.
const UNREADABLE: [&str; 3] = ["pm_card_oversized", "pm_card_redirect", "pm_card_garbage"];

/// The money is held as asked for, but each answer says otherwise; and the code for it.
const LIES: [(&str, &str); 3] = [
    ("pm_card_lie_amount", "amount_mismatch"),
    ("pm_card_lie_currency", "currency_mismatch"),
    ("pm_card_lie_reference", "reference_mismatch"),
];

/// Where a redirect of the proxy leads.
const ELSEWHERE: &str = "/elsewhere";
/// Bytes of white space in a flood of the proxy.
const PADDING: usize = 8 * 1024 * 1024;

/// What the proxy makes of some answers. What was asked for has happened all the same.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Flood,
    Redirect,
}

/// What went through the proxy.
#[derive(Default)]
struct Seen {
    n_spoiled: AtomicUsize,
    n_elsewhere: AtomicUsize,
}

impl Fault {
    const ALL: [Self; 2] = [Self::Flood, Self::Redirect];

    fn spoil(self, answer: &Value) -> Response {
        match self {
            Self::Flood => {
                let content_type = [(header::CONTENT_TYPE, "application/json")];
                (content_type, format!("{answer}{}", " ".repeat(PADDING))).into_response()
            }
            Self::Redirect => Redirect::temporary(ELSEWHERE).into_response(),
        }
    }
}

/// A provider whose answers to some requests are spoiled, and a worker that does not run yet.
async fn facing_a_spoiler(
    fault: Fault,
    is_spoiled: fn(&Method, &str) -> bool,
) -> (TestWorker, TestProvider, Arc<Seen>) {
    let mut provider = TestProvider::new(600);
    provider.start().await;
    let seen = Arc::<Seen>::default();
    let noted = Arc::clone(&seen);
    let url = test_proxy::start_delivering(&provider.url, move |method, path, status, answer| {
        if path == ELSEWHERE {
            noted.n_elsewhere.fetch_add(1, Ordering::Relaxed);
        }
        if !is_spoiled(method, path) {
            return (status, Json(answer)).into_response();
        }
        noted.n_spoiled.fetch_add(1, Ordering::Relaxed);
        fault.spoil(&answer)
    })
    .await;
    (patient_worker(url).await, provider, seen)
}

/// A provider and a worker that does not run yet.
async fn facing_a_provider() -> (TestWorker, TestProvider) {
    let mut provider = TestProvider::new(600);
    provider.start().await;
    (patient_worker(provider.url.clone()).await, provider)
}

async fn patient_worker(provider_url: String) -> TestWorker {
    let (name, patience) = PATIENT;
    let changes = [("SLUICE_PAYMENTS__PROVIDER_URL", provider_url), (name, patience.to_owned())];
    TestWorker::new(&changes).await
}

async fn pay_unreadable(worker: &TestWorker) -> Vec<OrderId> {
    let mut orders = Vec::new();
    for card in UNREADABLE {
        orders.push(worker.pay(card).await);
    }
    orders
}

async fn pay_lies(worker: &TestWorker) -> Vec<(OrderId, &'static str)> {
    let mut orders = Vec::new();
    for (card, code) in LIES {
        orders.push((worker.pay(card).await, code));
    }
    orders
}

/// Makes each call once and commits nothing, so that all of them are due again.
async fn conclusions(worker: &TestWorker) -> HashMap<OrderId, Conclusion> {
    let none = BTreeMap::new();
    let due = claim(&worker.app.pool, 10, &none, 10, 10, Duration::ZERO).await.unwrap();
    let client = ProviderClient::new(&worker.app.settings.payments).unwrap();
    let mut conclusions = HashMap::new();
    for due in due {
        let Called::Concluded(conclusion) = steps::call(&client, &due, false).await else {
            panic!("order {} wants its money", due.order_id);
        };
        conclusions.insert(due.order_id, conclusion);
    }
    conclusions
}

/// State of the order's only payment, and the code for it.
async fn payment(worker: &TestWorker, order_id: OrderId) -> (String, Option<String>) {
    sqlx::query_as("select status, code from payments where order_id = $1")
        .bind(order_id)
        .fetch_one(&worker.app.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_answer_that_says_nothing_concludes_nothing_until_a_look_up() {
    let (worker, provider) = facing_a_provider().await;
    let orders = pay_unreadable(&worker).await;

    let called = conclusions(&worker).await;
    let looked_up = conclusions(&worker).await;
    for (order_id, card) in orders.iter().zip(UNREADABLE) {
        let (first, second) = (&called[order_id], &looked_up[order_id]);
        let is_unknown = matches!(first, Conclusion::Unknown { provider_id: None, .. });
        assert!(is_unknown, "{card}: {first:?}");
        assert!(matches!(second, Conclusion::Authorized { .. }), "{card}: {second:?}");
    }
    assert_eq!(provider.happened("authorized").await, UNREADABLE.len());
}

#[tokio::test]
async fn an_order_is_paid_once_however_its_authorization_was_answered() {
    let (worker, provider) = facing_a_provider().await;
    start(&worker);
    for order_id in pay_unreadable(&worker).await {
        worker.comes_to(order_id, "confirmed").await;
    }

    worker.all_is_certain().await;
    assert_eq!(provider.happened("authorized").await, UNREADABLE.len(), "nobody went elsewhere");
    assert_eq!(provider.happened("captured").await, UNREADABLE.len());
    assert_eq!(worker.stock().await, (97, 0, 3));
}

#[tokio::test]
async fn a_lie_is_seen_in_the_answer_and_in_a_look_up() {
    let (worker, provider) = facing_a_provider().await;
    let orders = pay_lies(&worker).await;

    for asked in ["called", "looked up"] {
        let conclusions = conclusions(&worker).await;
        for &(order_id, code) in &orders {
            let wanted = Conclusion::NeedsReview { code };
            assert_eq!(conclusions[&order_id], wanted, "{asked}");
        }
    }
    assert_eq!(provider.happened("authorized").await, LIES.len());
}

#[tokio::test]
async fn a_payment_that_is_lied_about_is_left_to_a_person() {
    let (worker, provider) = facing_a_provider().await;
    let orders = pay_lies(&worker).await;
    start(&worker);

    worker.all_is_certain().await;
    for (order_id, code) in orders {
        let to_review = ("needs_review".to_owned(), Some(code.to_owned()));
        assert_eq!(payment(&worker, order_id).await, to_review);
        assert_eq!(worker.state(order_id).await, "authorizing");
    }
    assert_eq!(worker.number("select count(*) from payment_calls").await, 0, "nobody asks again");
    assert_eq!(provider.happened("authorized").await, LIES.len());
    assert_eq!(provider.happened("captured").await, 0);
    assert_eq!(worker.stock().await, (97, 3, 0));
}

#[tokio::test]
async fn money_is_taken_once_however_its_capture_was_answered() {
    for fault in Fault::ALL {
        let (worker, provider, seen) =
            facing_a_spoiler(fault, |_, path| path.ends_with("/capture")).await;
        start(&worker);
        let order_id = worker.pay("pm_card_approve").await;
        worker.comes_to(order_id, "confirmed").await;

        worker.all_is_certain().await;
        assert!(seen.n_spoiled.load(Ordering::Relaxed) > 0, "{fault:?}");
        assert_eq!(seen.n_elsewhere.load(Ordering::Relaxed), 0, "{fault:?}: nobody went elsewhere");
        assert_eq!(provider.happened("captured").await, 1, "{fault:?}");
        assert_eq!(worker.stock().await, (99, 0, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_look_up_that_says_nothing_concludes_nothing_however_often_it_is_made() {
    for fault in Fault::ALL {
        let (worker, provider, seen) =
            facing_a_spoiler(fault, |method, _| *method == Method::GET).await;
        let order_id = worker.pay("pm_card_500_after").await;
        for n_looked_up in 0..3 {
            let called = conclusions(&worker).await;
            let conclusion = &called[&order_id];
            let is_unknown = matches!(conclusion, Conclusion::Unknown { provider_id: None, .. });
            assert!(is_unknown, "{fault:?}: {conclusion:?}");
            assert_eq!(seen.n_spoiled.load(Ordering::Relaxed), n_looked_up, "{fault:?}");
        }
        assert_eq!(seen.n_elsewhere.load(Ordering::Relaxed), 0, "{fault:?}: nobody went elsewhere");
        assert_eq!(provider.happened("authorized").await, 1, "{fault:?}");
        assert_eq!(worker.state(order_id).await, "authorizing", "{fault:?}");
    }
}
