//! Logs and metrics, the same in every service.

mod causes;
mod log;
mod metric_names;

pub use causes::with_causes;
pub use log::start_log;
pub use metric_names::{CounterName, GaugeName, HistogramName};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the time histograms, seconds.
const SECONDS: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Starts collecting metrics; the handle renders them as Prometheus text.
///
/// # Errors
///
/// Returns [`BuildError`] when a recorder is installed already.
pub fn start_metrics() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?
        .install_recorder()
}
