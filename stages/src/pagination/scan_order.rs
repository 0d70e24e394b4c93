use std::collections::BTreeMap;

use super::folio::Folio;
use super::misplaced_leaves::{MisplacedLeaf, misplaced_leaves};
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
    let misplaced = misplaced_leaves(solved);
    let in_order: Vec<(u32, SolvedNumber)> = (1..)
        .zip(solved.iter().copied())
        .filter(|(scan, _)| !misplaced.iter().any(|leaf| leaf.contains(*scan)))
        .collect();
    duplicates(&certain)
        .into_iter()
        .map(|(_, warning)| warning)
        .chain(misplaced.iter().map(MisplacedLeaf::warning))
        .chain(missing_pages(&in_order, &misplaced))
        .chain(backward_jumps(&in_order))
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

/// Pages are missing where the number jumps between two scans whose neighbours agree with them. Beside the first or the last number of a book
/// they may be missing: the number has neighbours on one side only.
fn missing_pages(in_order: &[(u32, SolvedNumber)], misplaced: &[MisplacedLeaf]) -> Vec<String> {
    let mut warnings = Vec::new();
    for (at, pair) in in_order.windows(2).enumerate() {
        let [(before_scan, before), (after_scan, after)] = pair else { continue };
        let (Some(from), Some(to)) = (before.folio, after.folio) else { continue };
        let skipped = to.value.saturating_sub(from.value).saturating_sub(1);
        if from.style != to.style || skipped == 0 {
            continue;
        }
        let (first, last) = (Folio { value: from.value + 1, ..from }, Folio { value: to.value - 1, ..to });
        if misplaced.iter().any(|leaf| leaf.has_page(first)) {
            continue;
        }
        let is_sure = |solved: &SolvedNumber| solved.agreeing_neighbours > 0;
        let is_first = || in_order[..at].iter().all(|(_, solved)| solved.folio.is_none());
        let is_last = || in_order[at + 2..].iter().all(|(_, solved)| solved.folio.is_none());
        let verb = match (is_sure(before), is_sure(after), skipped) {
            (true, true, 1) => "is",
            (true, true, _) => "are",
            (false, true, _) if is_first() && before.is_exact => "may be",
            (true, false, _) if is_last() && after.is_exact => "may be",
            _ => continue,
        };
        let pages = match skipped {
            1 => format!("page {}", first.print()),
            _ => format!("pages {}–{}", first.print(), last.print()),
        };
        warnings.push(format!("{pages} {verb} missing between scans {before_scan} and {after_scan}"));
    }
    warnings
}

/// The page number jumps back by more than [`MAX_DUPLICATE_DISTANCE_SCANS`], and not to page 1: a book, or part of it, was added twice.
fn backward_jumps(in_order: &[(u32, SolvedNumber)]) -> Vec<String> {
    let pairs = in_order.windows(2).filter_map(|pair| {
        let [(before_scan, before), (after_scan, after)] = pair else { return None };
        let (from, to) = (before.folio?, after.folio?);
        let sure = [before, after].iter().all(|solved| solved.agreeing_neighbours > 0);
        let far = to.value > 1 && from.value >= to.value + MAX_DUPLICATE_DISTANCE_SCANS;
        let pages = format!("from page {} to page {}", from.print(), to.print());
        (sure && far && from.style == to.style)
            .then(|| format!("page numbers jump back {pages} between scans {before_scan} and {after_scan}"))
    });
    pairs.collect()
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
            confidence: 0.95,
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
    fn reports_leaves_that_are_out_of_order() {
        let order = |pages: &[u32]| {
            let printed: Vec<String> = pages.iter().map(ToString::to_string).collect();
            warnings(&printed.iter().map(String::as_str).collect::<Vec<_>>())
        };
        assert_eq!(
            order(&[10, 11, 14, 15, 12, 13, 16, 17, 18, 19]),
            ["pages 14–15 (scans 3–4) are out of order and should be between scans 6 and 7"]
        );
        let mut moved: Vec<u32> = (10..40).filter(|page| ![30, 31].contains(page)).collect();
        moved.splice(4..4, [30, 31]);
        assert_eq!(order(&moved), ["pages 30–31 (scans 5–6) are out of order and should be between scans 22 and 23"]);
        let three: Vec<u32> = (10..14).chain([18, 19]).chain(14..18).chain(20..26).collect();
        assert_eq!(order(&three), ["pages 18–19 (scans 5–6) are out of order and should be between scans 10 and 11"]);
    }

    #[test]
    fn reports_leaves_that_are_lost_at_the_ends() {
        let at = |before: &[&str], after: &[&str]| warnings(&[before, after].concat());
        assert_eq!(at(&["1"], &["4", "5", "6", "7"]), ["pages 2–3 may be missing between scans 1 and 2"]);
        assert_eq!(at(&["", "1"], &["4", "5", "6", "7"]), ["pages 2–3 may be missing between scans 2 and 3"]);
        assert_eq!(at(&["31", "32", "33", "34"], &["37"]), ["pages 35–36 may be missing between scans 4 and 5"]);
        assert_eq!(at(&["1", "2", "3"], &["6", "7", "8", "9"]), ["pages 4–5 are missing between scans 3 and 4"]);
        assert_eq!(at(&["31", "32", "33", "34"], &["1915"]), Vec::<String>::new(), "another number");
    }

    #[test]
    fn misread_numbers_are_not_reported() {
        assert_eq!(warnings(&["9", "10", "11", "42", "13", "14", "15"]), Vec::<String>::new());
    }
}
