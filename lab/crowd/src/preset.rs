//! Crowds that are known by a name, and what each does.

use std::fmt::Write;

use clap::ValueEnum;
use comfy_table::{Table, presets::UTF8_HORIZONTAL_ONLY};

use super::shape::{Arrivals, CrowdShape};

/// A crowd that is known by a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Arrives evenly; a fifth leaves the page after joining, a tenth never pays.
    Steady,
    /// Nearly everyone arrives within the first second.
    Spike,
    /// Half arrive early, and the other half all at once when the line has been open for long.
    LateSurge,
    /// Everybody reads the page again every few seconds, and joins again.
    RefreshStorm,
    /// Every stream is cut after a few seconds and opened again.
    ReconnectChurn,
    /// Half leave the page after joining: no stream is open, and whoever is away is passed over.
    Absentees,
    /// Everybody joins from three tabs at once, each with a stream of its own.
    ManyTabs,
    /// Half are programs with a free identity each, from few addresses, which never pay.
    Bots,
    /// Two drops open at once, each with a crowd and a report of its own.
    TwoHotDrops,
    /// Nobody buys: they wait for a site that is protected, go in, stay and leave. A tenth never
    /// comes, and a fifth comes back.
    Visitors,
}

impl Preset {
    /// Returns what such a crowd does, as far as nothing else is asked for.
    pub(crate) const fn shape(self) -> CrowdShape {
        let steady = CrowdShape::STEADY;
        match self {
            Self::Steady => steady,
            Self::Spike => CrowdShape { arrivals: Arrivals::Spike, over_seconds: 10.0, ..steady },
            Self::LateSurge => CrowdShape { arrivals: Arrivals::TwoWaves, ..steady },
            Self::RefreshStorm => CrowdShape { reload_seconds: 3.0, ..steady },
            Self::ReconnectChurn => CrowdShape { reconnect_seconds: 3.0, ..steady },
            Self::Absentees => CrowdShape { absent: 0.5, ..steady },
            Self::ManyTabs => CrowdShape { tabs: 3, ..steady },
            Self::Bots => CrowdShape { bots: 0.5, forwarded_for: true, ..steady },
            Self::TwoHotDrops => CrowdShape { drops: 2, ..steady },
            Self::Visitors => CrowdShape { site: true, absent: 0.05, come_back: 0.2, ..steady },
        }
    }

    /// Returns its name, as it is given to `--preset`.
    #[must_use]
    pub fn name(self) -> String {
        let value = self.to_possible_value();
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Lists the presets: what each does, and the options that it fills in.
#[must_use]
pub fn presets() -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_header(["preset", "what it does"]);
    for preset in Preset::value_variants() {
        let help = preset.to_possible_value().and_then(|value| value.get_help().cloned());
        let mut text = help.map(|help| help.to_string()).unwrap_or_default();
        let options = preset.shape().options();
        if !options.is_empty() {
            let _ = write!(text, "\n{}", options.join(" "));
        }
        table.add_row([preset.name(), text]);
    }
    format!("{table}\nAny other option may be given beside a preset, and wins over it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_preset_is_listed_with_what_it_does() {
        let listed = presets();
        for preset in Preset::value_variants() {
            assert!(listed.contains(&preset.name()), "{listed}");
        }
        for part in ["late-surge", "--arrivals two-waves", "reads the page again", "--tabs 3"] {
            assert!(listed.contains(part), "no {part}:\n{listed}");
        }
    }

    #[test]
    fn no_two_presets_are_the_same() {
        let shapes: Vec<CrowdShape> =
            Preset::value_variants().iter().map(|preset| preset.shape()).collect();
        for (n, shape) in shapes.iter().enumerate() {
            assert!(!shapes[n + 1..].contains(shape), "{shape:?}");
        }
    }
}
