//! After the admission: to pay or not, to try another card or not, and to see how the order ends. How
//! many of the held units to pay for is chosen in [`super::choosing`].

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, Instant},
};

use check::history::{Action, EntryType};
use rand::Rng;
use reqwest::{Method, StatusCode};
use serde_json::json;
use shared::lifecycle::TicketState;
use tokio::time::timeout_at;

use super::{
    cards::OTHER_CARD,
    client::{Call, FinalAnswer},
    feed::TicketFeed,
    report::GAVE_UP,
    shopper::{EndName, VirtualShopper, gave_up, refused},
};

/// Share of payers who send their payment twice under one key.
const PAYS_TWICE: f64 = 0.05;
/// Share of those with a declined card who try another one.
const TRIES_ANOTHER: f64 = 0.6;
/// Share of those who don't who give the units back at once; the others let the hold run out.
const CANCELS: f64 = 0.5;
/// Pause before the order is read again while no stream tells of it: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// As long as a stream tells of it, this often will do: a frame may get lost.
const SAFETY_NET: Duration = Duration::from_secs(20);

/// What a shopper does with units that are held.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// With a card, which is this one of the order, from 1.
    Pay { card: String, nth: u32 },
    /// Gives them back.
    Cancel,
}

impl VirtualShopper {
    /// Pays if planned, and watches the order to its end: reads it at the beginning, and again when
    /// a frame tells of it.
    pub(crate) async fn order(
        &mut self,
        session: &str,
        ticket_id: &str,
        feed: &mut TicketFeed,
        admitted: Instant,
    ) -> Result<EndName, EndName> {
        let url = format!("{}/v1/orders/{}", self.context.storefront, ticket_id);
        let ask = Call::new(Method::GET, &url).bearer(session).sent_from(self.plan.address);
        let mut pause = FIRST_PAUSE;
        let mut n_steps = 0;
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
            let is_declined = answer.body["reason"] == "declined";
            if state == "reserved" && (n_steps == 0 || is_declined) {
                n_steps += 1;
                match self.step(n_steps) {
                    Some(Step::Pay { card, nth }) => {
                        self.choose_units(session, &url, &answer).await?;
                        self.pay(session, &url, ticket_id, &card, nth).await?;
                    }
                    Some(Step::Cancel) => self.cancel(session, &url).await?,
                    None => {}
                }
            }
            self.news(feed, answer.status.is_success(), &mut pause).await?;
        }
    }

    /// Waits until the order is worth reading again: at once after a frame, be it only the first of
    /// a new stream, since others may have been missed before it. Without a frame that is seldom
    /// while a stream is open, and else, or while the order is not found, after a `pause` that
    /// grows.
    async fn news(
        &self,
        feed: &mut TicketFeed,
        is_found: bool,
        pause: &mut Duration,
    ) -> Result<(), EndName> {
        let (read_at, deadline) = (Instant::now(), self.context.client.deadline());
        loop {
            let wait = if is_found && feed.is_streaming() { SAFETY_NET } else { *pause };
            let until = (read_at + wait).min(deadline);
            match timeout_at(until.into(), feed.next_or_cut()).await {
                Ok(Some(_)) => return Ok(()),
                // Maybe the stream was cut, and the wait is a shorter one now.
                Ok(None) => {}
                Err(_) if Instant::now() >= deadline => return Err(GAVE_UP.to_owned()),
                Err(_) => {
                    *pause = (*pause * 2).min(LONGEST_PAUSE);
                    return Ok(());
                }
            }
        }
    }

    /// Decides what comes next: the planned card, and after a decline another one at most.
    fn step(&mut self, nth: u32) -> Option<Step> {
        match nth {
            1 => self.plan.card.clone().map(|card| Step::Pay { card, nth }),
            2 if self.rng.random_bool(TRIES_ANOTHER) => {
                Some(Step::Pay { card: OTHER_CARD.to_owned(), nth })
            }
            2 if self.rng.random_bool(CANCELS) => Some(Step::Cancel),
            _ => None,
        }
    }

    async fn pay(
        &mut self,
        session: &str,
        url: &str,
        ticket_id: &str,
        card: &str,
        nth: u32,
    ) -> Result<(), EndName> {
        let key = format!("pay-{ticket_id}-{nth}");
        let call = Call::new(Method::POST, format!("{url}/payment"))
            .bearer(session)
            .sent_from(self.plan.address)
            .header("idempotency-key", &key)
            .json(json!({ "payment_method": card }));
        let began = Instant::now();
        let first = self.call(Action::Pay, json!({ "card": card }), &call).await?;
        self.context.measures.took("payment request", began.elapsed());
        if self.rng.random_bool(PAYS_TWICE) && first.status.is_success() {
            self.pay_again(&call, &key, &first).await?;
        }
        Ok(())
    }

    async fn cancel(&self, session: &str, url: &str) -> Result<(), EndName> {
        let call = Call::new(Method::POST, format!("{url}/cancel"))
            .bearer(session)
            .sent_from(self.plan.address)
            .json(json!({}));
        self.call(Action::Cancel, json!({}), &call).await?;
        Ok(())
    }

    /// Sends the same payment once more, and writes both answers down.
    async fn pay_again(&self, call: &Call, key: &str, first: &FinalAnswer) -> Result<(), EndName> {
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
