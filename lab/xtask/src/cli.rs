//! The commands and their flags.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Starts Sluice and its servers, and runs its tests.
///
/// Settings are SLUICE_SECTION__KEY (see config/default.toml). Where the private servers run:
/// SLUICE_STACK_DIR, SLUICE_STACK_REDIS_PORT, SLUICE_STACK_POSTGRES_PORT,
/// SLUICE_STACK_KAFKA_PORT, SLUICE_STACK_KAFKA_CONTROLLER_PORT; where the demo's own site listens:
/// SLUICE_STACK_SITE_PORT. To use servers that are already running instead, set SLUICE_REDIS__URL,
/// SLUICE_DATABASE__URL or SLUICE_KAFKA__BROKERS.
#[derive(Debug, Parser)]
#[command(name = "xtask", version)]
pub enum Command {
    /// Start everything and print the addresses; Ctrl-C stops it in order.
    Up,
    /// Manage the servers alone: Redis, Postgres, Kafka.
    Stack {
        /// What to do with them.
        #[command(subcommand)]
        action: StackAction,
    },
    /// Run the tests on a private stack, in suites with budgets of minutes.
    Test(TestArgs),
    /// Check what the compiler does not see: rings of modules, names, what the pages say.
    House,
    /// Writes down what Postgres says of every checked query, or checks that it is still true.
    Queries(QueriesArgs),
}

/// What to do with the servers.
#[derive(Debug, Subcommand)]
pub enum StackAction {
    /// Start the servers in the background and print their addresses.
    Start(StackArgs),
    /// Run the servers in the foreground.
    Run(StackArgs),
    /// Stop the servers in the background, or an `up`.
    Stop(DirArgs),
    /// Show what is running, and where.
    Status(DirArgs),
    /// Show the end of the logs.
    Logs(LogArgs),
    /// Stop everything and delete all data; jars and secrets are kept.
    Wipe(DirArgs),
}

/// Which folder.
#[derive(Debug, Args)]
pub struct DirArgs {
    /// Folder of data and logs [default: .sluice in the workspace].
    #[arg(long, env = "SLUICE_STACK_DIR")]
    pub dir: Option<PathBuf>,
}

/// How to start the servers.
#[derive(Debug, Args)]
pub struct StackArgs {
    /// Folder of data and logs [default: .sluice in the workspace].
    #[arg(long, env = "SLUICE_STACK_DIR")]
    pub dir: Option<PathBuf>,
    /// Use any free ports instead of the standard ones.
    #[arg(long)]
    pub free_ports: bool,
    /// Create neither schema nor topics; tests create their own.
    #[arg(long)]
    pub servers_only: bool,
    /// Stop when no test process has used the servers for this many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub idle_stop: Option<u64>,
}

/// Which logs.
#[derive(Debug, Args)]
pub struct LogArgs {
    /// Folder of data and logs [default: .sluice in the workspace].
    #[arg(long, env = "SLUICE_STACK_DIR")]
    pub dir: Option<PathBuf>,
    /// redis, postgres, kafka, worker and so on; by default all of them.
    pub names: Vec<String>,
    /// Keep printing as the logs grow.
    #[arg(short, long)]
    pub follow: bool,
    /// Number of lines of each log.
    #[arg(short = 'n', long, default_value_t = 40)]
    pub lines: u32,
}

/// What to test; by default every suite but `large`, `crash`, `faults` and `fuzz`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Run these suites alone, once everything they need is built; several with commas, or with
    /// the flag repeated.
    #[arg(
        long,
        value_name = "SUITE",
        value_delimiter = ',',
        conflicts_with_all = [
            "no_browser",
            "only_browser",
            "crash",
            "large",
            "faults",
            "fuzz",
            "cargo_args",
        ]
    )]
    pub only: Vec<Suite>,
    /// Run the default suites but `browser`.
    #[arg(long)]
    pub no_browser: bool,
    /// Run the suite `browser` alone.
    #[arg(long, conflicts_with_all = ["no_browser", "cargo_args"])]
    pub only_browser: bool,
    /// Run the suite `crash` alone. `SLUICE_E2E_MUTANT` or `SLUICE_E2E_GAP` in the environment
    /// names a single mutant or gap to try.
    #[arg(long, conflicts_with_all = ["only_browser", "cargo_args"])]
    pub crash: bool,
    /// Run the suite `large` alone.
    #[arg(long, conflicts_with_all = ["crash", "faults", "only_browser", "cargo_args"])]
    pub large: bool,
    /// Run the suite `faults` alone.
    #[arg(long, conflicts_with_all = ["crash", "only_browser", "cargo_args"])]
    pub faults: bool,
    /// Run the suite `fuzz` alone.
    #[arg(
        long,
        conflicts_with_all = ["crash", "large", "faults", "only_browser", "cargo_args"]
    )]
    pub fuzz: bool,
    /// Seconds that building took before this started; they count in the suite `build`.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub build_seconds: u64,
    /// Arguments for one `cargo test`, which runs in place of the suites.
    #[arg(last = true)]
    pub cargo_args: Vec<String>,
}

/// A part of the tests with a budget of its own, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Suite {
    /// Every program, and the tests that are to run, compiled.
    Build,
    /// Unit, component and doc tests: every crate but `e2e`.
    Components,
    /// Crowds through the whole system, with and without faults.
    System,
    /// A crowd of tens of thousands; needs as many file descriptors.
    Large,
    /// The core of `crash`: each mutant once, and a kill in one gap of each role.
    CrashCore,
    /// Every mutant that the check must catch, and a kill in every gap of the worker.
    Crash,
    /// Trouble on the way between two processes, servers that stand still, and full disks.
    Faults,
    /// Requests made from the documents of the API, as each kind of caller.
    Fuzz,
    /// Types, lints and unit tests of the pages, and that they are built from their sources.
    Web,
    /// The pages in a browser.
    Browser,
}

/// How to look at the queries.
#[derive(Debug, Args)]
pub struct QueriesArgs {
    /// Fails when database/.sqlx is stale, instead of writing it.
    #[arg(long)]
    pub check: bool,
    /// Handed to cargo, which must compile the crate `database`; `check -p database` by default.
    #[arg(last = true)]
    pub cargo_args: Vec<String>,
}
