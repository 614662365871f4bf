//! What came of the suites, beside their budgets.

use std::time::Duration;

use clap::{ValueEnum, builder::PossibleValue};
use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};

use crate::cli::Suite;

/// What came of one suite.
#[derive(Debug)]
pub(crate) struct SuiteResult {
    pub(crate) suite: Suite,
    pub(crate) passed: bool,
    pub(crate) took: Duration,
}

impl SuiteResult {
    fn is_over(&self) -> bool {
        self.took > self.suite.budget()
    }

    fn words(&self) -> &'static str {
        match (self.passed, self.is_over()) {
            (true, false) => "passed",
            (true, true) => "passed, OVER BUDGET",
            (false, false) => "FAILED",
            (false, true) => "FAILED, OVER BUDGET",
        }
    }
}

/// What is printed before a suite runs.
pub(crate) fn heading(suite: Suite) -> String {
    let value = suite.to_possible_value();
    let about = value.as_ref().and_then(PossibleValue::get_help);
    let about = about.map(ToString::to_string).unwrap_or_default();
    format!("\nsuite {suite}, budget {} min: {about}", whole_minutes(suite.budget()))
}

/// Lays out the results, with a loud line for each suite over its budget.
pub(crate) fn table(results: &[SuiteResult]) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["suite", "result", "minutes", "budget"]);
    for result in results {
        table.add_row([
            result.suite.to_string(),
            result.words().to_owned(),
            minutes(result.took),
            whole_minutes(result.suite.budget()).to_string(),
        ]);
    }
    let took: Duration = results.iter().map(|result| result.took).sum();
    let budget: Duration = results.iter().map(|result| result.suite.budget()).sum();
    table.add_row([
        "all".to_owned(),
        String::new(),
        minutes(took),
        whole_minutes(budget).to_string(),
    ]);
    let over = results.iter().filter(|result| result.is_over()).map(|result| {
        let (suite, budget) = (result.suite, whole_minutes(result.suite.budget()));
        format!("\n!!!! OVER BUDGET: {suite} took {} of {budget} min", minutes(result.took))
    });
    format!("\n{table}{}", over.collect::<String>())
}

fn minutes(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f32() / 60.0)
}

const fn whole_minutes(time: Duration) -> u64 {
    time.as_secs() / 60
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(suite: Suite, passed: bool, took_minutes: u64) -> SuiteResult {
        SuiteResult { suite, passed, took: Duration::from_secs(took_minutes * 60) }
    }

    #[test]
    fn a_suite_over_its_budget_is_marked_and_has_not_failed() {
        let shown = table(&[result(Suite::Web, true, 99), result(Suite::Browser, false, 0)]);
        let row = |name: &str| shown.lines().find(|line| line.contains(name)).unwrap_or_default();
        assert!(row("web").contains("passed, OVER BUDGET"), "{shown}");
        assert!(row("browser").contains("FAILED"), "{shown}");
        assert!(shown.contains("OVER BUDGET: web took 99.0 of 1 min"), "{shown}");
        assert!(!shown.contains("OVER BUDGET: browser"), "{shown}");
    }

    #[test]
    fn a_suite_is_announced_with_its_budget_and_what_it_is() {
        let shown = heading(Suite::CrashCore);
        assert!(shown.contains("suite crash-core, budget 19 min: The core"), "{shown}");
    }
}
