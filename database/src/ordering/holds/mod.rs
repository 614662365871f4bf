//! Units that come back because nobody paid for them or wants them, and passes whose time is over.
//!
//! | file | holds |
//! |---|---|
//! | `cancel.rs` | a shopper cancels an order |
//! | `choose.rs` | a shopper takes fewer units than are held |
//! | `due_drops.rs` | drops that have something to sweep |
//! | `ending.rs` | how orders before the pivot end |
//! | `sweep.rs` | holds that ran out, and orders of cancelled drops |
//!
//! One transaction per drop, so that no drop's trouble is another's; it locks the drop's stock
//! before its orders. Past the pivot an order has no end of its hold: the sweeper, a cancel and a
//! late decline all find nothing to release.

mod cancel;
mod choose;
mod due_drops;
mod ending;
mod sweep;

pub use super::changes::Outcome;
pub use cancel::{Cancelled, cancel_order};
pub use choose::{UnitChoice, choose_units};
pub use due_drops::{cancelled_drops_with_holds, drops_with_due_holds};
pub use sweep::{cancel_all, expire_due};
