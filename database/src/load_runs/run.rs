//! A run, and reading it.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::{
    ids::{DropId, LoadRunId},
    load_lab::{LoadJudgement, LoadPreset, LoadRunState},
};
use sqlx::{PgPool, types::Json};

/// How many runs are kept.
pub(super) const KEPT: i64 = 50;

/// How far a crowd is: people of all drops of a run together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadProgress {
    /// Have a ticket.
    pub joined: i32,
    /// Were told of their admission.
    pub admitted: i32,
    /// Saw their order confirmed.
    pub paid: i32,
    /// Came to an end of any kind.
    pub done: i32,
}

/// A run of the load lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadRun {
    /// The run.
    pub id: LoadRunId,
    /// Which crowd.
    pub preset: LoadPreset,
    /// People, for each of its drops.
    pub shoppers: i32,
    /// Units or places, for each of its drops.
    pub units: i32,
    /// Where it is.
    pub state: LoadRunState,
    /// Who asked for it.
    pub asked_by: String,
    /// The reason that was given.
    pub why: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Who has taken it.
    pub agent: Option<String>,
    /// When they took it.
    pub began_at: Option<Timestamp>,
    /// When they were last heard from.
    pub heard_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// The drops that were made for it.
    pub drop_ids: Vec<DropId>,
    /// How far its crowd is.
    pub progress: LoadProgress,
    /// What was found; none in a list.
    pub judgements: Vec<LoadJudgement>,
    /// Why it came to no end.
    pub fault: Option<String>,
}

/// Lists the runs, the newest first, without what was found.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list(pool: &PgPool) -> Result<Vec<LoadRun>, DatabaseError> {
    read(pool, None).await
}

/// Looks up a run; `None` if there is none, or not any more.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(pool: &PgPool, id: LoadRunId) -> Result<Option<LoadRun>, DatabaseError> {
    Ok(read(pool, Some(id)).await?.pop())
}

async fn read(pool: &PgPool, id: Option<LoadRunId>) -> Result<Vec<LoadRun>, DatabaseError> {
    sqlx::query!(
        r#"select id as "id: LoadRunId", preset as "preset: LoadPreset", shoppers, units,
             state as "state: LoadRunState", asked_by, why, asked_at, agent, began_at, heard_at, ended_at,
             drop_ids as "drop_ids: Vec<DropId>", joined, admitted, paid, done,
             case when $1::uuid is null then '[]'::jsonb else judgements end
                 as "judgements!: Json<Vec<LoadJudgement>>",
             fault
         from load_runs where ($1::uuid is null or id = $1) order by id desc limit $2"#,
        id as Option<LoadRunId>,
        KEPT,
    )
    .map(|row| LoadRun {
        id: row.id,
        preset: row.preset,
        shoppers: row.shoppers,
        units: row.units,
        state: row.state,
        asked_by: row.asked_by,
        why: row.why,
        asked_at: row.asked_at.to_jiff(),
        agent: row.agent,
        began_at: row.began_at.map(jiff_sqlx::Timestamp::to_jiff),
        heard_at: row.heard_at.map(jiff_sqlx::Timestamp::to_jiff),
        ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
        drop_ids: row.drop_ids,
        progress: LoadProgress {
            joined: row.joined,
            admitted: row.admitted,
            paid: row.paid,
            done: row.done,
        },
        judgements: row.judgements.0,
        fault: row.fault,
    })
    .fetch_all(pool)
    .await
    .doing("read load runs")
}
