//! A figure that a test measures, in the form that the benchmarks report theirs.

use std::{fmt, time::Duration};
use testkit::median;

/// A time that was measured again and again, and what it is to be at most.
pub(crate) struct Figure {
    pub(crate) name: String,
    /// At least one.
    pub(crate) times: Vec<Duration>,
    pub(crate) target: Duration,
}

impl fmt::Display for Figure {
    /// Writes `name, ms: median [lowest-highest], target <= limit: verdict`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, times, target } = self;
        let ms = |time: Duration| time.as_millis();
        let usual = median(times.clone());
        let lowest = times.iter().min().copied().unwrap_or_default();
        let highest = times.iter().max().copied().unwrap_or_default();
        let verdict = if usual <= *target { "PASS" } else { "above" };
        write!(
            f,
            "{name}, ms: {} [{}-{}], target <= {}: {verdict}",
            ms(usual),
            ms(lowest),
            ms(highest),
            ms(*target)
        )
    }
}

#[test]
fn a_figure_is_told_by_its_median_its_range_and_its_target() {
    let times = [700, 300, 1_200].map(Duration::from_millis).to_vec();
    let mut figure =
        Figure { name: "a change".to_owned(), times, target: Duration::from_millis(1_000) };
    assert_eq!(figure.to_string(), "a change, ms: 700 [300-1200], target <= 1000: PASS");
    figure.target = Duration::from_millis(600);
    assert!(figure.to_string().ends_with("target <= 600: above"), "{figure}");
}
