//! Where an agent goes, and with which keys.

use std::path::PathBuf;

use crate::cost::ServerAddresses;

/// Options of `crowd agent`.
#[derive(Debug, Clone, clap::Args)]
pub struct AgentOptions {
    /// Its name, other than that of any other agent.
    #[arg(long, default_value = "crowd")]
    pub name: String,

    /// An operator's API key, to take runs with.
    #[arg(long, env = "SLUICE_CROWD__OPERATOR_KEY", hide_env_values = true)]
    pub operator_key: String,

    /// A seller's API key, to make the drops with. Their pages are as public as any other's.
    #[arg(long, env = "SLUICE_CROWD__SELLER_KEY", hide_env_values = true)]
    pub seller_key: String,

    /// Base URL of the storefront.
    #[arg(long, env = "SLUICE_CROWD__STOREFRONT", default_value = "http://127.0.0.1:8080")]
    pub storefront: String,

    /// Base URLs of the admission instances, separated by commas.
    #[arg(
        long,
        env = "SLUICE_CROWD__ADMISSION",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:8081"
    )]
    pub admission: Vec<String>,

    /// `Origin` header that streams send, as a browser does; none is sent by default.
    #[arg(long)]
    pub origin: Option<String>,

    /// Redis, Postgres and Kafka of the stack.
    #[command(flatten)]
    pub servers: ServerAddresses,

    /// Payment provider's ledger: a file, or the provider's base URL. Without it the crowd alone is judged,
    /// and no invariant.
    #[arg(long, env = "SLUICE_CROWD__PSP_LEDGER")]
    pub psp_ledger: Option<String>,

    /// API key of the payment provider, for a ledger read over HTTP.
    #[arg(long, env = "SLUICE_CROWD__PSP_API_KEY", hide_env_values = true)]
    pub psp_api_key: Option<String>,

    /// Prefix of the topic names.
    #[arg(long, env = "SLUICE_KAFKA__TOPIC_PREFIX", default_value = "")]
    pub topic_prefix: String,

    /// Folder for the history of a run; the next run replaces it.
    #[arg(long, default_value = ".sluice/load-lab")]
    pub dir: PathBuf,

    /// Milliseconds in which 99 of 100 joins must be answered.
    #[arg(long, default_value_t = 2_000.0)]
    pub join_ms: f64,

    /// Seconds over which a crowd arrives (by default as the preset has it).
    #[arg(long)]
    pub over_seconds: Option<f64>,

    /// Seconds after the start at which every shopper who is not done gives up.
    #[arg(long, default_value_t = 600.0)]
    pub give_up_after_seconds: f64,

    /// Milliseconds between two looks for work, and between two words on how far a crowd is.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(100..=20_000))]
    pub poll_ms: u64,
}
