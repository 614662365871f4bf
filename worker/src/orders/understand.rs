//! A record's bytes → a command of ours, or why it is none.

use broker::Record;
use database::ordering::order_batch::{BatchRecord, DeadReason, RecordContent};
use serde::Deserialize;
use shared::{
    credentials::Keyring,
    messages::{OrderCommand, PlaceOrder},
};

/// Reads a record. Nothing that a record holds can stop the partition: what is no command of
/// ours becomes a dead letter.
pub(super) fn understand(record: Record, keys: &Keyring) -> BatchRecord {
    let fingerprint = record.fingerprint().to_vec();
    let payload = record.payload.unwrap_or_default();
    let content = match command(&payload, keys) {
        Ok(command) => RecordContent::Command(command),
        Err((reason, detail)) => RecordContent::Dead { reason, detail, command: None },
    };
    BatchRecord { offset: record.offset, fingerprint, payload, content }
}

/// Puts a command aside that fails each time it is processed.
pub(super) fn failed(record: BatchRecord, detail: String) -> BatchRecord {
    let command = match record.content {
        RecordContent::Command(command) => Some(command),
        RecordContent::Dead { command, .. } => command,
    };
    let content = RecordContent::Dead { reason: DeadReason::Failed, detail, command };
    BatchRecord { content, ..record }
}

/// As [`failed`], without an order row: even that one failed.
pub(super) fn failed_without_order(record: BatchRecord, detail: String) -> BatchRecord {
    let content = RecordContent::Dead { reason: DeadReason::Failed, detail, command: None };
    BatchRecord { content, ..record }
}

#[derive(Deserialize)]
struct Versioned {
    version: String,
}

fn command(payload: &[u8], keys: &Keyring) -> Result<PlaceOrder, (DeadReason, String)> {
    let OrderCommand::V1(command) = serde_json::from_slice(payload).map_err(|error| {
        let known = match serde_json::from_slice::<Versioned>(payload) {
            Ok(Versioned { version }) => version == "1",
            Err(_) => true,
        };
        let reason = if known { DeadReason::Malformed } else { DeadReason::UnknownVersion };
        (reason, error.to_string())
    })?;
    command.verify(keys).map_err(|error| (DeadReason::BadMac, error.to_string()))?;
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        credentials::Mac,
        ids::{DropId, ShopperId, TicketId, VariantId},
        line::{Epoch, Lane, Score},
    };

    fn keys(byte: &str) -> Keyring {
        Keyring::parse(&format!("1:{}", byte.repeat(32)).into()).unwrap()
    }

    fn signed(keys: &Keyring) -> PlaceOrder {
        PlaceOrder {
            ticket_id: TicketId::generate(),
            drop_id: DropId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            variant_id: VariantId::generate(),
            units: 1,
            epoch: Epoch(1),
            score: Score::new(Epoch(1), 7),
            admitted_at_us: 1,
            mac: Mac::default(),
        }
        .signed(keys)
    }

    fn read(payload: Option<Vec<u8>>) -> RecordContent {
        understand(Record { offset: 3, key: None, payload }, &keys("ab")).content
    }

    fn reason(payload: &[u8]) -> DeadReason {
        match read(Some(payload.to_vec())) {
            RecordContent::Dead { reason, command: None, .. } => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_signed_command_is_understood() {
        let command = signed(&keys("ab"));
        let bytes = serde_json::to_vec(&OrderCommand::V1(command.clone())).unwrap();
        match read(Some(bytes)) {
            RecordContent::Command(read) => assert_eq!(read, command),
            other @ RecordContent::Dead { .. } => panic!("{other:?}"),
        }
    }

    #[test]
    fn whatever_else_stands_there_is_dead() {
        let foreign = serde_json::to_vec(&OrderCommand::V1(signed(&keys("cd")))).unwrap();
        let mut changed = signed(&keys("ab"));
        changed.units = 2;
        let changed = serde_json::to_vec(&OrderCommand::V1(changed)).unwrap();
        assert_eq!(reason(&foreign), DeadReason::BadMac);
        assert_eq!(reason(&changed), DeadReason::BadMac);
        assert_eq!(reason(b"{\"version\":\"2\",\"x\":1}"), DeadReason::UnknownVersion);
        for odd in [&b""[..], b"null", b"{}", b"[1,", b"\xff\xfe\0", b"{\"version\":\"1\"}"] {
            assert_eq!(reason(odd), DeadReason::Malformed, "{odd:?}");
        }
        assert_eq!(reason("[".repeat(100_000).as_bytes()), DeadReason::Malformed);
        assert!(matches!(read(None), RecordContent::Dead { .. }), "a tombstone");
    }
}
