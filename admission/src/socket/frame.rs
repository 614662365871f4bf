//! What a stream sends: JSON texts, the same over WebSocket and server-sent events.

mod text;

use crate::room::{Prospects, Rise};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    drop_message::DropMessage,
    drops::{CloseReason, DropMode},
    lifecycle::TicketState,
};
use std::sync::Arc;

/// One message to a shopper.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame {
    /// In line.
    Waiting {
        /// Generation of the room's state.
        epoch: u32,
        /// Number of the last room event that the position takes into account.
        evn: u64,
        /// People ahead + 1.
        position: u64,
        /// People waiting for the ticket's variant in its lane.
        waiting: u64,
        /// Units of that variant that nobody has yet; `None` while that is not known.
        units_left: Option<u32>,
        /// Units of it that are held for those who were let in; they may come back.
        units_held: Option<u32>,
        /// What the shopper may expect.
        #[serde(flatten)]
        prospects: Prospects,
        /// What the operator lets the room do.
        mode: DropMode,
        /// When maintenance is said to end; left out where nobody says so.
        #[serde(skip_serializing_if = "Option::is_none")]
        mode_until: Option<Timestamp>,
        /// The seller's or an operator's message, in all languages that it has: a stream does not know
        /// which its reader has chosen.
        message: Option<Arc<DropMessage>>,
        /// Why the position is higher than before, if it is.
        rise: Option<Rise>,
    },
    /// Was away when it was this shopper's turn, and others were let in; now that the shopper is there,
    /// they stand at their old place again, which the next frame tells.
    Missed,
    /// Being let in.
    Admitting,
    /// Units are held.
    Held,
    /// The order changed.
    Order {
        /// Its state now.
        state: TicketState,
    },
    /// Closed before its turn.
    Closed {
        /// Why.
        reason: CloseReason,
    },
    /// The shopper left.
    Left,
    /// The line is being restored; the position is kept.
    Rebuilding {
        /// When there may be news.
        retry_after_ms: u64,
    },
}

impl Frame {
    /// The text on the wire.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = Vec::new();
        self.append_json(&mut text);
        String::from_utf8(text).unwrap_or_default()
    }

    /// Replaces a frame that was not written yet. A rise in that one, of the position or of the time,
    /// must still be labelled, since the shopper has not seen it.
    pub(super) fn replace(&mut self, mut newer: Self) {
        if let (
            Self::Waiting { rise: old_rise, prospects: old, .. },
            Self::Waiting { rise, prospects, .. },
        ) = (&*self, &mut newer)
        {
            *rise = rise.or(*old_rise);
            prospects.eta_reason = prospects.eta_reason.or(old.eta_reason);
        }
        *self = newer;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::EtaReason;

    #[test]
    fn frames_have_the_agreed_form() {
        let waiting = Frame::Waiting {
            epoch: 1,
            evn: 77,
            position: 42,
            waiting: 900,
            units_left: Some(180),
            units_held: Some(20),
            prospects: Prospects {
                eta_p50_s: Some(240),
                eta_p90_s: Some(290),
                eta_reason: None,
                odds_percent: Some(95),
                standby: false,
            },
            mode: DropMode::Running,
            mode_until: None,
            message: None,
            rise: None,
        };
        assert_eq!(
            waiting.to_json(),
            r#"{"type":"waiting","epoch":1,"evn":77,"position":42,"waiting":900,"units_left":180,"units_held":20,"eta_p50_s":240,"eta_p90_s":290,"eta_reason":null,"odds_percent":95,"standby":false,"mode":"running","message":null,"rise":null}"#
        );
        assert_eq!(Frame::Missed.to_json(), r#"{"type":"missed"}"#);
        assert_eq!(Frame::Held.to_json(), r#"{"type":"held"}"#);
        let order = Frame::Order { state: TicketState::Confirmed };
        assert_eq!(order.to_json(), r#"{"type":"order","state":"confirmed"}"#);
        let closed = Frame::Closed { reason: CloseReason::SoldOut };
        assert_eq!(closed.to_json(), r#"{"type":"closed","reason":"sold_out"}"#);
    }

    fn frame(position: u64, rise: Option<Rise>, eta_reason: Option<EtaReason>) -> Frame {
        Frame::Waiting {
            epoch: 1,
            evn: 1,
            position,
            waiting: 9,
            units_left: None,
            units_held: None,
            prospects: Prospects { eta_reason, ..Prospects::default() },
            mode: DropMode::Running,
            mode_until: None,
            message: None,
            rise,
        }
    }

    #[test]
    fn a_message_goes_out_as_a_text_or_as_one_in_each_language() {
        let told = |kept| {
            let mut frame = frame(9, None, None);
            if let Frame::Waiting { message, .. } = &mut frame {
                *message = Some(Arc::new(DropMessage::read(kept)));
            }
            frame.to_json()
        };
        assert!(told("Back at noon.").contains(r#""message":"Back at noon.","rise""#));
        let each = told("Back at noon.\u{1f}정오에 돌아와요.");
        let written = r#""message":{"en":"Back at noon.","ko":"정오에 돌아와요."},"rise""#;
        assert!(each.contains(written), "{each}");
    }

    #[test]
    fn a_rise_that_was_not_written_keeps_its_label() {
        let (rebuilt, slower) = (Some(Rise::Rebuild), Some(EtaReason::Slower));
        let mut pending = frame(9, rebuilt, slower);
        pending.replace(frame(8, None, None));
        assert_eq!(pending, frame(8, rebuilt, slower));
        pending.replace(frame(9, Some(Rise::Mode), Some(EtaReason::Paused)));
        assert_eq!(pending, frame(9, Some(Rise::Mode), Some(EtaReason::Paused)));
    }
}
