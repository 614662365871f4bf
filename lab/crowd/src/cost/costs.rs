//! What a run cost in all, and per sold order.

use std::{collections::BTreeMap, fmt};

use comfy_table::{CellAlignment, Table, presets::UTF8_HORIZONTAL_ONLY};
use serde::{Deserialize, Serialize};

use super::{
    figure::{CostFigure, CountedCalls, text},
    redis_calls::CommandCounts,
    ticks::UsedTicks,
};

/// How many of the most frequent Redis commands are named.
const N_TOP_COMMANDS: usize = 5;

/// What a run cost. `None` was not measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunCosts {
    /// CPU of each service of the stack.
    pub cpu_ms: BTreeMap<String, Option<CostFigure>>,
    /// The sum of those that were measured.
    pub stack_cpu_ms: Option<CostFigure>,
    /// CPU of the crowd itself, which is not part of the sum.
    pub client_cpu_ms: Option<CostFigure>,
    /// CPU of everything else on this machine, the kernel included.
    pub rest_cpu_ms: Option<CostFigure>,
    /// Commands that Redis processed, those that scripts call included.
    pub redis_commands: Option<CostFigure>,
    /// The most frequent ones.
    pub redis_top_commands: BTreeMap<String, CostFigure>,
    /// Calls that Postgres answered.
    pub postgres_calls: Option<CostFigure>,
    /// What counts as a call of Postgres.
    pub postgres_counted: Option<CountedCalls>,
}

impl RunCosts {
    pub(crate) fn of_cpu(used: &UsedTicks, ticks_per_second: u64, n_sold: u64) -> Self {
        let figure =
            |ticks: u64| CostFigure::new(ticks as f64 * 1_000.0 / ticks_per_second as f64, n_sold);
        let services = used.services.iter();
        let stack = used.services.values().copied().flatten().reduce(|sum, ticks| sum + ticks);
        let known = stack.unwrap_or_default() + used.client.unwrap_or_default();
        let rest = used.machine.map(|machine| machine.saturating_sub(known));
        Self {
            cpu_ms: services.map(|(name, used)| ((*name).to_owned(), used.map(figure))).collect(),
            stack_cpu_ms: stack.map(figure),
            client_cpu_ms: used.client.map(figure),
            rest_cpu_ms: rest.map(figure),
            ..Self::default()
        }
    }

    pub(crate) fn add_redis(&mut self, commands: CommandCounts, n_sold: u64) {
        let figure = |n: u64| CostFigure::new(n as f64, n_sold);
        self.redis_commands = Some(figure(commands.n_in_all));
        let mut by_name: Vec<(String, u64)> = commands.by_name.into_iter().collect();
        by_name.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        by_name.truncate(N_TOP_COMMANDS);
        self.redis_top_commands = by_name.into_iter().map(|(name, n)| (name, figure(n))).collect();
    }

    pub(crate) fn add_postgres(&mut self, n_calls: u64, counted: CountedCalls, n_sold: u64) {
        self.postgres_calls = Some(CostFigure::new(n_calls as f64, n_sold));
        self.postgres_counted = Some(counted);
    }

    /// Returns the rows of CPU: the most expensive service first, then the sum, then what is not
    /// part of it.
    fn cpu_rows(&self) -> Vec<(String, Option<CostFigure>)> {
        let mut rows: Vec<_> = self.cpu_ms.iter().map(|(name, cpu)| (name.clone(), *cpu)).collect();
        rows.sort_by(|(_, a), (_, b)| total(*b).total_cmp(&total(*a)));
        let is_whole = rows.iter().all(|(_, cpu)| cpu.is_some());
        let sum = if is_whole { "the stack" } else { "the stack, as far as measured" };
        rows.push((sum.to_owned(), self.stack_cpu_ms));
        rows.push(("client, left out of the sum".to_owned(), self.client_cpu_ms));
        rows.push(("rest of the machine".to_owned(), self.rest_cpu_ms));
        rows
    }

    fn call_rows(&self) -> Vec<(String, Option<CostFigure>)> {
        let mut top: Vec<_> = self.redis_top_commands.iter().collect();
        top.sort_by(|(_, a), (_, b)| b.total.total_cmp(&a.total));
        let top = top.into_iter().map(|(name, n)| (format!("  {name}"), Some(*n)));
        let counted = self.postgres_counted.unwrap_or(CountedCalls::Statements).as_str();
        let mut rows =
            vec![("Redis commands, including those in scripts".to_owned(), self.redis_commands)];
        rows.extend(top);
        rows.push((format!("Postgres {counted}"), self.postgres_calls));
        rows
    }
}

impl fmt::Display for RunCosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", table("CPU, ms", self.cpu_rows()))?;
        write!(f, "{}", table("calls", self.call_rows()))
    }
}

fn table(title: &str, rows: Vec<(String, Option<CostFigure>)>) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_header([title, "total", "per sold order"]);
    for (name, figure) in rows {
        let per_sold = match figure {
            Some(CostFigure { per_sold: None, .. }) => "nothing sold".to_owned(),
            Some(CostFigure { per_sold, .. }) => text(per_sold),
            None => text(None),
        };
        table.add_row([name, text(figure.map(|figure| figure.total)), per_sold]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Sorts what was not measured last.
fn total(figure: Option<CostFigure>) -> f64 {
    figure.map_or(-1.0, |figure| figure.total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs() -> RunCosts {
        let services = BTreeMap::from([("worker", Some(30)), ("redis", Some(70)), ("kafka", None)]);
        let used = UsedTicks { services, client: Some(40), machine: Some(200) };
        RunCosts::of_cpu(&used, 100, 50)
    }

    #[test]
    fn the_client_is_left_out_of_the_sum() {
        let costs = costs();
        assert_eq!(costs.stack_cpu_ms, Some(CostFigure { total: 1_000.0, per_sold: Some(20.0) }));
        assert_eq!(costs.client_cpu_ms.unwrap().total, 400.0);
        assert_eq!(costs.rest_cpu_ms.unwrap().total, 600.0);
        let names: Vec<String> = costs.cpu_rows().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[..4], ["redis", "worker", "kafka", "the stack, as far as measured"]);
    }

    #[test]
    fn only_the_most_frequent_commands_are_named() {
        let mut costs = costs();
        let by_name = (1..=9).map(|n| (format!("command{n}"), n)).collect();
        costs.add_redis(CommandCounts { n_in_all: 45, by_name }, 50);
        let names: Vec<&str> = costs.redis_top_commands.keys().map(String::as_str).collect();
        assert_eq!(names, ["command5", "command6", "command7", "command8", "command9"]);
        assert_eq!(costs.redis_commands.unwrap().per_sold, Some(0.9));
    }

    #[test]
    fn what_is_missing_is_not_shown_as_zero() {
        let text = RunCosts::default().to_string();
        assert_eq!(text.matches("not measured").count(), 10, "{text}");
        let mut costs = costs();
        costs.add_postgres(500, CountedCalls::Transactions, 50);
        assert!(costs.to_string().contains("Postgres transactions"), "{costs}");
    }
}
