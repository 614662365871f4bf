//! Ten times the joins that are rated: as many as rated must be served all the same, and the others
//! refused at once.

use super::joins::Joiners;
use crate::{
    installation::Installation,
    measure::Spread,
    options::Options,
    process::peak_memory,
    report::Report,
    target::BenchTarget::{AtLeast, AtMost},
};
use anyhow::Context as _;
use std::time::Duration;

/// Connections at most: the joins that may be under way, and as many that are being refused.
const N_CONNECTIONS: usize = 4_000;
const MIB: f64 = 1024.0 * 1024.0;

/// What was found, round by round.
#[derive(Debug, Default)]
pub(super) struct Tenfold {
    /// Joins that came and that were served, in multiples of the rated ones.
    sent: Vec<f64>,
    served: Vec<f64>,
    refused_p99_ms: Vec<f64>,
    accepted_p99_ms: Vec<f64>,
    rated_p99_ms: Vec<f64>,
    memory_mib: Vec<f64>,
}

impl Tenfold {
    /// Measures a round.
    pub(super) async fn measure(
        &mut self,
        installation: &Installation,
        joiners: &Joiners,
        rated: f64,
        options: &Options,
    ) -> anyhow::Result<()> {
        let window = options.pick(Duration::from_secs(2), Duration::from_secs(5));
        self.rated_p99_ms.push(joiners.p99_ms(rated, window).await?);
        let replies = joiners.come(10.0 * rated, window, N_CONNECTIONS).await?;
        self.sent.push(replies.sent_per_second() / rated);
        self.served.push(replies.accepted_per_second() / rated);
        self.refused_p99_ms.push(replies.refused.quantile_ms(0.99));
        self.accepted_p99_ms.push(replies.accepted.quantile_ms(0.99));
        let pid = installation.admission().pid().context("admission has ended")?;
        self.memory_mib.push(peak_memory(pid)? as f64 / MIB);
        Ok(())
    }

    /// Reports all rounds. What was meant to come has to have come: with less, nothing else is shown.
    pub(super) fn report(self, report: &mut Report) {
        let mut figure = |name: &str, values: Vec<f64>, target| {
            report.figure(format!("10x joins: {name}"), Spread::of(values), target);
        };
        figure("sent / rated", self.sent, Some(AtLeast(9.0)));
        figure("served / rated", self.served, Some(AtLeast(0.9)));
        figure("refused, p99 in ms", self.refused_p99_ms, Some(AtMost(50.0)));
        figure("memory of admission at its peak, MiB", self.memory_mib, Some(AtMost(256.0)));
        figure("accepted, p99 in ms", self.accepted_p99_ms, None);
        figure("accepted, p99 in ms at the rated load", self.rated_p99_ms, None);
        report.notes.push("every refusal has said when to come back".into());
    }
}
