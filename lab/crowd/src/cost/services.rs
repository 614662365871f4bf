//! The services of a stack, and how their processes are recognized.

use std::collections::BTreeSet;

use super::{ports::local_port, servers::ServerAddresses};

/// A service whose CPU is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WatchedService {
    /// Its name in the report.
    pub(crate) name: &'static str,
    /// Names that its program may have.
    pub(crate) programs: &'static [&'static str],
    pub(crate) found_by: FoundBy,
}

/// What tells a service's processes from others of the same program: machines run several stacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FoundBy {
    /// They listen on one of these ports.
    Ports {
        ports: BTreeSet<u16>,
        /// Whether this is a service of ours, whose parent supervises the others too.
        is_ours: bool,
    },
    /// The crowd has no address of theirs, but their parent also started one of our services.
    Supervisor,
}

/// Lists everything that a stack consists of.
pub(crate) fn all(
    storefront: &str,
    admission: &[String],
    servers: &ServerAddresses,
) -> Vec<WatchedService> {
    let admission: Vec<&str> = admission.iter().map(String::as_str).collect();
    let [redis, database, kafka] = [&servers.redis, &servers.database, &servers.kafka]
        .map(|addresses| addresses.iter().flat_map(|text| text.split(',')).collect::<Vec<_>>());
    vec![
        listening("storefront-api", &["storefront-api"], &[storefront], true),
        listening("admission", &["admission"], &admission, true),
        supervised("worker", &["worker"]),
        supervised("sandbox-psp", &["sandbox-psp"]),
        listening("redis", &["redis-server", "valkey-server"], &redis, false),
        listening("postgres", &["postgres"], &database, false),
        listening("kafka", &["java"], &kafka, false),
    ]
}

fn listening(
    name: &'static str,
    programs: &'static [&'static str],
    addresses: &[&str],
    is_ours: bool,
) -> WatchedService {
    let ports = addresses.iter().filter_map(|address| local_port(address.trim())).collect();
    WatchedService { name, programs, found_by: FoundBy::Ports { ports, is_ours } }
}

fn supervised(name: &'static str, programs: &'static [&'static str]) -> WatchedService {
    WatchedService { name, programs, found_by: FoundBy::Supervisor }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_counts_and_a_remote_one_has_no_port() {
        let admission = ["http://127.0.0.1:8081".to_owned(), "http://127.0.0.1:8082/".to_owned()];
        let servers = ServerAddresses {
            kafka: Some("127.0.0.1:19092, localhost:19093".to_owned()),
            ..ServerAddresses::default()
        };
        let services = all("https://shop.example", &admission, &servers);
        let ports = |name: &str| -> Vec<u16> {
            let service = services.iter().find(|service| service.name == name);
            match service.map(|service| &service.found_by) {
                Some(FoundBy::Ports { ports, .. }) => ports.iter().copied().collect(),
                Some(FoundBy::Supervisor) | None => vec![],
            }
        };
        assert_eq!(ports("admission"), [8_081, 8_082]);
        assert_eq!(ports("kafka"), [19_092, 19_093]);
        assert_eq!((ports("storefront-api"), ports("redis")), (vec![], vec![]));
    }
}
