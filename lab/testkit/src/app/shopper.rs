//! A shopper: joins, waits, pays.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::StatusCode;
use serde_json::{Value, json};
use shared::ids::{ShopperId, TicketId};

use super::{
    Api, Reply, Stream, TestDrop,
    seller::parse,
    stream::{self, PATIENCE},
};
use crate::wait_until;

/// How long the room of a new drop may take to be there.
const READY: Duration = Duration::from_secs(20);

/// A guest with a session, and the ticket of the last join.
#[derive(Debug)]
pub struct Shopper {
    /// Who it is.
    pub id: ShopperId,
    storefront: Api,
    admission: Api,
    joined: Mutex<Option<Joined>>,
}

/// What a join answered.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The ticket's id, which is also its order's.
    pub ticket_id: TicketId,
    /// The credential.
    pub token: String,
    /// The number in the line, which never changes.
    pub queue_number: u64,
    /// People ahead + 1, while it waits.
    pub place: Option<u64>,
    /// All of it.
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

    /// Joins with one unit; a room that is not ready yet is asked again, as a page does.
    ///
    /// # Panics
    ///
    /// Panics if the join is refused.
    pub async fn join(&self, flash_drop: &TestDrop) -> Joined {
        let reply = wait_until("a ready room", READY, async || {
            let reply = self.try_join(flash_drop, json!(1)).await;
            (reply.status != StatusCode::SERVICE_UNAVAILABLE).then_some(reply)
        })
        .await;
        assert!(reply.status.is_success(), "join answered {}: {}", reply.status, reply.body);
        let body = reply.body;
        let joined = Joined {
            ticket_id: parse(&body["ticket_id"]),
            token: body["token"].as_str().unwrap_or_default().to_owned(),
            queue_number: body["queue_number"].as_u64().unwrap_or_default(),
            place: body["place"].as_u64(),
            body,
        };
        *self.joined.lock().unwrap_or_else(PoisonError::into_inner) = Some(joined.clone());
        joined
    }

    /// Joins with whatever is given as units; any answer is fine.
    pub async fn try_join(&self, flash_drop: &TestDrop, units: Value) -> Reply {
        let body = json!({ "variant_id": flash_drop.variant_id, "units": units });
        self.admission.post(&format!("/v1/drops/{}/tickets", flash_drop.id), body).await
    }

    /// The ticket's state, by polling.
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
    pub async fn stream(&self, flash_drop: &TestDrop) -> Stream {
        let joined = self.last_join().expect("a shopper joins before it watches");
        let origin = self.storefront.base();
        stream::open(self.admission.base(), origin, flash_drop, &joined.token).await
    }

    /// The order of the ticket, any answer.
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

    fn last_join(&self) -> Option<Joined> {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn ticket_path(flash_drop: &TestDrop) -> String {
    format!("/v1/drops/{}/ticket", flash_drop.id)
}
