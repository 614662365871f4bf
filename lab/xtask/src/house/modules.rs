//! The modules of a crate, and what a path in one of them means.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::anyhow;

use super::{reader, source::SourceFile};

/// A module's path below its crate; the root's is empty.
pub(crate) type ModulePath = Vec<String>;

/// A module's file and what is in it.
#[derive(Debug)]
pub(crate) struct Module {
    /// From the workspace's folder.
    pub(crate) file: String,
    pub(crate) source: SourceFile,
}

/// All modules of a crate.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    by_path: BTreeMap<ModulePath, Module>,
    /// The modules that define the macros which stand at the crate's root.
    exported_macros: BTreeMap<String, ModulePath>,
}

/// Where a path leads: a module itself, or something that this module defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) module: ModulePath,
    pub(crate) is_module: bool,
}

impl Modules {
    /// Reads the files of a crate, given with their paths below its `src` folder.
    pub(crate) fn read(src: &str, files: &[(String, String)]) -> anyhow::Result<Self> {
        let has_library = files.iter().any(|(path, _)| path == "lib.rs");
        let mut modules = Self::default();
        for (path, text) in files {
            if has_library && path == "main.rs" {
                continue; // a crate of its own, which sees the library from outside
            }
            let file = format!("{src}/{path}");
            let source = reader::read(text).map_err(|error| {
                let line = error.span().start().line;
                anyhow!("cannot read {file}:{line}: {error}")
            })?;
            let path = module_path(path);
            for name in &source.exported_macros {
                modules.exported_macros.insert(name.clone(), path.clone());
            }
            modules.by_path.insert(path, Module { file, source });
        }
        Ok(modules)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&ModulePath, &Module)> {
        self.by_path.iter()
    }

    pub(crate) fn get(&self, path: &[String]) -> Option<&Module> {
        self.by_path.get(path)
    }

    /// Finds what a path in the module `from` means, through imports and re-exports. None if it
    /// leads out of the crate. Where a name is not found, its module is what we know.
    pub(crate) fn resolve(&self, from: &[String], path: &[String]) -> Option<Target> {
        Search { modules: self, seen: BTreeSet::new() }.resolve(from, path)
    }
}

/// One search; a name that was looked for once is not looked for again.
struct Search<'a> {
    modules: &'a Modules,
    seen: BTreeSet<(ModulePath, String)>,
}

impl Search<'_> {
    fn resolve(&mut self, from: &[String], path: &[String]) -> Option<Target> {
        let (mut place, rest) = self.start(from, path)?;
        for name in rest {
            if !place.is_module {
                break; // a variant, a method: within the item
            }
            place = self.look_up(&place.module, name).unwrap_or_else(|| item_of(&place.module));
        }
        Some(place)
    }

    fn start<'p>(&mut self, from: &[String], path: &'p [String]) -> Option<(Target, &'p [String])> {
        match path.first()?.as_str() {
            "crate" => Some((module_at(&[]), &path[1..])),
            "self" => Some((module_at(from), &path[1..])),
            "super" => {
                let n_up = path.iter().take_while(|name| *name == "super").count();
                let depth = from.len().checked_sub(n_up)?;
                Some((module_at(&from[..depth]), &path[n_up..]))
            }
            name => Some((self.look_up(from, name)?, &path[1..])),
        }
    }

    fn look_up(&mut self, module: &[String], name: &str) -> Option<Target> {
        if !self.seen.insert((module.to_vec(), name.to_owned())) {
            return None;
        }
        let modules = self.modules;
        let child = child_of(module, name);
        if modules.get(&child).is_some() {
            return Some(module_at(&child));
        }
        let source = &modules.get(module)?.source;
        if source.items.contains(name) {
            return Some(item_of(module));
        }
        if let Some(import) = source.imports.iter().find(|i| i.name.as_deref() == Some(name)) {
            return self.resolve(module, &import.path);
        }
        if module.is_empty()
            && let Some(home) = modules.exported_macros.get(name)
        {
            return Some(item_of(home));
        }
        let mut globs = source.imports.iter().filter(|import| import.name.is_none());
        globs.find_map(|glob| self.look_up_in_glob(module, &glob.path, name))
    }

    fn look_up_in_glob(&mut self, from: &[String], path: &[String], name: &str) -> Option<Target> {
        let glob = self.resolve(from, path).filter(|target| target.is_module)?;
        self.look_up(&glob.module, name)
    }
}

fn module_at(path: &[String]) -> Target {
    Target { module: path.to_vec(), is_module: true }
}

fn item_of(path: &[String]) -> Target {
    Target { module: path.to_vec(), is_module: false }
}

fn child_of(module: &[String], name: &str) -> ModulePath {
    let mut child = module.to_vec();
    child.push(name.to_owned());
    child
}

fn module_path(file: &str) -> ModulePath {
    let mut path: ModulePath = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if let Some("mod" | "lib" | "main") = path.last().map(String::as_str) {
        path.pop();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKET: &str = "pub struct Ticket; pub struct Lease; \
                          #[macro_export] macro_rules! id { () => {} }";

    fn modules() -> Modules {
        let files = [
            ("lib.rs", "pub mod line; pub use line::Ticket;"),
            ("line/mod.rs", "pub use ticket::{Ticket, Lease as Claim}; pub fn run() {}"),
            ("line/ticket.rs", TICKET),
            ("line/all.rs", "pub use super::ticket::*;"),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        Modules::read("src", &files).expect("sources")
    }

    fn resolve(from: &str, path: &str) -> Option<(String, bool)> {
        let words = |text: &str, by: &str| -> Vec<String> {
            text.split(by).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let target = modules().resolve(&words(from, "/"), &words(path, "::"))?;
        Some((target.module.join("/"), target.is_module))
    }

    #[test]
    fn a_path_leads_through_re_exports_to_the_file_that_defines_the_name() {
        let ticket = Some(("line/ticket".to_owned(), false));
        assert_eq!(resolve("", "crate::Ticket"), ticket);
        assert_eq!(resolve("", "line::Ticket::new"), ticket);
        assert_eq!(resolve("line/all", "super::Claim"), ticket);
        assert_eq!(resolve("", "crate::line::all::Lease"), ticket);
        assert_eq!(resolve("line", "crate::id"), ticket);
    }

    #[test]
    fn what_is_not_found_is_its_modules() {
        assert_eq!(resolve("line/all", "super::run"), Some(("line".to_owned(), false)));
        assert_eq!(resolve("", "crate::line::generated"), Some(("line".to_owned(), false)));
        assert_eq!(resolve("", "line"), Some(("line".to_owned(), true)));
    }

    #[test]
    fn other_crates_are_outside() {
        assert_eq!(resolve("line", "std::fmt::Display"), None);
        assert_eq!(resolve("line/ticket", "Vec::new"), None);
    }
}
