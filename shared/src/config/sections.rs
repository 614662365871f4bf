//! One struct per section; `config/default.toml` says what each key does.

use crate::text_enum;
use secrecy::SecretString;
use serde::Deserialize;
use std::{
    net::SocketAddr,
    num::{NonZeroU16, NonZeroU32, NonZeroU64},
    time::Duration,
};

macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $type,)+
        }
    )+};
}

sections! {
    /// `[redis]`
    RedisSettings {
        /// What the addresses are of.
        mode: RedisMode,
        /// Address, with credentials if there are any: of the server or of a node of the cluster. With
        /// sentinels it is the master's but for host and port, which they are asked for.
        url: SecretString,
        /// Addresses of further nodes of the cluster, or of the sentinels.
        nodes: Vec<SecretString>,
        /// What the sentinels call the master.
        master_name: String,
        /// Certificates of the authorities to trust over TLS, PEM; empty for those of the system.
        ca_file: String,
        /// How long one call may take, milliseconds.
        timeout_ms: NonZeroU64,
    }

    /// `[database]`
    DatabaseSettings {
        /// Address, with credentials if there are any.
        url: SecretString,
        /// Connections of one process, at most; a worker splits them among its roles.
        max_connections: NonZeroU32,
        /// Connections of a storefront for what everybody may see, at most; apart from the others.
        public_connections: NonZeroU32,
        /// How long to wait for a connection, milliseconds.
        acquire_timeout_ms: NonZeroU64,
        /// How long one statement may take, milliseconds.
        statement_timeout_ms: NonZeroU64,
    }

    /// `[admission]`
    AdmissionSettings {
        /// Address for shoppers.
        listen: SocketAddr,
        /// Address for health and metrics.
        admin_listen: SocketAddr,
        /// Base URL under which pages reach it.
        public_url: String,
        /// Exact origins of the pages that may call it.
        allowed_origins: Vec<String>,
        /// How long a ticket is valid, seconds.
        ticket_ttl_s: NonZeroU64,
        /// Sockets of one process, at most.
        max_sockets: NonZeroU32,
        /// Joins that one process has under way, at most; half of them for one drop.
        max_joins: NonZeroU32,
        /// Positions of each line within which it is watched who is there.
        front_window: NonZeroU32,
        /// How long somebody there who is not seen counts as present, milliseconds.
        presence_ttl_ms: NonZeroU32,
    }

    /// `[worker]`
    WorkerSettings {
        /// Address for health and metrics.
        admin_listen: SocketAddr,
        /// Roles of this process, comma separated, or `all`.
        roles: String,
    }

    /// `[line]`
    LineSettings {
        /// How long a drain may take to hand an admitted ticket to Kafka, milliseconds.
        lease_ms: NonZeroU64,
        /// How long the lease lasts once Kafka has the command, milliseconds.
        extended_lease_ms: NonZeroU64,
        /// Pause between two rounds of admission, milliseconds.
        admit_every_ms: NonZeroU64,
        /// Tickets let in by one call, at most.
        admit_batch: NonZeroU32,
        /// How long after a rebuild only earlier tickets may come back, milliseconds.
        grace_ms: u64,
        /// People in one line, at most, where the drop has no cap of its own.
        capacity: NonZeroU32,
        /// How long the room of a settled drop stays in Redis after the drop's end, seconds.
        keep_rooms_s: NonZeroU64,
    }

    /// `[orders]`
    OrderSettings {
        /// Commands of one transaction, at most.
        batch: NonZeroU32,
        /// Pause between two rounds of sweeper, reconciler and scheduler, milliseconds.
        tick_ms: NonZeroU64,
    }

    /// `[payments]`
    PaymentSettings {
        /// Address of the provider.
        provider_url: String,
        /// Our key at the provider.
        api_key: SecretString,
        /// Secret of its callbacks.
        callback_secret: SecretString,
        /// How long one call may take, milliseconds.
        timeout_ms: NonZeroU64,
        /// Calls of one process at one time, at most.
        concurrency: NonZeroU32,
        /// Calls for one drop at one time, at most.
        per_drop: NonZeroU32,
        /// How long after its last call an authorization that the provider does not know is given
        /// up, seconds; only if its order has ended.
        give_up_after_seconds: NonZeroU64,
        /// How long a payment may stay without a certain answer before a person has to look at it,
        /// seconds.
        review_after_seconds: NonZeroU64,
    }

    /// `[relay]`
    RelaySettings {
        /// How long the journal is kept, days.
        keep_days: NonZeroU16,
    }

    /// `[limits]`
    LimitSettings {
        /// Joins per second, for each shopper.
        joins_per_second: NonZeroU32,
        /// Requests per second, for each IP address; coarse, since many people share one.
        requests_per_second_per_ip: NonZeroU32,
        /// New sessions per second, for each IP address.
        sessions_per_second_per_ip: NonZeroU32,
        /// Largest body of a request, bytes.
        body_bytes: NonZeroU32,
    }

    /// `[telemetry]`
    TelemetrySettings {
        /// Filter of log lines, in the syntax of `RUST_LOG`.
        log: String,
        /// Format of log lines.
        format: LogFormat,
    }
}

text_enum! {
    /// How many servers Redis is, and who knows which of them to ask.
    RedisMode {
        /// One server.
        Single = "single",
        /// A master with replicas, watched by sentinels.
        Sentinel = "sentinel",
        /// Redis Cluster.
        Cluster = "cluster",
    }
}

/// Format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Readable text, for people.
    Text,
    /// One JSON object per line.
    Json,
}

impl LineSettings {
    /// Returns the lease of a ticket whose command Kafka doesn't have yet.
    #[must_use]
    pub fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms.get())
    }

    /// Returns the lease of a ticket whose command Kafka has.
    #[must_use]
    pub fn extended_lease(&self) -> Duration {
        Duration::from_millis(self.extended_lease_ms.get())
    }

    /// Returns how long the room of a settled drop stays in Redis after the drop's end.
    #[must_use]
    pub fn keep_rooms(&self) -> Duration {
        Duration::from_secs(self.keep_rooms_s.get())
    }
}

impl PaymentSettings {
    /// Returns how long a due payment is claimed for: a look-up and a call, and the commit.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.longest_call() + Duration::from_secs(5)
    }

    /// Returns the shortest hold that a drop may have, whole seconds: an authorization and its
    /// commit fit into it.
    #[must_use]
    pub fn shortest_hold_s(&self) -> u64 {
        let longest = self.longest_call() + Duration::from_secs(1);
        longest.as_secs() + u64::from(longest.subsec_nanos() > 0)
    }

    /// Returns how long a due payment may take: what is asked again is looked up first.
    fn longest_call(&self) -> Duration {
        Duration::from_millis(self.timeout_ms.get()) * 2
    }
}
