//! Who in a crate uses whom.

use super::modules::{Module, ModulePath, Modules, Target};

/// A use of `to` in `from`.
#[derive(Debug)]
pub(crate) struct Arrow {
    pub(crate) from: ModulePath,
    pub(crate) to: Target,
    /// Whether `from` only hands the name on.
    pub(crate) is_re_export: bool,
    /// File and line.
    pub(crate) place: String,
}

/// Finds every arrow between two modules of a crate.
pub(crate) fn all(modules: &Modules) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for (path, module) in modules.iter() {
        add_imports(&mut arrows, modules, path, module);
        add_paths(&mut arrows, modules, path, module);
    }
    arrows.retain(|arrow: &Arrow| arrow.from != arrow.to.module);
    arrows
}

fn add_imports(arrows: &mut Vec<Arrow>, modules: &Modules, from: &[String], module: &Module) {
    for import in &module.source.imports {
        let Some(mut to) = modules.resolve(from, &import.path) else { continue };
        // All of a module's names are more than the module's own.
        to.is_module &= import.name.is_some();
        let is_used = import.name.as_ref().is_some_and(|name| {
            module.source.paths.iter().any(|path| path.segments.first() == Some(name))
        });
        arrows.push(Arrow {
            from: from.to_vec(),
            to,
            is_re_export: import.is_public && !is_used,
            place: format!("{}:{}", module.file, import.line),
        });
    }
}

fn add_paths(arrows: &mut Vec<Arrow>, modules: &Modules, from: &[String], module: &Module) {
    for path in &module.source.paths {
        if path.segments.len() < 2 {
            continue; // a name of this file, or one whose import is an arrow
        }
        let Some(to) = modules.resolve(from, &path.segments) else { continue };
        arrows.push(Arrow {
            from: from.to_vec(),
            to,
            is_re_export: false,
            place: format!("{}:{}", module.file, path.line),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The arrows out of `lib.rs`, as `to` and whether it is a re-export.
    fn arrows_of(library: &str) -> Vec<(String, bool)> {
        let files = [("lib.rs", library), ("line.rs", "pub struct Line; pub fn run() {}")];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        let modules = Modules::read("src", &files).expect("sources");
        let arrows = all(&modules).into_iter();
        arrows.map(|arrow| (arrow.to.module.join("/"), arrow.is_re_export)).collect()
    }

    #[test]
    fn imports_paths_and_what_macros_are_given_are_arrows() {
        let one = [("line".to_owned(), false)];
        assert_eq!(arrows_of("mod line; use line::{self as queue};"), one);
        assert_eq!(arrows_of("fn f() { crate::line::run() }"), one);
        assert_eq!(arrows_of("fn f() { select! { () = line::run() => {} } }"), one);
        assert_eq!(arrows_of("mod inner { use super::line::Line; }"), one);
    }

    #[test]
    fn a_re_export_is_a_use_where_the_file_uses_the_name_too() {
        assert_eq!(arrows_of("pub use line::Line;"), [("line".to_owned(), true)]);
        assert_eq!(arrows_of("pub use line::Line; fn f(_: Line) {}"), [("line".to_owned(), false)]);
    }

    #[test]
    fn tests_comments_and_texts_are_no_arrows() {
        assert!(arrows_of("#[cfg(test)] mod tests { use super::line::Line; }").is_empty());
        let text = "/// [`crate::line::Line`]\nconst PATH: &str = \"crate::line::Line\";";
        assert!(arrows_of(text).is_empty());
    }
}
