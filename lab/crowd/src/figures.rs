//! A report as a flat list of named figures, for comparing it with another.

use super::{
    cost::{CostFigure, CountedCalls, RunCosts},
    report::RunReport,
    sales::SalesPace,
};

/// A name with its unit, and a value; `None` was not measured.
type NamedFigure = (String, Option<f64>);

impl RunReport {
    /// Lists everything that was counted or timed.
    pub(crate) fn figures(&self) -> Vec<NamedFigure> {
        let counts = [
            ("shoppers", self.shoppers),
            ("joined", self.joined),
            ("admitted", self.admitted),
            ("bots", self.bots),
            ("bots admitted", self.bots_admitted),
            ("paid", self.paid),
            ("retries", self.retries),
            ("polls", self.polls),
            ("elapsed, ms", self.elapsed_ms),
        ];
        let counts = counts.map(|(name, n)| (name.to_owned(), Some(n as f64)));
        let ends = self.ends.iter().map(|(how, n)| (format!("ended: {how}"), Some(*n as f64)));
        let latencies = self.latencies.iter().flat_map(|(name, latency)| {
            [("p50", latency.p50_ms), ("p90", latency.p90_ms), ("p99", latency.p99_ms)]
                .map(|(quantile, ms)| (format!("{name}, {quantile} ms"), Some(ms)))
        });
        counts
            .into_iter()
            .chain(ends)
            .chain(of_sales(&self.sales))
            .chain(latencies)
            .chain(of_costs(&self.costs))
            .collect()
    }
}

fn of_sales(sales: &SalesPace) -> [NamedFigure; 2] {
    [
        ("sold per second, average".to_owned(), sales.mean_per_second),
        ("sold per second, at most".to_owned(), Some(sales.busiest_per_second() as f64)),
    ]
}

fn of_costs(costs: &RunCosts) -> Vec<NamedFigure> {
    let per_sold = |figure: Option<CostFigure>| figure.and_then(|figure| figure.per_sold);
    let cpu = |name: &str, figure| (format!("CPU per sold order, ms: {name}"), per_sold(figure));
    let mut figures: Vec<NamedFigure> =
        costs.cpu_ms.iter().map(|(name, figure)| cpu(name, *figure)).collect();
    figures.push(cpu("the stack", costs.stack_cpu_ms));
    figures.push(cpu("client", costs.client_cpu_ms));
    figures.push(cpu("rest of the machine", costs.rest_cpu_ms));
    let redis = "Redis commands per sold order";
    figures.push((redis.to_owned(), per_sold(costs.redis_commands)));
    let top = costs.redis_top_commands.iter();
    figures.extend(top.map(|(name, n)| (format!("{redis}: {name}"), per_sold(Some(*n)))));
    let counted = costs.postgres_counted.unwrap_or(CountedCalls::Statements).as_str();
    figures.push((format!("Postgres {counted} per sold order"), per_sold(costs.postgres_calls)));
    figures
}
