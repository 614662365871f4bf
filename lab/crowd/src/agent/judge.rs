//! What is found about a run: by its crowd, and by every invariant where the evidence can be reached.

use anyhow::Context;
use check::{CheckOptions, Judgement, Verdict};
use shared::{
    ids::DropId,
    load_lab::{EVERYBODY_TOLD, JOINS_IN_TIME, LoadJudgement, LoadVerdict},
};

use super::{AgentOptions, cut::cut};
use crate::{drop_run, options::RunOptions, report::RunReport};

/// Longest details of what held and what did not: all that is found has to fit into one request.
const MAX_PASS: usize = 60;
const MAX_FAIL: usize = 140;

/// Judges each drop of a run.
pub(super) async fn judge(
    options: &AgentOptions,
    run_options: &RunOptions,
    reports: &[RunReport],
) -> anyhow::Result<Vec<LoadJudgement>> {
    let mut judgements = Vec::new();
    for (nth, report) in (1..).zip(reports) {
        judgements.push(everybody_told(report));
        judgements.push(joins_in_time(report, options.join_ms));
        let of_drop = match reports {
            [_] => run_options.clone(),
            _ => drop_run::options_of(run_options, nth),
        };
        judgements.extend(invariants(options, &of_drop, report.drop_id).await?);
    }
    Ok(judgements)
}

fn everybody_told(report: &RunReport) -> LoadJudgement {
    let detail = format!("{} of {} gave up", report.gave_up, report.shoppers);
    judgement(report, EVERYBODY_TOLD, held(report.gave_up == 0), detail)
}

fn joins_in_time(report: &RunReport, most_ms: f64) -> LoadJudgement {
    let Some(latency) = report.latencies.get("join request") else {
        let detail = "nobody joined".to_owned();
        return judgement(report, JOINS_IN_TIME, LoadVerdict::NotApplicable, detail);
    };
    let detail = format!("99 of 100 within {:.0} ms, at most {most_ms:.0} ms", latency.p99_ms);
    judgement(report, JOINS_IN_TIME, held(latency.p99_ms <= most_ms), detail)
}

const fn held(holds: bool) -> LoadVerdict {
    if holds { LoadVerdict::Pass } else { LoadVerdict::Fail }
}

fn judgement(
    report: &RunReport,
    rule: &str,
    verdict: LoadVerdict,
    detail: String,
) -> LoadJudgement {
    LoadJudgement { drop_id: report.drop_id, rule: rule.to_owned(), verdict, detail }
}

/// Judges every invariant; none where the provider's ledger cannot be reached.
async fn invariants(
    options: &AgentOptions,
    of_drop: &RunOptions,
    drop_id: DropId,
) -> anyhow::Result<Vec<LoadJudgement>> {
    let Some(psp_ledger) = options.psp_ledger.clone() else { return Ok(Vec::new()) };
    let servers = &options.servers;
    let report = check::check(CheckOptions {
        history: of_drop.history.clone().context("the run has no history")?,
        database: servers.database.clone().context("--psp-ledger needs --database")?,
        kafka: servers.kafka.clone().context("--psp-ledger needs --kafka")?,
        topic_prefix: options.topic_prefix.clone(),
        redis: servers.redis.clone(),
        drop: Some(drop_id),
        psp_ledger,
        psp_api_key: options.psp_api_key.clone(),
        faults: None,
        probes: None,
        settle_seconds: 120,
        required: Vec::new(),
        max_excused: None,
        max_unexpected: None,
        min_slot_use: None,
        json: false,
    })
    .await?;
    Ok(report.judgements.iter().map(|found| of_check(drop_id, found)).collect())
}

fn of_check(drop_id: DropId, found: &Judgement) -> LoadJudgement {
    let (verdict, max_chars) = match found.verdict {
        Verdict::Pass { .. } => (LoadVerdict::Pass, MAX_PASS),
        Verdict::Fail { .. } => (LoadVerdict::Fail, MAX_FAIL),
        Verdict::NotApplicable { .. } => (LoadVerdict::NotApplicable, MAX_PASS),
    };
    let detail = cut(&found.verdict.to_string(), max_chars);
    LoadJudgement { drop_id, rule: found.invariant.clone(), verdict, detail }
}
