use stack::{RedisCluster, RedisSentinels, ServerHandle};

async fn ask(server: &ServerHandle, command: &str, about: &str) -> String {
    let mut connection = super::connect(server.url()).await;
    redis::cmd(command).arg(about).query_async(&mut connection).await.unwrap()
}

#[tokio::test]
async fn three_masters_serve_all_slots() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = RedisCluster::start(dir.path()).await.unwrap();
    for node in cluster.nodes() {
        let info = ask(node, "CLUSTER", "INFO").await;
        assert!(info.contains("cluster_slots_ok:16384"), "{info}");
    }
    assert_eq!(cluster.env()["SLUICE_REDIS__NODES"].split(',').count(), 2);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn sentinels_know_a_master_with_two_replicas() {
    let dir = tempfile::tempdir().unwrap();
    let all = RedisSentinels::start(dir.path()).await.unwrap();
    let info = ask(all.heir(), "INFO", "replication").await;
    assert!(info.contains("role:slave"), "{info}");
    assert_eq!(all.sentinels().count(), 3);
    all.stop().await.unwrap();
}
