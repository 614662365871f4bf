//! Records that could not be understood, kept whole.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A record of `dead-letters`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "version")]
pub enum DeadLetter {
    /// The first version.
    #[serde(rename = "1")]
    V1(DeadLetterV1),
}

/// Where a record was and why it ended up here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadLetterV1 {
    /// Names the dead letter, not the record.
    pub id: Uuid,
    /// Topic it was read from.
    pub topic: String,
    /// Partition it was read from.
    pub partition: i32,
    /// Offset it was read at.
    pub offset: i64,
    /// Generation of the log it was read from.
    pub generation: i64,
    /// Stable code of the reason.
    pub reason: String,
    /// The reason in words.
    pub detail: String,
    /// The record's bytes, base64.
    pub payload_base64: String,
}
