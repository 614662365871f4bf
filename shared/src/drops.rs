//! Flash drops as every service sees them.

use crate::text_enum;
use serde::{Deserialize, Serialize};
use std::fmt;

text_enum! {
    /// Where a drop is in its life.
    DropState {
        /// Being prepared; only its seller sees it.
        Draft = "draft",
        /// Waits for its opening time.
        Scheduled = "scheduled",
        /// The line moves.
        Open = "open",
        /// Nothing is left and nothing can come back.
        SoldOut = "sold_out",
        /// Its closing time has passed.
        Closed = "closed",
        /// Called off by its seller or an operator.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// What an operator lets a drop do.
    DropMode {
        /// Takes joins and admits.
        Running = "running",
        /// Admits nobody; joins go on and positions are kept.
        Paused = "paused",
        /// Admits nobody for some minutes, and whoever would join waits until then.
        Hold = "hold",
        /// Takes no joins; those in line are served.
        Drain = "drain",
        /// Neither joins nor admissions, often until a time that is told.
        Maintenance = "maintenance",
        /// Emergency stop: neither joins nor admissions.
        Stopped = "stopped",
    }
}

text_enum! {
    /// How an admitted ticket becomes an order.
    Fulfilment {
        /// Variant and units are fixed at join and held at admission.
        Auto = "auto",
        /// The maximum is held at admission, or what is left of it; the shopper chooses within it.
        Checkout = "checkout",
        /// Admits to someone else's shop.
        Pass = "pass",
    }
}

text_enum! {
    /// What the gate of a protected site does while the line gives no answer.
    FailurePolicy {
        /// Nobody new comes in, and those inside stay for some seconds.
        Closed = "closed",
        /// Nobody new comes in, and those inside stay until their time is over.
        Hold = "hold",
        /// As `hold`, and so many a minute come in without a line.
        Open = "open",
    }
}

text_enum! {
    /// Why a line ended, or a ticket in it.
    CloseReason {
        /// Nothing is left and nothing can come back.
        SoldOut = "sold_out",
        /// Fewer units are left than this ticket wants, and no more can come back.
        NotEnough = "not_enough",
        /// The drop's closing time has passed.
        Closed = "closed",
        /// The drop was cancelled.
        Cancelled = "cancelled",
        /// The same shopper's other ticket stands further ahead.
        Replaced = "replaced",
    }
}

impl Fulfilment {
    /// Whether units are sold; a pass lets people in.
    #[must_use]
    pub const fn sells(self) -> bool {
        match self {
            Self::Auto | Self::Checkout => true,
            Self::Pass => false,
        }
    }

    /// Whether a ticket takes the most units that it may, as far as there are as many, since its shopper
    /// chooses how many once they are held.
    #[must_use]
    pub const fn takes_most(self) -> bool {
        match self {
            Self::Checkout => true,
            Self::Auto | Self::Pass => false,
        }
    }
}

impl DropMode {
    /// Whether people are let in.
    #[must_use]
    pub const fn admits(self) -> bool {
        match self {
            Self::Running | Self::Drain => true,
            Self::Paused | Self::Hold | Self::Maintenance | Self::Stopped => false,
        }
    }

    /// Whether people may join, if not before a hold is over.
    #[must_use]
    pub const fn takes_joins(self) -> bool {
        match self {
            Self::Running | Self::Paused | Self::Hold => true,
            Self::Drain | Self::Maintenance | Self::Stopped => false,
        }
    }
}

impl DropState {
    /// Whether the line has ended for good.
    #[must_use]
    pub const fn is_over(self) -> bool {
        self.close_reason().is_some()
    }

    /// Returns why those still waiting are closed; `None` while the line has not ended.
    #[must_use]
    pub const fn close_reason(self) -> Option<CloseReason> {
        match self {
            Self::Draft | Self::Scheduled | Self::Open => None,
            Self::SoldOut => Some(CloseReason::SoldOut),
            Self::Closed => Some(CloseReason::Closed),
            Self::Cancelled => Some(CloseReason::Cancelled),
        }
    }
}

/// Checks the units a shopper asks for against the drop's limit per ticket.
///
/// # Errors
///
/// Returns [`InvalidUnits`] with the limit that was exceeded.
pub fn check_units(units: u32, max_per_ticket: u32) -> Result<u32, InvalidUnits> {
    match units {
        0 => Err(InvalidUnits::Zero),
        _ if units > max_per_ticket => Err(InvalidUnits::OverLimit { max_per_ticket }),
        _ => Ok(units),
    }
}

/// A number of units that no ticket of this drop can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUnits {
    /// No units were asked for.
    #[error("units must be at least 1")]
    Zero,
    /// More units than the drop allows per ticket.
    #[error("units must be at most {max_per_ticket}")]
    OverLimit {
        /// Units of one ticket, at most.
        max_per_ticket: u32,
    },
}

/// Limits of a drop, set by its seller and changed by operators.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Tickets let in per second; fractions are allowed (0.0167 is one a minute).
    pub admission_rate_per_second: f64,
    /// Tickets that may be admitted and unfinished at one time, at most.
    pub occupancy_cap: u32,
    /// Order commands processed per second.
    pub order_rate_per_second: f64,
    /// Tickets that may wait at one time, at most; `None` for as many as the setting for all allows.
    #[serde(default)]
    pub line_cap: Option<u32>,
    /// Up to how many percent `occupancy_cap` may be exceeded in place of those who never show up, 1 to
    /// 30; `None` for none.
    #[serde(default)]
    pub no_show_percent: Option<u8>,
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "admission {}/s, occupancy {}, orders {}/s",
            self.admission_rate_per_second, self.occupancy_cap, self.order_rate_per_second
        )?;
        if let Some(cap) = self.line_cap {
            write!(f, ", line {cap}")?;
        }
        if let Some(percent) = self.no_show_percent {
            write!(f, ", no-shows {percent} %")?;
        }
        Ok(())
    }
}
