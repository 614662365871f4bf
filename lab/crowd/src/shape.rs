//! The shape of a crowd: who comes when, and what they do in line.

use clap::ValueEnum;
use serde::Serialize;

/// When shoppers arrive, within the time of the arrivals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arrivals {
    /// At any time.
    Even,
    /// Nine in ten within its first tenth.
    Spike,
    /// Half within its first third, half within its last twentieth.
    TwoWaves,
}

/// What a crowd does. Shares are from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct CrowdShape {
    pub(crate) arrivals: Arrivals,
    /// How long the shoppers take to arrive.
    pub(crate) over_seconds: f64,
    /// Leave the page after joining.
    pub(crate) absent: f64,
    /// Get their turn, and do not pay or come.
    pub(crate) never_pay: f64,
    /// Time between two reloads of a page, about; 0 for none.
    pub(crate) reload_seconds: f64,
    /// How long a stream lasts until it is cut, about; 0 for as long as the server lets it.
    pub(crate) reconnect_seconds: f64,
    /// Of each shopper.
    pub(crate) tabs: u64,
    /// Are programs, which join and never pay.
    pub(crate) bots: f64,
    /// Of all bots together.
    pub(crate) bot_addresses: u8,
    /// Whether requests say in `x-forwarded-for` whom they are from.
    pub(crate) forwarded_for: bool,
    /// Redeem the code of a lane before they join.
    pub(crate) with_code: f64,
    /// Drops at once.
    pub(crate) drops: u32,
    /// Whether the drop that is made stands before a site.
    pub(crate) site: bool,
    /// How long visitors stay there, about.
    pub(crate) stay_seconds: f64,
    /// Of those who have left a site, come back and wait once more.
    pub(crate) come_back: f64,
}

impl CrowdShape {
    /// A crowd that only joins, waits and pays.
    pub(crate) const STEADY: Self = Self {
        arrivals: Arrivals::Even,
        over_seconds: 20.0,
        absent: 0.2,
        never_pay: 0.1,
        reload_seconds: 0.0,
        reconnect_seconds: 0.0,
        tabs: 1,
        bots: 0.0,
        bot_addresses: 4,
        forwarded_for: false,
        with_code: 0.0,
        drops: 1,
        site: false,
        stay_seconds: 5.0,
        come_back: 0.0,
    };

    /// Returns the options that make this crowd out of a steady one.
    pub(crate) fn options(&self) -> Vec<String> {
        let of = |shape: &Self| -> Vec<(&'static str, String)> {
            let arrivals = shape.arrivals.to_possible_value();
            let arrivals = arrivals.map(|value| value.get_name().to_owned());
            vec![
                ("arrivals", arrivals.unwrap_or_default()),
                ("over-seconds", shape.over_seconds.to_string()),
                ("absent", shape.absent.to_string()),
                ("never-pay", shape.never_pay.to_string()),
                ("reload-seconds", shape.reload_seconds.to_string()),
                ("reconnect-seconds", shape.reconnect_seconds.to_string()),
                ("tabs", shape.tabs.to_string()),
                ("bots", shape.bots.to_string()),
                ("bot-addresses", shape.bot_addresses.to_string()),
                ("forwarded-for", shape.forwarded_for.to_string()),
                ("with-code", shape.with_code.to_string()),
                ("drops", shape.drops.to_string()),
                ("site", shape.site.to_string()),
                ("stay-seconds", shape.stay_seconds.to_string()),
                ("come-back", shape.come_back.to_string()),
            ]
        };
        let own = of(self).into_iter().zip(of(&Self::STEADY));
        let other = own.filter(|(own, steady)| own != steady);
        other.map(|((name, value), _)| format!("--{name} {value}")).collect()
    }
}
