//! Why something about a run was refused.

use crate::DatabaseError;
use shared::load_lab::LoadRunState;

/// Why something about a run of the load lab was refused.
#[derive(Debug, thiserror::Error)]
pub enum LoadRunError {
    /// Another one waits or runs.
    #[error("another run waits or is under way")]
    Busy,
    /// There is none with this id, or not any more.
    #[error("there is no such run")]
    NotFound,
    /// Its state does not allow it.
    #[error("a run that is {0} can't be changed this way")]
    WrongState(LoadRunState),
    /// A drop was not made for this run.
    #[error("the drop was not made for this run")]
    NotATestDrop,
    /// The database failed; nothing is changed then.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}
