//! Logs and metrics, the same in every service.

mod causes;
mod metric_names;

pub use causes::with_causes;
pub use metric_names::{CounterName, GaugeName, HistogramName};

use crate::config::{LogFormat, TelemetrySettings};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Upper bounds of the time histograms, seconds.
const SECONDS: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Starts logging, for the whole process.
///
/// # Errors
///
/// Returns the filter's error when the setting cannot be parsed.
pub fn start_log(
    settings: &TelemetrySettings,
) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter = EnvFilter::try_new(&settings.log)?;
    let registry = tracing_subscriber::registry().with(filter);
    // Logs go to stderr: stdout is for a command's output.
    match settings.format {
        LogFormat::Json => {
            registry
                .with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr))
                .init();
        }
        LogFormat::Text => registry.with(fmt::layer().with_writer(std::io::stderr)).init(),
    }
    Ok(())
}

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
