//! The numbers of `docs/quality.md` do not fall.

use shelf::testing::real_scans;
use shelf_tests::quality::{Measure, Target, measure, table};

#[test]
fn texts_and_labels_are_as_good_as_the_documents_say() {
    let Some(data) = real_scans("texts_and_labels_are_as_good_as_the_documents_say", env!("CARGO_MANIFEST_DIR")) else {
        return;
    };
    let measures = measure(env!("CARGO_BIN_EXE_shelf-under-test"), &data);
    let missed: Vec<&Measure> = measures.iter().filter(|measure| !measure.is_reached()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
    let documented = include_str!("../../docs/quality.md");
    let now = table(&measures);
    for (line, measure) in now.lines().skip(2).zip(&measures) {
        let start = format!("| {} | {} | ", measure.book, measure.what);
        let said =
            documented.lines().find_map(|line| line.strip_prefix(&start)).expect("the documents have every measure");
        let said: f64 = said.split([' ', '|']).next().and_then(|number| number.parse().ok()).expect("a number");
        let found: f64 =
            line[start.len()..].split([' ', '|']).next().and_then(|number| number.parse().ok()).expect("a number");
        // Another release of Tesseract reads a letter or two otherwise.
        let slack = 0.05 * said.abs() + 0.01;
        let fell = match measure.target {
            Target::AtMost(_) => found > said + slack,
            Target::AtLeast(_) => found < said - slack,
            Target::Nothing => false,
        };
        assert!(!fell, "`make quality` writes the new numbers down, if they have to be\nsaid:  {said}\nfound: {line}");
    }
}
