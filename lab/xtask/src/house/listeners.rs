//! What is shipped listens with room for a crowd: by `edge::listen`, not with the short queue of the
//! standard library.

use super::crates::Crate;

/// What listens with the short queue.
const SHORT: [&str; 2] = ["TcpListener", "bind"];

/// Finds listeners with the short queue. What is in `lab/` meets no crowd but ours.
pub(crate) fn check(crates: &[Crate]) -> Vec<String> {
    crates.iter().filter(|found| !found.src.starts_with("lab/")).flat_map(in_crate).collect()
}

fn in_crate(found: &Crate) -> Vec<String> {
    let modules = found.modules.iter().map(|(_, module)| module);
    let shipped = modules.filter(|module| !module.file.ends_with("/tests.rs"));
    let paths =
        shipped.flat_map(|module| module.source.paths.iter().map(move |path| (module, path)));
    let short = paths.filter(|(_, path)| is_short(&path.segments));
    short.map(|(module, path)| format!("{}:{}", module.file, path.line)).collect()
}

fn is_short(segments: &[String]) -> bool {
    segments.len() >= SHORT.len()
        && segments.iter().rev().zip(SHORT.iter().rev()).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::crates::fixture;

    const SOURCE: &str = "\
        pub async fn run() { let _ = TcpListener::bind(ADDRESS).await; }\n\
        fn name() { let _ = tokio::net::TcpListener::bind; let _ = edge::listen; }\n\
        #[cfg(test)]\nmod tests { fn pretend() { let _ = TcpListener::bind; } }";

    #[test]
    fn a_listener_with_a_short_queue_is_found_in_what_is_shipped() {
        let files = [("lib.rs", SOURCE), ("room/tests.rs", SOURCE)];
        let findings = check(&[fixture("worker", &files), fixture("lab/crowd", &files)]);
        assert_eq!(findings, ["worker/src/lib.rs:1", "worker/src/lib.rs:2"]);
    }
}
