//! More than can be served: ten times the joins that an installation is rated for, and floods from one
//! core beside ordinary joins.
//!
//! Everything runs as in a sale, behind a proxy, so that each shopper has an address of their own and
//! all limits are the default ones. Rated is a fifth of the joins that are served when 64 connections
//! ask as fast as they are answered: what else a sale does with its cores takes the rest.
//!
//! | module | holds |
//! |---|---|
//! | `joins` | shoppers who join |
//! | `paced` | requests at a steady rate, however slow the answers are |
//! | `tenfold` | ten times the rated joins |
//! | `flooded` | joins beside floods |
//! | `floods` | what floods are made of |
//! | `busy_core` | the process that keeps one core busy, with a flood or without |

pub(crate) mod busy_core;
mod flooded;
mod floods;
mod joins;
mod paced;
mod tenfold;

use crate::{
    installation::Installation, machine::Machine, measure::Spread, options::Options,
    report::Report, sale_drops::quiet_drop,
};
use flooded::Flooded;
use joins::Joiners;
use stack::Env;
use tenfold::Tenfold;

/// How much more is served at most than an installation is rated for.
const RESERVE: f64 = 5.0;

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let mut report = Report::new("overload", options, Machine::describe(&std::env::temp_dir()));
    let installation = Installation::start(settings()).await?;
    let drops = installation.create_drops(quiet_drop(), 1).await?;
    let joiners = Joiners::of(&installation, drops.first()?)?;
    let most = joiners.most_per_second(options.pick(5_000, 40_000)).await?;
    let rated = most / RESERVE;
    report.figure("joins per second, at most", Spread::of([most]), None);
    report.figure("joins per second, rated", Spread::of([rated]), None);

    let (mut tenfold, mut flooded) = (Tenfold::default(), Flooded::default());
    for _ in 0..options.sales() {
        drops.wait_logged().await?;
        tenfold.measure(&installation, &joiners, rated, options).await?;
        drops.wait_logged().await?;
        flooded.measure(&installation, &joiners, rated, options).await?;
    }
    tenfold.report(&mut report);
    flooded.report(&mut report);
    report.notes.push("clients, floods, services and servers share the machine".into());
    Ok(report)
}

/// All clients stand behind a proxy, which is this machine.
fn settings() -> Env {
    [("SLUICE_EDGE__TRUSTED_PROXIES".to_owned(), "127.0.0.1/32".to_owned())].into()
}
