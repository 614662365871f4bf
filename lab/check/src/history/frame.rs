//! What a shopper is shown of a ticket, by stream or by poll.

use serde::{Deserialize, Serialize};

/// The value of a [`Shown`](super::Action::Shown) entry: a frame as the shopper read it.
///
/// It repeats the contract on purpose: what a shopper sees is not judged by the server's own type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SeenFrame {
    /// In line, at a position.
    Waiting {
        /// Generation of the line.
        epoch: u32,
        /// Number of the room event that the position is true for.
        evn: u64,
        /// People ahead + 1.
        position: u64,
        /// How many wait in all.
        #[serde(default)]
        waiting: u64,
        /// Why the position may be higher than before; the answer to a join never says so.
        #[serde(default)]
        rise: Option<String>,
    },
    /// Was absent when it was the shopper's turn; the old place comes next.
    Missed,
    /// The order command is safe.
    Admitting,
    /// The units are held.
    Held,
    /// The order reached a state.
    Order {
        /// A text of `TicketState`.
        state: String,
    },
    /// The line ended for this ticket.
    Closed {
        /// A text of `CloseReason`.
        reason: String,
    },
    /// The shopper left.
    Left,
    /// The line is being rebuilt.
    Rebuilding {
        /// When to ask again.
        #[serde(default)]
        retry_after_ms: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_as_the_contract_writes_them() {
        let text = r#"{"type":"waiting","epoch":1,"evn":77,"position":42,"waiting":900,
            "mode":"running","message":null,"rise":null}"#;
        let frame: SeenFrame = serde_json::from_str(text).unwrap();
        let (position, rise) = (42, None);
        let waiting = SeenFrame::Waiting { epoch: 1, evn: 77, position, waiting: 900, rise };
        assert_eq!(frame, waiting);
        let frame: SeenFrame =
            serde_json::from_str(r#"{"type":"closed","reason":"sold_out"}"#).unwrap();
        assert_eq!(frame, SeenFrame::Closed { reason: "sold_out".to_owned() });
    }
}
