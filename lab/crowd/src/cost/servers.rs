//! Where the servers of a stack are, for the crowd to look at their counters.

/// Servers whose cost is counted: those that the storefront uses. What is not on this machine, or
/// does not answer, is reported as not measured.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ServerAddresses {
    /// Redis of the stack, for counting its CPU and commands.
    #[arg(
        long,
        env = "SLUICE_REDIS__URL",
        hide_env_values = true,
        default_value = "redis://127.0.0.1:16379"
    )]
    pub redis: Option<String>,

    /// Postgres of the stack, for counting its CPU and statements; creates the extension
    /// `pg_stat_statements` in the database `postgres` if it may.
    #[arg(
        long,
        env = "SLUICE_DATABASE__URL",
        hide_env_values = true,
        default_value = "postgres://sluice@127.0.0.1:15432/sluice"
    )]
    pub database: Option<String>,

    /// Kafka of the stack, for counting its CPU.
    #[arg(long, env = "SLUICE_KAFKA__BROKERS", default_value = "127.0.0.1:19092")]
    pub kafka: Option<String>,
}
