//! Shoppers of another drop, whose line stands still. They have been there since before the upgrade,
//! ask where they stand all the time, and must hear the same for ever.

use super::answers::Answers;
use serde_json::{Value, json};
use std::{cell::Cell, time::Duration};
use testkit::{
    TestApp,
    app::{Method, Shopper, TestDrop, TestTicket},
};
use tokio::time::sleep;

const N_CALLERS: u64 = 4;
/// As often as a ticket may be looked at, at most.
const EVERY: Duration = Duration::from_millis(250);

/// Those who ask.
pub(super) struct Callers {
    flash_drop: TestDrop,
    shoppers: Vec<(Shopper, TestTicket)>,
}

impl Callers {
    /// Lets them join. Nobody is let in: an operator has paused the drop.
    pub(super) async fn join(app: &TestApp) -> Self {
        let flash_drop = app.seller().await.flash_drop().create().await;
        app.operator().await.pause(&flash_drop).await;
        let mut shoppers = Vec::new();
        for _ in 0..N_CALLERS {
            let shopper = app.shopper().await;
            let ticket = shopper.join(&flash_drop).await;
            shoppers.push((shopper, ticket));
        }
        Self { flash_drop, shoppers }
    }

    /// The drop that they wait for.
    pub(super) const fn flash_drop(&self) -> &TestDrop {
        &self.flash_drop
    }

    /// Has them ask for as long as the work takes. Returns what came of it, and their answers.
    pub(super) async fn ask_while<T>(
        &self,
        app: &TestApp,
        work: impl Future<Output = T>,
    ) -> (T, Answers) {
        let is_over = Cell::new(false);
        let work = async {
            let done = work.await;
            is_over.set(true);
            done
        };
        tokio::join!(work, self.ask_until(app, &is_over))
    }

    async fn ask_until(&self, app: &TestApp, is_over: &Cell<bool>) -> Answers {
        let mut answers = Answers::default();
        while !is_over.get() {
            for (shopper, ticket) in &self.shoppers {
                self.ask(app, shopper, ticket, &mut answers).await;
            }
            sleep(EVERY).await;
        }
        answers
    }

    /// Asks for the ticket and for the drop, over connections that stay open, and for a session over
    /// a new one.
    async fn ask(
        &self,
        app: &TestApp,
        shopper: &Shopper,
        ticket: &TestTicket,
        answers: &mut Answers,
    ) {
        let of_drop = format!("/v1/drops/{}", self.flash_drop.id);
        let of_ticket = format!("{of_drop}/ticket");
        let reply = shopper.admission().try_send(Method::GET, &of_ticket, None).await;
        answers.note("a ticket", reply, |body| is_same(body, ticket));
        let reply = shopper.storefront().try_send(Method::GET, &of_drop, None).await;
        answers.note("a drop", reply, |body| body["state"] == "open");
        let reply = app.storefront().try_send(Method::POST, "/v1/session", Some(json!({}))).await;
        answers.note("a session", reply, |body| body["token"].is_string());
    }

    /// Fails unless each has its place in line, for its ticket and for its session.
    pub(super) async fn assert_still_stand(&self) {
        for (shopper, ticket) in &self.shoppers {
            let shown = shopper.ticket(&self.flash_drop).await;
            assert!(is_same(&shown, ticket), "{ticket:?} is shown as {shown}");
            let again = shopper.join(&self.flash_drop).await;
            let (found, first) = (again.ticket_id, ticket.ticket_id);
            assert_eq!((found, again.queue_number), (first, ticket.queue_number), "{}", again.body);
        }
    }
}

/// Whether an answer shows a ticket where it has stood all the time.
fn is_same(shown: &Value, ticket: &TestTicket) -> bool {
    shown["ticket_id"] == json!(ticket.ticket_id) && shown["position"] == json!(ticket.position)
}
