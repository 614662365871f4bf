//! The whole state of a line, the same from Redis and from the model.

use redis::{FromRedisValue, Value, from_redis_value};
use shared::{
    drops::CloseReason,
    line::{ChainHash, Epoch, EventPoint, JoinedTicket, LineEnd, RoomEvent, Score, TicketScore},
};
use simulation::line::{LineModel, ModelState, ModelTicket};
use std::collections::{BTreeMap, BTreeSet};

type Map = BTreeMap<String, String>;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Dump {
    /// Epoch, state, evn, grace.
    room: Option<(String, String, String, String)>,
    mode_rate_cap_version_ended: Option<(String, f64, String, String, Option<String>)>,
    seq: u64,
    waiting: Vec<(String, u64)>,
    missed: Vec<(String, u64)>,
    intent: Map,
    own: Map,
    in_flight: BTreeMap<String, u64>,
    lease: Map,
    flight: BTreeMap<String, u32>,
    occupied: BTreeSet<String>,
    over: BTreeMap<u64, u8>,
    tat: Option<f64>,
    stock: Map,
    memo: Vec<String>,
    events: Vec<String>,
    tally: BTreeMap<String, i64>,
}

/// Takes a pipeline's values one by one.
struct Values(std::vec::IntoIter<Value>);

impl Values {
    fn next<T: FromRedisValue>(&mut self) -> T {
        let value = self.0.next().expect("the pipeline has an answer for each command");
        from_redis_value(value).expect("every key has its documented kind")
    }
}

impl Dump {
    pub(super) fn of_redis(values: Vec<Value>) -> Self {
        let mut values = Values(values.into_iter());
        let mut ep: Map = values.next();
        let mut cfg: Map = values.next();
        let mut field = |name: &str| ep.remove(name).unwrap_or_default();
        let room = (field("epoch"), field("state"), field("evn"), field("grace"));
        let mut limit = |name: &str| cfg.remove(name).unwrap_or_default();
        let limits = (limit("mode"), limit("rate"), limit("cap"), limit("version"));
        let ended = cfg.remove("ended");
        Self {
            room: Some(room).filter(|room| !room.0.is_empty()),
            mode_rate_cap_version_ended: limits
                .1
                .parse()
                .ok()
                .map(|rate| (limits.0, rate, limits.2, limits.3, ended)),
            intent: values.next(),
            own: values.next(),
            lease: values.next(),
            flight: values.next(),
            stock: values.next(),
            tally: values
                .next::<BTreeMap<String, i64>>()
                .into_iter()
                .filter(|(_, count)| *count != 0)
                .collect(),
            waiting: scored(values.next()),
            missed: scored(values.next()),
            in_flight: scored(values.next()).into_iter().collect(),
            occupied: values.next(),
            seq: values.next::<Option<u64>>().unwrap_or_default(),
            tat: values.next::<Option<String>>().map(|text| text.parse().unwrap()),
            memo: values.next::<Vec<String>>().into_iter().step_by(2).collect(),
            events: values.next::<Vec<(String, Map)>>().into_iter().map(event_text).collect(),
            over: over_of(values.next()),
        }
    }

    pub(super) fn of_model(line: &LineModel) -> Self {
        let live = || line.tickets.values().filter_map(|one| Some((one.state, one.joined?)));
        let mut dump = Self {
            room: line.room.map(|room| {
                let state = if room.open { "open" } else { "rebuilding" };
                let (epoch, evn) = (room.epoch.to_string(), room.evn.to_string());
                (epoch, state.to_owned(), evn, room.grace_until_us.to_string())
            }),
            mode_rate_cap_version_ended: line.config.as_ref().map(|config| {
                let (mode, cap) = (config.mode.to_string(), config.occupancy_cap.to_string());
                let ended = line.ended.map(|reason| reason.to_string());
                let rate = config.admission_rate_per_second;
                (mode, rate, cap, config.version.to_string(), ended)
            }),
            seq: line.seq,
            waiting: line
                .waiting()
                .iter()
                .map(|one| (one.ticket_id.to_string(), one.score.raw()))
                .collect(),
            own: line.own.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect(),
            intent: live().map(|(_, one)| (one.ticket_id.to_string(), intent_text(&one))).collect(),
            tat: line.tat,
            memo: line.memo.iter().map(|(id, _)| id.to_string()).collect(),
            events: line.events.iter().map(|(at, event)| model_event(*at, event)).collect(),
            ..Self::default()
        };
        for (variant_id, one) in &line.stock {
            let figure = format!("{}|{}|{}", one.version, one.available, one.reserved);
            dump.stock.insert(variant_id.to_string(), figure);
        }
        for (ticket_id, ticket) in &line.tickets {
            dump.add(&ticket_id.to_string(), ticket);
        }
        dump
    }

