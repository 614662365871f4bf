//! Points where a test can hold the process, so that a kill lands in a chosen gap.
//!
//! With the feature `pausepoints`, a process that is started with `SLUICE_PAUSEPOINT=<name>` says
//! so on stderr when it comes to that point (and, if `SLUICE_PAUSEPOINT_FILE` is given, in that
//! file), then waits forever. Without the feature nothing is compiled.

/// Marks a gap between two steps that a crash may hit.
macro_rules! pause_point {
    ($name:literal) => {
        #[cfg(feature = "pausepoints")]
        $crate::pause::reached($name).await;
    };
}
pub(crate) use pause_point;

/// Waits forever if this is the point that the process was told to stop at.
#[cfg(feature = "pausepoints")]
#[expect(clippy::disallowed_methods, clippy::print_stderr, reason = "test-only, no setting")]
pub(crate) async fn reached(name: &str) {
    if std::env::var("SLUICE_PAUSEPOINT").as_deref() != Ok(name) {
        return;
    }
    eprintln!("pausepoint {name} reached");
    if let Ok(path) = std::env::var("SLUICE_PAUSEPOINT_FILE") {
        let _ = tokio::fs::write(path, name).await;
    }
    std::future::pending::<()>().await;
}
