//! What the crowd does beside joining, waiting and paying.

use super::shape::{Arrivals, CrowdShape};

/// Habits of a crowd; each that is left out is the preset's, and of a steady crowd there are none.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct HabitOptions {
    /// When the shoppers arrive within that time.
    #[arg(long, value_enum)]
    pub arrivals: Option<Arrivals>,

    /// Seconds after which people in line read the page again and join again, about; 0 for never.
    #[arg(long)]
    pub reload_seconds: Option<f64>,

    /// Seconds after which a stream is cut, to be opened again, about; 0 for never.
    #[arg(long)]
    pub reconnect_seconds: Option<f64>,

    /// Tabs from which each shopper joins at once, each with a stream of its own. An instance of
    /// admission serves three streams of a ticket, and lets a newer one take over.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=20))]
    pub tabs: Option<u64>,

    /// Share of the shoppers who are programs, 0 to 1: each with a session of its own, joins, polls
    /// and never pays.
    #[arg(long)]
    pub bots: Option<f64>,

    /// Addresses that all bots have together, with `--forwarded-for`.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=254))]
    pub bot_addresses: Option<u8>,

    /// Whether requests say in `x-forwarded-for` whom they are from: each shopper has an address of
    /// their own. Services believe it where `edge.trusted_proxies` names this machine.
    #[arg(long)]
    pub forwarded_for: Option<bool>,

    /// Share of shoppers who redeem the code of a lane before they join, 0 to 1: the one of `--code`, or
    /// with `--create` that of a lane which is made with the drop and has a fifth of the admissions.
    #[arg(long)]
    pub with_code: Option<f64>,

    /// Code of a lane of the drop, for `--with-code`.
    #[arg(long, requires = "with_code", conflicts_with = "create")]
    pub code: Option<String>,

    /// Drops at once, with `--create`: each gets so many shoppers, and a report of its own. The
    /// second one's seed is one higher, and `run.jsonl` becomes `run-1.jsonl` and `run-2.jsonl`.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub drops: Option<u32>,

    /// Whether `--create` protects a site instead of making a drop: the admission rate and the
    /// occupancy cap are those of its visitors, and a pass is good for as long as units are held.
    #[arg(long)]
    pub site: Option<bool>,

    /// Seconds that a visitor stays in a site, about.
    #[arg(long)]
    pub stay_seconds: Option<f64>,

    /// Share of those who have left a site, come back and wait once more, 0 to 1.
    #[arg(long)]
    pub come_back: Option<f64>,
}

impl HabitOptions {
    /// Returns a shape with these habits over its own.
    pub(crate) fn over(&self, shape: CrowdShape) -> CrowdShape {
        CrowdShape {
            arrivals: self.arrivals.unwrap_or(shape.arrivals),
            reload_seconds: self.reload_seconds.unwrap_or(shape.reload_seconds),
            reconnect_seconds: self.reconnect_seconds.unwrap_or(shape.reconnect_seconds),
            tabs: self.tabs.unwrap_or(shape.tabs),
            bots: self.bots.unwrap_or(shape.bots),
            bot_addresses: self.bot_addresses.unwrap_or(shape.bot_addresses),
            forwarded_for: self.forwarded_for.unwrap_or(shape.forwarded_for),
            with_code: self.with_code.unwrap_or(shape.with_code),
            drops: self.drops.unwrap_or(shape.drops),
            site: self.site.unwrap_or(shape.site),
            stay_seconds: self.stay_seconds.unwrap_or(shape.stay_seconds),
            come_back: self.come_back.unwrap_or(shape.come_back),
            ..shape
        }
    }
}
