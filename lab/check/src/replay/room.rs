//! A room, replayed from its log: every ticket's way, and where the log contradicts itself.

use std::collections::{BTreeMap, HashMap, HashSet};

use shared::{
    ids::{ShopperId, TicketId, VariantId},
    line::{Configured, Epoch, EventPoint, RoomEvent, Score},
    messages::QueueEventV1,
};

use super::{lanes::LanePick, losses::Losses, ranks::LineChange};
use crate::{
    chain::{Chain, LoggedEvents},
    evidence::Evidence,
    lives::{LineName, Spans, Standing, TicketLife},
};

/// Those who wait in a line, with the units they want.
pub(super) type WaitingLine = BTreeMap<Score, (TicketId, u32)>;
/// How many wait for each variant, in all lanes; at least one for each that is named.
pub(crate) type WaitingByVariant = BTreeMap<VariantId, usize>;
/// The tickets that an event of this epoch takes out of line.
pub(super) type LineExits = HashSet<(Epoch, TicketId)>;

/// A room, replayed from its log. Times are microseconds of Redis time.
#[derive(Debug, Default)]
pub(crate) struct RoomReplay {
    pub(crate) tickets: HashMap<TicketId, TicketLife>,
    /// Admissions in order: when, and how many at once.
    pub(crate) admissions: Vec<(i64, u32)>,
    /// Limits and modes in order.
    pub(crate) configured: Vec<(i64, Configured)>,
    /// Events that may stand on a frame as the reason for a rise.
    pub(crate) rises: BTreeMap<EventPoint, RiseCause>,
    /// How many waited for each variant after each event.
    pub(crate) waiting: Vec<(i64, WaitingByVariant)>,
    /// Who came into line and left it, in order.
    pub(crate) changes: Vec<LineChange>,
    /// The last event of each epoch.
    pub(crate) last_evns: BTreeMap<Epoch, u64>,
    /// When the line ended.
    pub(crate) ended_us: Option<i64>,
    /// What faults of Redis may have taken from the log.
    pub(crate) losses: Losses,
    /// Admissions that are known by their command alone.
    pub(crate) n_unlogged: usize,
    /// Admissions that a rebuild took back, since no command proved them.
    pub(crate) n_taken_back: usize,
    /// Events that landed behind the one that a later epoch follows.
    pub(crate) n_late: usize,
    /// Admissions that passed over somebody.
    pub(crate) overtaken: Vec<String>,
    /// Which lane each admission was of, in a room with several.
    pub(crate) lane_picks: Vec<LanePick>,
    /// Tickets of shoppers who were away, so that their turn may have passed without a log.
    pub(super) of_absent: HashSet<TicketId>,
    /// Events that contradict the ones before.
    pub(crate) contradictions: Vec<String>,
    /// Breaks of the chain.
    pub(crate) breaks: Vec<String>,
    pub(super) lines: BTreeMap<LineName, WaitingLine>,
    /// Who has which number, of those who wait.
    pub(super) numbers: HashMap<Score, TicketId>,
}

/// Why a shown position may rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RiseCause {
    /// The line was built anew.
    Rebuilt,
    /// Somebody stands at their own score again.
    Returned,
    /// Limits, mode or message changed; by itself this moves nobody.
    Configured,
}

impl RoomReplay {
    /// Replays a drop's log: the first record of each event that counts, in the events' order.
    pub(crate) fn of(evidence: &Evidence) -> Self {
        let Chain { events, n_late, breaks } = Chain::of(&evidence.events);
        let losses = Losses::of(&events, &evidence.faults);
        let exits = exits(&events);
        let of_absent = of_absent(evidence);
        let mut room = Self { n_late, breaks, losses, of_absent, ..Self::default() };
        for record in events.values() {
            if let RoomEvent::Begun { .. } = record.event {
                room.begin(evidence, &exits, record);
            }
            room.apply(record);
            room.last_evns.insert(record.epoch, record.evn);
        }
        room
    }

