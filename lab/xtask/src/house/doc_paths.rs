//! Paths that the pages name exist: in backticks, and in the maps between fences.

use std::path::{Path, PathBuf};

use super::files;

const PAGES: [&str; 3] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"];
/// Its first column names places that are no more.
const MOVED: &str = "docs/MOVED.md";

/// Finds paths that lead nowhere.
pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let folders = files::folders_in(root)?;
    let mut pages: Vec<PathBuf> = PAGES.iter().map(|page| root.join(page)).collect();
    pages.extend(files::below(&root.join("docs"), &["md"])?);
    let mut findings = Vec::new();
    for page in pages {
        let name = page.strip_prefix(root)?.to_string_lossy().into_owned();
        for (line, path) in paths(&name, &files::text(&page)?, &folders) {
            if !root.join(&path).exists() {
                findings.push(format!("{name}:{line}: there is no {path}"));
            }
        }
    }
    Ok(findings)
}

/// Lists what looks like a path of ours, with its line.
fn paths(page: &str, text: &str, folders: &[String]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut is_fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
            continue;
        }
        let line = if page == MOVED { without_first_cell(line) } else { line };
        let spans =
            if is_fenced { vec![line] } else { line.split('`').skip(1).step_by(2).collect() };
        let words = spans.into_iter().flat_map(str::split_whitespace);
        found.extend(words.filter_map(|word| path(word, folders)).map(|path| (index + 1, path)));
    }
    found
}

fn without_first_cell(line: &str) -> &str {
    line.strip_prefix('|').and_then(|row| row.split_once('|')).map_or(line, |(_, rest)| rest)
}

/// The path in a word, as far as it is one: up to a `<placeholder>`, a `*` or a line's number.
fn path(word: &str, folders: &[String]) -> Option<String> {
    let word = word.trim_start_matches("./").trim_end_matches([',', '.', ';', ')']);
    let (first, _) = word.split_once('/')?;
    if !folders.iter().any(|folder| folder == first) {
        return None;
    }
    let word = word.split(':').next()?;
    let is_plain = |part: &&str| !part.contains(['<', '*', '{', '$', '…']);
    Some(word.split('/').take_while(is_plain).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths_of(page: &str, text: &str) -> Vec<(usize, String)> {
        paths(page, text, &["queue".to_owned(), "scripts".to_owned()])
    }

    #[test]
    fn paths_in_backticks_and_fences_are_read() {
        let text = "See `queue/src/join.rs:12`, queue/none, `GET /v1/drops`.\n\
                    ```\n2 → Redis   queue/lua/, queue/src/<role>/x.rs   ./scripts/up\n```\n`queue/*`";
        let wanted = [
            (1, "queue/src/join.rs"),
            (3, "queue/lua/"),
            (3, "queue/src"),
            (3, "scripts/up"),
            (5, "queue"),
        ];
        assert_eq!(paths_of("README.md", text), wanted.map(|(line, path)| (line, path.to_owned())));
    }

    #[test]
    fn where_things_were_is_not_looked_for() {
        let row = "| `queue/src/wire.rs` | `queue/src/line.rs` |";
        assert_eq!(paths_of(MOVED, row), [(1, "queue/src/line.rs".to_owned())]);
    }

    #[test]
    fn a_path_that_leads_nowhere_is_found() {
        let root = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        write("queue/src/join.rs", "");
        write("docs/API.md", "`queue/src/join.rs` and `queue/src/wire.rs`");
        for page in PAGES {
            write(page, "");
        }
        let findings = check(root.path()).expect("findings");
        assert_eq!(findings, ["docs/API.md:1: there is no queue/src/wire.rs"]);
    }
}
