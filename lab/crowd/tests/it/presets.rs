//! What crowds do that have a name, against the stand-in.

use std::collections::{BTreeMap, BTreeSet};

use check::history::{self, Action, EntryType, HistoryEntry};
use crowd::{HabitOptions, Preset, RunOptions};

use crate::{
    options,
    stand_in::{StandIn, codes},
};

/// A few shoppers of whom everybody stays and pays.
fn few(preset: Preset, stand_in: &StandIn, folder: &std::path::Path) -> RunOptions {
    RunOptions {
        preset,
        shoppers: 60,
        absent: Some(0.0),
        never_pay: Some(0.0),
        impatient: 0.0,
        poll_only: 0.0,
        cards: "approve=1".parse().unwrap(),
        ..options(stand_in, folder)
    }
}

fn entries(folder: &std::path::Path) -> Vec<HistoryEntry> {
    history::read(&folder.join("run.jsonl")).unwrap()
}

/// The tickets that each process of the history was given, one for each answer.
fn tickets(entries: &[HistoryEntry]) -> BTreeMap<u64, Vec<String>> {
    let mut tickets = BTreeMap::<u64, Vec<String>>::new();
    for entry in
        entries.iter().filter(|entry| (entry.f, entry.kind) == (Action::Join, EntryType::Ok))
    {
        let id = entry.value["ticket_id"].as_str().unwrap().to_owned();
        tickets.entry(entry.process).or_default().push(id);
    }
    tickets
}

