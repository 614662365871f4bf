//! The API's document is kept in git, so that a change of the API shows in review. After a wanted
//! change: `INSTA_UPDATE=always cargo test -p admission document`.

use admission::{openapi, socket::Frame};
use shared::{
    drops::{CloseReason, DropMode},
    lifecycle::TicketState,
};

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
    let document = include_str!("../../../docs/STREAM.md");
    let waiting = Frame::Waiting {
        epoch: 1,
        evn: 77,
        position: 42,
        waiting: 900,
        units_left: Some(180),
        units_held: Some(20),
        mode: DropMode::Running,
        message: None,
        rise: None,
    };
    assert!(document.contains(&waiting.to_json()));
    let closed = CloseReason::ALL.iter().map(|reason| Frame::Closed { reason: *reason });
    let ends = TicketState::ALL.iter().filter(|s| s.is_terminal() && s.is_order_state());
    let ends = ends.map(|state| Frame::Order { state: *state });
    let rest = [waiting, Frame::Admitting, Frame::Held, Frame::Left];
    let rebuilding = Frame::Rebuilding { retry_after_ms: 1000 };
    for frame in rest.into_iter().chain([rebuilding]).chain(closed).chain(ends) {
        let frame: serde_json::Value = serde_json::from_str(&frame.to_json()).unwrap();
        for (field, value) in frame.as_object().unwrap() {
            let words = [Some(field.as_str()), value.as_str()];
            for word in words.into_iter().flatten() {
                assert!(document.contains(&format!("`{word}`")), "{word} of {frame}");
            }
        }
    }
}
