//! What is done to a sale while it goes on: faults, and what an operator does.

use crate::common::faults::Victim;
use testkit::world::SaleProgress;

/// How far the sale must have come. The shoppers of [`crate::regulars`] count, too.
#[derive(Clone, Copy, Debug)]
pub(crate) enum After {
    Joins(u64),
    Admissions(u64),
    Orders(u64),
    Captures(u64),
}

/// Something that is done once the sale has come that far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    pub(crate) after: After,
    pub(crate) deed: Deed,
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    /// Takes a victim away and brings it back.
    Strike(Victim),
    /// Makes a victim stand still for a while.
    Freeze(Victim),
    /// Stops admission for a while, as an operator does.
    Pause,
    /// Gives the drop other limits, as an operator does.
    SetLimits(Paces),
}

/// The limits that a drop can be given while it is open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paces {
    pub(crate) admission_rate: f64,
    pub(crate) order_rate: f64,
    pub(crate) occupancy_cap: u32,
}

impl After {
    pub(crate) const fn is_reached(self, progress: SaleProgress) -> bool {
        match self {
            Self::Joins(n) => progress.joins >= n,
            Self::Admissions(n) => progress.admissions >= n,
            Self::Orders(n) => progress.orders >= n,
            Self::Captures(n) => progress.captures >= n,
        }
    }
}

impl Act {
    pub(crate) const fn strike(victim: Victim, after: After) -> Self {
        Self { after, deed: Deed::Strike(victim) }
    }

    pub(crate) const fn freeze(victim: Victim, after: After) -> Self {
        Self { after, deed: Deed::Freeze(victim) }
    }

    pub(crate) const fn pause(after: After) -> Self {
        Self { after, deed: Deed::Pause }
    }

    pub(crate) const fn set_limits(limits: Paces, after: After) -> Self {
        Self { after, deed: Deed::SetLimits(limits) }
    }

    /// Returns who is struck or frozen, if anybody is.
    pub(crate) const fn victim(&self) -> Option<Victim> {
        match self.deed {
            Deed::Strike(victim) | Deed::Freeze(victim) => Some(victim),
            Deed::Pause | Deed::SetLimits(_) => None,
        }
    }
}

/// Returns how much has been done of what the victim has a part in.
pub(crate) const fn work_of(victim: Victim, progress: SaleProgress) -> u64 {
    let SaleProgress { joins, admissions, orders, captures } = progress;
    match victim {
        Victim::Admission => joins,
        Victim::Worker | Victim::SecondWorker | Victim::Kafka => admissions + orders,
        // Payments are asked for here and taken there.
        Victim::StorefrontApi | Victim::SandboxPsp => captures,
        Victim::Redis | Victim::RedisWithItsData | Victim::RedisKeys => joins + admissions,
        Victim::Postgres => orders + captures,
    }
}
