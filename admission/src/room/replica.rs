//! Who waits in one room, as its events tell: positions in memory, the same on every instance.
//!
//! Those who want the same variant in the same lane are one line, with positions of its own.
//!
//! Events are numbered (epoch, evn) without gaps. A replica that does not see the next one says so
//! and is replaced by a new snapshot; it never guesses.
//!
//! What is left of each variant is no part of that, nor how fast the room moves: that is what looks at
//! the room's header say.

use super::{
    forecast::Forecast,
    limits::RoomLimits,
    notice::RoomNotice,
    prospects::{EtaReason, Prospects},
    waiting_lines::WaitingLines,
};
use shared::{
    drops::{CloseReason, DropMode},
    ids::VariantId,
    line::{
        EventPoint, JoinedTicket, Lane, RoomEvent, RoomHeader, Score, TicketScore, VariantUnits,
    },
};

/// Why a shown position may rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rise {
    /// The room was rebuilt.
    Rebuild,
    /// An operator has something else to say.
    Operator,
    /// The room's mode changed.
    Mode,
    /// Somebody ahead came back to their own position.
    Returned,
}

/// What an event did to the replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was the next one.
    Next,
    /// It was known already.
    Old,
    /// Events before it are missing: take a new snapshot.
    Gap,
}

/// A room at one point of its history.
#[derive(Clone, Debug)]
pub struct Replica {
    point: EventPoint,
    lines: WaitingLines,
    notice: RoomNotice,
    ended: Option<CloseReason>,
    last_rise: Option<(EventPoint, Rise)>,
    noticed_at: EventPoint,
    units: Vec<VariantUnits>,
    forecast: Box<Forecast>,
}

impl Replica {
    /// An empty room just after the event `point`.
    #[must_use]
    pub fn at(point: EventPoint, mode: DropMode) -> Self {
        Self {
            point,
            lines: WaitingLines::default(),
            notice: RoomNotice::of_mode(mode),
            ended: None,
            last_rise: None,
            noticed_at: point,
            units: Vec::new(),
            forecast: Box::default(),
        }
    }

    /// Puts a waiting ticket in; one that is there already stays.
    pub fn insert(&mut self, lane: Lane, variant_id: VariantId, score: Score) {
        self.lines.insert((lane, variant_id), score);
    }

    /// Takes tickets out; returns how many stood in line.
    fn remove_all(&mut self, tickets: &[TicketScore]) -> usize {
        let removed =
            |ticket: &&TicketScore| self.lines.remove(ticket.lane, ticket.score).is_some();
        tickets.iter().filter(removed).count()
    }

    fn admit_all(&mut self, tickets: &[TicketScore]) {
        for ticket in tickets {
            if let Some(line) = self.lines.remove(ticket.lane, ticket.score) {
                self.forecast.note_admitted(line);
            }
        }
    }

    /// Takes those out who are passed over; one that is missed already is only told again.
    fn miss_all(&mut self, tickets: &[JoinedTicket]) {
        let removed =
            |ticket: &&JoinedTicket| self.lines.remove(ticket.lane, ticket.score).is_some();
        let n_missed = tickets.iter().filter(removed).count();
        self.forecast.note_missed(n_missed);
    }

    fn insert_all(&mut self, tickets: &[JoinedTicket]) {
        let n_lines = self.lines.n_lines();
        for ticket in tickets {
            self.insert(ticket.lane, ticket.intent.variant_id, ticket.score);
        }
        // The first in a line need not wait for the next look.
        if self.lines.n_lines() > n_lines {
            let lines = self.lines.lengths();
            self.forecast.make_outlooks(&lines, &self.units);
        }
    }

    /// Takes over what a snapshot says beside the tickets.
    pub(crate) fn describe(&mut self, notice: RoomNotice, ended: Option<CloseReason>) {
        (self.notice, self.ended) = (notice, ended);
        self.noticed_at = self.point;
    }

    /// Takes over what is left of each variant.
    pub(crate) fn set_units(&mut self, units: &[VariantUnits]) {
        self.units = units.to_vec();
    }

