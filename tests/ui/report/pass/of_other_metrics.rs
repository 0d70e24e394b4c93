//! A report on a struct of its own, under the strictest lints.

#![deny(warnings, clippy::pedantic, missing_docs)]
#![forbid(unsafe_code)]

use shelf::metrics::{Columns, Flag};
use shelf::prelude::*;

use crate::reading::{OcrPage, WordCount, ocr};

/// How large it is.
#[derive(PageMetrics)]
pub struct Size {
    /// From edge to edge.
    pub width: u32,
    /// From top to bottom.
    pub r#type: u32,
}

/// Much that is measured.
#[derive(PageMetrics)]
pub struct Measured {
    /// Words on the page.
    pub words: u32,
    /// How sure it is.
    pub confidence: Option<f64>,
    /// The sheet.
    #[metrics(nested)]
    pub size: Size,
    /// The figure.
    #[metrics(flatten)]
    pub figure: Size,
}

/// Some of it, in another order.
#[derive(Report)]
#[report(of = Measured)]
struct Shown {
    #[report(field = size.width, title = "Sheet")]
    width: u32,
    /// How much of it can be believed.
    #[report(decimals = 2, flag(missing))]
    confidence: Option<f64>,
    #[report(field = figure.r#type)]
    figure: u32,
}

/// Measures every page.
#[stage(name = "measured", deps = [ocr])]
pub fn measured(ocr: OcrPage) -> Result<(WordCount, Measured)> {
    let words = ocr.text.len();
    let [size, figure] = [1, 2].map(|edge| Size { width: edge, r#type: edge });
    Ok((WordCount { words }, Measured { words: 1, confidence: None, size, figure }))
}

#[test]
fn columns_are_those_of_the_struct() {
    let columns = Columns::of::<Measured>();
    let found: Vec<_> = columns.iter().map(|c| (c.title.as_str(), c.field.name.as_str(), c.doc)).collect();
    let expected = [
        ("Sheet", "size.width", "From edge to edge."),
        ("confidence", "confidence", "How much of it can be believed."),
        ("figure", "type", "From top to bottom."),
    ];
    assert_eq!(found, expected);
    assert_eq!((columns[1].decimals, columns[1].flags.as_slice()), (Some(2), &[Flag::Missing][..]));
}
