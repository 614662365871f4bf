//! Joining: from any number of tabs at the same moment, and again when the page was read again; with
//! the code of a lane, if the shopper has one.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use check::history::Action;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::{
    client::{Call, FinalAnswer},
    feed::TicketFeed,
    report::GAVE_UP,
    shopper::{EndName, VirtualShopper, refused},
};

/// Pause of somebody who came before the line was open.
const PAUSE: Duration = Duration::from_millis(300);

impl VirtualShopper {
    /// Joins, from several tabs if planned. Returns the ticket's id and the feed of the first tab.
    pub(crate) async fn join(&mut self, session: &str) -> Result<(String, TicketFeed), EndName> {
        let began = Instant::now();
        let n_tabs = self.plan.tabs.max(if self.plan.impatient { 2 } else { 1 });
        let this = &*self;
        let joins = (0..n_tabs).map(|turn| this.join_tab(session, turn));
        let answers: Vec<FinalAnswer> =
            join_all(joins).await.into_iter().collect::<Result<_, EndName>>()?;
        self.context.measures.took("join request", began.elapsed());
        self.context.measures.took("arrival to position in line", self.intended.elapsed());
        self.has_joined();
        let Some(first) = answers.first() else { return Err(GAVE_UP.to_owned()) };
        let Some(id) = first.body["ticket_id"].as_str().map(str::to_owned) else {
            return Err(refused("join", first));
        };
        let mut feed = self.feed(first)?;
        answers.iter().for_each(|answer| feed.saw_join(&answer.body));
        if !self.plan.absent {
            self.open_tabs(&answers)?;
        }
        Ok((id, feed))
    }

    /// Joins once more from the same tab. `None` if the line takes nobody any more: whoever has a
    /// ticket hears by its stream what became of it.
    pub(crate) async fn join_again(&self, session: &str) -> Result<Option<TicketFeed>, EndName> {
        let call = self.join_call(session, 0);
        let answer = self.call(Action::Join, json!({ "tab": 1, "again": true }), &call).await?;
        match answer.code() {
            "drop_not_open" | "drop_stopped" | "drop_draining" | "sold_out" | "drop_closed" => {
                Ok(None)
            }
            _ if answer.status.is_success() => self.feed(&answer).map(Some),
            _ => Err(refused("join", &answer)),
        }
    }

    /// Redeems the code of a lane if planned: what it gives goes along with each join.
    pub(crate) async fn redeem_code(&mut self, session: &str) -> Result<(), EndName> {
        let Some(code) = self.context.code.as_deref().filter(|_| self.plan.has_code) else {
            return Ok(());
        };
        let url = format!("{}/v1/drops/{}/code", self.context.storefront, self.context.drop_id);
        let call = Call::new(Method::POST, url).bearer(session).sent_from(self.plan.address);
        let call = call.json(json!({ "code": code }));
        let answer = self.call(Action::Code, json!({}), &call).await?;
        let Some(grant) = answer.body["lane_grant"].as_str() else {
            return Err(refused("code", &answer));
        };
        self.lane_grant = Some(grant.to_owned());
        Ok(())
    }

    /// Joins from one tab; tries again while the line is not open yet.
    async fn join_tab(&self, session: &str, turn: u64) -> Result<FinalAnswer, EndName> {
        let call = self.join_call(session, turn);
        loop {
            let answer = self.call(Action::Join, json!({ "tab": turn + 1 }), &call).await?;
            match answer.code() {
                "drop_not_open" | "drop_stopped"
                    if Instant::now() < self.context.client.deadline() =>
                {
                    tokio::time::sleep(PAUSE).await;
                }
                "drop_not_open" | "drop_stopped" => return Err(GAVE_UP.to_owned()),
                code @ ("drop_draining" | "sold_out" | "drop_closed") => {
                    return Err(format!("turned_away_{code}"));
                }
                _ if answer.status.is_success() => return Ok(answer),
                _ => return Err(refused("join", &answer)),
            }
        }
    }

    /// Each tab asks at another instance first.
    fn join_call(&self, session: &str, turn: u64) -> Call {
        let path = format!("/v1/drops/{}/tickets", self.context.drop_id);
        let variant_id = self.context.wanted_by(self.plan.process);
        let mut body = json!({ "variant_id": variant_id });
        // Otherwise they are chosen once they are held.
        if !self.context.fulfilment.takes_most() {
            body["units"] = json!(1);
        }
        if let Some(grant) = &self.lane_grant {
            body["lane_grant"] = json!(grant);
        }
        let call = Call::new(Method::POST, "").bearer(session).sent_from(self.plan.address);
        let urls = self.context.admission_urls(self.plan.process + turn, &path);
        Call { urls, ..call.json(body) }
    }

    /// Follows the ticket of an answer, from the position that it shows.
    fn feed(&self, answer: &FinalAnswer) -> Result<TicketFeed, EndName> {
        let Some(token) = answer.body["token"].as_str() else {
            return Err(refused("join", answer));
        };
        let mut feed = TicketFeed::new(Arc::clone(&self.context), &self.plan, token.to_owned());
        feed.saw_join(&answer.body);
        Ok(feed)
    }
}
