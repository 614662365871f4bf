//! An open room in Redis, and the requests of those who join it and ask where they stand.

use crate::redis::BenchRedis;
use shared::{
    credentials::{Keyring, Session},
    ids::{DropId, ShopperId, VariantId},
};
use testkit::{keyring, room::TestRoom};

/// Beyond any clock of these runs.
const FAR_MS: i64 = 4_000_000_000_000;

/// A room that everybody can join; no worker admits them.
pub(crate) struct BenchRoom {
    room: TestRoom,
    sessions: Keyring,
}

impl BenchRoom {
    pub(crate) async fn open(redis: &BenchRedis) -> Self {
        let mut room = TestRoom::on(redis.database().await).await;
        room.config.admission_rate_per_second = 1.0;
        room.config.capacity = 5_000_000;
        room.begin(TestRoom::EPOCH, 1_000_000).await;
        Self { room, sessions: keyring() }
    }

    /// The address of its Redis.
    pub(crate) fn redis_url(&self) -> &str {
        self.room.redis.url()
    }

    /// The join of a new shopper.
    pub(crate) fn join(&self) -> Vec<u8> {
        join_request(&self.sessions, self.room.drop_id, self.room.variant_id)
    }

    /// The question where the ticket with this token stands.
    pub(crate) fn look(&self, token: &str) -> Vec<u8> {
        let drop_id = self.room.drop_id;
        format!(
            "GET /v1/drops/{drop_id}/ticket HTTP/1.1\r\nHost: 127.0.0.1\r\n\
             Sluice-Ticket: {token}\r\n\r\n"
        )
        .into_bytes()
    }
}

/// The join of a new shopper, with a session under these keys.
pub(crate) fn join_request(sessions: &Keyring, drop_id: DropId, variant_id: VariantId) -> Vec<u8> {
    let session = Session {
        shopper_id: ShopperId::generate(),
        began_at_ms: 0,
        expires_at_ms: FAR_MS,
        member_of: None,
        key: None,
    };
    let token = session.seal(sessions);
    let body = format!("{{\"variant_id\":\"{variant_id}\",\"units\":1}}");
    format!(
        "POST /v1/drops/{drop_id}/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
