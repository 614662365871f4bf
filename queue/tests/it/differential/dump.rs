//! The whole state of a line, the same from Redis and from the model.

use super::{
    events::{model_event, stored_events},
    packed::{front_name, id, lease, lease_text, record, record_text, text},
};
use redis::{FromRedisValue, Value, from_redis_value};
use shared::{
    ids::VariantId,
    line::{Epoch, JoinedTicket, Lane, Score},
};
use simulation::line::{
    FrontBound, LaneTurns, LineModel, ModelEnd, ModelFront, ModelState, ModelTicket,
};
use std::collections::{BTreeMap, BTreeSet};

type Map = BTreeMap<String, String>;
type Bytes = Vec<u8>;
type Lines = BTreeMap<(Lane, VariantId), Vec<(String, u64)>>;
/// A hash, or the fields of an event, as they came.
pub(super) type Fields = BTreeMap<Bytes, Bytes>;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Dump {
    /// Epoch, state, evn, grace.
    room: Option<(String, String, String, String)>,
    mode_rate_cap_version_ended: Option<(String, f64, String, String, Option<String>)>,
    seq: u64,
    /// Accounts and scores, by line.
    waiting: Lines,
    missed: Lines,
    /// Account → record.
    intent: Map,
    in_flight: BTreeMap<String, u64>,
    /// Tickets, by when they were seen last.
    here: BTreeMap<String, u64>,
    front: Map,
    lease: Map,
    flight: BTreeMap<String, u32>,
    /// Ticket → account.
    occupied: Map,
    over: BTreeMap<u64, u8>,
    tat: Option<f64>,
    stock: Map,
    memo: Vec<String>,
    events: Vec<String>,
    tally: BTreeMap<String, i64>,
    turns: LaneTurns,
}

/// Takes a pipeline's values one by one.
pub(super) struct Values(pub(super) std::vec::IntoIter<Value>);

impl Values {
    fn next<T: FromRedisValue>(&mut self) -> T {
        let value = self.0.next().expect("the pipeline has an answer for each command");
        from_redis_value(value).expect("every key has its documented kind")
    }

    fn hash(&mut self, key: fn(&[u8]) -> String, value: fn(&[u8]) -> String) -> Map {
        let fields: Fields = self.next();
        fields.iter().map(|(name, content)| (key(name), value(content))).collect()
    }

    fn scored(&mut self) -> Vec<(String, u64)> {
        let rows: Vec<(Bytes, f64)> = self.next();
        rows.iter().map(|(member, score)| (id(member), *score as u64)).collect()
    }

    fn lines(&mut self, lines: &[(Lane, VariantId)]) -> Lines {
        let all = lines.iter().map(|line| (*line, self.scored()));
        all.filter(|(_, people)| !people.is_empty()).collect()
    }
}

