//! Who listens on which TCP port of this machine.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::IpAddr,
};

use reqwest::Url;

/// State of a listening socket in `/proc/net/tcp`.
const LISTEN: &str = "0A";

/// Returns the port of an address, a URL or `host:port`; `None` unless it is on this machine.
pub(crate) fn local_port(address: &str) -> Option<u16> {
    let is_url = address.contains("://");
    let url = if is_url { Url::parse(address) } else { Url::parse(&format!("tcp://{address}")) };
    let url = url.ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']);
    let is_local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let port = url.port_or_known_default().or_else(|| default_port(url.scheme()));
    port.filter(|_| is_local)
}

/// Returns the sockets that listen on each port, by their inodes.
pub(crate) fn listeners() -> BTreeMap<u16, BTreeSet<u64>> {
    let mut listeners: BTreeMap<u16, BTreeSet<u64>> = BTreeMap::new();
    for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let table = fs::read_to_string(path).unwrap_or_default();
        for (port, inode) in table.lines().filter_map(parse) {
            listeners.entry(port).or_default().insert(inode);
        }
    }
    listeners
}

/// Whether a process has one of these sockets open. Files of other users' processes cannot be seen.
pub(crate) fn holds_any(pid: u32, sockets: &BTreeSet<u64>) -> bool {
    let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let mut links = files.filter_map(|file| fs::read_link(file.path()).ok());
    links.any(|link| {
        let inode = link.to_str().and_then(inode);
        inode.is_some_and(|inode| sockets.contains(&inode))
    })
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "redis" | "rediss" => Some(6_379),
        "postgres" | "postgresql" => Some(5_432),
        _ => None,
    }
}

/// Reads a line of `/proc/net/tcp`; `None` unless the socket listens.
fn parse(line: &str) -> Option<(u16, u64)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (_, port) = fields.get(1)?.rsplit_once(':')?;
    if *fields.get(3)? != LISTEN {
        return None;
    }
    Some((u16::from_str_radix(port, 16).ok()?, fields.get(9)?.parse().ok()?))
}

fn inode(link: &str) -> Option<u64> {
    link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_have_a_local_port() {
        assert_eq!(local_port("http://127.0.0.1:8080/"), Some(8_080));
        assert_eq!(local_port("redis://user:secret@localhost:16379/3"), Some(16_379));
        assert_eq!(local_port("postgres://sluice@[::1]/sluice?sslmode=disable"), Some(5_432));
        assert_eq!(local_port("127.0.0.1:19092"), Some(19_092));
        assert_eq!(local_port("localhost:19092"), Some(19_092));
        assert_eq!(local_port("http://shop.example:8080"), None);
        assert_eq!(local_port("10.0.0.7:19092"), None);
        assert_eq!(local_port(""), None);
    }

    #[test]
    fn only_listening_sockets_are_read() {
        let listening = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 \
                         00000000     0        0 273444 1 00000000a79f7acc 100 0 0 10 0";
        assert_eq!(parse(listening), Some((8_080, 273_444)));
        assert_eq!(parse(&listening.replace(" 0A ", " 01 ")), None);
        let title = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt";
        assert_eq!(parse(title), None);
        assert_eq!((inode("socket:[273444]"), inode("/dev/null")), (Some(273_444), None));
    }

    #[test]
    fn the_holder_of_a_port_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(holds_any(std::process::id(), &listeners()[&port]));
        assert!(!holds_any(std::process::id(), &BTreeSet::from([0])));
    }
}
