//! Signing keys are changed while people join, look and pay, and nobody is lost.
//!
//! A step is rolled out one process at a time, so that old and new ones run side by side, and the load
//! meets both: first all verify with the new key, then they sign with it.
//!
//! `visits` is the site of somebody else, which verifies passes by the keys that are published.

mod visits;

use crate::half_of_the_machine;
use futures_util::future::join_all;
use serde_json::{Value, json};
use stack::Service;
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};
use testkit::{
    TestApp, World, WorldOptions,
    app::{Api, Method, TestDrop},
    settings::TEST_KEYS,
    wait_until,
};
use tokio::time::sleep;
use visits::VisitedSite;

/// People who are there from the beginning to the end.
const N_REGULARS: usize = 20;
/// How many newcomers are under way at one time.
const N_DOORS: usize = 4;
/// How long a rolled out step is left alone, so that the load meets it.
const SETTLING: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(60);
/// Pauses of one shopper, who may look five times a second, and between two newcomers.
const LOOK_EVERY: Duration = Duration::from_millis(300);
const COME_EVERY: Duration = Duration::from_millis(50);
/// The keys of what browsers hold, of commands on their way, and of passes.
const KEYS: [&str; 4] = [
    "CREDENTIALS__SESSION_KEYS",
    "CREDENTIALS__TICKET_KEYS",
    "CREDENTIALS__COMMAND_KEYS",
    "STOREFRONT__PASS_KEYS",
];
/// Answers of each sort that are waited for: with none a loss could not be seen.
const MIN_ANSWERS: u64 = 100;
/// The same of visits, each of which takes a whole way through a line.
const MIN_VISITS: u64 = 10;

/// Somebody who holds a session, and a ticket once they have joined.
struct Regular {
    shopper_id: String,
    session: String,
    ticket: String,
}

/// What the load was answered.
#[derive(Default)]
struct Answers {
    is_over: AtomicBool,
    n_sessions: AtomicU64,
    n_tickets: AtomicU64,
    n_newcomers: AtomicU64,
    n_visits: AtomicU64,
}

impl Answers {
    /// How many of each sort there were, and how many are waited for.
    fn counts(&self) -> [(&'static str, u64, u64); 4] {
        [
            ("sessions renewed", &self.n_sessions, MIN_ANSWERS),
            ("looks at tickets", &self.n_tickets, MIN_ANSWERS),
            ("newcomers", &self.n_newcomers, MIN_ANSWERS),
            ("visits", &self.n_visits, MIN_VISITS),
        ]
        .map(|(what, n, wanted)| (what, n.load(Ordering::Relaxed), wanted))
    }

    /// Waits for more of each sort than there are: a slow machine takes longer for them.
    async fn half_as_many_more(&self) {
        let before = self.counts().map(|(_, n, _)| n);
        wait_until("answers", PATIENCE, async || {
            let now = self.counts();
            let mut sorts = now.iter().zip(before);
            sorts.all(|((_, n, wanted), before)| *n >= before + wanted / 2).then_some(())
        })
        .await;
    }
}

impl Regular {
    async fn join(storefront: &Api, admission: &Api, flash_drop: &TestDrop) -> Self {
        let session = storefront.post("/v1/session", json!({})).await.expect(201);
        let token = text(&session, "token");
        let body = json!({ "variant_id": flash_drop.variant_id, "units": 1 });
        let path = format!("/v1/drops/{}/tickets", flash_drop.id);
        let admission = admission.with_key(&token);
        let joined = wait_until("ticket", PATIENCE, async || {
            let reply = admission.post(&path, body.clone()).await;
            reply.status.is_success().then_some(reply.body)
        })
        .await;
        let ticket = text(&joined, "token");
        Self { shopper_id: text(&session, "shopper_id"), session: token, ticket }
    }

