//! A script file with the guard before it.
//!
//! The header of a file names its keys (`KEYS[2]  cfg  hash ..`). They are read from there, so a
//! script and its caller cannot disagree: in the script, key `cfg` is the variable `CFG`. A name
//! that ends in a colon is a family of keys, which come last: `fin:` has one for each epoch, `w:`
//! and `missed:` have one for each line; in the script they are the tables `FIN`, `W` and `MISSED`.

use crate::{DropKeys, lines::RoomLines};
use redis::{Cmd, Script};
use shared::line::Epoch;
use std::sync::OnceLock;

const KEYS: &str = include_str!("../lua/keys.lua");
const GUARD: &str = include_str!("../lua/guard.lua");
const LINE: &str = include_str!("../lua/line.lua");

/// The state a room must be in for a script to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Open,
    Rebuilding,
    /// The script checks for itself, without the guard and what goes with it.
    Nothing,
}

/// A script of the line, loaded at its first use.
#[derive(Debug)]
pub(crate) struct LineScript {
    /// Its name in errors.
    pub(crate) operation: &'static str,
    source: &'static str,
    needs: Needs,
    loaded: OnceLock<Loaded>,
}

/// A script ready to run.
#[derive(Debug)]
pub(crate) struct Loaded {
    source: String,
    /// Called by its hash; sent whole to a server that doesn't know it.
    script: Script,
    keys: Vec<&'static str>,
}

impl LineScript {
    /// Creates a script for an open room.
    pub(crate) const fn open(operation: &'static str, source: &'static str) -> Self {
        Self { operation, source, needs: Needs::Open, loaded: OnceLock::new() }
    }

    /// Creates a script for a room that is being rebuilt.
    pub(crate) const fn rebuilding(operation: &'static str, source: &'static str) -> Self {
        Self { operation, source, needs: Needs::Rebuilding, loaded: OnceLock::new() }
    }

    /// Creates a script that checks the room for itself.
    pub(crate) const fn unguarded(operation: &'static str, source: &'static str) -> Self {
        Self { operation, source, needs: Needs::Nothing, loaded: OnceLock::new() }
    }

    pub(crate) fn loaded(&self) -> &Loaded {
        self.loaded.get_or_init(|| {
            let keys = key_names(self.source);
            let source = self.whole(&keys);
            Loaded { script: Script::new(&source), source, keys }
        })
    }

    fn whole(&self, keys: &[&str]) -> String {
        let (families, fixed): (Vec<&str>, Vec<&str>) =
            keys.iter().copied().partition(|key| key.ends_with(':'));
        let guard = match self.needs {
            Needs::Nothing => String::new(),
            Needs::Open => format!("local NEEDED = 'open'\n{GUARD}\n{LINE}\n"),
            Needs::Rebuilding => format!("local NEEDED = 'rebuilding'\n{GUARD}\n{LINE}\n"),
        };
        let families = if families.is_empty() {
            "local SHAPE, VARIANTS, LANES\n".to_owned()
        } else {
            let taken: String = families.iter().map(|family| take(family)).collect();
            format!("local FIXED = {}\n{KEYS}\n{taken}", fixed.len())
        };
        let names: Vec<_> = fixed.iter().map(|key| variable(key)).collect();
        let values: Vec<_> = (1..=fixed.len()).map(|n| format!("KEYS[{n}]")).collect();
        format!(
            "local {} = {}\n{families}{guard}{}",
            names.join(", "),
            values.join(", "),
            self.source
        )
    }
}

impl Loaded {
    /// Whether it touches lines, so that its caller has to know the room's variants.
    pub(crate) fn has_lines(&self) -> bool {
        self.keys.contains(&"w:")
    }

    /// Begins a call by its hash.
    pub(crate) fn by_hash(&self) -> Cmd {
        let mut call = redis::cmd("EVALSHA");
        call.arg(self.script.get_hash());
        call
    }

    /// Begins a call that sends it whole, after which that server knows it.
    pub(crate) fn whole(&self) -> Cmd {
        let mut call = redis::cmd("EVAL");
        call.arg(self.source.as_str());
        call
    }

    /// Returns all keys it may touch. `target` is the key of that name.
    pub(crate) fn keys(
        &self,
        keys: &DropKeys,
        epoch: Epoch,
        lines: &RoomLines,
        target: Option<&str>,
    ) -> Vec<String> {
        let mut all = Vec::with_capacity(self.keys.len() + 2 * lines.all().count());
        for name in &self.keys {
            match (*name, target) {
                ("fin:", _) => all.extend((1..=epoch.0).map(|n| keys.finished(Epoch(n)))),
                ("w:", _) => all.extend(lines.waiting(keys)),
                ("missed:", _) => all.extend(lines.missed(keys)),
                ("target", Some(target)) => all.push(target.to_owned()),
                (name, _) => all.push(keys.named(name)),
            }
        }
        all
    }
}

/// Reads the names from the header's lines `KEYS[n]  name ..`.
fn key_names(source: &'static str) -> Vec<&'static str> {
    let lines = source.lines().filter(|line| line.starts_with("KEYS["));
    lines.filter_map(|line| line.split_whitespace().nth(1)).collect()
}

/// Writes the taking of a family's keys.
fn take(family: &str) -> String {
    let size = if family == "fin:" { "tonumber(ARGV[1])" } else { "N_LINES" };
    format!("local {} = family({size})\n", variable(family))
}

/// Returns the name of a key in its script: `w:` is `W`.
fn variable(key: &str) -> String {
    key.trim_end_matches(':').to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        ids::{DropId, VariantId},
        line::Lane,
    };

    const HEADER: &str = "--[[\nKEYS[1]  ep  hash\nKEYS[..] fin:  bits\nKEYS[..] w:  zsets\n]]\n";

    #[test]
    fn keys_come_from_the_header() {
        let script = LineScript::open("test", HEADER);
        assert!(script.loaded().has_lines());
        let whole = script.whole(&script.loaded().keys);
        assert!(whole.starts_with("local EP = KEYS[1]\nlocal FIXED = 1\n"));
        assert!(
            whole.contains("\nlocal FIN = family(tonumber(ARGV[1]))\nlocal W = family(N_LINES)\n")
        );
        assert!(whole.contains("\nlocal NEEDED = 'open'\n"));
    }

    #[test]
    fn a_family_has_a_key_for_each_epoch_or_line() {
        let (keys, variant_id) = (DropKeys::new(DropId::generate()), VariantId::generate());
        let lines = RoomLines::of([variant_id].into(), [Lane(2)].into());
        let script = LineScript::open("test", HEADER);
        let all = script.loaded().keys(&keys, Epoch(2), &lines, None);
        let bits = [keys.finished(Epoch(1)), keys.finished(Epoch(2))];
        let lines = [Lane::NORMAL, Lane(2)].map(|lane| keys.waiting(lane, variant_id));
        assert_eq!(all, [[keys.named("ep")].as_slice(), &bits, &lines].concat());
    }
}
