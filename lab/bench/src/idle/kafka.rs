//! What reaches Kafka.

use anyhow::{Context as _, ensure};
use tokio::process::Command;

/// The kernel's count of segments with data that a socket has taken in.
const SEGMENTS: &str = "data_segs_in:";

/// Returns how many requests the open connections of a broker have brought: on loopback a segment
/// holds a whole one.
pub(super) async fn requests(brokers: &str) -> anyhow::Result<u64> {
    let (_, port) = brokers.rsplit_once(':').context("a broker without a port")?;
    let listed = Command::new("ss")
        .args(["-tinOH", "state", "established", &format!("sport = :{port}")])
        .output()
        .await
        .context("cannot run ss (package iproute2)")?;
    ensure!(listed.status.success(), "ss: {}", String::from_utf8_lossy(&listed.stderr));
    Ok(count(&String::from_utf8_lossy(&listed.stdout)))
}

fn count(listed: &str) -> u64 {
    let counts = listed.split_whitespace().filter_map(|word| word.strip_prefix(SEGMENTS));
    counts.filter_map(|count| count.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_segments_of_all_connections_are_counted() {
        let listed = "0 0 127.0.0.1:9092 127.0.0.1:4 cubic segs_in:9 data_segs_in:5 rtt:0.1\n\
                      0 0 127.0.0.1:9092 127.0.0.1:5 cubic rtt:0.2\n\
                      0 0 127.0.0.1:9092 127.0.0.1:6 cubic data_segs_in:37 data_segs_out:2";
        assert_eq!(count(listed), 42);
    }
}
