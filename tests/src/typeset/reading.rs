use serde::de::DeserializeOwned;
use serde_json::Value;

use super::words::{Word, words};
use super::{Kind, TrueLine, TypesetBook};
use crate::Shelf;

/// What shelf has read of a book.
pub(super) struct Reading<'r> {
    pub shelf: &'r Shelf,
    pub id: &'r str,
    pub book: &'r TypesetBook,
}

/// A line of the truth: the page's index and the line's.
pub(super) type Place = (usize, usize);

impl Reading<'_> {
    /// The output of a stage for a page, by its index.
    pub(super) fn page<T: DeserializeOwned>(&self, stage: &str, at: usize) -> T {
        let file = format!("{}/{stage}/page_{:04}.json", self.id, at + 1);
        serde_json::from_value(self.shelf.json(&file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// The book's JSON export.
    pub(super) fn exported(&self) -> Value {
        let name = format!("{}.json", self.id);
        let file = self.shelf.library().join(&name);
        self.shelf.ok(["export", self.id, "--format", "json", "-o", &file.display().to_string()]);
        self.shelf.json(&name)
    }

    pub(super) fn line(&self, (page, line): Place) -> &TrueLine {
        &self.book.pages[page].lines[line]
    }

    /// The words of the lines of some pages that are wanted; a word that a line end divides is one.
    pub(super) fn true_words(
        &self,
        pages: std::ops::Range<usize>,
        is_wanted: impl Fn(Kind) -> bool,
    ) -> Vec<Word<Place>> {
        let places = pages.flat_map(|page| (0..self.book.pages[page].lines.len()).map(move |line| (page, line)));
        let lines = places.filter(|place| is_wanted(self.line(*place).kind));
        let texts = lines.map(|place| (place, self.line(place).text.clone()));
        words(texts, |before, after| self.line(before).paragraph == self.line(after).paragraph)
    }

    /// Whether a page is one of the table of contents.
    pub(super) fn has_contents(&self, page: usize) -> bool {
        self.book.pages[page].lines.iter().any(|line| line.kind == Kind::Contents)
    }
}
