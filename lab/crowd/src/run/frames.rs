//! What the news of a ticket looks like, by stream or by poll.

use serde::{Deserialize, Serialize};

/// A frame of the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame {
    /// In line, with the place.
    Waiting {
        /// Generation of the line.
        epoch: u32,
        /// Number of the room event that the place is true for.
        evn: u64,
        /// People ahead, and oneself.
        place: u64,
        /// Everybody in line.
        #[serde(default)]
        waiting: u64,
        /// Why the place may be greater than before.
        #[serde(default)]
        rise: Option<String>,
    },
    /// The order command is safe.
    Admitting,
    /// The units are held.
    Held,
    /// The order reached a state.
    Order {
        /// The state.
        state: String,
    },
    /// The line ended for this ticket.
    Closed {
        /// Why.
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

/// The answer of a poll.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Status {
    /// Where the ticket is.
    pub state: String,
    /// Generation of the line.
    #[serde(default)]
    pub epoch: u32,
    /// Number of the room event that the place is true for.
    #[serde(default)]
    pub evn: u64,
    /// People ahead, and oneself.
    #[serde(default)]
    pub place: Option<u64>,
    /// Everybody in line.
    #[serde(default)]
    pub waiting: Option<u64>,
    /// Why it was closed.
    #[serde(default)]
    pub reason: Option<String>,
    /// When to ask again.
    #[serde(default)]
    pub refresh_after_ms: Option<u64>,
}

impl Status {
    /// The same news as a frame; `None` when there is none yet.
    #[must_use]
    pub fn as_frame(&self) -> Option<Frame> {
        Some(match self.state.as_str() {
            "waiting" => Frame::Waiting {
                epoch: self.epoch,
                evn: self.evn,
                place: self.place?,
                waiting: self.waiting.unwrap_or_default(),
                rise: None,
            },
            "admitting" => Frame::Admitting,
            "held" | "finished" => Frame::Held,
            "closed" => Frame::Closed { reason: self.reason.clone().unwrap_or_default() },
            "left" => Frame::Left,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_as_the_contract_writes_them() {
        let text = r#"{"type":"waiting","epoch":1,"evn":77,"place":42,"waiting":900,
            "mode":"running","message":null,"rise":null}"#;
        let frame: Frame = serde_json::from_str(text).unwrap();
        let rise = None;
        assert_eq!(frame, Frame::Waiting { epoch: 1, evn: 77, place: 42, waiting: 900, rise });
        let frame: Frame =
            serde_json::from_str(r#"{"type":"closed","reason":"sold_out"}"#).unwrap();
        assert_eq!(frame, Frame::Closed { reason: "sold_out".to_owned() });
    }
}
