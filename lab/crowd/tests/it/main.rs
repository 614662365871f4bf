//! The crowd against a small stand-in for the services, which misbehaves now and then.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod agent;
mod presets;
mod stand_in;

use std::collections::{BTreeMap, HashSet};

use check::history::{self, Action, EntryType, HistoryEntry};
use crowd::{CompareOptions, RunOptions};
use shared::ids::DropId;

use stand_in::{StandIn, units::HELD};

fn options(stand_in: &StandIn, folder: &std::path::Path) -> RunOptions {
    RunOptions {
        storefront: stand_in.url.clone(),
        admission: vec![stand_in.url.clone(), format!("{}/", stand_in.url)],
        history: Some(folder.join("run.jsonl")),
        over_seconds: Some(0.5),
        give_up_after_seconds: 30.0,
        ..RunOptions::new(DropId::generate(), 120)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_comes_to_an_end_and_is_in_the_history() {
    let stand_in = StandIn::start(20).await;
    let folder = tempfile::tempdir().unwrap();
    let options = options(&stand_in, folder.path());
    let report = crowd::run(options).await.unwrap();

    assert_eq!((report.joined, report.gave_up), (120, 0), "{report}");
    assert_eq!(report.paid, 20, "{report}");
    assert_eq!(report.ends.values().sum::<u64>(), 120);
    assert!(report.ends["absent"] > 5 && report.ends["closed_sold_out"] > 20, "{report}");
    assert!(report.retries > 0, "the stand-in refuses some calls");
    assert!(report.latencies["arrival to position in line"].p50_ms > 0.0);

    let entries = history::read(&folder.path().join("run.jsonl")).unwrap();
    let mut ends = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.f == Action::End) {
        *ends.entry(entry.value["how"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    assert_eq!(ends, report.ends);
    let uncertain =
        entries.iter().filter(|entry| (entry.f, entry.kind) == (Action::Join, EntryType::Info));
    assert!(uncertain.count() > 0, "a refused try is uncertain");
    let refused = |entry: &&HistoryEntry| {
        (entry.f, entry.kind) == (Action::Shown, EntryType::Info)
            && entry.value["source"] == "stream"
            && entry.value["status"] == 503
    };
    assert!(entries.iter().filter(refused).count() > 0, "a refused stream is written down");
    let shown = entries.iter().filter(|entry| entry.f == Action::Shown);
    let sources: HashSet<&str> =
        shown.map(|entry| entry.value["source"].as_str().unwrap()).collect();
    assert_eq!(sources, HashSet::from(["stream", "poll"]));
    assert_eq!(stand_in.n_forgetful_polls(), 0, "every poll says what was seen last");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sales_are_counted_and_what_cannot_be_found_is_not_measured() {
    let stand_in = StandIn::start(20).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let options = RunOptions { report: Some(path.clone()), ..options(&stand_in, folder.path()) };
    let report = crowd::run(options).await.unwrap();

    assert_eq!(report.sales.per_second.iter().sum::<u64>(), report.paid, "{report}");
    // The stand-in is a part of this process, so it is the client's, and no service's.
    assert_eq!(report.costs.cpu_ms.len(), 7, "{report}");
    assert!(report.costs.cpu_ms.values().all(Option::is_none), "{report}");
    assert!(report.costs.client_cpu_ms.unwrap().total > 0.0, "{report}");
    assert_eq!((report.costs.redis_commands, report.costs.postgres_calls), (None, None));
    assert!(report.to_string().contains("not measured"), "{report}");

    let options = CompareOptions { a: path.clone(), b: path, json: false };
    let comparison = crowd::compare(&options).unwrap();
    let paid = comparison.figures.iter().find(|figure| figure.name == "paid").unwrap();
    assert_eq!((paid.a, paid.b, paid.ratio), (Some(20.0), Some(20.0), Some(1.0)), "{comparison}");
    let missing = CompareOptions { a: folder.path().join("none.json"), ..options };
    assert!(crowd::compare(&missing).unwrap_err().to_string().contains("none.json"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_whose_card_is_declined_some_try_another_once() {
    let stand_in = StandIn::start(40).await;
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions {
        cards: "decline=1".parse().unwrap(),
        absent: Some(0.0),
        never_pay: Some(0.0),
        ..options(&stand_in, folder.path())
    };
    let report = crowd::run(options).await.unwrap();

    assert_eq!(report.gave_up, 0, "{report}");
    assert_eq!(report.paid, 40, "{report}");
    assert!(report.ends["cancelled"] > 0 && report.ends["expired"] > 0, "{report}");
    assert!(stand_in.n_declined() > 40, "{report}");
    let entries = history::read(&folder.path().join("run.jsonl")).unwrap();
    let paid =
        |entry: &&history::HistoryEntry| (entry.f, entry.kind) == (Action::Pay, EntryType::Invoke);
    let mut n_cards = BTreeMap::<u64, usize>::new();
    for entry in entries.iter().filter(paid) {
        *n_cards.entry(entry.process).or_default() += 1;
    }
    assert!(n_cards.values().all(|n| *n <= 2), "{n_cards:?}");
    assert!(n_cards.values().filter(|n| **n == 2).count() >= 40, "{n_cards:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_that_are_chosen_at_the_turn_are_not_asked_for_before_and_some_take_fewer() {
    let stand_in = StandIn::start(20).await;
    stand_in.let_choose();
    let folder = tempfile::tempdir().unwrap();
    let options =
        RunOptions { cards: "approve=1".parse().unwrap(), ..options(&stand_in, folder.path()) };
    let report = crowd::run(options).await.unwrap();

    assert_eq!((report.paid, report.gave_up), (20, 0), "{report}");
    assert_eq!(stand_in.n_asked(), 0);
    let chosen = stand_in.chosen();
    assert!(!chosen.is_empty() && chosen.iter().all(|units| *units < HELD), "{chosen:?}");
    let n_chosen = report.latencies["units chosen"].n;
    assert_eq!(n_chosen, chosen.len() as u64, "each of them once: {report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_leave_the_page_for_a_while_come_to_an_end_like_all_others() {
    let stand_in = StandIn::start(20).await;
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions {
        absent: Some(0.5),
        returning: 1.0,
        away_seconds: 1.0,
        ..options(&stand_in, folder.path())
    };
    let report = crowd::run(options).await.unwrap();

    assert_eq!((report.joined, report.gave_up), (120, 0), "{report}");
    assert!(!report.ends.contains_key("absent"), "{report}");
    let entries = history::read(&folder.path().join("run.jsonl")).unwrap();
    let n_away =
        |kind| entries.iter().filter(|entry| (entry.f, entry.kind) == (Action::Away, kind)).count();
    assert!(n_away(EntryType::Invoke) > 30, "{report}");
    assert_eq!(n_away(EntryType::Invoke), n_away(EntryType::Ok));
}

/// A crowd that gets its turn and lets every hold run out.
fn idlers(stand_in: &StandIn, folder: &std::path::Path) -> RunOptions {
    RunOptions {
        shoppers: 30,
        absent: Some(0.0),
        never_pay: Some(1.0),
        poll_only: 0.0,
        ..options(stand_in, folder)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_read_when_the_stream_tells_of_it_and_not_in_between() {
    let stand_in = StandIn::start(10).await;
    stand_in.keep_calm();
    let folder = tempfile::tempdir().unwrap();
    let report = crowd::run(idlers(&stand_in, folder.path())).await.unwrap();

    assert_eq!(report.ends["expired"], 30, "{report}");
    let mut n_reads = BTreeMap::<u64, usize>::new();
    for entry in history::read(&folder.path().join("run.jsonl")).unwrap() {
        if entry.f == Action::Order {
            *n_reads.entry(entry.process).or_default() += 1;
        }
    }
    assert_eq!(n_reads.len(), 30, "{n_reads:?}");
    assert!(n_reads.values().all(|n| *n <= 2), "at the hold and at the end: {n_reads:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_ended_too_early_is_not_opened_again_and_the_order_is_read_to_its_end() {
    let stand_in = StandIn::start(10).await;
    stand_in.keep_calm();
    stand_in.hang_up();
    let folder = tempfile::tempdir().unwrap();
    let report = crowd::run(idlers(&stand_in, folder.path())).await.unwrap();

    assert_eq!(report.ends["expired"], 30, "{report}");
    assert_eq!(stand_in.n_streams(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shoppers_give_up_in_time_on_a_line_that_never_moves() {
    let stand_in = StandIn::start(0).await;
    stand_in.stand_still();
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions {
        give_up_after_seconds: 3.0,
        absent: Some(0.0),
        shoppers: 30,
        ..options(&stand_in, folder.path())
    };
    let began = std::time::Instant::now();
    let report = crowd::run(options).await.unwrap();
    assert_eq!(report.gave_up, 30, "{report}");
    // Unless they are told otherwise, they give up after five minutes.
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}
