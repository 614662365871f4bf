//! Bars in a terminal.

/// Columns of a plot, at most.
const WIDTH: usize = 60;
/// Lines of a plot.
const HEIGHT: usize = 4;
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws one bar per value. More values than fit share bars, which show their average.
/// Returns the lines, with a scale on their left, and how many values share a bar.
pub(crate) fn bars(values: &[u64]) -> (Vec<String>, usize) {
    let n_shared = values.len().div_ceil(WIDTH).max(1);
    let average = |chunk: &[u64]| chunk.iter().sum::<u64>() as f64 / chunk.len() as f64;
    let bars: Vec<f64> = values.chunks(n_shared).map(average).collect();
    let highest = bars.iter().copied().fold(0.0, f64::max);
    let top = format!("{highest:.0}");
    let margin = top.len();
    let lines = (0..HEIGHT).rev().map(|line| {
        let label = match line {
            line if line + 1 == HEIGHT => top.as_str(),
            0 => "0",
            _ => "",
        };
        let cells: String = bars.iter().map(|bar| cell(*bar, highest, line)).collect();
        format!("{label:>margin$} │{cells}").trim_end().to_owned()
    });
    (lines.collect(), n_shared)
}

/// Returns what a bar fills of its cell in a line, counted from the lowest. What is above zero is
/// at least an eighth of a cell high.
fn cell(bar: f64, highest: f64, line: usize) -> char {
    if highest <= 0.0 {
        return EIGHTHS[0];
    }
    let eighths = (bar / highest * (HEIGHT * 8) as f64).ceil() as usize;
    EIGHTHS[eighths.saturating_sub(line * 8).min(8)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_fills_all_lines_and_the_lowest_is_seen() {
        let (lines, n_shared) = bars(&[0, 1, 50, 75, 100]);
        assert_eq!(lines, ["100 │    █", "    │   ██", "    │  ███", "  0 │ ▁███"]);
        assert_eq!(n_shared, 1);
    }

    #[test]
    fn a_long_run_fits_into_the_width() {
        let values: Vec<u64> = (0..601).collect();
        let (lines, n_shared) = bars(&values);
        assert_eq!(n_shared, 11);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH + 6), "{lines:?}");
        assert!(lines[0].starts_with("597 │"), "{lines:?}");
    }

    #[test]
    fn without_values_only_the_scale_is_left() {
        assert_eq!(bars(&[]).0, ["0 │", "  │", "  │", "0 │"]);
    }
}