    /// Returns how many wait for a variant at the end of the log.
    pub(crate) fn n_waiting_for(&self, variant_id: VariantId) -> usize {
        let lines = self.lines.iter().filter(|(name, _)| name.variant_id == variant_id);
        lines.map(|(_, line)| line.len()).sum()
    }

    fn apply(&mut self, record: &QueueEventV1) {
        let (at_us, point) = (record.at_us, record.point());
        match &record.event {
            RoomEvent::Joined { tickets } => tickets.iter().for_each(|t| self.join(t, record)),
            RoomEvent::Attached { tickets } => {
                self.rises.insert(point, RiseCause::Returned);
                tickets.iter().for_each(|ticket| self.attach(ticket, record));
            }
            RoomEvent::Missed { tickets } => tickets.iter().for_each(|t| self.miss(t, record)),
            RoomEvent::Returned { tickets } => {
                self.rises.insert(point, RiseCause::Returned);
                tickets.iter().for_each(|ticket| self.come_back(ticket, record));
            }
            RoomEvent::Left { tickets } => {
                tickets.iter().for_each(|t| self.leave(t, record, Standing::Left));
            }
            RoomEvent::Closed { reason, tickets } => {
                tickets.iter().for_each(|t| self.leave(t, record, Standing::Closed(*reason)));
            }
            RoomEvent::Admitted { tickets } => {
                self.admissions.push((at_us, u32::try_from(tickets.len()).unwrap_or(u32::MAX)));
                tickets.iter().for_each(|ticket| self.admit(ticket, record));
            }
            RoomEvent::Configured(configured) => {
                self.rises.insert(point, RiseCause::Configured);
                self.configured.push((at_us, configured.clone()));
            }
            RoomEvent::Begun { .. } => {
                self.rises.insert(point, RiseCause::Rebuilt);
            }
            RoomEvent::Ended { .. } => {
                self.ended_us.get_or_insert(at_us);
            }
        }
        self.waiting.push((at_us, self.waiting_by_variant()));
    }

    fn waiting_by_variant(&self) -> WaitingByVariant {
        let mut by_variant = WaitingByVariant::new();
        for (name, line) in self.lines.iter().filter(|(_, line)| !line.is_empty()) {
            *by_variant.entry(name.variant_id).or_default() += line.len();
        }
        by_variant
    }

    /// Finds accounts with two live tickets at once; `ended_us` says when the order of an admitted
    /// ticket was over.
    pub(crate) fn doubles(&self, ended_us: &HashMap<TicketId, i64>) -> Vec<String> {
        let mut by_shopper: HashMap<ShopperId, Vec<(TicketId, Spans)>> = HashMap::new();
        for (id, life) in &self.tickets {
            let spans = life.live_spans(ended_us.get(id).copied());
            by_shopper.entry(life.shopper_id).or_default().push((*id, spans));
        }
        let mut doubles = HashSet::new();
        for (shopper, tickets) in by_shopper {
            for (n, (first, spans)) in tickets.iter().enumerate() {
                for (second, others) in &tickets[n + 1..] {
                    let meets = |a: &(i64, i64)| others.iter().any(|b| a.0 < b.1 && b.0 < a.1);
                    if spans.iter().any(meets) {
                        doubles.insert(format!("{shopper} had {first} and {second} at once"));
                    }
                }
            }
        }
        doubles.into_iter().collect()
    }
}

fn of_absent(evidence: &Evidence) -> HashSet<TicketId> {
    let absent = evidence.shoppers.iter().filter(|story| story.is_gone() || story.was_away);
    absent.flat_map(|story| &story.joins).map(|join| join.ticket_id).collect()
}

fn exits(events: &LoggedEvents<'_>) -> LineExits {
    let mut exits = LineExits::new();
    for record in events.values() {
        if let RoomEvent::Left { tickets }
        | RoomEvent::Admitted { tickets }
        | RoomEvent::Closed { tickets, .. } = &record.event
        {
            exits.extend(tickets.iter().map(|ticket| (record.epoch, ticket.ticket_id)));
        }
        if let RoomEvent::Missed { tickets } = &record.event {
            exits.extend(tickets.iter().map(|ticket| (record.epoch, ticket.ticket_id)));
        }
    }
    exits
}
