//! The command, as a test runs it.

use serde_json::Value;
use std::{collections::BTreeMap, process::Command};
use testkit::{TestDatabase, settings};

/// The settings that every command needs, for this database.
pub(crate) fn env_of(database: &TestDatabase) -> BTreeMap<String, String> {
    let mut env = settings::credentials();
    env.insert("SLUICE_DATABASE__URL".to_owned(), database.url().to_owned());
    env
}

/// Runs `sluice` and returns what it printed, or else what it complained of.
pub(crate) fn sluice(env: &BTreeMap<String, String>, arguments: &[&str]) -> Result<Value, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
    let output = command.args(arguments).envs(env).output().unwrap();
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout).unwrap());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}
