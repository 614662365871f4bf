//! Requests for what belongs to another seller: written by whoever made them, read by the check.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};
use shared::{
    clock::{Clock, SystemClock},
    ids::{DropId, SellerId, ShopperId},
};
use uuid::Uuid;

use crate::json_lines;

/// Lengths of a UUID's text, with hyphens and without.
const UUID_TEXTS: [usize; 2] = [36, 32];

/// One request for something of a drop, by somebody to whom it does not belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantProbe {
    /// Who asked.
    pub by: Asker,
    /// The drop whose things were asked for.
    pub drop_id: DropId,
    /// Method and route as the service names it, such as `GET /v1/orders/{order_id}`.
    pub route: String,
    /// Status of the answer. Of a stream that was opened: 101 if it showed a frame, else the code
    /// that closed it. Missing when there was no answer.
    pub status: Option<u16>,
    /// Every UUID in the body of the answer.
    pub ids: Vec<Uuid>,
    /// When it was answered, in microseconds since 1970.
    pub at_us: i64,
}

/// Who asks for another seller's things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", content = "id", rename_all = "snake_case")]
pub enum Asker {
    /// Shows no credential.
    Nobody,
    /// Has an API key of this seller.
    Seller(SellerId),
    /// Has the session of this account, and its ticket for another drop.
    Shopper(ShopperId),
}

impl TenantProbe {
    /// Describes a request that has just been answered with this status and body, or not at all.
    #[must_use]
    pub fn new(
        by: Asker,
        drop_id: DropId,
        route: impl Into<String>,
        status: Option<u16>,
        body: &str,
    ) -> Self {
        let at_us = SystemClock.now().as_microsecond();
        Self { by, drop_id, route: route.into(), status, ids: ids_in(body), at_us }
    }
}

impl fmt::Display for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("nobody"),
            Self::Seller(id) => write!(f, "seller {id}"),
            Self::Shopper(id) => write!(f, "shopper {id}"),
        }
    }
}

/// Finds the UUIDs in a text, in the order of their lengths and places.
fn ids_in(text: &str) -> Vec<Uuid> {
    let texts = UUID_TEXTS.iter().flat_map(|length| text.as_bytes().windows(*length));
    texts.filter_map(|text| Uuid::try_parse_ascii(text).ok()).collect()
}

/// Appends probes to a file, one JSON line each.
#[derive(Debug, Clone)]
pub struct TenantProbeLog {
    path: PathBuf,
}

impl TenantProbeLog {
    /// Appends to this file, which need not exist yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Records a probe.
    ///
    /// # Errors
    ///
    /// Returns an error when the file cannot be written.
    pub fn write(&self, probe: &TenantProbe) -> anyhow::Result<()> {
        json_lines::append(&self.path, probe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_of_an_answer_is_found() {
        let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
        let body = format!(r#"{{"data":[{{"id":"{one}"}}],"at":"/drops/{}?n=1"}}"#, two.simple());
        assert_eq!(ids_in(&body), [one, two]);
        assert!(ids_in(r#"{"code":"order_not_found","status":404}"#).is_empty());
        assert!(ids_in("").is_empty());
    }

    #[test]
    fn a_line_names_who_asked() {
        let id = SellerId::generate();
        let line = serde_json::to_string(&Asker::Seller(id)).unwrap();
        assert_eq!(line, format!(r#"{{"role":"seller","id":"{id}"}}"#));
        assert_eq!(serde_json::to_string(&Asker::Nobody).unwrap(), r#"{"role":"nobody"}"#);
    }
}
