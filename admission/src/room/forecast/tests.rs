use super::*;
use shared::{
    drops::DropMode,
    ids::VariantId,
    line::{Epoch, Lane, LaneShare, RoomState},
};

const EPOCH: Epoch = Epoch(1);
const WAITING: u64 = 1000;

/// A room with one line, and what is forecast of it.
struct TestLine {
    forecast: Forecast,
    header: RoomHeader,
    line: LineKey,
}

fn point(evn: u64) -> EventPoint {
    EventPoint { epoch: EPOCH, evn }
}

impl TestLine {
    /// Ten a second are let in, there is room for all, and so many units are left and held.
    fn open(left: u32, held: u32) -> Self {
        let variant_id = VariantId::generate();
        let mut config = testkit::room::room_config(vec![variant_id]);
        (config.admission_rate_per_second, config.occupancy_cap) = (10.0, 5000);
        let header = RoomHeader {
            epoch: EPOCH,
            evn: 1,
            state: RoomState::Open,
            trusted: true,
            config,
            units: vec![VariantUnits { variant_id, left, held }],
            occupied: held,
            grace_until_us: 0,
            now_us: 0,
        };
        let mut test = Self { forecast: Forecast::default(), header, line: (Lane(0), variant_id) };
        test.look();
        test
    }

    fn look(&mut self) {
        self.forecast.look(&self.header, &[(self.line, WAITING)]);
    }

    /// Looks twice a second for so long, while so many are let in between two looks.
    fn run(&mut self, n_looks: u32, admitted: u32) {
        for _ in 0..n_looks {
            self.header.now_us += 500_000;
            self.header.occupied += admitted;
            (0..admitted).for_each(|_| self.forecast.note_admitted(self.line));
            self.look();
        }
    }

    fn configure(&mut self, evn: u64, mode: DropMode, rate: u64) {
        let configured = Configured {
            mode,
            mode_until_us: None,
            admission_rate_micro: rate * 1_000_000,
            occupancy_cap: self.header.config.occupancy_cap,
            message: None,
        };
        let lines = [(self.line, WAITING)];
        self.forecast.configure(point(evn), &configured, &lines, &self.header.units);
    }

    fn prospects(&self, position: u64) -> Prospects {
        self.forecast.prospects(self.line, position, 1)
    }

    fn p50_s(&self, position: u64) -> Option<u32> {
        self.prospects(position).eta_p50_s
    }
}

#[test]
fn a_line_is_told_its_prospects_from_the_first_look_on() {
    let mut test = TestLine::open(2000, 0);
    let told = test.prospects(600);
    assert_eq!((told.eta_p50_s, told.eta_p90_s), (Some(61), Some(61)));
    assert_eq!((told.odds_percent, told.standby, told.eta_reason), (Some(95), false, None));
    test.run(60, 5);
    assert_eq!(test.p50_s(600), Some(61), "as fast as it may be");
    test.header.units.clear();
    test.look();
    let site = test.prospects(600);
    assert_eq!((site.eta_p50_s, site.odds_percent), (Some(61), None), "no units are waited for");
    let other_line = (Lane(1), test.line.1);
    assert_eq!(test.forecast.prospects(other_line, 1, 1), Prospects::default());
}

#[test]
fn a_line_that_is_slower_than_its_rate_is_told_so() {
    let mut test = TestLine::open(2000, 0);
    test.run(120, 3);
    let told = test.p50_s(600).unwrap();
    assert!((97..=103).contains(&told), "six a second: {told}");
    test.run(120, 0);
    assert_eq!(test.p50_s(600), None, "nothing moves");
}

#[test]
fn whoever_is_passed_over_makes_the_wait_of_those_behind_shorter() {
    let mut test = TestLine::open(2000, 0);
    for _ in 0..120 {
        test.forecast.note_missed(2);
        test.forecast.note_back(1);
        test.run(1, 5);
    }
    let told = test.p50_s(600).unwrap();
    assert!((49..=53).contains(&told), "one in six is away for good: {told}");
}

#[test]
fn the_first_in_a_lane_is_told_what_its_share_makes_of_the_rate() {
    let mut test = TestLine::open(2000, 0);
    test.header.config.lanes = vec![LaneShare { lane: Lane(1), percent: 20 }];
    test.run(60, 5);
    let early = (Lane(1), test.line.1);
    test.forecast.look(&test.header, &[(test.line, WAITING), (early, 40)]);
    let p50_s = |line, position| test.forecast.prospects(line, position, 1).eta_p50_s.unwrap();
    assert!((19..=22).contains(&p50_s(early, 40)), "{}", p50_s(early, 40));
    assert!((73..=78).contains(&p50_s(test.line, 600)), "{}", p50_s(test.line, 600));
}

#[test]
fn a_longer_time_is_explained_by_what_happened_since_the_last() {
    let mut test = TestLine::open(2000, 0);
    assert_eq!(test.forecast.slowed_since(point(1)), EtaReason::Slower);

    test.configure(6, DropMode::Running, 5);
    assert_eq!(test.p50_s(600), Some(121), "at once");
    assert_eq!(test.forecast.slowed_since(point(5)), EtaReason::RateLowered);
    assert_eq!(test.forecast.slowed_since(point(6)), EtaReason::Slower);
    test.configure(7, DropMode::Running, 8);
    assert_eq!(test.forecast.slowed_since(point(6)), EtaReason::Slower, "it was raised");

    test.configure(8, DropMode::Paused, 8);
    assert_eq!(test.p50_s(600), None);
    test.configure(9, DropMode::Running, 8);
    assert!(test.p50_s(600).is_some());
    assert_eq!(test.forecast.slowed_since(point(8)), EtaReason::Paused);
    assert_eq!(test.forecast.slowed_since(point(9)), EtaReason::Slower);
}

#[test]
fn a_header_that_is_older_than_a_change_does_not_undo_it() {
    let mut test = TestLine::open(2000, 0);
    test.configure(9, DropMode::Paused, 10);
    test.header.evn = 8;
    test.look();
    assert_eq!(test.p50_s(1), None);
    test.header.evn = 9;
    test.look();
    assert!(test.p50_s(1).is_some());
    test.header.grace_until_us = test.header.now_us + 1;
    test.look();
    assert_eq!(test.p50_s(1), None, "nobody is let in yet");
}

#[test]
fn while_all_units_are_held_there_are_odds_and_no_time() {
    let test = TestLine::open(0, 200);
    let (first, last) = (test.prospects(1), test.prospects(600));
    assert!(first.standby && last.standby);
    assert_eq!((first.eta_p50_s, last.eta_p50_s), (None, None));
    assert!(first.odds_percent >= Some(80), "{first:?}");
    assert!(last.odds_percent <= Some(5), "{last:?}");
}

#[test]
fn what_is_sold_and_what_comes_back_is_told_from_the_stock() {
    let mut test = TestLine::open(0, 100);
    let conversion = |test: &TestLine| {
        let looked = test.forecast.looked.unwrap();
        looked.stock(&test.header.units, test.line, 1.0).unwrap().conversion()
    };
    // Of a hundred who finish, ninety pay.
    (test.header.occupied, test.header.units[0].held, test.header.units[0].left) = (0, 0, 10);
    test.look();
    let share = conversion(&test);
    assert!((share - 94.0 / 105.0).abs() < 1e-9, "{share}");
}
