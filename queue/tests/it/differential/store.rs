//! The keys of one drop, handled from outside: dumped, saved, restored, wiped.

use super::dump::Dump;
use queue::{DropKeys, Queue};
use redis::{Script, aio::MultiplexedConnection};
use shared::{ids::DropId, line::Epoch};
use std::time::Duration;
use testkit::TestRedis;
use tokio::sync::OnceCell;

const PATIENCE: Duration = Duration::from_secs(20);

const NAMES: [&str; 17] = [
    "ep", "cfg", "seq", "w:0", "missed", "intent", "own", "inf", "lease", "flight", "occ", "why",
    "tat", "stock", "memo", "ev", "tally",
];

pub(super) struct Store {
    drop_id: DropId,
    keys: DropKeys,
    connection: MultiplexedConnection,
    /// The last epoch so far.
    pub(super) epoch: Epoch,
}

/// Returns a queue, and a connection around it, to the Redis that all worlds share.
pub(super) async fn connect() -> (Queue, MultiplexedConnection) {
    static REDIS: OnceCell<TestRedis> = OnceCell::const_new();
    let redis = REDIS.get_or_init(TestRedis::create).await;
    let client = redis::Client::open(redis.url()).unwrap();
    let config = redis::AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE));
    let connection = client.get_multiplexed_async_connection_with_config(&config).await;
    (testkit::room::connect(redis.url()).await, connection.unwrap())
}

impl Store {
    pub(super) fn of(drop_id: DropId, connection: MultiplexedConnection) -> Self {
        Self { drop_id, keys: DropKeys::new(drop_id), connection, epoch: Epoch(0) }
    }

    fn names(&self) -> Vec<String> {
        let over = (0..=self.epoch.0 + 1).map(|epoch| format!("fin:{epoch}"));
        NAMES.iter().map(ToString::to_string).chain(over).collect()
    }

    /// Copies every key; deletes the copy of a key that is not there.
    async fn copy(&mut self, from: &str, to: &str) {
        let script = Script::new(
            "for _, name in ipairs(ARGV) do
               if redis.call('COPY', KEYS[1] .. name, KEYS[2] .. name, 'REPLACE') == 0 then
                 redis.call('DEL', KEYS[2] .. name)
               end
             end",
        );
        let (from, to, names) = (self.keys.named(from), self.keys.named(to), self.names());
        let mut call = script.prepare_invoke();
        call.key(from).key(to).arg(names);
        let () = call.invoke_async(&mut self.connection).await.unwrap();
    }

    pub(super) async fn save(&mut self) {
        self.copy("", "saved:").await;
    }

    pub(super) async fn load(&mut self) {
        self.copy("saved:", "").await;
    }

    pub(super) async fn wipe(&mut self) {
        self.unlink("").await;
    }

    /// Removes all traces of the world.
    pub(super) async fn clean(&mut self) {
        let mut pipe = redis::pipe();
        for name in self.names() {
            pipe.unlink(self.keys.named(&name)).ignore();
            pipe.unlink(self.keys.named(&format!("saved:{name}"))).ignore();
        }
        pipe.srem("sluice:rooms", self.drop_id.to_string()).ignore();
        let () = pipe.query_async(&mut self.connection).await.unwrap();
    }

    async fn unlink(&mut self, prefix: &str) {
        let names = self.names();
        let mut command = redis::cmd("UNLINK");
        for name in names {
            command.arg(self.keys.named(&format!("{prefix}{name}")));
        }
        let () = command.query_async(&mut self.connection).await.unwrap();
    }

    /// Changes the stored run id of the server, as if it had restarted.
    pub(super) async fn pretend_restart(&mut self) {
        let script = Script::new(
            "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'run_id', 'gone') end",
        );
        let key = self.keys.named("ep");
        let mut call = script.prepare_invoke();
        call.key(key);
        let () = call.invoke_async(&mut self.connection).await.unwrap();
    }

    /// Returns the lease deadline of the first of these tickets that is in flight; 0 for none.
    pub(super) async fn deadline_of(&mut self, tickets: Vec<String>) -> i64 {
        if tickets.is_empty() {
            return 0;
        }
        let mut command = redis::cmd("ZMSCORE");
        command.arg(self.keys.named("inf")).arg(tickets);
        let found: Vec<Option<f64>> = command.query_async(&mut self.connection).await.unwrap();
        found.into_iter().flatten().next().map_or(0, |deadline| deadline as i64)
    }

    pub(super) async fn dump(&mut self) -> Dump {
        let mut pipe = redis::pipe();
        let key = |name: &str| self.keys.named(name);
        for name in ["ep", "cfg", "intent", "own", "lease", "flight", "stock", "tally"] {
            pipe.cmd("HGETALL").arg(key(name));
        }
        for name in ["w:0", "missed", "inf"] {
            pipe.cmd("ZRANGE").arg(key(name)).arg(0).arg(-1).arg("WITHSCORES");
        }
        pipe.cmd("SMEMBERS").arg(key("occ"));
        pipe.cmd("GET").arg(key("seq")).cmd("GET").arg(key("tat"));
        pipe.cmd("LRANGE").arg(key("memo")).arg(0).arg(-1);
        pipe.cmd("XRANGE").arg(key("ev")).arg("-").arg("+");
        pipe.cmd("MGET");
        for epoch in 0..=self.epoch.0 + 1 {
            pipe.arg(key(&format!("fin:{epoch}")));
        }
        let values = pipe.query_async(&mut self.connection).await.unwrap();
        Dump::of_redis(values)
    }
}
