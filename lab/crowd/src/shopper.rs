//! One shopper's way: arrive, join, wait, be admitted, and then buy or not ([`super::buying`]) or
//! visit a site ([`super::visiting`]).

use std::{sync::Arc, time::Instant};

use check::history::{Action, EntryType, SeenFrame};
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::timeout_at};

use super::{
    client::{Call, FinalAnswer, GaveUp},
    context::RunContext,
    feed::TicketFeed,
    plan::Plan,
    report::GAVE_UP,
};

/// One shopper of the crowd.
#[derive(Debug)]
pub(crate) struct VirtualShopper {
    pub(crate) context: Arc<RunContext>,
    pub(crate) plan: Plan,
    pub(crate) rng: StdRng,
    pub(crate) intended: Instant,
    /// Leave to join the lane of a code, once that was redeemed.
    pub(crate) lane_grant: Option<String>,
    /// Waits for a site once more, as another process of the history.
    pub(crate) is_back: bool,
    /// What the other tabs show.
    pub(crate) tabs: JoinSet<()>,
}

/// How it ended for a shopper, by its stable name.
pub(crate) type EndName = String;

impl VirtualShopper {
    /// Takes a plan; `intended` is when the shopper means to arrive, and latencies count from it.
    pub(crate) fn new(context: Arc<RunContext>, plan: Plan, intended: Instant) -> Self {
        let rng = StdRng::seed_from_u64(plan.seed);
        let (lane_grant, is_back, tabs) = (None, false, JoinSet::new());
        Self { context, plan, rng, intended, lane_grant, is_back, tabs }
    }

    /// Goes the whole way and writes down how it ended; and once more if planned.
    pub(crate) async fn live(mut self) {
        self.context.measures.sent(self.plan.is_bot);
        let end = match self.arrive().await {
            Ok(session) => self.live_in(&session).await,
            Err(end) => end,
        };
        self.come_to(&end);
        std::mem::take(&mut self.tabs).join_all().await;
    }

    /// Gets a session, and leave to join a lane if planned.
    async fn arrive(&mut self) -> Result<String, EndName> {
        let session = self.session().await?;
        self.redeem_code(&session).await?;
        Ok(session)
    }

    /// Goes the whole way in a session, and comes to every end but the last one.
    async fn live_in(&mut self, session: &str) -> EndName {
        loop {
            let end = match self.go(session).await {
                Ok(end) | Err(end) => end,
            };
            if !self.plan.comes_back || end != "visited" {
                return end;
            }
            self.come_to(&end);
            self.begin_again();
        }
    }

    fn come_to(&self, end: &str) {
        self.note(Action::End, EntryType::Ok, json!({ "how": end }));
        let measures = &self.context.measures;
        match end {
            GAVE_UP if self.is_back => measures.ended_again(end),
            _ if self.is_back => measures.ended_again(&format!("again: {end}")),
            _ => measures.ended(end, self.context.arriving.elapsed()),
        }
    }

    /// `Err` is an end too; it only comes early.
    async fn go(&mut self, session: &str) -> Result<EndName, EndName> {
        let (ticket_id, mut feed) = self.join(session).await?;
        if self.plan.absent && !self.plan.returns {
            return Ok("absent".to_owned());
        }
        if self.plan.absent {
            self.go_away(&mut feed).await;
        }
        let admitted = self.wait(session, &mut feed).await?;
        if self.context.fulfilment.sells() {
            self.order(session, &ticket_id, &mut feed, admitted).await
        } else {
            self.visit(session, &ticket_id, &mut feed, admitted).await
        }
    }

    async fn session(&mut self) -> Result<String, EndName> {
        let call = Call::new(Method::POST, format!("{}/v1/session", self.context.storefront));
        let call = call.sent_from(self.plan.address);
        let answer = self.call(Action::Session, json!({}), &call).await?;
        match answer.body["token"].as_str() {
            Some(token) => Ok(token.to_owned()),
            None => Err(refused("session", &answer)),
        }
    }

