//! The guard of `corrected` lets few bad replies through, and most right corrections: the figures of `docs/language-models.md`, on drawn pages.

use shelf_tests::Shelf;
use shelf_tests::guard::{DRAWN_PAGES, TEST_SEED, draw_bad_scans, measure, read_pages};

/// Bad replies of each kind.
const REPLIES: usize = 40;

#[test]
fn bad_replies_are_not_accepted_and_most_right_corrections_are() {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    let truths = draw_bad_scans(&shelf, DRAWN_PAGES, TEST_SEED);
    let measured = measure(&read_pages(shelf.library(), "drawn", &truths), REPLIES, TEST_SEED);
    let right = measured.all_right();
    let shown = || format!("{}\n{}", measured.table(), measured.surprises.join("\n"));
    // Drawn pages have few old spellings.
    assert!(
        measured.bad.values().filter(|counts| counts.all == REPLIES).count() >= 13 && right.all >= 25,
        "{}",
        shown()
    );
    assert!(measured.bad_without_look_alikes().accepted_ratio() <= 0.01, "{}", shown());
    assert!(measured.all_bad().accepted_ratio() <= 0.015, "{}", shown());
    // The goal of 80 % is reached on real scans; `docs/language-models.md` says why not here.
    assert!(right.accepted_ratio() >= MIN_RIGHT_RATIO, "{}", shown());
    let flagged = right.flagged as f64 / right.all as f64;
    assert!(right.accepted_ratio() + flagged >= 0.7, "{}", shown());
}

/// The fraction of right corrections of drawn pages that is accepted is not less than this.
const MIN_RIGHT_RATIO: f64 = 0.56;
