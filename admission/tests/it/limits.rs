//! Other limits, as those who wait hear of them.

use crate::harness::{AdmissionTest, PATIENCE, TestShopper, until};
use reqwest::{Client, Response};
use serde_json::Value;
use shared::line::RoomConfig;
use testkit::room::TestRoom;
use tokio::time::timeout;

/// So many join, and the last of them listens.
const N_WAITING: usize = 3;

/// A stream of server-sent events.
struct Events {
    response: Response,
    text: String,
}

impl Events {
    async fn open(url: String, token: &str) -> Self {
        let request = Client::new().get(url).header("sluice-ticket", token);
        Self { response: request.send().await.unwrap(), text: String::new() }
    }

    /// Reads until a frame fits.
    async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let data = event.strip_prefix("data: ");
                let frame: Option<Value> = data.map(|data| serde_json::from_str(data).unwrap());
                self.text = rest.to_owned();
                if let Some(frame) = frame.filter(&fits) {
                    return frame;
                }
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("an event in time");
            let chunk = chunk.unwrap().expect("the stream goes on");
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

/// Has the room let so many in each second.
async fn set_rate(test: &AdmissionTest, version: i64, rate: f64) {
    let before = test.room.config.clone();
    let config = RoomConfig { admission_rate_per_second: rate, version, ..before };
    let change = test.room.queue.configure(test.room.drop_id, TestRoom::EPOCH, &config).await;
    assert!(change.unwrap().changed);
}

/// Whether a frame tells a time between these, in seconds.
fn tells(from_s: u64, to_s: u64) -> impl Fn(&Value) -> bool {
    move |frame| frame["eta_p50_s"].as_u64().is_some_and(|told| (from_s..to_s).contains(&told))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_that_changes_is_told_on_all_streams_though_nobody_moves() {
    let mut test = AdmissionTest::empty().await;
    test.room.config.admission_rate_per_second = 0.01;
    test.begin(TestRoom::EPOCH).await;
    let instance = test.instance().await;
    let mut token = String::new();
    for _ in 0..N_WAITING {
        let joined = test.join(&instance, &TestShopper::new()).await;
        token = joined["token"].as_str().unwrap().to_owned();
    }
    let mut socket = test.stream(&instance, &token, "").await;
    let mut events = Events::open(instance.url(&test.path("events")), &token).await;
    until(&mut socket, tells(200, 400)).await;
    events.until(tells(200, 400)).await;

    // Nobody is let in, and no unit is sold: without the change, the next frame would come 15 s later.
    set_rate(&test, 2, 0.05).await;
    let sooner = until(&mut socket, tells(0, 120)).await;
    assert!(sooner["eta_reason"].is_null() && sooner["rise"].is_null(), "{sooner}");
    assert_eq!(events.until(tells(0, 120)).await["position"], sooner["position"]);
    set_rate(&test, 3, 0.005).await;
    let later = until(&mut socket, tells(400, 900)).await;
    assert_eq!(later["eta_reason"], "rate_lowered", "{later}");
    assert_eq!(events.until(tells(400, 900)).await["eta_reason"], "rate_lowered");
}
