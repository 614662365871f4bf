//! The roles of a worker, as settings and flags name them.

use shared::{text::UnknownText, text_enum};
use std::{fmt, str::FromStr};

text_enum! {
    /// One kind of work.
    Role {
        /// The event log writer: room events to Kafka; rebuilds.
        Log = "log",
        /// Waiting tickets to order commands.
        Drain = "drain",
        /// Order commands to order rows.
        Orders = "orders",
        /// The payment provider.
        Payments = "payments",
        /// Holds that ran out.
        Sweeper = "sweeper",
        /// What lost calls left behind.
        Reconciler = "reconciler",
        /// The journal to Kafka.
        Relay = "relay",
        /// Openings, limits and ends of drops.
        Scheduler = "scheduler",
    }
}

/// The roles of one process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// Every role, which is the default.
    #[must_use]
    pub fn all() -> Self {
        Self(Role::ALL.to_vec())
    }

    /// The roles, each once.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
}

impl FromStr for Roles {
    type Err = UnknownText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim() == "all" {
            return Ok(Self::all());
        }
        let mut roles =
            text.split(',').map(|role| role.trim().parse()).collect::<Result<Vec<Role>, _>>()?;
        roles.sort_unstable();
        roles.dedup();
        Ok(Self(roles))
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Role::as_str).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_once_or_all() {
        assert_eq!("all".parse::<Roles>().unwrap(), Roles::all());
        assert_eq!("drain, log,drain".parse::<Roles>().unwrap().to_string(), "log,drain");
        assert!("drian".parse::<Roles>().is_err());
    }
}
