//! More joins at once than an instance may have under way.

use crate::{
    harness::{AdmissionTest, TestInstance, TestShopper},
    lost_line::LossTest,
};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::{
    num::{NonZeroU32, NonZeroU64},
    time::{Duration, Instant},
};
use testkit::room::TestRoom;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

/// Joins under way for one drop, at most: half of those of the instance.
const N_TAKEN: u32 = 4;
const N_REFUSED: u32 = 8;
/// How long Redis may take to answer, which stands still meanwhile.
const REDIS_TIMEOUT_MS: u64 = 60_000;
/// Far less than that, and far more than a refusal takes on a machine that is busy.
const AT_ONCE: Duration = Duration::from_secs(30);

/// An answer to a join: its status, its code and when to come back.
type Answered = (u16, String, Option<String>);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn joins_beyond_what_can_be_served_are_refused_at_once_and_no_other_is_lost() {
    let loss = LossTest::open().await;
    let (test, redis) = (&loss.test, loss.stack.redis());
    let instance = busy_instance(test).await;
    test.join(&instance, &TestShopper::new()).await;
    let requests: Vec<_> = (0..N_TAKEN + N_REFUSED).map(|_| join(test, &instance)).collect();

    redis.freeze().await.unwrap();
    let (begun, mut joins) = (Instant::now(), JoinSet::new());
    for request in requests {
        joins.spawn(answered(request));
    }
    for _ in 0..N_REFUSED {
        assert_eq!(joins.join_next().await.unwrap().unwrap(), refusal());
    }
    assert!(begun.elapsed() < AT_ONCE, "refused after {:?}", begun.elapsed());

    redis.thaw().await.unwrap();
    for _ in 0..N_TAKEN {
        let (status, ..) = joins.join_next().await.unwrap().unwrap();
        assert_eq!(status, 201);
    }
    // Their places are free again.
    test.join(&instance, &TestShopper::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finds_no_place_is_refused_before_session_and_body_are_looked_at() {
    let loss = LossTest::open().await;
    let (test, redis) = (&loss.test, loss.stack.redis());
    let instance = busy_instance(test).await;
    test.join(&instance, &TestShopper::new()).await;
    let requests: Vec<_> = (0..=N_TAKEN).map(|_| join(test, &instance)).collect();

    redis.freeze().await.unwrap();
    let mut joins = JoinSet::new();
    for request in requests {
        joins.spawn(answered(request));
    }
    // Once one is refused, all places are taken.
    assert_eq!(joins.join_next().await.unwrap().unwrap(), refusal());
    let session = format!("authorization: Bearer {}\r\n", TestShopper::new().session);
    for session in [session.as_str(), ""] {
        let answer = timeout(AT_ONCE, answer_to_head(test, &instance, session));
        let answer = answer.await.expect("an answer without the body");
        assert_eq!(answer.split(' ').nth(1), Some("503"), "{answer}");
    }

    redis.thaw().await.unwrap();
    for _ in 0..N_TAKEN {
        let (status, ..) = joins.join_next().await.unwrap().unwrap();
        assert_eq!(status, 201);
    }
}

/// Sends the head of a join, and no body; returns the first line of the answer.
async fn answer_to_head(test: &AdmissionTest, instance: &TestInstance, session: &str) -> String {
    let mut stream = TcpStream::connect(instance.address).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 64\r\n{session}\r\n",
        test.path("tickets"),
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.unwrap();
    line
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowded_drop_leaves_the_joins_of_another_their_places() {
    let loss = LossTest::open().await;
    let (crowded, redis) = (&loss.test, loss.stack.redis());
    let calm = AdmissionTest::on(crowded.room.redis.clone()).await;
    calm.begin(TestRoom::EPOCH).await;
    let instance = busy_instance(crowded).await;
    for test in [crowded, &calm] {
        test.join(&instance, &TestShopper::new()).await;
    }
    let crowd: Vec<_> = (0..N_TAKEN + N_REFUSED).map(|_| join(crowded, &instance)).collect();
    let others: Vec<_> = (0..=N_TAKEN).map(|_| join(&calm, &instance)).collect();

    redis.freeze().await.unwrap();
    let mut joins = JoinSet::new();
    for request in crowd {
        joins.spawn(answered(request));
    }
    for _ in 0..N_REFUSED {
        assert_eq!(joins.join_next().await.unwrap().unwrap(), refusal());
    }
    // All that the crowd may have is taken, and the others' half is as free as ever.
    let mut calm_joins = JoinSet::new();
    for request in others {
        calm_joins.spawn(answered(request));
    }
    assert_eq!(calm_joins.join_next().await.unwrap().unwrap(), refusal(), "one is too many");

    redis.thaw().await.unwrap();
    for joins in [&mut joins, &mut calm_joins] {
        for _ in 0..N_TAKEN {
            assert_eq!(joins.join_next().await.unwrap().unwrap().0, 201);
        }
    }
}

/// An instance that takes so many joins of a drop at one time, and waits for Redis.
async fn busy_instance(test: &AdmissionTest) -> TestInstance {
    test.instance_with(|settings| {
        settings.admission.max_joins = NonZeroU32::new(2 * N_TAKEN).unwrap();
        settings.redis.timeout_ms = NonZeroU64::new(REDIS_TIMEOUT_MS).unwrap();
    })
    .await
}

fn refusal() -> Answered {
    (503, "overloaded".to_owned(), Some("1".to_owned()))
}

/// The join of a new shopper.
fn join(test: &AdmissionTest, instance: &TestInstance) -> RequestBuilder {
    let path = test.path("tickets");
    instance.request(Method::POST, &path, &TestShopper::new()).json(&test.body())
}

async fn answered(request: RequestBuilder) -> Answered {
    let response = request.send().await.unwrap();
    let retry_after = response.headers().get("retry-after");
    let retry_after = retry_after.map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["code"].as_str().unwrap_or_default().to_owned(), retry_after)
}