    /// Looks at the place in line, leaves the page, and comes back after a while.
    async fn go_away(&mut self, feed: &mut TicketFeed) {
        // What it was is told again.
        let _ = feed.next().await;
        feed.hang_up("away");
        self.note(Action::Away, EntryType::Invoke, json!({}));
        let back_at = Instant::now() + self.context.away.mul_f64(self.rng.random_range(0.5..1.5));
        let back_at = back_at.min(self.context.client.deadline());
        tokio::time::sleep_until(back_at.into()).await;
        self.note(Action::Away, EntryType::Ok, json!({}));
    }

    /// Waits in line until the order exists, and reads the page again now and then if planned.
    /// Returns when the admission was first shown.
    async fn wait(&mut self, session: &str, feed: &mut TicketFeed) -> Result<Instant, EndName> {
        let (mut has_position, mut admitted) = (false, None);
        let mut reload_at = self.next_reload();
        loop {
            let Ok(frame) = timeout_at(reload_at.into(), feed.next()).await else {
                // Whoever is about to be served looks at nothing else.
                if admitted.is_none() {
                    self.reload(session, feed).await?;
                }
                reload_at = self.next_reload();
                continue;
            };
            match frame.ok_or_else(|| GAVE_UP.to_owned())? {
                SeenFrame::Waiting { .. } if !has_position => {
                    has_position = true;
                    self.context.measures.took("arrival to live position", self.intended.elapsed());
                }
                SeenFrame::Waiting { .. } | SeenFrame::Missed | SeenFrame::Rebuilding { .. } => {}
                SeenFrame::Admitting => {
                    admitted.get_or_insert_with(|| self.is_admitted());
                }
                SeenFrame::Held | SeenFrame::Order { .. } => {
                    let since = *admitted.get_or_insert_with(|| self.is_admitted());
                    self.context.measures.took("admission to units held", since.elapsed());
                    return Ok(since);
                }
                SeenFrame::Closed { reason } => return Err(format!("closed_{reason}")),
                SeenFrame::Left => return Err("left".to_owned()),
            }
        }
    }

    pub(crate) fn has_joined(&self) {
        if !self.is_back {
            self.context.measures.joined();
        }
    }

    fn is_admitted(&self) -> Instant {
        if !self.is_back {
            self.context.measures.admitted(self.plan.is_bot);
        }
        Instant::now()
    }

    /// Calls, and writes the call into the history, including tries with no certain outcome.
    pub(crate) async fn call(
        &self,
        f: Action,
        value: Value,
        call: &Call,
    ) -> Result<FinalAnswer, EndName> {
        let answer = self.ask(f, &value, call).await?;
        let kind = if answer.status.is_success() { EntryType::Ok } else { EntryType::Fail };
        self.note(f, kind, kept(&answer, value));
        Ok(answer)
    }

    /// Calls, and writes everything but the answer into the history.
    pub(crate) async fn ask(
        &self,
        f: Action,
        value: &Value,
        call: &Call,
    ) -> Result<FinalAnswer, EndName> {
        // Orders are asked for over and over: only the answer is worth an entry.
        if f != Action::Order {
            self.note(f, EntryType::Invoke, value.clone());
        }
        let failed = |failure: &str| {
            let mut value = value.clone();
            value["failure"] = json!(failure);
            self.note(f, EntryType::Info, value);
        };
        self.context.client.call(call, failed).await.map_err(|error| {
            failed(&error.to_string());
            gave_up(&error)
        })
    }

    pub(crate) fn note(&self, f: Action, kind: EntryType, value: Value) {
        self.context.history.write(self.plan.process, f, kind, value);
    }
}

/// Returns what of an answer is worth an entry, beside what the call was about.
pub(crate) fn kept(answer: &FinalAnswer, mut value: Value) -> Value {
    value["status"] = json!(answer.status.as_u16());
    let names = ["ticket_id", "queue_number", "epoch", "evn", "position", "state", "code", "id"];
    for name in names.into_iter().chain(["shopper_id", "reason"]) {
        if let Some(field) = answer.body.get(name) {
            value[name] = field.clone();
        }
    }
    value
}

pub(crate) fn gave_up(error: &GaveUp) -> EndName {
    tracing::debug!(%error, "a shopper gave up");
    GAVE_UP.to_owned()
}

pub(crate) fn refused(what: &str, answer: &FinalAnswer) -> EndName {
    format!("{what}_refused_{}_{}", answer.status.as_u16(), answer.code())
}
