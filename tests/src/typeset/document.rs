use std::collections::BTreeMap;
use std::fmt::Write as _;

use shelf::draw::Random;

use super::{Found, Measured, TypesetBook};

/// How what was measured is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statistic {
    /// The harmonic mean of precision and recall.
    F1,
    /// The share that was found.
    Share,
}

/// What was measured, as a document.
#[must_use]
pub fn document(books: &[(TypesetBook, Measured)]) -> String {
    let mut text = INTRODUCTION.to_owned();
    let pages: Vec<&BTreeMap<&str, Found>> = books.iter().flat_map(|(_, measured)| &measured.pages).collect();
    let _ = writeln!(text, "{} books, {} pages:\n", books.len(), pages.len());
    text.push_str("| measure | result | 95 % interval | counted |\n| --- | ---: | --- | --- |\n");
    let mut names: Vec<&str> = pages.iter().flat_map(|page| page.keys().copied()).collect();
    names.sort_unstable();
    names.dedup();
    for name in &names {
        let of_pages: Vec<Found> = pages.iter().filter_map(|page| page.get(name)).copied().collect();
        let total = sum(of_pages.iter());
        let statistic =
            if total.claimed > 0 && total.claimed != total.expected { Statistic::F1 } else { Statistic::Share };
        let (low, high) = interval(&of_pages, statistic);
        let counted = match statistic {
            Statistic::F1 => {
                format!("{} of {} found, {} of {} right", total.found, total.expected, total.right, total.claimed)
            }
            Statistic::Share => format!("{} of {}", total.found, total.expected),
        };
        let _ = writeln!(
            text,
            "| {name} | {} | {} – {} | {counted} |",
            written(statistic.of(total)),
            written(low),
            written(high)
        );
    }
    text.push_str("\n| book | pages |");
    for name in &names {
        let _ = write!(text, " {name} |");
    }
    text.push_str("\n| --- | ---: |");
    text.push_str(&" ---: |".repeat(names.len()));
    for (book, measured) in books {
        let _ = write!(text, "\n| {} | {} |", book.name, book.pages.len());
        for name in &names {
            let total = sum(measured.pages.iter().filter_map(|page| page.get(name)));
            let statistic =
                if total.claimed > 0 && total.claimed != total.expected { Statistic::F1 } else { Statistic::Share };
            let _ = write!(text, " {} |", written(statistic.of(total)));
        }
    }
    text.push('\n');
    text
}

fn sum<'a>(found: impl Iterator<Item = &'a Found>) -> Found {
    found.fold(Found::default(), |total, one| Found {
        expected: total.expected + one.expected,
        found: total.found + one.found,
        claimed: total.claimed + one.claimed,
        right: total.right + one.right,
    })
}

fn written(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{:.2} %", value * 100.0))
}

impl Statistic {
    fn of(self, found: Found) -> Option<f64> {
        let share = |part: usize, all: usize| (all > 0).then(|| part as f64 / all as f64);
        let recall = share(found.found, found.expected);
        match self {
            Self::Share => recall,
            Self::F1 => {
                let (precision, recall) = (share(found.right, found.claimed)?, recall?);
                Some(if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 })
            }
        }
    }
}

/// Draws of pages for an interval (bootstrap: Efron 1979).
const DRAWS: usize = 2000;

/// Where the statistic lies in 95 of 100 draws of as many pages.
fn interval(pages: &[Found], statistic: Statistic) -> (Option<f64>, Option<f64>) {
    let mut random = Random::new(1979);
    let mut values: Vec<f64> = (0..DRAWS)
        .filter_map(|_| {
            let drawn = (0..pages.len()).map(|_| &pages[random.below(pages.len() as u32) as usize]);
            statistic.of(sum(drawn))
        })
        .collect();
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values.get(((values.len().max(1) - 1) as f64 * share).round() as usize).copied();
    (at(0.025), at(0.975))
}

const INTRODUCTION: &str = "\
# Quality on typeset books

Measured by `make books`, with the rules engines, offline. TeX typesets the books in typefaces and styles that shelf was not tuned on, from texts and seeds kept
for testing, and says what every line is. They are scanned clean, in black and white and slightly skewed, worn, or at 150 dpi. The interval is that of
2,000 bootstrap samples of the pages.

";
