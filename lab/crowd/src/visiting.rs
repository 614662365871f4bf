//! After the admission to somebody's site: to go in or not, to stay, to leave, and to come back.
//!
//! The gate is asked as the proxy and the browsers of a site ask it; the site need not exist.

use std::time::{Duration, Instant};

use check::history::{Action, EntryType};
use rand::Rng;
use reqwest::{Method, StatusCode};
use serde_json::json;
use shared::clock::{Clock, SystemClock};

use super::{
    client::Call,
    feed::{TicketFeed, about},
    shopper::{EndName, VirtualShopper, refused},
};

/// Share of visitors whose pass is tried by another browser, too.
const PASSED_ON: f64 = 0.1;
/// How often a pass is asked for that is not there.
const ASKED: u32 = 3;
const PAUSE: Duration = Duration::from_millis(250);
/// How long a visit that is over may still count, and something for the answers.
const REMEMBERED: Duration = Duration::from_secs(2);

impl VirtualShopper {
    /// Goes in, stays and leaves if planned, and watches the pass to its end.
    pub(crate) async fn visit(
        &mut self,
        session: &str,
        ticket_id: &str,
        feed: &mut TicketFeed,
        admitted: Instant,
    ) -> Result<EndName, EndName> {
        let Some(cookie) = self.go_in(session, ticket_id).await? else {
            return self.order(session, ticket_id, feed, admitted).await;
        };
        self.context.measures.took("admission to inside", admitted.elapsed());
        self.look(ticket_id, &cookie).await?;
        tokio::time::sleep(about(self.context.stay)).await;
        self.look(ticket_id, &cookie).await?;
        self.leave(ticket_id, &cookie).await?;
        let end = self.order(session, ticket_id, feed, admitted).await?;
        if self.plan.comes_back {
            tokio::time::sleep(REMEMBERED).await;
            self.look(ticket_id, &cookie).await?;
            self.plan.comes_back = feed.finished().await;
        }
        Ok(end)
    }

    /// Becomes another process of the history, which waits once more.
    pub(crate) fn begin_again(&mut self) {
        self.plan.process = self.context.next_process();
        self.plan.comes_back = false;
        self.is_back = true;
        self.intended = Instant::now();
    }

    /// Returns the cookie of a visit; `None` for those who do not come, or come too late.
    async fn go_in(&mut self, session: &str, ticket_id: &str) -> Result<Option<String>, EndName> {
        if self.plan.card.is_none() {
            return Ok(None);
        }
        let Some(pass) = self.pass(session).await? else { return Ok(None) };
        let cookie = self.enter(ticket_id, &pass).await?;
        if self.rng.random_bool(PASSED_ON) {
            self.enter(ticket_id, &pass).await?;
        }
        Ok(cookie)
    }

    /// Asks for the way in; `None` if there is none any more.
    async fn pass(&self, session: &str) -> Result<Option<String>, EndName> {
        let url = format!("{}/v1/drops/{}/pass", self.context.storefront, self.context.drop_id);
        let call = Call::new(Method::POST, url).bearer(session).sent_from(self.plan.address);
        let call = call.json(json!({ "to": "/" }));
        for _ in 0..ASKED {
            let answer = self.call(Action::Pass, json!({}), &call).await?;
            if let Some(pass) = answer.body["pass"].as_str() {
                return Ok(Some(pass.to_owned()));
            }
            if answer.status != StatusCode::NOT_FOUND {
                return Err(refused("pass", &answer));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(None)
    }

    /// Comes to the site with a pass, as a browser without a cookie. Returns the one that it is
    /// given, if it is let in.
    async fn enter(&self, ticket_id: &str, pass: &str) -> Result<Option<String>, EndName> {
        let call = self.gate_call(Method::GET, &format!("enter?pass={pass}&to=%2F"));
        let mut value = json!({ "ticket_id": ticket_id });
        let answer = self.ask(Action::Enter, &value, &call).await?;
        let cookie = answer.cookie();
        value["status"] = json!(answer.status.as_u16());
        let kind = if cookie.is_some() { EntryType::Ok } else { EntryType::Fail };
        self.note(Action::Enter, kind, value);
        Ok(cookie)
    }

    /// Asks at the gate whether one is inside, as the proxy of the site does at each request.
    async fn look(&self, ticket_id: &str, cookie: &str) -> Result<(), EndName> {
        let call = self.gate_call(Method::GET, "check").header("cookie", cookie);
        let asked_at_us = SystemClock.now().as_microsecond();
        let mut value = json!({ "ticket_id": ticket_id, "asked_at_us": asked_at_us });
        let answer = self.ask(Action::Look, &value, &call).await?;
        let inside = match answer.status {
            StatusCode::NO_CONTENT => Some(true),
            StatusCode::FOUND => Some(false),
            _ => None,
        };
        value["inside"] = json!(inside);
        value["status"] = json!(answer.status.as_u16());
        let kind = if inside.is_some() { EntryType::Ok } else { EntryType::Fail };
        self.note(Action::Look, kind, value);
        Ok(())
    }

    async fn leave(&self, ticket_id: &str, cookie: &str) -> Result<(), EndName> {
        let call = self.gate_call(Method::POST, "leave").header("cookie", cookie);
        self.call(Action::Leave, json!({ "ticket_id": ticket_id }), &call).await?;
        Ok(())
    }

    fn gate_call(&self, method: Method, what: &str) -> Call {
        let (storefront, drop_id) = (&self.context.storefront, self.context.drop_id);
        let call = Call::new(method, format!("{storefront}/v1/gate/{drop_id}/{what}"));
        call.sent_from(self.plan.address)
    }
}
