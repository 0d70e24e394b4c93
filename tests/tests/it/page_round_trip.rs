//! What is written of a page is what will be read: a page is written and done, or it failed with an error that names the field.

#![expect(missing_docs, reason = "the fields of these pages say nothing to anybody")]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use shelf::plan::Request;
use shelf::prelude::*;
use shelf::record::PageType;
use shelf::stage::Stage as _;
use shelf::testing::TestBook;

/// A page with a field of every kind.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct Sheet {
    pub double: f64,
    pub single: f32,
    pub sure: Option<f64>,
    pub list: Vec<f64>,
    pub pair: (f64, u64),
    pub numbered: BTreeMap<u32, f32>,
    /// A mistake: where it is empty, the page cannot be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<i64>,
    #[serde(default)]
    pub made: Timestamp,
    #[serde(flatten)]
    pub rest: BTreeMap<String, Shape>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Shape {
    Nothing,
    Whole(u64),
    Signed(i64),
    Single(f32),
    Double(f64),
    Perhaps(Option<f64>),
    Text(String),
    Pair(f64, bool),
    Named { value: f64, inner: Option<Box<Shape>> },
    List(Vec<Shape>),
    Map(BTreeMap<String, Shape>),
    Tagged(Tagged),
    Rules(Rules),
}

/// An enum with its tag beside the fields, as `#[page]` makes it.
#[page]
#[derive(Debug, Clone, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Tagged {
    Empty,
    Line { top: u32, share: f64 },
    Deep { inner: Option<Box<Tagged>> },
}

/// A struct with rules, as `#[page]` makes it.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    #[garde(range(min = 1))]
    pub number: u32,
    #[garde(length(min = 1), inner(range(min = 0.0, max = 1.0)))]
    pub shares: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perhaps: Option<String>,
    pub nested: Vec<Tagged>,
}

/// What `sheet` returns, by the book's title.
static GIVEN: Mutex<BTreeMap<String, Sheet>> = Mutex::new(BTreeMap::new());

/// Returns the page that the test has made.
#[stage(name = "sheet", parallelism = cpu)]
pub fn sheet(metadata: BookMetadata) -> Result<Sheet> {
    let title = metadata.title.unwrap_or_default();
    Ok(GIVEN.lock().unwrap().get(&title).cloned().expect("the test has made a page"))
}

/// A book whose only page is to be `page`.
fn book_of(page: Sheet) -> TestBook {
    static BOOKS: AtomicU64 = AtomicU64::new(0);
    let title = format!("book {}", BOOKS.fetch_add(1, Ordering::Relaxed));
    GIVEN.lock().unwrap().insert(title.clone(), page);
    let book = TestBook::of_pages(1);
    book.set(|metadata| metadata.title = Some(title));
    book
}

/// Makes the page, and says why it failed, if it did. A page that was written has to be done.
fn made(page: &Sheet) -> Option<String> {
    let book = book_of(page.clone());
    let run = book.run::<sheet>();
    let stage = &run.summary.stages[0];
    let file = book.bytes("sheet/page_0001.json");
    if let Some((_, failure)) = stage.failed.first() {
        assert!(file.is_none(), "a page that failed is written");
        assert_eq!(book.failure::<sheet>(1).unwrap().failure, *failure);
        return Some(failure.to_string());
    }
    assert_eq!(stage.done, 1);
    let found = PageType::of(&sheet::ROW.output).read(&file.expect("the page is written")).expect("the page is valid");
    assert_eq!(found.record.expect("the page has a record").output, found.hash.whole);
    assert_eq!(format!("{:?}", Sheet { made: Timestamp::default(), ..book.page::<sheet>(1) }), format!("{page:?}"));
    let again = book.process(&[sheet::ROW], &Request::default());
    assert_eq!((again.summary.stages[0].done, again.summary.stages[0].kept), (0, 1), "the page is made again");
    None
}

/// A page that can be written.
fn fine() -> Sheet {
    Sheet { omitted: vec![1], ..Sheet::default() }
}

#[test]
fn unrounded_numbers_are_read_back_as_they_were() {
    for double in [0.1 + 0.2, 2.0 / 3.0, 1e300 / 3.0, 5e-324, -0.0, f64::MAX, f64::MIN_POSITIVE, 85.712_890_625_000_01]
    {
        assert_eq!(made(&Sheet { double, single: (double % 1.0) as f32, list: vec![double; 3], ..fine() }), None);
    }
}

