//! The text of a frame on the wire.
//!
//! Those who wait hear most of all frames, so theirs are put together from ready-made pieces: serde
//! looks for what to escape in each key anew.

use super::Frame;
use serde::Serialize;

impl Frame {
    /// Appends the text on the wire.
    pub(in crate::socket) fn append_json(&self, out: &mut Vec<u8>) {
        let Self::Waiting {
            epoch,
            evn,
            position,
            waiting,
            units_left,
            units_held,
            prospects,
            mode,
            mode_until,
            message,
            rise,
        } = self
        else {
            return member(out, "", self);
        };
        member(out, r#"{"type":"waiting","epoch":"#, epoch);
        member(out, r#","evn":"#, evn);
        member(out, r#","position":"#, position);
        member(out, r#","waiting":"#, waiting);
        member(out, r#","units_left":"#, units_left);
        member(out, r#","units_held":"#, units_held);
        member(out, r#","eta_p50_s":"#, &prospects.eta_p50_s);
        member(out, r#","eta_p90_s":"#, &prospects.eta_p90_s);
        member(out, r#","eta_reason":"#, &prospects.eta_reason);
        member(out, r#","odds_percent":"#, &prospects.odds_percent);
        member(out, r#","standby":"#, &prospects.standby);
        member(out, r#","mode":"#, mode);
        if mode_until.is_some() {
            member(out, r#","mode_until":"#, mode_until);
        }
        member(out, r#","message":"#, message);
        member(out, r#","rise":"#, rise);
        out.push(b'}');
    }
}

/// Appends a value behind what comes before it.
fn member(out: &mut Vec<u8>, before: &str, value: &impl Serialize) {
    out.extend_from_slice(before.as_bytes());
    // Memory takes every write, and every value has a form in JSON.
    let _ = serde_json::to_writer(out, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::{EtaReason, Prospects, Rise};
    use jiff::Timestamp;
    use proptest::{option, prelude::*};
    use shared::{drop_message::DropMessage, drops::DropMode};
    use std::sync::Arc;

    prop_compose! {
        fn prospects()(
            eta_p50_s in option::of(any::<u32>()),
            eta_p90_s in option::of(any::<u32>()),
            eta_reason in option::of(Just(EtaReason::RateLowered)),
            odds_percent in option::of(0..=100_u8),
            standby in any::<bool>(),
        ) -> Prospects {
            Prospects { eta_p50_s, eta_p90_s, eta_reason, odds_percent, standby }
        }
    }

    prop_compose! {
        fn waiting()(
            (epoch, evn, position, waiting) in any::<(u32, u64, u64, u64)>(),
            (units_left, units_held) in any::<(Option<u32>, Option<u32>)>(),
            prospects in prospects(),
            mode in prop_oneof![Just(DropMode::Running), Just(DropMode::Maintenance)],
            until_s in option::of(0..4_000_000_000_i64),
            message in option::of(any::<String>()),
            rise in option::of(prop_oneof![Just(Rise::Rebuild), Just(Rise::Returned)]),
        ) -> Frame {
            let mode_until = until_s.and_then(|until_s| Timestamp::from_second(until_s).ok());
            let message = message.map(|text| Arc::new(DropMessage::read(&text)));
            Frame::Waiting {
                epoch,
                evn,
                position,
                waiting,
                units_left,
                units_held,
                prospects,
                mode,
                mode_until,
                message,
                rise,
            }
        }
    }

    proptest! {
        #[test]
        fn the_ready_made_pieces_make_what_serde_writes(frame in waiting()) {
            prop_assert_eq!(frame.to_json(), serde_json::to_string(&frame).unwrap());
        }
    }
}
