use std::collections::BTreeMap;

use super::folio::Folio;
use super::solve::Solved;

/// Scans that show the same page are told if they are so near each other; farther apart, a part counts from 1 again.
const NEARBY: u32 = 12;

/// What the numbers say of the order of the scans, in words: pages that are there twice, pages that are missing, and where the count
/// goes back without beginning anew.
#[must_use]
pub fn out_of_order(solved: &[Solved]) -> Vec<String> {
    let certain: Vec<(u32, Folio)> = (1..)
        .zip(solved)
        .filter(|(_, solved)| solved.as_read && solved.agreeing > 0)
        .filter_map(|(scan, solved)| Some((scan, solved.folio?)))
        .collect();
    doubled(&certain).into_iter().chain(missing(solved)).chain(goes_back(solved)).map(|(_, words)| words).collect()
}

fn doubled(certain: &[(u32, Folio)]) -> Vec<(u32, String)> {
    let mut scans: BTreeMap<Folio, Vec<u32>> = BTreeMap::new();
    for (scan, folio) in certain {
        scans.entry(*folio).or_default().push(*scan);
    }
    let mut found: Vec<(u32, String)> = scans
        .into_iter()
        .flat_map(|(folio, scans)| {
            let groups: Vec<Vec<u32>> = scans.chunk_by(|a, b| b - a <= NEARBY).map(<[u32]>::to_vec).collect();
            groups.into_iter().filter(|scans| scans.len() > 1).map(move |scans| (scans[0], both_show(&scans, folio)))
        })
        .collect();
    found.sort();
    found
}

fn both_show(scans: &[u32], folio: Folio) -> String {
    let (last, others) = scans.split_last().expect("a group has two scans");
    let others: Vec<String> = others.iter().map(u32::to_string).collect();
    let all = if others.len() == 1 { "both" } else { "all" };
    format!("scan {} and {last} {all} show page {}", others.join(", "), folio.print())
}

/// Pages are missing where the count jumps between two scans that are surely counted so.
fn missing(solved: &[Solved]) -> Vec<(u32, String)> {
    let pairs = solved.windows(2).zip(1..);
    pairs
        .filter_map(|(pair, scan): (_, u32)| {
            let (before, after) = (pair[0].folio?, pair[1].folio?);
            let sure = pair.iter().all(|solved| solved.agreeing > 0);
            let skipped = after.value.checked_sub(before.value + 1).filter(|pages| *pages > 0)?;
            let (first, last) =
                (Folio { value: before.value + 1, ..before }, Folio { value: after.value - 1, ..after });
            let pages = match skipped {
                1 => format!("page {} is", first.print()),
                _ => format!("pages {}–{} are", first.print(), last.print()),
            };
            (sure && before.style == after.style)
                .then(|| (scan, format!("{pages} missing between scans {scan} and {}", scan + 1)))
        })
        .collect()
}

/// The count goes back farther than [`doubled`] looks, and not to page 1: a book that was added twice, or a part of it.
fn goes_back(solved: &[Solved]) -> Vec<(u32, String)> {
    let pairs = solved.windows(2).zip(1..);
    pairs
        .filter_map(|(pair, scan): (_, u32)| {
            let (before, after) = (pair[0].folio?, pair[1].folio?);
            let sure = pair.iter().all(|solved| solved.agreeing > 0);
            let far = after.value > 1 && before.value >= after.value + NEARBY;
            let pages = format!("from page {} to page {}", before.print(), after.print());
            (sure && far && before.style == after.style)
                .then(|| (scan, format!("the count goes back {pages} between scans {scan} and {}", scan + 1)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::{Leaf, Mark, PageNumberLocation, solve};

    /// Solves a book by what is read on each scan; nothing where `""` stands.
    fn told(read: &[&str]) -> Vec<String> {
        let mark = |text: &str| Mark { text: text.to_owned(), location: PageNumberLocation::Header, strength: 1.0 };
        let leaves: Vec<Leaf> = read
            .iter()
            .map(|text| Leaf { marks: if text.is_empty() { Vec::new() } else { vec![mark(text)] } })
            .collect();
        out_of_order(&solve(&leaves))
    }

    #[test]
    fn a_book_in_order_is_not_talked_about() {
        assert_eq!(told(&["", "", "iii", "iv", "1", "2", "", "4", "5", "6"]), Vec::<String>::new());
        assert_eq!(told(&["10", "11", "", "12", "13", "14"]), Vec::<String>::new(), "a plate is not counted");
    }

    #[test]
    fn a_page_that_was_scanned_twice_is_told() {
        assert_eq!(told(&["10", "11", "12", "12", "13", "14"]), ["scan 3 and 4 both show page 12"]);
        assert_eq!(
            told(&["10", "11", "12", "13", "12", "13", "14", "15"]),
            ["scan 3 and 5 both show page 12", "scan 4 and 6 both show page 13"]
        );
        assert_eq!(told(&["12", "12", "13", "14", "15"]), ["scan 1 and 2 both show page 12"]);
        assert_eq!(told(&["25", "26", "27", "28", "28"]), ["scan 4 and 5 both show page 28"]);
        assert_eq!(told(&["25", "26", "27", "28", "28", "28"]), ["scan 4, 5 and 6 all show page 28"]);
        assert_eq!(
            told(&["25", "26", "27", "28", "27", "28"]),
            ["scan 3 and 5 both show page 27", "scan 4 and 6 both show page 28"]
        );
    }

    #[test]
    fn a_book_that_was_added_twice_is_told() {
        let once: Vec<String> = (9..=28).map(|page: u32| page.to_string()).collect();
        let twice: Vec<&str> = once.iter().chain(&once).map(String::as_str).collect();
        assert_eq!(told(&twice), ["the count goes back from page 28 to page 9 between scans 20 and 21"]);
        let parts: Vec<String> = (1..=20).chain(1..=20).map(|page: u32| page.to_string()).collect();
        assert_eq!(told(&parts.iter().map(String::as_str).collect::<Vec<_>>()), Vec::<String>::new());
    }

    #[test]
    fn pages_that_are_missing_are_told() {
        assert_eq!(told(&["9", "10", "11", "13", "14", "15"]), ["page 12 is missing between scans 3 and 4"]);
        assert_eq!(told(&["9", "10", "11", "14", "15", "16"]), ["pages 12–13 are missing between scans 3 and 4"]);
        assert_eq!(told(&["v", "vi", "viii", "ix", "x"]), ["page vii is missing between scans 2 and 3"]);
    }

    #[test]
    fn a_misread_number_is_not_talked_about() {
        assert_eq!(told(&["9", "10", "11", "42", "13", "14", "15"]), Vec::<String>::new());
    }
}
