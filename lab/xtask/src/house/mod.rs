//! Checks of what the compiler and clippy do not see: who imports whom, names, what pages say.
//!
//! | module | checks |
//! |---|---|
//! | `rings` | no folder's modules import each other in a ring |
//! | `roles` | no role of the worker imports another, no service another |
//! | `listeners` | what is shipped listens with room for a crowd |
//! | `type_names` | one type name means one thing in all crates, and none shadows the prelude |
//! | `features` | `docs/FEATURES.md` names real tests |
//! | `doc_paths` | paths named on the pages exist |
//!
//! `crates` holds the sources (`reader` reads one file into a `source`, `modules` finds what a path
//! means, `arrows` who imports whom), `test_names` the tests, `files` the folders.

mod arrows;
mod crates;
mod doc_paths;
mod features;
mod files;
mod items;
mod listeners;
mod modules;
mod reader;
mod rings;
mod roles;
mod source;
mod test_names;
mod type_names;

use std::{path::Path, process::ExitCode};

/// One check: its subject, the way to fix what it finds, and what it found.
struct Check {
    name: &'static str,
    remedy: &'static str,
    findings: Vec<String>,
}

/// Runs every check on the workspace and prints what each found.
pub(crate) fn check(root: &Path) -> anyhow::Result<ExitCode> {
    let checks = run_all(root)?;
    for check in &checks {
        print(check);
    }
    let is_clean = checks.iter().all(|check| check.findings.is_empty());
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run_all(root: &Path) -> anyhow::Result<[Check; 6]> {
    let crates = crates::read_all(root)?;
    Ok([
        Check {
            name: "rings",
            remedy: "let only one of two know the other, or move what both need into a third",
            findings: rings::check(&crates),
        },
        Check {
            name: "roles",
            remedy: "move what both need beside the roles, or into a library crate",
            findings: roles::check(&crates),
        },
        Check {
            name: "listeners",
            remedy: "listen with edge::listen",
            findings: listeners::check(&crates),
        },
        Check {
            name: "type names",
            remedy: "rename one of them, or add the name with its reason in house/type_names.rs",
            findings: type_names::check(&crates),
        },
        Check {
            name: "features",
            remedy: "correct the row in docs/FEATURES.md",
            findings: features::check(root)?,
        },
        Check {
            name: "paths on pages",
            remedy: "correct the page, or write <placeholder> for what is not a path",
            findings: doc_paths::check(root)?,
        },
    ])
}

fn print(check: &Check) {
    if check.findings.is_empty() {
        println!("  ok   {}", check.name);
        return;
    }
    println!("  FAIL {}: {} found; {}", check.name, check.findings.len(), check.remedy);
    for finding in &check.findings {
        println!("       {finding}");
    }
}
