//! The servers that all tests of a run share.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use shared::config::KafkaMode;
use stack::{
    Endpoints,
    background::{self, Claim},
    paths,
};

/// The background stack stops by itself when no test has used it for this many seconds.
const IDLE_STOP: &str = "--idle-stop=300";

/// Returns the addresses of Redis, Postgres and Kafka.
///
/// `./scripts/test` starts a stack for the whole run and passes its addresses in
/// `SLUICE_REDIS__URL`, `SLUICE_DATABASE__URL`, `SLUICE_KAFKA__BROKERS`. Without them (a plain
/// `cargo test -p …`) a stack is started in the background under `.sluice/test`. All test
/// processes share it, and it stops by itself a while after the last of them.
///
/// # Panics
///
/// Panics with the reason when there is no stack and none can be started.
pub fn endpoints() -> &'static Endpoints {
    // A failure is kept, too: trying again would take every test as long as the first.
    static ENDPOINTS: OnceLock<Result<Endpoints, String>> = OnceLock::new();
    let found = ENDPOINTS.get_or_init(|| given().map_or_else(background, Ok));
    found.as_ref().unwrap_or_else(|reason| {
        panic!("no servers to test on: {reason}\nrun the tests through ./scripts/test")
    })
}

fn given() -> Option<Endpoints> {
    let mode = variable("SLUICE_KAFKA__MODE")
        .map_or(Ok(KafkaMode::Kafka), |word| word.parse::<KafkaMode>());
    Some(Endpoints {
        redis_url: variable("SLUICE_REDIS__URL")?,
        database_url: variable("SLUICE_DATABASE__URL")?,
        kafka_brokers: variable("SLUICE_KAFKA__BROKERS")?,
        kafka_mode: Some(mode.expect("SLUICE_KAFKA__MODE is auto, kafka or embedded")),
    })
}

fn background() -> Result<Endpoints, String> {
    static CLAIM: OnceLock<Claim> = OnceLock::new();
    let dir = paths::sluice_dir().join("test");
    let claim = Claim::take(&dir).map_err(|error| error.to_string())?;
    CLAIM.get_or_init(|| claim);
    let flags = ["--free-ports", "--servers-only", IDLE_STOP];
    let started = background::ensure(&dir, &supervisor()?, &flags);
    Ok(started.map_err(|error| error.to_string())?.endpoints)
}

/// Builds `xtask` if needed: `cargo test -p …` builds the tested crate only.
fn supervisor() -> Result<PathBuf, String> {
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--package", "xtask"])
        .current_dir(paths::workspace_root())
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !status.success() {
        return Err(format!("cargo build -p xtask ended with {status}"));
    }
    let beside_us = paths::built_binary("xtask");
    Ok(beside_us.unwrap_or_else(|_| Path::new("target/debug/xtask").to_path_buf()))
}

#[expect(clippy::disallowed_methods, reason = "tests get their addresses from ./scripts/test")]
fn variable(key: &str) -> Option<String> {
    std::env::var(key).ok().filter(|value| !value.is_empty())
}
