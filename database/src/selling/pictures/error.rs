//! Why a picture was not changed.

use crate::DatabaseError;
use shared::drops::DropState;

/// Why a picture was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePictureError {
    /// There is no product with this id, or it is another tenant's.
    #[error("there is no such product")]
    ProductNotFound,
    /// There is no drop with this id, or it is another tenant's.
    #[error("there is no such drop")]
    DropNotFound,
    /// A drop that is over gets no other picture: the one that it has is what shoppers bought by.
    #[error("a drop that is {0} gets no other picture")]
    DropOver(DropState),
    /// The seller has as many as it may have.
    #[error("the seller has {limit} pictures already")]
    TooMany {
        /// How many it may have.
        limit: i64,
    },
    /// The database failed; nothing is changed then.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}
