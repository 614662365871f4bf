//! What has to be done before the events of a room can be logged.
//!
//! The drop's row says which epoch is meant, Redis has a room or has not. A room is built under a new
//! epoch whenever Redis does not have the one that is meant, complete, on the run of the server that
//! it was built on. One that is open in Redis and not in the row was left so by an instance that died
//! in between: what it had still to do is done by the next.

use crate::line::{Epoch, RoomHeader, RoomState};

/// What the row of a drop says of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRow {
    /// Generation of the line; 0 before the first.
    pub epoch: Epoch,
    /// Whether the line of this epoch may be used.
    pub is_open: bool,
    /// Whether the log has the drop's events from the first on. One that took the place of another
    /// begins in the middle.
    pub has_whole_log: bool,
}

/// What has to be done about a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomStep {
    /// Nothing: its events are logged.
    Log,
    /// Say in the row that it is open.
    MarkOpen {
        /// Repeat before who waits, since the log may not know them all.
        announce: bool,
    },
    /// Build it.
    Build(RebuildPlan),
    /// Nothing can be done: a score has room for so many epochs only.
    GiveUp,
}

/// How a room is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebuildPlan {
    /// The epoch that begins: later than every one that the row or Redis knows.
    pub epoch: Epoch,
    /// Ask Redis before who waits, and announce them afterwards: the log may not know them all.
    pub with_survivors: bool,
}

impl RoomStep {
    /// Decides about a room.
    #[must_use]
    pub fn of(row: LineRow, header: Option<&RoomHeader>) -> Self {
        if is_usable(row.epoch, header) {
            return if row.is_open {
                Self::Log
            } else {
                Self::MarkOpen { announce: !row.has_whole_log }
            };
        }
        let stored = header.map_or(Epoch(0), |header| header.epoch);
        let epoch = row.epoch.max(stored).next();
        if epoch.0 >= Epoch::LIMIT {
            return Self::GiveUp;
        }
        Self::Build(RebuildPlan { epoch, with_survivors: !row.has_whole_log })
    }
}

fn is_usable(epoch: Epoch, header: Option<&RoomHeader>) -> bool {
    header.is_some_and(|header| {
        header.trusted && header.state == RoomState::Open && header.epoch == epoch
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{drops::DropMode, line::RoomConfig};

    fn header(epoch: u32) -> RoomHeader {
        RoomHeader {
            epoch: Epoch(epoch),
            evn: 3,
            state: RoomState::Open,
            trusted: true,
            config: RoomConfig {
                mode: DropMode::Running,
                mode_until_us: None,
                admission_rate_per_second: 1.0,
                occupancy_cap: 1,
                capacity: 1,
                opens_at_us: 0,
                closes_at_us: None,
                max_units_per_ticket: 1,
                takes_most: false,
                variants: Vec::new(),
                has_stock: true,
                lanes: Vec::new(),
                manual: None,
                members_of: None,
                invite_only: false,
                presence: None,
                message: None,
                ended: None,
                version: 1,
            },
            units: Vec::new(),
            occupied: 0,
            grace_until_us: 0,
            now_us: 0,
        }
    }

    const fn row(epoch: u32) -> LineRow {
        LineRow { epoch: Epoch(epoch), is_open: true, has_whole_log: true }
    }

    const fn build(epoch: u32) -> RoomStep {
        RoomStep::Build(RebuildPlan { epoch: Epoch(epoch), with_survivors: false })
    }

    #[test]
    fn a_room_that_is_there_is_logged() {
        assert_eq!(RoomStep::of(row(2), Some(&header(2))), RoomStep::Log);
    }

    #[test]
    fn a_room_that_is_not_the_one_that_is_meant_is_built() {
        let rebuilding = RoomHeader { state: RoomState::Rebuilding, ..header(2) };
        let other_server = RoomHeader { trusted: false, ..header(2) };
        for header in [None, Some(&header(1)), Some(&rebuilding), Some(&other_server)] {
            assert_eq!(RoomStep::of(row(2), header), build(3));
        }
        assert_eq!(RoomStep::of(row(2), Some(&header(7))), build(8), "later than both");
    }

    #[test]
    fn an_opening_that_was_not_said_is_said_and_announced_where_the_log_begins_in_the_middle() {
        let unsaid = LineRow { is_open: false, ..row(2) };
        let step = RoomStep::of(unsaid, Some(&header(2)));
        assert_eq!(step, RoomStep::MarkOpen { announce: false });
        let in_the_middle = LineRow { has_whole_log: false, ..unsaid };
        let step = RoomStep::of(in_the_middle, Some(&header(2)));
        assert_eq!(step, RoomStep::MarkOpen { announce: true });
    }

    #[test]
    fn survivors_are_asked_for_where_the_log_begins_in_the_middle() {
        let row = LineRow { has_whole_log: false, ..row(1) };
        let plan = RebuildPlan { epoch: Epoch(2), with_survivors: true };
        assert_eq!(RoomStep::of(row, None), RoomStep::Build(plan));
    }

    #[test]
    fn epochs_come_to_an_end() {
        assert_eq!(RoomStep::of(row(Epoch::LIMIT - 2), None), build(Epoch::LIMIT - 1));
        assert_eq!(RoomStep::of(row(Epoch::LIMIT - 1), None), RoomStep::GiveUp);
    }
}
