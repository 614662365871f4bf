//! One type name means one thing in all crates, and none shadows the prelude.

use std::collections::{BTreeMap, BTreeSet};

use super::crates::Crate;

/// Names that mean the same in several crates, and why each has its own.
const SHARED: [(&str, &str); 4] = [
    ("ApiError", "each HTTP service has one table from its failures to answers"),
    ("App", "each service has one state, which its handlers and tasks are given"),
    ("Command", "each tool of lab/ is told what to do"),
    ("Settings", "each program has settings"),
];
/// Types, traits and variants of the prelude of edition 2024.
const PRELUDE: &str = "\
    AsMut AsRef AsyncFn AsyncFnMut AsyncFnOnce Box Clone Copy Default DoubleEndedIterator Drop Eq \
    Err ExactSizeIterator Extend Fn FnMut FnOnce From FromIterator Future Into IntoFuture \
    IntoIterator Iterator None Ok Option Ord PartialEq PartialOrd Result Send Sized Some String \
    Sync ToOwned ToString TryFrom TryInto Unpin Vec";

/// Crate → where it defines the name.
type Homes<'a> = BTreeMap<&'a str, String>;

/// Finds names with two meanings.
pub(crate) fn check(crates: &[Crate]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut public: BTreeMap<&str, Homes<'_>> = BTreeMap::new();
    for found in crates {
        for (_, module) in found.modules.iter() {
            for defined in &module.source.types {
                let place = format!("{}:{}", module.file, defined.line);
                let name = defined.name.as_str();
                if PRELUDE.split(' ').any(|known| known == name) {
                    findings.push(format!("{name} shadows the prelude: {place}"));
                }
                if defined.is_public {
                    public.entry(name).or_default().entry(&found.name).or_insert(place);
                }
            }
        }
    }
    findings.extend(in_two_crates(&public, &SHARED));
    findings
}

fn in_two_crates(public: &BTreeMap<&str, Homes<'_>>, shared: &[(&str, &str)]) -> Vec<String> {
    let twice: BTreeSet<&str> =
        public.iter().filter(|(_, homes)| homes.len() > 1).map(|(name, _)| *name).collect();
    let excepted: BTreeSet<&str> = shared.iter().map(|(name, _)| *name).collect();
    let found = twice.difference(&excepted).map(|name| {
        let homes: Vec<&str> = public[name].values().map(String::as_str).collect();
        format!("{name} is defined twice: {}", homes.join(", "))
    });
    let stale = excepted.difference(&twice);
    found.chain(stale.map(|name| format!("{name} is unique; take it off the exceptions"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::crates::fixture;

    /// Three pairs that make the exceptions needed, and what is looked at.
    fn findings(line: &str) -> Vec<String> {
        let excepted: Vec<String> =
            SHARED.iter().map(|(name, _)| format!("pub struct {name};")).collect();
        let excepted = excepted.join(" ");
        check(&[
            fixture(
                "queue",
                &[("lib.rs", excepted.as_str()), ("room.rs", "pub(crate) struct Room;")],
            ),
            fixture("lab/crowd", &[("lib.rs", excepted.as_str()), ("line.rs", line)]),
        ])
    }

    #[test]
    fn a_name_of_two_crates_is_found_with_its_places() {
        let wanted = "Room is defined twice: lab/crowd/src/line.rs:2, queue/src/room.rs:1";
        assert_eq!(findings("\npub(super) type Room = u8;"), [wanted]);
    }

    #[test]
    fn private_names_those_of_tests_and_associated_types_do_not_count() {
        assert!(findings("struct Room; enum Line {}").is_empty());
        assert!(findings("#[cfg(test)] mod tests { pub struct Room; }").is_empty());
        assert!(findings("impl FromStr for A { type Err = Bad; }").is_empty());
    }

    #[test]
    fn no_name_shadows_the_prelude() {
        let wanted = "From shadows the prelude: lab/crowd/src/line.rs:1";
        assert_eq!(findings("enum From { Here }"), [wanted]);
    }

    #[test]
    fn an_exception_that_is_not_needed_is_found() {
        let wanted = "App is unique; take it off the exceptions";
        assert_eq!(in_two_crates(&BTreeMap::new(), &[("App", "a reason")]), [wanted]);
    }
}
