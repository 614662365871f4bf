//! Joins of others while one core floods, and while it is busy with something else: the core of an
//! attacker would be another machine's, so what it takes of this one counts on both sides.

use super::{busy_core::BusyCore, floods::Flood, joins::Joiners};
use crate::{
    installation::Installation, measure::Spread, options::Options, report::Report,
    target::BenchTarget::AtMost,
};
use std::time::Duration;

/// How long the core is busy before anything is measured beside it: by then a flood has used up what
/// its address may ask at once.
const RUN_UP: Duration = Duration::from_secs(2);

/// What was found, round by round: the p99 of a join, in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Flooded {
    /// Nothing else happens.
    quiet: Vec<f64>,
    /// One core is busy.
    busy: Vec<f64>,
    /// It floods; in the order of [`Flood::ALL`].
    flooded: [Vec<f64>; Flood::ALL.len()],
    /// Answers to floods per second.
    answers: [Vec<f64>; Flood::ALL.len()],
}

impl Flooded {
    /// Measures a round.
    pub(super) async fn measure(
        &mut self,
        installation: &Installation,
        joiners: &Joiners,
        rated: f64,
        options: &Options,
    ) -> anyhow::Result<()> {
        let window = options.pick(Duration::from_secs(3), Duration::from_secs(10));
        let time = RUN_UP + window;
        self.quiet.push(joiners.p99_ms(rated, window).await?);
        let core = BusyCore::without_flood(time)?;
        tokio::time::sleep(RUN_UP).await;
        self.busy.push(joiners.p99_ms(rated, window).await?);
        core.n_answered().await?;
        for (index, flood) in Flood::ALL.into_iter().enumerate() {
            let requests = flood.requests(installation, joiners.drop_id())?;
            let core = BusyCore::flooding(flood.target(installation), &requests, time)?;
            tokio::time::sleep(RUN_UP).await;
            self.flooded[index].push(joiners.p99_ms(rated, window).await?);
            let n_answered = core.n_answered().await?;
            self.answers[index].push(n_answered as f64 / time.as_secs_f64());
        }
        Ok(())
    }

    /// Reports all rounds.
    pub(super) fn report(self, report: &mut Report) {
        let Self { quiet, busy, flooded, answers } = self;
        for ((flood, p99s_ms), answers) in Flood::ALL.into_iter().zip(flooded).zip(answers) {
            let name = flood.name();
            let ratio = p99s_ms.iter().zip(&busy).map(|(flooded, busy)| flooded / busy);
            let ratio = Spread::of(ratio);
            let what = format!("join, p99: {name} from one core / the core is busy");
            report.figure(what, ratio, Some(AtMost(2.0)));
            report.figure(format!("join, p99 in ms: {name}"), Spread::of(p99s_ms), None);
            report.figure(format!("{name}: answers per second"), Spread::of(answers), None);
        }
        report.figure("join, p99 in ms: one core is busy", Spread::of(busy), None);
        report.figure("join, p99 in ms: nothing else happens", Spread::of(quiet), None);
    }
}
