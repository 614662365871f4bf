//! Names of all tests: Rust functions, and titles of the tests in JavaScript.

use std::{collections::BTreeSet, path::Path};

use super::files;

/// Finds every test of the workspace by its name.
pub(crate) fn all(root: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for path in files::below(root, &["rs"])? {
        names.extend(functions(&files::text(&path)?));
    }
    for path in files::below(root, &["mjs", "ts"])? {
        names.extend(titles(&files::text(&path)?));
    }
    Ok(names)
}

/// Functions behind a test attribute. Read by lines, since many stand in a macro.
fn functions(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            is_test |= ["test]", "test("].iter().any(|end| line.contains(*end))
                && !line.starts_with("#[cfg");
        } else if let Some(name) = function_name(line) {
            if is_test {
                names.push(name.to_owned());
            }
            is_test = false;
        }
    }
    names
}

fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_head = before.split_whitespace().all(|word| matches!(word, "async" | "pub"));
    is_head.then(|| after.split(['(', '<']).next().unwrap_or(after))
}

/// First arguments of `test("…"`, on the same line.
fn titles(text: &str) -> Vec<String> {
    let calls = text.lines().filter_map(|line| line.trim().strip_prefix("test("));
    calls.filter_map(quoted).collect()
}

fn quoted(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'))?;
    Some(text[1..].split_once(quote)?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_with_a_test_attribute_are_tests() {
        // One line, or this file's own lines would be taken for tests.
        let text = "#[tokio::test(flavor = \"multi_thread\")]\n#[ignore]\n// A comment.\n\
                    async fn waits() {}\nfn helper() {}\nproptest! {\n    #[test]\n    \
                    fn any_order(n in 0..3) {}\n}\n#[cfg(test)]\nmod tests { fn not_one() {} }";
        assert_eq!(functions(text), ["waits", "any_order"]);
    }

    #[test]
    fn titles_are_read_in_any_quotes() {
        let text = "test(\"it's\", async () => {\n  test('inner', () => {});\n  latest(\"x\");";
        assert_eq!(titles(text), ["it's", "inner"]);
    }
}
