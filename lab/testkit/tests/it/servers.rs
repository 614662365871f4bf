use redis::AsyncCommands;
use testkit::{TestDatabase, TestRedis, TestTopics};

#[tokio::test]
async fn each_test_has_a_migrated_database_of_its_own() {
    let (one, other) = tokio::join!(TestDatabase::create(), TestDatabase::create());
    sqlx::query("insert into sellers (id, name) values (gen_random_uuid(), 'one')")
        .execute(one.pool())
        .await
        .unwrap();
    assert_eq!(one.scalar::<i64>("select count(*) from sellers").await, 1);
    assert_eq!(other.scalar::<i64>("select count(*) from sellers").await, 0);
}

#[tokio::test]
async fn each_test_has_a_redis_of_its_own() {
    let (one, other) = tokio::join!(TestRedis::create(), TestRedis::create());
    let _: () = one.connect().await.set("rooms", 1).await.unwrap();
    let found: Option<i32> = other.connect().await.get("rooms").await.unwrap();
    assert_eq!(found, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_test_has_topics_of_its_own() {
    let (one, other) = tokio::join!(TestTopics::create(), TestTopics::create());
    assert_ne!(one.prefix(), other.prefix());
    let log = broker::LogInfo::new(one.settings()).unwrap();
    let topics = broker::Topics::new(one.settings());
    assert_eq!(log.offsets(&topics.order_commands, 3).await.unwrap(), 0..0);
}
