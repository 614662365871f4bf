//! What operators look at has a listener of its own.

use crate::harness::{AdmissionTest, answer};
use reqwest::Client;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_are_on_the_admin_listener_alone() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let metrics = format!("http://{}/metrics", instance.admin);
    assert_eq!(answer(Client::new().get(metrics)).await.0, 200);

    for path in ["/metrics", "/metrics/", "//metrics", "/v1/metrics", "/readyz/metrics"] {
        let (status, problem) = answer(Client::new().get(instance.url(path))).await;
        assert_eq!((status, problem["code"].as_str()), (404, Some("not_found")), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_see_what_an_instance_needs_and_nothing_more_of_it() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let (_, checks) = instance.readiness().await;
    let checks = checks.as_object().unwrap();
    assert!(!checks.is_empty() && checks.values().all(Value::is_boolean), "{checks:?}");
}
