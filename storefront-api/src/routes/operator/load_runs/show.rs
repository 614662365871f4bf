//! What operators see of runs of the load lab.

use crate::{ApiError, App, extract::CurrentOperator};
use axum::extract::State;
use database::load_runs::{self, LoadRun};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    ids::{DropId, LoadRunId},
    load_lab::{LoadJudgement, LoadPreset, LoadRunState, LoadVerdict, meaning_of},
};
use utoipa::ToSchema;

/// The runs that are kept, and whether another may be asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LoadRunsResponse {
    /// Whether the settings allow crowds here.
    is_allowed: bool,
    /// The last 50 runs, the newest first, without what was found.
    data: Vec<LoadRunResponse>,
}

/// A run of the load lab.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LoadRunResponse {
    /// Id of the run.
    id: LoadRunId,
    /// What its crowd does.
    preset: LoadPreset,
    /// People, for each of its drops.
    shoppers: i32,
    /// Units or places, for each of its drops.
    units: i32,
    /// Where it is.
    state: LoadRunState,
    /// Who asked for it.
    #[schema(example = "operator:ann")]
    asked_by: String,
    /// The reason that was given.
    why: String,
    /// When it was asked for.
    asked_at: Timestamp,
    /// The agent that has taken it.
    agent: Option<String>,
    /// When it was taken.
    began_at: Option<Timestamp>,
    /// When its agent was last heard from.
    heard_at: Option<Timestamp>,
    /// When it was over.
    ended_at: Option<Timestamp>,
    /// The drops that were made for it.
    drop_ids: Vec<DropId>,
    /// People of all its drops who have a ticket.
    joined: i32,
    /// Who were told of their turn.
    admitted: i32,
    /// Who saw their order confirmed.
    paid: i32,
    /// For whom it is over, however it went.
    done: i32,
    /// What was found, once it is over; left out in a list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    judgements: Vec<LoadJudgementResponse>,
    /// Why it came to no end.
    fault: Option<String>,
}

/// What was found about one rule in one drop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LoadJudgementResponse {
    /// The drop.
    drop_id: DropId,
    /// The rule.
    #[schema(example = "STOCK-1")]
    rule: String,
    /// What the rule promises; null for one that this version does not know.
    #[schema(example = "never oversold")]
    meaning: Option<String>,
    /// Whether it held.
    verdict: LoadVerdict,
    /// What it was judged by, or how it was broken.
    detail: String,
}

impl From<LoadJudgement> for LoadJudgementResponse {
    fn from(judgement: LoadJudgement) -> Self {
        let LoadJudgement { drop_id, rule, verdict, detail } = judgement;
        let meaning = meaning_of(&rule).map(str::to_owned);
        Self { drop_id, rule, meaning, verdict, detail }
    }
}

impl From<LoadRun> for LoadRunResponse {
    fn from(run: LoadRun) -> Self {
        Self {
            id: run.id,
            preset: run.preset,
            shoppers: run.shoppers,
            units: run.units,
            state: run.state,
            asked_by: run.asked_by,
            why: run.why,
            asked_at: run.asked_at,
            agent: run.agent,
            began_at: run.began_at,
            heard_at: run.heard_at,
            ended_at: run.ended_at,
            drop_ids: run.drop_ids,
            joined: run.progress.joined,
            admitted: run.progress.admitted,
            paid: run.progress.paid,
            done: run.progress.done,
            judgements: run.judgements.into_iter().map(LoadJudgementResponse::from).collect(),
            fault: run.fault,
        }
    }
}

/// Lists the runs of the load lab, newest first.
#[utoipa::path(get, path = "/v1/operator/load-runs", tag = "operator",
    security(("operator_key" = [])), responses((status = 200, body = LoadRunsResponse), Problem))]
#[tracing::instrument(name = "handler.load_runs.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    _: CurrentOperator,
) -> Result<Json<LoadRunsResponse>, ApiError> {
    let runs = load_runs::list(&app.pool).await?;
    let data = runs.into_iter().map(LoadRunResponse::from).collect();
    Ok(Json(LoadRunsResponse { is_allowed: app.settings.has_load_lab(), data }))
}

/// Shows a run of the load lab, with what was found.
#[utoipa::path(get, path = "/v1/operator/load-runs/{load_run_id}", tag = "operator",
    security(("operator_key" = [])), params(("load_run_id" = LoadRunId, Path)),
    responses((status = 200, body = LoadRunResponse), Problem))]
#[tracing::instrument(name = "handler.load_runs.show", skip_all, fields(load_run.id = %load_run_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(load_run_id): Path<LoadRunId>,
    _: CurrentOperator,
) -> Result<Json<LoadRunResponse>, ApiError> {
    Ok(Json(find(&app, load_run_id).await?))
}

/// Reads a run as it is now.
pub(super) async fn find(app: &App, id: LoadRunId) -> Result<LoadRunResponse, ApiError> {
    let found = load_runs::find(&app.pool, id).await?;
    Ok(found.ok_or(ApiError::LoadRunNotFound)?.into())
}
