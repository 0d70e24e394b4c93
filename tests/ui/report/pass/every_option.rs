//! Every option of a column.

use shelf::metrics::{Columns, Flag};
use shelf::{PageMetrics, Report};

/// Columns of all sorts.
#[derive(PageMetrics, Report)]
struct Sorts {
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
    #[report(flag(equals = "und"))]
    language: String,
}

#[test]
fn columns_stand_in_the_order_of_the_fields() {
    let columns = Columns::of::<Sorts>();
    let titles: Vec<_> = columns.iter().map(|column| (column.field.name.as_str(), column.title.as_str())).collect();
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
    let columns = Columns::of::<Sorts>();
    let [words, confidence, blank, skew, language] = columns.as_slice() else { panic!("five columns") };
    assert_eq!((words.doc, words.decimals), ("Words on the page.", None));
    assert_eq!(words.flags, [Flag::Below(20.0), Flag::Above(2000.0)]);
    assert_eq!((confidence.decimals, confidence.flags.as_slice()), (Some(3), &[Flag::Below(0.8), Flag::Missing][..]));
    assert_eq!(blank.flags, [Flag::Equals("true")]);
    assert_eq!(skew.flags, [Flag::Below(-1.5)]);
    assert_eq!(language.flags, [Flag::Equals("und")]);
}

/// As [`Sorts`], but two columns come first.
#[derive(PageMetrics, Report)]
#[report(order(skew, r#type))]
struct Ordered {
    words: u32,
    r#type: String,
    skew: f64,
    lines: u32,
}

#[test]
fn columns_that_are_named_come_first() {
    let titles: Vec<_> = Columns::of::<Ordered>().into_iter().map(|column| column.title).collect();
    assert_eq!(titles, ["skew", "type", "words", "lines"]);
}
