use std::fmt::Write as _;

/// Something that is measured, and what it has to reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// On which pages.
    pub book: &'static str,
    /// What.
    pub what: &'static str,
    /// What it came to; none where the pages have nothing to measure it by.
    pub value: Option<f64>,
    /// The counts behind it, such as `12 of 12`.
    pub counted: String,
    /// What it has to come to.
    pub target: Target,
    /// How it is written.
    pub unit: Unit,
}

/// What a number has to come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// Not more.
    AtMost(f64),
    /// Not less.
    AtLeast(f64),
    /// It is there to be known.
    Nothing,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share of 1, in percent.
    Percent,
    /// A count.
    Count,
    /// A share or a ratio, with three decimals.
    Ratio,
}

impl Measure {
    /// Whether it reaches what it has to. What could not be measured does not.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        match self.target {
            Target::AtMost(most) => self.value.is_some_and(|value| value <= most),
            Target::AtLeast(least) => self.value.is_some_and(|value| value >= least),
            Target::Nothing => true,
        }
    }

    fn reached(&self) -> String {
        let value = self.value.map_or_else(|| "nothing to measure".to_owned(), |value| self.written(value));
        if self.is_reached() { value } else { format!("{value} **missed**") }
    }

    fn target(&self) -> String {
        match self.target {
            Target::AtMost(most) => format!("≤ {}", self.written(most)),
            Target::AtLeast(least) => format!("≥ {}", self.written(least)),
            Target::Nothing => String::new(),
        }
    }

    fn written(&self, value: f64) -> String {
        match self.unit {
            Unit::Percent => format!("{:.2} %", value * 100.0),
            Unit::Count => format!("{value:.0}"),
            Unit::Ratio => format!("{value:.3}"),
        }
    }
}

/// The measures as a table in Markdown.
#[must_use]
pub fn table(measures: &[Measure]) -> String {
    let mut table = "| book | measure | result | counted | target |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for measure in measures {
        let Measure { book, what, counted, .. } = measure;
        let (reached, target) = (measure.reached(), measure.target());
        let _ = writeln!(table, "| {book} | {what} | {reached} | {counted} | {target} |");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{Measure, Target, Unit, table};

    fn hyphens(value: Option<f64>, counted: &str) -> Measure {
        let (target, unit) = (Target::AtLeast(0.98), Unit::Percent);
        Measure { book: "a book", what: "hyphens", value, counted: counted.to_owned(), target, unit }
    }

    #[test]
    fn a_share_stands_beside_its_counts() {
        let line = "| a book | hyphens | 98.00 % | 49 of 50 | ≥ 98.00 % |";
        assert_eq!(table(&[hyphens(Some(0.98), "49 of 50")]).lines().last(), Some(line));
    }

    #[test]
    fn what_could_not_be_measured_is_said_and_missed() {
        let nothing = hyphens(None, "0 of 0");
        assert!(!nothing.is_reached());
        assert!(table(&[nothing]).contains("| nothing to measure **missed** | 0 of 0 |"));
    }
}
