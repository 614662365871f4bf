//! Tickets that are bound to a key: good for nothing in other hands.

use crate::harness::{AdmissionTest, TestInstance, TestShopper, answer, claims, next, until_close};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use shared::clock::Clock;
use testkit::TestDevice;

const NEEDED: &str = "possession_needed";
const REFUSED: &str = "possession_refused";

/// A shopper in line whose ticket is bound to the key of a device.
struct BoundPlace {
    test: AdmissionTest,
    instance: TestInstance,
    device: TestDevice,
    shopper: TestShopper,
    token: String,
}

impl BoundPlace {
    async fn take() -> Self {
        let test = AdmissionTest::open().await;
        let instance = test.instance().await;
        let device = TestDevice::generate();
        let shopper = TestShopper::on(&device);
        let joined = test.join(&instance, &shopper).await;
        let token = joined["token"].as_str().unwrap().to_owned();
        Self { test, instance, device, shopper, token }
    }

    fn now(&self) -> Timestamp {
        self.instance.clock.now()
    }

    fn url(&self, what: &str) -> String {
        self.instance.url(&self.test.path(what))
    }

    /// A proof of this device for the ticket's own address.
    fn proof(&self, device: &TestDevice, method: &str) -> String {
        device.prove(method, &self.url("ticket"), self.now())
    }

    fn look(&self, proof: &str) -> RequestBuilder {
        let look = Client::new().get(self.url("ticket")).header("sluice-ticket", &self.token);
        if proof.is_empty() { look } else { look.header("dpop", proof) }
    }

    fn leave(&self, proof: &str) -> RequestBuilder {
        let path = self.test.path("ticket");
        let leave = self.instance.request(Method::DELETE, &path, &self.shopper);
        leave.header("sluice-ticket", &self.token).header("dpop", proof)
    }

    /// Listens with a proof for the stream.
    async fn listen(&self, proof: &str) -> Result<Value, (u16, String)> {
        let offered = format!("sluice.v1, sluice.ticket.{}, sluice.proof.{proof}", self.token);
        let headers = [("sec-websocket-protocol", offered)];
        let mut socket = self.test.try_stream(&self.instance, &headers).await.unwrap();
        next(&mut socket).await
    }
}

/// Status and code of a refusal; nothing where there is none.
async fn refusal(request: RequestBuilder) -> Option<(u16, String)> {
    let (status, body) = answer(request).await;
    let code = body["code"].as_str().unwrap_or_default().to_owned();
    (status != 200).then_some((status, code))
}

fn refused(code: &str) -> Option<(u16, String)> {
    Some((401, code.to_owned()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bound_ticket_is_good_for_nothing_without_its_key() {
    let place = BoundPlace::take().await;
    let stranger = TestDevice::generate();
    assert_eq!(refusal(place.look("")).await, refused(NEEDED));
    let forged = place.proof(&stranger, "GET");
    assert_eq!(refusal(place.look(&forged)).await, refused(REFUSED));
    let forged = place.proof(&stranger, "DELETE");
    assert_eq!(refusal(place.leave(&forged)).await, refused(REFUSED));
    let events = Client::new().get(place.url("events")).header("sluice-ticket", &place.token);
    assert_eq!(refusal(events).await, refused(NEEDED));
    let mut socket = place.test.stream(&place.instance, &place.token, "").await;
    assert_eq!(until_close(&mut socket).await, (4501, NEEDED.to_owned()));

    assert_eq!(refusal(place.look(&place.proof(&place.device, "GET"))).await, None);
    let proof = place.device.prove("GET", &place.url("stream"), place.now());
    assert_eq!(place.listen(&proof).await.unwrap()["position"], 1);
    let proof = place.device.prove("GET", &place.url("events"), place.now());
    let events = Client::new().get(place.url(&format!("events?proof={proof}")));
    let events = events.header("sluice-ticket", &place.token).send().await.unwrap();
    assert_eq!(events.status(), 200);
    let left = place.leave(&place.proof(&place.device, "DELETE"));
    assert_eq!(answer(left).await.1["state"], "left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_that_somebody_has_written_down_is_worth_nothing() {
    let place = BoundPlace::take().await;
    let proof = place.proof(&place.device, "GET");
    assert_eq!(refusal(place.leave(&proof)).await, refused(REFUSED), "for another request");
    assert_eq!(refusal(place.look(&proof)).await, None);
    assert_eq!(refusal(place.look(&proof)).await, refused(REFUSED), "used before");
    let proof = place.device.prove("GET", &place.url("stream"), place.now());
    assert_eq!(refusal(place.look(&proof)).await, refused(REFUSED), "for the stream");
    for (away_s, wanted) in [(-61, refused(REFUSED)), (61, refused(REFUSED)), (-59, None)] {
        let at = place.now() + SignedDuration::from_secs(away_s);
        let proof = place.device.prove("GET", &place.url("ticket"), at);
        assert_eq!(refusal(place.look(&proof)).await, wanted, "{away_s} s away");
    }
    let closed = place.listen(&place.proof(&place.device, "GET")).await.unwrap_err();
    assert_eq!(closed, (4501, REFUSED.to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_was_taken_along_is_in_the_hands_of_the_new_device() {
    let place = BoundPlace::take().await;
    let device = TestDevice::generate();
    let moved = place.shopper.moved_to(&device);
    let look = |shopper: &TestShopper| {
        place.look(&place.proof(&device, "GET")).bearer_auth(&shopper.session)
    };
    assert_eq!(refusal(look(&moved)).await, None);
    assert_eq!(refusal(look(&place.shopper)).await, refused(REFUSED), "the old device's session");
    assert_eq!(refusal(look(&TestShopper::on(&device))).await, refused(REFUSED), "a stranger's");

    let again = place.test.join(&place.instance, &moved).await;
    assert_eq!(again["position"], 1);
    let token = again["token"].as_str().unwrap();
    assert_eq!(claims(token).key, Some(device.thumbprint()));
    assert_eq!(claims(token).ticket, claims(&place.token).ticket);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_session_joins_for_its_owner_alone() {
    let place = BoundPlace::take().await;
    let stolen = place.test.join(&place.instance, &place.shopper).await;
    let token = stolen["token"].as_str().unwrap();
    assert_eq!(claims(token).key, Some(place.device.thumbprint()));
    let (status, problem) = place.test.status(&place.instance, token).await;
    assert_eq!((status, &problem["code"]), (401, &json!(NEEDED)));
    let (status, problem) = place.test.leave_as(&place.instance, token, &place.shopper).await;
    assert_eq!((status, &problem["code"]), (401, &json!(NEEDED)));
}