    /// Takes in a look at the room: what is left, and how fast it moves.
    pub(crate) fn observe(&mut self, header: &RoomHeader) {
        self.set_units(&header.units);
        if header.epoch == self.point.epoch {
            self.forecast.look(header, &self.lines.lengths());
        }
    }

    /// Notes that positions from here on need not continue those before.
    pub(crate) const fn note_rise(&mut self, rise: Rise) {
        self.last_rise = Some((self.point, rise));
    }

    /// Applies the event with this number, if it is the next. A snapshot that was read in chunks
    /// may hold its change already; each change says where a ticket stands afterwards, so doing
    /// it twice is fine.
    pub fn apply(&mut self, point: EventPoint, event: &RoomEvent) -> Applied {
        if point <= self.point {
            return Applied::Old;
        }
        if point.epoch != self.point.epoch || point.evn != self.point.evn + 1 {
            return Applied::Gap;
        }
        self.point = point;
        self.change(event);
        Applied::Next
    }

    fn change(&mut self, event: &RoomEvent) {
        match event {
            RoomEvent::Joined { tickets } => self.insert_all(tickets),
            RoomEvent::Attached { tickets } => {
                self.insert_all(tickets);
                self.note_rise(Rise::Returned);
            }
            RoomEvent::Returned { tickets } => {
                self.forecast.note_back(tickets.len());
                self.insert_all(tickets);
                self.note_rise(Rise::Returned);
            }
            RoomEvent::Missed { tickets } => self.miss_all(tickets),
            RoomEvent::Admitted { tickets } => self.admit_all(tickets),
            RoomEvent::Left { tickets } => {
                let n_left = self.remove_all(tickets);
                self.forecast.note_left(n_left);
            }
            RoomEvent::Closed { tickets, .. } => {
                self.remove_all(tickets);
            }
            RoomEvent::Configured(configured) => {
                self.take_notice(configured.into());
                let lines = self.lines.lengths();
                self.forecast.configure(self.point, configured, &lines, &self.units);
            }
            RoomEvent::Begun { .. } => self.note_rise(Rise::Rebuild),
            RoomEvent::Ended { reason } => self.ended = Some(*reason),
        }
    }

    /// Limits alone are nothing that is said to everybody, and move nobody: a ramp changes them each
    /// second.
    fn take_notice(&mut self, notice: RoomNotice) {
        if notice == self.notice {
            return;
        }
        let is_same_mode = notice.mode == self.notice.mode;
        self.notice = notice;
        self.noticed_at = self.point;
        self.note_rise(if is_same_mode { Rise::Operator } else { Rise::Mode });
    }

    /// The position of a ticket among those who want the same variant in the same lane, people
    /// ahead + 1; `None` when it does not wait.
    #[must_use]
    pub fn position_of(&self, lane: Lane, variant_id: VariantId, score: Score) -> Option<u64> {
        self.lines.position_of((lane, variant_id), score)
    }

    /// People waiting for a variant in a lane.
    #[must_use]
    pub fn waiting_in(&self, lane: Lane, variant_id: VariantId) -> u64 {
        self.lines.waiting_in((lane, variant_id))
    }

    /// What is left of a variant; `None` while that is not known.
    pub(crate) fn units_of(&self, variant_id: VariantId) -> Option<VariantUnits> {
        self.units.iter().copied().find(|units| units.variant_id == variant_id)
    }

    /// What a waiting ticket at this position may expect.
    pub(crate) fn prospects(&self, ticket: &JoinedTicket, position: u64) -> Prospects {
        let line = (ticket.lane, ticket.intent.variant_id);
        self.forecast.prospects(line, position, ticket.intent.units)
    }

    /// Why it may take longer than was told with the event `seen`, at a position that rose for this
    /// reason, if it did.
    pub(crate) fn slowed_since(&self, seen: EventPoint, rise: Option<Rise>) -> EtaReason {
        if seen.epoch < self.point.epoch || rise == Some(Rise::Rebuild) {
            EtaReason::Rebuild
        } else if rise == Some(Rise::Returned) {
            EtaReason::Returned
        } else {
            self.forecast.slowed_since(seen)
        }
    }

