//! What each test card does.

use serde::{Deserialize, Serialize};

/// A test card. All but the first stand for something that goes wrong at a real provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentMethod {
    /// Authorizes and captures at once.
    #[serde(rename = "pm_card_approve")]
    Approve,
    /// Declines the authorization.
    #[serde(rename = "pm_card_decline")]
    Decline,
    /// Authorizes, but the answer doesn't come in time.
    #[serde(rename = "pm_card_hang")]
    Hang,
    /// Fails with 500 before anything happens; the second try goes through.
    #[serde(rename = "pm_card_500_before")]
    FailBefore,
    /// Authorizes and then fails with 500; the same key gets the same 500 every time.
    #[serde(rename = "pm_card_500_after")]
    FailAfter,
    /// Answers `pending` and authorizes later, by itself.
    #[serde(rename = "pm_card_late")]
    Late,
    /// Authorizes; the capture takes effect, but its answer doesn't come in time.
    #[serde(rename = "pm_card_capture_hang")]
    CaptureHang,
    /// Authorizes, then declines the capture and releases the authorization.
    #[serde(rename = "pm_card_capture_decline")]
    CaptureDecline,
    /// As `Approve`, with each callback sent twice.
    #[serde(rename = "pm_card_duplicate_callbacks")]
    DuplicateCallbacks,
    /// As `Approve`, with the callback of the authorization held back behind the later ones.
    #[serde(rename = "pm_card_out_of_order_callbacks")]
    OutOfOrderCallbacks,
    /// As `Approve`, with a minor unit less in every answer than was asked for.
    #[serde(rename = "pm_card_lie_amount")]
    LieAmount,
    /// As `Approve`, with another currency in every answer.
    #[serde(rename = "pm_card_lie_currency")]
    LieCurrency,
    /// As `Approve`, with another reference in every answer.
    #[serde(rename = "pm_card_lie_reference")]
    LieReference,
    /// Authorizes; the answer is some MiB long, each time.
    #[serde(rename = "pm_card_oversized")]
    Oversized,
    /// Authorizes and answers with a redirect, each time. Where it leads, the same request is taken
    /// for another payment.
    #[serde(rename = "pm_card_redirect")]
    Redirect,
    /// Authorizes; the answer is no JSON, each time.
    #[serde(rename = "pm_card_garbage")]
    Garbage,
}
