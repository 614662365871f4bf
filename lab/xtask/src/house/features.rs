//! `docs/FEATURES.md`: one row a feature, with a state and with tests that exist.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{files, test_names};

const PAGE: &str = "docs/FEATURES.md";
const STATES: [&str; 3] = ["works", "part", "not yet"];

/// A row of the page: id, name, state, what is there, tests in backticks.
#[derive(Debug)]
struct Row<'a> {
    id: &'a str,
    state: &'a str,
    tests: Vec<&'a str>,
}

/// Finds rows that are missing, doubled or name what is not there.
pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let page = files::text(&root.join(PAGE))?;
    Ok(findings(&page, &test_names::all(root)?))
}

fn findings(page: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let rows: Vec<Row<'_>> = page.lines().filter_map(row).collect();
    let mut findings = gaps(&rows);
    for row in &rows {
        let id = row.id;
        if !STATES.contains(&row.state) {
            findings.push(format!("{id}: the state is {}, not {}", row.state, STATES.join(", ")));
        }
        if row.state != "not yet" && row.tests.is_empty() {
            findings.push(format!("{id}: {} without a test", row.state));
        }
        let unknown = row.tests.iter().filter(|name| !tests.contains(**name));
        findings.extend(unknown.map(|name| format!("{id}: no test is called `{name}`")));
    }
    findings
}

/// The ids of a section run from 1 without a gap, in any order, each once.
fn gaps(rows: &[Row<'_>]) -> Vec<String> {
    let mut sections: BTreeMap<char, Vec<usize>> = BTreeMap::new();
    for (section, number) in rows.iter().filter_map(|row| parts(row.id)) {
        sections.entry(section).or_default().push(number);
    }
    let mut findings = Vec::new();
    if sections.is_empty() {
        findings.push(format!("{PAGE} has no rows"));
    }
    for (section, numbers) in sections {
        for wanted in 1..=numbers.iter().copied().max().unwrap_or_default() {
            match numbers.iter().filter(|number| **number == wanted).count() {
                0 => findings.push(format!("{section}{wanted}: no row")),
                1 => {}
                n_rows => findings.push(format!("{section}{wanted}: {n_rows} rows")),
            }
        }
    }
    findings
}

fn row(line: &str) -> Option<Row<'_>> {
    let cells: Vec<&str> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
    let id = *cells.first()?;
    parts(id)?;
    let state = cells.get(2).copied().unwrap_or_default();
    let tests = cells.get(4).copied().unwrap_or_default();
    Some(Row { id, state, tests: tests.split('`').skip(1).step_by(2).collect() })
}

/// A section's letter and a number.
fn parts(id: &str) -> Option<(char, usize)> {
    let section = id.chars().next().filter(char::is_ascii_uppercase)?;
    Some((section, id[1..].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings_of(rows: &str) -> Vec<String> {
        let tests = ["it_waits", "a title of two words"].map(str::to_owned);
        let head = "| id | feature | state | what is there | tests |\n|---|---|---|---|---|\n";
        findings(&format!("{head}{rows}"), &BTreeSet::from(tests))
    }

    #[test]
    fn a_true_page_has_no_findings() {
        let rows = "| Q2 | shuffle | not yet | nothing | |
| Q1 | line | works | all | queue: `it_waits`; browser: `a title of two words` |
| A1 | rate | part | some | `it_waits` |";
        assert!(findings_of(rows).is_empty());
    }

    #[test]
    fn a_wrong_state_and_a_test_that_is_not_there_are_found() {
        let rows = "| Q1 | line | done | all | `it_waits`, `it_went` |\n| Q2 | draw | part | ? | |";
        let wanted = [
            "Q1: the state is done, not works, part, not yet",
            "Q1: no test is called `it_went`",
            "Q2: part without a test",
        ];
        assert_eq!(findings_of(rows), wanted);
    }

    #[test]
    fn a_lost_row_and_a_double_one_are_found() {
        let row = |id| format!("| {id} | line | works | all | `it_waits` |\n");
        let rows = [row("Q1"), row("Q3"), row("Q3")].concat();
        assert_eq!(findings_of(&rows), ["Q2: no row", "Q3: 2 rows"]);
        assert_eq!(findings_of(""), ["docs/FEATURES.md has no rows"]);
    }
}
