//! The keys of one drop, handled from outside: dumped, saved, restored, wiped.

use super::dump::{Dump, Values};
use queue::DropKeys;
use redis::{Script, Value, aio::MultiplexedConnection};
use shared::{
    ids::{DropId, TicketId, VariantId},
    line::{Epoch, Lane},
};
use testkit::TestRedis;

/// The keys that each drop has once.
const NAMES: [&str; 17] = [
    "ep", "cfg", "seq", "intent", "inf", "lease", "flight", "occ", "why", "tat", "stock", "memo",
    "ev", "tally", "turns", "here", "front",
];

pub(super) struct Store {
    drop_id: DropId,
    keys: DropKeys,
    redis: TestRedis,
    connection: MultiplexedConnection,
    lines: Vec<(Lane, VariantId)>,
    /// The last epoch so far.
    pub(super) epoch: Epoch,
}

impl Store {
    /// Connects to the keys of a drop, in a database that others may use as well.
    pub(super) async fn connect(redis: &TestRedis, drop_id: DropId) -> Self {
        let (redis, connection) = (redis.clone(), redis.connect().await);
        let (keys, lines) = (DropKeys::new(drop_id), Vec::new());
        Self { drop_id, keys, redis, connection, lines, epoch: Epoch(0) }
    }

    /// Says which lanes and variants the drop has.
    pub(super) fn set_lines(&mut self, lanes: &[Lane], variants: &[VariantId]) {
        let of_lane = |lane: &Lane| variants.iter().map(|id| (*lane, *id)).collect::<Vec<_>>();
        self.lines = lanes.iter().flat_map(of_lane).collect();
    }

    /// Connects again, to a server that was restarted.
    pub(super) async fn reconnect(&mut self) {
        self.connection = self.redis.connect().await;
    }

    /// Returns the server's time, in microseconds.
    pub(super) async fn now_us(&mut self) -> i64 {
        let time = redis::cmd("TIME").query_async(&mut self.connection).await;
        let (seconds, micros): (i64, i64) = time.unwrap();
        seconds * 1_000_000 + micros
    }

    /// Names all keys, without what comes before all of them.
    fn names(&self) -> Vec<String> {
        let tag = self.keys.named("");
        let of_lines = self.lines.iter().flat_map(|(lane, variant_id)| {
            [self.keys.waiting(*lane, *variant_id), self.keys.missed(*lane, *variant_id)]
        });
        let over = self.epochs().map(|epoch| self.keys.finished(epoch));
        let families = of_lines.chain(over).map(|key| key[tag.len()..].to_owned());
        NAMES.iter().map(ToString::to_string).chain(families).collect()
    }

    fn epochs(&self) -> impl Iterator<Item = Epoch> + use<> {
        (1..=self.epoch.0 + 1).map(Epoch)
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

    /// Changes what is stored of the server, as if it had restarted (`run_id`) or if another one had
    /// been the master meanwhile (`replid`).
    pub(super) async fn pretend_other_server(&mut self, field: &str) {
        let script = Script::new(
            "if redis.call('EXISTS', KEYS[1]) == 1 then
               redis.call('HSET', KEYS[1], ARGV[1], 'gone')
             end",
        );
        let key = self.keys.named("ep");
        let mut call = script.prepare_invoke();
        call.key(key).arg(field);
        let () = call.invoke_async(&mut self.connection).await.unwrap();
    }

    /// Returns the lease deadline of the first of these tickets that is in flight; 0 for none.
    pub(super) async fn deadline_of(&mut self, tickets: &[TicketId]) -> i64 {
        if tickets.is_empty() {
            return 0;
        }
        let mut command = redis::cmd("ZMSCORE");
        command.arg(self.keys.named("inf"));
        for ticket_id in tickets {
            command.arg(ticket_id.as_bytes().as_slice());
        }
        let found: Vec<Option<f64>> = command.query_async(&mut self.connection).await.unwrap();
        found.into_iter().flatten().next().map_or(0, |deadline| deadline as i64)
    }

    pub(super) async fn dump(&mut self) -> Dump {
        let mut pipe = redis::pipe();
        let key = |name: &str| self.keys.named(name);
        let hashes =
            ["ep", "cfg", "intent", "lease", "occ", "stock", "front", "flight", "tally", "turns"];
        for name in hashes {
            pipe.cmd("HGETALL").arg(key(name));
        }
        let waiting = self.lines.iter().map(|(lane, id)| self.keys.waiting(*lane, *id));
        let missed = self.lines.iter().map(|(lane, id)| self.keys.missed(*lane, *id));
        for zset in waiting.chain(missed).chain([key("inf"), key("here")]) {
            pipe.cmd("ZRANGE").arg(zset).arg(0).arg(-1).arg("WITHSCORES");
        }
        pipe.cmd("GET").arg(key("seq")).cmd("GET").arg(key("tat"));
        pipe.cmd("LRANGE").arg(key("memo")).arg(0).arg(-1);
        pipe.cmd("XRANGE").arg(key("ev")).arg("-").arg("+");
        pipe.cmd("MGET");
        for epoch in self.epochs() {
            pipe.arg(self.keys.finished(epoch));
        }
        let values: Vec<Value> = pipe.query_async(&mut self.connection).await.unwrap();
        Dump::of_redis(Values(values.into_iter()), &self.lines)
    }
}
