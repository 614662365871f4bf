//! The API's document is kept in git, so that a change of the API shows in review. After a wanted
//! change: `INSTA_UPDATE=always cargo test -p admission document`.

use admission::{
    openapi,
    room::{EtaReason, Prospects},
    socket::{DisconnectReason, Frame, Seen},
};
use jiff::Timestamp;
use shared::{
    drop_message::DropMessage,
    drops::{CloseReason, DropMode},
    lifecycle::TicketState,
    line::{Epoch, EventPoint},
};
use std::collections::BTreeSet;

const STREAM: &str = include_str!("../../../docs/STREAM.md");

/// Every reason to close a connection: whoever adds one to `is_left_alone` adds it here.
const REASONS: [DisconnectReason; 12] = [
    DisconnectReason::Restart { retry_after_ms: 7 },
    DisconnectReason::TooSlow,
    DisconnectReason::Replaced,
    DisconnectReason::Idle,
    DisconnectReason::TicketClosed,
    DisconnectReason::TicketInvalid("ticket_invalid"),
    DisconnectReason::TicketInvalid("ticket_expired"),
    DisconnectReason::TicketInvalid("ticket_foreign"),
    DisconnectReason::TicketInvalid("possession_needed"),
    DisconnectReason::TicketInvalid("possession_refused"),
    DisconnectReason::Finished,
    DisconnectReason::BadFrame,
];

/// Whether a client that is told so does not come back.
fn is_left_alone(reason: DisconnectReason) -> bool {
    match reason {
        DisconnectReason::Restart { .. } | DisconnectReason::TooSlow | DisconnectReason::Idle => {
            false
        }
        DisconnectReason::Replaced
        | DisconnectReason::TicketClosed
        | DisconnectReason::TicketInvalid(_)
        | DisconnectReason::Finished
        | DisconnectReason::BadFrame => true,
    }
}

/// Every reason for which a time rises.
const REASONS_TO_WAIT_LONGER: [EtaReason; 5] = [
    EtaReason::RateLowered,
    EtaReason::Slower,
    EtaReason::Paused,
    EtaReason::Rebuild,
    EtaReason::Returned,
];

fn waits_longer(reason: EtaReason) -> Frame {
    Frame::Waiting {
        epoch: 1,
        evn: 78,
        position: 41,
        waiting: 899,
        units_left: None,
        units_held: None,
        prospects: Prospects { eta_reason: Some(reason), ..Prospects::default() },
        mode: DropMode::Running,
        mode_until: None,
        message: None,
        rise: None,
    }
}

/// The frame that the document shows.
fn waiting() -> Frame {
    waiting_until(None)
}

/// The same of a room under maintenance.
fn waiting_until(mode_until: Option<Timestamp>) -> Frame {
    Frame::Waiting {
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
        mode: if mode_until.is_some() { DropMode::Maintenance } else { DropMode::Running },
        mode_until,
        message: None,
        rise: None,
    }
}

#[test]
fn the_document_is_as_reviewed() {
    insta::assert_snapshot!("openapi", openapi::document().to_pretty_json().unwrap());
}

#[test]
fn who_may_ask_and_what_is_answered_is_said_of_every_operation() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    assert_eq!(document["servers"][0]["url"], "/");
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let schemes = operation["security"].as_array().map_or(0, Vec::len);
            assert_eq!(schemes > 0, !path.ends_with("/room"), "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].is_string(), "{status} of {method} {path}");
            }
        }
    }
}

#[test]
fn every_frame_is_in_the_document_of_the_stream() {
    let waiting = waiting();
    assert!(STREAM.contains(&waiting.to_json()));
    let closed = CloseReason::ALL.iter().map(|reason| Frame::Closed { reason: *reason });
    let ends = TicketState::ALL.iter().filter(|s| s.is_terminal() && s.is_order_state());
    let ends = ends.map(|state| Frame::Order { state: *state });
    let rest = [waiting, Frame::Missed, Frame::Admitting, Frame::Held, Frame::Left];
    let rebuilding = Frame::Rebuilding { retry_after_ms: 1000 };
    let slowed = REASONS_TO_WAIT_LONGER.map(waits_longer);
    let modes = DropMode::ALL.iter().map(|mode| {
        let mut frame = waiting_until(None);
        if let Frame::Waiting { mode: of_frame, .. } = &mut frame {
            *of_frame = *mode;
        }
        frame
    });
    let until = waiting_until("2027-03-05T18:05:00Z".parse().ok());
    let others = closed.chain(ends).chain(modes).chain([rebuilding, until]).chain(slowed);
    for frame in rest.into_iter().chain(others) {
        let frame: serde_json::Value = serde_json::from_str(&frame.to_json()).unwrap();
        for (field, value) in frame.as_object().unwrap() {
            let words = [Some(field.as_str()), value.as_str()];
            for word in words.into_iter().flatten() {
                assert!(STREAM.contains(&format!("`{word}`")), "{word} of {frame}");
            }
        }
    }
}

#[test]
fn both_forms_of_a_message_are_in_the_document_of_the_stream() {
    let [en, ko] = ["Back at noon.", "정오에 돌아와요."].map(str::to_owned);
    for message in [DropMessage::ForAll(en.clone()), DropMessage::Each { en, ko }] {
        let written = serde_json::to_string(&message).unwrap();
        assert!(STREAM.contains(&format!("`{written}`")), "{written}");
    }
}

/// A row of the document's table of close codes: the code, the reasons beside it, and whether one is
/// to stop.
fn close_row(line: &str) -> Option<Vec<(u16, String, bool)>> {
    let mut cells = line.trim_matches('|').split('|').map(str::trim);
    let code = cells.next()?.parse().ok()?;
    let reasons = cells.next()?.split(", ").map(|reason| reason.trim_matches('`').to_owned());
    let stops = cells.next()?.starts_with("stop");
    Some(reasons.map(|reason| (code, reason, stops)).collect())
}

#[test]
fn the_close_codes_are_those_of_the_document_of_the_stream() {
    let (_, section) = STREAM.split_once("\n## Close codes\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let documented: BTreeSet<_> = section.lines().filter_map(close_row).flatten().collect();
    let sent = REASONS.map(|reason| {
        let text = reason.text().replace("=7", "=<n>");
        (reason.code(), text, is_left_alone(reason))
    });
    assert_eq!(documented, BTreeSet::from(sent));
    for reason in REASONS {
        let code = reason.code();
        assert_eq!(is_left_alone(reason), code >= 4500 || code == 4002, "{reason:?}");
    }
}

#[test]
fn what_was_seen_is_sent_as_in_the_document_of_the_stream() {
    assert!(STREAM.contains("`?seen=<epoch>.<evn>.<position>`"));
    let (_, example) = STREAM.split_once("/stream?seen=").unwrap();
    let seen: Seen = example.lines().next().unwrap().parse().unwrap();
    let Frame::Waiting { epoch, evn, position, .. } = waiting() else { unreachable!() };
    let point = EventPoint { epoch: Epoch(epoch), evn };
    assert_eq!(seen, Seen { point, position, eta_p50_s: None });
}
