//! What sellers offer: products, drops, and how a drop moves through its life.
//!
//! | module | holds |
//! |---|---|
//! | [`catalogue`] | sellers, products, variants |
//! | [`drops`] | flash drops as sellers and operators see and change them |
//! | `give_back` | the way of unsold units from a drop back to its variants |
//! | [`numbers`] | live numbers of a drop |
//! | [`scheduling`] | the life of a drop as the workers move it on |

pub mod catalogue;
pub mod drops;
mod give_back;
pub mod numbers;
pub mod scheduling;
