//! What a token of a pass says.

use serde::Deserialize;
use uuid::Uuid;

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum TokenUse {
    /// To be swapped, once, for a token of the visit.
    #[serde(rename = "handover")]
    HandOver,
    /// To be inside.
    #[serde(rename = "visit")]
    Visit,
}

/// Somebody whose turn it was, as a token tells it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Visitor {
    /// The pass: the id of the ticket with which they stood in line.
    #[serde(rename = "jti")]
    pub ticket_id: Uuid,
    /// Whose line it was.
    #[serde(rename = "aud")]
    pub drop_id: Uuid,
    /// Who they are at Sluice: the guest of one browser, or a member of the seller.
    #[serde(rename = "sub")]
    pub shopper_id: Uuid,
    /// The public URL of the Sluice that let them in.
    #[serde(rename = "iss")]
    pub issuer: String,
    /// When the token begins to count, seconds since 1970.
    #[serde(rename = "nbf")]
    pub not_before: i64,
    /// When it ends, seconds since 1970.
    #[serde(rename = "exp")]
    pub expires_at: i64,
    /// What it is good for.
    #[serde(rename = "use")]
    pub token_use: TokenUse,
}
