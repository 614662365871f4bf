//! Progress bars for a person who is watching; none where stderr is not a terminal.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::measures::Measures;

/// The four bars, updated by a task of their own.
#[derive(Debug)]
pub(crate) struct Bars {
    bars: [ProgressBar; 4],
    measures: Weak<Measures>,
}

impl Bars {
    /// Shows the bars on stderr when it is a terminal, below those that are there already.
    pub(crate) fn start(all: &MultiProgress, measures: &Arc<Measures>) -> Self {
        let style = ProgressStyle::with_template("{prefix:>9} {bar:40} {pos:>6}/{len} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bars = ["joined", "admitted", "paid", "ended"].map(|name| {
            let bar = ProgressBar::new(measures.n_shoppers).with_prefix(name);
            bar.set_style(style.clone());
            all.add(bar)
        });
        let mover = Self { bars: bars.clone(), measures: Arc::downgrade(measures) };
        tokio::spawn(async move {
            while mover.draw() {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
        Self { bars, measures: Arc::downgrade(measures) }
    }

    /// Draws the last state and leaves the bars on the screen.
    pub(crate) fn finish(&self) {
        self.draw();
        for bar in &self.bars {
            bar.abandon();
        }
    }

    fn draw(&self) -> bool {
        let Some(measures) = self.measures.upgrade() else { return false };
        let counts = measures.counts();
        let values = [counts.joined, counts.admitted, counts.paid, counts.ended];
        for (bar, value) in self.bars.iter().zip(values) {
            bar.set_position(value);
        }
        !self.bars[0].is_finished()
    }
}