    /// People waiting for any variant, in all lanes.
    pub(crate) fn waiting(&self) -> u64 {
        self.lines.waiting()
    }

    /// The last event that was applied.
    pub(crate) const fn point(&self) -> EventPoint {
        self.point
    }

    /// What everybody in the room is told.
    pub(crate) const fn notice(&self) -> &RoomNotice {
        &self.notice
    }

    /// The limits by which those who wait are told a time, once any are known.
    pub(crate) fn limits(&self) -> Option<RoomLimits> {
        self.forecast.limits()
    }

    /// Why the line ended, once it has.
    pub(crate) const fn ended(&self) -> Option<CloseReason> {
        self.ended
    }

    /// Whether what everybody is told changed after `seen`.
    pub(crate) fn is_noticed_since(&self, seen: EventPoint) -> bool {
        self.noticed_at > seen
    }

    /// Why a position shown at `seen` may be higher now, if it may.
    pub(crate) fn rise_since(&self, seen: EventPoint) -> Option<Rise> {
        if seen.epoch < self.point.epoch {
            return Some(Rise::Rebuild);
        }
        self.last_rise.filter(|(at, _)| *at > seen).map(|(_, rise)| rise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use shared::{
        ids::{ShopperId, TicketId},
        line::{Configured, Epoch, Intent},
    };
    use std::collections::BTreeSet;

    const LANE: Lane = Lane(0);

    fn score(epoch: u32, number: u64) -> Score {
        Score::new(Epoch(epoch), number)
    }

    fn joined(variant_id: VariantId, score: Score) -> JoinedTicket {
        JoinedTicket {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: LANE,
            score,
            intent: Intent { variant_id, units: 1 },
            joined_at_ms: 0,
        }
    }

    fn gone(score: Score) -> TicketScore {
        TicketScore { ticket_id: TicketId::generate(), lane: LANE, score }
    }

    fn point(evn: u64) -> EventPoint {
        EventPoint { epoch: Epoch(2), evn }
    }

    #[test]
    fn a_missing_event_is_noticed_and_a_known_one_skipped() {
        let mut replica = Replica::at(point(4), DropMode::Running);
        let variant_id = VariantId::generate();
        let join =
            |number| RoomEvent::Joined { tickets: vec![joined(variant_id, score(2, number))] };
        assert_eq!(replica.apply(point(4), &join(1)), Applied::Old);
        assert_eq!(replica.apply(point(6), &join(2)), Applied::Gap);
        assert_eq!(replica.apply(point(5), &join(1)), Applied::Next);
        assert_eq!((replica.waiting(), replica.point()), (1, point(5)));
        let later = EventPoint { epoch: Epoch(3), evn: 1 };
        assert_eq!(replica.apply(later, &join(9)), Applied::Gap);
    }

    #[test]
    fn only_a_labelled_event_lets_a_position_rise() {
        let mut replica = Replica::at(point(0), DropMode::Running);
        let variant_id = VariantId::generate();
        let join = RoomEvent::Joined { tickets: vec![joined(variant_id, score(2, 5))] };
        replica.apply(point(1), &join);
        assert_eq!(replica.rise_since(point(0)), None);
        let back = RoomEvent::Attached { tickets: vec![joined(variant_id, score(1, 7))] };
        replica.apply(point(2), &back);
        assert_eq!(replica.position_of(LANE, variant_id, score(2, 5)), Some(2));
        assert_eq!(replica.rise_since(point(1)), Some(Rise::Returned));
        assert_eq!(replica.rise_since(point(2)), None);
    }

    #[test]
    fn a_new_mode_or_message_is_said_to_everybody_and_new_limits_move_nobody() {
        let mut replica = Replica::at(point(0), DropMode::Running);
        let limits = |rate| Configured {
            mode: DropMode::Running,
            mode_until_us: None,
            admission_rate_micro: rate,
            occupancy_cap: 1,
            message: None,
        };
        for evn in 1..=3 {
            replica.apply(point(evn), &RoomEvent::Configured(limits(evn)));
        }
        assert!(!replica.is_noticed_since(point(0)));
        assert_eq!(replica.rise_since(point(0)), None, "nobody can have moved");

        let told = Configured { message: Some("soon".to_owned()), ..limits(3) };
        replica.apply(point(4), &RoomEvent::Configured(told));
        assert_eq!(replica.rise_since(point(3)), Some(Rise::Operator));
        let until = 1_800_000_000_000_000;
        let mode =
            Configured { mode: DropMode::Maintenance, mode_until_us: Some(until), ..limits(3) };
        replica.apply(point(5), &RoomEvent::Configured(mode));
        assert!(replica.is_noticed_since(point(4)));
        assert_eq!(replica.rise_since(point(4)), Some(Rise::Mode));
        let RoomNotice { mode, until: told_until, message } = replica.notice();
        assert_eq!((*mode, message), (DropMode::Maintenance, &None));
        assert_eq!(told_until.map(jiff::Timestamp::as_microsecond), Some(until));
    }

    #[test]
    fn whoever_is_missed_is_out_of_line_until_they_return_to_their_place() {
        let mut replica = Replica::at(point(0), DropMode::Running);
        let variant_id = VariantId::generate();
        let [absent, behind] = [4, 5].map(|number| joined(variant_id, score(2, number)));
        replica.apply(point(1), &RoomEvent::Joined { tickets: vec![absent, behind] });
        replica.apply(point(2), &RoomEvent::Missed { tickets: vec![absent] });
        let position = |replica: &Replica, ticket: &JoinedTicket| {
            replica.position_of(LANE, variant_id, ticket.score)
        };
        assert_eq!(position(&replica, &absent), None);
        assert_eq!(position(&replica, &behind), Some(1));
        assert_eq!(replica.rise_since(point(1)), None, "nobody's position rises by that");
        replica.apply(point(3), &RoomEvent::Returned { tickets: vec![absent] });
        assert_eq!(position(&replica, &absent), Some(1));
        assert_eq!(position(&replica, &behind), Some(2));
        assert_eq!(replica.rise_since(point(2)), Some(Rise::Returned));
    }

    proptest! {
        #[test]
        fn positions_are_those_of_a_sorted_set_per_variant(
            steps in prop::collection::vec((0..4_u8, 1..3_u32, 1..300_u64), 1..400)
        ) {
            let variants = [VariantId::generate(), VariantId::generate()];
            // A number is given to one ticket only, which wants one variant.
            let wanted = |score: &Score| variants[(score.number() % 2) as usize];
            let mut replica = Replica::at(point(0), DropMode::Running);
            let mut naive = BTreeSet::new();
            for (evn, (kind, epoch, number)) in steps.into_iter().enumerate() {
                let score = score(epoch, number);
                let event = match kind {
                    0 | 1 => {
                        naive.insert(score);
                        let tickets = vec![joined(wanted(&score), score)];
                        if kind == 0 { RoomEvent::Joined { tickets } } else { RoomEvent::Attached { tickets } }
                    }
                    _ => {
                        naive.remove(&score);
                        let tickets = vec![gone(score)];
                        if kind == 2 { RoomEvent::Left { tickets } } else { RoomEvent::Admitted { tickets } }
                    }
                };
                prop_assert_eq!(replica.apply(point(evn as u64 + 1), &event), Applied::Next);
                prop_assert_eq!(replica.waiting(), naive.len() as u64);
                for variant_id in variants {
                    let line = naive.iter().filter(|score| wanted(score) == variant_id);
                    let n_waiting = replica.waiting_in(LANE, variant_id);
                    prop_assert_eq!(n_waiting, line.clone().count() as u64);
                    for (ahead, score) in line.enumerate().step_by(7) {
                        let position = replica.position_of(LANE, variant_id, *score);
                        prop_assert_eq!(position, Some(ahead as u64 + 1));
                    }
                }
            }
        }
    }
}
