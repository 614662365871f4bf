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
    let join = |number| RoomEvent::Joined { tickets: vec![joined(variant_id, score(2, number))] };
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
    let mode = Configured { mode: DropMode::Maintenance, mode_until_us: Some(until), ..limits(3) };
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
