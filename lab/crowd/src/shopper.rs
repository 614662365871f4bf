//! One shopper's way: arrive, join, wait, be admitted, and then buy or not ([`super::buying`]).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use check::history::{Action, EntryType, SeenFrame};
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};

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
    intended: Instant,
}

/// How it ended for a shopper, by its stable name.
pub(crate) type EndName = String;

impl VirtualShopper {
    /// Takes a plan; `intended` is when the shopper means to arrive, and latencies count from it.
    pub(crate) fn new(context: Arc<RunContext>, plan: Plan, intended: Instant) -> Self {
        let rng = StdRng::seed_from_u64(plan.seed);
        Self { context, plan, intended, rng }
    }

    /// Goes the whole way and writes down how it ended.
    pub(crate) async fn live(mut self) {
        let end = match self.go().await {
            Ok(end) | Err(end) => end,
        };
        self.note(Action::End, EntryType::Ok, json!({ "how": end }));
        self.context.measures.ended(&end, self.context.arriving.elapsed());
    }

    /// `Err` is an end too; it only comes early.
    async fn go(&mut self) -> Result<EndName, EndName> {
        let session = self.session().await?;
        let (ticket_id, mut feed) = self.join(&session).await?;
        if self.plan.absent && !self.plan.returns {
            return Ok("absent".to_owned());
        }
        if self.plan.absent {
            self.go_away(&mut feed).await;
        }
        let admitted = self.wait(&mut feed).await?;
        self.order(&session, &ticket_id, &mut feed, admitted).await
    }

    async fn session(&mut self) -> Result<String, EndName> {
        let call = Call::new(Method::POST, format!("{}/v1/session", self.context.storefront));
        let answer = self.call(Action::Session, json!({}), &call).await?;
        match answer.body["token"].as_str() {
            Some(token) => Ok(token.to_owned()),
            None => Err(refused("session", &answer)),
        }
    }

    /// Joins, from two tabs if planned. Returns the ticket's id and its feed.
    async fn join(&mut self, session: &str) -> Result<(String, TicketFeed), EndName> {
        let path = format!("/v1/drops/{}/tickets", self.context.drop_id);
        let body = json!({ "variant_id": self.context.variant_id, "units": 1 });
        let call = |turn| Call {
            urls: self.context.admission_urls(turn, &path),
            ..Call::new(Method::POST, "").bearer(session).json(body.clone())
        };
        let first = call(self.plan.process);
        let second = self.plan.impatient.then(|| call(self.plan.process + 1));
        let began = Instant::now();
        let this = &*self;
        let (answer, other) = tokio::join!(this.join_tab(1, &first), async {
            match &second {
                Some(call) => Some(this.join_tab(2, call).await),
                None => None,
            }
        });
        let answer = answer?;
        if let Some(Err(end)) = other {
            return Err(end);
        }
        self.context.measures.took("join request", began.elapsed());
        self.context.measures.took("arrival to position in line", self.intended.elapsed());
        self.context.measures.joined();
        let text = |name: &str| answer.body[name].as_str().map(str::to_owned);
        let (Some(id), Some(token)) = (text("ticket_id"), text("token")) else {
            return Err(refused("join", &answer));
        };
        let context = Arc::clone(&self.context);
        let mut feed = TicketFeed::new(context, self.plan.process, token, self.plan.poll_only);
        let number = |name: &str| answer.body[name].as_u64();
        if let (Some(epoch), Some(evn), Some(position)) =
            (number("epoch"), number("evn"), number("position"))
        {
            feed.saw(u32::try_from(epoch).unwrap_or_default(), evn, position);
        }
        Ok((id, feed))
    }

    /// Joins from one tab; tries again while the line is not open yet.
    async fn join_tab(&self, tab: u8, call: &Call) -> Result<FinalAnswer, EndName> {
        loop {
            let answer = self.call(Action::Join, json!({ "tab": tab }), call).await?;
            match answer.code() {
                "drop_not_open" | "drop_stopped"
                    if Instant::now() < self.context.client.deadline() =>
                {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                "drop_not_open" | "drop_stopped" => return Err(GAVE_UP.to_owned()),
                code @ ("sold_out" | "drop_closed") => return Err(format!("turned_away_{code}")),
                _ if answer.status.is_success() => return Ok(answer),
                _ => return Err(refused("join", &answer)),
            }
        }
    }

    /// Looks at the place in line, leaves the page, and comes back after a while.
    async fn go_away(&mut self, feed: &mut TicketFeed) {
        // What it was is told again.
        let _ = feed.next().await;
        feed.close();
        self.note(Action::Away, EntryType::Invoke, json!({}));
        let back_at = Instant::now() + self.context.away.mul_f64(self.rng.random_range(0.5..1.5));
        let back_at = back_at.min(self.context.client.deadline());
        tokio::time::sleep_until(back_at.into()).await;
        self.note(Action::Away, EntryType::Ok, json!({}));
    }

    /// Waits in line until the order exists. Returns when the admission was first shown.
    async fn wait(&mut self, feed: &mut TicketFeed) -> Result<Instant, EndName> {
        let (mut has_position, mut admitted) = (false, None);
        while let Some(frame) = feed.next().await {
            match frame {
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
        Err(GAVE_UP.to_owned())
    }

    fn is_admitted(&self) -> Instant {
        self.context.measures.admitted();
        Instant::now()
    }

    /// Calls, and writes the call into the history, including tries with no certain outcome.
    pub(crate) async fn call(
        &self,
        f: Action,
        mut value: Value,
        call: &Call,
    ) -> Result<FinalAnswer, EndName> {
        // Orders are asked for over and over: only the answer is worth an entry.
        if f != Action::Order {
            self.note(f, EntryType::Invoke, value.clone());
        }
        let answer = self.context.client.call(call, |failure| {
            let mut value = value.clone();
            value["failure"] = json!(failure);
            self.note(f, EntryType::Info, value);
        });
        let answer = match answer.await {
            Ok(answer) => answer,
            Err(error) => {
                value["failure"] = json!(error.to_string());
                self.note(f, EntryType::Info, value);
                return Err(gave_up(&error));
            }
        };
        value["status"] = json!(answer.status.as_u16());
        let kept = ["ticket_id", "queue_number", "epoch", "evn", "position", "state", "code", "id"];
        for name in kept.into_iter().chain(["shopper_id", "reason"]) {
            if let Some(field) = answer.body.get(name) {
                value[name] = field.clone();
            }
        }
        let kind = if answer.status.is_success() { EntryType::Ok } else { EntryType::Fail };
        self.note(f, kind, value);
        Ok(answer)
    }

    pub(crate) fn note(&self, f: Action, kind: EntryType, value: Value) {
        self.context.history.write(self.plan.process, f, kind, value);
    }
}

pub(crate) fn gave_up(error: &GaveUp) -> EndName {
    tracing::debug!(%error, "a shopper gave up");
    GAVE_UP.to_owned()
}

pub(crate) fn refused(what: &str, answer: &FinalAnswer) -> EndName {
    format!("{what}_refused_{}_{}", answer.status.as_u16(), answer.code())
}
