//! A shopper's turn: to pay or not, and to hear how it ended.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, Instant},
};

use rand::Rng;
use reqwest::{Method, StatusCode};
use serde_json::json;
use shared::lifecycle::TicketState;

use super::{
    caller::{Answer, Call},
    line::Line,
    report::GAVE_UP,
    shopper::{End, Shopper, gave_up, refused},
};
use crate::history::{Action, Type};

/// Share of the payers who send their payment twice under one key.
const PAYS_TWICE: f64 = 0.05;

impl Shopper {
    /// Pays, or does not, and watches the order to its end.
    pub(super) async fn order(
        &mut self,
        session: &str,
        ticket_id: &str,
        line: &mut Line,
        held: Instant,
    ) -> Result<End, End> {
        let url = format!("{}/v1/orders/{}", self.world.storefront, ticket_id);
        let ask = Call::new(Method::GET, &url).bearer(session);
        let mut pace = Duration::from_millis(250);
        let mut asked_to_pay = false;
        loop {
            let answer = self.call(Action::Order, json!({}), &ask).await?;
            let state = answer.body["state"].as_str().unwrap_or_default();
            if state.parse::<TicketState>().is_ok_and(TicketState::is_terminal) {
                if state == "confirmed" {
                    self.world.measures.took("let in to paid", held.elapsed());
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
            // A frame tells at once; the poll is there for frames that never come.
            tokio::select! {
                () = tokio::time::sleep(pace) => pace = (pace * 2).min(Duration::from_secs(2)),
                news = line.next() => if news.is_none() { return Err(GAVE_UP.to_owned()) },
            }
        }
    }

    async fn pay(&mut self, session: &str, url: &str, ticket_id: &str) -> Result<(), End> {
        let Some(card) = self.plan.card.clone() else { return Ok(()) };
        let call = Call::new(Method::POST, format!("{url}/payment"))
            .bearer(session)
            .header("idempotency-key", format!("pay-{ticket_id}"))
            .json(json!({ "payment_method": card }));
        let began = Instant::now();
        let first = self.call(Action::Pay, json!({ "card": card }), &call).await?;
        self.world.measures.took("payment request", began.elapsed());
        if self.rng.random_bool(PAYS_TWICE) && first.status.is_success() {
            let again =
                self.world.caller.call(&call, |_| {}).await.map_err(|error| gave_up(&error))?;
            let value = json!({
                "key": format!("pay-{ticket_id}"),
                "first": fingerprint(&first),
                "again": fingerprint(&again),
            });
            self.note(Action::Again, Type::Ok, value);
        }
        Ok(())
    }
}

/// Status and body in one number, to compare two answers by.
fn fingerprint(answer: &Answer) -> String {
    let mut hasher = DefaultHasher::new();
    (answer.status.as_u16(), answer.body.to_string()).hash(&mut hasher);
    format!("{}:{:016x}", answer.status.as_u16(), hasher.finish())
}
