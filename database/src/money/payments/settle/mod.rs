//! The provider's answers: orders move on, together with the ledger and the rows of the next calls.
//!
//! | file | holds |
//! |---|---|
//! | `case.rs` | an order while its answers are gone through |
//! | `decide/` | what one answer does: nothing but rules |
//! | `decision.rs` | how it is said |
//! | `judge.rs` | all answers, in the order in which they came |
//! | `lock.rs` | the payments, and what is judged by beside them |
//! | `transaction.rs` | locks, decisions, changes |
//! | `write.rs` | what becomes of the payments, their calls and the ledger |
//!
//! Answers of one drop are settled together: however many there are, they cost one wait for its
//! stock. An answer may come twice (a claim that ran out, a crash after the commit): the row's own
//! status decides, under its order's lock, and the second one changes nothing.

mod case;
mod decide;
mod decision;
mod judge;
mod lock;
mod transaction;
mod write;

pub(in crate::money) use transaction::conclude;
pub use transaction::settle;
