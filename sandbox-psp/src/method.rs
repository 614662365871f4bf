//! What each test card does.

use serde::{Deserialize, Serialize};

/// A test card. Each one but the first is a bad day that a real provider has now and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// Authorizes and captures at once.
    #[serde(rename = "pm_card_approve")]
    Approve,
    /// Declines the authorization.
    #[serde(rename = "pm_card_decline")]
    Decline,
    /// Authorizes, but the answer does not come in time.
    #[serde(rename = "pm_card_hang")]
    Hang,
    /// Fails with 500 before anything happened; the second attempt goes through.
    #[serde(rename = "pm_card_500_before")]
    FailBefore,
    /// Authorizes and then fails with 500; the same key gets the same 500 for ever.
    #[serde(rename = "pm_card_500_after")]
    FailAfter,
    /// Answers `pending` and authorizes later, by itself.
    #[serde(rename = "pm_card_late")]
    Late,
    /// Authorizes; the capture happens, but its answer does not come in time.
    #[serde(rename = "pm_card_capture_hang")]
    CaptureHang,
    /// Authorizes, then declines the capture and lets the authorization go.
    #[serde(rename = "pm_card_capture_decline")]
    CaptureDecline,
    /// As `Approve`, with each callback sent twice.
    #[serde(rename = "pm_card_duplicate_callbacks")]
    DuplicateCallbacks,
    /// As `Approve`, with the callback of the authorization held back behind the later ones.
    #[serde(rename = "pm_card_out_of_order_callbacks")]
    OutOfOrderCallbacks,
}
