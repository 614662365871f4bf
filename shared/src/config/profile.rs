//! `[profile]`: whether an installation serves real people.

use crate::text_enum;
use serde::Deserialize;

/// `[profile]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileSettings {
    /// What the installation is for.
    pub name: Profile,
    /// Whether nobody but us is on the network to Redis, Postgres and Kafka.
    pub private_network: bool,
}

text_enum! {
    /// What an installation is for.
    Profile {
        /// Trying and testing: any settings that work.
        Development = "development",
        /// Serving people: settings that would put them at risk keep a program from starting.
        Production = "production",
    }
}

text_enum! {
    /// A program of ours; each goes by its own part of the settings.
    Program {
        /// Keeps the line.
        Admission = "admission",
        /// Shows and sells.
        Storefront = "storefront-api",
        /// Moves tickets on.
        Worker = "worker",
        /// The `sluice` command.
        Console = "sluice",
    }
}
