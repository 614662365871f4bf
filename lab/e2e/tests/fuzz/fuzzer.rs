//! Schemathesis, on one of the documents and as one of those who ask.

use crate::tenants::{Identity, Tenants};
use anyhow::{Context, ensure};
use stack::paths;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use testkit::app::Api;
use tokio::{
    process::Command,
    time::{Instant, timeout},
};

/// How long one run may take in all. It stops by itself at the time of its document.
const AT_MOST: Duration = Duration::from_secs(360);
/// How long one operation alone is tried.
const GLANCE_SECONDS: u64 = 5;

/// A document of the API.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Document {
    Admission,
    /// Of the adapter for the retired waiting room, which the storefront has, too.
    Adapter,
    Storefront,
}

/// Schemathesis with the dictionaries of one world.
pub(crate) struct Fuzzer {
    /// Holds its settings, the dictionaries and the reports.
    folder: PathBuf,
    kept_key: String,
}

/// What came of one run.
pub(crate) struct Report {
    name: String,
    /// `None` if it was stopped.
    status: Option<ExitStatus>,
    took: Duration,
    file: PathBuf,
    pub(crate) text: String,
}

impl Document {
    const fn name(self) -> &'static str {
        match self {
            Self::Admission => "admission",
            Self::Adapter => "adapter",
            Self::Storefront => "storefront",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Admission => "/openapi-admission.json",
            Self::Adapter => "/openapi-aws.json",
            Self::Storefront => "/openapi.json",
        }
    }

    /// How long a run tries things. The storefront has fifteen times as many routes.
    const fn seconds(self) -> u64 {
        match self {
            Self::Admission => 45,
            Self::Adapter => 30,
            Self::Storefront => 210,
        }
    }

    fn api(self, identity: &Identity) -> &Api {
        match self {
            Self::Admission => &identity.admission,
            Self::Adapter | Self::Storefront => &identity.storefront,
        }
    }

    /// Operations that would use up what this identity asks with: with its session at an end, a
    /// shopper is somebody new.
    fn left_out(self, identity: &Identity) -> Option<&'static str> {
        match self {
            Self::Storefront if identity.name == "shopper" => Some("delete_session"),
            Self::Storefront | Self::Adapter | Self::Admission => None,
        }
    }
}

impl Fuzzer {
    /// Prepares a folder of this name, empty but for the settings and the ids of this world.
    pub(crate) fn prepare(name: &str, tenants: &Tenants) -> anyhow::Result<Self> {
        let folder = paths::sluice_dir().join("fuzz/runs").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        fs::copy(source("schemathesis.toml"), folder.join("schemathesis.toml"))?;
        for (name, ids) in &tenants.ids {
            let lines: String = ids.iter().map(|id| format!("\"{id}\"\n")).collect();
            fs::write(folder.join(format!("{name}.dict")), lines)?;
        }
        Ok(Self { folder, kept_key: tenants.kept_key.clone() })
    }

    /// Tries everything of a document as somebody, or one operation alone. Fails if it could not be
    /// started, or if the credential did not last: most answers were the same then.
    pub(crate) async fn run(
        &self,
        document: Document,
        identity: &Identity,
        only: Option<&str>,
    ) -> anyhow::Result<Report> {
        let name = format!("{}-{}", document.name(), identity.name);
        let file = self.folder.join(format!("{name}.txt"));
        let (began, mut command) = (Instant::now(), self.command(document, identity, &file)?);
        let seconds = only.map_or(document.seconds(), |_| GLANCE_SECONDS);
        command.arg(format!("--max-time={seconds}"));
        if let Some(operation) = only {
            command.arg(format!("--include-operation-id={operation}"));
        } else if let Some(operation) = document.left_out(identity) {
            command.arg(format!("--exclude-operation-id={operation}"));
        }
        let status = match timeout(AT_MOST, command.status()).await {
            Ok(ended) => {
                Some(ended.context("Schemathesis was not found; use ./scripts/test --fuzz")?)
            }
            Err(_) => None,
        };
        let own = identity.storefront.get(identity.own).await;
        ensure!(own.status.is_success(), "{name}: the credential is used up: {}", own.body);
        let text = String::from_utf8_lossy(&fs::read(&file)?).into_owned();
        Ok(Report { name, status, took: began.elapsed(), file, text })
    }

    fn command(
        &self,
        document: Document,
        identity: &Identity,
        file: &Path,
    ) -> anyhow::Result<Command> {
        let (api, report) = (document.api(identity), File::create(file)?);
        let mut command = Command::new(paths::sluice_dir().join("fuzz/venv/bin/schemathesis"));
        command
            .args(["--config-file", "schemathesis.toml", "run"])
            .arg(format!("{}{}", api.base(), document.path()))
            .arg("--no-color")
            .args(api.key().map(|key| format!("--header=Authorization:Bearer {key}")))
            .args(api.ticket().map(|ticket| format!("--header=Sluice-Ticket:{ticket}")))
            .current_dir(&self.folder)
            .env("SCHEMATHESIS_HOOKS", source("hooks.py"))
            .env("FUZZ_FOREIGN", serde_json::to_string(&identity.foreign)?)
            .env("FUZZ_KEPT", serde_json::to_string(&[&self.kept_key])?)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(report.try_clone()?)
            .stderr(report)
            .kill_on_drop(true);
        Ok(command)
    }
}

impl Report {
    /// Whether every check passed, in time.
    pub(crate) fn passed(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// One line on it.
    pub(crate) fn line(&self) -> String {
        let Self { name, took, file, .. } = self;
        let word = match self.status {
            Some(status) if status.success() => "passed",
            Some(_) => "FAILED",
            None => "STOPPED",
        };
        format!("{name}: {word} after {:.0} s, see {}", took.as_secs_f32(), file.display())
    }
}

/// A file of the folder `schemathesis`, beside this one.
fn source(name: &str) -> PathBuf {
    paths::workspace_root().join("lab/e2e/tests/fuzz/schemathesis").join(name)
}
