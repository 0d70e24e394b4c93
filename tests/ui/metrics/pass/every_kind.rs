//! Every type that can be a metric, with what its field says.

use shelf::Report;
use shelf::metrics::{Kind, PageMetrics};
use shelf::prelude::{PageMetrics, PageNumber};

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
    blank: bool,
    language: String,
    engine: Option<&'static str>,
    folio: PageNumber,
}

#[test]
fn fields_have_name_doc_kind_and_range() {
    let fields: Vec<_> = Everything::FIELDS.iter().map(|field| (field.name, field.kind, field.optional)).collect();
    let expected = [
        ("words", Kind::Integer, false),
        ("confidence", Kind::Number, true),
        ("blank", Kind::Flag, false),
        ("language", Kind::Text, false),
        ("engine", Kind::Text, true),
        ("folio", Kind::Integer, false),
    ];
    assert_eq!(fields, expected);
    assert_eq!(Everything::FIELDS[0].doc, "Words on the page.\n\nNumbers are words.");
    assert_eq!(Everything::FIELDS[1].range, Some((-1.0, 1.0)));
    assert_eq!(Everything::FIELDS[0].range, None);
}

#[test]
fn values_come_in_the_order_of_the_fields() {
    let folio = PageNumber::new(1).expect("pages count from 1");
    let mut page =
        Everything { words: 7, confidence: Some(0.5), blank: false, language: "eng".to_owned(), engine: None, folio };
    let map = page.to_map().expect("all are in range");
    let shown = serde_json::Value::Object(map).to_string();
    assert_eq!(shown, r#"{"words":7,"confidence":0.5,"blank":false,"language":"eng","engine":null,"folio":1}"#);
    page.confidence = Some(1.5);
    assert!(page.to_map().is_err());
}
