//! Errors as log lines show them.

/// Puts an error and its causes in one line; takes both `anyhow`'s and typed ones.
pub(crate) fn with_causes(error: impl Into<anyhow::Error>) -> String {
    shared::telemetry::with_causes(error.into().as_ref())
}
