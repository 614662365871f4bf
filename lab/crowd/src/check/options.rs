//! Where the evidence is.

use std::path::PathBuf;

use shared::ids::DropId;

/// Reads history, database, topics and provider ledger, and judges every invariant.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckOptions {
    /// The history that `crowd run` wrote.
    #[arg(long)]
    pub history: PathBuf,

    /// Postgres.
    #[arg(long, env = "SLUICE_DATABASE__URL", hide_env_values = true)]
    pub database: String,

    /// Kafka's bootstrap servers.
    #[arg(long, env = "SLUICE_KAFKA__BROKERS")]
    pub kafka: String,

    /// What stands before the names of the topics.
    #[arg(long, env = "SLUICE_KAFKA__TOPIC_PREFIX", default_value = "")]
    pub topic_prefix: String,

    /// The drop that is judged; without it the one of the history.
    #[arg(long)]
    pub drop: Option<DropId>,

    /// The provider's ledger: its file, or the provider's address.
    #[arg(long)]
    pub psp_ledger: String,

    /// The provider's key, when the ledger is read from its address.
    #[arg(long, env = "SLUICE_PSP__API_KEY", hide_env_values = true)]
    pub psp_api_key: Option<String>,

    /// When something was broken on purpose (`crowd::faults`).
    #[arg(long)]
    pub faults: Option<PathBuf>,

    /// How long the system may take to settle before it is judged, in seconds.
    #[arg(long, default_value_t = 120)]
    pub settle_seconds: u64,

    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}
