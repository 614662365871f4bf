//! An open room in a Redis of the test's own, instances of the service on it, shoppers.

mod frames;
mod instance;
mod shopper;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use shared::{
    config::Settings,
    credentials::TicketClaims,
    ids::VariantId,
    line::{Epoch, JoinedTicket},
};
use std::time::Duration;
use testkit::{TestRedis, keyring, room::TestRoom, wait_until};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, client::IntoClientRequest},
};

pub(crate) use frames::{Socket, next, say, until, until_close};
pub(crate) use instance::TestInstance;
pub(crate) use shopper::TestShopper;

/// A page that may call the service.
pub(crate) const ORIGIN: &str = "http://127.0.0.1:8080";
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
const UNITS: u32 = 1000;
/// A database that nobody can reach: an open line needs none.
const NOWHERE: &str = "postgres://nobody@127.0.0.1:1/nothing";

/// A room, and the ways to it.
pub(crate) struct AdmissionTest {
    pub(crate) room: TestRoom,
    pub(crate) database_url: String,
}

impl AdmissionTest {
    /// An open room in a Redis database of its own.
    pub(crate) async fn open() -> Self {
        let test = Self::empty().await;
        test.begin(TestRoom::EPOCH).await;
        test
    }

    /// A Redis database of its own, without any room.
    pub(crate) async fn empty() -> Self {
        Self::on(TestRedis::create().await).await
    }

    /// This Redis database; there is no room yet.
    pub(crate) async fn on(redis: TestRedis) -> Self {
        let mut room = TestRoom::on(redis).await;
        room.config.admission_rate_per_second = 1000.0;
        room.config.max_units_per_ticket = 2;
        Self { room, database_url: NOWHERE.to_owned() }
    }

    /// Begins an epoch and opens its room.
    pub(crate) async fn begin(&self, epoch: Epoch) {
        self.room.begin(epoch, UNITS).await;
    }

    pub(crate) async fn instance(&self) -> TestInstance {
        self.instance_with(|_| {}).await
    }

    pub(crate) async fn instance_with(&self, change: impl FnOnce(&mut Settings)) -> TestInstance {
        let instance = self.unready_instance_with(change).await;
        wait_until("ready instance", PATIENCE, async || {
            (instance.readiness().await.0 == 200).then_some(())
        })
        .await;
        instance
    }

    /// An instance that may still have to reach Redis.
    pub(crate) async fn unready_instance(&self) -> TestInstance {
        self.unready_instance_with(|_| {}).await
    }

    async fn unready_instance_with(&self, change: impl FnOnce(&mut Settings)) -> TestInstance {
        let mut settings = testkit::settings([
            ("SLUICE_REDIS__URL", self.room.redis.url()),
            ("SLUICE_DATABASE__URL", self.database_url.as_str()),
            ("SLUICE_LIMITS__JOINS_PER_SECOND", "1000"),
        ]);
        change(&mut settings);
        TestInstance::start(settings).await
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/drops/{}/{rest}", self.room.drop_id)
    }

    pub(crate) fn body(&self) -> Value {
        Self::body_for(self.room.variant_id)
    }

    fn body_for(variant_id: VariantId) -> Value {
        json!({"variant_id": variant_id, "units": 1})
    }

    /// Joins, and returns the answer's JSON.
    pub(crate) async fn join(&self, instance: &TestInstance, shopper: &TestShopper) -> Value {
        let (status, body) = self.try_join(instance, shopper).await;
        assert!(status == 201 || status == 200, "{status} {body}");
        body
    }

    pub(crate) async fn try_join(
        &self,
        instance: &TestInstance,
        shopper: &TestShopper,
    ) -> (u16, Value) {
        self.try_join_for(self.room.variant_id, instance, shopper).await
    }

    /// Joins for a variant of the test's choice.
    pub(crate) async fn try_join_for(
        &self,
        variant_id: VariantId,
        instance: &TestInstance,
        shopper: &TestShopper,
    ) -> (u16, Value) {
        let request = instance.request(Method::POST, &self.path("tickets"), shopper);
        answer(request.json(&Self::body_for(variant_id))).await
    }

    /// Asks for a ticket's status.
    pub(crate) async fn status(&self, instance: &TestInstance, token: &str) -> (u16, Value) {
        self.status_after(instance, token, "").await
    }

    /// Asks for a ticket's status as one who was shown it before: `?seen=..`.
    pub(crate) async fn status_after(
        &self,
        instance: &TestInstance,
        token: &str,
        query: &str,
    ) -> (u16, Value) {
        let url = instance.url(&self.path(&format!("ticket{query}")));
        answer(Client::new().get(url).header("sluice-ticket", token)).await
    }

    /// Waits until the instance shows what Redis counts for a ticket, and returns its position.
    pub(crate) async fn exact_position(
        &self,
        instance: &TestInstance,
        ticket: JoinedTicket,
    ) -> u64 {
        let (queue, drop_id) = (&self.room.queue, self.room.drop_id);
        let claims = TicketClaims { drop_id, ticket, expires_at_ms: i64::MAX, key: None };
        let token = claims.seal(&keyring());
        wait_until("position of Redis", PATIENCE, async || {
            let (lane, variant_id) = (ticket.lane, ticket.intent.variant_id);
            let exact =
                queue.position(drop_id, TestRoom::EPOCH, lane, variant_id, ticket.score).await;
            let exact = exact.unwrap();
            let (_, view) = self.status(instance, &token).await;
            let is_exact = view["position"] == exact.position
                && view["waiting"] == exact.waiting
                && view["evn"] == exact.evn;
            is_exact.then_some(exact.position)
        })
        .await
    }

    /// Takes a ticket out of line, as its own shopper.
    pub(crate) async fn leave(&self, instance: &TestInstance, token: &str) -> (u16, Value) {
        let shopper = TestShopper::with_id(claims(token).ticket.shopper_id, None);
        self.leave_as(instance, token, &shopper).await
    }

    /// Takes a ticket out of line, as whoever the test says.
    pub(crate) async fn leave_as(
        &self,
        instance: &TestInstance,
        token: &str,
        shopper: &TestShopper,
    ) -> (u16, Value) {
        let request = instance.request(Method::DELETE, &self.path("ticket"), shopper);
        answer(request.header("sluice-ticket", token)).await
    }

    /// Asks for the room's numbers.
    pub(crate) async fn numbers(&self, instance: &TestInstance) -> Value {
        let (status, numbers) = self.try_numbers(instance).await;
        assert_eq!(status, 200, "{numbers}");
        numbers
    }

    pub(crate) async fn try_numbers(&self, instance: &TestInstance) -> (u16, Value) {
        answer(Client::new().get(instance.url(&self.path("room")))).await
    }

    /// Opens a stream with the ticket in the subprotocol.
    pub(crate) async fn stream(&self, instance: &TestInstance, token: &str, query: &str) -> Socket {
        let url = format!("ws://{}{}{query}", instance.address, self.path("stream"));
        let mut request = url.into_client_request().unwrap();
        let protocols = format!("sluice.v1, sluice.ticket.{token}");
        request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
        connect_async(request).await.unwrap().0
    }

    /// Opens a stream with headers of the test's choice; the status where it was refused.
    pub(crate) async fn try_stream(
        &self,
        instance: &TestInstance,
        headers: &[(&'static str, String)],
    ) -> Result<Socket, u16> {
        let url = format!("ws://{}{}", instance.address, self.path("stream"));
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }
}

/// What a ticket's token says, expired or not.
pub(crate) fn claims(token: &str) -> TicketClaims {
    TicketClaims::open(&keyring(), token, 0).unwrap()
}

pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}
