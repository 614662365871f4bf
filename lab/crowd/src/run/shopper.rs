//! One shopper's way: come, join, wait, have a turn, and then buy or not ([`super::buying`]).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    caller::{Answer, Call, GaveUp},
    frames::Frame,
    line::Line,
    plan::Plan,
    report::GAVE_UP,
    world::World,
};
use crate::history::{Action, Type};

/// One shopper.
#[derive(Debug)]
pub struct Shopper {
    pub(super) world: Arc<World>,
    pub(super) plan: Plan,
    pub(super) rng: StdRng,
    intended: Instant,
}

/// How it ended, by its stable name.
pub(super) type End = String;

impl Shopper {
    /// Takes a part; `intended` is when the shopper means to come.
    #[must_use]
    pub fn new(world: Arc<World>, plan: Plan, intended: Instant) -> Self {
        let rng = StdRng::seed_from_u64(plan.seed);
        Self { world, plan, intended, rng }
    }

    /// Goes the whole way and writes down how it ended.
    pub async fn live(mut self) {
        let end = match self.go().await {
            Ok(end) | Err(end) => end,
        };
        self.note(Action::End, Type::Ok, json!({ "how": end }));
        self.world.measures.ended(&end);
    }

    /// `Err` is an end too; it only leaves the way early.
    async fn go(&mut self) -> Result<End, End> {
        let session = self.session().await?;
        let (ticket_id, mut line) = self.join(&session).await?;
        if self.plan.absent {
            return Ok("absent".to_owned());
        }
        let admitted = self.wait(&mut line).await?;
        self.order(&session, &ticket_id, &mut line, admitted).await
    }

    async fn session(&mut self) -> Result<String, End> {
        let call = Call::new(Method::POST, format!("{}/v1/session", self.world.storefront));
        let answer = self.call(Action::Session, json!({}), &call).await?;
        match answer.body["token"].as_str() {
            Some(token) => Ok(token.to_owned()),
            None => Err(refused("session", &answer)),
        }
    }

    /// Joins, from two tabs where the plan says so; both must get the same ticket. Gives its id.
    async fn join(&mut self, session: &str) -> Result<(String, Line), End> {
        let path = format!("/v1/drops/{}/tickets", self.world.drop_id);
        let body = json!({ "variant_id": self.world.variant_id, "units": 1 });
        let call = |turn| Call {
            urls: self.world.admission_urls(turn, &path),
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
        self.world.measures.took("join request", began.elapsed());
        self.world.measures.took("arrival to place in line", self.intended.elapsed());
        self.world.measures.joined();
        let text = |name: &str| answer.body[name].as_str().map(str::to_owned);
        let (Some(id), Some(token)) = (text("ticket_id"), text("token")) else {
            return Err(refused("join", &answer));
        };
        let world = Arc::clone(&self.world);
        let mut line = Line::new(world, self.plan.process, token, self.plan.poll_only);
        let number = |name: &str| answer.body[name].as_u64();
        if let (Some(epoch), Some(evn), Some(place)) =
            (number("epoch"), number("evn"), number("place"))
        {
            line.saw(u32::try_from(epoch).unwrap_or_default(), evn, place);
        }
        Ok((id, line))
    }

    /// One tab's join; a line that is not open yet is asked again.
    async fn join_tab(&self, tab: u8, call: &Call) -> Result<Answer, End> {
        loop {
            let answer = self.call(Action::Join, json!({ "tab": tab }), call).await?;
            match answer.code() {
                "drop_not_open" if Instant::now() < self.world.caller.deadline() => {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                "drop_not_open" => return Err(GAVE_UP.to_owned()),
                code @ ("sold_out" | "drop_closed") => return Err(format!("turned_away_{code}")),
                _ if answer.status.is_success() => return Ok(answer),
                _ => return Err(refused("join", &answer)),
            }
        }
    }

    /// Waits in line until the order is there; gives when the turn was first heard of.
    async fn wait(&mut self, line: &mut Line) -> Result<Instant, End> {
        let (mut placed, mut admitted) = (false, None);
        while let Some((frame, _)) = line.next().await {
            match frame {
                Frame::Waiting { .. } if !placed => {
                    placed = true;
                    self.world.measures.took("arrival to live place", self.intended.elapsed());
                }
                Frame::Waiting { .. } | Frame::Rebuilding { .. } => {}
                Frame::Admitting => {
                    admitted.get_or_insert_with(|| self.is_admitted());
                }
                Frame::Held | Frame::Order { .. } => {
                    let since = *admitted.get_or_insert_with(|| self.is_admitted());
                    self.world.measures.took("let in to units held", since.elapsed());
                    return Ok(since);
                }
                Frame::Closed { reason } => return Err(format!("closed_{reason}")),
                Frame::Left => return Err("left".to_owned()),
            }
        }
        Err(GAVE_UP.to_owned())
    }

    fn is_admitted(&self) -> Instant {
        self.world.measures.admitted();
        Instant::now()
    }

    /// Calls and writes the call into the history, its uncertain tries included.
    pub(super) async fn call(
        &self,
        f: Action,
        mut value: Value,
        call: &Call,
    ) -> Result<Answer, End> {
        // Orders are asked for again and again: only what comes of it is worth a line.
        if f != Action::Order {
            self.note(f, Type::Invoke, value.clone());
        }
        let answer = self.world.caller.call(call, |failure| {
            let mut value = value.clone();
            value["failure"] = json!(failure);
            self.note(f, Type::Info, value);
        });
        let answer = match answer.await {
            Ok(answer) => answer,
            Err(error) => {
                value["failure"] = json!(error.to_string());
                self.note(f, Type::Info, value);
                return Err(gave_up(&error));
            }
        };
        value["status"] = json!(answer.status.as_u16());
        let kept = ["ticket_id", "queue_number", "epoch", "evn", "place", "state", "code", "id"];
        for name in kept.into_iter().chain(["shopper_id", "reason"]) {
            if let Some(field) = answer.body.get(name) {
                value[name] = field.clone();
            }
        }
        let kind = if answer.status.is_success() { Type::Ok } else { Type::Fail };
        self.note(f, kind, value);
        Ok(answer)
    }

    pub(super) fn note(&self, f: Action, kind: Type, value: Value) {
        self.world.history.write(self.plan.process, f, kind, value);
    }
}

pub(super) fn gave_up(error: &GaveUp) -> End {
    tracing::debug!(%error, "a shopper gave up");
    GAVE_UP.to_owned()
}

pub(super) fn refused(what: &str, answer: &Answer) -> End {
    format!("{what}_refused_{}_{}", answer.status.as_u16(), answer.code())
}
