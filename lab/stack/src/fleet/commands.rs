//! The `sluice` command, run with a fleet's settings.

use std::{ffi::OsStr, path::Path, process::Command};

use serde::{Deserialize, de::DeserializeOwned};

use super::Fleet;
use crate::{StackError, paths, process, spawner::output_of};

/// What `sluice seed` created, or found again from an earlier run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Seed {
    /// Address of the demo drop's page.
    pub page: String,
    /// When the demo drop opens, in RFC 3339.
    pub opens_at: String,
    /// An API key of the demo seller.
    pub seller_key: String,
    /// An API key of the demo operator.
    pub operator_key: String,
}

/// What `sluice demo` filled a shop with, or found there from an earlier run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DemoShop {
    /// Address of the shop.
    pub shop_url: String,
    /// Address of the page of the drop that runs.
    pub page: String,
    /// Signs into the seller's console, once, for ten minutes.
    pub seller_link: String,
    /// The same for the operators' console.
    pub operator_link: String,
    /// The seller.
    pub seller_id: String,
    /// An API key of the seller.
    pub seller_key: String,
    /// An API key of the operator.
    pub operator_key: String,
    /// The drop before the site.
    pub site_drop_id: String,
}

/// What `sluice key create` printed.
#[derive(Deserialize)]
struct MadeKey {
    key: String,
}

impl Fleet {
    /// Brings the database schema up to date.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if the command was not built, or what it said.
    pub async fn migrate(&self) -> Result<(), StackError> {
        self.sluice("migrate", &[]).await.map(drop)
    }

    /// Creates a demo seller, an operator, their keys and a drop. With a state file, keys and drop
    /// stay the same in the next run.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if the command was not built, or what it said.
    pub async fn seed(&self, state: Option<&Path>) -> Result<Seed, StackError> {
        let mut flags = Vec::new();
        if let Some(path) = state {
            flags.extend([OsStr::new("--state"), path.as_os_str()]);
        }
        let output = self.sluice("seed", &flags).await?;
        parse(&output).ok_or_else(|| failed("seed", "it printed no keys"))
    }

    /// Fills a shop to look around in, with a line before the site of this fleet. The storefront has
    /// to run, since it takes the pictures. The state file is as for [`seed`](Self::seed).
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if the command was not built, or what it said.
    pub async fn demo(&self, state: &Path) -> Result<DemoShop, StackError> {
        let (site, storefront) = (self.site_url(), self.storefront_url());
        let flags = [
            OsStr::new("--state"),
            state.as_os_str(),
            OsStr::new("--site-url"),
            OsStr::new(&site),
            OsStr::new("--storefront"),
            OsStr::new(&storefront),
        ];
        let output = self.sluice("demo", &flags).await?;
        parse(&output).ok_or_else(|| failed("demo", "it printed no addresses"))
    }

    /// Makes an API key with which its holder says who else may run the installation. No two admins have
    /// the same name.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if the command was not built, or what it said.
    pub async fn admin_key(&self, name: &str) -> Result<String, StackError> {
        let flags = ["create", "--role", "admin", "--name", name].map(OsStr::new);
        let made: Option<MadeKey> = parse(&self.sluice("key", &flags).await?);
        Ok(made.ok_or_else(|| failed("key", "it printed no key"))?.key)
    }

    /// Runs the command to its end and returns what it printed.
    async fn sluice(&self, name: &str, flags: &[&OsStr]) -> Result<String, StackError> {
        let binary = paths::built_binary("sluice")?;
        let mut command = Command::new(&binary);
        command.arg(name).args(flags);
        process::set_env(&mut command, &self.service_env());
        let mut command = tokio::process::Command::from(command);
        command.kill_on_drop(true);
        let output = output_of(&mut command).await.map_err(StackError::file("run", &binary))?;
        if !output.status.success() {
            return Err(failed(name, String::from_utf8_lossy(&output.stderr).trim()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Finds the answer among the lines of a command; other lines are log.
fn parse<T: DeserializeOwned>(output: &str) -> Option<T> {
    output.lines().find_map(|line| serde_json::from_str(line).ok())
}

fn failed(name: &str, detail: &str) -> StackError {
    StackError::Command { command: format!("sluice {name}"), detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_objects_are_passed_over() {
        let answer = r#"{"page":"http://drops/7","opens_at":"2026-01-01T12:00:00Z",
            "seller_key":"sk_1","operator_key":"ok_1","units":20}"#
            .replace('\n', " ");
        let seed: Seed = parse(&format!("starting\n\"word\"\n{{}}\n{answer}\ndone\n")).unwrap();
        assert_eq!((seed.seller_key.as_str(), seed.operator_key.as_str()), ("sk_1", "ok_1"));
        assert_eq!(seed.page, "http://drops/7");
        assert_eq!(parse::<Seed>("starting\n\"word\"\n{\"seller_key\":\"sk_1\"}\n"), None);
    }
}