#[test]
fn a_number_that_json_lacks_fails_the_page_and_names_the_field() {
    let text = |page: Sheet| made(&page).expect("the page fails");
    let start = "the output does not match its schema";
    assert_eq!(text(Sheet { double: f64::NAN, ..fine() }), format!("{start}: double is NaN, which JSON cannot hold"));
    assert_eq!(
        text(Sheet { sure: Some(f64::INFINITY), ..fine() }),
        format!("{start}: sure is inf, which JSON cannot hold")
    );
    assert_eq!(
        text(Sheet { list: vec![1.0, f64::NEG_INFINITY], ..fine() }),
        format!("{start}: list[1] is -inf, which JSON cannot hold")
    );
    let inner = Some(Box::new(Shape::Pair(f64::NAN, true)));
    let rest = [("deep".to_owned(), Shape::List(vec![Shape::Nothing, Shape::Named { value: 0.5, inner }]))].into();
    assert_eq!(
        text(Sheet { rest, ..fine() }),
        format!("{start}: deep.List[1].Named.inner.Pair[0] is NaN, which JSON cannot hold")
    );
}

#[test]
fn a_field_that_is_omitted_without_a_default_is_named() {
    assert_eq!(made(&Sheet::default()).unwrap(), "the output cannot be read back: missing field `omitted`");
}

#[test]
fn a_field_of_the_name_of_the_record_is_refused() {
    let rest = [("_record".to_owned(), Shape::Nothing)].into();
    assert_eq!(
        made(&Sheet { rest, ..fine() }).unwrap(),
        "the output has a field `_record`, which is reserved for shelf's own record"
    );
}

#[test]
fn a_field_that_is_written_twice_is_named() {
    let rest = [("double".to_owned(), Shape::Whole(7))].into();
    assert_eq!(
        made(&Sheet { rest, ..fine() }).unwrap(),
        "the output does not match its schema: double is written twice"
    );
}

#[test]
fn a_page_that_is_nested_too_deeply_to_be_read_fails() {
    let nested = |depth| (0..depth).fold(Shape::Nothing, |inner, _| Shape::List(vec![inner]));
    let page = |depth| Sheet { rest: [("deep".to_owned(), nested(depth))].into(), ..fine() };
    assert_eq!(made(&page(63)), None);
    let failure = made(&page(64)).unwrap();
    assert!(failure.starts_with("the output does not match its schema: deep.List[0].List[0]"), "{failure}");
    assert!(failure.ends_with("is nested more than 127 levels deep"), "{failure}");
}

fn double() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        (0_u64..1 << 52, any::<bool>()).prop_map(|(bits, negative)| f64::from_bits(bits | u64::from(negative) << 63)),
        (-1e6..1e6),
        prop::sample::select(vec![0.0, -0.0, f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 1e16]),
    ]
}

fn finite() -> impl Strategy<Value = f64> {
    double().prop_map(|number| if number.is_finite() { number } else { 0.1 })
}

fn single() -> impl Strategy<Value = f32> {
    any::<u32>().prop_map(f32::from_bits)
}

fn name() -> impl Strategy<Value = String> {
    let odd = ["_record", "double", "made", "pages", "a b", "é", "0", "Text"].map(ToOwned::to_owned).to_vec();
    prop_oneof![4 => "[a-z]{1,4}", 1 => prop::sample::select(odd)]
}

fn tagged<D: Strategy<Value = f64> + 'static>(double: fn() -> D) -> impl Strategy<Value = Tagged> {
    let line = || (any::<u32>(), double()).prop_map(|(top, share)| Tagged::Line { top, share });
    let deep = prop::option::of(line()).prop_map(|inner| Tagged::Deep { inner: inner.map(Box::new) });
    prop_oneof![Just(Tagged::Empty), line(), deep]
}

fn rules<D: Strategy<Value = f64> + 'static>(double: fn() -> D) -> impl Strategy<Value = Rules> {
    let shares = prop::collection::vec(0.0..=1.0, 1..3);
    let others = (prop::option::of("[a-z]{0,3}"), prop::collection::vec(tagged(double), 0..3));
    (1_u32.., shares, others).prop_map(|(number, shares, (perhaps, nested))| Rules { number, shares, perhaps, nested })
}

/// Values of every shape, whose doubles are as `double` says.
fn shape<D: Strategy<Value = f64> + 'static>(double: fn() -> D) -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Nothing),
        any::<u64>().prop_map(Shape::Whole),
        any::<i64>().prop_map(Shape::Signed),
        (-1e6_f32..1e6).prop_map(Shape::Single),
        double().prop_map(Shape::Double),
        prop::option::of(double()).prop_map(Shape::Perhaps),
        any::<String>().prop_map(Shape::Text),
        (double(), any::<bool>()).prop_map(|(number, flag)| Shape::Pair(number, flag)),
        tagged(double).prop_map(Shape::Tagged),
        rules(double).prop_map(Shape::Rules),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Shape::List),
            prop::collection::btree_map(name(), inner.clone(), 0..4).prop_map(Shape::Map),
            (double(), prop::option::of(inner))
                .prop_map(|(value, inner)| Shape::Named { value, inner: inner.map(Box::new) }),
        ]
    })
}