/// The processes that got something for their code.
fn redeemed(entries: &[HistoryEntry]) -> BTreeSet<u64> {
    let redeemed =
        entries.iter().filter(|entry| (entry.f, entry.kind) == (Action::Code, EntryType::Ok));
    redeemed.map(|entry| entry.process).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_the_page_again_joins_again_and_has_the_same_ticket() {
    let stand_in = StandIn::start(20).await;
    let folder = tempfile::tempdir().unwrap();
    let mut options = few(Preset::RefreshStorm, &stand_in, folder.path());
    options.habits.reload_seconds = Some(0.1);
    let report = crowd::run(options).await.unwrap();

    assert_eq!((report.paid, report.gave_up), (20, 0), "{report}");
    assert!(stand_in.n_pages() > 20, "{}", stand_in.n_pages());
    let tickets = tickets(&entries(folder.path()));
    assert_eq!(tickets.len(), 60);
    assert!(tickets.values().any(|given| given.len() > 2), "{tickets:?}");
    for given in tickets.values() {
        assert!(given.iter().all(|id| *id == given[0]), "{given:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_cut_is_opened_again() {
    let stand_in = StandIn::start(20).await;
    stand_in.keep_calm();
    let folder = tempfile::tempdir().unwrap();
    let mut options = few(Preset::ReconnectChurn, &stand_in, folder.path());
    options.habits.reconnect_seconds = Some(0.2);
    let report = crowd::run(options).await.unwrap();

    assert_eq!((report.paid, report.gave_up), (20, 0), "{report}");
    let entries = entries(folder.path());
    let n_cut = entries.iter().filter(|entry| entry.f == Action::HungUp).count();
    assert!(n_cut > 20 && stand_in.n_streams() > 60 + n_cut / 4, "{n_cut}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_tab_has_a_stream_and_a_story_of_its_own() {
    let stand_in = StandIn::start(10).await;
    stand_in.keep_calm();
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions { shoppers: 20, ..few(Preset::ManyTabs, &stand_in, folder.path()) };
    let report = crowd::run(options).await.unwrap();

    assert_eq!((report.joined, report.paid, report.gave_up), (20, 10, 0), "{report}");
    assert!(stand_in.n_streams() >= 60, "{}", stand_in.n_streams());
    let entries = entries(folder.path());
    let tickets = tickets(&entries);
    assert_eq!(tickets.len(), 60, "three tabs each");
    let different: BTreeSet<&String> = tickets.values().flatten().collect();
    assert_eq!(different.len(), 20, "one ticket each");
    let ended = entries.iter().filter(|entry| entry.f == Action::End);
    let ended: BTreeSet<u64> = ended.map(|entry| entry.process).collect();
    assert!(ended.iter().eq(tickets.keys()), "each tab came to an end: {ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bots_take_turns_from_few_addresses_and_people_buy_all_the_same() {
    let stand_in = StandIn::start(15).await;
    let folder = tempfile::tempdir().unwrap();
    let report = crowd::run(few(Preset::Bots, &stand_in, folder.path())).await.unwrap();

    assert_eq!((report.paid, report.gave_up), (15, 0), "{report}");
    assert!(report.bots > 10 && report.bots_admitted > 0, "{report}");
    assert!(report.ends["expired"] >= report.bots_admitted, "{report}");
    let n_people = usize::try_from(report.shoppers - report.bots).unwrap();
    assert!((n_people + 1..=n_people + 4).contains(&stand_in.n_addresses()), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_the_code_of_a_lane_that_is_made_joins_with_what_it_gives() {
    let stand_in = StandIn::start(20).await;
    let folder = tempfile::tempdir().unwrap();
    let mut options = RunOptions {
        drop: None,
        create: true,
        seller_key: Some("a seller's".to_owned()),
        impatient: 0.5,
        ..few(Preset::Steady, &stand_in, folder.path())
    };
    options.habits.with_code = Some(0.5);
    let report = crowd::run(options).await.unwrap();

    assert_eq!((report.joined, report.paid, report.gave_up), (60, 20, 0), "{report}");
    let redeemed = redeemed(&entries(folder.path()));
    assert!((15..45).contains(&redeemed.len()), "{redeemed:?}");
    assert_eq!(stand_in.n_with_code(), redeemed.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_given_is_redeemed_first_and_none_is_an_error() {
    let stand_in = StandIn::start(20).await;
    let folder = tempfile::tempdir().unwrap();
    let mut options = few(Preset::Steady, &stand_in, folder.path());
    options.habits.with_code = Some(0.5);
    let refused = crowd::run(options.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("--code"), "{refused}");

    options.habits.code = Some(codes::CODE.to_owned());
    let report = crowd::run(options).await.unwrap();
    assert_eq!((report.joined, report.paid, report.gave_up), (60, 20, 0), "{report}");
    let redeemed = redeemed(&entries(folder.path()));
    assert!((15..45).contains(&redeemed.len()), "{redeemed:?}");
    assert_eq!(stand_in.n_with_code(), redeemed.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_drops_have_crowds_and_reports_of_their_own() {
    let stand_in = StandIn::start(20).await;
    let folder = tempfile::tempdir().unwrap();
    let with_a_drop = few(Preset::TwoHotDrops, &stand_in, folder.path());
    let refused = crowd::run_all(&with_a_drop).await.unwrap_err();
    assert!(refused.to_string().contains("--create"), "{refused}");

    let seller_key = Some("a seller's".to_owned());
    let options = RunOptions { drop: None, create: true, seller_key, ..with_a_drop };
    let reports = crowd::run_all(&options).await.unwrap();
    let [first, second] = &reports[..] else { panic!("{reports:?}") };
    assert_ne!((first.drop_id, first.seed), (second.drop_id, second.seed));
    assert_eq!(first.paid + second.paid, 20, "{first}\n{second}");
    for (nth, report) in (1..).zip(&reports) {
        let entries = history::read(&folder.path().join(format!("run-{nth}.jsonl"))).unwrap();
        assert_eq!(entries[0].value["drop_id"].as_str(), Some(&*report.drop_id.to_string()));
        assert_eq!((report.joined, report.gave_up), (60, 0), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visitors_go_in_once_stay_leave_and_some_come_back() {
    let stand_in = StandIn::start(6).await;
    stand_in.stand_before_a_site();
    let folder = tempfile::tempdir().unwrap();
    let habits =
        HabitOptions { stay_seconds: Some(0.1), come_back: Some(0.5), ..HabitOptions::default() };
    let options = RunOptions {
        shoppers: 40,
        never_pay: Some(0.3),
        habits,
        ..few(Preset::Visitors, &stand_in, folder.path())
    };
    let report = crowd::run(options).await.unwrap();

    assert_eq!((report.joined, report.paid, report.gave_up), (40, 0, 0), "{report}");
    assert_eq!(report.ends["visited"] + report.ends["expired"], 40, "{report}");
    assert!(report.ends["again: visited"] > 0, "{report}");
    let entries = entries(folder.path());
    let of = |f: Action| entries.iter().filter(move |entry| entry.f == f);
    let entered = of(Action::Enter).filter(|entry| entry.kind == EntryType::Ok);
    let entered: Vec<&str> =
        entered.map(|entry| entry.value["ticket_id"].as_str().unwrap()).collect();
    let different: BTreeSet<&str> = entered.iter().copied().collect();
    assert_eq!(entered.len(), different.len(), "each pass lets one browser in");
    for inside in [true, false] {
        let looks = of(Action::Look).filter(|entry| entry.value["inside"] == inside);
        assert!(looks.count() > 0, "inside: {inside}");
    }
    let processes: BTreeSet<u64> = of(Action::End).map(|entry| entry.process).collect();
    assert!(processes.len() > 40, "who comes back is another process");
}
