//! What is known after a call.

use super::due::PaymentKind;
use shared::ids::PaymentId;
use std::time::Duration;

/// What is known after a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// The amount is held.
    Authorized {
        /// The provider's id of the payment.
        provider_id: String,
    },
    /// It will not be held.
    AuthorizationDeclined {
        /// The provider's code for why.
        code: String,
    },
    /// It is taken.
    Captured,
    /// It will not be taken.
    CaptureDeclined {
        /// The provider's code for why.
        code: String,
    },
    /// It is let go, or was never held.
    Voided,
    /// What was to be let go is taken.
    FoundCaptured,
    /// It is given back.
    Refunded,
    /// Nothing was asked for and nothing will be.
    GivenUp {
        /// Why, in a word of ours.
        code: &'static str,
    },
    /// Not certain, so to be asked again.
    Unknown {
        /// The provider's id of the payment, if it is known now.
        provider_id: Option<String>,
        /// What keeps it from being certain, for the log.
        why: String,
    },
    /// The answer cannot be right, so a person has to look at it.
    NeedsReview {
        /// Why, in a word of ours.
        code: &'static str,
    },
}

/// What a call of one row led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The row.
    pub payment_id: PaymentId,
    /// What is known now.
    pub conclusion: Conclusion,
    /// When the next call is due, if the answer is [`Conclusion::Unknown`].
    pub ask_again_in: Duration,
}

impl Conclusion {
    /// Whether a call of this kind can lead to it.
    pub(in crate::money) const fn answers(&self, kind: PaymentKind) -> bool {
        match self {
            Self::Authorized { .. } | Self::AuthorizationDeclined { .. } => {
                matches!(kind, PaymentKind::Authorize)
            }
            Self::Captured | Self::CaptureDeclined { .. } => matches!(kind, PaymentKind::Capture),
            Self::Voided | Self::FoundCaptured => matches!(kind, PaymentKind::Void),
            Self::Refunded => matches!(kind, PaymentKind::Refund),
            // Past the pivot nothing is given up: the shopper may have paid.
            Self::GivenUp { .. } => !matches!(kind, PaymentKind::Capture),
            Self::Unknown { .. } | Self::NeedsReview { .. } => true,
        }
    }

    /// Whether it may move units of the drop, or its counters.
    pub(super) const fn may_move_units(&self) -> bool {
        match self {
            Self::AuthorizationDeclined { .. }
            | Self::Captured
            | Self::CaptureDeclined { .. }
            | Self::Refunded
            | Self::GivenUp { .. } => true,
            Self::Authorized { .. }
            | Self::Voided
            | Self::FoundCaptured
            | Self::Unknown { .. }
            | Self::NeedsReview { .. } => false,
        }
    }
}