impl Dump {
    /// Reads the answers to [`Store::dump`](super::store::Store::dump), in its order.
    pub(super) fn of_redis(mut values: Values, lines: &[(Lane, VariantId)]) -> Self {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut ep = values.hash(text, lossy);
        let mut cfg = values.hash(text, lossy);
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
            intent: values.hash(id, record),
            lease: values.hash(id, lease),
            occupied: values.hash(id, id),
            stock: values.hash(id, text),
            front: values.hash(front_name, text),
            flight: values
                .next::<BTreeMap<Bytes, u32>>()
                .into_iter()
                .map(|(variant, units)| (id(&variant), units))
                .collect(),
            tally: values
                .next::<BTreeMap<String, i64>>()
                .into_iter()
                .filter(|(_, count)| *count != 0)
                .collect(),
            turns: turns_of(values.next()),
            waiting: values.lines(lines),
            missed: values.lines(lines),
            in_flight: values.scored().into_iter().collect(),
            here: values.scored().into_iter().collect(),
            seq: values.next::<Option<u64>>().unwrap_or_default(),
            tat: values.next::<Option<String>>().map(|text| text.parse().unwrap()),
            memo: values
                .next::<Vec<Bytes>>()
                .iter()
                .step_by(2)
                .map(|request| id(request))
                .collect(),
            events: stored_events(&values.next::<Vec<(String, Fields)>>()),
            over: over_of(values.next()),
        }
    }

    pub(super) fn of_model(line: &LineModel) -> Self {
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
            tat: line.tat,
            turns: line.turns.clone(),
            memo: line.memo.iter().map(|(request, _)| request.to_string()).collect(),
            events: line.events.iter().map(|(at, event)| model_event(*at, event)).collect(),
            ..Self::default()
        };
        let person = |one: &JoinedTicket| (one.shopper_id.to_string(), one.score.raw());
        for (name, tickets) in line.lines() {
            dump.waiting.insert(name, tickets.iter().map(person).collect());
        }
        for one in line.missed() {
            let name = (one.lane, one.intent.variant_id);
            dump.missed.entry(name).or_default().push(person(&one));
        }
        dump.add_front(&line.front);
        for (account, ticket_id) in &line.own {
            let joined = line.tickets[ticket_id].joined.expect("a claim is to a known ticket");
            dump.intent.insert(account.to_string(), record_text(&joined));
        }
        for (variant_id, one) in &line.stock {
            let figure = format!("{}|{}|{}", one.version, one.available, one.reserved);
            dump.stock.insert(variant_id.to_string(), figure);
        }
        line.tickets.values().for_each(|ticket| dump.add(ticket));
        line.over.iter().for_each(|(score, end)| dump.add_over(*score, *end));
        dump
    }

    fn add(&mut self, ticket: &ModelTicket) {
        self.count("joined");
        let ticket_id = ticket.key.ticket_id.to_string();
        match (ticket.state, ticket.joined) {
            (ModelState::Waiting | ModelState::Missed, _) => return,
            (ModelState::InFlight { deadline_us, position, admitted_at_us }, Some(joined)) => {
                let intent = joined.intent;
                let lease = lease_text(&joined, position, admitted_at_us);
                self.lease.insert(ticket_id.clone(), lease);
                *self.flight.entry(intent.variant_id.to_string()).or_default() += intent.units;
                self.in_flight.insert(ticket_id.clone(), deadline_us as u64);
            }
            (ModelState::InFlight { .. } | ModelState::Held, _) => {}
        }
        self.occupied.insert(ticket_id, ticket.key.shopper_id.to_string());
    }

    fn add_front(&mut self, front: &ModelFront) {
        let here = front.here.iter();
        self.here = here.map(|(ticket, seen_us)| (ticket.to_string(), *seen_us as u64)).collect();
        for (name, us) in [("watched", front.watched_us), ("since", front.since_us)] {
            self.front.extend(us.map(|us| (name.to_owned(), us.to_string())));
        }
        for ((lane, variant_id), FrontBound { reach, at_us, sure }) in &front.lines {
            let name = format!("{variant_id}|{}", lane.0);
            self.front.insert(name, format!("{reach}|{at_us}|{sure}"));
        }
    }

    fn add_over(&mut self, score: Score, end: ModelEnd) {
        let (code, name) = match end {
            ModelEnd::Left => (1, "left"),
            ModelEnd::Closed => (2, "closed"),
            ModelEnd::Ordered => (3, "ordered"),
        };
        self.over.insert(score.raw(), code);
        self.count("joined");
        self.count(name);
    }

    fn count(&mut self, name: &str) {
        *self.tally.entry(name.to_owned()).or_default() += 1;
    }

    /// QUEUE-3: whoever waits, waits once, with the ticket that the account's claim names.
    pub(super) fn check_accounts(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for (account, score) in self.waiting.values().chain(self.missed.values()).flatten() {
            let claim = self.intent.get(account).map_or("", String::as_str);
            let is_named = claim.split('|').nth(4) == Some(score.to_string().as_str());
            if !seen.insert(account) || !is_named {
                return Err(format!("QUEUE-3: {account} waits at {score}; its claim: {claim:?}"));
            }
        }
        Ok(())
    }
}

/// Reads how far the lanes have got.
fn turns_of(mut fields: BTreeMap<Bytes, f64>) -> LaneTurns {
    let reached = fields.remove(b"reached".as_slice()).unwrap_or_default();
    LaneTurns { reached, ahead: fields.into_iter().map(|(name, at)| (Lane(name[0]), at)).collect() }
}

/// Reads the two bits of each number of each epoch, from epoch 1 on.
fn over_of(epochs: Vec<Option<Bytes>>) -> BTreeMap<u64, u8> {
    let mut over = BTreeMap::new();
    for (epoch, bytes) in (1..).zip(epochs) {
        for (at, byte) in bytes.unwrap_or_default().into_iter().enumerate() {
            for pair in 0..4 {
                let code = (byte >> (6 - 2 * pair)) & 3;
                if code > 0 {
                    let score = Score::new(Epoch(epoch), (at * 4 + pair) as u64);
                    over.insert(score.raw(), code);
                }
            }
        }
    }
    over
}
