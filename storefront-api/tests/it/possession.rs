//! Sessions that are bound to the key of a device.

use crate::{
    answer::{Answer, text},
    shop::{NOBODY, Shop, Who},
};
use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    credentials::TicketClaims,
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{Epoch, Intent, JoinedTicket, Lane, Score},
};
use testkit::{TestDevice, keyring};

const SESSION: &str = "/v1/session";
const GIVE: &str = "/v1/tickets/handoff";
const TAKE: &str = "/v1/session/handoff";

/// A shopper whose session is bound to the key of a device.
struct Bound {
    device: TestDevice,
    who: Who,
    shopper_id: ShopperId,
}

impl Bound {
    async fn at(shop: &Shop) -> Self {
        let device = TestDevice::generate();
        let begun = begin(shop, &NOBODY, Some(&device)).await.expect(201);
        assert_eq!(begun["key_thumbprint"], device.thumbprint().to_string());
        let shopper_id = text(&begun, "shopper_id").parse().unwrap();
        Self { device, who: Who(Some(text(&begun, "token"))), shopper_id }
    }

    /// Posts with a proof of this device, or without any.
    async fn post(
        &self,
        shop: &Shop,
        path: &str,
        device: Option<&TestDevice>,
        body: &Value,
    ) -> Answer {
        let request = shop.request(Method::POST, path, &self.who).json(body);
        let url = format!("{}{path}", shop.url);
        let request = match device.map(|device| device.prove("POST", &url, SystemClock.now())) {
            Some(proof) => request.header("dpop", proof),
            None => request,
        };
        let request = request.header("sluice-ticket", self.ticket(drop_of(body)));
        Answer::read(request.send().await.unwrap()).await
    }

    fn ticket(&self, drop_id: DropId) -> String {
        let ticket = JoinedTicket {
            ticket_id: TicketId::generate(),
            shopper_id: self.shopper_id,
            lane: Lane(0),
            score: Score::new(Epoch(1), 7),
            intent: Intent { variant_id: VariantId::generate(), units: 1 },
            joined_at_ms: 1_700_000_000_000,
        };
        let key = Some(self.device.thumbprint());
        TicketClaims { drop_id, ticket, expires_at_ms: i64::MAX, key }.seal(&keyring())
    }
}

/// The drop that a body names, or one of nobody's.
fn drop_of(body: &Value) -> DropId {
    let named = body["drop_id"].as_str().and_then(|drop_id| drop_id.parse().ok());
    named.unwrap_or_else(DropId::generate)
}

async fn begin(shop: &Shop, who: &Who, device: Option<&TestDevice>) -> Answer {
    let body = match device {
        Some(device) => json!({ "key_thumbprint": device.thumbprint() }),
        None => json!({}),
    };
    shop.post(SESSION, who, &body).await
}

#[tokio::test]
async fn a_session_is_renewed_for_its_own_device_and_anybody_else_is_somebody_new() {
    let shop = Shop::open().await;
    let bound = Bound::at(&shop).await;
    let thumbprint = bound.device.thumbprint().to_string();
    for device in [Some(&bound.device), None] {
        let renewed = begin(&shop, &bound.who, device).await.expect(200);
        assert_eq!(renewed["shopper_id"], bound.shopper_id.to_string());
        assert_eq!(renewed["key_thumbprint"], thumbprint);
    }
    let thief = begin(&shop, &bound.who, Some(&TestDevice::generate())).await.expect(201);
    assert_ne!(thief["shopper_id"], bound.shopper_id.to_string());
    // A session of before, or of a program, is bound once its holder has a key.
    let plain = shop.shopper().await;
    assert_eq!(begin(&shop, &plain, None).await.expect(200)["key_thumbprint"], Value::Null);
    let late = begin(&shop, &plain, Some(&bound.device)).await.expect(200);
    assert_eq!(late["key_thumbprint"], thumbprint);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_and_not_passed_over() {
    let shop = Shop::open().await;
    for wrong in [json!(""), json!("short"), json!("=".repeat(43)), json!("A".repeat(44)), json!(7)]
    {
        let answer = shop.post(SESSION, &NOBODY, &json!({ "key_thumbprint": wrong })).await;
        answer.expect_problem(422, "invalid_fields");
        assert_eq!(answer.fields(), ["/key_thumbprint"]);
    }
    let body = json!({ "code": "4207 1830", "key_thumbprint": "short" });
    shop.post(TAKE, &NOBODY, &body).await.expect_problem(400, "invalid_body");
}

#[tokio::test]
async fn a_place_is_handed_over_by_its_own_device_and_goes_on_with_the_key_of_the_other() {
    let shop = Shop::open().await;
    let (bound, other) = (Bound::at(&shop).await, TestDevice::generate());
    let body = json!({ "drop_id": DropId::generate() });
    let stolen = bound.post(&shop, GIVE, None, &body).await;
    stolen.expect_problem(401, "possession_needed");
    let stolen = bound.post(&shop, GIVE, Some(&other), &body).await;
    stolen.expect_problem(401, "possession_refused");

    let given = bound.post(&shop, GIVE, Some(&bound.device), &body).await.expect(201);
    let taking = json!({ "code": given["code"], "key_thumbprint": other.thumbprint() });
    let taken = shop.post(TAKE, &NOBODY, &taking).await.expect(201);
    assert_eq!(taken["session"]["shopper_id"], bound.shopper_id.to_string());
    assert_eq!(taken["session"]["key_thumbprint"], other.thumbprint().to_string());
}

#[tokio::test]
async fn a_pass_is_asked_for_by_whoever_has_the_key_of_its_session() {
    let shop = Shop::open().await;
    let bound = Bound::at(&shop).await;
    let path = format!("/v1/drops/{}/pass", DropId::generate());
    let stolen = bound.post(&shop, &path, None, &json!({})).await;
    stolen.expect_problem(401, "possession_needed");
    let own = bound.post(&shop, &path, Some(&bound.device), &json!({})).await;
    own.expect_problem(404, "pass_not_found");
}
