//! What Redis, Postgres and Apache Kafka have in common.

use std::time::Duration;

use crate::{StackError, managed::Managed, probe::Probe};

/// What messages call a server, and the settings that they point to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServerNames {
    pub(crate) name: &'static str,
    /// The setting that moves its port.
    pub(crate) port_key: &'static str,
    /// The setting that names one that runs already.
    pub(crate) address_key: &'static str,
}

/// A process of this stack, on a port and data of its own.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    pub(crate) managed: Managed,
    pub(crate) probe: Probe,
    pub(crate) ready_timeout: Duration,
}

/// A server: a process of this stack, or one that runs elsewhere and is left alone.
#[derive(Debug)]
pub struct ServerHandle {
    names: ServerNames,
    url: String,
    process: Option<ServerProcess>,
}

impl ServerHandle {
    /// Names a server that runs already.
    pub(crate) fn existing(names: ServerNames, url: &str) -> Self {
        Self { names, url: url.to_owned(), process: None }
    }

    /// Prepares a process; nothing runs yet.
    pub(crate) fn private(names: ServerNames, url: String, process: ServerProcess) -> Self {
        Self { names, url, process: Some(process) }
    }

    /// Starts it for the first time and returns when it is ready; a busy port is an error of its
    /// own.
    pub(crate) async fn first_start(&self, port: u16) -> Result<(), StackError> {
        let Some(process) = &self.process else { return Ok(()) };
        if process.managed.start_when_port_is_free(port).await? {
            return process.wait_ready().await;
        }
        Err(self.port_busy(port, self.names.port_key))
    }

    /// Returns the error for a port that somebody else has.
    pub(crate) fn port_busy(&self, port: u16, key: &'static str) -> StackError {
        StackError::PortBusy { server: self.names.name, port, key }
    }

    /// Address for clients: a URL, or `host:port` for Kafka.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Process id while it runs as a process of this stack.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().and_then(|process| process.managed.pid())
    }

    /// Starts it on the data it has; returns when it has recovered and answers.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours, does not start, or does not get ready.
    pub async fn start(&self) -> Result<(), StackError> {
        let process = self.ours()?;
        process.managed.start().await?;
        process.wait_ready().await
    }

    /// Kills it and its children with `kill -9`; returns when all are gone.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours or does not vanish.
    pub async fn kill9(&self) -> Result<(), StackError> {
        self.ours()?.managed.kill9().await
    }

    /// Makes it and its children stand still where they are, with SIGSTOP; returns when all do.
    /// Their connections stay open, and nothing comes from them.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours, does not run, or does not stand still.
    pub async fn freeze(&self) -> Result<(), StackError> {
        self.ours()?.managed.freeze().await
    }

    /// Lets it go on after [`freeze`](Self::freeze); returns when it answers.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours, does not run, or does not get ready.
    pub async fn thaw(&self) -> Result<(), StackError> {
        let process = self.ours()?;
        process.managed.thaw()?;
        process.wait_ready().await
    }

    /// Stops it gracefully, ending open sessions.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not ours or does not vanish.
    pub async fn stop(&self) -> Result<(), StackError> {
        self.ours()?.managed.stop().await
    }

    /// Stops and starts it on the same data and port.
    ///
    /// # Errors
    ///
    /// As [`stop`](Self::stop) and [`start`](Self::start).
    pub async fn restart(&self) -> Result<(), StackError> {
        self.stop().await?;
        self.start().await
    }

    /// How it ended, if it ended by itself.
    pub fn ended(&self) -> Option<String> {
        self.process.as_ref().and_then(|process| process.managed.ended())
    }

    /// Whether it is a process of this stack.
    pub(crate) fn is_private(&self) -> bool {
        self.process.is_some()
    }

    fn ours(&self) -> Result<&ServerProcess, StackError> {
        let ServerNames { name, address_key, .. } = self.names;
        self.process.as_ref().ok_or(StackError::NotOurs { server: name, key: address_key })
    }
}

impl ServerProcess {
    /// Waits until it has loaded its data and answers.
    async fn wait_ready(&self) -> Result<(), StackError> {
        self.managed.wait_ready(self.ready_timeout, &self.probe).await
    }
}
