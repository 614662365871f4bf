//! The servers that all tests of a run share.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use stack::{
    Endpoints,
    background::{self, Claim},
    paths,
};

/// The background stack ends by itself when no test has used it for so long.
const IDLE_STOP: &str = "--idle-stop=300";

/// Addresses of Redis, Postgres and Kafka.
///
/// `./scripts/test` starts a stack for the whole run and hands its addresses down in
/// `SLUICE_REDIS__URL`, `SLUICE_DATABASE__URL`, `SLUICE_KAFKA__BROKERS`. Without them (a plain
/// `cargo test -p …`) a stack is started in the background under `.sluice/test`, shared by all
/// test processes, and stops by itself a while after the last of them.
///
/// # Panics
///
/// Panics with the reason when there is no stack and none can be started.
pub fn endpoints() -> &'static Endpoints {
    static ENDPOINTS: OnceLock<Endpoints> = OnceLock::new();
    ENDPOINTS.get_or_init(|| given().unwrap_or_else(background))
}

fn given() -> Option<Endpoints> {
    Some(Endpoints {
        redis_url: variable("SLUICE_REDIS__URL")?,
        database_url: variable("SLUICE_DATABASE__URL")?,
        kafka_brokers: variable("SLUICE_KAFKA__BROKERS")?,
        kafka_mode: variable("SLUICE_KAFKA__MODE").unwrap_or_else(|| "kafka".to_owned()),
    })
}

fn background() -> Endpoints {
    static CLAIM: OnceLock<Claim> = OnceLock::new();
    let dir = paths::sluice_dir().join("test");
    let claim = Claim::take(&dir).unwrap_or_else(|error| no_stack(&error));
    CLAIM.get_or_init(|| claim);
    let started = background::ensure(&dir, &supervisor(), &["--free-ports", IDLE_STOP]);
    started.unwrap_or_else(|error| no_stack(&error)).endpoints
}

/// Builds `xtask` if needed: `cargo test -p …` builds the tested crate only.
fn supervisor() -> PathBuf {
    let built = Command::new("cargo")
        .args(["build", "--quiet", "--package", "xtask"])
        .current_dir(paths::workspace_root())
        .status();
    match built {
        Ok(status) if status.success() => {}
        Ok(status) => no_stack(&format!("cargo build -p xtask ended with {status}")),
        Err(error) => no_stack(&format!("cannot run cargo: {error}")),
    }
    let beside_us = paths::built_binary("xtask");
    beside_us.unwrap_or_else(|_| Path::new("target/debug/xtask").to_path_buf())
}

#[expect(clippy::panic, reason = "a test without a stack has no better answer")]
fn no_stack(reason: &dyn std::fmt::Display) -> ! {
    panic!("no servers to test on: {reason}\nrun the tests through ./scripts/test")
}

#[expect(clippy::disallowed_methods, reason = "tests get their addresses from ./scripts/test")]
fn variable(key: &str) -> Option<String> {
    std::env::var(key).ok().filter(|value| !value.is_empty())
}
