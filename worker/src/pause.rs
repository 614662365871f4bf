//! Points where a test can hold the process, so that a kill or a freeze lands in a chosen gap.
//!
//! With the feature `pausepoints`, a process that is started with `SLUICE_PAUSEPOINT=<name>` stands
//! still in every pass through that point. `<name>:<kind>` means passes of one kind alone, and
//! `#<n>` behind it those from the nth on: `payments.after_call:capture#2`. It writes the file
//! `SLUICE_PAUSEPOINT_FILE` when it comes there, and goes on for good once that file is deleted.
//! Without the feature nothing is compiled.

/// Marks a gap between two steps that a crash may hit; a second argument names the kind of pass.
macro_rules! pause_point {
    ($name:literal) => {
        #[cfg(feature = "pausepoints")]
        $crate::pause::reached($name, None).await;
    };
    ($name:literal, $kind:expr) => {
        #[cfg(feature = "pausepoints")]
        $crate::pause::reached($name, Some($kind)).await;
    };
}
pub(crate) use pause_point;

#[cfg(feature = "pausepoints")]
pub(crate) use point::reached;

#[cfg(feature = "pausepoints")]
mod point {
    use std::{
        path::PathBuf,
        sync::{
            LazyLock, OnceLock,
            atomic::{AtomicU64, Ordering},
        },
        time::Duration,
    };
    use tokio::time::sleep;

    /// How often the file is looked for.
    const LOOK_EVERY: Duration = Duration::from_millis(10);

    static POINT: LazyLock<Option<PausePoint>> = LazyLock::new(PausePoint::of_this_process);

    /// Where this process is to stand still.
    struct PausePoint {
        /// With the kind of pass behind it, if one is meant.
        name: String,
        /// The first pass that is held, from 1.
        first: u64,
        n_passes: AtomicU64,
        file: PathBuf,
        written: OnceLock<()>,
    }

    /// Stands still here if the process was told to.
    pub(crate) async fn reached(name: &str, kind: Option<&str>) {
        if let Some(point) = &*POINT
            && point.is_meant(name, kind)
        {
            point.pass().await;
        }
    }

    impl PausePoint {
        #[expect(clippy::disallowed_methods, reason = "test-only, no setting")]
        fn of_this_process() -> Option<Self> {
            let text = std::env::var("SLUICE_PAUSEPOINT").ok().filter(|text| !text.is_empty())?;
            let file = std::env::var_os("SLUICE_PAUSEPOINT_FILE")?.into();
            let (name, first) = match text.split_once('#') {
                Some((name, first)) => (name.to_owned(), first.parse().ok()?),
                None => (text, 1),
            };
            let (n_passes, written) = (AtomicU64::new(0), OnceLock::new());
            Some(Self { name, first, n_passes, file, written })
        }

        fn is_meant(&self, name: &str, kind: Option<&str>) -> bool {
            match self.name.strip_prefix(name) {
                Some("") => true,
                Some(rest) => kind.is_some_and(|kind| rest.strip_prefix(':') == Some(kind)),
                None => false,
            }
        }

        async fn pass(&self) {
            if self.n_passes.fetch_add(1, Ordering::Relaxed) + 1 < self.first {
                return;
            }
            // Written once: whoever comes after it was deleted is not held.
            self.written.get_or_init(|| {
                let _ = std::fs::write(&self.file, &self.name);
            });
            while self.file.exists() {
                sleep(LOOK_EVERY).await;
            }
        }
    }
}
