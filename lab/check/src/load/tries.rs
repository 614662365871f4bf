//! Tries that a server refused, which a retry hides from the shopper.

use serde_json::Value;

use crate::{evidence::RefusedTry, history::HistoryEntry};

/// Finds answers with 5xx or 429 to shoppers, whatever they asked for.
pub(super) fn refused(entries: &[HistoryEntry]) -> Vec<RefusedTry> {
    let of_shoppers = entries.iter().filter(|entry| entry.process != 0);
    let refused = of_shoppers.filter_map(|entry| {
        let status = status_of(&entry.value).filter(|status| *status == 429 || *status >= 500)?;
        Some(RefusedTry { process: entry.process, status, at_us: entry.at_us })
    });
    refused.collect()
}

/// Reads the status of an answer, or the one that a failed try begins with, such as
/// `503 Service Unavailable rebuilding`.
fn status_of(value: &Value) -> Option<u16> {
    match value["status"].as_u64() {
        Some(status) => u16::try_from(status).ok(),
        None => value["failure"].as_str()?.split(' ').next()?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::history::{Action, EntryType};

    #[test]
    fn what_a_retry_hides_is_found() {
        let values = [
            json!({"tab": 1, "failure": "503 Service Unavailable rebuilding"}),
            json!({"source": "poll", "status": 429}),
            json!({"failure": "no answer in time"}),
            json!({"failure": "gave up after 3 tries, the last one: 503 Service Unavailable"}),
            json!({"status": 404}),
            json!({"how": "absent"}),
        ];
        let entries = values.map(|value| HistoryEntry {
            process: 7,
            f: Action::Join,
            kind: EntryType::Info,
            value,
            mono_ns: 5,
            at_us: 9,
        });
        let found: Vec<u16> = refused(&entries).iter().map(|tried| tried.status).collect();
        assert_eq!(found, [503, 429]);
    }
}
