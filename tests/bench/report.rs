//! The table: what was measured, its budget, PASS or MISS, and where the figure comes from.

/// Prints rows as they are measured, and counts them.
#[derive(Default)]
pub(crate) struct Report {
    passed: usize,
    missed: usize,
}

impl Report {
    /// Begins a group of rows.
    pub(crate) fn theme(&mut self, title: &str) {
        println!("\n{title}");
    }

    /// A figure that must not be lower.
    pub(crate) fn at_least(&mut self, what: &str, figure: f64, least: f64, unit: &str, note: &str) {
        let verdict = self.verdict(least <= figure, figure);
        row(
            what,
            figure,
            unit,
            &format!("at least {least}"),
            verdict,
            note,
        );
    }

    /// A figure that must not be higher.
    pub(crate) fn at_most(&mut self, what: &str, figure: f64, most: f64, unit: &str, note: &str) {
        let verdict = self.verdict(figure <= most, figure);
        row(
            what,
            figure,
            unit,
            &format!("at most {}", (most * 100.0).round() / 100.0),
            verdict,
            note,
        );
    }

    /// A figure without a budget.
    pub(crate) fn only(&mut self, what: &str, figure: f64, unit: &str, note: &str) {
        row(what, figure, unit, "", "", note);
    }

    /// Prints how many rows there were, and gives how many budgets were missed.
    pub(crate) fn end(&self) -> usize {
        println!("\n{} PASS, {} MISS", self.passed, self.missed);
        self.missed
    }

    /// What could not be measured (memory, elsewhere than on Linux) neither passes nor misses.
    fn verdict(&mut self, holds: bool, figure: f64) -> &'static str {
        if figure.is_nan() {
            "?"
        } else if holds {
            self.passed += 1;
            "PASS"
        } else {
            self.missed += 1;
            "MISS"
        }
    }
}

fn row(what: &str, figure: f64, unit: &str, budget: &str, verdict: &str, note: &str) {
    let line = format!("  {what:<50} {figure:>9.2} {unit:<4} {budget:<14} {verdict:<5} {note}");
    println!("{}", line.trim_end());
}
