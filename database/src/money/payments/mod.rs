//! Payments: what we want of the provider, written before we ask, and what came of it.
//!
//! | file | step |
//! |---|---|
//! | `begin.rs` | the shopper pays: RESERVED → AUTHORIZING, with the row that asks for it |
//! | `due.rs` | rows whose call is due, each for one instance at a time |
//! | `settle.rs` | the answer: the order moves on, together with the row of the next call |
//!
//! The pivot is the compare-and-set of the hold to `capturing`: before it money is let go when
//! the order ends, after it the capture is asked for until the answer is certain.

mod begin;
mod due;
mod settle;

pub use begin::{Begun, begin_authorization};
pub use due::{DuePayment, PaymentKind, claim, hint, postpone, receive_event};
pub use settle::{
    authorization_declined, authorized, capture_declined, captured, give_up, refunded,
    void_found_captured, voided,
};
