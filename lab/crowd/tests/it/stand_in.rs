//! Storefront and admission in one small server: it admits a shopper every 20 ms, refuses every
//! ninth join and every seventh stream, cuts every fifth, and declines the card that is to be
//! declined. Streams tell what is new, and end with the order. It takes codes (`codes`), may stand
//! before a site (`site`) instead of selling, may let people choose how many units to take (`units`), and
//! has a load lab (`lab`).

pub(crate) mod codes;
pub(crate) mod lab;
mod orders;
mod shop;
mod site;
mod tickets;
pub(crate) mod units;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use axum::Router;
use serde_json::{Value, json};
use uuid::Uuid;

use lab::StandInLab;
use units::StandInUnits;

#[derive(Default)]
struct StandInLine {
    units: usize,
    still: bool,
    /// No stream is refused or cut.
    calm: bool,
    /// Streams end as soon as units are held.
    hangs_up: bool,
    /// A turn leads into a site.
    is_site: bool,
    units_held: StandInUnits,
    n_joins: usize,
    n_tickets: usize,
    n_streams: usize,
    /// Pages that were read again.
    n_pages: usize,
    /// The sessions that joined with what a code gave.
    with_code: HashSet<String>,
    /// Whom joins said that they are from.
    addresses: HashSet<String>,
    /// Polls that do not say what was seen last.
    n_forgetful_polls: usize,
    by_session: HashMap<String, usize>,
    /// The last queue number that was admitted.
    front: usize,
    orders: HashMap<String, (&'static str, Instant)>,
    /// Orders with a declined card.
    declined: HashSet<String>,
}

pub(crate) struct StandIn {
    pub(crate) url: String,
    pub(crate) lab: StandInLab,
    line: SharedLine,
}

/// How long units are held for a shopper who has not paid: for longer than paying takes on a busy
/// machine.
const HOLD: Duration = Duration::from_secs(2);

type SharedLine = Arc<Mutex<StandInLine>>;

impl StandIn {
    pub(crate) async fn start(units: usize) -> Self {
        let line = SharedLine::new(Mutex::new(StandInLine { units, ..StandInLine::default() }));
        let lab = StandInLab::default();
        let router = Router::new()
            .merge(shop::router())
            .merge(tickets::router())
            .merge(orders::router())
            .merge(codes::router())
            .merge(site::router())
            .merge(units::router())
            .merge(lab::router(lab.clone()))
            .with_state(Arc::clone(&line));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let moving = Arc::clone(&line);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                moving.lock().unwrap().move_on();
            }
        });
        Self { url, lab, line }
    }

    pub(crate) fn stand_still(&self) {
        self.line.lock().unwrap().still = true;
    }

    pub(crate) fn keep_calm(&self) {
        self.line.lock().unwrap().calm = true;
    }

    pub(crate) fn hang_up(&self) {
        self.line.lock().unwrap().hangs_up = true;
    }

    /// From now on it has a site behind it, and nothing to sell: its units are places there.
    pub(crate) fn stand_before_a_site(&self) {
        self.line.lock().unwrap().is_site = true;
    }

    /// How many pages were read again.
    pub(crate) fn n_pages(&self) -> usize {
        self.line.lock().unwrap().n_pages
    }

    /// How many addresses joins said that they are from.
    pub(crate) fn n_addresses(&self) -> usize {
        self.line.lock().unwrap().addresses.len()
    }

    /// How many sessions joined with what a code gave.
    pub(crate) fn n_with_code(&self) -> usize {
        self.line.lock().unwrap().with_code.len()
    }

    /// How many streams were asked for.
    pub(crate) fn n_streams(&self) -> usize {
        self.line.lock().unwrap().n_streams
    }

    /// How many polls did not say what was seen last.
    pub(crate) fn n_forgetful_polls(&self) -> usize {
        self.line.lock().unwrap().n_forgetful_polls
    }

    /// How many orders had a card declined.
    pub(crate) fn n_declined(&self) -> usize {
        self.line.lock().unwrap().declined.len()
    }
}

impl StandInLine {
    fn move_on(&mut self) {
        for (state, since) in self.orders.values_mut() {
            let may_end = matches!(*state, "reserved" | "passed" | "redeemed");
            if may_end && since.elapsed() > HOLD {
                *state = "expired";
            }
        }
        let goes_on =
            |(state, _): &&(&str, Instant)| !matches!(*state, "expired" | "cancelled" | "visited");
        let n_sold = self.orders.values().filter(goes_on).count();
        if !self.still && self.front < self.n_tickets && n_sold < self.units {
            self.front += 1;
            let state = if self.is_site { "passed" } else { "reserved" };
            self.orders.insert(ticket(self.front), (state, Instant::now()));
        }
    }

    /// Returns the number of a session, or gives it a new one: when it has none, or the visit of
    /// the last one is over.
    fn number(&mut self, session: String) -> usize {
        let known = self.by_session.get(&session).copied();
        if let Some(number) = known.filter(|number| !self.has_visited(*number)) {
            return number;
        }
        self.n_tickets += 1;
        self.by_session.insert(session, self.n_tickets);
        self.n_tickets
    }

    fn has_visited(&self, number: usize) -> bool {
        self.orders.get(&ticket(number)).is_some_and(|(state, _)| *state == "visited")
    }

    fn frame(&self, number: usize) -> Value {
        let sold = self.orders.values().filter(|(state, _)| *state == "confirmed").count();
        if number <= self.front {
            json!({"type": "held"})
        } else if !self.still && sold >= self.units {
            json!({"type": "closed", "reason": "sold_out"})
        } else {
            json!({
                "type": "waiting", "epoch": 1, "evn": self.front, "position": number - self.front,
                "waiting": self.n_tickets - self.front, "mode": "running",
                "message": null, "rise": null,
            })
        }
    }

    /// What a stream tells, and whether it ends with that.
    fn news(&self, number: usize) -> (Value, bool) {
        let frame = self.frame(number);
        if frame["type"] != "held" {
            return (frame, false);
        }
        let id = ticket(number);
        let (state, _) = self.orders[&id];
        match state {
            "reserved" | "passed" if !self.declined.contains(&id) => (frame, self.hangs_up),
            _ => {
                let is_last = !matches!(state, "reserved" | "redeemed");
                (json!({"type": "order", "state": state}), is_last)
            }
        }
    }
}

fn ticket(number: usize) -> String {
    Uuid::from_u128(number as u128).to_string()
}

fn lock(line: &SharedLine) -> MutexGuard<'_, StandInLine> {
    line.lock().unwrap()
}
