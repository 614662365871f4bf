//! Failures of the API. `codes` has the one table from each to its status and stable code.

mod codes;
mod conversions;

use crate::time_limit::Silence;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use batch_aint_one::BatchError;
use database::{DatabaseError, people::api_keys::OperatorRole};
use edge::Problem;
use queue::QueueError;
use shared::{
    credentials::ProofChallenge, drops::DropState, ids::VariantId, lifecycle::TicketState,
    load_lab::LoadRunState, telemetry::with_causes,
};
use std::{error::Error, io, sync::Arc, time::Duration};

/// When to try again after a failure that passes.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a request failed; its text is the `detail` of the problem.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// Found before a handler ran; complete as it is.
    #[error("{}", .0.code())]
    Problem(Problem),
    /// There is none, or it isn't for this caller to see.
    #[error("There is no such drop.")]
    DropNotFound,
    /// There is none, or it is another seller's.
    #[error("There is no such product.")]
    ProductNotFound,
    #[error("The product has no such variant.")]
    VariantNotFound,
    /// There is none, or not any more.
    #[error("There is no such picture.")]
    PictureNotFound,
    #[error(
        "The body must be a JPEG, PNG or WebP, and the content-type image/jpeg, image/png or \
         image/webp."
    )]
    PictureUnsupported,
    #[error(
        "The picture may have 40 million pixels at most, and 10 000 on a side; less with 16 bits \
         for each colour."
    )]
    PictureTooLarge,
    #[error("The picture is damaged, or cut off.")]
    PictureBroken,
    #[error("You may have {limit} pictures at most. Please take one away that is not needed.")]
    TooManyPictures { limit: i64 },
    /// There is none, or it is another shopper's.
    #[error("There is no such order.")]
    OrderNotFound,
    #[error("There is no such payment.")]
    PaymentNotFound,
    /// There is none, it is over, or it is another's.
    #[error("There is no such pass, or not any more.")]
    PassNotFound,
    #[error("This isn't a pass that we gave.")]
    PassInvalid,
    #[error("The pass has expired.")]
    PassExpired,
    #[error("The pass was used before.")]
    PassRedeemed,
    #[error("The pass was taken back.")]
    PassRevoked,
    #[error("The pass is for another site.")]
    PassForeign,
    #[error("A pass that is {0} is over.")]
    PassOver(TicketState),
    #[error("Only {in_stock} units of variant {variant_id} are in stock.")]
    NotEnoughStock { variant_id: VariantId, in_stock: i32 },
    /// All that a drop takes is added up.
    #[error("The variants have prices in several currencies.")]
    SeveralCurrencies,
    /// Each drop has a partition of its own, and Kafka bears only so many.
    #[error(
        "As many drops as may be, {limit}, are scheduled or open. Please schedule this one when \
         another is settled, or ask the operator to raise kafka.max_partitions."
    )]
    TooManyDrops { limit: u16 },
    #[error(
        "As many of your drops as may be, {limit}, are scheduled, open or being settled. Please \
         schedule this one when another is settled, or ask the operator for a higher quota."
    )]
    QuotaUsed { limit: i32 },
    #[error("A drop that is {0} can't be changed this way.")]
    DropWrongState(DropState),
    /// Only an operator lets it go on.
    #[error("An operator says what this drop may do for now. Please ask them.")]
    DropStoppedByOperator,
    #[error("Not everybody may come into this site, so nobody may come in without its line.")]
    NotForAll,
    #[error("There are codes for a lane that would be gone. Please revoke them first.")]
    LaneHasCodes,
    #[error("The drop has no such lane.")]
    LaneNotFound,
    /// Perhaps from a first try whose answer was lost, with the codes in it.
    #[error("There are codes of this label. Please take another one.")]
    LabelTaken,
    #[error("A drop may have 100,000 codes of 1,000 labels.")]
    TooManyCodes,
    /// Unknown, revoked or used up: which, is not for whoever guesses to know.
    #[error("This code can't be used.")]
    CodeRefused,
    #[error("There is no plan for the limits of this drop.")]
    LimitsPlanNotFound,
    #[error("Nobody has changed the limits of this drop yet.")]
    NothingToUndo,
    #[error(
        "Crowds can't be asked for here. Who runs this installation sets storefront.load_lab to \
         allow it."
    )]
    LoadLabOff,
    #[error("There is no such load run, or not any more.")]
    LoadRunNotFound,
    #[error("Another load run waits or is under way. Please cancel it first, or wait for its end.")]
    LoadRunBusy,
    #[error("A load run that is {0} can't be changed this way.")]
    LoadRunWrongState(LoadRunState),
    /// A crowd goes through drops that were made for it, and through no others.
    #[error("The drop was not made for this load run.")]
    NotATestDrop,
    #[error("An order that is {0} can't be changed this way.")]
    OrderWrongState(TicketState),
    #[error("The time to pay is over.")]
    HoldExpired,
    #[error("As many cards were tried for this order as may be.")]
    TooManyAttempts,
    /// It was joined for so many.
    #[error("The units of this order were chosen on joining.")]
    UnitsFixed,
    #[error("Only {held} units are held for this order.")]
    UnitsNotHeld { held: u32 },
    #[error("This payment doesn't wait for a decision.")]
    PaymentNotInReview,
    #[error("This needs an API key: Authorization: Bearer sk_...")]
    ApiKeyRequired,
    #[error("This API key is unknown or revoked.")]
    ApiKeyInvalid,
    #[error("Sign in first: POST /v1/console/session with a key or the token of a link.")]
    ConsoleSessionRequired,
    #[error("This link was used before, or its ten minutes are over. Please ask for another one.")]
    ConsoleLinkInvalid,
    /// A page of somebody else's may have sent it: browsers add the cookie by themselves.
    #[error("With a console's cookie, a change needs x-sluice-console: 1 and its page's origin.")]
    ConsoleHeaderRequired,
    #[error("There is no such seller.")]
    SellerNotFound,
    #[error("There is no such key.")]
    KeyNotFound,
    #[error("Another operator's key that works has this name.")]
    KeyNameTaken,
    #[error(
        "Very many people are coming. Please solve `challenge`, and send this again with the \
         solution in the header `altcha`."
    )]
    ProofNeeded(Box<ProofChallenge>),
    /// Not ours, wrong, too late, or accepted before.
    #[error("This proof doesn't count, or not any more. Please solve the new `challenge`.")]
    ProofInvalid(Box<ProofChallenge>),
    #[error("This token isn't one that we can take.")]
    JoinTokenInvalid,
    #[error("This token was used before. Please get a new one from the shop.")]
    JoinTokenUsed,
    /// There is none, or it is another shopper's or another drop's.
    #[error("This needs your ticket for the drop: Sluice-Ticket, or its cookie.")]
    TicketRequired,
    /// Whatever is wrong with it: somebody who guesses learns nothing.
    #[error("This code isn't valid, or not any more. Please get a new one on your other device.")]
    HandoffRefused,
    #[error("This needs the key of an operator with the role {0}.")]
    RoleTooLow(OperatorRole),
    /// The credential is valid, but for another role.
    #[error("Your credential doesn't allow this.")]
    Forbidden,
    #[error("This Idempotency-Key was used for another request.")]
    IdempotencyKeyReuse,
    #[error("The first request with this Idempotency-Key is still running.")]
    IdempotencyKeyRunning,
    #[error("An Idempotency-Key has 1 to 255 visible ASCII characters.")]
    IdempotencyKeyInvalid,
    #[error("Too many answers are kept for you. Please use fewer keys, or none.")]
    TooManyIdempotencyKeys,
    #[error("This cursor isn't one of ours.")]
    InvalidCursor,
    #[error("The signature doesn't match.")]
    CallbackForged,
    #[error("The signature is too old or too far in the future.")]
    CallbackStale,
    #[error("Too many people are looking right now.")]
    Overloaded,
    #[error("The waiting room can't be reached right now.")]
    Queue(#[from] Arc<QueueError>),
    #[error("Pictures can't be reached right now.")]
    PictureStore(#[source] io::Error),
    #[error("This can't be done right now.")]
    Database(#[from] Arc<DatabaseError>),
    #[error("This can't be done right now.")]
    Silence(#[from] Silence),
    /// What was asked together with others broke off, and its outcome is unknown.
    #[error("This can't be done right now.")]
    Batch(#[source] BatchError<Silence>),
    /// Likewise, of people who were to be put in line.
    #[error("This can't be done right now.")]
    JoinBatch(#[source] BatchError<Arc<QueueError>>),
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let (status, code) = error.status_and_code();
        if let ApiError::Problem(problem) = error {
            return problem;
        }
        if let Some(cause) = error.source() {
            tracing::warn!(code, error = %with_causes(cause), "answered with {status}: {code}");
        }
        let mut problem = Self::new(status, code).detail(error.to_string());
        if let ApiError::ProofNeeded(challenge) | ApiError::ProofInvalid(challenge) = &error {
            problem = problem.challenge(serde_json::json!(challenge));
        }
        match status {
            StatusCode::SERVICE_UNAVAILABLE => problem.retry_after(RETRY_AFTER),
            _ => problem,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
