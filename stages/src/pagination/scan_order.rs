use std::collections::BTreeMap;

use super::folio::Folio;
use super::solver::SolvedNumber;

/// Scans with the same page number are duplicates if they are at most this far apart; beyond, numbering has restarted.
const MAX_DUPLICATE_DISTANCE_SCANS: u32 = 12;

/// Warnings about the order of the scans: pages scanned twice, missing pages, and page numbers that jump back without restarting at 1.
#[must_use]
pub fn scan_order_warnings(solved: &[SolvedNumber]) -> Vec<String> {
    let certain: Vec<(u32, Folio)> = (1..)
        .zip(solved)
        .filter(|(_, solved)| solved.is_exact && solved.agreeing_neighbours > 0)
        .filter_map(|(scan, solved)| Some((scan, solved.folio?)))
        .collect();
    duplicates(&certain)
        .into_iter()
        .chain(missing_pages(solved))
        .chain(backward_jumps(solved))
        .map(|(_, warning)| warning)
        .collect()
}

fn duplicates(certain: &[(u32, Folio)]) -> Vec<(u32, String)> {
    let mut scans: BTreeMap<Folio, Vec<u32>> = BTreeMap::new();
    for (scan, folio) in certain {
        scans.entry(*folio).or_default().push(*scan);
    }
    let mut found: Vec<(u32, String)> = scans
        .into_iter()
        .flat_map(|(folio, scans)| {
            let groups: Vec<Vec<u32>> =
                scans.chunk_by(|a, b| b - a <= MAX_DUPLICATE_DISTANCE_SCANS).map(<[u32]>::to_vec).collect();
            groups
                .into_iter()
                .filter(|scans| scans.len() > 1)
                .map(move |scans| (scans[0], duplicate_warning(&scans, folio)))
        })
        .collect();
    found.sort();
    found
}

fn duplicate_warning(scans: &[u32], folio: Folio) -> String {
    let (last, others) = scans.split_last().expect("a group has two scans");
    let others: Vec<String> = others.iter().map(u32::to_string).collect();
    let all = if others.len() == 1 { "both" } else { "all" };
    format!("scans {} and {last} {all} carry page number {}", others.join(", "), folio.print())
}

/// Pages are missing where the number jumps between two scans whose neighbours agree with them.
fn missing_pages(solved: &[SolvedNumber]) -> Vec<(u32, String)> {
    let pairs = solved.windows(2).zip(1..);
    pairs
        .filter_map(|(pair, scan): (_, u32)| {
            let (before, after) = (pair[0].folio?, pair[1].folio?);
            let sure = pair.iter().all(|solved| solved.agreeing_neighbours > 0);
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

/// The page number jumps back by more than [`MAX_DUPLICATE_DISTANCE_SCANS`], and not to page 1: a book, or part of it, was added twice.
fn backward_jumps(solved: &[SolvedNumber]) -> Vec<(u32, String)> {
    let pairs = solved.windows(2).zip(1..);
    pairs
        .filter_map(|(pair, scan): (_, u32)| {
            let (before, after) = (pair[0].folio?, pair[1].folio?);
            let sure = pair.iter().all(|solved| solved.agreeing_neighbours > 0);
            let far = after.value > 1 && before.value >= after.value + MAX_DUPLICATE_DISTANCE_SCANS;
            let pages = format!("from page {} to page {}", before.print(), after.print());
            (sure && far && before.style == after.style)
                .then(|| (scan, format!("page numbers jump back {pages} between scans {scan} and {}", scan + 1)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::{Observation, PageNumberCandidate, PageNumberLocation, solve_page_numbers};

    /// The warnings for a book with these page numbers, one for each scan; `""` if none was recognised.
    fn warnings(recognised: &[&str]) -> Vec<String> {
        let candidate = |text: &str| PageNumberCandidate {
            text: text.to_owned(),
            location: PageNumberLocation::Header,
            position_score: 1.0,
        };
        let observations: Vec<Observation> = recognised
            .iter()
            .map(|text| Observation { candidates: if text.is_empty() { Vec::new() } else { vec![candidate(text)] } })
            .collect();
        scan_order_warnings(&solve_page_numbers(&observations))
    }

    #[test]
    fn book_in_order_has_no_warnings() {
        assert_eq!(warnings(&["", "", "iii", "iv", "1", "2", "", "4", "5", "6"]), Vec::<String>::new());
        assert_eq!(warnings(&["10", "11", "", "12", "13", "14"]), Vec::<String>::new(), "a plate is not numbered");
    }

    #[test]
    fn reports_pages_scanned_twice() {
        assert_eq!(warnings(&["10", "11", "12", "12", "13", "14"]), ["scans 3 and 4 both carry page number 12"]);
        assert_eq!(
            warnings(&["10", "11", "12", "13", "12", "13", "14", "15"]),
            ["scans 3 and 5 both carry page number 12", "scans 4 and 6 both carry page number 13"]
        );
        assert_eq!(warnings(&["12", "12", "13", "14", "15"]), ["scans 1 and 2 both carry page number 12"]);
        assert_eq!(warnings(&["25", "26", "27", "28", "28"]), ["scans 4 and 5 both carry page number 28"]);
        assert_eq!(warnings(&["25", "26", "27", "28", "28", "28"]), ["scans 4, 5 and 6 all carry page number 28"]);
        assert_eq!(
            warnings(&["25", "26", "27", "28", "27", "28"]),
            ["scans 3 and 5 both carry page number 27", "scans 4 and 6 both carry page number 28"]
        );
    }

    #[test]
    fn reports_books_added_twice() {
        let once: Vec<String> = (9..=28).map(|page: u32| page.to_string()).collect();
        let twice: Vec<&str> = once.iter().chain(&once).map(String::as_str).collect();
        assert_eq!(warnings(&twice), ["page numbers jump back from page 28 to page 9 between scans 20 and 21"]);
        let parts: Vec<String> = (1..=20).chain(1..=20).map(|page: u32| page.to_string()).collect();
        assert_eq!(warnings(&parts.iter().map(String::as_str).collect::<Vec<_>>()), Vec::<String>::new());
    }

    #[test]
    fn reports_missing_pages() {
        assert_eq!(warnings(&["9", "10", "11", "13", "14", "15"]), ["page 12 is missing between scans 3 and 4"]);
        assert_eq!(warnings(&["9", "10", "11", "14", "15", "16"]), ["pages 12–13 are missing between scans 3 and 4"]);
        assert_eq!(warnings(&["v", "vi", "viii", "ix", "x"]), ["page vii is missing between scans 2 and 3"]);
    }

    #[test]
    fn misread_numbers_are_not_reported() {
        assert_eq!(warnings(&["9", "10", "11", "42", "13", "14", "15"]), Vec::<String>::new());
    }
}
