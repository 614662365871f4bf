use super::*;

const LOOK: PaceLook = PaceLook {
    at_us: 0,
    admits: true,
    waiting: 100,
    eligible: 100,
    occupied: 50,
    occupancy_cap: 1000,
    rate_per_second: 10.0,
    admitted: 0,
    left: 0,
    missed: 0,
    came_back: 0,
};

/// Looks once a second for so long.
fn run(pace: &mut RoomPace, seconds: i64, look: PaceLook) {
    let begin = pace.last.map_or(0, |last| last.at_us);
    for second in 1..=seconds {
        pace.look(PaceLook { at_us: begin + second * 1_000_000, ..look });
    }
}

#[test]
fn what_happens_is_counted_by_what_it_could_have_happened_to() {
    let mut pace = RoomPace::default();
    // Five come in each second, and the number of those inside stays: five finish.
    run(&mut pace, 61, PaceLook { admitted: 5, left: 1, ..LOOK });
    let observed = pace.observed();
    assert_eq!(observed.used, SeenShare { count: 300.0, exposure: 600.0 });
    assert_eq!(observed.ended, SeenShare { count: 300.0, exposure: 3000.0 });
    assert_eq!(observed.left, SeenShare { count: 60.0, exposure: 6000.0 });
    assert_eq!(observed.missed, SeenShare { count: 0.0, exposure: 300.0 });
    assert!(observed.scatter < 1.0, "as regular as can be: {observed:?}");
}

#[test]
fn whoever_came_back_was_not_passed_over_for_good() {
    let mut pace = RoomPace::default();
    run(&mut pace, 31, PaceLook { admitted: 8, missed: 4, ..LOOK });
    run(&mut pace, 30, PaceLook { admitted: 8, missed: 1, came_back: 1, ..LOOK });
    let missed = pace.observed().missed;
    assert_eq!(missed, SeenShare { count: 0.0, exposure: 216.0 }, "of the last half minute");
    let mut pace = RoomPace::default();
    run(&mut pace, 31, PaceLook { admitted: 8, missed: 3, came_back: 1, ..LOOK });
    assert_eq!(pace.observed().missed, SeenShare { count: 60.0, exposure: 300.0 });
}

#[test]
fn the_rate_is_judged_only_while_nothing_else_held_people_up() {
    let full = PaceLook { occupied: 1000, admitted: 2, ..LOOK };
    let paused = PaceLook { admits: false, ..LOOK };
    let nobody_fits = PaceLook { eligible: 0, ..LOOK };
    for look in [full, paused, nobody_fits] {
        let mut pace = RoomPace::default();
        run(&mut pace, 60, look);
        assert_eq!(pace.observed().used, SeenShare::default(), "{look:?}");
    }
}

#[test]
fn half_a_minute_counts_alone_once_it_is_unlike_the_time_before() {
    let mut pace = RoomPace::default();
    let usual = PaceLook { admitted: 10, ..LOOK };
    run(&mut pace, 240, usual);
    run(&mut pace, 6, PaceLook { admitted: 9, ..LOOK });
    let used = pace.observed().used;
    assert!(used.exposure > 2000.0 && used.per_exposure() > 0.99, "{used:?}");
    run(&mut pace, 30, LOOK);
    let used = pace.observed().used;
    assert!(used.exposure <= 300.0 && used.per_exposure() < 0.05, "nobody comes in: {used:?}");
}

#[test]
fn what_is_older_than_five_minutes_is_forgotten_and_a_long_silence_tells_nothing() {
    let mut pace = RoomPace::default();
    run(&mut pace, 60, PaceLook { admitted: 10, left: 50, ..LOOK });
    run(&mut pace, 300, PaceLook { admitted: 10, ..LOOK });
    assert_eq!(pace.observed().left.count, 0.0);
    let before = pace.observed();
    pace.look(PaceLook { at_us: 400_000_000, admitted: 900, ..LOOK });
    assert_eq!(pace.observed(), before);
}
