use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Mutex;

use serde_json::{Map, Value};

use super::{Book, Cx, EachPage, FromStage, Load, Reach, Row};
use crate::book::PageNumber;
use crate::failure::Failure;
use crate::page::Page;

/// The output of a `scope = book` stage with a part for every page, in a field `pages` that maps page numbers to parts.
///
/// ```
/// use std::collections::BTreeMap;
/// use shelf::prelude::*;
///
/// /// The printed numbers of all pages.
/// #[page]
/// pub struct Folios {
///     pub pages: BTreeMap<u32, Folio>,
/// }
///
/// /// The printed number of a page.
/// #[page]
/// pub struct Folio {
///     pub printed: Option<String>,
/// }
///
/// impl ByPage for Folios {
///     type Part = Folio;
/// }
///
/// /// Numbers the pages.
/// #[stage(name = "folios", scope = book)]
/// pub fn folios() -> Result<Folios> {
///     Ok(Folios { pages: BTreeMap::from([(1, Folio { printed: Some("ix".to_owned()) })]) })
/// }
///
/// /// Takes only the page's own folio: a change on another page does not make this one stale.
/// #[stage(name = "numbered", deps = [folios])]
/// pub fn numbered(folios: Part<Folio>) -> Result<Folio> {
///     Ok(Folio { printed: folios.printed.clone() })
/// }
/// # fn main() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no parts for single pages",
    label = "not an output with a part for every page",
    note = "give it a field `pages` that maps page numbers to parts, and `impl ByPage for {Self} {{ type Part = …; }}`"
)]
pub trait ByPage: Page {
    /// The part for a page.
    type Part: Page;
}

/// The part of a `scope = book` stage's output for this page. Only this part is in the page's fingerprint: when the output changes
/// elsewhere, the page is not stale.
pub struct Part<T>(T);

impl<T> Part<T> {
    /// The part itself.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Part<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Page> Load for Part<T> {
    const REACH: Reach = Reach::Part;

    fn load(cx: &Cx, from: &'static Row) -> Result<Self, Failure> {
        Ok(Self(cx.open_part(from)?.read()?))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Page, Output: ByPage<Part = T>> FromStage<Output, Book, EachPage> for Part<T> {}

/// The outputs of book stages by page: each is read once per run.
#[derive(Default)]
pub(super) struct BookParts {
    stages: Mutex<BTreeMap<&'static str, Map<String, Value>>>,
}

impl BookParts {
    /// The part of `stage`'s output for `page`; calls `read` the first time.
    pub(super) fn part(
        &self,
        stage: &'static str,
        page: PageNumber,
        read: impl FnOnce() -> Result<Value, Failure>,
    ) -> Result<Option<Value>, Failure> {
        let mut stages = self.stages.lock().expect("no panic while an output is read");
        if !stages.contains_key(stage) {
            let pages = match read()?.get_mut("pages").map(Value::take) {
                Some(Value::Object(pages)) => pages,
                _ => Map::new(),
            };
            stages.insert(stage, pages);
        }
        Ok(stages.get(stage).and_then(|pages| pages.get(&page.to_string())).cloned())
    }
}
