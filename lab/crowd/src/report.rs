//! What came of a run, and what it cost.

use std::{collections::BTreeMap, fmt, time::Duration};

use comfy_table::{Table, presets::UTF8_HORIZONTAL_ONLY};
use serde::{Deserialize, Serialize};
use shared::ids::DropId;

use super::{cost::RunCosts, measures::Measures, options::RunOptions, sales::SalesPace};

/// The counts, latencies and costs of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunReport {
    /// The drop that the shoppers joined.
    pub drop_id: DropId,
    /// How many were sent.
    pub shoppers: u64,
    /// Seed of all random choices.
    pub seed: u64,
    /// Shoppers who got a ticket.
    pub joined: u64,
    /// Shoppers who were told of their admission.
    pub admitted: u64,
    /// Programs among those who were sent.
    #[serde(default)]
    pub bots: u64,
    /// Programs among those who were told of their admission.
    #[serde(default)]
    pub bots_admitted: u64,
    /// Shoppers who saw their order confirmed.
    pub paid: u64,
    /// How many came to each end, by its stable name; it begins with `again` for those who had come
    /// back.
    pub ends: BTreeMap<String, u64>,
    /// Shoppers who were still not told an end when the time was over.
    pub gave_up: u64,
    /// Tries that had to be repeated.
    pub retries: u64,
    /// Times that a ticket was polled.
    pub polls: u64,
    /// From the first arrival to the last end.
    pub elapsed_ms: u64,
    /// From the first arrival to the last sale; `None` when nothing was sold.
    #[serde(default)]
    pub last_sale_ms: Option<u64>,
    /// By name, such as `join request`.
    pub latencies: BTreeMap<String, Latency>,
    /// Orders seen confirmed, over time.
    #[serde(default)]
    pub sales: SalesPace,
    /// CPU and calls of the stack during the run.
    #[serde(default)]
    pub costs: RunCosts,
}

/// Percentiles of one latency, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Number of measurements.
    pub n: u64,
    /// The median.
    pub p50_ms: f64,
    /// Nine in ten are faster.
    pub p90_ms: f64,
    /// 99 in a hundred are faster.
    pub p99_ms: f64,
    /// The slowest.
    pub max_ms: f64,
}

/// The end of shoppers who were told none.
pub(crate) const GAVE_UP: &str = "gave_up";

impl RunReport {
    pub(crate) fn new(
        drop_id: DropId,
        options: &RunOptions,
        measures: &Measures,
        elapsed: Duration,
        costs: RunCosts,
    ) -> Self {
        let (counts, ends) = (measures.counts(), measures.ends());
        let sold_after = measures.sold_after();
        let whole_ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let latencies = measures.latencies().into_iter().map(|(name, histogram)| {
            let ms = |quantile| histogram.value_at_quantile(quantile) as f64 / 1_000.0;
            let latency = Latency {
                n: histogram.len(),
                p50_ms: ms(0.5),
                p90_ms: ms(0.9),
                p99_ms: ms(0.99),
                max_ms: histogram.max() as f64 / 1_000.0,
            };
            (name.to_owned(), latency)
        });
        Self {
            drop_id,
            shoppers: options.shoppers,
            seed: options.seed,
            joined: counts.joined,
            admitted: counts.admitted,
            bots: counts.bots,
            bots_admitted: counts.bots_admitted,
            paid: counts.paid,
            gave_up: ends.get(GAVE_UP).copied().unwrap_or_default(),
            ends,
            retries: counts.retries,
            polls: counts.polls,
            elapsed_ms: whole_ms(elapsed),
            last_sale_ms: sold_after.iter().max().copied().map(whole_ms),
            latencies: latencies.collect(),
            sales: SalesPace::new(&sold_after),
            costs,
        }
    }
}

impl fmt::Display for RunReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed_ms as f64 / 1_000.0;
        writeln!(f, "drop {} · seed {} · {seconds:.1} s", self.drop_id, self.seed)?;
        let mut counts = Table::new();
        counts.load_style(UTF8_HORIZONTAL_ONLY).set_header(["shoppers", "n"]);
        for (name, n) in [
            ("sent", self.shoppers),
            ("  of them bots", self.bots),
            ("joined", self.joined),
            ("admitted", self.admitted),
            ("  of them bots", self.bots_admitted),
            ("paid", self.paid),
        ] {
            if self.bots > 0 || !name.ends_with("bots") {
                counts.add_row([name.to_owned(), n.to_string()]);
            }
        }
        for (how, n) in &self.ends {
            counts.add_row([format!("  ended: {how}"), n.to_string()]);
        }
        counts.add_row(["retries".to_owned(), self.retries.to_string()]);
        counts.add_row(["polls".to_owned(), self.polls.to_string()]);
        writeln!(f, "{counts}")?;
        let mut table = Table::new();
        let header = ["latency, ms", "n", "p50", "p90", "p99", "max"];
        table.load_style(UTF8_HORIZONTAL_ONLY).set_header(header);
        for (name, latency) in &self.latencies {
            let ms = |value: f64| format!("{value:.1}");
            table.add_row([
                name.clone(),
                latency.n.to_string(),
                ms(latency.p50_ms),
                ms(latency.p90_ms),
                ms(latency.p99_ms),
                ms(latency.max_ms),
            ]);
        }
        writeln!(f, "{table}\n{}", self.sales)?;
        write!(f, "{}", self.costs)
    }
}
