//! What `shelf report` and `shelf stats` print of a book whose pages are made up.

use insta::assert_snapshot;
use serde_json::{Value, json};
use shelf_tests::{Ended, Shelf};

/// Confidence, words and rotation of a page.
type Measured = (Option<f64>, u32, u32);

const PAGES: [Measured; 4] = [(Some(0.95), 320, 0), (None, 0, 0), (Some(0.612_34), 7, 90), (Some(0.9), 310, 0)];

/// A library with two books: `book`, whose pages `ocr` has made, and `bare`, of which nothing is made.
fn shelf() -> Shelf {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    let write = |path: &str, value: &Value| {
        let path = shelf.library().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, serde_json::to_vec(value).unwrap()).unwrap();
    };
    for book in ["book", "bare"] {
        write(&format!("{book}/metadata.json"), &json!({ "title": "A Book", "total_pages": PAGES.len() }));
    }
    for (number, measured) in (1_u32..).zip(PAGES) {
        write(&format!("book/ocr/page_{number:04}.json"), &page(number, measured));
    }
    shelf
}

/// A page without text, and the record of a run that found some.
fn page(number: u32, (confidence, words, rotation): Measured) -> Value {
    let mut page = json!({
        "page_number": number,
        "page_dimensions": { "width": 900, "height": 1200 },
        "ocr_timestamp": null,
        "blocks": [],
        "images": [],
    });
    let ocr = shelf::record::PageType::of(&<stages::ocr::ocr as shelf::stage::Stage>::ROW.output);
    let output = ocr.hash(&page);
    page["_record"] = json!({
        "stage": "ocr",
        "fingerprint": { "version": 1, "schema": ocr.shape, "inputs": {} },
        "output": output,
        "tokens": "0",
        "metrics": {
            "confidence_mean": confidence, "blocks_detected": 1, "words": words, "figures": 0,
            "rotation_degrees": rotation, "tesseract_version": "5.5.0",
        },
        "operation": {
            "page_num": number, "processing_time_seconds": f64::from(number) / 8.0, "cost_usd": 0.0, "attempts": 1,
            "finished": "2026-11-01T10:00:00Z",
        },
        "shelf": "0.1.0",
    });
    page
}

fn said(arguments: &[&str]) -> String {
    let Ended { out, err, code } = shelf().run(arguments);
    format!("{out}{err}exit {}", code.expect("no signal"))
}

/// What `shelf report book --stage ocr` says with these arguments.
fn report(arguments: &[&str]) -> String {
    said(&[&["report", "book", "--stage", "ocr"], arguments].concat())
}

#[test]
fn a_report_has_a_line_for_every_page() {
    assert_snapshot!(report(&[]), @"");
}

#[test]
fn pages_are_flagged_filtered_sorted_and_counted_off() {
    assert_snapshot!(report(&["--flagged"]), @"");
    assert_snapshot!(report(&["--filter", "confidence_mean<0.93", "--filter", "words>10"]), @"");
    assert_snapshot!(report(&["--filter", "confidence_mean="]), @"");
    assert_snapshot!(report(&["--sort", "-words", "--limit", "2"]), @"");
    assert_snapshot!(report(&["--sort", "confidence_mean", "--limit", "4"]), @"");
    assert_snapshot!(report(&["--filter", "words>1000"]), @"");
    assert_snapshot!(report(&["--flagged", "--filter", "words>300"]), @"");
}

#[test]
fn a_report_can_be_csv_or_json() {
    assert_snapshot!(report(&["--format", "csv", "--flagged"]), @"");
    assert_snapshot!(report(&["--format", "json", "--filter", "page_num=3"]), @"");
    assert_eq!(report(&["--json"]), report(&["--format", "json"]));
}

#[test]
fn the_columns_are_explained() {
    assert_snapshot!(said(&["report", "--stage", "ocr", "--explain"]), @"");
    let columns: Value =
        serde_json::from_str(&shelf().ok(["report", "--stage", "ocr", "--explain", "--json"])).unwrap();
    assert_eq!(columns[0]["range"], json!([0.0, 1.0]));
    assert_eq!(columns[4]["flags"], json!(["above 0"]));
}

#[test]
fn what_is_wrong_with_a_condition_is_said() {
    assert_snapshot!(report(&["--filter", "confidence<0.8"]), @"");
    assert_snapshot!(report(&["--filter", "confidence_mean"]), @"");
    assert_snapshot!(report(&["--filter", "words>many"]), @"");
    assert_snapshot!(report(&["--sort", "-lines"]), @"");
    assert_snapshot!(report(&["--explain", "--flagged"]), @"");
    assert_snapshot!(said(&["report", "--stage", "ocr"]), @"");
    assert_snapshot!(report(&["--json", "--format", "csv"]), @"");
}

#[test]
fn stats_sum_up_all_pages() {
    assert_snapshot!(said(&["stats", "book"]), @"");
    let stats: Value = serde_json::from_str(&shelf().ok(["stats", "book", "--stage", "ocr", "--json"])).unwrap();
    assert_eq!(stats[0]["book"], "book");
    let stage = &stats[0]["stages"][0];
    assert_eq!((&stage["stage"], &stage["pages"]), (&json!("ocr"), &json!(4)));
    assert_snapshot!(stage["metrics"]["words"], @"");
    assert_snapshot!(stage["metrics"]["tesseract_version"], @"");
    assert_snapshot!(stage["metrics"]["processing_time_seconds"], @"");
}

#[test]
fn stats_of_nothing_are_refused_and_the_other_books_are_told() {
    assert_snapshot!(said(&["stats", "bare"]), @"");
    assert_snapshot!(said(&["stats", "bare", "--stage", "ocr"]), @"");
    let both = shelf().run(["stats", "boook", "book"]);
    assert_eq!(both.code, Some(4), "{both:?}");
    assert!(both.out.starts_with("book: ocr, 4 pages\n"), "{both:?}");
    assert_snapshot!(both.err, @"");
}
