use super::*;
use futures_util::{FutureExt, future::join_all};
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::{TestDatabase, TestRedis, room::TestRoom, wait_until};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
};

/// Who ask at once.
const N_ASKING: usize = 1000;
/// Tries of which one has to succeed: on a busy machine what was found may be forgotten too soon, and a
/// turn come too late.
const N_TRIES: usize = 5;
/// Has each look at a drop counted by a sequence.
const COUNT_LOOKS: &str = "
    alter table drops rename to stored_drops;
    create sequence looks;
    create function counted() returns setof stored_drops language plpgsql as
        $$ begin perform nextval('looks'); return query select * from stored_drops; end $$;
    create view drops as select * from counted()";

/// A way to this Redis, and how many scripts were run over it.
async fn counted(redis: &TestRedis) -> (String, Arc<AtomicUsize>) {
    let (server, database) = redis.url()["redis://".len()..].split_once('/').unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}/{database}", listener.local_addr().unwrap());
    let n_scripts = Arc::new(AtomicUsize::new(0));
    let (server, n) = (server.to_owned(), Arc::clone(&n_scripts));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(pass(client, server, Arc::clone(&n)));
        }
    });
    (url, n_scripts)
}

async fn pass(client: TcpStream, server: TcpStream, n_scripts: Arc<AtomicUsize>) {
    let ((mut asked, mut answers), (mut answered, mut asks)) =
        (client.into_split(), server.into_split());
    tokio::spawn(async move { copy(&mut answered, &mut answers).await });
    let mut buffer = vec![0; 1 << 16];
    while let Ok(n @ 1..) = asked.read(&mut buffer).await {
        let n_here = buffer[..n].windows(4).filter(|four| *four == b"EVAL").count();
        n_scripts.fetch_add(n_here, Ordering::Relaxed);
        asks.write_all(&buffer[..n]).await.unwrap();
    }
}

/// Has many ask for a made-up drop at once. Returns how many hear that there is none, and how many
/// questions that takes to Redis and to Postgres.
async fn ask_at_once(
    directory: &RoomDirectory,
    drop_id: DropId,
    n_scripts: &AtomicUsize,
    database: &TestDatabase,
) -> (usize, usize, i64) {
    n_scripts.store(0, Ordering::Relaxed);
    sqlx::query("select setval('looks', 1, false)").execute(database.pool()).await.unwrap();
    let found = join_all((0..N_ASKING).map(|_| directory.find(drop_id))).await;
    let is_told = |found: &&Result<_, _>| matches!(found, Err(RoomError::DropNotFound));
    let n_told = found.iter().filter(is_told).count();
    let n_looks = database.scalar("select last_value from looks").await;
    (n_told, n_scripts.load(Ordering::Relaxed), n_looks)
}

#[tokio::test]
async fn of_all_who_ask_for_a_made_up_drop_at_once_one_looks_for_it() {
    let (redis, database) = (TestRedis::create().await, TestDatabase::create().await);
    sqlx::raw_sql(COUNT_LOOKS).execute(database.pool()).await.unwrap();
    let (url, n_scripts) = counted(&redis).await;
    let queue = testkit::room::connect(&url).await;
    let pool = database.pool().clone();
    let directory = RoomDirectory::new(queue, pool, CancellationToken::new());
    let mut n_tries = 0;
    let drop_id = loop {
        n_tries += 1;
        let drop_id = DropId::generate();
        let found = ask_at_once(&directory, drop_id, &n_scripts, &database).await;
        // A script that Redis does not know yet is sent once more.
        if matches!(found, (N_ASKING, 1..=2, 1)) {
            break drop_id;
        }
        assert!(n_tries < N_TRIES, "told, questions to Redis, to Postgres: {found:?}");
    };

    // It is made a moment later.
    let mut room = TestRoom::on(redis).await;
    room.drop_id = drop_id;
    room.begin(TestRoom::EPOCH, 1).await;
    wait_until("room", 20 * MEMORY, async || directory.find(drop_id).await.ok()).await;
}

#[tokio::test]
async fn a_drop_that_had_no_room_a_moment_ago_is_not_looked_for_in_redis() {
    let redis = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", redis.local_addr().unwrap());
    let queue = testkit::room::connect(&url).await;
    // Nothing listens there, and nothing is asked.
    let pool = PgPool::connect_lazy("postgres://nobody@127.0.0.1:1/nothing").unwrap();
    let directory = RoomDirectory::new(queue, pool, CancellationToken::new());
    let drop_id = DropId::generate();
    // As if it was asked for later than now, so that no pause of the machine makes that too old.
    let later = Instant::now() + 60 * MEMORY;
    directory.others.lock().insert(drop_id, (later, None));

    let found = directory.find(drop_id).await;
    assert!(matches!(found, Err(RoomError::DropNotFound)));
    assert!(redis.accept().now_or_never().is_none(), "nobody has connected");
}
