//! A shopper: joins, waits, pays.

use parking_lot::Mutex;
use serde_json::{Value, json};
use shared::ids::{ShopperId, TicketId, VariantId};

use super::{Api, Reply, TestDrop, TestStream, seller::parse, stream};
use crate::wait::PATIENCE;

/// A guest with a session, and the ticket of the last join.
#[derive(Debug)]
pub struct Shopper {
    /// The account of the session.
    pub id: ShopperId,
    storefront: Api,
    admission: Api,
    joined: Mutex<Option<TestTicket>>,
}

/// A ticket, as the answer to the join describes it.
#[derive(Clone, Debug)]
pub struct TestTicket {
    /// Also the id of the ticket's order.
    pub ticket_id: TicketId,
    /// The ticket's credential.
    pub token: String,
    /// The number in the line, which never changes.
    pub queue_number: u64,
    /// From 1, while the ticket waits.
    pub position: Option<u64>,
    /// The whole answer.
    pub body: Value,
}

impl Shopper {
    pub(super) async fn start(storefront: Api, admission: Api) -> Self {
        let body = storefront.post("/v1/session", json!({})).await.expect(201);
        let token = body["token"].as_str().unwrap_or_default();
        Self {
            id: parse(&body["shopper_id"]),
            storefront: storefront.with_key(token),
            admission: admission.with_key(token),
            joined: Mutex::new(None),
        }
    }

    /// The storefront's API with this session.
    #[must_use]
    pub fn storefront(&self) -> &Api {
        &self.storefront
    }

    /// The admission API with this session, and with the ticket once there is one.
    #[must_use]
    pub fn admission(&self) -> Api {
        match self.last_join() {
            Some(joined) => self.admission.with_ticket(&joined.token),
            None => self.admission.clone(),
        }
    }

    /// Talks to another admission instance from now on.
    #[must_use]
    pub fn through(mut self, admission_url: &str) -> Self {
        let key = self.storefront.key().unwrap_or_default().to_owned();
        self.admission = Api::new(admission_url).with_key(&key);
        self
    }

    /// Joins with one unit, or for as many as a ticket may have where they are chosen later. Where the
    /// room is not ready yet or the shopper is over its limit, it tries again when it is told to, as a
    /// page does.
    ///
    /// # Panics
    ///
    /// Panics if the join is refused, or not answered otherwise in time.
    pub async fn join(&self, flash_drop: &TestDrop) -> TestTicket {
        self.join_for(flash_drop, flash_drop.variant_id).await
    }

    /// Joins for a variant of the test's choice.
    ///
    /// # Panics
    ///
    /// Panics if the join is refused, or not answered otherwise in time.
    pub async fn join_for(&self, flash_drop: &TestDrop, variant_id: VariantId) -> TestTicket {
        let body = json!({ "variant_id": variant_id, "units": flash_drop.units_asked() });
        let reply = self.admission.post_in_time(&tickets_path(flash_drop), body).await;
        assert!(reply.status.is_success(), "join answered {}: {}", reply.status, reply.body);
        let body = reply.body;
        let joined = TestTicket {
            ticket_id: parse(&body["ticket_id"]),
            token: body["token"].as_str().unwrap_or_default().to_owned(),
            queue_number: body["queue_number"].as_u64().unwrap_or_default(),
            position: body["position"].as_u64(),
            body,
        };
        *self.joined.lock() = Some(joined.clone());
        joined
    }

    /// Joins once, with anything as units; any answer is fine.
    pub async fn try_join(&self, flash_drop: &TestDrop, units: Value) -> Reply {
        let body = json!({ "variant_id": flash_drop.variant_id, "units": units });
        self.admission.post(&tickets_path(flash_drop), body).await
    }

    /// Polls the ticket's state.
    pub async fn ticket(&self, flash_drop: &TestDrop) -> Value {
        self.admission().get(&ticket_path(flash_drop)).await.expect(200)
    }

    /// Leaves the line.
    pub async fn leave(&self, flash_drop: &TestDrop) -> Value {
        self.admission().delete(&ticket_path(flash_drop)).await.expect(200)
    }

    /// Opens the stream of the ticket.
    ///
    /// # Panics
    ///
    /// Panics if there is no ticket or the stream is refused.
    pub async fn stream(&self, flash_drop: &TestDrop) -> TestStream {
        let joined = self.last_join().expect("a shopper joins before it watches");
        let origin = self.storefront.base();
        stream::open(self.admission.base(), origin, flash_drop, &joined.token).await
    }

    /// Asks for the ticket's order; any answer is fine.
    pub async fn order(&self) -> Reply {
        self.storefront.get(&format!("/v1/orders/{}", self.ticket_id())).await
    }

    /// Waits for a state of the order, and returns the order.
    ///
    /// # Panics
    ///
    /// Panics if it is not reached in time.
    pub async fn wait_order(&self, state: &str) -> Value {
        let what = format!("order in state {state}");
        crate::wait_until(&what, PATIENCE, async || {
            let reply = self.order().await;
            (reply.body["state"] == state).then_some(reply.body)
        })
        .await
    }

    /// Takes so many of the units that are held, and returns the order.
    pub async fn choose_units(&self, units: u32) -> Value {
        let path = format!("/v1/orders/{}/units", self.ticket_id());
        self.storefront.post(&path, json!({ "units": units })).await.expect(200)
    }

    /// Starts the payment.
    pub async fn pay(&self, payment_method: &str) -> Value {
        let path = format!("/v1/orders/{}/payment", self.ticket_id());
        let body = json!({ "payment_method": payment_method });
        self.storefront.post(&path, body).await.expect(202)
    }

    /// Cancels the order.
    pub async fn cancel(&self) -> Value {
        let path = format!("/v1/orders/{}/cancel", self.ticket_id());
        self.storefront.post(&path, json!({})).await.expect(200)
    }

    fn ticket_id(&self) -> TicketId {
        self.last_join().expect("a shopper joins before it orders").ticket_id
    }

    fn last_join(&self) -> Option<TestTicket> {
        self.joined.lock().clone()
    }
}

fn tickets_path(flash_drop: &TestDrop) -> String {
    format!("/v1/drops/{}/tickets", flash_drop.id)
}

fn ticket_path(flash_drop: &TestDrop) -> String {
    format!("/v1/drops/{}/ticket", flash_drop.id)
}
