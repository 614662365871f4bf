//! A script file with the guard before it.
//!
//! The header of a file names its keys (`KEYS[2]  cfg  hash ..`). They are read from there, so a
//! script and its caller cannot disagree: in the script, key `cfg` is the variable `CFG`.

use redis::Script;
use std::sync::OnceLock;

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
    /// Called by its hash, and sent again when the server doesn't know it.
    pub(crate) script: Script,
    /// Names of its keys, in order.
    pub(crate) keys: Vec<&'static str>,
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
            Loaded { script: Script::new(&source), keys }
        })
    }

    fn whole(&self, keys: &[&str]) -> String {
        let names = keys.iter().map(|key| variable(key)).collect::<Vec<_>>().join(", ");
        let values: Vec<_> = (1..=keys.len()).map(|n| format!("KEYS[{n}]")).collect();
        let needed = match self.needs {
            Needs::Nothing => None,
            Needs::Open => Some("open"),
            Needs::Rebuilding => Some("rebuilding"),
        };
        let guard = needed.map_or_else(String::new, |state| {
            format!("local NEEDED = '{state}'\n{GUARD}\n{LINE}\n")
        });
        let source = self.source;
        format!("local {names} = {}\n{guard}{source}", values.join(", "))
    }
}

/// Reads the names from the header's lines `KEYS[n]  name ..`.
fn key_names(source: &'static str) -> Vec<&'static str> {
    let lines = source.lines().filter(|line| line.starts_with("KEYS["));
    lines.filter_map(|line| line.split_whitespace().nth(1)).collect()
}

/// Returns the name of a key in its script: `w:` is `W`.
fn variable(key: &str) -> String {
    key.trim_end_matches(':').to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_the_header() {
        let script = LineScript::open("test", "--[[\nKEYS[1]  ep  hash\nKEYS[2]  w:  prefix\n]]\n");
        assert_eq!(script.loaded().keys, ["ep", "w:"]);
        let whole = script.whole(&["ep", "w:"]);
        assert!(whole.starts_with("local EP, W = KEYS[1], KEYS[2]\nlocal NEEDED = 'open'\n"));
    }
}
