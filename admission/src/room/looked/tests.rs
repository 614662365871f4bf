use super::*;
use shared::line::{Epoch, Lane, RoomConfig, RoomState, ServedNumbers};

fn header(occupied: u32, occupancy_cap: u32) -> RoomHeader {
    RoomHeader {
        epoch: Epoch(1),
        evn: 1,
        state: RoomState::Open,
        trusted: true,
        config: RoomConfig { occupancy_cap, ..testkit::room::room_config(Vec::new()) },
        units: Vec::new(),
        occupied,
        grace_until_us: 0,
        now_us: 0,
    }
}

#[test]
fn whoever_is_let_in_above_the_cap_shows_how_many_more_may_be_inside() {
    let above = Looked::first(&header(100, 100)).next(&header(112, 100), 20);
    assert_eq!(above.most_inside(), 112);
    let later = above.next(&header(100, 100), 0);
    assert!((100..112).contains(&later.most_inside()), "nobody was let in above it since");
    let lowered = above.next(&header(112, 50), 3);
    assert_eq!(lowered.most_inside(), 50, "those were inside before");
    assert_eq!(lowered.next(&header(110, 50), 0).most_inside(), 50);
}

#[test]
fn too_few_units_for_a_ticket_are_waited_for_until_none_can_come_back() {
    let mut checkout = header(1, 100);
    checkout.config.takes_most = true;
    let variant_id = VariantId::generate();
    let line = (Lane::NORMAL, variant_id);
    let stock = |left, held| {
        let units = [VariantUnits { variant_id, left, held }];
        let looked = Looked::first(&checkout);
        let n_eligible = looked.eligible(&[(line, 1)], &units).len();
        let stock = looked.stock(&units, line, 1.0).unwrap();
        (stock.left, stock.held, stock.is_standby(), n_eligible)
    };
    assert_eq!(stock(4, 4), (4, 4, false, 1));
    assert_eq!(stock(3, 4), (0, 7, true, 0));
    assert_eq!(stock(2, 1), (0, 3, true, 0));
    assert_eq!(stock(3, 0), (3, 0, false, 1), "all that is left goes to the next");
    assert_eq!(stock(0, 0), (0, 0, false, 0));
}

#[test]
fn whoever_chooses_at_their_turn_needs_one_unit_to_be_left() {
    let mut room = header(0, 100);
    assert_eq!(Looked::first(&room).needed(4), 4);
    room.config.takes_most = true;
    assert_eq!(Looked::first(&room).needed(4), 1);
}

#[test]
fn where_people_are_counted_in_by_hand_no_time_is_told_whatever_the_limits_are() {
    let mut by_hand = header(0, 100);
    by_hand.config.manual = Some(ServedNumbers { after: 0, up_to: 5 });
    let looked = Looked::first(&by_hand);
    assert_eq!(looked.halted, Some(NoEta::ByHand));
    assert_eq!(looked.configured(&by_hand.config.told()).halted, Some(NoEta::ByHand));
}
