//! Step lines with timings; a spinner beside each step where there is a terminal.

use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

const TICK: Duration = Duration::from_millis(100);

/// Where steps are shown. Steps may overlap.
#[derive(Debug)]
pub(crate) struct Console {
    started: Instant,
    bars: MultiProgress,
    is_terminal: bool,
}

impl Console {
    pub(crate) fn new() -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self { started: Instant::now(), bars: MultiProgress::new(), is_terminal }
    }

    /// Runs a step and prints how long it took, or that it failed.
    pub(crate) async fn step<T, E>(
        &self,
        name: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let step_started = Instant::now();
        let bar = self.bars.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        if self.is_terminal {
            bar.enable_steady_tick(TICK);
        }
        let result = work.await;
        bar.finish_and_clear();
        let mark = if result.is_ok() { "ok  " } else { "FAIL" };
        self.line(&format!("  {mark} {name:<44} {:>6.1} s", step_started.elapsed().as_secs_f32()));
        result
    }

    /// Prints a line above the spinners.
    pub(crate) fn line(&self, text: &str) {
        self.bars.suspend(|| println!("{text}"));
    }

    /// Returns the time since the first step.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}
