//! POS-1.

use std::{
    collections::BTreeSet,
    ops::Bound::{Excluded, Included},
};

use shared::{
    ids::TicketId,
    line::{Epoch, EventPoint},
};

use crate::{
    evidence::{Evidence, ShopperStory, Shown},
    lives::TicketLife,
    replay::{RankQuestion, RiseCause, RoomReplay, ranks},
    verdict::Verdict,
};

/// How far the clocks of shoppers and Redis may be apart.
const CLOCKS_US: i64 = 1_000_000;

/// POS-1: a shown position is the rank at its event, or the one shown before if that is lower; it
/// rises only with a label that the log confirms.
pub(super) fn true_to_the_rank(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let views = evidence.shoppers.iter().map(|story| View::of(story, room));
    let mut views: Vec<View<'_>> = views.collect();
    let questions: Vec<RankQuestion> = views.iter().flat_map(View::questions).collect();
    let mut answers = ranks(&room.changes, &questions).into_iter();
    let (mut violations, mut n_judged, mut n_shown) = (Vec::new(), 0, 0);
    for view in &mut views {
        let story = view.story;
        for shown in &story.shown {
            let Some(frame) = PositionFrame::of(shown) else {
                view.is_admitted |= *shown == Shown::Admitted;
                continue;
            };
            let ranks: Vec<u64> = answers.by_ref().take(view.tickets.len()).flatten().collect();
            n_shown += 1;
            n_judged += usize::from(view.has_truth(&frame));
            violations.extend(view.judge(&frame, &ranks));
        }
    }
    let over = format!("{n_judged} of {n_shown} positions against the log");
    Verdict::of(violations, n_judged, over)
}

/// A position as it was shown.
#[derive(Debug, Clone, Copy)]
struct PositionFrame<'a> {
    point: EventPoint,
    position: u64,
    rise: Option<&'a str>,
    by_stream: bool,
    at_us: i64,
}

/// What a shopper sees, frame by frame.
struct View<'a> {
    story: &'a ShopperStory,
    room: &'a RoomReplay,
    tickets: Vec<&'a TicketLife>,
    /// Whether the log has each of the shopper's tickets.
    is_logged: bool,
    last: Option<(EventPoint, u64)>,
    last_of_stream: Option<u64>,
    is_admitted: bool,
}

impl<'a> PositionFrame<'a> {
    fn of(shown: &'a Shown) -> Option<Self> {
        match shown {
            Shown::Position { epoch, evn, position, rise, by_stream, at_us } => Some(Self {
                point: EventPoint { epoch: Epoch(*epoch), evn: *evn },
                position: *position,
                rise: rise.as_deref(),
                by_stream: *by_stream,
                at_us: *at_us,
            }),
            Shown::Admitted | Shown::Closed { .. } => None,
        }
    }
}

impl<'a> View<'a> {
    fn of(story: &'a ShopperStory, room: &'a RoomReplay) -> Self {
        let ids: BTreeSet<TicketId> = story.joins.iter().map(|join| join.ticket_id).collect();
        let tickets: Vec<&TicketLife> = ids.iter().filter_map(|id| room.tickets.get(id)).collect();
        let is_logged = tickets.len() == ids.len() && !ids.is_empty();
        Self {
            story,
            room,
            tickets,
            is_logged,
            last: None,
            last_of_stream: None,
            is_admitted: false,
        }
    }

    /// Asks for the rank of each ticket at each frame.
    fn questions(&self) -> impl Iterator<Item = RankQuestion> {
        let frames = self.story.shown.iter().filter_map(PositionFrame::of);
        frames.flat_map(move |frame| {
            let of_ticket = move |life: &&TicketLife| RankQuestion {
                point: frame.point,
                line: life.line,
                score: life.score,
            };
            self.tickets.iter().map(of_ticket)
        })
    }

    /// Whether the log says what was to be shown: it has the tickets, and the frame's event.
    fn has_truth(&self, frame: &PositionFrame<'_>) -> bool {
        let last_evn = self.room.last_evns.get(&frame.point.epoch);
        self.is_logged && last_evn.is_some_and(|last_evn| frame.point.evn <= *last_evn)
    }

    fn judge(&mut self, frame: &PositionFrame<'_>, ranks: &[u64]) -> Vec<String> {
        let PositionFrame { point, position, rise, by_stream, .. } = *frame;
        let process = self.story.process;
        let mut violations = Vec::new();
        if self.is_admitted {
            violations.push(format!("shopper {process} was admitted and then shown {position}"));
        }
        if self.has_truth(frame) && !self.is_true(frame, ranks) {
            violations.push(format!(
                "shopper {process}: shown {position} at {point}, where the rank is {ranks:?}"
            ));
        }
        if let Some((before_point, before)) = self.last.filter(|(_, before)| position > *before)
            && !self.may_rise(before_point, frame)
        {
            let label = rise.unwrap_or("no label");
            violations.push(format!(
                "shopper {process}: {before} at {before_point}, then {position} at {point} ({label})"
            ));
        }
        self.last = Some((point, position));
        if by_stream {
            self.last_of_stream = Some(position);
        }
        violations
    }

    fn is_true(&self, frame: &PositionFrame<'_>, ranks: &[u64]) -> bool {
        let position = frame.position;
        // A stream holds what it has shown itself, whatever polls have shown since.
        let shown = [self.last.map(|(_, before)| before), self.last_of_stream];
        let is_held = shown.contains(&Some(position));
        let is_rank = ranks.iter().any(|rank| position == *rank || (is_held && position < *rank));
        // An answer to a ticket that was let in a moment ago says 1.
        let is_past = |life: &&TicketLife| life.has_left_line(frame.at_us + CLOCKS_US);
        is_rank || (!frame.by_stream && position == 1 && self.tickets.iter().any(is_past))
    }

    /// Whether the log has a reason between the two frames, and the label names it. The answer
    /// to a join carries no label.
    fn may_rise(&self, before: EventPoint, frame: &PositionFrame<'_>) -> bool {
        if frame.point <= before {
            return false;
        }
        let between = self.room.rises.range((Excluded(before), Included(frame.point)));
        let causes: Vec<RiseCause> = between.map(|(_, cause)| *cause).collect();
        let has = |wanted: RiseCause| causes.contains(&wanted);
        let is_moved = has(RiseCause::Rebuilt) || has(RiseCause::Returned);
        match frame.rise {
            None => is_moved && !frame.by_stream,
            Some("rebuild") => has(RiseCause::Rebuilt),
            Some("returned") => is_moved,
            Some("operator" | "mode") => is_moved && has(RiseCause::Configured),
            Some(_) => false,
        }
    }
}
