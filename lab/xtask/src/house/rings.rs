//! No folder's modules use each other in a ring, at any level of a crate.
//!
//! In each folder the arrows are lifted to what stands in it side by side: files, sub-folders,
//! and the folder's own file (`mod.rs`, `lib.rs`), which may hand on what the others define, but
//! may not both use them and define what they use.

use std::collections::{BTreeMap, BTreeSet, VecDeque, btree_map::Entry};

use super::{arrows::Arrow, crates::Crate};

/// Places that are named for one arrow, at most.
const SHOWN: usize = 3;

/// Who uses whom in a folder, and where.
type Graph = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Finds the rings of every crate.
pub(crate) fn check(crates: &[Crate]) -> Vec<String> {
    crates.iter().flat_map(in_crate).collect()
}

fn in_crate(found: &Crate) -> Vec<String> {
    let folders: BTreeSet<&[String]> =
        found.modules.iter().filter_map(|(path, _)| Some(path.split_last()?.1)).collect();
    folders.into_iter().flat_map(|folder| in_folder(found, folder)).collect()
}

fn in_folder(found: &Crate, folder: &[String]) -> Vec<String> {
    let graph = lift(found, folder);
    rings(&graph).iter().map(|ring| describe(&found.name, &graph, ring)).collect()
}

/// The folder's own file, as it is shown: `line/mod.rs`.
fn own_file(found: &Crate, folder: &[String]) -> String {
    let file = found.modules.get(folder).map_or("mod.rs", |module| module.file.as_str());
    file.strip_prefix(&format!("{}/", found.src)).unwrap_or(file).to_owned()
}

fn lift(found: &Crate, folder: &[String]) -> Graph {
    let own = own_file(found, folder);
    let mut graph = Graph::new();
    for arrow in &found.arrows {
        let Some((from, to)) = ends(arrow, folder, &own) else { continue };
        let places = graph.entry(from).or_default().entry(to).or_default();
        if !places.contains(&arrow.place) {
            places.push(arrow.place.clone());
        }
    }
    graph
}

/// What an arrow connects in a folder, if it does.
fn ends(arrow: &Arrow, folder: &[String], own: &str) -> Option<(String, String)> {
    let from = arrow.from.strip_prefix(folder)?.first();
    let to = arrow.to.module.strip_prefix(folder)?.first();
    let is_handed_on = from.is_none() && arrow.is_re_export;
    let is_passed = to.is_none() && arrow.to.is_module; // named on the way to another
    if from == to || is_handed_on || is_passed {
        return None;
    }
    let shown = |child: Option<&String>| match child {
        Some(child) => joined(folder, child),
        None => own.to_owned(),
    };
    Some((shown(from), shown(to)))
}

fn joined(folder: &[String], child: &str) -> String {
    folder.iter().rev().fold(child.to_owned(), |path, name| format!("{name}/{path}"))
}

/// The shortest ring through each module, each ring once.
fn rings(graph: &Graph) -> Vec<Vec<&str>> {
    let mut known: BTreeSet<BTreeSet<&str>> = BTreeSet::new();
    let mut rings = Vec::new();
    for start in graph.keys() {
        let Some(ring) = shortest_ring(graph, start) else { continue };
        if known.insert(ring.iter().copied().collect()) {
            rings.push(ring);
        }
    }
    rings
}

fn shortest_ring<'a>(graph: &'a Graph, start: &'a str) -> Option<Vec<&'a str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for next in graph.get(node).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                return Some(way_back(&came_from, start, node));
            }
            if let Entry::Vacant(entry) = came_from.entry(next) {
                entry.insert(node);
                open.push_back(next);
            }
        }
    }
    None
}

fn way_back<'a>(came_from: &BTreeMap<&'a str, &'a str>, start: &str, end: &'a str) -> Vec<&'a str> {
    let mut ring = vec![end];
    let mut node = end;
    while node != start {
        node = came_from[node];
        ring.push(node);
    }
    ring.reverse();
    ring
}

/// `crate: a → b → a`, then a line for each arrow.
fn describe(name: &str, graph: &Graph, ring: &[&str]) -> String {
    let mut text = format!("{name}: {} → {}", ring.join(" → "), ring[0]);
    for (from, to) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        let places = &graph[*from][*to];
        let shown = places.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = match places.len().saturating_sub(SHOWN) {
            0 => String::new(),
            n_more => format!(" and {n_more} more"),
        };
        text += &format!("\n         {from} → {to}: {shown}{more}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::crates::fixture;

    fn first_lines(files: &[(&str, &str)]) -> Vec<String> {
        let findings = check(&[fixture("lab/shop", files)]);
        findings.iter().filter_map(|text| text.lines().next().map(str::to_owned)).collect()
    }

    #[test]
    fn siblings_that_use_each_other_are_a_ring_with_its_places() {
        let files = [
            ("lib.rs", "mod a; mod b; fn run() { a::go(); b::run(); }"),
            ("a.rs", "use crate::b::run;\npub fn go() { super::b::run() }"),
            ("b.rs", "\nuse super::{a::{self}};\npub fn run() { a::go() }"),
        ];
        let findings = check(&[fixture("shop", &files)]);
        let wanted = "shop: a → b → a\n         a → b: shop/src/a.rs:1, shop/src/a.rs:2\n         \
                      b → a: shop/src/b.rs:2, shop/src/b.rs:3";
        assert_eq!(findings, [wanted]);
    }

    #[test]
    fn a_ring_is_found_between_folders_and_within_one() {
        let files = [
            ("lib.rs", "mod room; mod socket;"),
            ("room/mod.rs", "mod feed; mod rooms;"),
            ("room/feed.rs", "use super::rooms::Rooms;"),
            ("room/rooms.rs", "use crate::{room::feed, socket::send};"),
            ("socket.rs", "pub use crate::room::rooms::Rooms as Hub;"),
        ];
        let wanted = ["shop: room → socket → room", "shop: room/feed → room/rooms → room/feed"];
        assert_eq!(first_lines(&files), wanted);
    }

    #[test]
    fn a_folders_file_may_hand_on_but_not_define_what_those_it_uses_need() {
        let facade = [
            ("lib.rs", "mod drops;"),
            ("drops/mod.rs", "mod limits; mod text; pub use limits::Limits; pub use text::text;"),
            ("drops/limits.rs", "use super::text;"),
            ("drops/text.rs", "pub fn text() {}"),
        ];
        assert!(first_lines(&facade).is_empty());
        let mut ring = facade;
        ring[1].1 = "mod limits; pub fn text() {} fn read() { limits::read() }";
        let wanted = ["shop: drops/limits → drops/mod.rs → drops/limits"];
        assert_eq!(first_lines(&ring[..3]), wanted);
    }
}
