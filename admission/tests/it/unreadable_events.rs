//! Events of one room that no instance can read: that room is exact again behind each of them, and
//! another room notices nothing.

use crate::harness::{AdmissionTest, Socket, TestInstance, TestShopper, claims, next};
use queue::DropKeys;
use redis::aio::MultiplexedConnection;
use shared::line::JoinedTicket;
use std::time::{Duration, Instant};
use testkit::{median, room::TestRoom};

/// How soon the other room shows who left, most times.
const SHOWN_WITHIN: Duration = Duration::from_secs(1);
/// How soon the damaged room, which has to take a new snapshot, shows exact positions again and goes
/// on, most times.
const EXACT_WITHIN: Duration = Duration::from_secs(2);
/// Writes an event as a script of another release would: number and event in one step.
const WRITE: &str = "
    local evn = redis.call('HINCRBY', KEYS[1], 'evn', 1)
    redis.call('XADD', KEYS[2], ARGV[1] .. '-' .. evn, 'k', ARGV[2], 'at', ARGV[3], 'd', ARGV[4])
";
/// Kind, time and data of such events: of an unknown kind, with half a ticket, without a time, with
/// bytes that are no text.
const UNREADABLE: [(&str, &str, &[u8]); 4] =
    [("Z", "1", b"new"), ("J", "1", b"half a tick"), ("L", "soon", b""), ("L", "1", b"\xff\xfe")];
/// Events of the flood, one for each move of the other room.
const N_FLOOD: usize = 40;

/// Two rooms that one instance follows.
struct TwoRooms {
    damaged: Line,
    healthy: Line,
    instance: TestInstance,
    redis: MultiplexedConnection,
}

/// A room with a ticket that others are ahead of.
struct Line {
    test: AdmissionTest,
    ahead: Vec<JoinedTicket>,
    token: String,
}

impl TwoRooms {
    async fn open() -> Self {
        let healthy = AdmissionTest::open().await;
        let damaged = AdmissionTest::on(healthy.room.redis.clone()).await;
        damaged.begin(TestRoom::EPOCH).await;
        let instance = healthy.instance().await;
        let redis = healthy.room.redis.connect().await;
        let healthy = Line::form(healthy, &instance).await;
        let damaged = Line::form(damaged, &instance).await;
        Self { damaged, healthy, instance, redis }
    }

    async fn write_unreadable(&self, (kind, at, data): (&str, &str, &[u8])) {
        let keys = DropKeys::new(self.damaged.test.room.drop_id);
        let mut write = redis::cmd("EVAL");
        write.arg(WRITE).arg(2).arg(keys.named("ep")).arg(keys.events());
        write.arg(TestRoom::EPOCH.0).arg(kind).arg(at).arg(data);
        write.query_async::<()>(&mut self.redis.clone()).await.unwrap();
    }

    async fn socket(&self, line: &Line) -> Socket {
        line.test.stream(&self.instance, &line.token, "").await
    }
}

impl Line {
    async fn form(test: AdmissionTest, instance: &TestInstance) -> Self {
        let ahead = test.room.join(2 * N_FLOOD).await;
        let joined = test.join(instance, &TestShopper::new()).await;
        let token = joined["token"].as_str().unwrap().to_owned();
        Self { test, ahead, token }
    }

    /// One of those ahead leaves, of which only a room event tells the instance. Returns the
    /// position that it shows then, and how long that took.
    async fn move_on(&mut self, instance: &TestInstance) -> (u64, Duration) {
        let leaver = self.ahead.pop().expect("somebody is ahead");
        let room = &self.test.room;
        room.queue.leave(room.drop_id, TestRoom::EPOCH, leaver.key()).await.unwrap();
        let begun = Instant::now();
        (self.exact_position(instance).await, begun.elapsed())
    }

    async fn exact_position(&self, instance: &TestInstance) -> u64 {
        let ticket = claims(&self.token).ticket;
        self.test.exact_position(instance, ticket).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_cannot_be_read_costs_its_own_room_a_snapshot() {
    let mut rooms = TwoRooms::open().await;
    let mut socket = rooms.socket(&rooms.healthy).await;
    let (mut shown, mut of_healthy, mut of_damaged) = (0, Vec::new(), Vec::new());
    for event in UNREADABLE {
        rooms.write_unreadable(event).await;
        let (position, took) = rooms.healthy.move_on(&rooms.instance).await;
        shown = position;
        of_healthy.push(took);
        let begun = Instant::now();
        rooms.damaged.exact_position(&rooms.instance).await;
        rooms.damaged.move_on(&rooms.instance).await;
        of_damaged.push(begun.elapsed());
    }
    let (healthy, damaged) = (median(of_healthy), median(of_damaged));
    assert!(healthy <= SHOWN_WITHIN, "{healthy:?}");
    assert!(damaged <= EXACT_WITHIN, "{damaged:?}");
    // Who listens to the other room was told of nothing else.
    loop {
        let frame = next(&mut socket).await.unwrap();
        assert_eq!(frame["type"], "waiting", "{frame}");
        if frame["position"] == shown {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_unreadable_events_holds_up_no_other_room() {
    let (mut rooms, mut times) = (TwoRooms::open().await, Vec::new());
    for _ in 0..N_FLOOD {
        rooms.write_unreadable(UNREADABLE[0]).await;
        times.push(rooms.healthy.move_on(&rooms.instance).await.1);
    }
    let usual = median(times);
    assert!(usual <= SHOWN_WITHIN, "{usual:?}");
    // With a snapshot for each of them, a second apart, it would take longer than anybody waits.
    rooms.damaged.exact_position(&rooms.instance).await;
}
