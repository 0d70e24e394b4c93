use pdf_writer::types::NumberingStyle;
use pdf_writer::writers::{Catalog, PageLabel};
use pdf_writer::{Name, TextStr};
use shelf_runtime::book::{format_roman, parse_roman};

/// A page number as PDF writes it: numerals, or a text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Label {
    Number(NumberingStyle, u32),
    Text(String),
}

/// Writes the page numbers.
pub(super) fn write_page_labels(catalog: &mut Catalog, labels: &[String]) {
    let mut tree = catalog.insert(Name(b"PageLabels")).dict();
    let mut ranges = tree.insert(Name(b"Nums")).array();
    for (at, label) in ranges_of(labels) {
        ranges.item(at as i32);
        let mut writer = ranges.push().start::<PageLabel>();
        match label {
            Label::Number(style, number) => drop(writer.style(style).offset(number as i32)),
            Label::Text(text) => drop(writer.prefix(TextStr(&text))),
        }
    }
}

/// The pages at which the numbers do not just go on.
fn ranges_of(labels: &[String]) -> Vec<(usize, Label)> {
    let mut ranges = Vec::new();
    let mut expected = None;
    for (at, label) in labels.iter().enumerate() {
        let label = parse(label);
        let next = match &label {
            Label::Number(style, number) => Some(Label::Number(*style, number + 1)),
            Label::Text(_) => None,
        };
        if expected.as_ref() != Some(&label) {
            ranges.push((at, label));
        }
        expected = next;
    }
    ranges
}

fn parse(label: &str) -> Label {
    let arabic = label.parse::<u32>().ok().filter(|number| number.to_string() == label);
    let roman = parse_roman(label).filter(|number| *number > 0);
    let number = match (arabic, roman) {
        (Some(number), _) => Some((NumberingStyle::Arabic, number)),
        (None, Some(number)) if format_roman(number) == label => Some((NumberingStyle::LowerRoman, number)),
        (None, Some(number)) if format_roman(number).to_uppercase() == label => {
            Some((NumberingStyle::UpperRoman, number))
        }
        _ => None,
    };
    let number = number.filter(|(_, number)| (1..100_000).contains(number));
    number.map_or_else(|| Label::Text(label.to_owned()), |(style, number)| Label::Number(style, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_go_on_are_one_range() {
        let labels = ["scan 1", "ix", "x", "1", "2", "scan 6", "4", "XII", "12a"].map(str::to_owned);
        let expected = [
            (0, Label::Text("scan 1".to_owned())),
            (1, Label::Number(NumberingStyle::LowerRoman, 9)),
            (3, Label::Number(NumberingStyle::Arabic, 1)),
            (5, Label::Text("scan 6".to_owned())),
            (6, Label::Number(NumberingStyle::Arabic, 4)),
            (7, Label::Number(NumberingStyle::UpperRoman, 12)),
            (8, Label::Text("12a".to_owned())),
        ];
        assert_eq!(ranges_of(&labels), expected);
    }
}
