//! What sellers offer: products, drops, and how a drop moves through its life.
//!
//! | module | holds |
//! |---|---|
//! | [`catalogue`] | sellers, products, variants |
//! | [`codes`] | codes that open a lane of a drop |
//! | [`drops`] | flash drops as sellers and operators see and change them |
//! | `give_back` | the way of unsold units from a drop back to its variants |
//! | [`history`] | how drops have done, from second to second |
//! | [`numbers`] | live numbers of a drop |
//! | [`orders`] | a drop's orders as its seller sees them |
//! | [`passes`] | admission to someone else's site: passes given, redeemed, ended, taken back |
//! | `partitions` | the partition of Kafka's topics that each drop has for itself |
//! | [`pictures`] | pictures of products, drops and themes, and what shows them |
//! | [`product_texts`] | editing name and description of a product |
//! | [`scheduling`] | the life of a drop as the workers move it on |
//! | [`themes`] | how the pages of a seller's drops look |

pub mod catalogue;
pub mod codes;
pub mod drops;
mod give_back;
pub mod history;
pub mod numbers;
pub mod orders;
mod partitions;
pub mod passes;
pub mod pictures;
pub mod product_texts;
pub mod scheduling;
pub mod themes;