    /// Renews the session and looks at the ticket, at every process in turn, until all is over.
    async fn come_and_go(&mut self, app: &TestApp, flash_drop: &TestDrop, answers: &Answers) {
        let path = format!("/v1/drops/{}/ticket", flash_drop.id);
        for round in 0.. {
            if answers.is_over.load(Ordering::Relaxed) {
                return;
            }
            let storefront = app.storefront().with_key(&self.session);
            if let Some(session) = ask(&storefront, Method::POST, "/v1/session").await {
                assert_eq!(text(&session, "shopper_id"), self.shopper_id, "somebody new");
                self.session = text(&session, "token");
                answers.n_sessions.fetch_add(1, Ordering::Relaxed);
            }
            let urls = &app.world.admission_urls;
            let admission = Api::new(&urls[round % urls.len()]).with_ticket(&self.ticket);
            if let Some(view) = ask(&admission, Method::GET, &path).await {
                assert_eq!(view["state"], "waiting", "{view}");
                answers.n_tickets.fetch_add(1, Ordering::Relaxed);
            }
            sleep(LOOK_EVERY).await;
        }
    }
}

/// Asks; `None` while the process that was asked stops or starts. A credential that is refused as
/// nobody's fails the test; 503 says to come back.
async fn ask(api: &Api, method: Method, path: &str) -> Option<Value> {
    ask_with(api, method, path, None).await
}

async fn ask_with(api: &Api, method: Method, path: &str, body: Option<Value>) -> Option<Value> {
    let reply = api.try_send(method, path, body).await.ok()?;
    assert!(!reply.status.is_client_error(), "{path}: {} {}", reply.status, reply.body);
    reply.status.is_success().then_some(reply.body)
}

/// Has new people join, each at another process, until all is over.
async fn newcomers(app: &TestApp, flash_drop: &TestDrop, answers: &Answers) {
    for round in 0.. {
        if answers.is_over.load(Ordering::Relaxed) {
            return;
        }
        sleep(COME_EVERY).await;
        let Some(session) = ask(&app.storefront(), Method::POST, "/v1/session").await else {
            continue;
        };
        let urls = &app.world.admission_urls;
        let admission = Api::new(&urls[round % urls.len()]).with_key(&text(&session, "token"));
        let path = format!("/v1/drops/{}/tickets", flash_drop.id);
        let body = json!({ "variant_id": flash_drop.variant_id, "units": 1 });
        let joined = ask_with(&admission, Method::POST, &path, Some(body)).await;
        answers.n_newcomers.fetch_add(u64::from(joined.is_some()), Ordering::Relaxed);
    }
}

/// Gives every process these keys, one process after the other.
async fn roll_out(world: &World, keys: &str) -> anyhow::Result<()> {
    let storefront = std::iter::once(&world.storefront_api);
    let services: Vec<&Service> =
        storefront.chain(&world.admissions).chain(&world.workers).collect();
    for service in services {
        service.set_env(KEYS.map(|name| (format!("SLUICE_{name}"), keys)));
        service.restart().await?;
        sleep(SETTLING).await;
    }
    Ok(())
}

fn text(json: &Value, field: &str) -> String {
    json[field].as_str().unwrap_or_else(|| panic!("no text {field} in {json}")).to_owned()
}

#[tokio::test]
async fn signing_keys_are_rotated_under_load_and_nobody_is_lost() -> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let options = WorldOptions { n_admissions: 2, ..WorldOptions::default() };
    let app = TestApp { world: World::shared(options).await? };
    let (seller, operator) = (app.seller().await, app.operator().await);
    let flash_drop = seller.flash_drop().units(100).hold_seconds(300).create().await;
    operator.pause(&flash_drop).await;
    let (storefront, admission) = (app.storefront(), app.admission());
    let joins = (0..N_REGULARS).map(|_| Regular::join(&storefront, &admission, &flash_drop));
    let mut regulars = join_all(joins).await;
    let site = VisitedSite::open(&app).await;

    let answers = Answers::default();
    let load = async {
        let coming = regulars.iter_mut().map(|one| one.come_and_go(&app, &flash_drop, &answers));
        let new = (0..N_DOORS).map(|_| newcomers(&app, &flash_drop, &answers));
        tokio::join!(join_all(coming), join_all(new), site.let_in(&app, &answers)).2
    };
    let new = format!("2:{}", "cd".repeat(32));
    let rotation = async {
        let verified = roll_out(&app.world, &format!("{TEST_KEYS},{new}")).await;
        answers.half_as_many_more().await;
        let signed = roll_out(&app.world, &format!("{new},{TEST_KEYS}")).await;
        answers.half_as_many_more().await;
        answers.is_over.store(true, Ordering::Relaxed);
        verified.and(signed)
    };
    let (rotated, visits) = tokio::join!(rotation, load);
    rotated?;
    site.expect_inside(&app, &visits).await?;

    for (what, n, _) in answers.counts() {
        println!("{what}: {n}");
    }
    let shoppers: BTreeSet<&str> = regulars.iter().map(|one| one.shopper_id.as_str()).collect();
    assert_eq!(shoppers.len(), N_REGULARS);

    // Those who stood there first are let in first, with what the old key signed.
    operator.resume(&flash_drop).await;
    for regular in &regulars {
        let storefront = app.storefront().with_key(&regular.session);
        wait_until("order", PATIENCE, async || {
            let orders = ask(&storefront, Method::GET, "/v1/orders").await?;
            (orders["data"][0]["state"] == "reserved").then_some(())
        })
        .await;
    }
    let n_dead: i64 = app.world.database.scalar("select count(*) from dead_letters").await;
    assert_eq!(n_dead, 0);
    app.world.stop().await
}
