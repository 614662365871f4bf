//! What is known of a payment.

use shared::text_enum;

text_enum! {
    /// What is known of what a row asks for.
    PaymentState {
        /// Nobody was asked yet, or the first answer is awaited.
        Pending = "pending",
        /// Asked, without a certain answer: to be asked again.
        Unknown = "unknown",
        /// It is done.
        Succeeded = "succeeded",
        /// The provider will not do it.
        Declined = "declined",
        /// It came to nothing, and nobody will be asked again.
        Failed = "failed",
        /// Only a person can decide.
        NeedsReview = "needs_review",
    }
}
