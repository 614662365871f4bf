//! Crowds that operators ask for: one at a time, each with drops of its own.

use database::{
    PgPool,
    load_runs::{self, LoadProgress, LoadRunError, NewLoadRun},
};
use shared::{
    ids::{DropId, LoadRunId},
    load_lab::{EVERYBODY_TOLD, LoadJudgement, LoadPreset, LoadRunState, LoadVerdict},
};
use testkit::{
    TestDatabase,
    stored::{DropOptions, store_open_drop},
};

const AGENT: &str = "crowd-1";

async fn ask(pool: &PgPool) -> Result<LoadRunId, LoadRunError> {
    let id = LoadRunId::generate();
    let run = NewLoadRun { id, preset: LoadPreset::Spike, shoppers: 300, units: 50 };
    load_runs::ask(pool, run, "operator:ann", "before the launch").await?;
    Ok(id)
}

async fn state(pool: &PgPool, id: LoadRunId) -> LoadRunState {
    load_runs::find(pool, id).await.unwrap().unwrap().state
}

fn judgement(drop_id: DropId, verdict: LoadVerdict) -> LoadJudgement {
    LoadJudgement { drop_id, rule: EVERYBODY_TOLD.to_owned(), verdict, detail: "300".to_owned() }
}

async fn actions(database: &TestDatabase) -> Vec<String> {
    database.scalar("select array_agg(action order by id) from audit_log").await
}

#[tokio::test]
async fn a_run_is_asked_for_taken_followed_and_judged() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let id = ask(pool).await.unwrap();
    load_runs::take(pool, id, AGENT).await.unwrap();
    load_runs::take(pool, id, AGENT).await.expect("its first answer may have been lost");
    let test_drop = store_open_drop(pool, DropOptions::default()).await.drop_id;
    let progress = LoadProgress { joined: 300, admitted: 40, paid: 20, done: 30 };
    load_runs::tell(pool, id, &[test_drop], progress).await.unwrap();

    let run = load_runs::find(pool, id).await.unwrap().unwrap();
    assert_eq!((run.state, run.agent.as_deref()), (LoadRunState::Running, Some(AGENT)));
    assert_eq!((run.progress, run.drop_ids.as_slice()), (progress, [test_drop].as_slice()));
    let judgements = [judgement(test_drop, LoadVerdict::Pass)];
    let ended = load_runs::finish(pool, id, &judgements, "operator:agent").await.unwrap();
    assert_eq!(ended, LoadRunState::Passed);
    let run = load_runs::find(pool, id).await.unwrap().unwrap();
    assert_eq!((run.state, run.judgements.as_slice()), (ended, judgements.as_slice()));
    assert!(run.ended_at.is_some());
    let listed = load_runs::list(pool).await.unwrap();
    assert_eq!((listed.len(), listed[0].judgements.len()), (1, 0), "a list has no judgements");
    assert_eq!(actions(&database).await, ["load_run.ask", "load_run.end"]);
}

#[tokio::test]
async fn of_many_who_ask_at_once_one_gets_a_run() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let (one, two, three) = tokio::join!(ask(pool), ask(pool), ask(pool));
    let (made, refused): (Vec<_>, Vec<_>) = [one, two, three].into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    assert!(refused.iter().all(|answer| matches!(answer, Err(LoadRunError::Busy))));
    let id = *made[0].as_ref().unwrap();

    load_runs::cancel(pool, id, "operator:ann", "too early").await.unwrap();
    let again = load_runs::cancel(pool, id, "operator:ann", "too early").await;
    assert!(matches!(again, Err(LoadRunError::WrongState(LoadRunState::Cancelled))));
    let other = ask(pool).await.expect("it is over");
    assert!(matches!(ask(pool).await, Err(LoadRunError::Busy)), "{other}");
    assert_eq!(actions(&database).await, ["load_run.ask", "load_run.cancel", "load_run.ask"]);
}

#[tokio::test]
async fn an_agent_hears_that_its_run_was_cancelled_and_changes_nothing_of_it() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let id = ask(pool).await.unwrap();
    load_runs::take(pool, id, AGENT).await.unwrap();
    let taken = load_runs::take(pool, id, "another").await;
    assert!(matches!(taken, Err(LoadRunError::WrongState(LoadRunState::Running))));
    load_runs::cancel(pool, id, "operator:ann", "enough").await.unwrap();

    let told = load_runs::tell(pool, id, &[], LoadProgress::default()).await;
    assert!(matches!(told, Err(LoadRunError::WrongState(LoadRunState::Cancelled))));
    let judgements = [judgement(DropId::generate(), LoadVerdict::Fail)];
    assert!(load_runs::finish(pool, id, &judgements, "operator:agent").await.is_err());
    assert!(load_runs::give_up(pool, id, "no drop", "operator:agent").await.is_err());
    assert_eq!(state(pool, id).await, LoadRunState::Cancelled);
    let nobodys = load_runs::take(pool, LoadRunId::generate(), AGENT).await;
    assert!(matches!(nobodys, Err(LoadRunError::NotFound)));
}

#[tokio::test]
async fn a_drop_that_was_there_before_is_no_test_drop() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let real = store_open_drop(pool, DropOptions::default()).await.drop_id;
    let id = ask(pool).await.unwrap();
    load_runs::take(pool, id, AGENT).await.unwrap();
    let own = store_open_drop(pool, DropOptions::default()).await.drop_id;
    for drops in [&[real][..], &[own, real], &[DropId::generate()]] {
        let told = load_runs::tell(pool, id, drops, LoadProgress::default()).await;
        assert!(matches!(told, Err(LoadRunError::NotATestDrop)), "{told:?}");
    }
    let run = load_runs::find(pool, id).await.unwrap().unwrap();
    assert!(run.drop_ids.is_empty());
    load_runs::tell(pool, id, &[own], LoadProgress::default()).await.unwrap();
}

#[tokio::test]
async fn a_run_whose_agent_has_vanished_makes_way_for_another() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let id = ask(pool).await.unwrap();
    load_runs::take(pool, id, AGENT).await.unwrap();
    assert!(matches!(ask(pool).await, Err(LoadRunError::Busy)));
    let vanish = "update load_runs set heard_at = now() - interval '61 seconds'";
    sqlx::query(vanish).execute(pool).await.unwrap();
    ask(pool).await.unwrap();
    let lost = load_runs::find(pool, id).await.unwrap().unwrap();
    assert_eq!(lost.state, LoadRunState::Broken);
    assert!(lost.fault.unwrap().contains("not heard from"));
    assert_eq!(actions(&database).await, ["load_run.ask", "load_run.end", "load_run.ask"]);
}

#[tokio::test]
async fn the_last_fifty_runs_are_kept() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let first = ask(pool).await.unwrap();
    load_runs::cancel(pool, first, "operator:ann", "next").await.unwrap();
    for _ in 0..50 {
        let id = ask(pool).await.unwrap();
        load_runs::cancel(pool, id, "operator:ann", "next").await.unwrap();
    }
    assert_eq!(load_runs::list(pool).await.unwrap().len(), 50);
    assert!(load_runs::find(pool, first).await.unwrap().is_none());
}
