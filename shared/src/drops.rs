//! Flash drops as every service sees them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares an enum whose variants have one stable text each, used in SQL, Redis and JSON.
#[macro_export]
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All of them, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::drops::UnknownText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::drops::UnknownText { of: stringify!($name), text: text.into() }),
                }
            }
        }
    };
}

/// A text that names no variant.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is no {of}")]
pub struct UnknownText {
    /// The type asked for.
    pub of: &'static str,
    /// What was given.
    pub text: String,
}

text_enum! {
    /// Where a drop is in its life.
    DropState {
        /// Being prepared; nobody but its seller sees it.
        Draft = "draft",
        /// Has a time to open.
        Scheduled = "scheduled",
        /// The line moves.
        Open = "open",
        /// Nothing is left and nothing can come back.
        SoldOut = "sold_out",
        /// Its time is over.
        Closed = "closed",
        /// Taken back by its seller or an operator.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// What an operator lets a drop do.
    DropMode {
        /// Admits.
        Running = "running",
        /// Keeps everybody in place; joins go on.
        Paused = "paused",
        /// Emergency stop: neither joins nor admissions.
        Stopped = "stopped",
    }
}

text_enum! {
    /// How an admitted ticket becomes an order.
    Fulfilment {
        /// Variant and units are fixed at join and held at admission.
        Auto = "auto",
        /// The most is held at admission; the shopper chooses within the hold.
        Checkout = "checkout",
        /// Admission for someone else's shop.
        Pass = "pass",
    }
}

text_enum! {
    /// Why a line ended, or a ticket in it.
    CloseReason {
        /// Nothing is left and nothing can come back.
        SoldOut = "sold_out",
        /// Less is left than this ticket wants, and nothing more can come back.
        NotEnough = "not_enough",
        /// The drop's time is over.
        Closed = "closed",
        /// The drop was cancelled.
        Cancelled = "cancelled",
        /// The same shopper's other ticket stands further ahead.
        Replaced = "replaced",
    }
}

impl DropState {
    /// Whether nothing happens in the line any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::SoldOut | Self::Closed | Self::Cancelled)
    }
}

/// The number of units a shopper may ask for, checked against the drop's limits.
///
/// # Errors
///
/// Returns [`InvalidUnits`] with the limit that was passed.
pub fn check_units(units: u32, max_per_ticket: u32) -> Result<u32, InvalidUnits> {
    match units {
        0 => Err(InvalidUnits::Zero),
        _ if units > max_per_ticket => Err(InvalidUnits::OverLimit { max_per_ticket }),
        _ => Ok(units),
    }
}

/// A number of units that no ticket of this drop can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUnits {
    /// Nothing was asked for.
    #[error("units must be at least 1")]
    Zero,
    /// More than one ticket may have.
    #[error("units must be at most {max_per_ticket}")]
    OverLimit {
        /// The drop's limit.
        max_per_ticket: u32,
    },
}

/// A seller's or operator's limits of a drop.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Tickets let in per second; fractions are allowed (0.0167 is one a minute).
    pub admission_rate_per_second: f64,
    /// Tickets admitted and not finished, at most.
    pub occupancy_cap: u32,
    /// Order commands processed per second.
    pub order_rate_per_second: f64,
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "admission {}/s, occupancy {}, orders {}/s",
            self.admission_rate_per_second, self.occupancy_cap, self.order_rate_per_second
        )
    }
}
