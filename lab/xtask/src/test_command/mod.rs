//! The tests, in suites with budgets, on a private stack of their own.

mod report;
mod suites;

use std::{
    process::{ExitCode, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context;
use mutants::{BuildCopy, ServiceVariant};
use stack::{Env, Fleet, FleetPorts, Secrets, paths};
use tokio::process::Command;

use self::report::SuiteResult;
use crate::{
    cli::{Suite, TestArgs},
    console::Console,
    servers, services,
    settings::{Settings, sluice_dir},
    signals::Signals,
    supervise::Running,
};

/// Guests of the browser suite prove work if their requests name an address elsewhere, as a proxy's
/// do. All others come from this machine, which is exempt.
const GUEST_PROOFS: [(&str, &str); 3] = [
    ("SLUICE_EDGE__TRUSTED_PROXIES", "127.0.0.1/32"),
    ("SLUICE_ABUSE__POW_MODE", "always"),
    ("SLUICE_ABUSE__POW_LEAST", "5000"),
];

/// Starts a stack on free ports, runs the suites with its addresses, and stops it.
pub(crate) async fn test(args: TestArgs) -> anyhow::Result<ExitCode> {
    // A folder of its own, since a background stack for single tests may run at the same time.
    let dir = sluice_dir(None)?.join("test").join(format!("run-{}", std::process::id()));
    let settings = Settings::load(Some(dir.clone()), true)?;
    let mut signals = Signals::listen()?;
    let (console, running) = (Console::new(), Running::default());
    let run = TestRun { console: &console, running: &running, args: &args };
    let outcome = tokio::select! {
        outcome = run.everything(&settings) => outcome,
        () = signals.next() => Ok(false),
    };
    running.stop(&console, &mut signals).await;
    let passed = outcome?;
    if passed {
        let _ = std::fs::remove_dir_all(&dir);
    } else if dir.exists() {
        console.line(&format!("the logs are in {}", dir.join("logs").display()));
    }
    let word = if passed { "passed" } else { "FAILED" };
    console.line(&format!("tests {word} after {:.0} s", console.elapsed().as_secs_f32()));
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was asked for, where it is shown, and what was started for it.
struct TestRun<'a> {
    console: &'a Console,
    running: &'a Running,
    args: &'a TestArgs,
}

impl TestRun<'_> {
    /// Returns whether everything passed. Continues after a failure, so that one run shows all of
    /// them; only what could not be built is not run.
    async fn everything(&self, settings: &Settings) -> anyhow::Result<bool> {
        if self.args.needs_servers() {
            self.start_servers(settings).await?;
        }
        if !self.args.cargo_args.is_empty() {
            return self.given().await;
        }
        let mut results = Vec::new();
        for suite in self.args.suites() {
            let result = self.attempt(suite).await;
            let is_built = result.passed || suite != Suite::Build;
            results.push(result);
            if !is_built {
                break;
            }
        }
        self.console.line(&report::table(&results));
        Ok(results.iter().all(|result| result.passed))
    }

    /// Runs the tests that cargo was asked for.
    async fn given(&self) -> anyhow::Result<bool> {
        let given = self.args.cargo_args.iter().map(String::as_str);
        let words: Vec<&str> = ["test"].into_iter().chain(given).collect();
        Ok(self.build().await? && self.cargo("cargo test", &words).await?)
    }

    async fn start_servers(&self, settings: &Settings) -> anyhow::Result<()> {
        let stack = servers::start(self.console, settings, &self.running.stack).await?;
        let fleet = settings.fleet(&stack, &Secrets::generate()?);
        servers::prepare_data(self.console, &stack, &fleet).await
    }

    /// Runs a suite and measures it; what kept it from running is a failure of it.
    async fn attempt(&self, suite: Suite) -> SuiteResult {
        self.console.line(&report::heading(suite));
        let started = Instant::now();
        let passed = self.suite(suite).await.unwrap_or_else(|error| {
            self.console.line(&format!("  FAIL {error:#}"));
            false
        });
        let mut took = started.elapsed();
        if suite == Suite::Build {
            took += Duration::from_secs(self.args.build_seconds);
        }
        SuiteResult { suite, passed, took }
    }

    async fn suite(&self, suite: Suite) -> anyhow::Result<bool> {
        match suite {
            Suite::Build => self.build().await,
            Suite::Components | Suite::System | Suite::Large | Suite::Faults | Suite::Fuzz => {
                self.cargo_test(suite).await
            }
            Suite::CrashCore | Suite::Crash => {
                self.build_first_variant().await?;
                self.cargo_test(suite).await
            }
            Suite::Web => {
                let mut command = Command::new(paths::workspace_root().join("web/build"));
                command.arg("check");
                self.command("check of the pages", command).await
            }
            Suite::Browser => self.browser().await,
        }
    }

    /// Builds the services and tools, then the tests that are to run.
    async fn build(&self) -> anyhow::Result<bool> {
        let mut passed = self.cargo("programs", &["build", "--workspace", "--bins"]).await?;
        for suite in self.args.compiled() {
            let words = [&["test"][..], suite.selection(), &["--no-run"]].concat();
            passed &= self.cargo(&format!("tests of {suite}"), &words).await?;
        }
        Ok(passed)
    }

    /// Builds the service that the first tests of the crash suite run, which builds all others while
    /// those tests go on. When a single trial is asked for, the suite builds the few that it needs.
    async fn build_first_variant(&self) -> anyhow::Result<()> {
        mutants::check_all(&paths::workspace_root())?;
        #[expect(clippy::disallowed_methods, reason = "chooses a test, no setting")]
        let is_set = |name| std::env::var_os(name).is_some();
        if is_set("SLUICE_E2E_MUTANT") || is_set("SLUICE_E2E_GAP") {
            return Ok(());
        }
        let (build_copy, variant) = (BuildCopy::of_workspace()?, ServiceVariant::PLAIN);
        let name = format!("{}: {variant}", variant.service());
        self.console.step(&name, build_copy.binary(variant)).await?;
        Ok(())
    }

    /// Starts the services on free ports for the browser, with the keys of a demo seller, an operator and
    /// an admin.
    async fn browser(&self) -> anyhow::Result<bool> {
        let stack = self.running.stack.get().context("the servers are not running")?;
        let (secrets, ports) = (Secrets::generate()?, FleetPorts::free()?);
        let env = Env::from(GUEST_PROOFS.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let fleet = Fleet::new(stack.dir(), ports, &stack.endpoints(), &secrets, env);
        let seed = services::start(self.console, self.running, &fleet).await?;
        let admin_key = fleet.admin_key("browser tests").await?;
        let mut command = Command::new(paths::workspace_root().join("lab/e2e/browser/run"));
        command
            .env("SLUICE_STOREFRONT__PUBLIC_URL", fleet.storefront_url())
            .env("SLUICE_ADMISSION__PUBLIC_URL", fleet.admission_url())
            .env("SLUICE_SELLER_KEY", seed.seller_key)
            .env("SLUICE_OPERATOR_KEY", seed.operator_key)
            .env("SLUICE_ADMIN_KEY", admin_key);
        self.command("browser tests", command).await
    }

    async fn cargo_test(&self, suite: Suite) -> anyhow::Result<bool> {
        let words = [&["test"][..], suite.selection(), suite.test_words()].concat();
        let mut command = self.cargo_command(&words);
        if suite == Suite::Components {
            command.env("RUST_TEST_THREADS", suites::component_threads().to_string());
        }
        self.command("cargo test", command).await
    }

    async fn cargo(&self, name: &str, words: &[&str]) -> anyhow::Result<bool> {
        self.command(name, self.cargo_command(words)).await
    }

    /// Returns cargo with the addresses of our servers, if they are running.
    fn cargo_command(&self, words: &[&str]) -> Command {
        let stack = self.running.stack.get();
        let env = stack.map_or_else(Env::new, |stack| stack.endpoints().env());
        let mut command = Command::new("cargo");
        command.args(words).current_dir(paths::workspace_root()).envs(env);
        command
    }

    /// Runs a command on our own terminal, where it shows its own progress.
    async fn command(&self, name: &str, mut command: Command) -> anyhow::Result<bool> {
        self.console.line(&format!("  .... {name}"));
        let started = Instant::now();
        let status: ExitStatus = command
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .status()
            .await
            .with_context(|| format!("cannot run {name}"))?;
        let mark = if status.success() { "ok  " } else { "FAIL" };
        let seconds = started.elapsed().as_secs_f32();
        self.console.line(&format!("  {mark} {name:<44} {seconds:>6.1} s"));
        Ok(status.success())
    }
}
