//! After the admission: to pay or not, and to see how the order ends.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, Instant},
};

use check::history::{Action, EntryType};
use rand::Rng;
use reqwest::{Method, StatusCode};
use serde_json::json;
use shared::lifecycle::TicketState;

use super::{
    client::{Call, FinalAnswer},
    feed::TicketFeed,
    report::GAVE_UP,
    shopper::{EndName, VirtualShopper, gave_up, refused},
};

/// Share of payers who send their payment twice under one key.
const PAYS_TWICE: f64 = 0.05;

impl VirtualShopper {
    /// Pays if planned, and watches the order to its end.
    pub(crate) async fn order(
        &mut self,
        session: &str,
        ticket_id: &str,
        feed: &mut TicketFeed,
        admitted: Instant,
    ) -> Result<EndName, EndName> {
        let url = format!("{}/v1/orders/{}", self.context.storefront, ticket_id);
        let ask = Call::new(Method::GET, &url).bearer(session);
        let mut pace = Duration::from_millis(250);
        let mut asked_to_pay = false;
        loop {
            let answer = self.call(Action::Order, json!({}), &ask).await?;
            let state = answer.body["state"].as_str().unwrap_or_default();
            if state.parse::<TicketState>().is_ok_and(TicketState::is_terminal) {
                if state == "confirmed" {
                    self.context.measures.took("admission to paid", admitted.elapsed());
                }
                return Ok(state.to_owned());
            }
            // Right after `held` another instance may not see the row yet; all else is final.
            if !answer.status.is_success() && answer.status != StatusCode::NOT_FOUND {
                return Err(refused("order", &answer));
            }
            if state == "reserved" && !asked_to_pay {
                asked_to_pay = true;
                self.pay(session, &url, ticket_id).await?;
            }
            // A frame wakes it at once; the pace is there for frames that never come.
            tokio::select! {
                () = tokio::time::sleep(pace) => pace = (pace * 2).min(Duration::from_secs(2)),
                frame = feed.next() => if frame.is_none() { return Err(GAVE_UP.to_owned()) },
            }
        }
    }

    async fn pay(&mut self, session: &str, url: &str, ticket_id: &str) -> Result<(), EndName> {
        let Some(card) = self.plan.card.clone() else { return Ok(()) };
        let call = Call::new(Method::POST, format!("{url}/payment"))
            .bearer(session)
            .header("idempotency-key", format!("pay-{ticket_id}"))
            .json(json!({ "payment_method": card }));
        let began = Instant::now();
        let first = self.call(Action::Pay, json!({ "card": card }), &call).await?;
        self.context.measures.took("payment request", began.elapsed());
        if self.rng.random_bool(PAYS_TWICE) && first.status.is_success() {
            self.pay_again(&call, ticket_id, &first).await?;
        }
        Ok(())
    }

    /// Sends the same payment once more, and writes both answers down.
    async fn pay_again(
        &self,
        call: &Call,
        ticket_id: &str,
        first: &FinalAnswer,
    ) -> Result<(), EndName> {
        let key = format!("pay-{ticket_id}");
        let failed = |failure: &str| {
            let value = json!({ "key": key, "failure": failure });
            self.note(Action::Again, EntryType::Info, value);
        };
        let again = self.context.client.call(call, failed).await.map_err(|error| {
            failed(&error.to_string());
            gave_up(&error)
        })?;
        let value =
            json!({ "key": key, "first": fingerprint(first), "again": fingerprint(&again) });
        self.note(Action::Again, EntryType::Ok, value);
        Ok(())
    }
}

/// Hashes status and body, to compare two answers by.
fn fingerprint(answer: &FinalAnswer) -> String {
    let mut hasher = DefaultHasher::new();
    (answer.status.as_u16(), answer.body.to_string()).hash(&mut hasher);
    format!("{}:{:016x}", answer.status.as_u16(), hasher.finish())
}
