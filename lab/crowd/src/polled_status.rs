//! The answer of a poll, as the shopper reads it.

use check::history::SeenFrame;
use serde::Deserialize;

/// The answer of a poll.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct PolledStatus {
    state: String,
    #[serde(default)]
    epoch: u32,
    #[serde(default)]
    evn: u64,
    #[serde(default)]
    position: Option<u64>,
    #[serde(default)]
    waiting: Option<u64>,
    /// Why the position is higher than the one that was seen.
    #[serde(default)]
    rise: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    /// When to poll again.
    #[serde(default)]
    pub(crate) refresh_after_ms: Option<u64>,
}

impl PolledStatus {
    /// Whether the order is over, and the line knows.
    pub(crate) fn is_finished(&self) -> bool {
        self.state == "finished"
    }

    /// Returns the frame that a stream would show; `None` when there is nothing to show yet.
    pub(crate) fn as_frame(&self) -> Option<SeenFrame> {
        Some(match self.state.as_str() {
            "waiting" => SeenFrame::Waiting {
                epoch: self.epoch,
                evn: self.evn,
                position: self.position?,
                waiting: self.waiting.unwrap_or_default(),
                rise: self.rise.clone(),
            },
            "admitting" => SeenFrame::Admitting,
            "held" | "finished" => SeenFrame::Held,
            "closed" => SeenFrame::Closed { reason: self.reason.clone().unwrap_or_default() },
            "left" => SeenFrame::Left,
            _ => return None,
        })
    }
}

/// Whether a place was true before this point: a page that has shown the later one ignores it.
pub(super) fn is_older(frame: &SeenFrame, than: Option<(u32, u64)>) -> bool {
    matches!((frame, than), (SeenFrame::Waiting { epoch, evn, .. }, Some(than)) if (*epoch, *evn) < than)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_that_a_poll_has_overtaken_is_ignored_and_no_other() {
        let place = |epoch: u32, evn: u64| {
            let frame = json!({ "type": "waiting", "epoch": epoch, "evn": evn, "position": 1, "waiting": 9 });
            serde_json::from_value::<SeenFrame>(frame).expect("a frame")
        };
        let polled = Some((2, 50));
        assert!(is_older(&place(2, 49), polled) && is_older(&place(1, 90), polled));
        assert!(!is_older(&place(2, 50), polled) && !is_older(&place(3, 1), polled));
        assert!(!is_older(&place(1, 1), None), "nothing was polled");
    }
}
