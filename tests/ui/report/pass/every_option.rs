//! Every option of a column.

use shelf::metrics::{Flag, Report};
use shelf::{PageMetrics, Report};

/// Columns of all sorts.
#[derive(PageMetrics, Report)]
struct Columns {
    /// Words on the page.
    #[report(title = "Words", flag(below = 20, above = 2_000))]
    words: u32,
    /// Kept with the page only.
    #[report(skip)]
    longest_word: u32,
    #[report(decimals = 3, flag(below = 0.8), flag(missing))]
    confidence: Option<f64>,
    #[report(flag(equals = "true"))]
    blank: bool,
    #[report(flag(below = -1.5))]
    skew: f64,
    language: String,
}

#[test]
fn columns_stand_in_the_order_of_the_fields() {
    let titles: Vec<_> = Columns::COLUMNS.iter().map(|column| (column.field, column.title)).collect();
    let expected = [
        ("words", "Words"),
        ("confidence", "confidence"),
        ("blank", "blank"),
        ("skew", "skew"),
        ("language", "language"),
    ];
    assert_eq!(titles, expected);
}

#[test]
fn columns_say_what_the_attributes_say() {
    let [words, confidence, blank, skew, language] = Columns::COLUMNS else { panic!("five columns") };
    assert_eq!((words.doc, words.decimals), ("Words on the page.", None));
    assert_eq!(words.flags, [Flag::Below(20.0), Flag::Above(2000.0)]);
    assert_eq!((confidence.decimals, confidence.flags), (Some(3), &[Flag::Below(0.8), Flag::Missing][..]));
    assert_eq!(blank.flags, [Flag::Equals("true")]);
    assert_eq!(skew.flags, [Flag::Below(-1.5)]);
    assert!(language.flags.is_empty());
}
