//! Why a drop was not created or not changed.

use crate::DatabaseError;
use shared::{drops::DropState, ids::VariantId};

/// Why a drop was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateDropError {
    /// The seller has no such variant of such a product.
    #[error("there is no such variant")]
    VariantNotFound,
    /// A variant has fewer units than were asked for.
    #[error("only {in_stock} units of variant {variant_id} are in stock")]
    NotEnoughStock {
        /// The variant.
        variant_id: VariantId,
        /// Units that it has.
        in_stock: i32,
    },
    /// Its variants have prices in several currencies.
    #[error("the variants have prices in several currencies")]
    SeveralCurrencies,
    /// Every partition that there may be is another drop's.
    #[error("all {limit} partitions are taken")]
    NoPartition {
        /// How many there may be.
        limit: u16,
    },
    /// Its seller has as many drops alive as it may have.
    #[error("the seller has {limit} drops already")]
    QuotaUsed {
        /// How many it may have.
        limit: i32,
    },
    /// The database failed; nothing is created then.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Why a drop was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeDropError {
    /// There is no drop with this id, or it is another tenant's.
    #[error("there is no such drop")]
    NotFound,
    /// Its state does not allow the change.
    #[error("a drop that is {0} can't be changed this way")]
    WrongState(DropState),
    /// There are codes for a lane that would be gone.
    #[error("there are codes for a lane that is to go")]
    LaneHasCodes,
    /// An operator has paused or stopped it, so its seller can't change its mode.
    #[error("an operator has stopped the drop")]
    StoppedByOperator,
    /// Some may not join its line, or only so many may come in, so nobody may come in without it.
    #[error("not everybody may join the line of this site")]
    NotForAll,
    /// It has no plan for its limits.
    #[error("there is no plan for the limits")]
    NoPlan,
    /// Nobody has changed its limits yet.
    #[error("there is no change of limits to undo")]
    NothingToUndo,
    /// Every partition that there may be is another drop's.
    #[error("all {limit} partitions are taken")]
    NoPartition {
        /// How many there may be.
        limit: u16,
    },
    /// Its seller has as many drops alive as it may have.
    #[error("the seller has {limit} drops already")]
    QuotaUsed {
        /// How many it may have.
        limit: i32,
    },
    /// The database failed; nothing is changed then.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}
