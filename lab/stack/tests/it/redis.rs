use std::time::Duration;

use redis::AsyncCommands;

use super::connect;

#[tokio::test]
async fn data_survives_kill_9_and_goes_with_a_wipe() {
    let (stack, _dir) = super::start(true, false, false).await;
    let server = stack.redis();
    let mut connection = connect(server.url()).await;
    let _: () = connection.set("answer", 42).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_500)).await; // the file is synced every second

    for _ in 0..3 {
        let before = server.pid().unwrap();
        server.kill9().await.unwrap();
        assert_eq!(server.pid(), None);
        server.start().await.unwrap();
        assert_ne!(server.pid().unwrap(), before);
        let answer: i32 = connect(server.url()).await.get("answer").await.unwrap();
        assert_eq!(answer, 42);
    }

    stack.wipe_redis().await.unwrap();
    let answer: Option<i32> = connect(server.url()).await.get("answer").await.unwrap();
    assert_eq!(answer, None);
    stack.stop().await.unwrap();
}

#[tokio::test]
async fn settings_are_those_that_the_line_needs() {
    let (stack, _dir) = super::start(true, false, false).await;
    let mut connection = connect(stack.redis().url()).await;
    for (name, value) in
        [("appendonly", "yes"), ("appendfsync", "everysec"), ("maxmemory-policy", "noeviction")]
    {
        let found: Vec<String> =
            redis::cmd("CONFIG").arg("GET").arg(name).query_async(&mut connection).await.unwrap();
        assert_eq!(found[1], value, "{name}");
    }
}
