use std::ops::Deref;

use super::{Book, Cx, EachPage, Row, Scope, Stage};
use crate::book::PageNumber;
use crate::failure::Failure;
use crate::page::Page;

/// A dependency in a row.
#[derive(Clone, Copy)]
pub struct Dep {
    /// The parameter's name.
    pub parameter: &'static str,
    /// The stage.
    pub row: RowRef,
    /// Which of its pages a page needs.
    pub reach: Reach,
    /// Whether it is optional: `Option<OcrPage>`.
    pub is_optional: bool,
}

/// Which pages of a dependency one page needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The page of the same number.
    Same,
    /// That page and this many on either side.
    Around(u32),
    /// All pages of the book.
    All,
    /// The output of a `scope = book` stage.
    Book,
    /// The part of that output for this page.
    Part,
}

impl Dep {
    /// The dependency of stage `In` on stage `S` through `parameter` of type `T`.
    #[must_use]
    pub const fn of<In: Stage, S: Stage, T: FromStage<S::Output, S::Scope, In::Scope>>(
        parameter: &'static str,
    ) -> Self {
        let reach = match (<S::Scope as Scope>::BOOK, T::REACH) {
            (true, Reach::Part) => Reach::Part,
            (true, _) => Reach::Book,
            (false, reach) => reach,
        };
        Self { parameter, row: RowRef(|| S::ROW), reach, is_optional: false }
    }

    /// The same for a parameter that is an `Option`.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }
}

/// The row of another stage, through a function: the compiler checks a constant with everything it refers to, so a reference
/// would cost as much as the whole chain of dependencies.
#[derive(Clone, Copy)]
pub struct RowRef(fn() -> &'static Row);

impl RowRef {
    /// The row.
    #[must_use]
    pub fn get(self) -> &'static Row {
        (self.0)()
    }
}

impl Deref for RowRef {
    type Target = Row;

    fn deref(&self) -> &Row {
        self.get()
    }
}

/// A parameter filled from a stage with scope `Of` and output `Output`, in a stage with scope `In`: the output itself, or pages of
/// it. It is generic over the stage's types, not the stage, so that a type that is not a stage causes only one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be loaded from this dependency",
    label = "the output of the dependency is `{Output}`",
    note = "the output of a page stage is taken as it is or as `Window<…>`; in a `scope = book` stage, as `Pages<…>`",
    note = "the output of a `scope = book` stage is taken as it is; in a page stage, also as `Part<…>`"
)]
pub trait FromStage<Output, Of: Scope, In: Scope>: Load {}

#[diagnostic::do_not_recommend]
impl<T: Page> FromStage<T, EachPage, EachPage> for T {}
#[diagnostic::do_not_recommend]
impl<T: Page, In: Scope> FromStage<T, Book, In> for T {}
#[diagnostic::do_not_recommend]
impl<T: Page, const N: u32> FromStage<T, EachPage, EachPage> for Window<T, N> {}
#[diagnostic::do_not_recommend]
impl<T: Page> FromStage<T, EachPage, Book> for Pages<T> {}

/// Reads a [`FromStage`] parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from the pages of a stage",
    label = "not the output of a stage"
)]
pub trait Load: Sized + Send + 'static {
    /// Which pages of a page stage it takes.
    const REACH: Reach;

    /// Reads and validates the output of stage `from`.
    fn load(cx: &Cx, from: &'static Row) -> Result<Self, Failure>;
}

#[diagnostic::do_not_recommend]
impl<T: Page> Load for T {
    const REACH: Reach = Reach::Same;

    fn load(cx: &Cx, from: &'static Row) -> Result<Self, Failure> {
        match cx.open_output(from) {
            Ok(found) => found.read(),
            Err(failure) => Err(failure),
        }
    }
}

/// A dependency's page together with its neighbours, `N` on either side.
///
/// The neighbours are part of the page's fingerprint: when one changes, the page is stale.
pub struct Window<T, const N: u32 = 1> {
    /// The page itself.
    pub page: T,
    before: Vec<T>,
    after: Vec<T>,
}

impl<T, const N: u32> Window<T, N> {
    /// The page before, if it exists.
    #[must_use]
    pub fn previous(&self) -> Option<&T> {
        self.before.first()
    }

    /// The page after, if it exists.
    #[must_use]
    pub fn next(&self) -> Option<&T> {
        self.after.first()
    }

    /// The pages before, nearest first.
    #[must_use]
    pub fn before(&self) -> &[T] {
        &self.before
    }

    /// The pages after, nearest first.
    #[must_use]
    pub fn after(&self) -> &[T] {
        &self.after
    }
}

impl<T: Page, const N: u32> Load for Window<T, N> {
    const REACH: Reach = Reach::Around(N);

    fn load(cx: &Cx, from: &'static Row) -> Result<Self, Failure> {
        let here = cx.page()?;
        let reader = cx.reader(from);
        let read = |page: &PageNumber| reader.page(*page)?.read();
        let pages = cx.inputs(from.name);
        let near = |page: u32| pages.iter().find(|other| other.get() == page);
        Ok(Self {
            page: read(&here)?,
            before: (1..=N).map_while(|n| near(here.get().checked_sub(n)?)).map(read).collect::<Result<_, _>>()?,
            after: (1..=N).map_while(|n| near(here.get() + n)).map(read).collect::<Result<_, _>>()?,
        })
    }
}

/// All pages of a dependency, read lazily, in a `scope = book` stage.
pub struct Pages<T> {
    numbers: Vec<PageNumber>,
    read: Box<dyn Fn(PageNumber) -> Result<T, Failure> + Send>,
}

impl<T> Pages<T> {
    /// The pages' numbers, ascending.
    #[must_use]
    pub fn numbers(&self) -> &[PageNumber] {
        &self.numbers
    }

    /// The number of pages.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are no pages.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Reads one page.
    pub fn get(&self, page: PageNumber) -> Result<T, Failure> {
        (self.read)(page)
    }

    /// Reads the pages in order, holding one at a time.
    pub fn iter(&self) -> impl Iterator<Item = Result<(PageNumber, T), Failure>> + '_ {
        self.numbers.iter().map(|page| Ok((*page, self.get(*page)?)))
    }
}

impl<T: Page> Load for Pages<T> {
    const REACH: Reach = Reach::All;

    fn load(cx: &Cx, from: &'static Row) -> Result<Self, Failure> {
        let reader = cx.reader(from);
        Ok(Self { numbers: cx.inputs(from.name), read: Box::new(move |page| reader.page(page)?.read()) })
    }
}
