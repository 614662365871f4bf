//! The suites: which of them run, how long each may take, what cargo is told for it.

use std::{fmt, num::NonZeroUsize, thread, time::Duration};

use clap::{ValueEnum, builder::PossibleValue};

use crate::cli::{Suite, TestArgs};

/// What runs unless a flag says otherwise.
const DEFAULT: [Suite; 6] =
    [Suite::Build, Suite::Components, Suite::System, Suite::CrashCore, Suite::Web, Suite::Browser];

/// Minutes of each suite on two cores, from a clean clone. Those that run by default have an hour
/// together.
const fn budget_minutes(suite: Suite) -> u64 {
    match suite {
        Suite::Build => 13,
        Suite::Components => 8,
        Suite::System => 16,
        Suite::Large => 10,
        Suite::CrashCore => 19,
        Suite::Crash => 45,
        Suite::Faults => 26,
        Suite::Fuzz => 23,
        Suite::Web => 1,
        Suite::Browser => 3,
    }
}

/// Returns how many tests of components run at once: half as many again as there are cores, since most
/// of a test's time is waiting.
pub(crate) fn component_threads() -> usize {
    let n_cores = thread::available_parallelism().map_or(2, NonZeroUsize::get);
    n_cores + n_cores / 2
}

impl Suite {
    /// Returns how long it may take on two cores. Machines differ, so a suite that takes longer
    /// is marked and has not failed.
    pub(crate) const fn budget(self) -> Duration {
        Duration::from_secs(budget_minutes(self) * 60)
    }

    /// What `cargo test` compiles for it; nothing if its tests are none of cargo's. Always out of
    /// the whole workspace: with fewer crates, dependencies would have other features and be built
    /// again. The features named here do no more than let in a target of `e2e`.
    pub(crate) const fn selection(self) -> &'static [&'static str] {
        match self {
            Self::Build | Self::Web | Self::Browser => &[],
            Self::Components => &["--workspace", "--no-fail-fast"],
            Self::System | Self::Large => {
                &["--workspace", "--features", "e2e/system", "--test", "system"]
            }
            Self::CrashCore | Self::Crash => {
                &["--workspace", "--features", "e2e/crash", "--test", "crash"]
            }
            Self::Faults => &["--workspace", "--features", "e2e/faults", "--test", "faults"],
            Self::Fuzz => &["--workspace", "--features", "e2e/fuzz", "--test", "fuzz"],
        }
    }

    /// What follows the selection when its tests run.
    pub(crate) const fn test_words(self) -> &'static [&'static str] {
        match self {
            Self::Build | Self::Components | Self::Web | Self::Browser => &[],
            Self::System | Self::Crash | Self::Faults | Self::Fuzz => &["--", "--nocapture"],
            Self::Large => &["--", "--nocapture", "--ignored"],
            Self::CrashCore => &["core_", "--", "--nocapture"],
        }
    }

    const fn needs_servers(self) -> bool {
        match self {
            Self::Build | Self::Web => false,
            Self::Components
            | Self::System
            | Self::Large
            | Self::CrashCore
            | Self::Crash
            | Self::Faults
            | Self::Fuzz
            | Self::Browser => true,
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", PossibleValue::get_name))
    }
}

impl TestArgs {
    /// Returns the suites that were asked for, in order; `build` is always the first.
    pub(crate) fn suites(&self) -> Vec<Suite> {
        let mut suites = if self.crash {
            vec![Suite::Crash]
        } else if self.large {
            vec![Suite::Large]
        } else if self.faults {
            vec![Suite::Faults]
        } else if self.fuzz {
            vec![Suite::Fuzz]
        } else if self.only_browser {
            vec![Suite::Browser]
        } else if !self.only.is_empty() {
            self.only.clone()
        } else if self.cargo_args.is_empty() {
            DEFAULT.to_vec()
        } else {
            Vec::new()
        };
        suites.push(Suite::Build);
        suites.retain(|suite| !(self.no_browser && *suite == Suite::Browser));
        suites.sort_unstable();
        suites.dedup();
        suites
    }

    /// Returns the suites whose tests are compiled: those that run, or all of the default ones if
    /// only `build` was asked for.
    pub(crate) fn compiled(&self) -> Vec<Suite> {
        let is_build_alone = self.only == [Suite::Build];
        let suites = if is_build_alone { DEFAULT.to_vec() } else { self.suites() };
        suites.into_iter().filter(|suite| !suite.selection().is_empty()).collect()
    }

    /// Whether what was asked for needs Redis, Postgres and Kafka.
    pub(crate) fn needs_servers(&self) -> bool {
        !self.cargo_args.is_empty() || self.suites().into_iter().any(Suite::needs_servers)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Command;

    fn asked(flags: &[&str]) -> TestArgs {
        let words = ["xtask", "test"].into_iter().chain(flags.iter().copied());
        match Command::try_parse_from(words).expect("flags that are known") {
            Command::Test(args) => args,
            other => panic!("not a test: {other:?}"),
        }
    }

    #[test]
    fn the_default_suites_have_an_hour_together() {
        let suites = asked(&[]).suites();
        assert_eq!(suites, DEFAULT);
        assert!(suites.into_iter().map(budget_minutes).sum::<u64>() <= 60);
    }

    #[test]
    fn flags_choose_suites_and_build_comes_first() {
        let suites = |flags: &[&str]| {
            let names: Vec<String> = asked(flags).suites().iter().map(Suite::to_string).collect();
            names.join(" ")
        };
        assert_eq!(suites(&["--no-browser"]), "build components system crash-core web");
        assert_eq!(suites(&["--only-browser"]), "build browser");
        assert_eq!(suites(&["--crash"]), "build crash");
        assert_eq!(suites(&["--large"]), "build large");
        assert_eq!(suites(&["--faults"]), "build faults");
        assert_eq!(suites(&["--fuzz"]), "build fuzz");
        assert_eq!(suites(&["--only", "web,system", "--only", "system"]), "build system web");
        assert_eq!(suites(&["--no-browser", "--", "--test", "system"]), "build");
    }

    #[test]
    fn only_what_will_run_is_compiled_unless_building_is_all() {
        assert_eq!(asked(&["--only=system,web"]).compiled(), [Suite::System]);
        let all = [Suite::Components, Suite::System, Suite::CrashCore];
        assert_eq!(asked(&["--only=build"]).compiled(), all);
    }

    #[test]
    fn servers_are_started_for_what_needs_them() {
        assert!(asked(&[]).needs_servers());
        assert!(asked(&["--", "-p", "queue"]).needs_servers());
        assert!(!asked(&["--only=web"]).needs_servers());
    }
}
