use super::folio::{Folio, Mark};
use super::numbering::{NumberingStyle, PageNumberLocation};
use super::solve::{Leaf, Solved};

/// The number that is printed on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintedNumber {
    /// As printed, with misread digits mended; none where none is printed.
    pub text: Option<String>,
    /// How it is written.
    pub style: NumberingStyle,
    /// Where it stands.
    pub location: PageNumberLocation,
    /// How sure it is, 0..=1.
    pub confidence: f64,
}

/// So many neighbours must agree before a number is mended.
const NEIGHBOURS_THAT_MEND: u32 = 3;

impl PrintedNumber {
    /// What is printed on a scan, by what was read there and what the whole book says. `expected_in` is where every page like this one has
    /// its number: it stands there also where nothing was read.
    #[must_use]
    pub fn of(leaf: &Leaf, solved: &Solved, expected_in: Option<PageNumberLocation>) -> Self {
        let mark = solved.mark.map(|at| &leaf.marks[at]);
        let mended = solved.agreeing >= NEIGHBOURS_THAT_MEND;
        match (solved.folio, mark) {
            (Some(folio), Some(mark)) if solved.as_read && solved.agreeing > 0 => {
                Self::at(mark, folio, by_agreement(solved.agreeing))
            }
            (Some(folio), Some(mark)) if mended => {
                let near = mark.edits_from(folio) <= 1.0;
                Self::at(mark, folio, if near { 0.85 } else { 0.7 })
            }
            (Some(folio), None) if mended && expected_in.is_some() => Self {
                text: Some(folio.print()),
                style: folio.style,
                location: expected_in.unwrap_or(PageNumberLocation::None),
                confidence: 0.6,
            },
            (Some(_), None) if mended => Self { confidence: 0.7, ..Self::nothing(leaf) },
            _ => Self::by_itself(leaf),
        }
    }

    fn at(mark: &Mark, folio: Folio, confidence: f64) -> Self {
        Self { text: Some(mark.printed(folio)), style: folio.style, location: mark.location, confidence }
    }

    fn by_itself(leaf: &Leaf) -> Self {
        match leaf.plain_number() {
            Some((mark, folio)) => Self::at(&leaf.marks[mark], folio, 0.45),
            None => Self::nothing(leaf),
        }
    }

    fn nothing(leaf: &Leaf) -> Self {
        let confidence = if leaf.marks.is_empty() { 0.9 } else { 0.6 };
        Self { text: None, style: NumberingStyle::None, location: PageNumberLocation::None, confidence }
    }
}

fn by_agreement(neighbours: u32) -> f64 {
    match neighbours {
        0 | 1 => 0.75,
        2 => 0.85,
        3 => 0.93,
        _ => 0.98,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::solve;

    fn leaf(text: &str, strength: f64) -> Leaf {
        let mark = Mark { text: text.to_owned(), location: PageNumberLocation::Header, strength };
        Leaf { marks: if text.is_empty() { Vec::new() } else { vec![mark] } }
    }

    /// What is printed on the scans of a book, by what was read.
    fn printed(read: &[&str], expected_in: Option<PageNumberLocation>) -> Vec<PrintedNumber> {
        let leaves: Vec<Leaf> = read.iter().map(|text| leaf(text, 1.0)).collect();
        leaves.iter().zip(solve(&leaves)).map(|(leaf, solved)| PrintedNumber::of(leaf, &solved, expected_in)).collect()
    }

    fn texts(read: &[&str]) -> Vec<String> {
        printed(read, None).into_iter().map(|printed| printed.text.unwrap_or_default()).collect()
    }

    #[test]
    fn misread_numbers_are_mended_where_three_neighbours_agree() {
        assert_eq!(texts(&["9", "10", "It", "12", "13"]), ["9", "10", "11", "12", "13"]);
        assert_eq!(texts(&["ii", "ili", "iv", "v", "vi"]), ["ii", "iii", "iv", "v", "vi"]);
        assert_eq!(texts(&["9", "10", "71", "12", "13"]), ["9", "10", "11", "12", "13"]);
        assert_eq!(texts(&["2", "4", "18", "30", "69"]), ["2", "4", "18", "30", "69"], "pages may be far apart");
        assert_eq!(texts(&["I", "", ""]), ["", "", ""]);
    }

    #[test]
    fn a_leaf_that_was_scanned_twice_has_its_number_twice() {
        assert_eq!(texts(&["25", "26", "27", "28", "28"]), ["25", "26", "27", "28", "28"]);
        assert_eq!(texts(&["25", "25", "26", "27", "28"]), ["25", "25", "26", "27", "28"]);
    }

    #[test]
    fn where_none_is_printed_there_is_none_unless_all_pages_like_it_have_one() {
        let read = ["9", "10", "", "12", "13", "14"];
        assert_eq!(printed(&read, None)[2].text, None);
        assert!(
            printed(&read, None)[2].confidence < printed(&["", "", ""], None)[0].confidence,
            "one may have been overlooked"
        );
        let expected = printed(&read, Some(PageNumberLocation::Header));
        assert_eq!((expected[2].text.as_deref(), expected[2].location), (Some("11"), PageNumberLocation::Header));
        assert!(expected[2].confidence < expected[3].confidence);
    }

    #[test]
    fn the_more_agree_the_surer_it_is() {
        let confidences = |read: &[&str]| printed(read, None)[0].confidence;
        assert!(confidences(&["9"]) < confidences(&["9", "10"]));
        assert!(confidences(&["9", "10"]) < confidences(&["9", "10", "11", "12", "13"]));
    }
}
