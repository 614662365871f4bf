//! Rooms whose seller counts people in by hand, as the retired "Virtual Waiting Room on AWS" did.
//!
//! Whose turn it is is said by the queue number alone: numbers go on from epoch to epoch, and everybody
//! may come in whose number is not above the counter. Callers count from the last reset. Whoever is let in
//! has a pass like any other; it is redeemed by asking for its tokens, and lasts as long as they do.
//!
//! A request of the adapter is a ticket whose shopper has the same id: so its ticket is found by the
//! request alone, and no other shopper's.
//!
//! | file | holds |
//! |---|---|
//! | `room.rs` | such a room; passes that its line has led to |
//! | `counter.rs` | counting people in, and beginning anew |
//! | `claim.rs` | tokens, the first time and again |
//! | `session.rs` | what the site says of a session; how many go on |

mod claim;
mod counter;
mod room;
mod session;

pub use claim::{AwsToken, ClaimOutcome, TokenWish, claim};
pub use counter::{CountOutcome, end_before, increment, reset};
pub use room::{AwsPass, AwsRoom, count_unclaimed, find, find_pass};
pub use session::{SessionEnd, count_active, end_session, expired};
