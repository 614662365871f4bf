//! From the admission to the browser: how long until a shopper who was let in is told.
//!
//! Everything runs as in a sale, with a socket for every shopper. Redis says in its events who was
//! let in and when; the sockets say when the frame came. Between the two lie Kafka's acknowledgement
//! or the order's row, and the hint that follows it.
//!
//! | module | holds |
//! |---|---|
//! | `admissions` | who was let in, and when |
//! | `sockets` | shoppers who joined and listen |

mod admissions;
mod sockets;

use crate::{
    installation::Installation, latency::Latencies, machine::Machine, measure::Spread,
    options::Options, report::Report, target::BenchTarget::AtMost,
};
use admissions::Admissions;
use anyhow::{Context as _, ensure};
use crowd::RunOptions;
use shared::{credentials::Keyring, ids::DropId};
use sockets::{Sockets, now_us};
use stack::Env;
use std::time::Duration;

/// How long after the last counted admission its shopper may be told.
const LATEST: Duration = Duration::from_secs(5);

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let mut report = Report::new("turn", options, Machine::describe(&std::env::temp_dir()));
    let (n, per_second) = options.pick((2_000, 100.0), (10_000, 200.0));
    let window = options.pick(Duration::from_secs(8), Duration::from_secs(20));
    let installation = Installation::start(settings()).await?;
    let mut p50 = Vec::new();
    let mut p99 = Vec::new();
    for _ in 0..options.sales() {
        let latencies = once(&installation, n, per_second, window).await?;
        p50.push(latencies.quantile_ms(0.5));
        p99.push(latencies.quantile_ms(0.99));
        report.notes.push(format!("{} shoppers were let in and told", latencies.len()));
    }
    let name = |what: &str| format!("admit to the browser knows, {n} sockets, ms: {what}");
    report.figure(name("p50"), Spread::of(p50), None);
    report.figure(name("p99"), Spread::of(p99), Some(AtMost(1_000.0)));
    Ok(report)
}

/// Lets people in for a while once all listen; returns how long each waited to be told.
async fn once(
    installation: &Installation,
    n: usize,
    per_second: f64,
    window: Duration,
) -> anyhow::Result<Latencies> {
    let drops = installation.create_drops(flash_drop(n, per_second), 1).await?;
    let sale = drops.first()?;
    let mut admissions = Admissions::watch(drops.queue().clone(), sale);
    let sessions = session_keys(installation)?;
    let address = ([127, 0, 0, 1], installation.fleet().ports.admission).into();
    let mut sockets = Sockets::open(address, sessions, sale, n).await?;
    let from_us = now_us();
    tokio::time::sleep(window).await;
    let until_us = now_us();
    tokio::time::sleep(LATEST).await;
    let told = sockets.told();
    let (mut latencies, mut n_untold) = (Latencies::default(), 0_usize);
    for (ticket_id, at_us) in admissions.seen().await? {
        if !(from_us..until_us).contains(&at_us) {
            continue;
        }
        match told.get(&ticket_id) {
            Some(told_us) => latencies
                .push(Duration::from_micros(u64::try_from(told_us - at_us).unwrap_or_default())),
            None => n_untold += 1,
        }
    }
    ensure!(n_untold == 0, "{n_untold} shoppers were let in and not told within {LATEST:?}");
    ensure!(latencies.len() > 0, "nobody was let in");
    Ok(latencies)
}

/// Units, rates and holds that stop nobody while it lasts.
fn flash_drop(n: usize, per_second: f64) -> RunOptions {
    RunOptions {
        units: u32::try_from(2 * n).unwrap_or(u32::MAX),
        hold_seconds: 120,
        admission_rate: per_second,
        occupancy_cap: 100_000,
        order_rate: 2_000.0,
        // The id is not used: the drop is created.
        ..RunOptions::new(DropId::generate(), 0)
    }
}

/// All requests come from one address here.
fn settings() -> Env {
    ["SLUICE_LIMITS__REQUESTS_PER_SECOND_PER_IP", "SLUICE_EDGE__MAX_CONNECTIONS_PER_IP"]
        .map(|name| (name.to_owned(), "100000000".to_owned()))
        .into()
}

/// The keys of an installation's sessions.
pub(crate) fn session_keys(installation: &Installation) -> anyhow::Result<Keyring> {
    let keys = installation.fleet().env.get("SLUICE_CREDENTIALS__SESSION_KEYS");
    let keys = keys.context("an installation has keys for sessions")?;
    Keyring::parse(&keys.as_str().into()).map_err(anyhow::Error::msg)
}
