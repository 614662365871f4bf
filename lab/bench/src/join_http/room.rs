//! An open room in Redis, and the requests of those who join it.

use shared::{
    credentials::{Keyring, Session},
    ids::ShopperId,
};
use stack::Stack;
use testkit::{TestRedis, keyring, room::TestRoom};

/// Beyond any clock of these runs.
const FAR_MS: i64 = 4_000_000_000_000;

/// A room that everybody can join; no worker admits them.
pub(super) struct BenchRoom {
    room: TestRoom,
    sessions: Keyring,
}

impl BenchRoom {
    pub(super) async fn open(stack: &Stack) -> Self {
        let mut room = TestRoom::on(TestRedis::create_on(&stack.endpoints()).await).await;
        room.config.admission_rate_per_second = 1.0;
        room.config.capacity = 5_000_000;
        room.begin(TestRoom::EPOCH, 1_000_000).await;
        Self { room, sessions: keyring() }
    }

    /// The address of its Redis.
    pub(super) fn redis_url(&self) -> &str {
        self.room.redis.url()
    }

    /// The join of a new shopper.
    pub(super) fn join(&self) -> Vec<u8> {
        let session = Session { shopper_id: ShopperId::generate(), expires_at_ms: FAR_MS };
        let token = session.seal(&self.sessions);
        let body = format!("{{\"variant_id\":\"{}\",\"units\":1}}", self.room.variant_id);
        format!(
            "POST /v1/drops/{}/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\n\
             Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.room.drop_id,
            body.len()
        )
        .into_bytes()
    }
}