fn sheet_of<D: Strategy<Value = f64> + 'static>(double: fn() -> D) -> impl Strategy<Value = Sheet> {
    let numbers = (double(), double(), prop::option::of(double()), prop::collection::vec(double(), 0..4), any::<u64>());
    let others = (
        single().prop_map(|single| if single.is_finite() { single } else { 0.1 }),
        prop::collection::btree_map(any::<u32>(), -1e9_f32..1e9, 0..3),
        prop::collection::vec(any::<i64>(), 1..3),
        prop::collection::btree_map("[f-l][a-z]{1,3}", shape(double), 0..4),
    );
    (numbers, others).prop_map(|((double, first, sure, list, second), (single, numbered, omitted, rest))| Sheet {
        double,
        single,
        sure,
        list,
        pair: (first, second),
        numbered,
        omitted,
        made: Timestamp::default(),
        rest,
    })
}

/// As [`sheet_of`] with whatever can be wrong.
fn wrong_sheet() -> impl Strategy<Value = Sheet> {
    let wrong =
        (single(), prop::collection::vec(any::<i64>(), 0..2), prop::collection::btree_map(name(), shape(double), 0..3));
    (sheet_of(double), wrong).prop_map(|(sheet, (single, omitted, rest))| Sheet { single, omitted, rest, ..sheet })
}

/// How the fields are named that keep a page from being written.
fn faults(page: &Sheet) -> Vec<String> {
    let mut faults = Vec::new();
    let mut number = |path: &str, number: f64| {
        if !number.is_finite() {
            faults.push(format!(": {path} is "));
        }
    };
    number("double", page.double);
    number("single", f64::from(page.single));
    number("sure", page.sure.unwrap_or_default());
    page.list.iter().enumerate().for_each(|(at, one)| number(&format!("list[{at}]"), *one));
    number("pair[0]", page.pair.0);
    for (name, shape) in &page.rest {
        numbers_of(name, shape, &mut number);
    }
    if page.omitted.is_empty() {
        faults.push("`omitted`".to_owned());
    }
    if page.rest.contains_key("_record") {
        faults.push("`_record`".to_owned());
    }
    let twice = ["double", "made"].into_iter().filter(|name| page.rest.contains_key(*name));
    faults.extend(twice.map(|name| format!("{name} is written twice")));
    faults
}

fn numbers_of(path: &str, shape: &Shape, found: &mut dyn FnMut(&str, f64)) {
    match shape {
        Shape::Nothing | Shape::Whole(_) | Shape::Signed(_) | Shape::Text(_) | Shape::Perhaps(None) => {}
        Shape::Single(number) => found(&format!("{path}.Single"), f64::from(*number)),
        Shape::Double(number) => found(&format!("{path}.Double"), *number),
        Shape::Perhaps(Some(number)) => found(&format!("{path}.Perhaps"), *number),
        Shape::Pair(number, _) => found(&format!("{path}.Pair[0]"), *number),
        Shape::Named { value, inner } => {
            found(&format!("{path}.Named.value"), *value);
            if let Some(inner) = inner {
                numbers_of(&format!("{path}.Named.inner"), inner, found);
            }
        }
        Shape::List(items) => {
            for (at, item) in items.iter().enumerate() {
                numbers_of(&format!("{path}.List[{at}]"), item, found);
            }
        }
        Shape::Map(fields) => {
            for (name, field) in fields {
                numbers_of(&format!("{path}.Map.{name}"), field, found);
            }
        }
        Shape::Tagged(tagged) => numbers_of_tagged(&format!("{path}.Tagged"), tagged, found),
        Shape::Rules(rules) => {
            for (at, tagged) in rules.nested.iter().enumerate() {
                numbers_of_tagged(&format!("{path}.Rules.nested[{at}]"), tagged, found);
            }
        }
    }
}

fn numbers_of_tagged(path: &str, tagged: &Tagged, found: &mut dyn FnMut(&str, f64)) {
    match tagged {
        Tagged::Empty | Tagged::Deep { inner: None } => {}
        Tagged::Line { share, .. } => found(&format!("{path}.share"), *share),
        Tagged::Deep { inner: Some(inner) } => numbers_of_tagged(&format!("{path}.inner"), inner, found),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_page_of_any_shape_is_written_and_done(page in sheet_of(finite)) {
        prop_assert_eq!(made(&page), None);
    }

    #[test]
    fn a_page_is_done_or_its_failure_names_the_field(page in wrong_sheet()) {
        let faults = faults(&page);
        match made(&page) {
            None => prop_assert!(faults.is_empty(), "{:?}", faults),
            Some(failure) => prop_assert!(faults.iter().any(|fault| failure.contains(fault)), "{failure}: {faults:?}"),
        }
    }
}
