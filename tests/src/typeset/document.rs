use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use shelf::draw::Random;

use super::characters::{CER_OF_CORRECTED, CER_OF_OCR, HARM};
use super::{Found, Measured, TypesetBook};

/// How what was measured is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statistic {
    /// The harmonic mean of precision and recall.
    F1,
    /// The share that was found.
    Share,
}

/// One measure of all books.
struct Row {
    name: &'static str,
    /// 0..=1; none if there was nothing to measure.
    value: Option<f64>,
    interval: (Option<f64>, Option<f64>),
    counted: String,
}

/// What was measured, as a document.
#[must_use]
pub fn document(books: &[(TypesetBook, Measured)]) -> String {
    let rows = rows(books);
    let pages: usize = books.iter().map(|(_, measured)| measured.pages.len()).sum();
    let mut text = INTRODUCTION.to_owned();
    let _ = writeln!(text, "{} books, {pages} pages:\n", books.len());
    text.push_str("| measure | result | 95 % interval | counted |\n| --- | ---: | --- | --- |\n");
    for Row { name, value, interval: (low, high), counted } in &rows {
        let _ = writeln!(text, "| {name} | {} | {} – {} | {counted} |", written(*value), written(*low), written(*high));
    }
    text.push_str("\nPer book:\n\n| measure |");
    for (book, measured) in books {
        let _ = write!(text, " {}, {} pages |", book.name, measured.pages.len());
    }
    let _ = write!(text, "\n| --- |{}", " ---: |".repeat(books.len()));
    for row in &rows {
        let _ = write!(text, "\n| {} |", row.name);
        for (_, measured) in books {
            let total = sum(measured.pages.iter().filter_map(|page| page.get(row.name)));
            let _ = write!(text, " {} |", written(Statistic::for_counts(total).of(total)));
        }
    }
    text.push('\n');
    text
}

/// The measures that are worse than `documented` says, each with both values.
#[must_use]
pub fn fell(books: &[(TypesetBook, Measured)], documented: &str) -> Vec<String> {
    let said = |name: &str| -> Option<f64> {
        let line = documented.lines().find_map(|line| line.strip_prefix(&format!("| {name} | ")))?;
        line.split(' ').next()?.parse::<f64>().ok().map(|percent| percent / 100.0)
    };
    let is_worse = |row: &&Row| match (row.value, said(row.name)) {
        (Some(now), Some(said)) if row.name == HARM => now > said + MAX_MORE_HARM,
        (Some(now), Some(said)) if [CER_OF_OCR, CER_OF_CORRECTED].contains(&row.name) => now > said + MAX_MORE_ERRORS,
        (Some(now), Some(said)) => now < said - MAX_FALL,
        (None, said) => said.is_some(),
        (Some(_), None) => true,
    };
    let in_words =
        |row: &Row| format!("{}: {} now, {} in the document", row.name, written(row.value), written(said(row.name)));
    rows(books).iter().filter(is_worse).map(in_words).collect()
}

/// A newer Tesseract or TeX may change a few words.
const MAX_FALL: f64 = 0.015;
const MAX_MORE_HARM: f64 = 0.0001;
const MAX_MORE_ERRORS: f64 = 0.0005;

fn rows(books: &[(TypesetBook, Measured)]) -> Vec<Row> {
    let pages: Vec<&BTreeMap<&'static str, Found>> = books.iter().flat_map(|(_, measured)| &measured.pages).collect();
    let names: BTreeSet<&'static str> = pages.iter().flat_map(|page| page.keys().copied()).collect();
    let row = |name: &'static str| {
        let of_pages: Vec<Found> = pages.iter().filter_map(|page| page.get(name)).copied().collect();
        let total = sum(of_pages.iter());
        let statistic = Statistic::for_counts(total);
        let Found { expected, found, claimed, right } = total;
        let counted = match statistic {
            Statistic::F1 => format!("{found} of {expected} found, {right} of {claimed} right"),
            Statistic::Share => format!("{found} of {expected}"),
        };
        Row { name, value: statistic.of(total), interval: interval(&of_pages, statistic), counted }
    };
    names.into_iter().map(row).collect()
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
    /// What sums up counts: things that were claimed have a precision as well.
    fn for_counts(total: Found) -> Self {
        if total.claimed > 0 { Self::F1 } else { Self::Share }
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typeset::measure::Measured;

    /// A book of one page, on which `found` of 100 notes were found and all claimed ones are right, and `damaged` of 10,000 words were damaged.
    fn book(found: usize, damaged: usize) -> Vec<(TypesetBook, Measured)> {
        let book = TypesetBook { name: "a book".to_owned(), scans: Vec::new(), pages: Vec::new() };
        let notes = Found { expected: 100, found, claimed: found, right: found };
        let harm = Found { expected: 10_000, found: damaged, ..Found::default() };
        vec![(book, Measured { pages: vec![[("notes", notes), (HARM, harm)].into()], defects: Vec::new() })]
    }

    #[test]
    fn what_is_worse_than_documented_is_named() {
        let documented = document(&book(90, 1));
        assert!(documented.contains("| notes | 94.74 % |"), "{documented}");
        assert_eq!(fell(&book(90, 1), &documented), [""; 0]);
        assert_eq!(fell(&book(95, 0), &documented), [""; 0]);
        assert_eq!(fell(&book(80, 1), &documented), ["notes: 88.89 % now, 94.74 % in the document"]);
        assert_eq!(fell(&book(90, 5), &documented), [format!("{HARM}: 0.05 % now, 0.01 % in the document")]);
        assert_eq!(fell(&book(90, 1), "").len(), 2, "what is not documented");
    }
}