    fn add(&mut self, ticket_id: &str, ticket: &ModelTicket) {
        *self.tally.entry("joined".to_owned()).or_default() += 1;
        match (ticket.state, ticket.joined) {
            (ModelState::Waiting, _) => {}
            (ModelState::InFlight { deadline_us, position, admitted_at_us }, Some(joined)) => {
                let at = position.map_or("||".to_owned(), |at| {
                    format!("{}|{}|{}", at.generation, at.partition, at.offset)
                });
                let intent = joined.intent;
                let lease = format!("{at}|{}|{}|{admitted_at_us}", intent.units, intent.variant_id);
                self.lease.insert(ticket_id.to_owned(), lease);
                *self.flight.entry(intent.variant_id.to_string()).or_default() += intent.units;
                self.in_flight.insert(ticket_id.to_owned(), deadline_us as u64);
                self.occupied.insert(ticket_id.to_owned());
            }
            (ModelState::InFlight { .. } | ModelState::Held, _) => {
                self.occupied.insert(ticket_id.to_owned());
            }
            (ModelState::Over(end), _) => {
                let (code, name) = match end {
                    LineEnd::Left => (1, "left"),
                    LineEnd::Closed(_) => (2, "closed"),
                    LineEnd::Ordered => (3, "ordered"),
                };
                self.over.insert(ticket.score.raw(), code);
                *self.tally.entry(name.to_owned()).or_default() += 1;
            }
        }
    }

    /// QUEUE-3: one live ticket per account, and the account names it.
    pub(super) fn check_accounts(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for (ticket, line) in &self.intent {
            let account = line.split('|').next().unwrap_or_default();
            if !seen.insert(account) || self.own.get(account) != Some(ticket) {
                return Err(format!("QUEUE-3: {ticket} of {account}, {:?}", self.own.get(account)));
            }
        }
        Ok(())
    }
}

fn scored(rows: Vec<(String, f64)>) -> Vec<(String, u64)> {
    rows.into_iter().map(|(member, score)| (member, score as u64)).collect()
}

/// Reads the two bits of each number of each epoch.
fn over_of(epochs: Vec<Option<Vec<u8>>>) -> BTreeMap<u64, u8> {
    let mut over = BTreeMap::new();
    for (epoch, bytes) in epochs.into_iter().enumerate() {
        for (at, byte) in bytes.unwrap_or_default().into_iter().enumerate() {
            for pair in 0..4 {
                let code = (byte >> (6 - 2 * pair)) & 3;
                if code > 0 {
                    let score = Score::new(Epoch(epoch as u32), (at * 4 + pair) as u64);
                    over.insert(score.raw(), code);
                }
            }
        }
    }
    over
}

fn intent_text(one: &JoinedTicket) -> String {
    format!(
        "{}|{}|{}|{}|{}|{}",
        one.shopper_id,
        one.lane.0,
        one.intent.variant_id,
        one.intent.units,
        one.score.raw(),
        one.joined_at_ms
    )
}

fn event_text((id, fields): (String, Map)) -> String {
    format!("{id} {} {} {}", fields["k"], fields["r"], fields["d"])
}

fn model_event(at: EventPoint, event: &RoomEvent) -> String {
    let joined = |tickets: &[JoinedTicket]| {
        let rows = tickets.iter().map(|one| format!("{}|{}", one.ticket_id, intent_text(one)));
        rows.collect::<Vec<_>>().join("\n")
    };
    let known = |tickets: &[TicketScore]| {
        let row =
            |one: &TicketScore| format!("{}|{}|{}", one.ticket_id, one.lane.0, one.score.raw());
        tickets.iter().map(row).collect::<Vec<_>>().join("\n")
    };
    let none = |_: CloseReason| String::new();
    let (kind, reason, data) = match event {
        RoomEvent::Joined { tickets } => ("J", String::new(), joined(tickets)),
        RoomEvent::Attached { tickets } => ("X", String::new(), joined(tickets)),
        RoomEvent::Left { tickets } => ("L", String::new(), known(tickets)),
        RoomEvent::Admitted { tickets } => ("A", String::new(), known(tickets)),
        RoomEvent::Closed { reason, tickets } => ("C", reason.to_string(), known(tickets)),
        RoomEvent::Ended { reason } => ("E", reason.to_string(), none(*reason)),
        RoomEvent::Configured(told) => {
            let message = told.message.as_deref().unwrap_or_default();
            let (rate, cap) = (told.admission_rate_micro, told.occupancy_cap);
            ("G", String::new(), format!("{}|{rate}|{cap}|{message}", told.mode))
        }
        RoomEvent::Begun { follows, follows_hash } => {
            ("B", String::new(), follows.map_or(String::new(), |at| begun(at, follows_hash)))
        }
    };
    format!("{at} {kind} {reason} {data}")
}

fn begun(at: EventPoint, hash: &ChainHash) -> String {
    format!("{}|{}|{hash:?}", at.epoch, at.evn)
}
