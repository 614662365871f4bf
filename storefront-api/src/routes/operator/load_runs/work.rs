//! What the agent of the load lab says: that it takes a run, how far the crowd is, what was found.

use super::{
    ensure_allowed,
    show::{LoadRunResponse, find},
};
use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator, Faults, IdempotencyKey, Validate},
};
use axum::{extract::State, http::StatusCode};
use database::load_runs::{self, LoadProgress};
use edge::{Json, Path, Problem};
use serde::Deserialize;
use shared::{
    ids::{DropId, LoadRunId},
    load_lab::LoadJudgement,
};
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// Drops of one run, rules that are judged in all of them, and people of all together, at most.
const MAX_DROPS: usize = 10;
const MAX_JUDGEMENTS: usize = 400;
const PEOPLE: RangeInclusive<i32> = 0..=1_000_000;

/// Who takes a run.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeLoadRunInput {
    /// The agent's name, up to 100 characters: another one than that of any other agent.
    #[schema(min_length = 1, max_length = 100)]
    agent: String,
}

/// How far a crowd is: people of all drops together.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoadProgressInput {
    /// The drops that were made for this run.
    #[schema(max_items = 10)]
    drop_ids: Vec<DropId>,
    /// Have a ticket.
    #[schema(minimum = 0, maximum = 1_000_000)]
    joined: i32,
    /// Were told of their turn.
    #[schema(minimum = 0, maximum = 1_000_000)]
    admitted: i32,
    /// Saw their order confirmed.
    #[schema(minimum = 0, maximum = 1_000_000)]
    paid: i32,
    /// Came to an end of any kind.
    #[schema(minimum = 0, maximum = 1_000_000)]
    done: i32,
}

/// What came of a run: what was found, or why it came to no end.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FinishLoadRunInput {
    /// A rule of a drop each; the run has passed if none is broken and one could be judged.
    #[serde(default)]
    #[schema(max_items = 400)]
    judgements: Vec<LoadJudgement>,
    /// Why it came to no end, up to 500 characters; nothing was found then.
    #[schema(min_length = 1, max_length = 500)]
    fault: Option<String>,
}

impl Validate for TakeLoadRunInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/agent", &self.agent, 100);
        faults
    }
}

impl Validate for LoadProgressInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if self.drop_ids.len() > MAX_DROPS {
            faults.add("/drop_ids", format!("must have at most {MAX_DROPS} drops"));
        }
        for (field, people) in [
            ("/joined", self.joined),
            ("/admitted", self.admitted),
            ("/paid", self.paid),
            ("/done", self.done),
        ] {
            faults.within(field, people, &PEOPLE);
        }
        faults
    }
}

impl Validate for FinishLoadRunInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if self.judgements.len() > MAX_JUDGEMENTS {
            faults.add("/judgements", format!("must have at most {MAX_JUDGEMENTS} judgements"));
        }
        for (n, judgement) in self.judgements.iter().enumerate() {
            faults.text(&format!("/judgements/{n}/rule"), &judgement.rule, 40);
            faults.optional_text(&format!("/judgements/{n}/detail"), &judgement.detail, 500);
        }
        if let Some(fault) = &self.fault {
            faults.text("/fault", fault, 500);
        }
        faults
    }
}

/// Takes a run that waits, for an agent that will make drops for it and send the crowd. The same agent may
/// say it twice. An agent that is silent for a minute loses its run.
#[utoipa::path(post, path = "/v1/operator/load-runs/{load_run_id}/take", tag = "operator",
    security(("operator_key" = [])), request_body = TakeLoadRunInput,
    params(("load_run_id" = LoadRunId, Path)),
    responses((status = 200, body = LoadRunResponse), Problem))]
#[tracing::instrument(name = "handler.load_runs.take", skip_all, fields(load_run.id = %load_run_id))]
pub(crate) async fn take(
    State(app): State<App>,
    Path(load_run_id): Path<LoadRunId>,
    _: CurrentOperator,
    Body(input): Body<TakeLoadRunInput>,
) -> Result<Json<LoadRunResponse>, ApiError> {
    ensure_allowed(&app)?;
    load_runs::take(&app.pool, load_run_id, &input.agent).await?;
    Ok(Json(find(&app, load_run_id).await?))
}

/// Tells how far a crowd is. A drop that was there before the run is refused; once the run was cancelled,
/// so is all of it, and the agent stops.
#[utoipa::path(post, path = "/v1/operator/load-runs/{load_run_id}/progress", tag = "operator",
    security(("operator_key" = [])), request_body = LoadProgressInput,
    params(("load_run_id" = LoadRunId, Path)),
    responses((status = 204, description = "It is noted; the crowd may go on"), Problem))]
#[tracing::instrument(name = "handler.load_runs.tell", skip_all, fields(load_run.id = %load_run_id))]
pub(crate) async fn tell(
    State(app): State<App>,
    Path(load_run_id): Path<LoadRunId>,
    _: CurrentOperator,
    Body(input): Body<LoadProgressInput>,
) -> Result<StatusCode, ApiError> {
    ensure_allowed(&app)?;
    let LoadProgressInput { drop_ids, joined, admitted, paid, done } = input;
    let progress = LoadProgress { joined, admitted, paid, done };
    load_runs::tell(&app.pool, load_run_id, &drop_ids, progress).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a run with what was found.
#[utoipa::path(post, path = "/v1/operator/load-runs/{load_run_id}/finish", tag = "operator",
    security(("operator_key" = [])), request_body = FinishLoadRunInput,
    params(("load_run_id" = LoadRunId, Path), IdempotencyKey),
    responses((status = 200, body = LoadRunResponse), Problem))]
#[tracing::instrument(name = "handler.load_runs.finish", skip_all, fields(load_run.id = %load_run_id))]
pub(crate) async fn finish(
    State(app): State<App>,
    Path(load_run_id): Path<LoadRunId>,
    operator: CurrentOperator,
    Body(input): Body<FinishLoadRunInput>,
) -> Result<Json<LoadRunResponse>, ApiError> {
    let (pool, actor) = (&app.pool, operator.actor());
    match &input.fault {
        Some(fault) => load_runs::give_up(pool, load_run_id, fault, &actor).await?,
        None => {
            let state = load_runs::finish(pool, load_run_id, &input.judgements, &actor).await?;
            tracing::info!(load_run.id = %load_run_id, "a load run has {state}");
        }
    }
    Ok(Json(find(&app, load_run_id).await?))
}
