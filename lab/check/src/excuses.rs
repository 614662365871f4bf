//! What a loss of Redis excuses, and how often a run needed it.

use std::{collections::HashSet, fmt};

use serde::{Deserialize, Serialize};
use shared::{ids::TicketId, line::Epoch};

use crate::{
    evidence::{AnsweredJoin, Evidence, ShopperStory},
    replay::RoomReplay,
};

/// How often the rules let something pass because Redis had lost what was not logged yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excuses {
    /// Joins that are in no log, though they were answered.
    pub lost_joins: usize,
    /// Tickets that a shopper was given beside one that the line had lost.
    pub second_tickets: usize,
    /// Admissions that are known by their command alone.
    pub unlogged_admissions: usize,
    /// Admissions that a rebuild took back.
    pub taken_back: usize,
    /// Commands that a rebuild left out.
    pub void_commands: usize,
    /// Events that landed behind the one that a later epoch follows.
    pub late_events: usize,
}

/// Joins that were answered and are not in the log as joins.
pub(crate) struct LostJoins {
    /// Those that nothing excuses.
    pub(crate) violations: Vec<String>,
    pub(crate) n_excused: usize,
}

impl Excuses {
    pub(crate) fn of(evidence: &Evidence, room: &RoomReplay) -> Self {
        Self {
            lost_joins: lost_joins(evidence, room).n_excused,
            second_tickets: n_second_tickets(evidence, room),
            unlogged_admissions: room.n_unlogged,
            taken_back: room.n_taken_back,
            void_commands: evidence.commands.len() - evidence.counting_commands().count(),
            late_events: room.n_late,
        }
    }

    /// Returns how much the log is missing: the first three. The others follow from a rebuild that
    /// went right.
    #[must_use]
    pub fn n_missing(&self) -> usize {
        self.lost_joins + self.second_tickets + self.unlogged_admissions
    }
}

impl fmt::Display for Excuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lost_joins,
            second_tickets,
            unlogged_admissions,
            taken_back,
            void_commands,
            late_events,
        } = self;
        write!(
            f,
            "excused joins: {lost_joins}, second tickets: {second_tickets}, unlogged admissions: \
             {unlogged_admissions}; taken back: {taken_back}, void commands: {void_commands}, late \
             events: {late_events}"
        )
    }
}

/// Finds joins that were answered but are not in the log. A loss of Redis excuses one if nobody
/// was to bring the ticket back: its shopper, whose browser alone had it then, had left the page
/// or had another ticket.
pub(crate) fn lost_joins(evidence: &Evidence, room: &RoomReplay) -> LostJoins {
    let (mut violations, mut n_excused) = (Vec::new(), 0);
    let mut seen = HashSet::new();
    for (story, join) in evidence.joins() {
        if !seen.insert(join.ticket_id) {
            continue;
        }
        let (process, id) = (story.process, join.ticket_id);
        let may_be_lost = may_be_lost(join, room);
        match room.tickets.get(&id) {
            Some(life) if !life.was_lost || may_be_lost => {}
            Some(_) => violations
                .push(format!("shopper {process} joined, but the join of ticket {id} is lost")),
            None if may_be_lost && (story.is_gone() || has_other_ticket(story, room)) => {
                n_excused += 1;
            }
            None => violations.push(format!("shopper {process} joined, but ticket {id} is lost")),
        }
    }
    LostJoins { violations, n_excused }
}

/// Whether the join was answered behind the last event that was logged before a loss of Redis.
fn may_be_lost(join: &AnsweredJoin, room: &RoomReplay) -> bool {
    room.losses.may_miss(Epoch(join.epoch), join.answered_at_us)
}

fn has_other_ticket(story: &ShopperStory, room: &RoomReplay) -> bool {
    story.joins.iter().any(|join| room.tickets.contains_key(&join.ticket_id))
}

/// Returns the joins of a shopper that the line kept. A ticket that was lost with Redis may come
/// back from one tab after another tab has joined again; the log then closes one of the two as
/// replaced.
pub(crate) fn kept_joins<'a>(
    story: &'a ShopperStory,
    room: &RoomReplay,
) -> impl Iterator<Item = &'a AnsweredJoin> {
    story.joins.iter().filter(move |join| {
        let is_logged = room.tickets.get(&join.ticket_id).is_some_and(|life| !life.was_lost);
        // Later answers repeat the ticket in whatever epoch it is by then.
        let first = story.joins.iter().find(|other| other.ticket_id == join.ticket_id);
        is_logged || first.is_none_or(|first| !may_be_lost(first, room))
    })
}

fn n_second_tickets(evidence: &Evidence, room: &RoomReplay) -> usize {
    let excused = evidence.shoppers.iter().map(|story| {
        let given: HashSet<TicketId> = story.joins.iter().map(|join| join.ticket_id).collect();
        let kept: HashSet<TicketId> = kept_joins(story, room).map(|join| join.ticket_id).collect();
        // With one ticket there was nothing to excuse.
        if given.len() > 1 { given.len() - kept.len().max(1) } else { 0 }
    });
    excused.sum()
}
