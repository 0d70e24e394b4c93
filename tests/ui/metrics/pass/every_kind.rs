//! Every type that can be a metric, with what its field says.

use shelf::Report;
use shelf::metrics::{Fields, Kind, PageMetrics};
use shelf::prelude::{Metric, PageMetrics, PageNumber};

/// How pages are numbered.
#[derive(Metric)]
enum Numerals {
    Roman,
    OldStyle,
    #[expect(dead_code, reason = "no page here is numbered in this way")]
    r#None,
}

/// One field of every kind.
#[derive(PageMetrics, Report)]
struct Everything {
    /// Words on the page.
    ///
    /// Numbers are words.
    words: u32,
    /// How sure it is.
    #[metrics(range(-1..=1.0))]
    confidence: Option<f32>,
    #[metrics(unit = "px", range(0..=100_000))]
    width: u32,
    blank: bool,
    language: String,
    engine: Option<&'static str>,
    folio: PageNumber,
    numerals: Numerals,
    #[report(flag(equals = "old_style"))]
    index: Option<Numerals>,
}

fn page() -> Everything {
    Everything {
        words: 7,
        confidence: Some(0.5),
        width: 900,
        blank: false,
        language: "eng".to_owned(),
        engine: None,
        folio: PageNumber::new(1).expect("pages count from 1"),
        numerals: Numerals::Roman,
        index: Some(Numerals::OldStyle),
    }
}

#[test]
fn fields_have_name_doc_kind_unit_and_range() {
    let fields = Fields::of::<Everything>();
    let found: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.kind, field.optional)).collect();
    let expected = [
        ("words", Kind::Integer, false),
        ("confidence", Kind::Number, true),
        ("width", Kind::Integer, false),
        ("blank", Kind::Flag, false),
        ("language", Kind::Text, false),
        ("engine", Kind::Text, true),
        ("folio", Kind::Integer, false),
        ("numerals", Kind::Word, false),
        ("index", Kind::Word, true),
    ];
    assert_eq!(found, expected);
    assert_eq!(fields[0].doc, "Words on the page.\n\nNumbers are words.");
    assert_eq!((fields[1].range, fields[1].unit), (Some((-1.0, 1.0)), None));
    assert_eq!((fields[2].range, fields[2].unit), (Some((0.0, 100_000.0)), Some("px")));
    assert_eq!(fields[0].range, None);
    assert_eq!(fields[8].words, ["roman", "old_style", "none"]);
}

#[test]
fn values_come_in_the_order_of_the_fields() {
    let map = page().to_map().expect("all are in range");
    let shown = serde_json::Value::Object(map).to_string();
    assert_eq!(
        shown,
        r#"{"words":7,"confidence":0.5,"width":900,"blank":false,"language":"eng","engine":null,"folio":1,"numerals":"roman","index":"old_style"}"#
    );
    assert!(Everything { confidence: Some(1.5), ..page() }.to_map().is_err());
}
