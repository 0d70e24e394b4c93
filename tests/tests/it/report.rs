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
    let output = ocr.hash(&page).whole;
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
    assert_snapshot!(report(&[]), @r"
    PAGE  CONFIDENCE MEAN  BLOCKS DETECTED  WORDS  FIGURES  ROTATION DEGREES  EXPECTED CER  TEXT DIFFERENCE  FLAGGED
       1             0.95                1    320        0                 0
       2                                 1      0        0                 0
       3          0.61234                1      7        0                90                                 confidence mean, rotation degrees
       4              0.9                1    310        0                 0
    exit 0
    ");
}

#[test]
fn pages_are_flagged_filtered_sorted_and_counted_off() {
    assert_snapshot!(report(&["--flagged"]), @r"
    PAGE  CONFIDENCE MEAN  BLOCKS DETECTED  WORDS  FIGURES  ROTATION DEGREES  EXPECTED CER  TEXT DIFFERENCE  FLAGGED
       3          0.61234                1      7        0                90                                 confidence mean, rotation degrees
    exit 0
    ");
    assert_snapshot!(report(&["--filter", "confidence_mean<0.93", "--filter", "words>10"]), @r"
    PAGE  CONFIDENCE MEAN  BLOCKS DETECTED  WORDS  FIGURES  ROTATION DEGREES  EXPECTED CER  TEXT DIFFERENCE  FLAGGED
       4              0.9                1    310        0                 0
    exit 0
    ");
    assert_snapshot!(report(&["--filter", "confidence_mean="]), @r"
    PAGE  CONFIDENCE MEAN  BLOCKS DETECTED  WORDS  FIGURES  ROTATION DEGREES  EXPECTED CER  TEXT DIFFERENCE  FLAGGED
       2                                 1      0        0                 0
    exit 0
    ");
    assert_snapshot!(report(&["--sort", "-words", "--limit", "2"]), @r"
    PAGE  CONFIDENCE MEAN  BLOCKS DETECTED  WORDS  FIGURES  ROTATION DEGREES  EXPECTED CER  TEXT DIFFERENCE  FLAGGED
       1             0.95                1    320        0                 0
       4              0.9                1    310        0                 0
    exit 0
    ");
    assert_snapshot!(report(&["--sort", "confidence_mean", "--limit", "4"]), @r"
    PAGE  CONFIDENCE MEAN  BLOCKS DETECTED  WORDS  FIGURES  ROTATION DEGREES  EXPECTED CER  TEXT DIFFERENCE  FLAGGED
       3          0.61234                1      7        0                90                                 confidence mean, rotation degrees
       4              0.9                1    310        0                 0
       1             0.95                1    320        0                 0
       2                                 1      0        0                 0
    exit 0
    ");
    assert_snapshot!(report(&["--filter", "words>1000"]), @r"
    no page matches the filter
    exit 0
    ");
    assert_snapshot!(report(&["--flagged", "--filter", "words>300"]), @r"
    no flagged page matches the filter
    exit 0
    ");
}

#[test]
fn a_report_can_be_csv_or_json() {
    assert_snapshot!(report(&["--format", "csv", "--flagged"]), @r"
    page_num,confidence_mean,blocks_detected,words,figures,rotation_degrees,expected_cer,text_difference
    3,0.61234,1,7,0,90,,
    exit 0
    ");
    assert_snapshot!(report(&["--format", "json", "--filter", "page_num=3"]), @r#"
    [
      {
        "page_num": 3,
        "flagged": [
          "confidence_mean",
          "rotation_degrees"
        ],
        "confidence_mean": 0.61234,
        "blocks_detected": 1,
        "words": 7,
        "figures": 0,
        "rotation_degrees": 90,
        "expected_cer": null,
        "text_difference": null
      }
    ]
    exit 0
    "#);
    assert_eq!(report(&["--json"]), report(&["--format", "json"]));
}

#[test]
fn the_columns_are_explained() {
    assert_snapshot!(said(&["report", "--stage", "ocr", "--explain"]), @r"
    COLUMN            KIND              UNIT  RANGE  FLAGGED     WHAT IT IS
    confidence_mean   number, optional        0..=1  below 0.85  Mean confidence of the words, 0..=1; none on a blank page.
    blocks_detected   whole number                               Blocks of text on the page.
    words             whole number                               Words on the page.
    figures           whole number                               Figures cropped from the page.
    rotation_degrees  whole number                   above 0     Clockwise rotation that makes the scan upright, degrees.
    expected_cer      number, optional        0..=1  above 0.02  Expected share of wrong or missing characters, 0..=1, from the confidence of the words and from ink that was not read.
    text_difference   number, optional        0..=1  above 0.25  Share of the words of two texts that only one of them has, 0..=1: the recognised one and that which came with the scan; with `--existing-text compare`.
    exit 0
    ");
    let columns: Value =
        serde_json::from_str(&shelf().ok(["report", "--stage", "ocr", "--explain", "--json"])).unwrap();
    assert_eq!(columns[0]["range"], json!([0.0, 1.0]));
    assert_eq!(columns[4]["flags"], json!(["above 0"]));
}

#[test]
fn an_invalid_filter_is_explained() {
    assert_snapshot!(report(&["--filter", "confidence<0.8"]), @r"
    error: the report of `ocr` has no column `confidence`; its columns are `page_num`, `confidence_mean`, `blocks_detected`, `words`, `figures`, `rotation_degrees`, `expected_cer`, `text_difference`
    hint: `shelf report --stage ocr --explain` lists the columns
    exit 2
    ");
    assert_snapshot!(report(&["--filter", "confidence_mean"]), @r"
    error: invalid filter `confidence_mean`: expected a column, one of < <= > >= = != and a value, such as `confidence_mean<10`
    hint: `shelf report --stage ocr --explain` lists the columns
    exit 2
    ");
    assert_snapshot!(report(&["--filter", "words>many"]), @r"
    error: `words` (whole number) cannot be compared with `many`; expected digits, such as `0.8`
    hint: `shelf report --stage ocr --explain` lists the columns
    exit 2
    ");
    assert_snapshot!(report(&["--sort", "-lines"]), @r"
    error: the report of `ocr` has no column `lines`; its columns are `page_num`, `confidence_mean`, `blocks_detected`, `words`, `figures`, `rotation_degrees`, `expected_cer`, `text_difference`
    hint: `shelf report --stage ocr --explain` lists the columns
    exit 2
    ");
    assert_snapshot!(report(&["--explain", "--flagged"]), @r"
    error: the argument '--explain' cannot be used with '--flagged'

    Usage: shelf report --stage <STAGE> --explain --library <DIR> <BOOK>

    For more information, try '--help'.
    exit 2
    ");
    assert_snapshot!(said(&["report", "--stage", "ocr"]), @r"
    error: the following required arguments were not provided:
      <BOOK>

    Usage: shelf report --stage <STAGE> --library <DIR> <BOOK>

    For more information, try '--help'.
    exit 2
    ");
    assert_snapshot!(report(&["--json", "--format", "csv"]), @r"
    error: the argument '--json' cannot be used with '--format <FORMAT>'

    Usage: shelf report --stage <STAGE> --json --library <DIR> <BOOK>

    For more information, try '--help'.
    exit 2
    ");
}

#[test]
fn stats_sum_up_all_pages() {
    assert_snapshot!(said(&["stats", "book"]), @r"
    book: ocr, 4 pages
    METRIC            UNIT  VALUES     MIN  MEDIAN    MEAN  95 %   MAX    SUM
    confidence mean              3  0.6123     0.9  0.8208  0.95  0.95  2.462
    blocks detected              4       1       1       1     1     1      4
    words                        4       0       7   159.2   320   320    637
    figures                      4       0       0       0     0     0      0
    rotation degrees             4       0       0    22.5    90    90     90
    expected cer                 0
    text difference              0
    processing time   s          4   0.125    0.25  0.3125   0.5   0.5   1.25
    cost              USD        4       0       0       0     0     0      0
    attempts                     4       1       1       1     1     1      4
    tesseract version: 5.5.0 (4)
    exit 0
    ");
    let stats: Value = serde_json::from_str(&shelf().ok(["stats", "book", "--stage", "ocr", "--json"])).unwrap();
    assert_eq!(stats[0]["book"], "book");
    let stage = &stats[0]["stages"][0];
    assert_eq!((&stage["stage"], &stage["pages"]), (&json!("ocr"), &json!(4)));
    assert_snapshot!(stage["metrics"]["words"], @r#"{"unit":null,"measured":4,"missing":0,"min":0.0,"max":320.0,"mean":159.25,"p50":7.0,"p95":320.0,"sum":637.0}"#);
    assert_snapshot!(stage["metrics"]["tesseract_version"], @r#"{"unit":null,"measured":4,"missing":0,"words":{"5.5.0":4}}"#);
    assert_snapshot!(stage["metrics"]["processing_time_seconds"], @r#"{"unit":"s","measured":4,"missing":0,"min":0.125,"max":0.5,"mean":0.3125,"p50":0.25,"p95":0.5,"sum":1.25}"#);
}

#[test]
fn stats_without_pages_are_refused_and_other_books_are_printed() {
    assert_snapshot!(said(&["stats", "bare"]), @r"
    error: `bare` has no finished pages yet
    hint: run `shelf process bare`
    exit 4
    ");
    assert_snapshot!(said(&["stats", "bare", "--stage", "ocr"]), @r"
    error: `bare` has no pages of `ocr` yet
    hint: run `shelf process bare --stage ocr`
    exit 4
    ");
    let both = shelf().run(["stats", "boook", "book"]);
    assert_eq!(both.code, Some(3), "some books, not all: {both:?}");
    assert!(both.out.starts_with("book: ocr, 4 pages\n"), "{both:?}");
    assert_snapshot!(both.err, @r"
    error: there is no book `boook` in the library
    hint: did you mean `book`? `shelf list` shows all books
    ");
}
