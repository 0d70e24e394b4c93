//! The numbers of `docs/quality.md` do not fall, and those of `docs/tokens.md` do not rise.

use std::path::Path;
use std::sync::LazyLock;

use shelf::testing::real_scans;
use shelf_tests::Shelf;
use shelf_tests::quality::{Measure, Target, altered_scans, books, degraded_drawings, table};
use shelf_tests::tokens::{Counted, count};
use shelf_tests::typeset;

use crate::florida::with_florida;

/// Both are measured on the same books, which are read once.
static MEASURED: LazyLock<Option<(Vec<Measure>, Counted)>> = LazyLock::new(|| {
    let data = real_scans("what the documents say of real books", env!("CARGO_MANIFEST_DIR"))?;
    let shelf = with_florida()?;
    let measures = books(&shelf, &data);
    Some((measures, count(&shelf, &data)))
});

#[test]
fn books_are_read_as_well_as_the_documents_say() {
    let Some((measures, _)) = &*MEASURED else { return };
    are_as_good_as_documented(measures);
}

#[test]
#[ignore = "takes minutes: `make test-long`"]
fn altered_scans_are_read_as_well_as_the_documents_say() {
    let Some(data) = real_scans("altered scans", env!("CARGO_MANIFEST_DIR")) else { return };
    let Some(shelf) = with_florida() else { return };
    are_as_good_as_documented(&altered_scans(&shelf, &data));
}

#[test]
#[ignore = "takes minutes: `make test-long`"]
fn degraded_drawings_are_read_as_well_as_the_documents_say() {
    are_as_good_as_documented(&degraded_drawings(&Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"))));
}

#[test]
#[ignore = "takes minutes, and needs TeX: `make test-long`"]
fn typeset_books_are_read_as_well_as_the_documents_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/books");
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    let measured: Vec<_> = (0..typeset::BOOKS)
        .map(|number| {
            typeset::read_and_measure(&shelf, &folder, number, true).expect("`scripts/setup.sh books` was run")
        })
        .collect();
    let fell = typeset::fell(&measured, include_str!("../../../docs/typeset-books.md"));
    assert!(fell.is_empty(), "`make books` writes the new numbers down, if they have to be\n{}", fell.join("\n"));
}

fn are_as_good_as_documented(measures: &[Measure]) {
    let missed: Vec<&Measure> = measures.iter().filter(|measure| !measure.is_reached()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
    let documented = include_str!("../../../docs/quality.md");
    let now = table(measures);
    for (line, measure) in now.lines().skip(2).zip(measures).filter(|(_, measure)| measure.value.is_some()) {
        let start = format!("| {} | {} | ", measure.book, measure.what);
        let said =
            documented.lines().find_map(|line| line.strip_prefix(&start)).expect("the documents have every measure");
        let said: f64 = said.split([' ', '|']).next().and_then(|number| number.parse().ok()).expect("a number");
        let found: f64 =
            line[start.len()..].split([' ', '|']).next().and_then(|number| number.parse().ok()).expect("a number");
        let slack = 0.05 * said.abs() + 0.01;
        let fell = match measure.target {
            Target::AtMost(_) => found > said + slack,
            Target::AtLeast(_) => found < said - slack,
            Target::Nothing => false,
        };
        assert!(!fell, "`make quality` writes the new numbers down, if they have to be\nsaid:  {said}\nfound: {line}");
    }
}

#[test]
fn tokens_and_pixels_are_at_most_a_third_of_the_original_tools() {
    let Some((_, counted)) = &*MEASURED else { return };
    for share in counted.all().shares() {
        assert!(share <= 1.0 / 3.0, "{}", counted.table());
    }
    let pixels = |exchange: shelf_tests::tokens::Exchange| exchange.pixels as f64;
    assert!(pixels(counted.all().shelf) <= pixels(counted.all().original) / 3.0, "{}", counted.table());
}
