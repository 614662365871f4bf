//! Every message ever published must load for ever: the samples are in `tests/wire/`.

use serde::{Serialize, de::DeserializeOwned};
use shared::{
    credentials::{CredentialError, Keyring},
    line::RoomEvent,
    messages::{DeadLetter, OrderCommand, OrderEvent, QueueEvent},
};

/// Loads a sample and writes it again; both must say the same.
fn round_trip<T: DeserializeOwned + Serialize>(sample: &str) -> T {
    let message: T = serde_json::from_str(sample).expect("the sample loads");
    let written = serde_json::to_value(&message).expect("a message can be written");
    let sample: serde_json::Value = serde_json::from_str(sample).expect("the sample is JSON");
    assert_eq!(written, sample);
    message
}

#[test]
fn order_command_1_loads_and_its_mac_holds() {
    let OrderCommand::V1(command) = round_trip(include_str!("wire/order_command.1.json"));
    let keys = Keyring::parse(&format!("1:{}", "ab".repeat(32)).into()).unwrap();
    assert_eq!(command.verify(&keys), Ok(()));

    let more = shared::messages::PlaceOrder { units: command.units + 1, ..command };
    assert_eq!(more.verify(&keys), Err(CredentialError::Invalid));
}

#[test]
fn queue_events_1_load_and_their_chain_holds() {
    let samples: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("wire/queue_events.1.json")).unwrap();
    let keys = Keyring::parse(&format!("1:{}", "ab".repeat(32)).into()).unwrap();
    let mut previous = None;
    for sample in samples {
        let QueueEvent::V1(event) = round_trip(&sample.to_string());
        assert_eq!(event.verify(&keys), Ok(()), "at {}", event.point());
        assert!(event.is_intact(), "{} at {}", "QUEUE-2", event.point());
        if let Some(previous) = previous {
            assert_eq!(event.previous, previous);
        }
        previous = Some(event.hash);
    }
}

#[test]
fn order_event_1_loads() {
    let _: OrderEvent = round_trip(include_str!("wire/order_event.1.json"));
}

#[test]
fn dead_letter_1_loads() {
    let _: DeadLetter = round_trip(include_str!("wire/dead_letter.1.json"));
}

#[test]
fn an_unknown_version_is_refused() {
    assert!(serde_json::from_str::<OrderCommand>(r#"{"version":"99"}"#).is_err());
    assert!(serde_json::from_str::<RoomEvent>(r#"{"kind":"teleported"}"#).is_err());
}
