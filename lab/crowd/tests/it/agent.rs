//! The agent of the load lab, against the stand-in.

use crowd::{AgentOptions, ServerAddresses};
use serde_json::json;

use crate::stand_in::{StandIn, lab::OPERATOR_KEY};

/// An agent that looks often, and whose crowds come at once.
fn options(stand_in: &StandIn, folder: &std::path::Path) -> AgentOptions {
    AgentOptions {
        name: "crowd-1".to_owned(),
        operator_key: OPERATOR_KEY.to_owned(),
        seller_key: "sk_seller".to_owned(),
        storefront: stand_in.url.clone(),
        admission: vec![stand_in.url.clone()],
        origin: None,
        servers: ServerAddresses::default(),
        psp_ledger: None,
        psp_api_key: None,
        topic_prefix: String::new(),
        dir: folder.to_owned(),
        // However slow the machine is: what is looked at is that it is judged.
        join_ms: 3_600_000.0,
        over_seconds: Some(0.5),
        give_up_after_seconds: 600.0,
        poll_ms: 100,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_takes_a_run_makes_a_drop_for_it_and_tells_what_it_found() {
    let stand_in = StandIn::start(10).await;
    let folder = tempfile::tempdir().unwrap();
    let options = options(&stand_in, folder.path());
    assert!(!crowd::work_once(&options).await.unwrap(), "nobody has asked for anything");
    stand_in.lab.ask("steady", 40, 10);

    assert!(crowd::work_once(&options).await.unwrap());

    let told = stand_in.lab.last_told();
    assert_eq!((&told["joined"], &told["done"]), (&json!(40), &json!(40)), "{told}");
    let drops: Vec<&str> =
        told["drop_ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert_eq!(drops.len(), 1);
    assert_eq!(stand_in.lab.cancelled_drops(), drops, "it is taken away again");
    let finished = stand_in.lab.finished().unwrap();
    let found = finished["judgements"].as_array().unwrap().iter();
    let found: Vec<_> =
        found.map(|found| (found["rule"].clone(), found["verdict"].clone())).collect();
    let wanted = ["CROWD-1", "CROWD-2"].map(|rule| (json!(rule), json!("pass")));
    assert_eq!(found, wanted, "{finished}");
    assert!(!crowd::work_once(&options).await.unwrap(), "it is over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_stops_a_crowd_whose_run_is_cancelled_and_takes_its_drop_away() {
    let stand_in = StandIn::start(0).await;
    stand_in.stand_still();
    let folder = tempfile::tempdir().unwrap();
    stand_in.lab.ask("spike", 30, 10);
    stand_in.lab.cancel_soon();

    assert!(crowd::work_once(&options(&stand_in, folder.path())).await.unwrap());

    assert_eq!(stand_in.lab.finished(), None, "who called it off knows how it ended");
    assert_eq!(json!(stand_in.lab.cancelled_drops()), stand_in.lab.last_told()["drop_ids"]);
}
