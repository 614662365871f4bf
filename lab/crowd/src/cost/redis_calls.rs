//! Commands that Redis has processed, by its own counters.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context;
use tokio::time::timeout;

/// How long to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The counters at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RedisCounters {
    /// Changes with each start, when the counters begin at zero.
    run_id: String,
    pub(crate) commands: CommandCounts,
}

/// How many commands ran. Those that a script calls count in addition to the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandCounts {
    pub(crate) n_in_all: u64,
    /// By the name of the command.
    pub(crate) by_name: BTreeMap<String, u64>,
}

impl RedisCounters {
    /// Asks a Redis.
    ///
    /// # Errors
    ///
    /// Returns an error when it cannot be reached or its answer lacks a counter.
    pub(crate) async fn read(url: &str) -> anyhow::Result<Self> {
        let asked = timeout(PATIENCE, async {
            let client = redis::Client::open(url)?;
            let mut connection = client.get_multiplexed_async_connection().await?;
            redis::cmd("INFO").arg("all").query_async::<String>(&mut connection).await
        });
        let info = asked.await.context("no answer in time")??;
        Self::parse(&info).context("INFO lacks a counter")
    }

    /// Returns what was processed since `before`; `None` if Redis was restarted in between.
    pub(crate) fn since(&self, before: &Self) -> Option<CommandCounts> {
        if self.run_id != before.run_id {
            return None;
        }
        let (now, before) = (&self.commands, &before.commands);
        let by_name = now.by_name.iter().map(|(name, n_now)| {
            let n_before = before.by_name.get(name).copied().unwrap_or_default();
            (name.clone(), n_now.saturating_sub(n_before))
        });
        Some(CommandCounts {
            n_in_all: now.n_in_all.checked_sub(before.n_in_all)?,
            by_name: by_name.filter(|(_, n)| *n > 0).collect(),
        })
    }

    fn parse(info: &str) -> Option<Self> {
        let field = |name: &str| {
            let mut fields = info.lines().filter_map(|line| line.trim_end().split_once(':'));
            fields.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let by_name = info.lines().filter_map(|line| {
            let (name, figures) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            Some((name.to_owned(), figures.split(',').next()?.parse().ok()?))
        });
        Some(Self {
            run_id: field("run_id")?.to_owned(),
            commands: CommandCounts {
                n_in_all: field("total_commands_processed")?.parse().ok()?,
                by_name: by_name.collect(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(run_id: &str, n_in_all: u64, n_evalsha: u64) -> RedisCounters {
        let info = format!(
            "# Server\r\nredis_version:7.0.15\r\nrun_id:{run_id}\r\n# Stats\r\n\
             total_commands_processed:{n_in_all}\r\n# Commandstats\r\n\
             cmdstat_evalsha:calls={n_evalsha},usec=81,usec_per_call=81.00,rejected_calls=0\r\n\
             cmdstat_config|get:calls=4,usec=2,usec_per_call=0.50,rejected_calls=0\r\n",
        );
        RedisCounters::parse(&info).unwrap()
    }

    #[test]
    fn only_what_happened_meanwhile_counts() {
        let since = info("a", 1_000, 300).since(&info("a", 100, 50)).unwrap();
        assert_eq!(since.n_in_all, 900);
        assert_eq!(since.by_name, BTreeMap::from([("evalsha".to_owned(), 250)]));
    }

    #[test]
    fn a_start_in_between_is_not_measured() {
        assert_eq!(info("b", 1_000, 300).since(&info("a", 100, 50)), None);
        assert_eq!(RedisCounters::parse("run_id:a\r\n"), None);
    }
}
