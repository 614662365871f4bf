//! Where the evidence is.

use std::path::PathBuf;

use shared::ids::DropId;

use super::requirement::Requirement;

/// Options of `crowd check`.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckOptions {
    /// History file written by `crowd run`.
    #[arg(long)]
    pub history: PathBuf,

    /// Postgres URL.
    #[arg(long, env = "SLUICE_DATABASE__URL", hide_env_values = true)]
    pub database: String,

    /// Kafka bootstrap servers.
    #[arg(long, env = "SLUICE_KAFKA__BROKERS")]
    pub kafka: String,

    /// Prefix of the topic names.
    #[arg(long, env = "SLUICE_KAFKA__TOPIC_PREFIX", default_value = "")]
    pub topic_prefix: String,

    /// Redis URL, or that of a node of its cluster; without it REST-1 is not judged.
    #[arg(long, env = "SLUICE_REDIS__URL", hide_env_values = true)]
    pub redis: Option<String>,

    /// Drop to judge; defaults to the one in the history.
    #[arg(long)]
    pub drop: Option<DropId>,

    /// Payment provider's ledger: a file, or the provider's base URL.
    #[arg(long)]
    pub psp_ledger: String,

    /// API key of the payment provider, for a ledger read over HTTP.
    #[arg(long, env = "SLUICE_PSP__API_KEY", hide_env_values = true)]
    pub psp_api_key: Option<String>,

    /// Log of the faults injected during the run.
    #[arg(long)]
    pub faults: Option<PathBuf>,

    /// Log of the requests that others made for the drop's things, and of their answers; without
    /// it TENANT-1 has no cases.
    #[arg(long)]
    pub probes: Option<PathBuf>,

    /// Seconds to wait for the system to settle; after that it is judged as it is.
    #[arg(long, default_value_t = 120)]
    pub settle_seconds: u64,

    /// Invariant that must be judged, on N cases at least (1 by default); may be repeated.
    #[arg(long = "require", value_name = "INVARIANT[=N]")]
    pub required: Vec<Requirement>,

    /// Joins, tickets and admissions that a loss of Redis may excuse; as many as there are by
    /// default.
    #[arg(long)]
    pub max_excused: Option<usize>,

    /// Answers with 5xx or 429 outside of faults; as many as there are by default.
    #[arg(long)]
    pub max_unexpected: Option<usize>,

    /// Share of the slots' time that must have been in use while somebody waited who could have
    /// been let in, 0 to 1; any by default.
    #[arg(long)]
    pub min_slot_use: Option<f64>,

    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}
