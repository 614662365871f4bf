use super::*;
use futures_util::{FutureExt, future::join_all};
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::{TestDatabase, TestRedis, room::TestRoom, wait_until};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
};

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

#[tokio::test]
async fn of_all_who_ask_for_a_made_up_drop_at_once_one_looks_for_it() {
    let (redis, database) = (TestRedis::create().await, TestDatabase::create().await);
    sqlx::raw_sql(COUNT_LOOKS).execute(database.pool()).await.unwrap();
    let (url, n_scripts) = counted(&redis).await;
    let queue = testkit::room::connect(&url).await;
    let pool = database.pool().clone();
    let directory = RoomDirectory::new(queue, pool, CancellationToken::new());
    let drop_id = DropId::generate();

    let found = join_all((0..1000).map(|_| directory.find(drop_id))).await;
    assert!(found.iter().all(|found| matches!(found, Err(RoomError::DropNotFound))));
    let n_scripts = n_scripts.load(Ordering::Relaxed);
    // A script that Redis does not know yet is sent once more.
    assert!((1..=2).contains(&n_scripts), "{n_scripts} questions to Redis");
    let n_looks: i64 = database.scalar("select last_value from looks").await;
    assert_eq!(n_looks, 1, "questions to Postgres");

    // It is made a moment later.
    let mut room = TestRoom::on(redis).await;
    room.drop_id = drop_id;
    room.begin(TestRoom::EPOCH, 1).await;
    wait_until("room", 2 * MEMORY, async || directory.find(drop_id).await.ok()).await;
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
    directory.remember(drop_id, None);

    let found = directory.find(drop_id).await;
    assert!(matches!(found, Err(RoomError::DropNotFound)));
    assert!(redis.accept().now_or_never().is_none(), "nobody has connected");
}
