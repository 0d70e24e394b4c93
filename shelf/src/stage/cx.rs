use std::any::Any;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::{Cause, Failure, Load, Offered, Page, PageFile, PageFiles, PageImage, Parts, Row, Warnings, output};
use crate::book::{BookMetadata, PageNumber, ScanId, SourcePage};
use crate::child::Children;
use crate::llm::Llm;
use crate::record::{Fingerprint, Input, RECORD_KEY};
use crate::store::{BookPath, Store};

/// One page on its way through one stage: where its parameters come from.
pub struct Cx {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) book: ScanId,
    pub(crate) page: Option<PageNumber>,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) row: &'static Row,
    pub(crate) options: Arc<dyn Any + Send + Sync>,
    pub(crate) metadata: Arc<BookMetadata>,
    pub(crate) source: Option<SourcePage>,
    pub(crate) children: Children,
    pub(crate) llm: Llm,
    pub(crate) files: Arc<Mutex<Vec<PageFile>>>,
    pub(crate) warnings: Warnings,
    pub(crate) parts: Arc<Parts>,
}

/// Reads pages of one stage, apart from any page's context.
pub(crate) struct Reader {
    store: Arc<dyn Store>,
    book: ScanId,
    row: &'static Row,
}

impl Cx {
    /// What a parameter takes by its type.
    pub fn take<'a, T: Offered<'a>>(&'a self) -> Result<T, Failure> {
        T::take(self)
    }

    /// What the parameter that is called so takes from its dependency.
    pub fn load<T: Load>(&self, parameter: &str) -> Result<T, Failure> {
        T::load(self, self.dependency(parameter))
    }

    fn dependency(&self, parameter: &str) -> &'static Row {
        let named = self.row.deps.iter().find(|dep| dep.parameter == parameter);
        named.expect("`#[stage]` writes the call and the row").row
    }

    pub(crate) fn page(&self) -> Result<PageNumber, Failure> {
        self.page.ok_or_else(|| Failure::new(format!("stage `{}` runs once a book and has no page", self.row.name)))
    }

    /// The pages of `stage` that this page is made from, ascending.
    pub(crate) fn inputs(&self, stage: &str) -> Vec<PageNumber> {
        let page = |input: &Input| match input {
            Input::Page { stage: of, page } if of == stage => PageNumber::new(*page),
            _ => None,
        };
        let mut pages: Vec<_> = self.fingerprint.inputs.keys().filter_map(page).collect();
        pages.sort_unstable();
        pages
    }

    pub(crate) fn metadata(&self) -> &BookMetadata {
        &self.metadata
    }

    pub(crate) fn options<O: 'static>(&self) -> Result<&O, Failure> {
        self.options.downcast_ref().ok_or_else(|| Failure::new("the stage was started with options of another type"))
    }

    pub(crate) fn page_image(&self) -> Result<PageImage, Failure> {
        let page = self.page()?;
        let source = self.source.clone().ok_or_else(|| {
            Failure::of(Cause::Input, format!("the scan of page {page} is no picture that can be opened"))
                .hint("put a PNG, JPEG or TIFF file in its place in `source/`")
        })?;
        let path = self.store.local(&BookPath::new(&self.book, &format!("source/{}", source.image))?)?;
        Ok(PageImage::new(path, source, self.children.clone()))
    }

    pub(crate) fn page_files(&self) -> PageFiles {
        PageFiles::new(Arc::clone(&self.files))
    }

    pub(crate) fn reader(&self, row: &'static Row) -> Reader {
        Reader { store: Arc::clone(&self.store), book: self.book.clone(), row }
    }

    pub(crate) fn read_page<T: Page>(&self, row: &'static Row, page: PageNumber) -> Result<T, Failure> {
        self.reader(row).read(page)
    }

    /// What book stage `row` made of this page.
    pub(crate) fn read_part<T: Page>(&self, row: &'static Row) -> Result<T, Failure> {
        let page = self.page()?;
        let reader = self.reader(row);
        let (path, what) = (BookPath::book_output(&self.book, row.name), "book.json");
        let part = self.parts.part(row.name, page, || reader.value(&path, what))?;
        let part =
            part.ok_or_else(|| reader.problem(&path, what, &format!("holds nothing of page {page} in `pages`")))?;
        output::read(&part).map_err(|misfit| reader.problem(&path, what, &format!("`pages.{page}`: {misfit}")))
    }

    pub(crate) fn read_book<T: Page>(&self, row: &'static Row) -> Result<T, Failure> {
        self.reader(row).read_file(&BookPath::book_output(&self.book, row.name), "book.json")
    }
}

impl Reader {
    pub(crate) fn read<T: Page>(&self, page: PageNumber) -> Result<T, Failure> {
        self.read_file(&BookPath::page(&self.book, self.row.name, page), &format!("page {page}"))
    }

    fn read_file<T: Page>(&self, path: &BookPath, what: &str) -> Result<T, Failure> {
        let value = self.value(path, what)?;
        output::read(&value).map_err(|misfit| self.problem(path, what, &format!("does not fit its schema: {misfit}")))
    }

    /// The output's fields. Apart from [`Self::read_file`], so that it is compiled once and not for every type.
    fn value(&self, path: &BookPath, what: &str) -> Result<Value, Failure> {
        let bytes = self.store.read(path)?.ok_or_else(|| self.problem(path, what, "is missing"))?;
        let mut value: Value = serde_json::from_slice(&bytes)
            .map_err(|error| self.problem(path, what, &format!("is no JSON: {error}")))?;
        value.as_object_mut().map(|fields| fields.remove(RECORD_KEY));
        Ok(value)
    }

    fn problem(&self, path: &BookPath, what: &str, problem: &str) -> Failure {
        let stage = self.row.name;
        Failure::of(Cause::Input, format!("{what} of `{stage}` {problem}")).context(path)
    }
}
