//! What comes of a call.

use database::money::payments::Conclusion;

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Called {
    /// This is known now.
    Concluded(Conclusion),
    /// The provider does not know of it, its order has ended, and a request of ours may still be on
    /// its way: it has to be looked up once none can be.
    NotThereYet,
}
