//! An open room in Redis, and the requests of those who join it.

use queue::{Queue, RoomConfig, StockFigure};
use shared::{
    config::Settings,
    credentials::{Keyring, Session},
    drops::DropMode,
    ids::{DropId, ShopperId, VariantId},
    tickets::Epoch,
};
use std::time::Duration;

/// Keys of everything here.
pub(super) const KEYS: &str = "1:abababababababababababababababababababababababababababababababab";
/// Beyond any clock of these runs.
const FAR_MS: i64 = 4_000_000_000_000;

/// A room that takes everybody.
pub(super) struct Room {
    drop_id: DropId,
    variant_id: VariantId,
    sessions: Keyring,
}

impl Room {
    pub(super) async fn open(redis_url: &str) -> anyhow::Result<Self> {
        let settings = Settings::from_vars(
            [
                ("SLUICE_REDIS__URL", redis_url),
                ("SLUICE_CREDENTIALS__TICKET_KEYS", KEYS),
                ("SLUICE_CREDENTIALS__SESSION_KEYS", KEYS),
                ("SLUICE_CREDENTIALS__COMMAND_KEYS", KEYS),
            ]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
        )?;
        let queue = Queue::connect(&settings.redis).await?;
        let (drop_id, variant_id) = (DropId::generate(), VariantId::generate());
        let config = RoomConfig {
            mode: DropMode::Running,
            admission_rate_per_second: 1.0,
            occupancy_cap: 1000,
            capacity: 5_000_000,
            opens_at_us: 0,
            closes_at_us: None,
            max_units_per_ticket: 4,
            variants: vec![variant_id],
            message: None,
            ended: None,
            version: 1,
        };
        let stock = StockFigure { variant_id, version: 1, available: 1_000_000, reserved: 0 };
        queue.begin(drop_id, Epoch(1)).await?;
        queue.clear(drop_id, Epoch(1)).await?;
        queue.restore_stock(drop_id, Epoch(1), &[stock]).await?;
        queue.open(drop_id, Epoch(1), &config, None, Duration::ZERO).await?;
        let sessions =
            Keyring::parse(&settings.credentials.session_keys).map_err(anyhow::Error::msg)?;
        Ok(Self { drop_id, variant_id, sessions })
    }

    /// The join of a new shopper.
    pub(super) fn join(&self) -> Vec<u8> {
        let session = Session { shopper_id: ShopperId::generate(), expires_at_ms: FAR_MS };
        let token = session.seal(&self.sessions);
        let body = format!("{{\"variant_id\":\"{}\",\"units\":1}}", self.variant_id);
        format!(
            "POST /v1/drops/{}/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\n\
             Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.drop_id,
            body.len()
        )
        .into_bytes()
    }
}
