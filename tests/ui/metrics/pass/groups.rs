//! Metrics that hold others: nested, flattened, optional, three deep.

use shelf::metrics::{Columns, Fields, PageMetrics};
use shelf::prelude::{PageMetrics, Report};

/// A place on the page.
#[derive(PageMetrics, Report)]
struct Corner {
    #[metrics(unit = "px")]
    left: u32,
    #[report(skip)]
    #[metrics(range(0..=10))]
    top: u32,
}

#[derive(PageMetrics, Report)]
struct Size {
    /// From edge to edge.
    #[report(title = "Width", flag(below = 20))]
    width: u32,
    #[metrics(nested)]
    corner: Corner,
}

#[derive(PageMetrics, Report)]
struct Lines {
    lines: u32,
    #[metrics(flatten)]
    corner: Corner,
}

#[derive(PageMetrics, Report)]
#[report(order(size, words))]
struct Measured {
    words: u32,
    #[metrics(flatten)]
    lines: Lines,
    #[metrics(nested)]
    #[report(title = "Sheet")]
    size: Option<Size>,
    #[metrics(nested)]
    #[report(skip)]
    figure: Option<Corner>,
}

fn measured() -> Measured {
    let size = Some(Size { width: 10, corner: Corner { left: 1, top: 2 } });
    let lines = Lines { lines: 30, corner: Corner { left: 3, top: 4 } };
    Measured { words: 7, lines, size, figure: None }
}

#[test]
fn nested_fields_have_their_outers_names_and_flattened_ones_do_not() {
    let fields = Fields::of::<Measured>();
    let found: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.optional)).collect();
    let expected = [
        ("words", false),
        ("lines", false),
        ("left", false),
        ("top", false),
        ("size.width", true),
        ("size.corner.left", true),
        ("size.corner.top", true),
        ("figure.left", true),
        ("figure.top", true),
    ];
    assert_eq!(found, expected);
    let shown = serde_json::Value::Object(measured().to_map().expect("all are in range")).to_string();
    assert_eq!(
        shown,
        r#"{"words":7,"lines":30,"left":3,"top":4,"size.width":10,"size.corner.left":1,"size.corner.top":2,"figure.left":null,"figure.top":null}"#
    );
}

#[test]
fn a_range_holds_wherever_the_field_is() {
    let far = Measured { figure: Some(Corner { left: 1, top: 11 }), ..measured() };
    assert_eq!(far.to_map().expect_err("11 is too much").to_string(), "metric `figure.top` is 11, expected 0..=10");
}

#[test]
fn columns_are_those_of_the_inner_report() {
    let columns = Columns::of::<Measured>();
    let found: Vec<_> = columns.iter().map(|column| (column.title.as_str(), column.field.name.as_str())).collect();
    let expected = [
        ("Sheet.Width", "size.width"),
        ("Sheet.corner.left", "size.corner.left"),
        ("words", "words"),
        ("lines", "lines"),
        ("left", "left"),
    ];
    assert_eq!(found, expected);
    assert!(columns[0].flagged(&10.into()) && columns[0].doc == "From edge to edge.");
    assert_eq!(columns[1].field.unit, Some("px"));
}
