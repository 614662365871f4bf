//! A binary of ours as a supervised process.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use nix::sys::signal::Signal;

use crate::{
    ServiceOptions, StackError, managed::Managed, private_files::make_dir, probe::Probe,
    process::Launch, unprivileged::Demotion,
};

/// Services wait for their dependencies at start, so being ready may take a while.
const READY_TIMEOUT: Duration = Duration::from_secs(120);
const STOP_GRACE: Duration = Duration::from_secs(30);

/// A service that was started.
#[derive(Debug)]
pub struct Service {
    managed: Managed,
    ready_url: Option<String>,
    log: PathBuf,
}

impl Service {
    /// Starts a service and returns when it is ready.
    ///
    /// # Errors
    ///
    /// Returns an error if it does not start or get ready; the end of its log is in it.
    pub async fn start(options: ServiceOptions) -> Result<Self, StackError> {
        let service = Self::launch(options).await?;
        service.wait_ready().await?;
        Ok(service)
    }

    /// Starts a service without waiting until it is ready.
    ///
    /// # Errors
    ///
    /// Returns an error if it does not start.
    pub async fn launch(options: ServiceOptions) -> Result<Self, StackError> {
        let dir = options.dir.join("services").join(&options.name);
        let log = options.dir.join("logs").join(format!("{}.log", options.name));
        make_dir(&dir)?;
        make_dir(log.parent().unwrap_or(&options.dir))?;
        let launch = Launch {
            name: options.name,
            program: options.binary,
            args: options.args,
            env: options.env,
            dir,
            log: log.clone(),
            lock_file: None,
            demotion: Demotion::for_services(),
            death_signal: Signal::SIGKILL, // everything must survive that anyway
        };
        let managed = Managed::new(launch, Signal::SIGTERM, STOP_GRACE);
        managed.start().await?;
        Ok(Self { managed, ready_url: options.ready_url, log })
    }

    /// Process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.managed.pid()
    }

    /// Where its output goes.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Name in logs and messages.
    pub fn name(&self) -> String {
        self.managed.launch().name.clone()
    }

    /// Starts it again with the same settings, if it does not run; returns when it is ready.
    ///
    /// # Errors
    ///
    /// As [`Service::start`].
    pub async fn start_again(&self) -> Result<(), StackError> {
        self.managed.start().await?;
        self.wait_ready().await
    }

    /// Kills it with `kill -9`; returns when it is gone.
    ///
    /// # Errors
    ///
    /// Returns an error if it does not vanish.
    pub async fn kill9(&self) -> Result<(), StackError> {
        self.managed.kill9().await
    }

    /// Makes it stand still where it is, with SIGSTOP; returns when it does. Its connections stay
    /// open, and nothing comes from it.
    ///
    /// # Errors
    ///
    /// Returns an error if it does not run or does not stand still.
    pub async fn freeze(&self) -> Result<(), StackError> {
        self.managed.freeze().await
    }

    /// Lets it go on after [`freeze`](Self::freeze); returns when it is ready.
    ///
    /// # Errors
    ///
    /// As [`wait_ready`](Self::wait_ready).
    pub async fn thaw(&self) -> Result<(), StackError> {
        self.managed.thaw()?;
        self.wait_ready().await
    }

    /// Stops it with SIGTERM, and with `kill -9` when its grace period is over.
    ///
    /// # Errors
    ///
    /// Returns an error if it does not vanish.
    pub async fn stop(&self) -> Result<(), StackError> {
        self.managed.stop().await
    }

    /// Stops and starts it.
    ///
    /// # Errors
    ///
    /// As [`stop`](Self::stop) and [`start_again`](Self::start_again).
    pub async fn restart(&self) -> Result<(), StackError> {
        self.stop().await?;
        self.start_again().await
    }

    /// Changes settings for the next start.
    pub fn set_env<K: Into<String>, V: Into<String>>(
        &self,
        settings: impl IntoIterator<Item = (K, V)>,
    ) {
        let settings = settings.into_iter().map(|(key, value)| (key.into(), value.into()));
        self.managed.set_env(settings.collect());
    }

    /// Changes the binary for the next start, to one of another build.
    pub fn set_binary(&self, path: impl Into<PathBuf>) {
        self.managed.set_program(path.into());
    }

    /// Waits until `/readyz` answers 200.
    ///
    /// # Errors
    ///
    /// Returns an error if it ended or does not get ready in time.
    pub async fn wait_ready(&self) -> Result<(), StackError> {
        let Some(url) = &self.ready_url else { return Ok(()) };
        self.managed.wait_ready(READY_TIMEOUT, &Probe::Http(url.clone())).await
    }

    /// How it ended, if it ended by itself.
    pub fn ended(&self) -> Option<String> {
        self.managed.ended()
    }
}
