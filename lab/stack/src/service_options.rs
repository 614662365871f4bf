//! How to start a binary of ours.

use std::path::PathBuf;

use crate::{Env, StackError, paths};

/// How to start a service.
#[derive(Debug, Clone)]
pub struct ServiceOptions {
    /// Name for logs and messages, also of the log file; unique within a stack.
    pub name: String,
    /// The binary.
    pub binary: PathBuf,
    /// Command line arguments.
    pub args: Vec<String>,
    /// All its settings; `SLUICE_` variables of this process are not handed down.
    pub env: Env,
    /// `http://host:port/readyz`, if it has one.
    pub ready_url: Option<String>,
    /// The stack's folder: the log goes to `logs/`, the working directory is `services/<name>`.
    pub dir: PathBuf,
}

impl ServiceOptions {
    /// A service whose binary stands beside the running one.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn built(binary: &str, dir: impl Into<PathBuf>) -> Result<Self, StackError> {
        Ok(Self {
            name: binary.to_owned(),
            binary: paths::built_binary(binary)?,
            args: Vec::new(),
            env: Env::new(),
            ready_url: None,
            dir: dir.into(),
        })
    }

    /// Another name than the binary's, for a second instance.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// More settings.
    #[must_use]
    pub fn env<K: Into<String>, V: Into<String>>(
        mut self,
        settings: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.env.extend(settings.into_iter().map(|(key, value)| (key.into(), value.into())));
        self
    }

    /// The address that answers 200 once it is ready.
    #[must_use]
    pub fn ready_url(mut self, url: impl Into<String>) -> Self {
        self.ready_url = Some(url.into());
        self
    }
}
