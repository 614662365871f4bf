use super::*;

const NOTHING: SeenShare = SeenShare { count: 0.0, exposure: 0.0 };
const OBSERVED: ObservedPace =
    ObservedPace { used: NOTHING, ended: NOTHING, left: NOTHING, missed: NOTHING, scatter: 1.0 };
/// Ten a second come in, and there is room for all.
const FLOW: LineFlow = LineFlow {
    halted: None,
    rate_per_second: 10.0,
    occupancy_cap: 5000,
    occupied: 0,
    share: 1.0,
    observed: OBSERVED,
};

/// A room in which every slot is taken, and ten tickets finish each second.
fn full() -> LineFlow {
    let ended = SeenShare { count: 300.0, exposure: 30_000.0 };
    LineFlow {
        rate_per_second: 100.0,
        occupancy_cap: 1000,
        occupied: 1000,
        observed: ObservedPace { ended, ..OBSERVED },
        ..FLOW
    }
}

/// The two times of a position, in seconds.
fn times(flow: &LineFlow, position: u64) -> (f64, f64) {
    let eta = flow.eta(position).unwrap();
    (eta.p50_ms as f64 / 1000.0, eta.p90_ms as f64 / 1000.0)
}

fn assert_near(found: (f64, f64), wanted: (f64, f64)) {
    let is_near = |found: f64, wanted: f64| (found / wanted - 1.0).abs() < 0.02;
    assert!(is_near(found.0, wanted.0) && is_near(found.1, wanted.1), "{found:?}, not {wanted:?}");
}

#[test]
fn with_room_for_everybody_the_rate_decides_and_leaves_little_open() {
    assert_near(times(&FLOW, 100), (10.2, 10.5));
    assert_near(times(&LineFlow { rate_per_second: 1.0 / 60.0, ..FLOW }, 3), (149.6, 173.5));
}

#[test]
fn a_rate_that_is_not_used_up_counts_as_far_as_it_is() {
    let used = SeenShare { count: 495.0, exposure: 995.0 };
    let flow = LineFlow { observed: ObservedPace { used, ..OBSERVED }, ..FLOW };
    let (p50, p90) = times(&flow, 100);
    assert!((19.9..20.3).contains(&p50) && p90 > 21.0, "{p50} {p90}");
}

#[test]
fn where_every_slot_is_taken_those_who_finish_decide() {
    assert_near(times(&full(), 100), (9.96, 11.5));
    // Fifty come in at once.
    assert_near(times(&LineFlow { occupied: 950, ..full() }, 100), (4.96, 6.0));
    // With twice the slots, twice as many finish once they are taken.
    let doubled = LineFlow { occupied: 2000, occupancy_cap: 2000, ..full() };
    assert!(times(&doubled, 100).0 < 5.1);
    // A cap below what is in use lets nobody in until enough have finished.
    let lowered = LineFlow { occupancy_cap: 900, ..full() };
    assert!(times(&lowered, 100).0 > 21.0);
}

#[test]
fn the_fewer_have_finished_the_further_apart_are_the_times() {
    let spread = |count: f64| {
        let ended = SeenShare { count, exposure: 100.0 * count };
        let flow = LineFlow { observed: ObservedPace { ended, ..OBSERVED }, ..full() };
        let (p50, p90) = times(&flow, 300);
        p90 / p50
    };
    assert!(spread(4.0) > 1.5 && spread(40.0) > 1.2 && spread(4000.0) < 1.1);
}

#[test]
fn whoever_leaves_ahead_makes_the_wait_shorter() {
    // Each leaves after five minutes on the average.
    let left = SeenShare { count: 300.0, exposure: 90_000.0 };
    let observed = ObservedPace { left, ..OBSERVED };
    let flow = LineFlow { rate_per_second: 1.0, observed, ..FLOW };
    assert_near(times(&flow, 300), (207.8, 217.0));
    assert!((90.0..94.0).contains(&flow.leavers(300)), "{}", flow.leavers(300));
}

#[test]
fn whoever_is_away_at_their_turn_makes_the_wait_of_all_behind_shorter() {
    // One in five, of a thousand turns.
    let missed = SeenShare { count: 200.0, exposure: 980.0 };
    let observed = ObservedPace { missed, ..OBSERVED };
    let flow = LineFlow { observed, ..FLOW };
    assert_near(times(&flow, 501), (40.3, 41.8));
    assert!((99.0..101.0).contains(&flow.leavers(501)), "{}", flow.leavers(501));
    let first = LineFlow { observed: ObservedPace { missed, ..full().observed }, ..full() };
    assert_eq!(first.eta(1), full().eta(1), "nobody is ahead");
    assert!(times(&first, 100).0 < 0.85 * times(&full(), 100).0);
}

#[test]
fn half_of_those_let_in_are_half_as_fast() {
    let half = LineFlow { share: 0.5, ..FLOW };
    assert_near(times(&half, 500), times(&FLOW, 1000));
    // They get half of the free slots, too.
    let half = LineFlow { share: 0.5, occupied: 900, ..full() };
    assert_near(times(&half, 100), (9.92, 12.1));
}

#[test]
fn nobody_is_told_a_time_before_that_of_somebody_ahead() {
    for flow in [FLOW, full(), LineFlow { occupied: 900, ..full() }] {
        let mut before = Eta { p50_ms: 0, p90_ms: 0 };
        for position in 1..400 {
            let eta = flow.eta(position).unwrap();
            assert!(eta.p50_ms <= eta.p90_ms, "{eta:?}");
            assert!(before.p50_ms <= eta.p50_ms && before.p90_ms <= eta.p90_ms, "{position}");
            before = eta;
        }
    }
}

#[test]
fn where_no_time_can_be_told_it_is_said_why() {
    for reason in [NoEta::Halted, NoEta::NotOpen, NoEta::ByHand] {
        assert_eq!(LineFlow { halted: Some(reason), ..FLOW }.eta(1), Err(reason));
    }
    let used = SeenShare { count: 0.0, exposure: 100.0 };
    let stands = LineFlow { observed: ObservedPace { used, ..OBSERVED }, ..FLOW };
    assert_eq!(stands.eta(1), Err(NoEta::NothingMoves));
    assert_eq!(LineFlow { rate_per_second: 0.0, ..FLOW }.eta(1), Err(NoEta::NothingMoves));
    let early = LineFlow { occupied: 4990, ..FLOW };
    assert!(early.eta(10).is_ok(), "a slot is free");
    assert_eq!(early.eta(11), Err(NoEta::TooEarly));
}
