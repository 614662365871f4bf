//! What an agent asks of the storefront.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::{
    ids::{DropId, LoadRunId},
    load_lab::LoadJudgement,
};

use super::{AgentOptions, order::LoadOrder};
use crate::{
    client::{Call, FinalAnswer, RetryingClient},
    measures::{Counts, Measures},
};

/// How long a question is asked again that is not answered.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same for what came of a run, which must not be lost.
const LAST_PATIENCE: Duration = Duration::from_secs(120);

/// The routes of operators for runs, and of sellers for drops.
#[derive(Debug)]
pub(super) struct LabApi<'a> {
    options: &'a AgentOptions,
}

impl<'a> LabApi<'a> {
    pub(super) fn new(options: &'a AgentOptions) -> Self {
        Self { options }
    }

    /// Returns the run that nobody has taken yet.
    pub(super) async fn waiting(&self) -> anyhow::Result<Option<LoadRunId>> {
        let call = Call::new(Method::GET, self.url("/v1/operator/load-runs"));
        let answer = ask(call.bearer(&self.options.operator_key), PATIENCE).await?;
        ensure!(answer.status.is_success(), "load runs: {} {}", answer.status, answer.code());
        if answer.body["is_allowed"] != true {
            return Ok(None);
        }
        let runs = answer.body["data"].as_array().context("the list has no runs")?;
        let waiting = runs.iter().find(|run| run["state"] == "waiting");
        let id = waiting.map(|run| run["id"].as_str().context("a run has no id"));
        Ok(id.transpose()?.map(str::parse::<LoadRunId>).transpose()?)
    }

    /// Takes a run; `None` if somebody else was faster, or it was cancelled.
    pub(super) async fn take(&self, id: LoadRunId) -> anyhow::Result<Option<LoadOrder>> {
        let body = json!({ "agent": self.options.name });
        let answer = self.say(id, "take", body, PATIENCE).await?;
        if answer.status == StatusCode::CONFLICT {
            return Ok(None);
        }
        ensure!(answer.status.is_success(), "taking a run: {} {}", answer.status, answer.code());
        let order = serde_json::from_value(answer.body).context("a run is malformed")?;
        Ok(Some(order))
    }

    /// Tells how far a crowd is; returns whether it may go on.
    pub(super) async fn tell(
        &self,
        id: LoadRunId,
        drop_ids: &[DropId],
        counts: &[Counts],
    ) -> anyhow::Result<bool> {
        let sum = |of: fn(&Counts) -> u64| counts.iter().map(of).sum::<u64>();
        let body = json!({
            "drop_ids": drop_ids,
            "joined": sum(|counts| counts.joined),
            "admitted": sum(|counts| counts.admitted),
            "paid": sum(|counts| counts.paid),
            "done": sum(|counts| counts.ended),
        });
        let answer = self.say(id, "progress", body, PATIENCE).await?;
        Ok(answer.status.is_success())
    }

    /// Ends a run with what was found. One that was cancelled meanwhile stays so.
    pub(super) async fn finish(
        &self,
        id: LoadRunId,
        judgements: &[LoadJudgement],
    ) -> anyhow::Result<()> {
        self.end(id, json!({ "judgements": judgements })).await
    }

    /// Ends a run that came to no end.
    pub(super) async fn give_up(&self, id: LoadRunId, fault: &str) -> anyhow::Result<()> {
        self.end(id, json!({ "fault": fault })).await
    }

    async fn end(&self, id: LoadRunId, body: Value) -> anyhow::Result<()> {
        let answer = self.say(id, "finish", body, LAST_PATIENCE).await?;
        let is_over = answer.code() == "load_run_wrong_state";
        let (status, code) = (answer.status, answer.code());
        ensure!(status.is_success() || is_over, "ending a run: {status} {code}");
        Ok(())
    }

    /// Cancels a drop that was made for a run; one that is over stays as it is.
    pub(super) async fn cancel_drop(&self, drop_id: DropId) -> anyhow::Result<()> {
        let url = self.url(&format!("/v1/seller/drops/{drop_id}/cancel"));
        let call = Call::new(Method::POST, url).bearer(&self.options.seller_key);
        let body = json!({ "reason": "The load lab is done with it." });
        let answer = ask(call.json(body), PATIENCE).await?;
        let is_over = answer.status == StatusCode::CONFLICT;
        let (status, code) = (answer.status, answer.code());
        ensure!(status.is_success() || is_over, "drop {drop_id}: {status} {code}");
        Ok(())
    }

    async fn say(
        &self,
        id: LoadRunId,
        act: &str,
        body: Value,
        patience: Duration,
    ) -> anyhow::Result<FinalAnswer> {
        let url = self.url(&format!("/v1/operator/load-runs/{id}/{act}"));
        let call = Call::new(Method::POST, url).bearer(&self.options.operator_key).json(body);
        ask(call, patience).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.options.storefront.trim_end_matches('/'))
    }
}

async fn ask(call: Call, patience: Duration) -> anyhow::Result<FinalAnswer> {
    let client = RetryingClient::new(Instant::now() + patience, Arc::new(Measures::new(0)))?;
    Ok(client.call(&call, |_| {}).await?)
}
