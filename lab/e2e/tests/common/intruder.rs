//! Somebody who asks for everything of a drop that is none of theirs, and writes the answers down.
//!
//! TENANT-1 is judged by them. Only the routes that anybody may use are left out.

use check::probes::{Asker, TenantProbe, TenantProbeLog};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    ids::{DropId, OrderId},
};
use std::time::Duration;
use testkit::app::{Api, Method, TestDrop, answer_of_stream};
use tokio::time::timeout;

/// How long an answer may take; one from a service that is away never comes.
const PATIENCE: Duration = Duration::from_secs(3);
/// A shopper's own tickets.
const TICKETS: &str = "/v1/tickets";

/// Somebody to whom the drop does not belong.
pub(crate) struct Intruder {
    pub(crate) by: Asker,
    pub(crate) storefront: Api,
    /// With a ticket of another drop, if they have one.
    pub(crate) admission: Api,
}

/// One thing to ask for.
struct Question {
    method: Method,
    /// The path as the service names it.
    route: &'static str,
    path: String,
    body: Option<Value>,
}

impl Intruder {
    /// Asks for everything once, whatever the answers are. Fails when they cannot be written down.
    pub(crate) async fn ask_for_all(
        &self,
        flash_drop: &TestDrop,
        order_id: OrderId,
        log: &TenantProbeLog,
    ) -> anyhow::Result<()> {
        for question in questions(flash_drop, order_id) {
            let answer = timeout(PATIENCE, self.ask(&question, flash_drop.id)).await;
            let (status, body) = answer.unwrap_or_default();
            let route = format!("{} {}", question.method, question.route);
            log.write(&TenantProbe::new(self.by, flash_drop.id, route, status, &body))?;
        }
        Ok(())
    }

    /// Returns status and body, as far as there is an answer.
    async fn ask(&self, question: &Question, drop_id: DropId) -> (Option<u16>, String) {
        let Question { method, route, path, body } = question;
        let of_line = route.starts_with("/v1/drops/");
        let api = if of_line { &self.admission } else { &self.storefront };
        if route.ends_with("/stream") {
            return (answer_of_stream(api, path).await, String::new());
        }
        match api.try_send(method.clone(), path, body.clone()).await {
            Ok(reply) => {
                let told = without_what_all_know(route, reply.body, drop_id);
                (Some(reply.status.as_u16()), told.to_string())
            }
            Err(_) => (None, String::new()),
        }
    }
}

/// Takes the drop out of the open drops whose line is being restored, of which everybody is told.
fn without_what_all_know(route: &str, mut body: Value, drop_id: DropId) -> Value {
    if route == TICKETS
        && let Some(lines) = body.get_mut("not_ready").and_then(Value::as_array_mut)
    {
        lines.retain(|line| *line != json!(drop_id));
    }
    body
}

/// Every route that takes an id of the drop's seller or of its shoppers, and every list. What is
/// sent would be done for whom it belongs to.
fn questions(flash_drop: &TestDrop, order_id: OrderId) -> Vec<Question> {
    let TestDrop { id, product_id, variant_id, .. } = flash_drop;
    let why = json!({ "why": "mine now" });
    let offer = json!({
        "product_id": product_id, "title": "Mine now",
        "variants": [{ "variant_id": variant_id, "units": 1 }],
    });
    let soon = SystemClock.now() + Duration::from_secs(3_600);
    let window = json!({ "opens_at": soon });
    let limits = json!({ "occupancy_cap": 1, "why": "mine now" });
    let plan = json!({ "occupancy_cap": 1, "at": soon, "why": "mine now" });
    let card = json!({ "payment_method": "pm_card_approve" });
    let event = format!("evt_{order_id}");
    let event = json!({ "event_id": event, "reference": order_id, "type": "payment.captured" });
    let asked = [
        (Method::GET, "/v1/seller/drops", None),
        (Method::POST, "/v1/seller/drops", Some(offer)),
        (Method::GET, "/v1/seller/drops/{drop_id}", None),
        (Method::GET, "/v1/seller/drops/{drop_id}/numbers", None),
        (Method::POST, "/v1/seller/drops/{drop_id}/schedule", Some(window)),
        (Method::POST, "/v1/seller/drops/{drop_id}/cancel", Some(json!({ "reason": "mine now" }))),
        (Method::GET, "/v1/seller/products", None),
        (Method::GET, "/v1/seller/products/{product_id}", None),
        (Method::GET, "/v1/orders", None),
        (Method::GET, "/v1/orders/{order_id}", None),
        (Method::POST, "/v1/orders/{order_id}/payment", Some(card)),
        (Method::POST, "/v1/orders/{order_id}/units", Some(json!({ "units": 1 }))),
        (Method::POST, "/v1/orders/{order_id}/cancel", None),
        (Method::GET, TICKETS, None),
        (Method::GET, "/v1/operator/drops/{drop_id}/limits", None),
        (Method::PATCH, "/v1/operator/drops/{drop_id}/limits", Some(limits)),
        (Method::GET, "/v1/operator/drops/{drop_id}/limits/plan", None),
        (Method::POST, "/v1/operator/drops/{drop_id}/limits/plan", Some(plan)),
        (Method::POST, "/v1/operator/drops/{drop_id}/limits/undo", Some(why.clone())),
        (Method::POST, "/v1/operator/drops/{drop_id}/pause", Some(why.clone())),
        (Method::POST, "/v1/operator/drops/{drop_id}/resume", Some(why.clone())),
        (Method::POST, "/v1/operator/drops/{drop_id}/hold", Some(why.clone())),
        (Method::POST, "/v1/operator/drops/{drop_id}/drain", Some(why.clone())),
        (Method::POST, "/v1/operator/drops/{drop_id}/maintenance", Some(why.clone())),
        (Method::POST, "/v1/operator/drops/{drop_id}/emergency-stop", Some(why)),
        (Method::GET, "/v1/operator/audit", None),
        (Method::GET, "/v1/operator/dead-letters", None),
        (Method::GET, "/v1/operator/health", None),
        (Method::POST, "/v1/provider/callbacks", Some(event)),
        (Method::GET, "/v1/drops/{drop}/ticket", None),
        (Method::DELETE, "/v1/drops/{drop}/ticket", None),
        (Method::GET, "/v1/drops/{drop}/events", None),
        (Method::GET, "/v1/drops/{drop}/stream", None),
    ];
    let ids = [
        ("{drop_id}", id.to_string()),
        ("{drop}", id.to_string()),
        ("{product_id}", product_id.to_string()),
        ("{order_id}", order_id.to_string()),
    ];
    let questions = asked.into_iter().map(|(method, route, body)| Question {
        method,
        route,
        path: ids.iter().fold(route.to_owned(), |path, (name, id)| path.replace(name, id)),
        body,
    });
    questions.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_restored_is_no_secret_and_all_else_of_its_drop_is_one() {
        let drop_id = DropId::generate();
        let told = json!({ "data": [{ "drop_id": drop_id }], "not_ready": [drop_id, "another"] });
        let kept = json!({ "data": [{ "drop_id": drop_id }], "not_ready": ["another"] });
        assert_eq!(without_what_all_know(TICKETS, told.clone(), drop_id), kept);
        assert_eq!(without_what_all_know("/v1/orders", told.clone(), drop_id), told);
        assert_eq!(without_what_all_know(TICKETS, json!([]), drop_id), json!([]));
    }
}
