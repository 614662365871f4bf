//! One shopper's way: come, join, wait, have a turn, pay or not, and hear how it ended.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::{
    ids::{DropId, VariantId},
    lifecycle::TicketState,
};

use super::{
    caller::{Answer, Call, Caller, GaveUp},
    frames::Frame,
    line::Line,
    measures::Measures,
    plan::Plan,
    report::GAVE_UP,
};
use crate::history::{Action, Type, Writer};

/// Share of the payers who send their payment twice under one key.
const PAYS_TWICE: f64 = 0.05;

/// What all shoppers of a run share.
#[derive(Debug)]
pub struct World {
    /// The drop they come for.
    pub drop_id: DropId,
    /// What it sells.
    pub variant_id: VariantId,
    /// The storefront's address, without a slash at the end.
    pub storefront: String,
    /// Addresses of the admission instances.
    pub admission: Vec<String>,
    /// Origin that streams name.
    pub origin: Option<String>,
    /// HTTP.
    pub caller: Caller,
    /// What they see goes here.
    pub history: Writer,
    /// What is counted.
    pub measures: Arc<Measures>,
}

impl World {
    /// The instances' addresses of a path, beginning with the one whose turn it is.
    #[must_use]
    pub fn admission_urls(&self, turn: u64, path: &str) -> Vec<String> {
        let n = self.admission.len().max(1);
        let first = usize::try_from(turn % n as u64).unwrap_or_default();
        let urls = self.admission.iter().cycle().skip(first).take(n);
        urls.map(|base| format!("{}{path}", base.trim_end_matches('/'))).collect()
    }
}

/// One shopper.
#[derive(Debug)]
pub struct Shopper {
    world: Arc<World>,
    plan: Plan,
    intended: Instant,
    rng: StdRng,
}

/// How it ended, by its stable name.
type End = String;

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

    /// Pays, or does not, and watches the order to its end.
    async fn order(
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

    /// Calls and writes the call into the history, its uncertain tries included.
    async fn call(&self, f: Action, mut value: Value, call: &Call) -> Result<Answer, End> {
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

    fn note(&self, f: Action, kind: Type, value: Value) {
        self.world.history.write(self.plan.process, f, kind, value);
    }
}

fn gave_up(error: &GaveUp) -> End {
    tracing::debug!(%error, "a shopper gave up");
    GAVE_UP.to_owned()
}

fn refused(what: &str, answer: &Answer) -> End {
    format!("{what}_refused_{}_{}", answer.status.as_u16(), answer.code())
}

/// Status and body in one number, to compare two answers by.
fn fingerprint(answer: &Answer) -> String {
    let mut hasher = DefaultHasher::new();
    (answer.status.as_u16(), answer.body.to_string()).hash(&mut hasher);
    format!("{}:{:016x}", answer.status.as_u16(), hasher.finish())
}
