//! What failed inside, as failures of the API.

use super::ApiError;
use crate::time_limit::Silence;
use batch_aint_one::BatchError;
use database::{
    DatabaseError,
    load_runs::LoadRunError,
    people::api_keys::StoreKeyError,
    selling::{
        codes::MakeCodesError,
        drops::{ChangeDropError, CreateDropError},
        pictures::ChangePictureError,
    },
};
use edge::Problem;
use queue::QueueError;
use shared::credentials::{CredentialError, PassError};
use std::sync::Arc;

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<DatabaseError> for ApiError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        Self::Queue(Arc::new(error))
    }
}

impl From<PassError> for ApiError {
    fn from(error: PassError) -> Self {
        match error {
            PassError::Credential(CredentialError::Invalid | CredentialError::UnknownKey) => {
                Self::PassInvalid
            }
            PassError::Credential(CredentialError::Expired) => Self::PassExpired,
            PassError::Foreign => Self::PassForeign,
        }
    }
}

impl From<BatchError<Silence>> for ApiError {
    fn from(error: BatchError<Silence>) -> Self {
        match error {
            BatchError::Rejected(_) => Self::Overloaded,
            BatchError::BatchFailed(silence) => Self::Silence(silence),
            error => Self::Batch(error),
        }
    }
}

impl From<BatchError<Arc<QueueError>>> for ApiError {
    fn from(error: BatchError<Arc<QueueError>>) -> Self {
        match error {
            BatchError::Rejected(_) => Self::Overloaded,
            BatchError::BatchFailed(error) => Self::Queue(error),
            error => Self::JoinBatch(error),
        }
    }
}

impl From<StoreKeyError> for ApiError {
    fn from(error: StoreKeyError) -> Self {
        match error {
            StoreKeyError::SellerNotFound => Self::SellerNotFound,
            StoreKeyError::NameTaken => Self::KeyNameTaken,
            StoreKeyError::Database(error) => error.into(),
        }
    }
}

impl From<ChangeDropError> for ApiError {
    fn from(error: ChangeDropError) -> Self {
        match error {
            ChangeDropError::NotFound => Self::DropNotFound,
            ChangeDropError::WrongState(state) => Self::DropWrongState(state),
            ChangeDropError::NotForAll => Self::NotForAll,
            ChangeDropError::LaneHasCodes => Self::LaneHasCodes,
            ChangeDropError::StoppedByOperator => Self::DropStoppedByOperator,
            ChangeDropError::NoPlan => Self::LimitsPlanNotFound,
            ChangeDropError::NothingToUndo => Self::NothingToUndo,
            ChangeDropError::NoPartition { limit } => Self::TooManyDrops { limit },
            ChangeDropError::QuotaUsed { limit } => Self::QuotaUsed { limit },
            ChangeDropError::Database(error) => error.into(),
        }
    }
}

impl From<LoadRunError> for ApiError {
    fn from(error: LoadRunError) -> Self {
        match error {
            LoadRunError::Busy => Self::LoadRunBusy,
            LoadRunError::NotFound => Self::LoadRunNotFound,
            LoadRunError::WrongState(state) => Self::LoadRunWrongState(state),
            LoadRunError::NotATestDrop => Self::NotATestDrop,
            LoadRunError::Database(error) => error.into(),
        }
    }
}

impl From<MakeCodesError> for ApiError {
    fn from(error: MakeCodesError) -> Self {
        match error {
            MakeCodesError::NotFound => Self::DropNotFound,
            MakeCodesError::WrongState(state) => Self::DropWrongState(state),
            MakeCodesError::NoSuchLane => Self::LaneNotFound,
            MakeCodesError::LabelTaken => Self::LabelTaken,
            MakeCodesError::TooMany => Self::TooManyCodes,
            MakeCodesError::Database(error) => error.into(),
        }
    }
}

impl From<ChangePictureError> for ApiError {
    fn from(error: ChangePictureError) -> Self {
        match error {
            ChangePictureError::ProductNotFound => Self::ProductNotFound,
            ChangePictureError::DropNotFound => Self::DropNotFound,
            ChangePictureError::DropOver(state) => Self::DropWrongState(state),
            ChangePictureError::TooMany { limit } => Self::TooManyPictures { limit },
            ChangePictureError::Database(error) => error.into(),
        }
    }
}

impl From<CreateDropError> for ApiError {
    fn from(error: CreateDropError) -> Self {
        match error {
            CreateDropError::VariantNotFound => Self::VariantNotFound,
            CreateDropError::NotEnoughStock { variant_id, in_stock } => {
                Self::NotEnoughStock { variant_id, in_stock }
            }
            CreateDropError::SeveralCurrencies => Self::SeveralCurrencies,
            CreateDropError::NoPartition { limit } => Self::TooManyDrops { limit },
            CreateDropError::QuotaUsed { limit } => Self::QuotaUsed { limit },
            CreateDropError::Database(error) => error.into(),
        }
    }
}
